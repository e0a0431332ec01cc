"""A vocabulary finds what a list would, and merged ones are those of the merged strings."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.storage import vocabulary as module
from index.storage.vocabulary import Vocabulary, stretches

STRINGS = st.sets(st.text(st.sampled_from("ab\0éع\U0001f600\uffff"), max_size=3), max_size=12)


@given(STRINGS, STRINGS, st.sampled_from([1, 2, 3, 256]))
def test_strings_are_found_where_a_sorted_list_has_them(known: set[str], asked: set[str], step: int) -> None:
    """Whichever of them are kept in memory."""
    ordered = sorted(known)
    vocabulary = Vocabulary.of(ordered)
    assert len(vocabulary) == len(known)
    assert vocabulary.strings() == ordered
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_STEP", step)
        for string in known | asked:
            assert vocabulary.find(string) == (ordered.index(string) if string in known else None)
            assert vocabulary.place(string) == sum(other < string for other in known)


@given(STRINGS, STRINGS, st.randoms(use_true_random=False))
def test_merged(known: set[str], added: set[str], random: Random) -> None:
    ordered, others = sorted(known), sorted(added)
    kept = np.array([random.random() < 0.5 for _ in ordered], bool)
    merged, numbers, added_numbers = Vocabulary.of(ordered).merged(kept, Vocabulary.of(others))
    expected = sorted({string for string, stays in zip(ordered, kept, strict=True) if stays} | added)
    assert merged.strings() == expected
    assert numbers.tolist() == [sum(other < string for other in expected) for string in ordered]
    assert added_numbers.tolist() == [expected.index(string) for string in others]


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    for name, strings in (("none", []), ("some", ["", "b", "ع"])):
        Vocabulary.of(strings).save(tmp_path, name)
        assert Vocabulary.load(tmp_path, name).strings() == strings
    assert Vocabulary.load(tmp_path, "some").find("ع") == 2


def test_stretches() -> None:
    assert stretches(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert stretches(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []
