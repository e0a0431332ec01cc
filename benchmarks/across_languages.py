"""Prints how often search finds the right paragraph first, in one language and across two.

    python benchmarks/across_languages.py --xquad DIR [--data FOLDER] [--every N]

DIR holds xquad.ar.json and xquad.en.json: all 240 paragraphs are one collection, and each article's own five
are one of their own. FOLDER holds the questions of SQuAD and Belebele-EQA crossed between languages, one JSON
object per line, on which the weights of translations were chosen; then `benchmarks/translations.py --without
squad_paragraphs flores200_devtest` has to make the translations, since the paragraphs of these questions are
among their sources.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np

from index.interface import Index
from index.types import Document, text_id
from qa.gold import GoldAnswer, GoldQuestion, GoldSet, squad

PAIRINGS: Final = (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en"))
CROSSED: Final = ("squad_cross_ar_en", "belebele_eqa_cross_ar_en")


def found_first(gold: GoldSet) -> list[bool]:
    """Whether the first hit is right, for each question."""
    with tempfile.TemporaryDirectory(prefix="dalil-across-") as folder:
        index = Index.build(gold.documents, folder, show_progress=False)
        firsts = [index.search(question.text, 1)[0].passage.document_id for question in gold.questions]
    pairs = zip(firsts, gold.questions, strict=True)
    return [first in {answer.unit for answer in question.answers} for first, question in pairs]


def articles(gold: GoldSet) -> Iterator[GoldSet]:
    """Yields the paragraphs of each article with the questions about them."""
    for title, group in groupby(gold.documents, lambda document: document.title):
        documents = tuple(group)
        ids = {document.id for document in documents}
        asked = tuple(q for q in gold.questions if not ids.isdisjoint(answer.unit for answer in q.answers))
        if asked:
            yield GoldSet(title, documents, asked)


def crossed(data: Path, texts: str) -> Iterator[tuple[str, GoldSet]]:
    """Yields the questions of each set about paragraphs in a language, over the paragraphs of both sets."""
    documents: dict[str, Document] = {}
    asked: dict[str, list[GoldQuestion]] = {name: [] for name in CROSSED}
    for name in CROSSED:
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["context_lang"] == texts:
                    id_ = text_id(row["context"])
                    documents.setdefault(id_, Document(row["context"], id=id_))
                    if not row["is_impossible"]:
                        answer = GoldAnswer(id_, 0, len(row["context"]))
                        asked[name].append(GoldQuestion(row["id"], row["question"], (answer,)))
    for name, questions in asked.items():
        yield f"{name}, -> {texts}", GoldSet(name, tuple(documents.values()), tuple(questions))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--data", type=Path, help="folder of the crossed questions")
    parser.add_argument("--every", type=int, default=1, help="ask every n-th question")
    arguments = parser.parse_args()
    sets: list[tuple[str, list[GoldSet]]] = []
    for asked, texts in PAIRINGS:
        files = [arguments.xquad / f"xquad.{texts}.json"], [arguments.xquad / f"xquad.{asked}.json"]
        gold = squad(*files)
        gold = replace(gold, questions=gold.questions[:: arguments.every])
        sets += [(f"XQuAD, {asked} -> {texts}", [gold])]
        sets += [(f"XQuAD by article, {asked} -> {texts}", list(articles(gold)))]
    for texts in ("ar", "en") if arguments.data else ():
        for name, gold in crossed(arguments.data, texts):
            sets += [(name, [replace(gold, questions=gold.questions[:: arguments.every])])]
    for name, golds in sets:
        right = [first for gold in golds for first in found_first(gold)]
        print(f"{name}: R@1 {np.mean(right):.4f} of {len(right):,} questions", flush=True)


if __name__ == "__main__":
    main()
