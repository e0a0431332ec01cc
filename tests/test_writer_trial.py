"""The trial of a real writer complains of one that says nothing, or whose claims nobody has read."""

from __future__ import annotations

from collections import Counter

import pytest
import test_real_writer
from test_real_writer import need_packages
from writer_trial import Shown, Trial, questions, read_by_hand

BRIDGE = ("The bridge was opened in 1912 by Hans Weidel.",)


def trial(*shown: Shown, left_out: int = 40, trouble: str = "", troubled: int = 0) -> Trial:
    return Trial(
        60, 55, list(shown), Counter(number=left_out), Counter({trouble: troubled} if trouble else {})
    )


def test_of_what_was_checked_and_left_out_it_has_nothing_to_complain() -> None:
    assert trial().complaints([]) == []


@pytest.mark.parametrize(
    ("tried", "complaint"),
    [
        (trial(left_out=0, trouble="nonsense", troubled=55), "only 0 sentences"),
        (trial(left_out=0), "only 0 sentences"),
        (trial(trouble="nonsense", troubled=40), "the writer failed"),
        (trial(trouble="gone", troubled=1), "the writer failed"),
        (Trial(60, 20, [], Counter(number=40)), "answered only 20"),
        (trial(*[Shown("Hans Weidel came in 1912.", BRIDGE)] * 6), "not known to be carried"),
        (trial(*[Shown("The bridge was opened in 1912", BRIDGE)] * 6), "not known to be carried"),
    ],
)
def test_of_nothing_or_of_what_nobody_has_read_it_complains(tried: Trial, complaint: str) -> None:
    assert complaint in " ".join(tried.complaints([]))


def test_a_claim_that_was_read_or_is_literal_is_no_complaint() -> None:
    reworded = Shown("Hans Weidel came in 1912.", BRIDGE)
    assert trial(reworded).uncarried([reworded]) == []
    assert trial(Shown("The bridge was opened in 1912 by Hans Weidel", BRIDGE)).uncarried([]) == []
    # The same words about another quotation were not read.
    other = Shown("Hans Weidel came in 1912.", ("Hans Weidel came.",))
    assert trial(other).uncarried([reworded]) == [other]


def test_the_list_that_was_read_is_of_claims_with_quotations() -> None:
    assert all(one.claim and one.quotations for one in read_by_hand())


def test_the_questions_are_of_both_languages_and_all_different() -> None:
    asked = questions(60)
    assert len({question.text for question in asked}) == 60
    assert {question.language for question in asked} == {"ar", "en"}


def test_a_missing_model_fails_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_real_writer, "PACKAGES", ("no_such_package",))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception):
        need_packages()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        need_packages()
