"""The page's JavaScript: how its modules hang together and are served, and the page until they are there."""

from __future__ import annotations

import posixpath
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
import pytest
from asgi import request
from chatting import (
    ANSWERS,
    DOCUMENTS,
    WHERE_ZONE,
    ZONE,
    Asker,
    Library,
    address,
    ask,
    asker,
    browser,
    library,
    new_context,
    opened,
    replied,
    served,
    shown,
)
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Route, expect
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from test_house import circles

from index.text.analyzer import Language
from qa.messages import say
from web.server.serving import application
from web.views import scripts

__all__ = ["address", "asker", "browser", "library"]  # fixtures
_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?\bfrom "([^"]+)";$', re.MULTILINE)
IMPORTS = {
    name: {posixpath.normpath(posixpath.join(name, "..", other)) for other in _IMPORT.findall(text)}
    for name, text in scripts.modules().items()
}


def test_modules_import_each_other_by_name_and_never_in_a_circle() -> None:
    assert set().union(*IMPORTS.values()) <= IMPORTS.keys()
    assert circles(IMPORTS) == []
    # Each `import` was seen.
    for name, text in scripts.modules().items():
        assert len(re.findall(r"\bimport\b", re.sub("//.*", "", text))) == len(_IMPORT.findall(text)), name


def test_every_module_is_reached_from_the_entry() -> None:
    reached, ahead = set(), {scripts.ENTRY, scripts.LOGIN}
    while ahead:
        reached |= ahead
        ahead = set().union(*(IMPORTS[name] for name in ahead)) - reached
    assert reached == scripts.modules().keys()


@pytest.mark.parametrize(
    "changed",
    [{"a.js": "1", "b/c.js": "3"}, {"a.js": "1", "b/d.js": "2"}, {"a.js": "1"}, {"a.js": "1b/c.js", "": "2"}],
)
def test_any_change_gives_every_module_another_address(changed: dict[str, str]) -> None:
    assert scripts.version(changed) != scripts.version({"a.js": "1", "b/c.js": "2"})


def test_modules_are_served_to_be_kept_and_under_their_own_version_alone() -> None:
    app = application(lambda: None)
    host = {"Host": "127.0.0.1:7860"}
    for name, text in scripts.modules().items():
        reply = request(app, f"/{scripts.address(name)}", headers=host)
        assert (reply.status, reply.body.decode()) == (200, text)
        assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        older = scripts.address(name).replace(scripts.version(scripts.modules()), "0" * 16)
        assert request(app, f"/{older}", headers=host).status == 404


@contextmanager
def waiting(browser: Browser, address: str) -> Iterator[tuple[Page, list[Route]]]:
    """An opened chat whose entry module hasn't come yet, and what lets it come."""
    context = new_context(browser)
    held: list[Route] = []
    context.route("**/script/*/main.js", lambda route: held.append(route))
    page = context.new_page()
    page.goto(address)
    page.locator("#question").wait_for(state="attached")
    yield page, held
    context.close()


@pytest.mark.browser
def test_until_its_scripts_are_there_nothing_of_the_page_can_be_used(browser: Browser, address: str) -> None:
    """What was clicked or typed then would be lost."""
    with waiting(browser, address) as (page, held):
        for part in page.locator("#page :is(a, button, textarea)").all():
            assert not part.is_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#page')") is None
        for route in held:
            route.continue_()
        expect(page.locator("#question")).to_be_focused()
        page.get_by_role("button", name=WHERE_ZONE).click()
        assert replied(page, 0).locator(".quote").all_inner_texts() == [ZONE]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ar", "en"])
def test_if_its_scripts_cannot_be_had_the_page_says_so(
    browser: Browser, address: str, language: Language
) -> None:
    context = new_context(browser, locale=language)
    context.route("**/script/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(address)
    said = page.get_by_text(say("out_of_reach", language))
    expect(said).to_be_visible()
    assert said.evaluate("e => getComputedStyle(e).direction") == ("rtl" if language == "ar" else "ltr")
    context.close()


@pytest.mark.browser
def test_all_modules_come_with_the_page_and_once(browser: Browser, address: str) -> None:
    fetched: list[str] = []
    context = new_context(browser)
    context.on("request", lambda sent: fetched.append(sent.url) if "/script/" in sent.url else None)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#ask")).not_to_be_empty()
    names = scripts.modules().keys() - {scripts.LOGIN}
    assert sorted(fetched) == sorted(f"{address}{scripts.address(name)}" for name in names)
    older = f"{address}script/{'0' * 16}/main.js"
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(older)
    assert refusal.value.code == 404
    refusal.value.close()
    context.close()


class Below:
    """A chat as a reverse proxy has it: below a path, of which the chat itself doesn't hear."""

    def __init__(self, app: FastAPI) -> None:
        self.app: ASGIApp = app
        for route in app.routes:
            if isinstance(route, Mount) and isinstance(route.app, gr.routes.App):
                route.app.root_path = "/shelf"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/shelf/"):
            # Browsers ask for the host's own icon.
            status = 204 if scope["path"] == "/favicon.ico" else 404
            await Response(status_code=status)(scope, receive, send)
            return
        if scope["type"] == "http":
            path = scope["path"].removeprefix("/shelf")
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self.app(scope, receive, send)


@pytest.mark.browser
def test_the_page_works_below_a_path(browser: Browser) -> None:
    with (
        served(Library(DOCUMENTS), Asker(ANSWERS), around=Below) as address,
        opened(browser, f"{address}shelf/") as page,
    ):
        ask(page, WHERE_ZONE).locator(".number").click()
        expect(shown(page)).to_have_text(ZONE)
        page.locator("[data-act=language]").click()
        page.evaluate("document.fonts.ready.then(() => true)")
        loaded = "[...document.fonts].filter(f => f.status === 'loaded').length"
        assert page.evaluate(loaded) > 0
