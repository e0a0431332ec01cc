"""Whose a collection is: owners, readers and groups, on the page and from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from fake_encoder import FakeEncoder
from own_documents import converse
from page_calling import sent
from test_cli import dalil

from index import Document, Index
from qa.collections import library as libraries
from qa.collections.library import Library
from qa.collections.types import CollectionNotFound
from qa.messages import say
from qa.writing.write import Writer
from web.calls import collection_access
from web.calls.chat_calls import ChatCalls
from web.calls.collection_calls import Collections
from web.page_calls import Begin, Find, Read, Translate, Why
from web.server.users import InvalidUser, UnknownReader, Users, UsersUnreadable
from web.uploads.batches import Batch
from web.writing import NO_WRITING

PASSWORD = "open sesame"


class Door:
    """The calls of pages, as whoever is logged in."""

    def __init__(self, library: Library, users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name: str | None = None
        monkeypatch.setattr(collection_access, "user", lambda: self.name)
        self.collections = Collections(library, users=users)

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
    asked = sent(Begin, question="Whose notes?", collection=private)
    for name, may in (("salma", True), ("sami", False), (None, False)):
        door.name = name
        if may:
            chat.begin(asked)
        else:
            with pytest.raises(CollectionNotFound):
                chat.begin(asked)
        assert ("Notes" in chat.read(sent(Read, document=info.id, marks=[]))["paragraphs"]) == may
        assert (chat.find(sent(Find, document=info.id, text="notes"))["total"] == 1) == may
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


class Talk:
    """A chat in which a user's requests are told from Gradio's queue, which answers and knows no user."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.chat = ChatCalls(door.collections.index("built-in"), converse, collections=door.collections)

    def begin(self, who: str | None, page: str, **asked: Any) -> int:
        self.door.name = who
        return self.chat.begin(sent(Begin, page, **asked))

    def answer(self, page: str, number: int) -> str:
        """What the page shows when the queue is done."""
        self.door.name = None
        *_, shown = self.chat.respond(page, number, "en", NO_WRITING)
        return shown

    def why(self, who: str | None, page: str) -> str:
        self.door.name = who
        return str(self.chat.why(sent(Why, page, name="cite-0-1")))


