"""Trains qa/answering/confidence.json: is the answer there at all?

    python benchmarks/train_confidence.py --xquad DIR --unanswerable FILE --natural FILE

For every question of XQuAD, in each pairing of languages, the search is looked at as if the
collection were its article alone, with up to four others, or all: once with the paragraph that
answers it (label 1) and once without (label 0). Questions that people wrote to look answerable from
a paragraph although they aren't count as 0 too, where the question is English. Arabic questions that
people asked without having seen the text (TyDi) are added, since they share fewer words with it. A
logistic model a pairing is fitted on that; then its slope and bias are set anew (Platt 1999) on what it
said, held out, of the questions with and without their paragraph alone, half of which are answerable:
that is what a confidence of .7 is a probability of. The printed figures are on questions that the model
wasn't fitted on: five folds by article, and the file of the other origin before it is added. (Slope and
bias, two numbers, are fitted on all of the folds, so the calibration error is a little too good.)
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from index.interface import Index
from index.ranking_parameters import SENTENCES
from index.types import Hit
from qa.answering.confidence import FEATURES, MAX_CANDIDATES, features
from qa.answering.sentences import Sentence, score_sentences
from qa.evaluation.measures import calibration_error
from qa.gold import GoldSet, squad

LANGUAGES = ("ar", "en")
# Articles beside the question's own: none, a few, all.
COMPANY = (0, 4, None)
DESTINATION = Path(__file__).parent.parent / "qa" / "answering" / "confidence.json"


@dataclass(frozen=True)
class Example:
    """What the model looks at for one question over one collection, and what it should say."""

    features: NDArray[np.float64]
    label: int
    article: str
    whole: bool  # over the whole collection, as an evaluation has it
    near_miss: bool = False


def examples(index: Index, gold: GoldSet, company: Sequence[int | None], depth: int) -> Iterator[Example]:
    """Each question over collections of several sizes, with its document and without.

    Args:
        index: of all documents.
        gold: the questions.
        company: how many articles beside the question's own the collections have; None for all.
        depth: how many passages are searched for.
    """
    chance = random.Random(0)
    article = {document.id: document.title for document in index.documents}
    titles = sorted(set(article.values()))
    for question in tqdm(gold.questions, unit=" questions", desc=gold.name):
        query = index.query(question.text)
        hits = index.search(query, depth)
        as_asked = index.search(query, MAX_CANDIDATES)
        right = {answer.document_id for answer in question.answers}
        own = article[next(iter(right))]
        passages: dict[str, list[Sentence]] = {}  # read once, however many collections they stand in
        for others in company:
            if others is None:
                collection = as_asked
            else:
                chosen = [own, *chance.sample(titles, others)]
                collection = [hit for hit in hits if article[hit.passage.document_id] in chosen]
            without = [hit for hit in collection if hit.passage.document_id not in right]
            for label, candidates in ((1, collection), (0, without)):
                if candidates:
                    for hit in candidates[: SENTENCES.read]:
                        if hit.passage.id not in passages:
                            passages[hit.passage.id] = score_sentences(index, query, [hit])
                    found = [s for hit in candidates[: SENTENCES.read] for s in passages[hit.passage.id]]
                    found.sort(key=lambda sentence: -sentence.score)
                    yield Example(features(query, candidates, found), label, own, others is None)


def near_misses(index: Index, path: Path, language: str) -> Iterator[Example]:
    """Questions that look answerable from a paragraph of the collection and aren't."""
    by_text = {document.text: document for document in index.documents}
    for row in tqdm(json.loads(path.read_text("utf-8")), unit=" questions", desc=f"near misses, {language}"):
        document = by_text.get(row[f"context_{language}"])
        if document is None:
            continue
        query = index.query(row["question_en"])
        hits: list[Hit] = index.search(query, MAX_CANDIDATES)
        found = score_sentences(index, query, hits[: SENTENCES.read])
        yield Example(features(query, hits, found), 0, document.title, False, near_miss=True)


