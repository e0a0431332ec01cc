"""Whose a collection is: owners, readers and groups, on the page and from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_encoder import FakeEncoder
from test_cli import dalil

from index import Document, Index
from qa.collections import library as libraries
from qa.collections.library import Library
from qa.collections.types import CollectionNotFound
from qa.messages import say
from web.server import collection_calls
from web.server.chat_calls import ChatCalls
from web.server.collection_calls import Collections
from web.server.users import InvalidUser, Users, UsersUnreadable

PASSWORD = "open sesame"


class Door:
    """The calls of pages, as whoever is logged in."""

    def __init__(self, library: Library, users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name: str | None = None
        monkeypatch.setattr(collection_calls, "user", lambda: self.name)
        self.collections = Collections(library, groups=users.groups_of)

    def call(self, who: str | None, act: str, /, **more: Any) -> dict[str, Any]:
        self.name = who
        return self.collections.call({"act": act, "language": "en", **more})

    def sees(self, name: str | None) -> list[str]:
        menu = self.call(name, "state")["menu"]
        return [one for one in ("Shared", "Private", "Old") if f">{one}<" in menu]


@pytest.fixture
def users(tmp_path: Path) -> Users:
    users = Users(tmp_path / "users.json")
    for name in ("salma", "sami", "lina"):
        users.add(name, PASSWORD)
    return users


@pytest.fixture
def library(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> Library:
    article = Index.build(
        [Document("The article.", id="article")], tmp_path / "article", encoder=encoder, show_progress=False
    )
    monkeypatch.setattr(libraries, "article_index", lambda: article)
    library = Library(tmp_path / "data", encoder=encoder)
    library.create("Old")
    return library


def test_groups_are_kept_with_the_users(users: Users) -> None:
    users.set_group("archive", ["sami", "lina", "sami"])
    assert users.groups() == {"archive": ("sami", "lina")}
    assert [users.groups_of(name) for name in ("sami", "salma", None)] == [{"archive"}, set(), set()]
    users.add("sami", "another password")
    assert users.groups_of("sami") == {"archive"}
    users.remove("lina")
    assert users.groups() == {"archive": ("sami",)}
    users.set_group("archive", [])
    assert users.groups() == {}
    for group, members in (("archive", ["nobody"]), ("", ["sami"]), ("@x", ["sami"]), ("-x", ["sami"])):
        with pytest.raises(InvalidUser):
            users.set_group(group, members)
    users.path.write_text('{"users": {}, "groups": []}', "utf-8")
    with pytest.raises(UsersUnreadable):
        users.groups()


def test_a_collection_is_its_makers_until_it_is_shared(
    library: Library, users: Users, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    door = Door(library, users, monkeypatch)
    shared = door.call("salma", "create", name="Shared")["collection"]
    door.call("salma", "create", name="Private")
    assert [door.sees(name) for name in ("salma", "sami", "lina")] == [
        ["Shared", "Private", "Old"],
        ["Old"],
        ["Old"],
    ]
    users.set_group("archive", ["lina"])
    library.share("Shared", "salma", ["sami", "@archive"])
    assert [door.sees(name) for name in ("sami", "lina")] == [["Shared", "Old"]] * 2
    (tmp_path / "notes.txt").write_text("Notes of Salma.", "utf-8")
    (info,) = library.add_files("Shared", [tmp_path / "notes.txt"]).added
    # Readers read, and change nothing.
    state = door.call("sami", "state", collection=shared)
    assert (state["plain_name"], state["changeable"], state["own"]) == ("Shared", False, False)
    for act, more in (
        ("rename", {"name": "Mine"}),
        ("delete", {}),
        ("remove", {"document": info.id}),
        ("begin", {"files": [{"name": "a.txt", "size": 1}]}),
    ):
        assert door.call("sami", act, collection=shared, **more) == {"error": say("not_owner", "en")}
    assert door.call("salma", "state", collection=shared)["changeable"]
    # Everybody may change what has no owner.
    old = library.id_of("Old")
    assert door.call("lina", "rename", collection=old, name="Older")["plain_name"] == "Older"
    library.share("Shared", "", [])
    assert door.call("lina", "state", collection=shared)["changeable"]


def test_what_others_own_is_neither_asked_nor_read(
    library: Library, users: Users, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    door = Door(library, users, monkeypatch)
    private = door.call("salma", "create", name="Private")["collection"]
    (tmp_path / "notes.txt").write_text("Notes of Salma.", "utf-8")
    (info,) = library.add_files("Private", [tmp_path / "notes.txt"]).added
    chat = ChatCalls(door.collections.index("built-in"), collections=door.collections)
    asked = {"conversation": "a", "language": "en", "question": "Whose notes?", "collection": private}
    wish = {"conversation": "a", "language": "en", "document": info.id, "marks": []}
    for name, may in (("salma", True), ("sami", False), (None, False)):
        door.name = name
        if may:
            chat.begin(asked)
        else:
            with pytest.raises(CollectionNotFound):
                chat.begin(asked)
        assert ("Notes" in chat.read(wish)["paragraphs"]) == may
        assert (chat.find({**wish, "text": "notes"})["total"] == 1) == may
        assert (door.call(name, "state", collection=private)["collection"] == private) == may
        assert ("error" in door.call(name, "existing", collection=private, names=["notes.txt"])) != may
        # Programs ask through Gradio's queue, where no user is known.
        with pytest.raises(CollectionNotFound):
            door.collections.named("Private")
    library.share("Private", "", [])
    assert door.collections.named("Private").documents[0].id == info.id


def test_without_users_nobody_owns_anything(library: Library) -> None:
    collections = Collections(library)
    made = collections.call({"act": "create", "name": "Mine", "language": "en"})["collection"]
    assert library.info(made).owner == ""
    library.share("Mine", "salma", [])
    assert collections.call({"act": "state", "collection": made, "language": "en"})["changeable"]
    assert collections.named("Mine").documents == []


def test_collections_are_shared_from_the_command_line(
    library: Library, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DALIL_DATA", str(library.folder))
    auth = ["--auth", str(users.path)]
    assert dalil("user", "group", "archive", "sami", "lina", *auth).exit_code == 0
    assert dalil("user", "list", *auth).stdout == "lina @archive\nsalma\nsami @archive\n"
    told = dalil("user", "share", "Old", "--owner", "salma", "--group", "archive", *auth)
    assert told.stdout == "Old: salma; readers: @archive\n"
    assert dalil("user", "share", "Old", "--reader", "sami", *auth).stdout == "Old: salma; readers: sami\n"
    assert dalil("user", "share", "Old", *auth).stdout == "Old: salma; readers: sami\n"
    wrong = dalil("user", "share", "Old", "--reader", "nobody", *auth)
    assert (wrong.exit_code, "nobody" in wrong.stderr) == (2, True)
    assert dalil("user", "share", "None", *auth).exit_code == 2
    assert dalil("user", "share", "Old", "--everybody", *auth).stdout == "Old: everybody; readers: none\n"
    unowned = dalil("user", "share", "Old", "--reader", "sami", *auth)
    assert (unowned.exit_code, "--owner" in unowned.stderr) == (2, True)
