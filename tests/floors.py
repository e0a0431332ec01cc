"""Floors for measured quality that hold on every machine."""

from __future__ import annotations

from math import sqrt

# Fewer say little: one question that falls the other way would decide.
MIN_CASES = 30
# Standard deviations of a binomial. One last digit of a float changes every vector a little
# (index/encoding/e5/onnx_graph.py): a few borderline questions fall otherwise on another kind of processor,
# with a newer onnxruntime or in float32. Three standard deviations are more than that, and what is broken
# loses more.
MARGIN = 3.0


def floor(right: int, cases: int) -> float:
    """The number of right cases that has to be reached where `right` of `cases` were measured.

    Three standard deviations of a binomial below it: right - 3 sqrt(n p (1 - p)), with
    p = (right + 2) / (n + 4) (Agresti and Coull 1998), so that there is a margin where nearly all were right.

    Raises:
        ValueError: there are too few cases; pool them with others.
    """
    if cases < MIN_CASES:
        raise ValueError(f"{cases} cases are too few for a floor; pool at least {MIN_CASES}.")
    share = (right + 2) / (cases + 4)
    return right - MARGIN * sqrt(cases * share * (1 - share))
