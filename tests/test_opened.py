"""Indexes that are kept open: the most recently used ones, each opened once, none in another's way."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest
from fake_encoder import FakeEncoder

from index import Index, IndexDamaged
from qa.collections.library import Library
from qa.collections.opened import MAX_OPEN, OpenIndexes
from web.calls.collection_calls import Collections


class Opener:
    """Opens what stands for indexes; one collection's takes until it is let go."""

    def __init__(self, slow: str = "") -> None:
        self.slow = slow
        self.opened: list[str] = []
        self.began, self.let_go = threading.Event(), threading.Event()
        self.error: Exception | None = None

    def __call__(self, id_: str) -> Index:
        self.opened.append(id_)
        if id_ == self.slow:
            self.began.set()
            assert self.let_go.wait(120)
        if self.error:
            raise self.error
        return cast("Index", object())


def test_the_most_recently_used_are_kept_open() -> None:
    opener = Opener()
    indexes = OpenIndexes(opener, most=3)
    first = {id_: indexes.get(id_) for id_ in "abc"}
    assert {id_: indexes.get(id_) for id_ in "cba"} == first
    indexes.get("d")  # c was used the longest time ago
    assert [indexes.get(id_) is first[id_] for id_ in "ab"] == [True, True]
    assert indexes.get("c") is not first["c"]
    assert opener.opened == [*"abcd", "c"]
    indexes.forget("a")
    indexes.forget("z")
    assert indexes.get("a") is not first["a"]


def test_a_slow_opening_keeps_nobody_from_the_others_and_happens_once() -> None:
    opener = Opener(slow="slow")
    indexes = OpenIndexes(opener)
    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(indexes.get, "slow") for _ in range(3)]
        assert opener.began.wait(120)
        try:
            assert pool.submit(indexes.get, "quick").result(60) is indexes.get("quick")
        finally:
            opener.let_go.set()
        assert len({id(future.result(120)) for future in slow}) == 1
    assert sorted(opener.opened) == ["quick", "slow"]


def test_what_couldnt_be_opened_is_tried_again() -> None:
    opener = Opener()
    indexes = OpenIndexes(opener)
    opener.error = IndexDamaged("It is damaged.")
    for _ in range(2):
        with pytest.raises(IndexDamaged):
            indexes.get("a")
    opener.error = None
    assert indexes.get("a") is indexes.get("a")
    assert opener.opened == ["a"] * 3
    assert indexes._opening == {}


def test_of_many_collections_some_are_open(tmp_path: Path, encoder: FakeEncoder) -> None:
    library = Library(tmp_path, encoder=encoder)
    ids = [library.create(f"c{n}").id for n in range(MAX_OPEN + 4)]
    collections = Collections(library)
    opened = [weakref.ref(collections.index(id_)) for id_ in ids]
    gc.collect()
    assert [index() is not None for index in opened] == [False] * 4 + [True] * MAX_OPEN
