"""Collections kept in step with folders: by content, once files have stopped changing, and nowhere else."""

from __future__ import annotations

import html
import os
import re
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fake_encoder import FakeEncoder

from index import Index, IndexLocked
from index.folder import merge as merging
from index.text.analyzer import Language
from qa.article import article
from qa.collections import followed as following_
from qa.collections import importer
from qa.collections import library as libraries
from qa.collections.folders import CollectionFolders
from qa.collections.followed import allowed_folder, states
from qa.collections.library import Library
from qa.collections.types import FolderNotAllowed, FolderNotFound, FolderTooLarge
from qa.messages import say
from web.calls.collection_calls import Collections
from web.server.sharing import Sharing
from web.server.users import Users

RIVER, BREAD, FARM = "The river floods.", "Bread needs flour.", "Farmers wait."


class Chat:
    """A chat's collections, whose folder is looked at by hand and whose clock stands still."""

    def __init__(self, data: Path, encoder: FakeEncoder, roots: list[Path], read_only: bool = False) -> None:
        self.library = Library(data, encoder=encoder)
        self.collections = Collections(self.library, read_only, roots=roots)
        self.now = 0.0
        self.following = self.collections.following
        self.following._clock = lambda: self.now

    def create(self, name: str = "Mine") -> str:
        return str(self.call("create", name=name)["collection"])

    def call(self, act: str, language: Language = "en", **data: Any) -> dict[str, Any]:
        return self.collections.call({"act": act, "language": language, **data})

    def settle(self) -> None:
        """Looks, and again when what has changed has been as it is for long enough."""
        self.following.look()
        self.now += 2
        self.following.look()

    def texts(self, collection: str) -> dict[str, str]:
        return {document.source: document.text for document in self.collections.index(collection).documents}


