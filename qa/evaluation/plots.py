"""Plots of reports: retrieval, risk against coverage, reliability.

Needs the extra `dalil[eval]`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import regex

from index.storage.files import keep_font_list
from qa.evaluation.evaluate import Report
from qa.evaluation.measures import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# From Okabe and Ito's colour-blind-safe palette.
BLUE, _ORANGE, _GREEN, _PURPLE = "#0072b2", "#e69f00", "#009e73", "#cc79a7"
GREY = "#666666"
_LEG_COLOURS: Final = {"bm25": _ORANGE, "dense": _GREEN, "late": _PURPLE, "whole": BLUE}
_LEG_NAMES: Final = {
    "bm25": "BM25",
    "dense": "dense vectors",
    "late": "late interaction",
    "whole": "all together",
}
_DOTS_PER_INCH: Final = 150


def draw(folder: Path, name: str, report: Report) -> list[Path]:
    """Draws a report's figures as PNG files, each with the report's name in its title.

    Args:
        folder: output folder; created if missing.
        name: name of the report; file names begin with it, such as article-ar-retrieval.png.
        report: the report.

    Returns:
        The files, in the order retrieval, risk-coverage, reliability.
    """
    pictures = {
        "retrieval": _retrieval(report),
        "risk-coverage": _risk_coverage(report),
        "reliability": _reliability(report),
    }
    folder.mkdir(parents=True, exist_ok=True)
    start = regex.sub(r"[^\p{L}\p{N}.]+", "-", name).strip("-")
    paths = []
    for kind, figure in pictures.items():
        figure.suptitle(name, fontsize=9, color=GREY)
        paths.append(folder / f"{start}-{kind}.png")
        figure.savefig(paths[-1], dpi=_DOTS_PER_INCH)
    return paths


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """Creates an empty figure, sized in inches, that needs no display."""
    keep_font_list()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)
    return figure, axes


def error_bars(estimates: list[Estimate]) -> Any:
    """(2, n): lower and upper error of each interval; a mean may lie on its edge."""
    reach = [(e.mean - e.low, e.high - e.mean) for e in estimates]
    return np.maximum(np.array(reach).T, 0)


def _retrieval(report: Report) -> Figure:
    figure, axes = new_figure(8, 4.5)
    measures = list(next(iter(report.retrieval.values())))
    places = np.arange(len(measures))
    width = 0.8 / len(report.retrieval)
    for number, (leg, values) in enumerate(report.retrieval.items()):
        estimates = [values[measure] for measure in measures]
        axes.bar(
            places + (number - (len(report.retrieval) - 1) / 2) * width,
            [estimate.mean for estimate in estimates],
            width * 0.92,
            yerr=error_bars(estimates),
            capsize=2,
            error_kw={"linewidth": 1},
            color=_LEG_COLOURS[leg],
            label=_LEG_NAMES[leg],
        )
    axes.set_xticks(places, measures)
    axes.set_ylim(0, 1.02)
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("mean over questions, 95 % interval")
    asked = report.questions - report.unanswerable
    axes.set_title(f"Is the right paragraph found? {asked:,} questions", fontsize=11)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return figure


def _risk_coverage(report: Report) -> Figure:
    figure, axes = new_figure(6.5, 4.5)
    coverage = np.array([point.coverage for point in report.risk_coverage])
    risk = np.array([point.risk for point in report.risk_coverage])
    # With a perfect confidence the risk is 0 until all right answers have been given.
    right = 1 - risk[-1]
    ideal = np.linspace(max(right, 1e-9), 1, 200)
    axes.plot([0, *ideal], [0, *(1 - right / ideal)], "--", color=GREY, label="perfect confidence")
    axes.axhline(risk[-1], color=GREY, linestyle=":", label="confidence that says nothing")
    axes.plot(coverage, risk, color=BLUE, label=f"Dalil: area {report.aurc.mean:.3f}")
    if point := report.at_threshold:
        label = "Dalil's own threshold; nothing is quoted below it"
        axes.plot([point.coverage], [point.risk], "o", color=_ORANGE, label=label)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(0.05, float(risk.max())) * 1.08)
    axes.set_xlabel("coverage: share of questions answered, surest first")
    axes.set_ylabel("risk: share of the answers that is wrong")
    axes.set_title("What does answering more cost? Questions with the answer left out included", fontsize=11)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return figure


def _reliability(report: Report) -> Figure:
    figure, axes = new_figure(5.5, 5)
    bins = report.reliability
    most = max(bin_.count for bin_ in bins)
    axes.plot([0, 1], [0, 1], "--", color=GREY, label="perfectly calibrated")
    axes.plot([b.confidence for b in bins], [b.share for b in bins], color=BLUE, linewidth=1)
    axes.scatter(
        [b.confidence for b in bins],
        [b.share for b in bins],
        s=[20 + 180 * b.count / most for b in bins],
        color=BLUE,
        label="answers of like confidence; larger where there are more",
    )
    for bin_ in bins:
        axes.annotate(
            f"{bin_.count:,}",
            (bin_.confidence, bin_.share),
            xytext=(0, -20 if bin_.share > 0.5 else 12),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=GREY,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.02, 1.04)
    axes.set_xlabel("confidence that Dalil gives")
    axes.set_ylabel("share for which the texts hold the answer")
    axes.set_title(
        f"Is confidence what it says? Calibration error {report.calibration_error.mean:.3f}", fontsize=11
    )
    figure.legend(loc="outside lower center", frameon=False, fontsize=9)
    return figure