@pytest.fixture
def door(library: Library, users: Users, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(library, users, monkeypatch)


@pytest.fixture
def private(door: Door, library: Library, tmp_path: Path) -> str:
    """The id of a collection of Salma's, with one document."""
    id_ = str(door.call("salma", "create", name="Private")["collection"])
    (tmp_path / "notes.txt").write_text("Notes of Salma.", "utf-8")
    library.add_files("Private", [tmp_path / "notes.txt"])
    return id_


def test_an_owner_and_readers_are_answered_though_the_queue_knows_nobody(
    door: Door, private: str, library: Library, users: Users
) -> None:
    talk = Talk(door)
    users.set_group("archive", ["lina"])
    library.share("Private", "salma", ["sami", "@archive"])
    for who in ("salma", "sami", "lina"):
        number = talk.begin(who, f"of {who}", question="Notes", collection=private)
        shown = talk.answer(f"of {who}", number)
        assert ("Notes of Salma." in shown, "Private" in shown) == (True, True)
        assert say("passage_gone", "en") not in talk.why(who, f"of {who}")
    with pytest.raises(CollectionNotFound):
        talk.begin(None, "of nobody", question="Notes", collection=private)


def test_who_may_read_it_no_more_is_neither_answered_nor_told_why(
    door: Door, private: str, library: Library
) -> None:
    talk = Talk(door)
    library.share("Private", "salma", ["sami"])
    talk.answer("s", talk.begin("sami", "s", question="Notes", collection=private))
    library.share("Private", "salma", [])
    # What was answered before isn't answered again without a request.
    before = talk.chat.render("s", "en")
    assert talk.answer("s", 0) == before
    assert say("passage_gone", "en") in talk.why("sami", "s")
    assert talk.begin("sami", "s", number=0) == 0
    shown = talk.answer("s", 0)
    assert (say("collection_gone", "en") in shown, "Notes of" in shown) == (True, False)
    # The page shows another collection, which he may ask.
    assert talk.begin("sami", "s", number=0, collection="built-in") == 0
    assert "Notes of" not in talk.answer("s", 0)


def test_a_quotation_is_translated_for_whom_may_read_it(
    door: Door, private: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(door)
    asked: list[int] = []
    chat = ChatCalls(
        door.collections.index("built-in"),
        converse,
        collections=door.collections,
        writer=cast("Writer", object()),
    )
    monkeypatch.setattr(
        chat._writing, "translate", lambda _session, _number, citation, _index: asked.append(citation)
    )
    talk.chat = chat
    talk.answer("s", talk.begin("salma", "s", question="Notes", collection=private))
    call = sent(Translate, "s", number=0, citation=1)
    for who in ("sami", "salma", None):
        door.name = who
        if who == "salma":
            chat.translate(call)
        else:
            with pytest.raises(CollectionNotFound):
                chat.translate(call)
    assert asked == [1]


@pytest.mark.slow
def test_programs_arent_told_the_names_of_others_collections(door: Door, private: str) -> None:
    assert private
    for name in ("Private", "None"):
        with pytest.raises(CollectionNotFound) as raised:
            door.collections.named(name)
        assert str(raised.value) == f"There is no collection {name!r} for programs."
    assert door.collections.named("Old").documents == []


def test_what_is_being_added_to_anothers_collection_isnt_told(door: Door, private: str) -> None:
    batch = Batch("secret", private, ("a.txt",), stage="reading")
    door.collections.uploads._batches["secret"] = batch
    for who, may in (("salma", True), ("sami", False)):
        progress = door.call(who, "progress", collection=private)
        assert (progress["done"], progress["shown"] != "") == (not may, may)


@pytest.mark.slow
def test_an_owner_says_on_the_page_who_may_ask(
    door: Door, private: str, library: Library, users: Users
) -> None:
    users.set_group("archive", ["lina"])

    def readers() -> tuple[str, ...]:
        return library.info(private).readers

    state = door.call("salma", "state", collection=private)
    assert state["shareable"]
    assert door.call("salma", "sharing", collection=private) == {"owner": "salma", "users": [], "groups": []}
    shared = door.call("salma", "share", collection=private, users=[" sami "], groups=["archive"])
    assert (shared["collection"], readers()) == (private, ("sami", "@archive"))
    assert door.call("salma", "sharing", collection=private) == {
        "owner": "salma",
        "users": ["sami"],
        "groups": ["archive"],
    }
    # By the same rules as on the command line: only users and groups that there are.
    for wrong, named in (
        ({"users": ["nobody"], "groups": []}, ["nobody"]),
        ({"users": ["archive"], "groups": ["sami", "archive"]}, ["archive", "@sami"]),
    ):
        told = door.call("salma", "share", collection=private, **wrong)["error"]
        assert [name in told for name in named] == [True] * len(named)
        assert readers() == ("sami", "@archive")
    # Readers see whose it is; they and strangers share nothing.
    seen = door.call("sami", "state", collection=private)
    assert ("salma" in seen["note"], seen["shareable"]) == (True, False)
    for who, error in (("sami", "not_owner"), ("lina", "not_owner"), (None, "collection_gone")):
        for act in ("sharing", "share"):
            told = door.call(who, act, collection=private, users=[who or "x"], groups=[])
            assert told == {"error": say(error, "en")}
    assert readers() == ("sami", "@archive")
    # Without an owner everybody may ask it: nobody takes it on the page.
    old = library.id_of("Old")
    seen = door.call("salma", "state", collection=old)
    assert not seen["shareable"]
    assert say("everybodys", "en") in seen["note"]
    assert say("everybodys", "en") not in door.call("salma", "state", collection=private)["note"]
    assert door.call("salma", "share", collection=old, users=[], groups=[]) == {
        "error": say("not_owner", "en")
    }
    assert door.call("salma", "share", collection=private, users=[], groups=[])["collection"] == private
    assert readers() == ()


@pytest.mark.slow
def test_readers_are_users_and_groups_that_there_are(users: Users) -> None:
    users.set_group("archive", ["lina"])
    users.set_group("salma", ["lina"])  # a group may be called as a user is
    assert users.readers(["sami", " sami", "salma"], ["archive", "salma"]) == (
        "sami",
        "salma",
        "@archive",
        "@salma",
    )
    with pytest.raises(UnknownReader) as raised:
        users.readers(["archive", "@archive", "sami"], ["lina", "@archive"])
    assert raised.value.names == ("archive", "@archive", "@lina", "@@archive")
    with pytest.raises(InvalidUser):
        users.add("@archive", PASSWORD)  # it would be taken for a group
