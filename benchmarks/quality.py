"""Writes benchmarks/RESULTS.md: quality on the gold questions, on XQuAD and on TyDi, beside peers.

    python benchmarks/quality.py --xquad DIR --tydi FILE [--only SECTION ...]

XQuAD: https://github.com/google-deepmind/xquad (xquad.ar.json, xquad.en.json), in four pairings of
languages and both files as one collection; TyDi QA GoldP dev, Arabic, in SQuAD format. Each distinct
context is a document. Over an hour on two cores. A section that is made again takes the old one's
place; the others stay, each with the date and the machine of its own.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import robustness
from results import Section, markdown_table, run
from tqdm import tqdm

from index.encoding.load import load
from index.interface import Index
from index.types import Hit
from qa.answering.confidence import MAX_CANDIDATES
from qa.evaluation.evaluate import Report
from qa.evaluation.report import measure, table
from qa.gold import GoldSet, squad

PAIRINGS = (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en"))
COMPARED = ("R@1", "nDCG@10")


def sections(arguments: argparse.Namespace) -> dict[str, Section]:
    """Each section's name with what makes its text."""
    xquad, tydi = arguments.xquad, arguments.tydi
    pairings = {
        f"XQuAD, {asked} -> {texts}": ([xquad / f"xquad.{texts}.json"], [xquad / f"xquad.{asked}.json"])
        for asked, texts in PAIRINGS
    }
    files: dict[str, tuple[list[Path], list[Path]]] = {**pairings, "TyDi, ar -> ar": ([tydi], [])}
    both = [xquad / "xquad.ar.json", xquad / "xquad.en.json"]
    return {
        "Article": lambda: _tables(measure((), (), None)),
        **{name: partial(_measured, *paths) for name, paths in files.items()},
        "XQuAD, both languages": partial(_measured, both, []),
        "XQuAD, ways of writing": partial(_ways_of_writing, *pairings["XQuAD, ar -> ar"]),
        "Beside peers": partial(_beside_peers, {name: squad(*paths) for name, paths in files.items()}),
    }


def _measured(texts: list[Path], questions: list[Path]) -> Iterator[str]:
    yield from _tables(measure(texts, questions, None))


def _ways_of_writing(texts: list[Path], questions: list[Path]) -> Iterator[str]:
    gold = squad(texts, questions)
    with tempfile.TemporaryDirectory(prefix="dalil-quality-") as folder:
        effects = robustness.breakdown(Index.build(gold.documents, folder), gold.questions)
    yield f"```\n{robustness.table(effects)}\n```"


def _tables(reports: Iterator[tuple[str, Report]]) -> Iterator[str]:
    for name, report in reports:
        yield f"```\n{table(name, report)}\n```"


def _beside_peers(golds: dict[str, GoldSet]) -> Iterator[str]:
    """Dalil, its dense leg alone, and every peer on every set, as a Markdown table."""
    from peers import peers, score

    others = peers(load())
    yield (
        "R@1 / nDCG@10 of hybrid search as each package's documentation shows it, all with the same "
        f"encoder (benchmarks/peers.py): {'; '.join(peer.version for peer in others)}."
    )
    rows: dict[str, list[str]] = {}
    for gold in golds.values():
        with tempfile.TemporaryDirectory(prefix="dalil-quality-") as folder:
            index = Index.build(gold.documents, folder)
            rankings = dict(zip(("Dalil", "Dalil's dense leg alone"), _own(index, gold), strict=True))
        for peer in others:
            rankings[peer.name] = peer.rankings(gold)
        for name, ranked in rankings.items():
            figures = score(gold, ranked)
            rows.setdefault(name, []).append(" / ".join(f"{figures[f].mean:.3f}" for f in COMPARED))
    yield markdown_table(["", *golds], [[name, *cells] for name, cells in rows.items()])


def _own(index: Index, gold: GoldSet) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """For each question the ids of what Dalil finds, and of what its vectors alone would find."""
    found, nearest = [], []
    for question in tqdm(gold.questions, desc="Dalil", unit=" questions", disable=None):
        hits = index.search(question.text, MAX_CANDIDATES)
        dense = sorted((hit for hit in hits if hit.ranks["dense"]), key=lambda hit: hit.ranks["dense"] or 0)
        found.append(_documents(hits))
        nearest.append(_documents(dense))
    return found, nearest


def _documents(hits: Sequence[Hit]) -> tuple[str, ...]:
    """The ids of ten documents at most, each once, in the order of their best passages."""
    return tuple(dict.fromkeys(hit.passage.document_id for hit in hits))[:10]


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--tydi", type=Path, required=True, help="Arabic, SQuAD format")
    run(parser, sections)


if __name__ == "__main__":
    main()
