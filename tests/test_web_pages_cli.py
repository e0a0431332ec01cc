"""Web pages on the command line: fetched once, again only when asked, forgotten, and cited with their day."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from test_cli import cache, dalil, surroundings
from test_web_pages import TODAY
from web_site import Site, html, site_served

import cli.web_pages
import ui
from index import Index
from index.readers.web.fetch import Fetcher
from qa.collections.library import Library
from qa.messages import say_as_of
from web.calls.collection_calls import Collections
from web.server.sharing import Sharing

__all__ = ["cache", "surroundings"]  # fixtures

RIVER, DRY = "Salim crossed the river in spring.", "Salim crossed the dry river in autumn."


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with site_served() as site:
        yield site


@pytest.fixture
def site(server: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    server.answers.clear()
    server.asked.clear()
    monkeypatch.setattr(cli.web_pages, "Fetcher", server.fetcher)
    server.answers["/river"] = html(RIVER, "River")
    return server


def aged() -> None:
    index = Index.open("dalil-index")
    index.update([replace(one, fetched="2020-01-01") for one in index.documents], show_progress=False)


def test_a_page_is_fetched_once_and_again_when_asked(site: Site) -> None:
    address = site.address("/river")
    done = dalil("index", address)
    assert done.exit_code == 0, done.output
    assert f"{address}: fetching it from 127.0.0.1." in done.stderr
    assert "1 document, 1 passage (1 added, 0 changed, 0 unchanged)" in done.stdout
    aged()

    done = dalil("index", f"{address}#part")
    assert done.exit_code == 0
    assert done.stdout == f"{address}: as of 2020-01-01, not fetched again (--refresh does that).\n"
    assert len(site.asked) == 1

    done = dalil("index", address, "--refresh")
    assert done.exit_code == 0
    assert "(0 added, 0 changed, 1 unchanged)" in done.stdout
    (document,) = Index.open("dalil-index").documents
    assert (document.text, document.fetched, document.source) == (RIVER, TODAY, address)

    site.answers["/river"] = html(DRY, "River")
    assert "(0 added, 1 changed, 0 unchanged)" in dalil("index", address, "--refresh").stdout
    (document,) = Index.open("dalil-index").documents
    assert document.text == DRY
    assert len(site.asked) == 3


def test_a_page_that_is_gone_leaves_its_older_version(site: Site) -> None:
    address = site.address("/river")
    dalil("index", address)
    aged()
    site.answers.clear()
    done = dalil("index", address, "--refresh")
    assert done.exit_code == 4
    assert "there is no such page (any more): error 404." in done.stderr
    assert f"{address}: the version of 2020-01-01 stays." in done.stderr
    (document,) = Index.open("dalil-index").documents
    assert (document.text, document.fetched) == (RIVER, "2020-01-01")


def test_files_and_pages_go_together(site: Site) -> None:
    Path("notes").mkdir()
    Path("notes/border.txt").write_text("Salim opened the crossing in 2017.")
    address = site.address("/river")
    assert "2 documents" in dalil("index", "notes", address, address).stdout
    # A plain run over the files fetches nothing, and keeps the page.
    done = dalil("index", "notes")
    assert done.exit_code == 0
    assert "2 documents" in done.stdout
    assert "Gone" not in done.stdout
    done = dalil("index", "notes", address)
    assert "not fetched again" in done.stdout
    assert "(0 added, 0 changed, 1 unchanged)" in done.stdout
    assert len(site.asked) == 1
    # Whatever else goes wrong, what can be read is taken in.
    assert dalil("index", "notes", site.address("/none")).exit_code == 4
    # Pages are forgotten like files.
    assert "1 removed" in dalil("index", address, "--remove").stdout
    assert len(Index.open("dalil-index").documents) == 1
    done = dalil("index", address, "--remove")
    assert (done.exit_code, "doesn't hold this page" in done.stderr) == (2, True)
    assert len(site.asked) == 2


def test_an_index_isnt_rebuilt_without_a_page_that_doesnt_come(site: Site) -> None:
    address = site.address("/river")
    dalil("index", address)
    assert "1 document" in dalil("index", address, "--rebuild").stdout
    site.answers.clear()
    done = dalil("index", address, "--rebuild")
    assert (done.exit_code, "The index stays as it was." in done.stderr) == (2, True)
    assert len(Index.open("dalil-index").documents) == 1


def test_answers_say_of_which_day_a_page_is(site: Site) -> None:
    dalil("index", site.address("/river"))
    asked = dalil("ask", "Who crossed the river?", "--index", "dalil-index")
    assert say_as_of(TODAY, "en") in asked.stdout
    assert site.address("/river") in asked.stdout
    (record,) = map(
        json.loads, dalil("ask", "Who crossed the river?", "-i", "dalil-index", "--json").stdout.splitlines()
    )
    assert record["citations"][0]["fetched"] == record["hits"][0]["fetched"] == TODAY


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://127.0.0.1/"], "is this machine, or in a private network"),
        (["http://[::1]/"], "is this machine, or in a private network"),
        (["http://user:secret@example.org/"], "Leave it out"),
        (["https://example.org:22/"], "only the ports 80 and 443"),
        (["http://2130706433/"], "this isn't the address of a web page"),
        (["--refresh"], "--refresh wants the web pages"),
        (["notes", "--refresh"], "--refresh wants the web pages"),
        (["http://127.0.0.1/", "--refresh", "--remove"], "can't go together"),
        (["http://127.0.0.1/", "--watch"], "--watch is for files and folders"),
    ],
)
def test_what_isnt_fetched(
    site: Site, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.web_pages, "Fetcher", partial(Fetcher, seconds=5.0))
    done = dalil("index", *arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())
    assert "secret" not in done.output
    assert site.asked == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], True),
        (["--no-web-pages"], False),
        (["--host", "0.0.0.0"], False),
        (["--host", "0.0.0.0", "--web-pages"], True),
        (["--web-pages", "--read-only"], False),
    ],
)
def test_a_shared_chat_fetches_pages_if_it_is_told_to(
    options: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Sharing] = []
    monkeypatch.setattr(ui, "launch", lambda _, *, sharing, **__: given.append(sharing))
    assert dalil("chat", *options).exit_code == 0
    assert [sharing.fetches_pages for sharing in given] == [expected]


@pytest.mark.parametrize(("sharing", "expected"), [(Sharing(), True), (Sharing(host="0.0.0.0"), False)])
def test_the_chat_that_is_served_fetches_only_where_it_may(
    sharing: Sharing, expected: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Enough(Exception):
        pass

    def build(*_: Any, collections: Collections, **__: Any) -> None:
        raise Enough(collections.pages.is_on)

    monkeypatch.setattr(ui, "build_chat", build)
    monkeypatch.setattr(ui, "listen", lambda *_: socket.create_server(("127.0.0.1", 0)))
    with pytest.raises(Enough) as caught:
        ui.launch(cast("Index", None), sharing=sharing, library=Library(tmp_path))
    assert caught.value.args == (expected,)
