"""A segment's filter passes every form that is there, and few others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.folder.form_filter import ALL, FormFilterBuilder, FormFilters
from index.text.spelling import Count

FORMS = st.lists(st.text(max_size=8), max_size=40)


def filter_of(forms: list[str]) -> FormFilterBuilder:
    counts: list[Count] = [("letter", "", "a", 1, 0), *(("word", form, form, 1, 0) for form in forms)]
    builder = FormFilterBuilder()
    assert list(builder.seen(counts)) == counts
    return builder


@given(st.lists(FORMS, min_size=1, max_size=4), FORMS)
def test_no_form_that_is_there_is_missed(segments: list[list[str]], others: list[str]) -> None:
    filters = FormFilters([filter_of(forms).build() for forms in segments])
    asked = [*others, *(form for forms in segments for form in forms)]
    found = filters.may_have(asked)
    assert found.shape == (len(segments), len(asked))
    for forms, likely in zip(segments, found, strict=True):
        assert all(may for form, may in zip(asked, likely, strict=True) if form in forms)


def test_few_of_those_that_are_not_there_pass() -> None:
    there = [f"form {number}" for number in range(5_000)]
    filters = FormFilters([filter_of(there).build(), filter_of([]).build(), ALL])
    passed = filters.may_have([f"other {number}" for number in range(5_000)]).mean(axis=1)
    assert 0 < passed[0] < 0.01
    assert passed[1:].tolist() == [0, 1]