def fit(rows: Sequence[Example]) -> Any:
    """A logistic model over standardised features; whole collections weigh as much as the two small ones."""
    x, y, groups = _arrays(rows)
    whole, paired = np.array([row.whole for row in rows]), np.array([not row.near_miss for row in rows])
    weights = np.where(whole, 2.0, 1.0)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    parameters = {"logisticregression__sample_weight": weights}
    held_out = cross_val_predict(
        model, x, y, groups=groups, cv=GroupKFold(5), method="decision_function", params=parameters
    )
    platt = LogisticRegression(C=1e6).fit(held_out[paired, None], y[paired], sample_weight=weights[paired])
    confidences = platt.predict_proba(held_out[:, None])[:, 1]
    _print("held out, all", confidences, y)
    _print("held out, without near misses", confidences[paired], y[paired])
    _print("held out, whole collection", confidences[whole], y[whole])
    model.fit(x, y, **parameters)
    logistic = model[1]
    logistic.intercept_ = platt.coef_[0, 0] * logistic.intercept_ + platt.intercept_
    logistic.coef_ = platt.coef_[0, 0] * logistic.coef_
    return model


def _arrays(rows: Sequence[Example]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.str_]]:
    return (
        np.stack([row.features for row in rows]),
        np.array([row.label for row in rows]),
        np.array([row.article for row in rows]),
    )


def _print(name: str, confidences: NDArray[np.float64], labels: NDArray[np.int64]) -> None:
    error = calibration_error(list(zip(confidences.tolist(), labels.tolist(), strict=True)))
    refused = [np.mean(confidences[labels == label] < 0.5) for label in (1, 0)]
    print(
        f"  {name}: AUROC {roc_auc_score(labels, confidences):.3f}, calibration error {error:.3f}, "
        f"refused at 0.5: {refused[0]:.1%} of the answerable, {refused[1]:.1%} of the others"
    )


def main() -> None:
    """Trains, prints the figures, writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--unanswerable", type=Path, required=True, help="English near misses over XQuAD")
    parser.add_argument("--natural", type=Path, required=True, help="Arabic, SQuAD format: TyDi")
    parser.add_argument("--only", help="retrain one pairing, such as ar-ar, and keep the others")
    arguments = parser.parse_args()
    models = json.loads(DESTINATION.read_text("utf-8"))["models"] if arguments.only else {}
    pairings = [(asked, texts) for texts in LANGUAGES for asked in LANGUAGES]
    with tempfile.TemporaryDirectory() as folder:
        for asked, texts in pairings:
            if arguments.only not in (None, f"{asked}-{texts}"):
                continue
            path = arguments.xquad / f"xquad.{texts}.json"
            gold = squad([path], [arguments.xquad / f"xquad.{asked}.json"])
            index = Index.build(gold.documents, Path(folder) / texts)
            rows = list(examples(index, gold, COMPANY, len(index.passages)))
            if asked == "en":
                rows += near_misses(index, arguments.unanswerable, texts)
            print(f"{asked}-{texts}: {len(rows)} examples", flush=True)
            model = fit(rows)
            if (asked, texts) == ("ar", "ar"):
                gold = squad([arguments.natural])
                index = Index.build(gold.documents, Path(folder) / "natural")
                natural = list(examples(index, gold, COMPANY, MAX_CANDIDATES))
                x, y, _ = _arrays(natural)
                _print(arguments.natural.stem, model.predict_proba(x)[:, 1], y)
                model = fit(rows + natural)
            models[f"{asked}-{texts}"] = _numbers(model)
    provenance = (
        f"benchmarks/train_confidence.py on {date.today()}: XQuAD (github.com/google-deepmind/xquad), "
        "SQuAD 2.0's unanswerable questions on the same paragraphs, TyDi QA GoldP dev (Arabic); "
        f"features {', '.join(FEATURES)}"
    )
    content = {"provenance": provenance, "models": models}
    DESTINATION.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _numbers(model: Any) -> dict[str, Any]:
    scaler, logistic = model[0], model[1]
    return {
        "mean": scaler.mean_.round(5).tolist(),
        "scale": scaler.scale_.round(5).tolist(),
        "weights": logistic.coef_[0].round(5).tolist(),
        "bias": round(float(logistic.intercept_[0]), 5),
    }


if __name__ == "__main__":
    main()
