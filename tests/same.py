"""What tests ask of postings: whether two are the same, and what a passage has."""

from __future__ import annotations

from collections import Counter

import numpy as np

from index.postings import Postings


def assert_same_postings(one: Postings, other: Postings) -> None:
    """To the last number, and of the same kinds of numbers."""
    assert one.keys.strings() == other.keys.strings()
    for part in ("starts", "rows", "counts", "lengths"):
        first, second = getattr(one, part), getattr(other, part)
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)


def keys_of(postings: Postings, row: int) -> Counter[str]:
    """A passage's keys and how often it has each."""
    found = {key: postings.find(key) for key in postings.keys.strings()}
    return Counter(
        {
            key: int(posting.counts[place])
            for key, posting in found.items()
            if posting is not None
            for place in np.flatnonzero(posting.rows == row)
        }
    )
