"""Web pages as documents: read, added to collections, refreshed, and only where and when somebody asks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fake_encoder import FakeEncoder
from pdf_files import Text, pdf
from pydantic import TypeAdapter
from test_house import MODULES, imports
from web_site import Site, html, http, moved, site_served

from index import Document, Index, Passage, UnreadablePage
from index.errors import FileWarning
from index.readers.web.address import WebAddress
from index.readers.web.fetch import Fetcher
from index.readers.web.page import page_id, read_page
from index.scope import extension
from index.types import DocumentHead, text_id
from qa.collections import library as libraries
from qa.collections.library import Library
from qa.collections.types import Added, CollectionNotFound, ReadOnlyCollection
from qa.conversation.export import reference_parts
from qa.conversation.references import Reference, to_bibtex, to_csl_json, to_ris
from qa.conversation.stored_citation import StoredCitation
from qa.messages import say, say_as_of
from qa.types import Citation, CitedField
from web.calls.collection_calls import Collections
from web.server.sharing import Sharing
from web.uploads import pages as fetching

TODAY = datetime.now().astimezone().date().isoformat()


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with site_served() as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    server.answers.clear()
    server.asked.clear()
    return server


@pytest.fixture
def library(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> Library:
    article = Index.build(
        [Document("The article.", id="article")], tmp_path / "article", encoder=encoder, show_progress=False
    )
    monkeypatch.setattr(libraries, "article_index", lambda: article)
    library = Library(tmp_path / "data", encoder=encoder)
    library.create("Mine")
    return library


def read(site: Site, path: str = "/", **more: Any) -> Document:
    return read_page(site.address(path), site.fetcher(), **more)


# A page as a document.


def test_a_page_becomes_a_document_as_a_file_does(site: Site) -> None:
    head = '<meta name="author" content="ليلى"><meta name="date" content="2020-05-17">'
    body = "<nav>menu</nav><h1>النهر</h1><p>يفيض النهر في الربيع.</p><ul><li>one</ul>"
    site.answers["/river"] = http(f"<!doctype html><title>صفحة النهر</title>{head}{body}")
    document = read(site, "/river#part")
    assert document.text == "النهر\n\nيفيض النهر في الربيع.\n\none"
    assert (document.title, document.author, document.date) == ("صفحة النهر", "ليلى", "2020-05-17")
    assert (document.source, document.fetched) == (site.address("/river"), TODAY)
    assert document.id == text_id(document.source) == page_id(WebAddress.parse(document.source, {site.port}))
    assert [block.kind for block in document.blocks] == ["heading", "paragraph", "list_item"]


ARABIC = "يفيض النهر في الربيع، ويعود الناس إلى القرية."


@pytest.mark.parametrize(
    ("kind", "encoding", "head"),
    [
        ("text/html; charset=windows-1256", "cp1256", ""),
        ("text/html; charset=utf-8", "cp1256", ""),  # the server errs
        ("text/html; charset=iso-8859-1", "utf-8", ""),
        ("text/html; charset=nonsense", "utf-8", ""),
        ("text/html", "cp1256", "<meta charset=windows-1256>"),
        ("text/plain; charset=windows-1256", "cp1256", None),
        ("text/plain", "utf-16", None),
    ],
)
def test_the_encoding_that_a_server_names_is_a_claim(
    site: Site, kind: str, encoding: str, head: str | None
) -> None:
    text = ARABIC if head is None else f"<!doctype html>{head}<p>{ARABIC}"
    site.answers["/"] = http(text.encode(encoding), kind)
    assert read(site).text == ARABIC


def test_an_encoding_that_letters_dont_tell_is_taken_from_the_server(site: Site) -> None:
    text = "Съешь же ещё этих мягких французских булок"
    site.answers["/"] = http(f"<!doctype html><p>{text}".encode("koi8-r"), "text/html; charset=koi8-r")
    assert read(site).text == text
    site.answers["/"] = http(text.encode("koi8-r"), "text/plain; charset=koi8-r")
    assert read(site).text == text


PDF = pdf([[Text(100, 700, "Salma signed the accord in Amman.")]])


@pytest.mark.parametrize(
    ("path", "kind", "body", "text"),
    [
        ("/a", "application/pdf", PDF, "Salma signed the accord in Amman."),
        ("/a.pdf", "application/octet-stream", PDF, "Salma signed the accord in Amman."),
        ("/a", "application/octet-stream", PDF, "Salma signed the accord in Amman."),
        ("/a", "", "<!doctype html><p>word", "word"),
        ("/a.txt", "", "word", "word"),
        ("/a", "text/plain", "<p>word", "<p>word"),
        ("/a", "text/markdown", "# Title\n\nword", "Title\n\nword"),
        ("/a.php", "application/xhtml+xml", "<html><title/><p>word</p></html>", "word"),
        ("/a", "application/json", '{"name": "word"}', "name: word"),
    ],
)
def test_what_is_read(site: Site, path: str, kind: str, body: str | bytes, text: str) -> None:
    site.answers[path] = http(body, kind)
    document = read(site, path)
    assert document.text.strip() == text
    # No file is left whose pages could be shown.
    assert document.digest == ""


@pytest.mark.parametrize(
    ("kind", "body", "fault", "file_fault"),
    [
        ("video/mp4", b"x", "type", "unreadable"),
        ("application/xml", b"<x/>", "type", "unreadable"),
        ("application/octet-stream", b"MZ\0\0", "type", "unreadable"),
        ("", b"MZ\0\0", "type", "unreadable"),
        ("text/html", PDF, "content", "other_type"),
        ("application/pdf", b"<!doctype html><p>word", "content", "other_type"),
        ("application/pdf", PDF[:200], "content", "damaged"),
        ("text/html", b"<!doctype html><script>write()</script>", "content", "empty"),
        ("text/plain", b"", "content", "empty"),
        ("text/plain", bytes(range(128, 256)) * 9, "content", "encoding"),
        ("text/html", b"MZ\0\0\0\1" * 99, "content", "encoding"),
    ],
)
def test_what_isnt(site: Site, kind: str, body: bytes, fault: str, file_fault: str) -> None:
    site.answers["/"] = http(body, kind)
    with pytest.raises(UnreadablePage) as caught:
        read(site)
    assert (caught.value.page_fault, caught.value.fault) == (fault, file_fault)
    assert caught.value.path == site.address()
    assert str(caught.value).startswith(f"{site.address()}: ")
    assert "/tmp" not in str(caught.value)


def test_what_couldnt_be_read_of_a_page_is_told(site: Site) -> None:
    site.answers["/"] = http(f"<!doctype html><p>{ARABIC}".encode() + b"\xff")
    told: list[FileWarning] = []
    read(site, warn=told.append)
    assert [(one.kind, one.path) for one in told] == [("characters", site.address())]
    assert told[0].message.startswith(f"{site.address()}: ")


def test_a_page_without_a_title_has_none(site: Site) -> None:
    site.answers["/"] = http("<!doctype html><p>word")
    assert read(site).title == ""


def test_nothing_is_left_on_disk(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    site.answers["/"] = html("word")
    read(site)
    assert list(tmp_path.iterdir()) == []


def test_the_type_of_a_page_is_that_of_its_path() -> None:
    sources = ["https://example.com", "https://example.com/a.PDF?b=c.d", "https://example.com/a", "a.b/c.txt"]
    assert [extension(DocumentHead("", source=source)) for source in sources] == ["", "pdf", "", "txt"]


@pytest.mark.parametrize(
    ("language", "fetched", "said"),
    [
        ("en", "2026-11-30", "as of 30 November 2026"),
        ("ar", "2026-11-30", "كما كانت في 30 نوفمبر/تشرين الثاني 2026"),
        ("en", "then", "as of then"),
        ("ar", "", ""),
    ],
)
def test_the_day_is_said(language: Any, fetched: str, said: str) -> None:
    assert say_as_of(fetched, language) == said


# In collections.


def put(library: Library, site: Site, path: str = "/", **more: Any) -> Added:
    return library.add_page("Mine", site.address(path), fetcher=site.fetcher(), **more)


def age(library: Library) -> None:
    """Makes the pages of the collection some years older."""
    index = library.open("Mine")
    index.update([replace(one, fetched="2020-01-01") for one in index.documents], show_progress=False)


def test_a_page_is_added_to_a_collection(library: Library, site: Site, encoder: FakeEncoder) -> None:
    site.answers["/"] = html("The river floods.", "River")
    stages: list[str] = []
    added = put(library, site, progress=lambda progress: stages.append(progress.stage))
    (info,) = added.added
    assert (info.title, info.source, info.fetched) == ("River", site.address(), TODAY)
    assert list(dict.fromkeys(stages)) == ["fetching", "encoding"]
    again = Library(library.folder, encoder=encoder)
    assert again.documents("Mine") == [info]
    document = again.open("Mine").document(info.id)
    assert (document.text, document.fetched) == ("The river floods.", TODAY)
    assert len(site.asked) == 1


def test_an_unchanged_page_only_gets_the_new_date(library: Library, site: Site, encoder: FakeEncoder) -> None:
    site.answers["/"] = html("The river floods.")
    put(library, site)
    age(library)
    before = library.documents("Mine")
    encoder.encoded.clear()
    added = put(library, site)
    assert (added.added, added.failed) == ((), ())
    assert added.unchanged == tuple(replace(one, fetched=TODAY) for one in before)
    assert library.documents("Mine") == list(added.unchanged)
    assert encoder.encoded == []


def test_a_changed_page_takes_the_older_ones_place(library: Library, site: Site) -> None:
    site.answers |= {"/": html("The river floods."), "/other": html("Another page.")}
    put(library, site)
    put(library, site, "/other")
    age(library)
    site.answers["/"] = html("The river has dried up.")
    (info,) = put(library, site).added
    found = {one.text: one.fetched for one in library.open("Mine").documents}
    assert found == {"The river has dried up.": TODAY, "Another page.": "2020-01-01"}
    assert info.fetched == TODAY


def test_the_older_text_of_a_page_is_gone_from_disk_soon(
    library: Library, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.folder.merge._PER_TIER", 9)  # nothing is due to be merged
    site.answers |= {"/": html("Zanzibar grows cloves."), "/other": html("Another page.")}
    put(library, site)
    put(library, site, "/other")
    site.answers["/"] = html("What may be read.")
    put(library, site)
    for thread in threading.enumerate():
        if thread.name == "merge":
            thread.join()
    files = (path for path in library.folder.rglob("*") if path.is_file())
    assert not any(b"Zanzibar" in path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (None, "gone"),
        (moved("http://10.0.0.1/"), "port"),
        (http("<!doctype html>"), "content"),
        (b"", "broken"),
    ],
)
def test_a_page_that_doesnt_come_leaves_the_older_version(
    library: Library, site: Site, answer: bytes | None, fault: str
) -> None:
    site.answers["/"] = html("The river floods.")
    put(library, site)
    age(library)
    before = library.documents("Mine")
    site.answers = {} if answer is None else {"/": answer}
    added = put(library, site)
    (error,) = added.failed
    assert isinstance(error, UnreadablePage)
    assert error.page_fault == fault
    assert (added.added, added.unchanged) == ((), ())
    assert library.documents("Mine") == before


def test_a_page_with_the_text_of_another_one_isnt_added(library: Library, site: Site) -> None:
    site.answers |= {"/": html("The river floods."), "/copy": html("The river floods.")}
    put(library, site)
    (duplicate,) = put(library, site, "/copy").duplicates
    assert (duplicate.name, duplicate.original) == (site.address("/copy"), site.address())


def test_of_a_pdf_file_pages_can_be_shown(library: Library, site: Site) -> None:
    site.answers["/report"] = http(PDF, "application/pdf")
    (info,) = put(library, site, "/report").added
    original = library.original(library.open("Mine").document(info.id))
    assert original is not None
    assert original.read_bytes() == PDF
    put(library, site, "/report")
    assert original.exists()


def test_a_full_collection_takes_no_page(site: Site, library: Library, encoder: FakeEncoder) -> None:
    small = Library(library.folder, encoder=encoder, max_total_bytes=10)
    site.answers["/"] = html("The river floods.")
    (error,) = small.add_page("Mine", site.address(), fetcher=site.fetcher()).failed
    assert error.fault == "full"
    assert str(error).startswith(f"{site.address()}: with it")


def test_only_collections_of_ones_own_take_pages(library: Library, site: Site) -> None:
    with pytest.raises(ReadOnlyCollection):
        library.add_page("built-in article", site.address(), fetcher=site.fetcher())
    with pytest.raises(CollectionNotFound):
        library.add_page("none", site.address(), fetcher=site.fetcher())
    assert site.asked == []


# By pages of the chat.


class Chat:
    """Calls as a page of the chat makes them."""

    def __init__(self, library: Library, fetcher: Fetcher | None, **more: Any) -> None:
        self.collections = Collections(library, fetcher=fetcher, **more)
        self.mine = library.id_of("Mine")

    def call(self, act: str, /, **more: Any) -> dict[str, Any]:
        return self.collections.call({"act": act, "language": "en", "collection": self.mine, **more})

    def done(self, begun: dict[str, Any]) -> str:
        """What is shown when a page has come, or hasn't."""
        batch = self.collections.pages.batch(begun["batch"])
        assert batch is not None
        while batch.stage != "done":
            time.sleep(0.01)
        return str(self.call("progress", batch=batch.id)["said"])


