"""Pictures: what is drawn is what was measured, and every file is a PNG that something is drawn on."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from test_report import REPORT

from qa.evaluation.evaluate import Report
from qa.evaluation.measures import Estimate
from qa.evaluation.plots import draw


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Every figure that is saved."""
    saved: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, path: Path, dpi: int) -> None:
        saved.append(figure)
        save(figure, path, dpi=dpi)

    monkeypatch.setattr(Figure, "savefig", keep)
    return saved


def only_axes(figure: Figure) -> Any:
    """What a picture is drawn on; matplotlib's types don't say what that holds."""
    (axes,) = figure.axes
    return axes


def size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG, in pixels."""
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", head[16:])
    return width, height


def test_a_file_a_picture(tmp_path: Path) -> None:
    paths = draw(tmp_path / "new" / "folder", "xquad.ar + xquad.en -> xquad.ar + xquad.en, ar", REPORT)
    assert [path.name for path in paths] == [
        "xquad.ar-xquad.en-xquad.ar-xquad.en-ar-retrieval.png",
        "xquad.ar-xquad.en-xquad.ar-xquad.en-ar-risk-coverage.png",
        "xquad.ar-xquad.en-xquad.ar-xquad.en-ar-reliability.png",
    ]
    assert [size(path) for path in paths] == [(1200, 675), (975, 675), (825, 750)]
    assert sorted(paths[0].parent.iterdir()) == sorted(paths)


def test_bars_are_the_means_with_their_intervals(tmp_path: Path, figures: list[Figure]) -> None:
    draw(tmp_path, "x", REPORT)
    axes = only_axes(figures[0])
    expected = [0.11, 0.111, 0.112, 0.113, 0.114, 0.21, 0.211]
    assert [bar.get_height() for bar in axes.patches[:7]] == pytest.approx(expected)
    assert len(axes.patches) == 4 * 5
    first = axes.collections[0].get_paths()[0].vertices
    assert [float(y) for y in sorted(first[:, 1])] == pytest.approx([0.06, 0.16])
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "R@1",
        "R@5",
        "R@10",
        "MRR@10",
        "nDCG@10",
    ]


def test_a_curve_with_its_bounds(tmp_path: Path, figures: list[Figure]) -> None:
    draw(tmp_path, "x", REPORT)
    axes = only_axes(figures[1])
    perfect, nothing, curve, point = axes.lines
    assert (list(curve.get_xdata()), list(curve.get_ydata())) == ([0.4, 1.0], [0.1, 0.6])
    assert (list(point.get_xdata()), list(point.get_ydata())) == ([0.4321], [0.2109])
    assert set(nothing.get_ydata()) == {0.6}
    # Of all, .4 is right: perfect confidence has no risk up to there, then (c - .4) / c.
    assert list(perfect.get_xdata())[:2] == pytest.approx([0, 0.4])
    assert list(perfect.get_ydata())[:2] == pytest.approx([0, 0])
    assert list(perfect.get_ydata())[-1] == pytest.approx(0.6)


def test_the_bins_beside_the_diagonal(tmp_path: Path, figures: list[Figure]) -> None:
    draw(tmp_path, "x", REPORT)
    axes = only_axes(figures[2])
    _, bins = axes.lines
    assert (list(bins.get_xdata()), list(bins.get_ydata())) == ([0.14, 0.86], [0.1, 0.9])
    assert [text.get_text() for text in axes.texts] == ["30", "38"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "report",
    [
        dataclasses.replace(REPORT, at_threshold=None),
        # Without doubt, and all wrong or all right.
        dataclasses.replace(REPORT, auroc=Estimate(1, 1, 1), risk_coverage=REPORT.risk_coverage[-1:]),
        dataclasses.replace(
            REPORT, risk_coverage=tuple(dataclasses.replace(p, risk=1.0) for p in REPORT.risk_coverage)
        ),
        dataclasses.replace(
            REPORT, risk_coverage=tuple(dataclasses.replace(p, risk=0.0) for p in REPORT.risk_coverage)
        ),
    ],
)
def test_extremes_are_drawn_without_a_warning(report: Report, tmp_path: Path) -> None:
    assert len(draw(tmp_path, "x", report)) == 3