@pytest.fixture(autouse=True)
def _article(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    built_in = Index.build([article()], tmp_path / "article", encoder=encoder, show_progress=False)
    monkeypatch.setattr(libraries, "article_index", lambda: built_in)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "home" / "Notes"
    (place / "sub").mkdir(parents=True)
    (place / "a.txt").write_text(RIVER)
    (place / "b.md").write_text(BREAD)
    (place / "sub" / "c.txt").write_text(FARM)
    (place / "picture.exe").write_text("no text")
    (place / ".hidden.txt").write_text("hidden")
    return place


@pytest.fixture
def chat(tmp_path: Path, encoder: FakeEncoder, folder: Path) -> Chat:
    return Chat(tmp_path / "data", encoder, [folder.parent])


def text(shown: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", shown))


def test_a_folder_is_kept_in_step_by_content(chat: Chat, folder: Path, encoder: FakeEncoder) -> None:
    mine = chat.create()
    state = chat.call("follow", collection=mine, path=f" {folder} ")
    assert "error" not in state
    assert str(folder) in text(state["folder"])
    chat.following.look()
    assert chat.texts(mine) == {}  # what may still be changing waits
    chat.now = 2
    chat.following.look()
    assert chat.texts(mine) == {"Notes/a.txt": RIVER, "Notes/b.md": BREAD, "Notes/sub/c.txt": FARM}

    encoder.encoded.clear()
    (folder / "sub").rename(folder / "other")
    (folder / "a.txt").write_text("The river dried up.")
    (folder / "b.md").unlink()
    chat.settle()
    assert chat.texts(mine) == {"Notes/a.txt": "The river dried up.", "Notes/other/c.txt": FARM}
    assert FARM not in encoder.encoded
    assert chat.call("followed", collection=mine)["version"] != state["version"]


def test_files_that_change_places_keep_their_documents(chat: Chat, folder: Path) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").write_text(BREAD)
    (folder / "b.md").write_text(RIVER)
    chat.settle()
    assert chat.texts(mine) == {"Notes/a.txt": BREAD, "Notes/b.md": RIVER, "Notes/sub/c.txt": FARM}


@pytest.mark.parametrize("at_once", [1, 50])
def test_of_two_files_with_one_text_the_other_stays(
    chat: Chat, folder: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "_AT_ONCE", at_once)
    (folder / "d.txt").write_text(RIVER)
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    assert sorted(chat.texts(mine)) == ["Notes/a.txt", "Notes/b.md", "Notes/sub/c.txt"]
    shown = text(chat.call("state", collection=mine)["folder"])
    assert f"Notes/d.txt {say('duplicate', 'en')} \u2068Notes/a.txt\u2069" in shown
    (folder / "a.txt").unlink()
    chat.settle()
    assert chat.texts(mine) == {"Notes/d.txt": RIVER, "Notes/b.md": BREAD, "Notes/sub/c.txt": FARM}
    assert "Notes/d.txt" not in text(chat.call("state", collection=mine)["folder"])


def test_a_copy_of_an_unchanged_file_is_its_duplicate(chat: Chat, folder: Path) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    os.utime(folder / "a.txt", (1, 1))
    (folder / "d.txt").write_text(RIVER)
    chat.settle()
    (folder / "d.txt").unlink()
    chat.settle()
    assert chat.texts(mine)["Notes/a.txt"] == RIVER


def test_an_error_between_files_loses_no_text(
    chat: Chat, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "_AT_ONCE", 1)
    (folder / "d.txt").write_text(RIVER)
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").write_text("The river rose.")
    read: list[Path] = []

    def failing(path: Path, *rest: Any) -> Any:
        read.append(path)
        if len(read) == 2:
            raise OSError("The disk is full.")
        return importer.read(path, *rest)

    monkeypatch.setattr(libraries, "read", failing)
    chat.settle()
    assert len(read) == 2
    assert RIVER in chat.texts(mine).values()
    chat.settle()
    texts = chat.texts(mine)
    assert (texts["Notes/a.txt"], texts["Notes/d.txt"]) == ("The river rose.", RIVER)


def test_an_error_at_the_end_keeps_no_older_version(
    chat: Chat, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").write_text(BREAD)

    def full(*_: Any) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(type(chat.library.open("Mine")), "remove", full)
        chat.settle()
    assert chat.texts(mine)["Notes/a.txt"] == RIVER
    chat.settle()
    assert chat.texts(mine) == {"Notes/b.md": BREAD, "Notes/sub/c.txt": FARM}


def test_what_is_followed_no_more_is_taken_up_no_further(
    chat: Chat, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))

    def stopping(path: Path, *rest: Any) -> Any:
        chat.call("stop_following", collection=mine)
        return importer.read(path, *rest)

    monkeypatch.setattr(libraries, "read", stopping)
    chat.settle()
    assert chat.library.followed(mine) is None
    assert chat.texts(mine) == {}


def test_a_link_that_takes_a_files_place_is_not_read(
    chat: Chat, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))

    def exchanging(path: Path, *rest: Any) -> Any:
        if path.name == "a.txt":  # after the folder was looked through
            path.unlink()
            path.symlink_to(tmp_path / "secret.txt")
        return importer.read(path, *rest)

    monkeypatch.setattr(libraries, "read", exchanging)
    chat.settle()
    assert chat.texts(mine) == {"Notes/b.md": BREAD, "Notes/sub/c.txt": FARM}


def test_a_file_is_taken_up_when_it_has_stopped_changing(chat: Chat, folder: Path) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").write_text("The river")
    chat.following.look()
    chat.now += 1.5
    (folder / "a.txt").write_text("The river rose.")
    chat.following.look(is_changed=False)
    chat.now += 1.5
    chat.following.look(is_changed=False)
    assert chat.texts(mine)["Notes/a.txt"] == RIVER
    chat.now += 0.5
    chat.following.look(is_changed=False)
    assert chat.texts(mine)["Notes/a.txt"] == "The river rose."


def test_a_removed_files_text_is_gone_from_disk_soon(
    chat: Chat, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_PER_TIER", 9)  # so that nothing is due
    (folder / "d.txt").write_text("Zanzibar grows cloves.")
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "d.txt").unlink()
    chat.settle()
    for thread in threading.enumerate():
        if thread.name == "merge":
            thread.join()
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert not any(b"Zanzibar" in path.read_bytes() for path in files)


def test_what_nobody_tells_is_seen_after_a_while(chat: Chat, folder: Path) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").unlink()
    for seconds, seen in ((57.0, False), (3.0, False), (2.0, True)):
        chat.now += seconds
        chat.following.look(is_changed=False)
        assert ("Notes/a.txt" not in chat.texts(mine)) == seen


def test_files_added_one_by_one_stay_whatever_the_folder_has(
    chat: Chat, folder: Path, tmp_path: Path
) -> None:
    mine = chat.create()
    own = tmp_path / "a.txt"
    own.write_text("My own.")
    chat.library.add_files("Mine", [own])
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").unlink()
    chat.settle()
    assert chat.texts(mine)["a.txt"] == "My own."
    chat.call("stop_following", collection=mine)
    (folder / "b.md").unlink()
    chat.settle()
    assert chat.texts(mine) == {"a.txt": "My own.", "Notes/b.md": BREAD, "Notes/sub/c.txt": FARM}
    assert chat.call("state", collection=mine)["folder"] == ""


@pytest.mark.parametrize("language", ["ar", "en"])
def test_faults_are_shown_and_the_older_version_stays(chat: Chat, folder: Path, language: Language) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").write_bytes(b"")
    (folder / "new.txt").write_bytes(b" ")
    (folder / "scan.png").write_bytes(b"no picture")
    chat.settle()
    assert chat.texts(mine)["Notes/a.txt"] == RIVER
    shown = text(chat.call("state", language, collection=mine)["folder"])
    assert say("following", language) in shown
    assert f"Notes/a.txt {say('file_empty', language)}" in shown
    assert f"Notes/new.txt {say('file_empty', language)}" in shown
    (folder / "a.txt").write_text(FARM + " More.")
    (folder / "new.txt").unlink()
    chat.settle()
    shown = text(chat.call("state", language, collection=mine)["folder"])
    assert "Notes/a.txt" not in shown
    assert "Notes/new.txt" not in shown


def test_a_folder_that_is_gone_takes_nothing_with_it(chat: Chat, folder: Path) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    before = chat.texts(mine)
    folder.rename(folder.parent / "away")
    chat.settle()
    assert chat.texts(mine) == before
    assert say("folder_not_found", "en") in text(chat.call("state", collection=mine)["folder"])
    (folder.parent / "away").rename(folder)
    (folder / "b.md").unlink()
    chat.settle()
    assert sorted(chat.texts(mine)) == ["Notes/a.txt", "Notes/sub/c.txt"]
    assert say("folder_not_found", "en") not in text(chat.call("state", collection=mine)["folder"])
    # A link in its place is another folder.
    (folder.parent / "secret").mkdir()
    folder.rename(folder.parent / "away")
    folder.symlink_to(folder.parent / "secret")
    chat.settle()
    assert sorted(chat.texts(mine)) == ["Notes/a.txt", "Notes/sub/c.txt"]


def test_it_survives_a_restart_and_reads_only_what_changed(
    chat: Chat, folder: Path, tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    (folder / "a.txt").write_text("The river rose.")
    again = Chat(tmp_path / "data", encoder, [folder.parent])
    again.following._renew(mine)
    read: list[Path] = []

    def recording(path: Path, *rest: Any) -> Any:
        read.append(path)
        return importer.read(path, *rest)

    monkeypatch.setattr(libraries, "read", recording)
    again.settle()
    assert read == [folder / "a.txt"]
    assert again.texts(mine)["Notes/a.txt"] == "The river rose."
    # The operator allows other folders now.
    other = Chat(tmp_path / "data", encoder, [tmp_path / "elsewhere"])
    other.following._renew(mine)
    (folder / "b.md").unlink()
    other.settle()
    assert "Notes/b.md" in other.texts(mine)
    assert str(tmp_path / "elsewhere") in text(other.call("state", collection=mine)["folder"])


def test_it_is_tried_again_where_another_process_writes(
    chat: Chat, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))

    def locked(*_: Any, **__: Any) -> None:
        raise IndexLocked("Another process is changing it.")

    with monkeypatch.context() as patch:
        patch.setattr(CollectionFolders, "changing", locked)
        chat.settle()
    assert say("collection_busy", "en") in text(chat.call("state", collection=mine)["folder"])
    assert not chat.call("state", collection=mine)["busy"]
    chat.settle()
    assert len(chat.texts(mine)) == 3
    assert say("collection_busy", "en") not in text(chat.call("state", collection=mine)["folder"])


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("{home}/Notes", None), ("{home}", None), ("{home}/linked-in", None),
        ("/etc", FolderNotAllowed), ("{home}/..", FolderNotAllowed), ("{home}/Notes/../..", FolderNotAllowed),
        ("Notes", FolderNotAllowed), ("", FolderNotAllowed), ("{home}/linked-out", FolderNotAllowed),
        ("{home}/.ssh", FolderNotAllowed), ("{home}/data", FolderNotAllowed), ("{home}2", FolderNotAllowed),
        ("{home}/none", FolderNotFound), ("{home}/Notes/a.txt", FolderNotFound), ("/none", FolderNotAllowed),
        ("~nobody-here/x", FolderNotAllowed), ("{home}/\0", FolderNotAllowed),
        ("{home}/\ud800", FolderNotAllowed),
        ("{home}/" + "x" * 300, FolderNotFound),
    ],
)  # fmt: skip
def test_only_allowed_folders_can_be_named(path: str, error: type[Exception] | None, folder: Path) -> None:
    home = folder.parent
    (home.parent / "home2").mkdir()
    for name in (".ssh", "data"):
        (home / name).mkdir()
    (home / "linked-in").symlink_to(folder)
    (home / "linked-out").symlink_to(home.parent / "home2")
    named = path.format(home=home)
    if error is None:
        assert allowed_folder(named, [home], home / "data") == Path(named).resolve()
    else:
        with pytest.raises(error):
            allowed_folder(named, [home], home / "data")


