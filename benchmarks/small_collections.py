"""How well a handful of paragraphs is searched: every XQuAD article's own five, in four pairings.

    python benchmarks/small_collections.py --xquad DIR [--every N]

Prints for each pairing the share of questions whose paragraph is the first hit, of those whose best sentence
holds the answer, and the AUROC of confidence without the reader: with the paragraph against without it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from index.interface import Index
from index.ranking_parameters import SENTENCES
from index.types import Document
from qa.answering.confidence import MAX_CANDIDATES, confidence
from qa.answering.sentences import score_sentences
from qa.gold import GoldQuestion, squad

LANGUAGES = ("ar", "en")


def articles(xquad: Path, texts: str) -> Iterator[list[Document]]:
    """The paragraphs of each article of XQuAD, in a language."""
    by_title: dict[str, list[Document]] = defaultdict(list)
    for document in squad([xquad / f"xquad.{texts}.json"]).documents:
        by_title[document.title].append(document)
    yield from by_title.values()


def look(index: Index, question: GoldQuestion) -> tuple[bool, bool, float, float]:
    """Whether the first hit and the best sentence are right; confidence with the paragraph and without."""
    query = index.query(question.text)
    hits = index.search(query, MAX_CANDIDATES)
    found = score_sentences(index, query, hits[: SENTENCES.read])
    right = {answer.document_id for answer in question.answers}
    best = found[0]
    first, last = best.passage.start + best.quote_start, best.passage.start + best.quote_end
    is_right = any(
        best.passage.document_id == answer.document_id and first <= answer.start and answer.end <= last
        for answer in question.answers
    )
    others = [hit for hit in hits if hit.passage.document_id not in right]
    without = confidence(query, others, score_sentences(index, query, others[: SENTENCES.read]))
    return hits[0].passage.document_id in right, is_right, confidence(query, hits, found), without


def measure(xquad: Path, asked: str, texts: str, every: int) -> str:
    """The figures of a pairing, as text."""
    gold = squad([xquad / f"xquad.{texts}.json"], [xquad / f"xquad.{asked}.json"])
    questions: dict[str, list[GoldQuestion]] = defaultdict(list)
    for question in gold.questions[::every]:
        questions[question.answers[0].document_id].append(question)
    rows = []
    with tempfile.TemporaryDirectory(prefix="dalil-small-") as folder:
        for number, documents in enumerate(tqdm(list(articles(xquad, texts)), desc=f"{asked}->{texts}")):
            index = Index.build(documents, Path(folder) / str(number), show_progress=False)
            rows += [look(index, q) for document in documents for q in questions[document.id]]
    hit, sentence, with_, without = np.array(rows, float).T
    labels = np.repeat([1, 0], len(rows))
    auroc = roc_auc_score(labels, np.concatenate([with_, without]))
    return f"R@1 {hit.mean():.3f}, best sentence {sentence.mean():.3f}, AUROC {auroc:.3f} ({len(rows)})"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--every", type=int, default=1, help="only every so many questions")
    arguments = parser.parse_args()
    for texts in LANGUAGES:
        for asked in LANGUAGES:
            figures = measure(arguments.xquad, asked, texts, arguments.every)
            print(f"{asked} -> {texts}: {figures}", flush=True)


if __name__ == "__main__":
    main()
