"""What a page is told of collections and files: to the letter, in both languages, and harmless."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import get_args

import pytest
from conftest import REPOSITORY
from fake_encoder import FakeEncoder

from cli.commands import index as command
from index import IndexDamaged, IndexLocked, UnreadableFile
from index.errors import FileFault, FileWarning, FlawKind
from index.readers.ocr.tesseract import install_command
from index.readers.read_files import TYPES
from index.text.analyzer import Language
from qa.article import article
from qa.collections import library as libraries
from qa.collections.library import Library
from qa.collections.types import (
    Added,
    CollectionExists,
    CollectionInfo,
    CollectionNotFound,
    DocumentInfo,
    Duplicate,
    InvalidName,
    Progress,
    ReadOnlyCollection,
)
from qa.messages import say
from web.calls.collection_calls import Collections
from web.server.gradio_requests import NotFound
from web.uploads.batches import Batch
from web.views import collection_views, layout

BUILT_IN = CollectionInfo("built-in", "built-in article", 1, 7, None, read_only=True)
OWN = CollectionInfo('a"b', "<b>كتبي كلّها هنا\u202e", 2, 9, None)


def text(shown: str) -> str:
    """What of some HTML is read."""
    return html.unescape(re.sub("<[^>]+>", "", shown))


def test_the_menu_to_the_letter() -> None:
    assert collection_views.menu([BUILT_IN, OWN], 'a"b', "en") == (
        '<li><button type="button" data-act="choose-collection" data-collection="built-in">'
        '<bdi lang="en" dir="ltr">Built-in article</bdi><span class="about">documents: 1</span></button></li>'
        '<li><button type="button" data-act="choose-collection" data-collection="a&#34;b" '
        'aria-current="true"><bdi lang="ar" dir="rtl">&lt;b&gt;كتبي كلّها هنا</bdi>'
        '<span class="about">documents: 2</span></button></li>'
    )


@pytest.mark.parametrize(
    ("info", "read_only", "message"),
    [
        (BUILT_IN, False, "built_in_note"),
        (BUILT_IN, True, "read_only"),
        (OWN, False, None),
        (OWN, True, "read_only"),
        (CollectionInfo("x", "x", 0, 0, None), False, "no_documents"),
        (CollectionInfo("x", "x", 0, 0, None, fault="a file is gone"), False, "collection_damaged"),
    ],
)
def test_what_is_said_of_a_collection(info: CollectionInfo, read_only: bool, message: str | None) -> None:
    for language in get_args(Language):
        expected = say(message, language) if message else ""
        assert text(collection_views.note(info, read_only, language)) == expected


def test_documents_are_listed_by_the_hundred() -> None:
    infos = [DocumentInfo(f"id{n}", f"T{n}", "", f"{n}.txt", n, None) for n in range(250)]
    for first, count in ((0, 100), (100, 100), (200, 50)):
        shown = collection_views.documents(infos, first, True, "en")
        found = re.findall(r'id="document-(\w+)"[^>]*data-document="(\w+)"', shown)
        assert found == [(f"id{n}", f"id{n}") for n in range(first, first + count)]
    assert 'data-act="remove-document"' in shown
    assert 'data-act="remove-document"' not in collection_views.documents(infos, 0, False, "en")


def test_a_document_to_the_letter() -> None:
    row = collection_views.documents([DocumentInfo("i", "", "<ليلى>", "", 3, None)], 0, True, "ar")
    assert text(row) == "بلا عنوان<ليلى> — الفقرات: 3"
    assert 'aria-label="إزالة: بلا عنوان"' in row


def batch(stage: str, progress: Progress | None = None) -> Batch:
    files = ("أ.txt", "b.pdf", "c.exe")
    return Batch("s", "c", files, {2: "file_type"}, stage, progress)


@pytest.mark.parametrize(
    ("stage", "progress", "english", "arabic"),
    [
        ("sending", None, "Receiving file 1 of 2", "يجري استلام الملف 1 من 2"),
        ("waiting", None, say("waiting", "en"), say("waiting", "ar")),
        ("reading", Progress("reading", 0, 2, None), "Reading file 1 of 2", "تجري قراءة الملف 1 من 2"),
        ("reading", Progress("reading", 2, 2, 0.0), "Reading file 2 of 2", "تجري قراءة الملف 2 من 2"),
        (
            "encoding",
            Progress("encoding", 5, 80, None),
            "Indexed 5 of 80 passages",
            "المقاطع المفهرسة: 5 من 80",
        ),
        (
            "encoding",
            Progress("encoding", 5, 80, 151.2),
            "Indexed 5 of 80 passages, about 2:35 left",
            "المقاطع المفهرسة: 5 من 80، والوقت الباقي نحو 2:35",
        ),
        (
            "encoding",
            Progress("encoding", 5, 80, 3600.0),
            "Indexed 5 of 80 passages, about 1:00:00 left",
            "المقاطع المفهرسة: 5 من 80، والوقت الباقي نحو 1:00:00",
        ),
    ],
)
def test_how_far_files_are(stage: str, progress: Progress | None, english: str, arabic: str) -> None:
    said: tuple[tuple[Language, str], ...] = (("en", english), ("ar", arabic))
    for language, expected in said:
        view = collection_views.progress(batch(stage, progress), True, language)
        assert text(view["shown"]) == expected + say("meanwhile", language)
        assert (view["done"], view["said"]) == (False, "")


def test_what_became_of_files() -> None:
    done = batch("done")
    info = DocumentInfo("i", "T", "", "d.txt", 1, None)
    done.names += ("d.txt", "e.txt")
    done.faults[1] = "file_scan"
    done.added = Added((info,), (info,), (Duplicate("e.txt", "<i>\u202e.txt"),), ())
    done.warnings = [(0, FileWarning("/tmp/0.epub", "parts", "x", 2, "one.xhtml, <b>"))]
    view = collection_views.progress(done, True, "en")
    names = "\u2068one.xhtml, <b>\u2069"
    types = f"\u2066{' '.join(TYPES)}\u2069"
    assert (view["done"], view["said"]) == (True, "Files added: 1, not added: 4")
    assert not view["complete"]
    assert '<p class="about"><bdi lang="en" dir="ltr">d.txt</bdi></p>' in view["shown"]
    assert [text(row) for row in re.findall("<li>.*?</li>", view["shown"])] == [
        f"d.txt {say('unchanged', 'en')}",
        f"e.txt {say('duplicate', 'en')} \u2068<i>.txt\u2069",
        f"b.pdf {say('file_scan', 'en', command=chr(0x2066) + install_command() + chr(0x2069))}",
        f"c.exe {say('file_type', 'en', types=types)}",
        f"{done.names[0]} {say('flaw_parts', 'en', number=2, names=names)}",
    ]
    # Others see that something was added, but not what.
    assert collection_views.progress(done, False, "en") == {"done": True, "shown": "", "said": ""}
    assert collection_views.progress(None, True, "en") == {"done": True, "shown": "", "said": ""}


@pytest.mark.parametrize(
    ("added", "replaced", "english", "arabic"),
    [
        (3, 0, "Files added: 3", "الملفات المضافة: 3"),
        (3, 3, "Files replaced by new versions: 3", "الملفات المستبدلة بنسخ جديدة: 3"),
        (
            2,
            1,
            "Files added: 1, replaced by new versions: 1, not added: 1",
            "الملفات المضافة: 1، والمستبدلة بنسخ جديدة: 1، والتي لم تُضف: 1",
        ),
        (0, 0, "Files added: 0, not added: 3", "الملفات المضافة: 0، والتي لم تُضف: 3"),
        (
            1,
            1,
            "Files replaced by new versions: 1, not added: 2",
            "الملفات المستبدلة بنسخ جديدة: 1، والتي لم تُضف: 2",
        ),
    ],
)
def test_new_versions_are_told_as_such(added: int, replaced: int, english: str, arabic: str) -> None:
    done = batch("done")
    infos = [DocumentInfo(name, "T", "", name, 1, None) for name in done.names]
    done.added = Added(tuple(infos[:added]), replaced=done.names[:replaced])
    said = [collection_views.progress(done, True, language)["said"] for language in ("en", "ar")]
    assert said == [english, arabic]


@pytest.mark.parametrize("kind", get_args(FlawKind))
def test_every_flaw_of_a_file_is_told_in_both_languages(kind: FlawKind) -> None:
    done = batch("done")
    done.warnings = [(1, FileWarning("/tmp/1.pdf", kind, "x", 3, "y"))]
    arabic, english = (collection_views.progress(done, True, language)["shown"] for language in ("ar", "en"))
    assert "b.pdf" in text(arabic)
    assert "It was added" in text(english)


@pytest.mark.parametrize("fault", get_args(FileFault))
def test_every_fault_of_a_file_is_told_in_both_languages(fault: FileFault) -> None:
    done = batch("done")
    done.faults = {1: f"file_{UnreadableFile.of('b.pdf', 'x', fault).fault}"}
    arabic, english = (collection_views.progress(done, True, language)["shown"] for language in ("ar", "en"))
    assert "b.pdf" in text(arabic)
    assert "b.pdf" in text(english)
    assert arabic != english


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CollectionExists("x"), "name_taken"),
        (InvalidName("x"), "name_invalid"),
        (CollectionNotFound("x"), "collection_gone"),
        (IndexLocked("x"), "collection_busy"),
        (ReadOnlyCollection("x"), "read_only"),
        (IndexDamaged("x"), "collection_damaged"),
        (OSError("x"), "disk_full"),
        (RuntimeError("x"), "add_failed"),
    ],
)
def test_what_a_failure_is_told_as(error: Exception, message: str) -> None:
    for language in get_args(Language):
        values = {"number": 100} if message == "name_invalid" else {}
        assert collection_views.error_message(error, language) == say(message, language, **values)


@pytest.fixture
def collections(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> Collections:
    from index import Index

    built_in = Index.build([article()], tmp_path / "article", encoder=encoder, show_progress=False)
    monkeypatch.setattr(libraries, "article_index", lambda: built_in)
    return Collections(Library(tmp_path / "data", encoder=encoder))


def test_a_collection_that_goes_and_comes(collections: Collections, tmp_path: Path) -> None:
    state = collections.call({"act": "create", "name": "Mine", "language": "en"})
    mine = state["collection"]
    assert (state["built_in"], state["changeable"], state["total"]) == (False, True, 0)
    (tmp_path / "a.txt").write_text("The gate is open.", "utf-8")
    index = collections.index(mine)
    (added,) = collections.library.add_files("Mine", [tmp_path / "a.txt"]).added
    # Opened once, and as it is now; by whatever name it goes.
    collections.call({"act": "rename", "collection": mine, "name": "Yours", "language": "en"})
    assert collections.index(mine) is index
    assert [document.text for document in index.documents] == ["The gate is open."]
    assert collections.document(added.id).title == "a"
    assert collections.document(article().id) == article()
    # Another process may delete it.
    collections.library.delete("Yours")
    for act in ("rename", "delete", "remove", "begin"):
        sent = {"act": act, "collection": mine, "name": "x", "document": added.id, "files": []}
        assert collections.call({**sent, "language": "ar"}) == {"error": say("collection_gone", "ar")}
    with pytest.raises(CollectionNotFound):
        collections.index(mine)
    with pytest.raises(KeyError):
        collections.document(added.id)
    assert collections.call({"act": "state", "collection": mine, "language": "en"})["built_in"]


def test_the_built_in_article_takes_no_files(collections: Collections) -> None:
    for act in ("begin", "rename", "delete"):
        sent = {"act": act, "collection": "built-in", "name": "x", "files": [{"name": "a.txt", "size": 1}]}
        assert collections.call({**sent, "language": "en"}) == {"error": say("read_only", "en")}
    with pytest.raises(NotFound):
        collections.call({"act": "drop", "language": "en"})


def test_all_types_are_named_wherever_types_are_named() -> None:
    accepted = re.search(r'accept="([^"]*)"', layout.asset("library.html"))
    assert accepted is not None
    assert set(accepted[1].split(",")) == set(TYPES)
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert set(re.findall(r"`(\.\w+)`", readme.partition("| | types |")[2].partition("\n\n")[0])) == set(
        TYPES
    )
    shown = re.search(r'class="types"[^>]*>([^<]*)<', layout.asset("library.html"))
    assert shown is not None
    assert set(shown[1].split()) <= set(TYPES)
    help_text = command.index.__doc__ or ""
    assert set(re.findall(r"\.[a-z]\w+", help_text)) <= set(TYPES)