def test_links_that_lead_out_are_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (folder / "file.txt").symlink_to(outside / "secret.txt")
    (folder / "linked").symlink_to(outside)
    (folder / "nowhere.txt").symlink_to(outside / "none.txt")
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    (folder / "hidden.txt").symlink_to(folder / ".hidden.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    os.mkfifo(folder / "pipe.txt")
    data = folder / "data"
    data.mkdir()
    (data / "about.json").write_text("{}")
    (folder / "own.txt").symlink_to(data / "about.json")
    (tmp_path / "data").symlink_to(data)
    for own in (data, tmp_path / "data"):
        assert sorted(states(folder, own)) == ["a.txt", "b.md", "inside.txt", "sub/c.txt"]


def test_too_many_files_are_refused(chat: Chat, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following_, "MAX_FOLLOWED", 2)
    with pytest.raises(FolderTooLarge):
        states(folder, folder / "data")
    refused = chat.call("follow", "ar", collection=chat.create(), path=str(folder))
    assert refused == {"error": say("folder_too_large", "ar", number=5_000)}


def test_who_may_name_a_folder(tmp_path: Path, encoder: FakeEncoder, folder: Path) -> None:
    assert Sharing().followable == (Path.home(),)
    assert Sharing(host="0.0.0.0").followable == Sharing(auth=tmp_path / "users.json").followable == ()
    assert Sharing(host="0.0.0.0", folders=(folder,)).followable == (folder,)
    none = Chat(tmp_path / "data", encoder, [])
    mine = none.create()
    assert not none.call("state", collection=mine)["followable"]
    assert "error" in none.call("follow", collection=mine, path=str(folder))
    assert none.library.followed(mine) is None
    read_only = Chat(tmp_path / "data", encoder, [folder], read_only=True)
    assert read_only.call("follow", collection=mine, path=str(folder)) == {"error": say("read_only", "en")}
    chat = Chat(tmp_path / "data", encoder, [folder])
    assert chat.call("state", collection=mine)["followable"]
    assert not chat.call("state", collection="built-in")["followable"]
    assert chat.call("follow", "ar", collection=mine, path="/etc") == {
        "error": say("folder_not_allowed", "ar", names=f"\u2066{folder}\u2069")
    }
    chat.library.share("Mine", "amal", ["badr"])
    users = Users(tmp_path / "users.json")
    users.add("amal", "open sesame")
    chat.collections._users = users
    for name, error in (("badr", say("not_owner", "en")), ("amal", None)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("web.calls.collection_access.user", lambda name=name: name)
            answer = chat.call("follow", collection=mine, path=str(folder))
            assert answer.get("error") == error
            assert ("stop-following" in chat.call("state", collection=mine)["folder"]) == (error is None)


def test_a_collection_that_is_deleted_is_followed_no_more(chat: Chat, folder: Path) -> None:
    mine = chat.create()
    chat.call("follow", collection=mine, path=str(folder))
    chat.settle()
    chat.call("delete", collection=mine)
    chat.settle()
    assert chat.following.of_collection(mine) is None
    assert (folder / "a.txt").read_text() == RIVER


@pytest.mark.slow
def test_the_operating_system_tells_of_changes(chat: Chat, folder: Path) -> None:
    """With a thread and a clock of its own; states are waited for, never times."""
    chat.following._clock = time.monotonic
    mine = chat.create()
    chat.following.start()
    try:
        chat.call("follow", collection=mine, path=str(folder))

        def until(sources: list[str]) -> None:
            for _ in range(1_200):  # two minutes; only ends a test that hangs
                if sorted(chat.texts(mine)) == sources:
                    return
                time.sleep(0.1)
            raise AssertionError(chat.texts(mine))

        until(["Notes/a.txt", "Notes/b.md", "Notes/sub/c.txt"])
        shutil.move(folder / "a.txt", folder / "sub" / "d.txt")
        (folder / "b.md").unlink()
        until(["Notes/sub/c.txt", "Notes/sub/d.txt"])
    finally:
        chat.following.close()
