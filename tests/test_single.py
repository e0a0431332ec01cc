"""A chat over one index has nothing to do with the user's own collections."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from qa.collections.interface import CollectionLibrary
from qa.collections.library import Library
from qa.collections.single import SingleIndex
from qa.collections.types import ReadOnlyCollection
from qa.messages import say
from web.calls.collection_calls import Collections

Change = Callable[[SingleIndex, Path], object]
NAME = "texts"
CHANGES: dict[str, Change] = {
    "create": lambda single, _: single.create("new"),
    "share": lambda single, _: single.share(NAME, "salma", ["sami"]),
    "rename": lambda single, _: single.rename(NAME, "other"),
    "delete": lambda single, _: single.delete(NAME),
    "add_files": lambda single, file: single.add_files(NAME, [file]),
    "add_page": lambda single, _: single.add_page(NAME, "https://example.org"),
    "remove": lambda single, _: single.remove(NAME, ["d"]),
    "follow": lambda single, file: single.follow(NAME, file.parent),
    "synchronise": lambda single, _: single.synchronise(NAME, ["a.txt"]),
}


@pytest.fixture
def own(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The user's own collections: one is called as the index is."""
    monkeypatch.setenv("DALIL_DATA", str(tmp_path / "data"))
    own = Library(encoder=encoder)
    own.create(NAME)
    return own


@pytest.fixture
def single(tmp_path: Path, encoder: FakeEncoder) -> SingleIndex:
    folder = tmp_path / "index" / NAME
    return SingleIndex(
        Index.build([Document("A text.", id="d")], folder, encoder=encoder, show_progress=False)
    )


def state(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.json")}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_of_it_reaches_the_users_own_collections(
    change: str, own: Library, single: SingleIndex, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Another text.", "utf-8")
    before = state(own.folder)
    assert before
    with pytest.raises(ReadOnlyCollection):
        CHANGES[change](single, file)
    assert state(own.folder) == before
    assert [info.name for info in own.collections()][1:] == [NAME]


def test_it_does_itself_whatever_the_chat_needs() -> None:
    needed = {name for name, _ in inspect.getmembers(CollectionLibrary, inspect.isfunction)}
    needed = {name for name in needed if not name.startswith("_")}
    assert set(CHANGES) < needed
    # What a library has from the interface changes nothing.
    assert needed - CHANGES.keys() - {"followed"} <= vars(SingleIndex).keys()
    assert not issubclass(SingleIndex, Library)


def test_a_page_changes_nothing(own: Library, single: SingleIndex) -> None:
    collections = Collections(single)
    before = state(own.folder)
    for act in ("create", "rename", "delete", "remove", "begin", "follow", "stop_following", "share"):
        call: dict[str, Any] = {"act": act, "language": "en", "collection": "index", "name": "x", "files": []}
        call |= {"document": "d", "path": "/x", "users": [], "groups": []}
        assert collections.call(call) == {"error": say("read_only", "en")}
    assert collections.call({"act": "state", "language": "en"})["folder"] == ""
    assert state(own.folder) == before
