"""A question that is sent while the server closes the stream of the event before it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from chatting import (
    ANSWERS,
    DOCUMENTS,
    FREED,
    WHERE_ZONE,
    WHO_FREED,
    ZONE,
    Asker,
    Library,
    ask,
    browser,
    page,
    served,
)
from playwright.sync_api import Page, expect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.messages import say

__all__ = ["browser", "page"]  # fixtures
pytestmark = pytest.mark.browser


class LateClose:
    """Holds what closes a stream of Gradio's until the next event was accepted, each time it is told to."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application
        self.held = 0
        self.holds = False
        self.waits: list[asyncio.Event] = []
        self.begun, self.closing, self.accepted = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        called = scope.get("path", "").strip("/").rpartition("/")[2]
        if called == "join" and self.waits:
            await asyncio.wait_for(self.waits.pop(0).wait(), 60)

        async def late(message: Message) -> None:
            body = message.get("body", b"")
            if called == "data" and self.holds and b"close_stream" in body:
                self.holds = False
                self.held += 1
                self.closing.set()
                await asyncio.wait_for(self.accepted.wait(), 60)
                # Its client has to have read that it was.
                await asyncio.sleep(0.5)
            await send(message)
            if called == "component_server" and body:
                self.begun.set()
            elif called == "join" and body and self.closing.is_set():
                self.accepted.set()

        await self.application(scope, receive, late)

    def hold(self, runs_late: bool = False) -> None:
        """From now on, once; `runs_late`: the event before the question runs after the question was noted."""
        self.begun, self.closing, self.accepted = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.holds = True
        self.waits = [self.begun, self.closing] if runs_late else []


@pytest.fixture(scope="module")
def late() -> list[LateClose]:
    """What stands before the chat, once it is served."""
    return []


@pytest.fixture(scope="module")
def address(late: list[LateClose]) -> Iterator[str]:
    def before(application: ASGIApp) -> LateClose:
        late.append(LateClose(application))
        return late[0]

    with served(Library(DOCUMENTS), Asker(ANSWERS), around=before) as where:
        yield where


def test_a_question_whose_stream_was_lost_is_answered(page: Page, late: list[LateClose]) -> None:
    before = late[0].held
    late[0].hold()
    # Its stream is closed when the next one is asked.
    assert ask(page, WHO_FREED).locator(".quote").all_inner_texts() == [FREED]
    assert ask(page, WHERE_ZONE).locator(".quote").all_inner_texts() == [ZONE]
    assert late[0].held == before + 1
    expect(page.locator(".turn")).to_have_count(2)


def test_a_question_that_is_shown_and_whose_stream_was_lost_is_answered(
    page: Page, late: list[LateClose]
) -> None:
    before = late[0].held
    late[0].hold(runs_late=True)
    page.locator("[data-act=language]").click()
    assert ask(page, WHERE_ZONE).locator(".quote").all_inner_texts() == [ZONE]
    assert late[0].held == before + 1


def test_a_refresh_whose_stream_was_lost_is_shown(page: Page, late: list[LateClose]) -> None:
    before = late[0].held
    late[0].hold()
    turn = ask(page, WHO_FREED)
    page.locator("[data-act=language]").click()
    expect(turn.locator("[data-act=why]")).to_have_text(say("why", "ar"))
    assert late[0].held == before + 1
