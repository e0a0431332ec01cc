"""Postings: by hand, against a count over every passage, and merged ones against those made from scratch."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from same import assert_same_postings, keys_of

from index.retrieval import postings as module
from index.retrieval.postings import Postings, PostingsBuilder

# Prefixes of one another, letters of one to four bytes, and the empty string.
KEYS = st.sampled_from(["", "a", "aa", "ab", "b", "é", "ع", "عر", "عربي", "\U0001f600", "\ufeff"])
PASSAGES = st.lists(st.lists(KEYS, max_size=8), max_size=8)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a handful of passages is worked through in several chunks."""
    monkeypatch.setattr(module, "_CHUNK", 7)


def test_by_hand() -> None:
    postings = Postings.of([["b", "a", "b"], [], ["c", "a"], ["b"]])
    assert postings.keys.strings() == ["a", "b", "c"]
    assert postings.starts.tolist() == [0, 2, 4, 5]
    assert postings.rows.tolist() == [0, 2, 0, 3, 2]
    assert postings.counts.tolist() == [1, 1, 2, 1, 1]
    assert postings.lengths.tolist() == [3, 0, 2, 1]
    found = postings.find("b")
    assert found is not None
    assert (found.rows.tolist(), found.counts.tolist()) == ([0, 3], [2, 1])
    assert found.counts_in(np.array([3, 1, 0, 2, 0])).tolist() == [1, 0, 2, 0, 2]
    assert postings.find("d") is None
    assert postings.find("") is None


def test_a_count_beyond_its_16_bits_stays_the_greatest() -> None:
    postings = Postings.of([["a"] * 70_000 + ["b"]])
    assert postings.counts.tolist() == [65_535, 1]
    assert postings.lengths.tolist() == [70_001]
    merged = postings.merged(np.array([-1, 0]), Postings.of([["a"]]))
    assert merged.counts.tolist() == [1, 65_535, 1]
    assert merged.rows.tolist() == [0, 1, 1]


@given(PASSAGES)
def test_what_each_passage_has_is_what_it_was_given(passages: list[list[str]]) -> None:
    postings = Postings.of(passages)
    assert [keys_of(postings, row) for row in range(len(passages))] == [Counter(keys) for keys in passages]
    assert postings.lengths.tolist() == [len(keys) for keys in passages]
    assert postings.keys.strings() == sorted({key for keys in passages for key in keys})
    for number in range(len(postings.keys)):
        stretch = postings.rows[postings.starts[number] : postings.starts[number + 1]]
        assert (np.diff(stretch) > 0).all()
        assert len(stretch) > 0


@given(
    PASSAGES, st.lists(st.tuples(st.integers(0, 7), st.booleans(), st.lists(KEYS, max_size=6)), max_size=9)
)
def test_merged_is_as_made_from_scratch(
    old: list[list[str]], wanted: list[tuple[int, bool, list[str]]]
) -> None:
    """Passages are kept, dropped, moved, repeated and new."""
    source = np.array([row if is_old and row < len(old) else -1 for row, is_old, _ in wanted], np.int64)
    new = [keys for row, (_, _, keys) in zip(source, wanted, strict=True) if row < 0]
    whole = [old[row] if row >= 0 else keys for row, (_, _, keys) in zip(source, wanted, strict=True)]
    assert_same_postings(Postings.of(old).merged(source, Postings.of(new)), Postings.of(whole))


@pytest.mark.parametrize("passages", [[], [[]], [["a"]], [["b", "a"], ["ع", "a"]]])
def test_what_is_read_is_what_was_written(passages: list[list[str]], tmp_path: Path) -> None:
    postings = Postings.of(passages)
    postings.save(tmp_path, "terms")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"terms.{part}.npy" for part in ("keys.text", "keys.starts", "starts", "rows", "counts", "lengths")
    }
    loaded = Postings.load(tmp_path, "terms")
    assert_same_postings(loaded, postings)
    for key in ("a", "b", "ع", "c"):
        assert (loaded.find(key) is None) == (postings.find(key) is None)
    # What is mapped can be merged too.
    source = np.array([*range(len(passages)), -1])
    added = Postings.of([["a", "new"]])
    assert_same_postings(loaded.merged(source, added), Postings.of([*passages, ["a", "new"]]))


def test_many_passages_in_chunks_of_the_usual_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 1 << 12)
    generator = np.random.default_rng(0)
    passages = [[f"w{number}" for number in generator.zipf(1.3, 30) % 3000] for _ in range(1500)]
    postings = Postings.of(passages)
    for row in (0, 700, 1499):
        assert keys_of(postings, row) == Counter(passages[row])
    assert int(postings.counts.sum()) == 1500 * 30


def test_a_builder_takes_passages_one_at_a_time() -> None:
    builder = PostingsBuilder()
    for keys in (["b", "a"], [], ["a"]):
        builder.add(iter(keys))
    assert_same_postings(builder.build(), Postings.of([["b", "a"], [], ["a"]]))
