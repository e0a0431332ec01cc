"""Postings: by hand, against a count over every passage, and merged ones against those made from scratch."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval import postings as module
from index.retrieval.postings import Lookup, Postings, PostingsBuilder, hashed
from index.storage.arrays import map_arrays, write_arrays

# Prefixes of one another, letters of one to four bytes, and the empty string.
KEYS = st.sampled_from(["", "a", "aa", "ab", "b", "é", "ع", "عر", "عربي", "\U0001f600", "\ufeff"])
EVERY_KEY = ["", "a", "aa", "ab", "b", "é", "ع", "عر", "عربي", "\U0001f600", "\ufeff"]
ARRAYS = ("keys", "starts", "rows", "codes", "pairs", "lengths")
PASSAGES = st.lists(st.lists(KEYS, max_size=8), max_size=8)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a handful of passages is worked through in several chunks."""
    monkeypatch.setattr(module, "_CHUNK", 7)


def assert_same(one: Postings, other: Postings) -> None:
    """To the last number, and of the same kinds of numbers."""
    for name in ARRAYS:
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(mine, theirs)


def posting(postings: Postings, key: str) -> dict[int, tuple[int, int]]:
    """The frequency of a key in each passage that has it, and that passage's length."""
    (place,) = postings.find(hashed([key]))
    pairs = postings.pairs[postings.codes[place]].tolist()
    return {
        row: (count, length)
        for row, (count, length) in zip(postings.rows[place].tolist(), pairs, strict=True)
    }


def keys_of(postings: Postings, row: int, keys: list[str] = EVERY_KEY) -> Counter[str]:
    """Some keys of a passage and how often it has each."""
    found = {key: posting(postings, key) for key in keys}
    return Counter({key: rows[row][0] for key, rows in found.items() if row in rows})


def test_by_hand() -> None:
    postings = Postings.of([["b", "a", "b"], [], ["c", "a"], ["b"]])
    assert postings.keys.tolist() == sorted(hashed(["a", "b", "c"]).tolist())
    assert posting(postings, "a") == {0: (1, 3), 2: (1, 2)}
    assert posting(postings, "b") == {0: (2, 3), 3: (1, 1)}
    assert posting(postings, "c") == {2: (1, 2)}
    assert posting(postings, "d") == posting(postings, "") == {}
    assert postings.pairs.tolist() == [[1, 1], [1, 2], [1, 3], [2, 3]]
    assert postings.lengths.tolist() == [3, 0, 2, 1]
    (place,) = postings.find(hashed(["b"]))
    rows = np.array([3, 1, 0, 2, 0], np.int32)
    assert postings.holds(place, rows).tolist() == [True, False, True, False, True]
    assert postings.holds(slice(0, 0), rows).tolist() == [False] * 5


def test_a_key_is_known_by_its_hash() -> None:
    digest = hashlib.blake2b("عربي".encode(), digest_size=8).digest()
    assert hashed(["عربي"]).tolist() == [int.from_bytes(digest, "little")]
    assert len(set(hashed(EVERY_KEY).tolist())) == len(EVERY_KEY)


@given(PASSAGES)
def test_what_each_passage_has_is_what_it_was_given(passages: list[list[str]]) -> None:
    postings = Postings.of(passages)
    assert [keys_of(postings, row) for row in range(len(passages))] == [Counter(keys) for keys in passages]
    assert postings.lengths.tolist() == [len(keys) for keys in passages]
    assert postings.keys.tolist() == sorted(hashed({key for keys in passages for key in keys}).tolist())
    assert (np.diff(postings.starts) > 0).all()
    for first, last in pairwise(postings.starts.tolist()):
        assert (np.diff(postings.rows[first:last]) > 0).all()