def test_a_page_is_added_and_refreshed_by_its_reader(library: Library, site: Site) -> None:
    chat = Chat(library, site.fetcher())
    site.answers["/"] = html("The river floods.", "River")
    assert chat.call("state")["fetches"]
    assert chat.done(chat.call("fetch", address=f" {site.address('/#part')} ")) == say("web_page_added", "en")
    assert len(site.asked) == 1
    state = chat.call("state")
    assert 'data-act="refresh-page"' in state["documents"]
    assert say_as_of(TODAY, "en") in state["documents"]
    (document,) = library.documents("Mine")
    assert chat.done(chat.call("refresh", document=document.id)) == say("web_page_unchanged", "en")
    site.answers["/"] = html("The river has dried up.")
    assert chat.done(chat.call("refresh", document=document.id)) == say("web_page_replaced", "en")
    (document,) = library.documents("Mine")
    site.answers.clear()
    assert chat.done(chat.call("refresh", document=document.id)) == say("web_page_not_renewed", "en")
    assert library.documents("Mine") == [document]
    assert len(site.asked) == 4


def test_nothing_but_a_readers_word_fetches_a_page(library: Library, site: Site) -> None:
    chat = Chat(library, site.fetcher())
    site.answers["/"] = html("The river floods.")
    chat.done(chat.call("fetch", address=site.address()))
    (document,) = library.documents("Mine")
    for act, more in (
        ("state", {}),
        ("suggest", {}),
        ("followed", {}),
        ("existing", {"names": [site.address()]}),
        ("begin", {"files": [{"name": site.address(), "size": 1}]}),
        ("remove", {"document": document.id}),
        ("refresh", {"document": document.id}),  # which was removed
        ("rename", {"name": site.address("/name")}),
    ):
        chat.call(act, **more)
    assert len(site.asked) == 1


