"""The files that collections keep to show their pages: which, how many, how long, and to whom."""

from __future__ import annotations

import html
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from fake_encoder import FakeEncoder
from pdf_files import pdf
from test_page_pictures import LINES, MORE, lines, saved_pdf
from test_rights import Door, library, users

from index import Index
from index.readers.read_files import read_file
from index.types import Document
from qa.api.service import InvalidRequest
from qa.collections.library import Library
from qa.collections.single import SingleIndex
from qa.messages import say
from web.calls.chat_calls import ChatCalls
from web.calls.collection_calls import Collections
from web.page_calls import Picture
from web.server.users import Users
from web.views.answers import checksum

__all__ = ["library", "users"]  # fixtures


def kept(library: Library) -> dict[str, bytes]:
    """The files in the originals' folders, by name."""
    found = library.folder.glob("collections/*/originals/*")
    return {path.name: path.read_bytes() for path in found}


def document(library: Library, name: str, source: str) -> Document:
    index = library.open(name)
    return next(one for one in index.documents if one.source == source)


def asked(document: Document, sentence: str, **more: Any) -> Picture:
    """What a page asks for the picture of a quotation's page."""
    start = document.text.index(sentence)
    mark = {"name": "cite-0-1", "start": start, "end": start + len(sentence), "check": checksum(sentence)}
    return Picture.of({"language": "en", "document": document.id, "marks": [mark | {"quoted": True}], **more})


def note(shown: dict[str, Any]) -> str:
    """What a page is told beside the picture."""
    return html.unescape(shown["note"])


def test_files_with_pages_are_kept_until_their_documents_go(library: Library, tmp_path: Path) -> None:
    path = saved_pdf(tmp_path / "a.pdf", lines(LINES))
    (tmp_path / "b.txt").write_text("No pages.")
    added = library.add_files("Old", [path, tmp_path / "b.txt"])
    assert len(added.added) == 2
    content = path.read_bytes()
    assert list(kept(library).values()) == [content]
    found = document(library, "Old", "a.pdf")
    original = library.original(found)
    assert original is not None
    assert (original.read_bytes(), original.suffix) == (content, ".pdf")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(original.stat().st_mode) == 0o666 & ~umask
    assert library.original(document(library, "Old", "b.txt")) is None
    # A newer version takes its place; what a crash left goes with the next change.
    (original.parent / ".half").write_bytes(b"%PDF")
    saved_pdf(path, lines(MORE))
    library.add_files("Old", [path])
    assert list(kept(library).values()) == [path.read_bytes()]
    library.remove("Old", [document(library, "Old", "a.pdf").id])
    assert kept(library) == {}
    assert library.original(found) is None
    library.add_files("Old", [path])
    library.delete("Old")
    assert kept(library) == {}


def test_the_file_of_a_document_is_the_one_it_was_read_from(library: Library, tmp_path: Path) -> None:
    folder = tmp_path.resolve() / "pages"
    folder.mkdir()
    library.follow("Old", folder)
    one = saved_pdf(folder / "a.pdf", lines(LINES))
    library.synchronise("Old", ["a.pdf"])
    two = saved_pdf(folder / "b.pdf", lines(LINES, 510))  # the same text in place of the other file
    assert one.read_bytes() != two.read_bytes()
    one.unlink()
    library.synchronise("Old", ["a.pdf", "b.pdf"])
    original = library.original(document(library, "Old", "pages/b.pdf"))
    assert original is not None
    assert original.read_bytes() == two.read_bytes()
    assert len(kept(library)) == 1


def test_only_so_much_is_kept(tmp_path: Path, encoder: FakeEncoder) -> None:
    one, two = saved_pdf(tmp_path / "a.pdf", lines(LINES)), saved_pdf(tmp_path / "b.pdf", lines(MORE))
    room = one.stat().st_size + two.stat().st_size - 1
    library = Library(tmp_path / "data", encoder=encoder, max_originals_bytes=room)
    library.create("Mine")
    assert len(library.add_files("Mine", [one, two]).added) == 2
    assert list(kept(library).values()) == [one.read_bytes()]
    # Where there is room by now, it is kept when it is added again.
    roomier = Library(tmp_path / "data", encoder=encoder)
    assert len(roomier.add_files("Mine", [two]).unchanged) == 1
    assert sorted(kept(library).values()) == sorted((one.read_bytes(), two.read_bytes()))
    none = Library(tmp_path / "other", encoder=encoder, max_originals_bytes=0)
    none.create("Mine")
    none.add_files("Mine", [one])
    assert kept(none) == {}


