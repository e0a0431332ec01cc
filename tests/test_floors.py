"""Floors on measured quality, by hand."""

from __future__ import annotations

import pytest
from floors import floor


def test_a_floor_lies_three_standard_deviations_below() -> None:
    # p = (48 + 2) / (96 + 4) = .5; sqrt(96 * .25) = 4.899
    assert floor(48, 96) == pytest.approx(48 - 3 * 4.89898, abs=1e-4)
    # p = 62 / 64
    assert floor(60, 60) == pytest.approx(60 - 3 * 1.34775, abs=1e-4)


def test_few_cases_have_no_floor() -> None:
    with pytest.raises(ValueError, match="too few"):
        floor(29, 29)