def test_only_pages_are_refreshed(library: Library, site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("word")
    library.add_files("Mine", [tmp_path / "a.txt"])
    chat = Chat(library, site.fetcher())
    (document,) = library.documents("Mine")
    assert 'data-act="refresh-page"' not in chat.call("state")["documents"]
    assert "batch" not in chat.call("refresh", document=document.id)


@pytest.mark.parametrize(("fetches", "read_only"), [(False, False), (True, True)])
def test_where_pages_are_off(library: Library, site: Site, fetches: bool, read_only: bool) -> None:
    site.answers["/"] = html("The river floods.")
    put(library, site)
    chat = Chat(library, site.fetcher() if fetches else None, read_only=read_only)
    (document,) = library.documents("Mine")
    state = chat.call("state")
    assert not state["fetches"]
    assert 'data-act="refresh-page"' not in state["documents"]
    refusal = {"error": say("read_only" if read_only else "web_pages_off", "en")}
    assert chat.call("fetch", address=site.address()) == refusal
    assert chat.call("refresh", document=document.id) == refusal
    assert len(site.asked) == 1


def test_the_built_in_article_takes_no_page(library: Library, site: Site) -> None:
    chat = Chat(library, site.fetcher())
    refusal = {"error": say("read_only", "en")}
    assert chat.call("fetch", address=site.address(), collection="built-in") == refusal
    assert not chat.call("state", collection="built-in")["fetches"]


def test_what_is_no_address_is_refused_at_once(library: Library) -> None:
    chat = Chat(library, Fetcher())
    error = chat.call("fetch", address="file:///etc/passwd")["error"]
    assert error == say("fetch_address", "en", scheme="\u2066https://\u2069")
    for address in ("http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/"):
        begun = chat.call("fetch", address=address)
        assert chat.done(begun) == say("web_page_not_added", "en")
        shown = chat.call("progress", batch=begun["batch"])["shown"]
        assert "is this machine or in a private network" in shown
    assert library.documents("Mine") == []


def test_one_person_has_so_many_pages_waiting(
    library: Library, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_WAITING", 2)
    site.answers["/"] = lambda _: (site.over.wait(60), None)[1]
    chat = Chat(library, site.fetcher(seconds=1.0))
    begun = [chat.call("fetch", address=site.address(f"/?{n}")) for n in range(2)]
    refusal = {"error": say("web_pages_waiting", "en")}
    assert chat.call("fetch", address=site.address("/?2")) == refusal
    for one in begun:
        chat.done(one)
    assert "batch" in chat.call("fetch", address=site.address("/?2"))


def test_a_fault_of_dalil_is_told_as_one(
    library: Library, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> Added:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Library, "add_page", fail)
    chat = Chat(library, site.fetcher())
    begun = chat.call("fetch", address=site.address())
    assert chat.done(begun) == say("web_page_not_added", "en")
    assert say("add_failed", "en") in chat.call("progress", batch=begun["batch"])["shown"]
    assert "A web page could not be added" in caplog.text


@pytest.mark.parametrize(
    ("sharing", "expected"),
    [
        (Sharing(), True),
        (Sharing(web_pages=False), False),
        (Sharing(read_only=True), False),
        (Sharing(read_only=True, web_pages=True), False),
        (Sharing(host="0.0.0.0"), False),
        (Sharing(names=("library.example",)), False),
        (Sharing(auth=Path("users.json")), False),
        (Sharing(proxies=("10.0.0.1",)), False),
        (Sharing(host="0.0.0.0", web_pages=True), True),
        (Sharing(host="0.0.0.0", web_pages=True, read_only=True), False),
    ],
)
def test_shared_chats_fetch_no_pages_unless_they_are_told_to(sharing: Sharing, expected: bool) -> None:
    assert sharing.fetches_pages == expected


def test_these_modules_alone_can_fetch() -> None:
    """Above all not those that programs and agents call: qa.api."""
    package = {"index.readers.web.fetch", "index.readers.web.page"}
    assert {name for name in MODULES if imports(name) & package} == {
        "cli.web_pages",
        "index.readers.web.page",
        "qa.collections.importer",
        "qa.collections.interface",
        "qa.collections.library",
        "ui",
        "web.calls.collection_calls",
        "web.uploads.pages",
    }
    callers = {name for name, path in MODULES.items() if "library.add_page(" in path.read_text("utf-8")}
    assert callers == {"web.uploads.pages"}


# In references and exports.


def test_references_have_the_address_and_the_day() -> None:
    where = "https://example.org/a_b%20{c}"
    page = Reference("dalil-1", "River", where, "", (), "", "note", "2026-11-30")
    file = replace(page, source="/a/b.txt", fetched="")
    assert f"UR  - {where}\r\nY2  - 2026/11/30\r\n" in to_ris([page])
    assert "  url = {https://example.org/a_b%20%7Bc%7D},\n  urldate = {2026-11-30},\n" in to_bibtex([page])
    (item,) = json.loads(to_csl_json([page]))
    assert (item["URL"], item["accessed"]) == (where, {"date-parts": [[2026, 11, 30]]})
    assert "source" not in item
    for written in (to_ris([file]), to_bibtex([file]), to_csl_json([file])):
        assert "/a/b.txt" in written
        assert "2026" not in written


@pytest.mark.parametrize("field", ["text", "title"])
def test_exported_quotations_say_of_which_day_they_are(field: CitedField) -> None:
    document = Document("The river floods.", title="River", source="https://x.org/", fetched="2026-11-30")
    passage = Passage.of(document, 1, 0, len(document.text))
    citation = Citation.of(document, 1, passage, 0, 5, field=field)
    stored = StoredCitation.of(citation, lambda _: document)
    assert say_as_of("2026-11-30", "en") in reference_parts(stored, "en")
    assert TypeAdapter(StoredCitation).validate_json(json.dumps(asdict(stored))) == stored
