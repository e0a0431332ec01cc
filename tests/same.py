"""What tests ask of postings and of a spelling: whether two are the same, and what is in them."""

from __future__ import annotations

from collections import Counter

import numpy as np

from index.retrieval.postings import Postings
from index.text.spelling import Spelling


def assert_same_postings(one: Postings, other: Postings) -> None:
    """To the last number, and of the same kinds of numbers."""
    assert one.keys.strings() == other.keys.strings()
    for part in ("starts", "rows", "counts", "lengths"):
        _assert_same(getattr(one, part), getattr(other, part))


def assert_same_spelling(one: Spelling, other: Spelling) -> None:
    """To the last number, and of the same kinds of numbers."""
    assert one.words.strings() == other.words.strings()
    _assert_same(one.counts, other.counts)
    _assert_same(one.letters, other.letters)


def _assert_same(one: np.ndarray, other: np.ndarray) -> None:
    assert one.dtype == other.dtype
    np.testing.assert_array_equal(one, other)


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


def forms(spelling: Spelling) -> dict[str, int]:
    """The words that are written in the collection, and how often each is."""
    words = [key.partition("\0")[2] for key in spelling.words.strings()]
    written = spelling.counts[:, 0].tolist()
    return {word: count for word, count in zip(words, written, strict=True) if count}
