"""The comparison of a sample's quality with the committed figures."""

from __future__ import annotations

import json

import quality_gate

from qa.evaluation.measures import Estimate

COMMITTED = {"set": {"R@1": {"mean": 0.9, "standard_error": 0.02}}}


def test_what_is_two_standard_errors_lower_has_fallen() -> None:
    assert quality_gate.fallen("set", {"R@1": Estimate(0.861, 0, 1)}, COMMITTED) == []
    assert quality_gate.fallen("set", {"R@1": Estimate(0.99, 0, 1)}, COMMITTED) == []
    assert quality_gate.fallen("set", {"R@1": Estimate(0.859, 0, 1)}, COMMITTED) == [
        "set: R@1 is 0.859, and was 0.900"
    ]


def test_figures_are_committed_for_every_pairing() -> None:
    sets = json.loads(quality_gate.FIGURES.read_text())["sets"]
    assert {f"XQuAD, {asked} -> {texts}" for asked, texts in quality_gate.PAIRINGS} < sets.keys()
    for found in sets.values():
        assert found.keys() == {"R@1", "first sentence", "AUROC"}
        assert all(0 < one["standard_error"] < 0.05 < one["mean"] <= 1 for one in found.values())
