"""Measures what the reader changes, on questions that nothing was learned from: XQuAD's and TyDi's.

    python benchmarks/reader_effect.py --xquad DIR --unanswerable FILE --tydi FILE [--every N]

Figures are without the reader -> with it: how well confidence tells answerable questions from those whose
paragraph is left out ("far"), from those changed by rule ("swap") and from those that people wrote to look
answerable ("people"); what of them is refused where 95 % of the answerable are answered; how often the best
sentence holds the answer; and what is refused at the product's own thresholds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from reader_cases import NEAR, Asked, Case, Looker, kept, read_all, some, span_f1
from train_with_reader import LANGUAGES, PAIRINGS, figures, first_right

from index.interface import Index
from qa.answering.citations import MAX_ANSWER_WORDS
from qa.answering.confidence import confidence, is_enough, min_likelihood, sentence_weights
from qa.answering.reader_evidence import with_evidence
from qa.gold import GoldSet, squad


def asked_of(gold: GoldSet, every: int) -> Iterator[Asked]:
    """Every so many questions of a set."""
    articles = {document.id: document.title for document in gold.documents}
    for question in gold.questions[::every]:
        id_ = question.answers[0].document_id
        spans = tuple((answer.start, answer.end) for answer in question.answers if answer.document_id == id_)
        yield Asked(question.text, id_, spans, articles[id_])


def near_misses(path: Path, gold: GoldSet, texts: str, every: int) -> Iterator[Asked]:
    """English questions that people wrote to look answerable from a paragraph."""
    by_text = {document.text: document for document in gold.documents}
    for row in json.loads(path.read_text("utf-8"))[::every]:
        if document := by_text.get(row[f"context_{texts}"]):
            yield Asked(row["question_en"], document.id, (), document.title)


def report(name: str, cases: Sequence[Case]) -> str:
    """All figures of a set of cases."""
    without, with_ = said(cases, False), said(cases, True)
    lines = [
        f"{name}: {sum(case.kind == 'there' for case in cases)} answerable",
        figures(cases, without[0], with_[0]),
    ]
    right = [
        first_right(cases, None),
        [r for case in cases for r in first_right([case], sentence_weights(case.pairing))],
    ]
    lines.append(f"  first sentence right: {np.mean(right[0]):.3f} -> {np.mean(right[1]):.3f}")
    there = np.array([case.kind == "there" for case in cases])
    five, three = np.quantile(with_[0][there], (0.05, 0.03))
    lines.append(f"  5 % of the answerable lie below {five:.3f}, 3 % below {three:.3f}")
    for kind, of in (("answerable", ("there",)), ("far", ("far",)), ("near", NEAR)):
        chosen = np.array([case.kind in of for case in cases])
        if chosen.any():
            refused = [np.mean(~enough[chosen]) for _, enough in (without, with_)]
            lines.append(f"  refused by the product, {kind}: {refused[0]:.3f} -> {refused[1]:.3f}")
    lines.append(f"  spans: {spans(cases)}")
    return "\n".join(lines)


def said(cases: Sequence[Case], with_reader: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The product's confidence in each case, and whether it answers."""
    confidences, enough = [], []
    for case in cases:
        readings = case.readings if with_reader else {}
        found = with_evidence(case.found, readings, sentence_weights(case.pairing))
        confidences.append(confidence(case.query, case.hits, found, readings))
        enough.append(is_enough(confidences[-1], case.query, found, with_reader))
    return np.array(confidences), np.array(enough)


def spans(cases: Sequence[Case]) -> str:
    """How good spans are in the answering passage, where it was read; and those that would be shown."""
    scores = []
    shown: list[float] = []
    answerable = [case for case in cases if case.kind == "there"]
    for case in answerable:
        passages = {hit.passage.id: hit.passage for hit in case.hits}
        scores += [
            span_f1(case, passages[id_], reading)
            for id_, reading in case.readings.items()
            if passages[id_].document_id == case.asked.document_id
        ][:1]
        best = with_evidence(case.found, case.readings, sentence_weights(case.pairing))[0].passage
        reading = case.readings[best.id]
        if reading.words <= MAX_ANSWER_WORDS and reading.likelihood >= min_likelihood(case.pairing):
            shown.append(span_f1(case, best, reading))
    right = f", {np.mean(np.array(shown) >= 0.5):.3f} right" if shown else ""
    return f"F1 over characters {np.mean(scores):.3f}; shown in {len(shown)} of {len(answerable)}{right}"


def look(arguments: argparse.Namespace, texts: str) -> list[Case]:
    """The cases over one collection, not yet read: XQuAD's in a language, or TyDi's."""
    every = arguments.every
    with tempfile.TemporaryDirectory(prefix="dalil-effect-") as folder:
        if texts == "tydi":
            gold = squad([arguments.tydi])
            index = Index.build(gold.documents, folder)
            return list(Looker(index, small=False, swaps=True).cases(asked_of(gold, every), texts))
        cases: list[Case] = []
        paragraphs = arguments.xquad / f"xquad.{texts}.json"
        index = Index.build(squad([paragraphs]).documents, folder)
        for asked in LANGUAGES:
            gold = squad([paragraphs], [arguments.xquad / f"xquad.{asked}.json"])
            questions = list(asked_of(gold, every))
            if asked == "en":
                questions += near_misses(arguments.unanswerable, gold, texts, max(1, every // 2))
            cases += Looker(index, small=False, swaps=True).cases(questions, f"{asked}-{texts}")
        return cases


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--unanswerable", type=Path, required=True, help="English near misses over XQuAD")
    parser.add_argument("--tydi", type=Path, required=True, help="Arabic, SQuAD format")
    parser.add_argument("--every", type=int, default=1, help="only every so many questions")
    parser.add_argument("--most", type=int, default=1000, help="documents asked about, of each pairing")
    parser.add_argument("--processes", type=int, default=1, help="that read")
    parser.add_argument("--work", type=Path, help="folder that keeps what was found and read")
    parser.add_argument("--only-look", action="store_true", help="stop before anything is read")
    arguments = parser.parse_args()
    began = time.time()
    for texts in (*LANGUAGES, "tydi"):
        path = arguments.work / f"{texts}.cases" if arguments.work else None
        cases = kept(path, lambda: look(arguments, texts))  # noqa: B023
        if arguments.only_look:
            continue
        chosen = some(cases, arguments.most)
        read = arguments.work / f"{texts}.read" if arguments.work else None
        cases = kept(read, lambda: read_all(chosen, arguments.processes))  # noqa: B023
        for pairing in PAIRINGS:
            own = [case for case in cases if case.pairing == pairing]
            # Few questions' best passage is in a language that their collection isn't in.
            if len(own) > len(cases) / 10:
                print(report(f"{texts} {pairing}", own), flush=True)
    print(f"{time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
