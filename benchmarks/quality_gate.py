"""Fails where quality has fallen: a sample of XQuAD and TyDi against the committed figures.

    python benchmarks/quality_gate.py --data FOLDER             compares; exit code 1 if something has fallen
    python benchmarks/quality_gate.py --data FOLDER --commit    measures and writes the figures

FOLDER holds `xquad/xquad.ar.json`, `xquad/xquad.en.json` and `tydiqa-goldp-ar/*.json`
(benchmarks/quality.py tells where they are from). Every fourth question is asked, of all documents. A figure
has fallen if it is more than two standard errors below the committed one; the errors are those of the
committed run, so that chance fails one comparison in 44 where nothing has changed but the machine's rounding.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from index.interface import Index
from qa.evaluation.evaluate import Report, evaluate
from qa.evaluation.measures import Estimate
from qa.gold import GoldSet, squad

FIGURES: Final = Path(__file__).with_suffix(".json")
PAIRINGS: Final = (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en"))
EVERY: Final = 4
STANDARD_ERRORS: Final = 2.0
# Width of a 95 % interval in standard errors.
_INTERVAL: Final = 3.92

Figures = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Set -> figure -> "mean" and "standard_error"."""


def gold_sets(data: Path) -> Iterator[tuple[str, GoldSet]]:
    """XQuAD in four pairings of languages (question -> text), and TyDi."""
    for asked, texts in PAIRINGS:
        files = [data / "xquad" / f"xquad.{texts}.json"], [data / "xquad" / f"xquad.{asked}.json"]
        yield f"XQuAD, {asked} -> {texts}", squad(*files)
    yield "TyDi, ar -> ar", squad(sorted((data / "tydiqa-goldp-ar").glob("*.json")))


def measured(gold: GoldSet) -> dict[str, Estimate]:
    """The figures of every fourth question, asked of all documents."""
    sample = replace(gold, questions=gold.questions[::EVERY])
    with tempfile.TemporaryDirectory(prefix="dalil-gate-") as folder:
        index = Index.build(sample.documents, folder, show_progress=False)
        return figures(evaluate(index, sample.questions, show_progress=False))


def figures(report: Report) -> dict[str, Estimate]:
    """The figures of a report that are compared."""
    return {
        "R@1": report.retrieval["whole"]["R@1"],
        "first sentence": report.first_quote,
        "AUROC": report.auroc,
    }


def fallen(name: str, found: Mapping[str, Estimate], committed: Figures) -> list[str]:
    """What of a set is more than two standard errors below the committed figures, as lines of text."""
    lines = []
    for figure, estimate in found.items():
        before = committed[name][figure]
        least = before["mean"] - STANDARD_ERRORS * before["standard_error"]
        if estimate.mean < least:
            lines.append(f"{name}: {figure} is {estimate.mean:.3f}, and was {before['mean']:.3f}")
    return lines


def main() -> None:
    """Measures, prints, and compares or writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--commit", action="store_true", help="write the figures instead of comparing them")
    arguments = parser.parse_args()
    committed: Figures = {} if arguments.commit else json.loads(FIGURES.read_text())["sets"]
    sets, lines = {}, []
    for name, gold in gold_sets(arguments.data):
        found = measured(gold)
        print(name, *(f"{figure} {one.mean:.3f}" for figure, one in found.items()), sep="  ", flush=True)
        lines += [] if arguments.commit else fallen(name, found, committed)
        sets[name] = {
            figure: {
                "mean": round(one.mean, 4),
                "standard_error": round((one.high - one.low) / _INTERVAL, 4),
            }
            for figure, one in found.items()
        }
    if arguments.commit:
        note = "Written by benchmarks/quality_gate.py --commit"
        FIGURES.write_text(json.dumps({"note": note, "sets": sets}, indent=1) + "\n")
    if lines:
        sys.exit("\n".join(("Quality has fallen:", *lines)))


if __name__ == "__main__":
    main()