@pytest.mark.slow
def test_a_page_is_shown_to_whoever_may_read_its_document(
    library: Library, users: Users, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    door = Door(library, users, monkeypatch)
    library.create("Private", "salma")
    library.add_files("Private", [saved_pdf(tmp_path / "a.pdf", lines(LINES), lines(MORE))])
    found = document(library, "Private", "a.pdf")
    calls = ChatCalls(library.open("Private"), collections=door.collections, read_only=True)
    wish = asked(found, "He had climbed the rocks on a calm night and saw no ship at all.")
    gone = say("document_gone", "en")
    for name, may in (("salma", True), ("sami", False), (None, False)):
        door.name = name
        shown = calls.picture(wish)
        assert (gone in note(shown)) != may
        assert ("data:image/webp;base64," in shown["paragraphs"]) == may
    library.share("Private", "salma", ["sami"])
    door.name = "sami"
    first, second = calls.picture(wish), calls.picture(wish.model_copy(update={"page": 2}))
    assert (first["sheet"], first["sheets"], first["sheet_place"]) == (1, 2, "page 1 of 2")
    assert [one["paragraphs"].count('class="box"') for one in (first, second)] == [2, 1]
    assert (first["note"], second["note"]) == ("", "")
    assert "with the quoted sentence boxed" in first["paragraphs"]
    beyond = calls.picture(wish.model_copy(update={"page": 3}))
    assert (say("page_unreadable", "en") in note(beyond), beyond["paragraphs"]) == (True, "")
    changed = calls.picture(
        wish.model_copy(update={"marks": [wish.marks[0].model_copy(update={"check": "0"})]})
    )
    assert (say("document_changed", "en") in note(changed), changed["paragraphs"]) == (True, "")


def test_pages_of_an_index_are_those_of_the_files_as_they_were_read(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    path = saved_pdf(tmp_path / "a.pdf", lines(LINES))
    index = Index.build([read_file(path)], tmp_path / "index", encoder=encoder, show_progress=False)
    (found,) = index.documents
    wish = asked(found, "The keeper painted the lamp house.")
    for calls in (ChatCalls(index), ChatCalls(index, collections=Collections(SingleIndex(index)))):
        path.write_bytes(pdf([lines(LINES)]))
        assert calls.picture(wish)["paragraphs"].count('class="box"') == 1
        path.write_bytes(pdf([lines(MORE)]))
        assert say("page_changed", "ar") in note(calls.picture(wish.model_copy(update={"language": "ar"})))
        path.unlink()
        assert say("page_missing", "en") in note(calls.picture(wish))


def test_a_sentence_that_isnt_found_is_said_not_to_be(tmp_path: Path, encoder: FakeEncoder) -> None:
    path = saved_pdf(tmp_path / "a.pdf", lines(("Salt.",) * 38, 560))
    index = Index.build([read_file(path)], tmp_path / "index", encoder=encoder, show_progress=False)
    shown = ChatCalls(index).picture(asked(index.documents[0], "Salt."))
    assert say("page_unmarked", "en") in note(shown)
    assert "data:image/webp" in shown["paragraphs"]
    assert 'class="box"' not in shown["paragraphs"]


def test_what_a_page_may_ask_for_is_checked() -> None:
    wish = {"language": "en", "document": "x", "marks": []}
    assert Picture.of(wish).page is None
    assert Picture.of(wish | {"page": 7}).page == 7
    for wrong in (0, -1, "1", 2**31, 1.5):
        with pytest.raises(InvalidRequest):
            Picture.of(wish | {"page": wrong})