@given(st.lists(PASSAGES, min_size=1, max_size=3), st.data())
def test_merged_is_as_made_from_scratch(collections: list[list[list[str]]], data: st.DataObject) -> None:
    """Passages of several segments are kept or dropped, in any order."""
    kept = [[data.draw(st.booleans()) for _ in passages] for passages in collections]
    order = data.draw(st.permutations(range(sum(map(sum, kept)))))
    numbers = iter(order)
    moved = [np.array([next(numbers) if keep else -1 for keep in of_one], np.int64) for of_one in kept]
    whole: list[list[str]] = [[] for _ in order]
    for passages, new in zip(collections, moved, strict=True):
        for keys, row in zip(passages, new.tolist(), strict=True):
            if row >= 0:
                whole[row] = keys
    sources = [(Postings.of(passages), new) for passages, new in zip(collections, moved, strict=True)]
    assert_same(Postings.merged(sources), Postings.of(whole))


@given(st.lists(PASSAGES, min_size=1, max_size=3), st.sets(st.integers(0, 20)))
def test_frequencies_are_those_of_all_segments_without_what_is_removed(
    collections: list[list[list[str]]], removed: set[int]
) -> None:
    segments, left, first = [], [], 0
    for passages in collections:
        gone = [row for row in range(len(passages)) if first + row in removed]
        segments.append(replace(Postings.of(passages), removed=np.array(gone, np.int32)))
        left += [keys for row, keys in enumerate(passages) if row not in gone]
        first += len(passages)
    expected = [sum(key in keys for keys in left) for key in EVERY_KEY]
    assert Lookup(segments, EVERY_KEY).frequencies == expected


def test_of_no_segments_nothing_is_found() -> None:
    assert Lookup([], ["a", "b"]).frequencies == [0, 0]


@pytest.mark.parametrize("passages", [[], [[]], [["a"]], [["b", "a"], ["ع", "a"]]])
def test_what_is_read_is_what_was_written(passages: list[list[str]], tmp_path: Path) -> None:
    postings = Postings.of(passages)
    write_arrays(tmp_path / "terms", {name: getattr(postings, name) for name in ARRAYS})
    loaded = Postings(*map(map_arrays(tmp_path / "terms").__getitem__, ARRAYS))
    assert_same(loaded, postings)
    assert [posting(loaded, key) for key in EVERY_KEY] == [posting(postings, key) for key in EVERY_KEY]
    # What is mapped can be merged too.
    sources = [(Postings.of([["a", "new"]]), np.array([0])), (loaded, np.arange(1, len(passages) + 1))]
    assert_same(Postings.merged(sources), Postings.of([["a", "new"], *passages]))


def test_more_pairs_than_16_bits_can_number() -> None:
    counts = np.arange(1, 70_001)
    keys, rows = np.zeros(len(counts), np.uint64), np.arange(len(counts))
    postings = Postings.counted(keys, rows, counts, counts.astype(np.int32))
    assert postings.codes.dtype == np.uint32
    assert postings.pairs[postings.codes].tolist() == [[n, n] for n in counts.tolist()]
    fewer = Postings.merged([(postings, np.where(counts <= 9, rows, -1))])
    assert fewer.codes.dtype == np.uint16
    assert_same(fewer, Postings.counted(keys[:9], rows[:9], counts[:9], counts[:9].astype(np.int32)))


def test_many_passages_in_chunks_of_the_usual_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 1 << 12)
    generator = np.random.default_rng(0)
    passages = [[f"w{number}" for number in generator.zipf(1.3, 30) % 3000] for _ in range(1500)]
    postings = Postings.of(passages)
    words = sorted({word for keys in passages for word in keys})
    for row in (0, 700, 1499):
        assert keys_of(postings, row, words) == Counter(passages[row])
    assert int(postings.pairs[postings.codes, 0].sum()) == 1500 * 30


def test_a_builder_takes_passages_one_at_a_time() -> None:
    builder = PostingsBuilder()
    for keys in (["b", "a"], [], ["a"]):
        builder.add(iter(keys))
    assert_same(builder.build(), Postings.of([["b", "a"], [], ["a"]]))
