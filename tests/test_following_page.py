"""A collection that follows a folder, in a real browser: by keyboard, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chatting import browser, directions, picture
from own_documents import create, encoder, library, reading, serving
from playwright.sync_api import Browser, expect
from test_accessible import violations

from qa.collections.library import Library
from qa.messages import say
from web.calls.collection_calls import Collections

__all__ = ["browser", "encoder", "library"]  # fixtures
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("home") / "وثائق" / "Reports"
    place.mkdir(parents=True)
    (place / "جسر.txt").write_text("افتُتح الجسر الجديد.", "utf-8")
    (place / "empty.txt").write_text("", "utf-8")
    return place


@pytest.fixture(scope="module")
def address(library: Library, folder: Path) -> Iterator[str]:
    with serving(Collections(library, roots=[folder.parent])) as where:
        yield where


def test_a_folder_is_named_followed_and_left_by_keyboard(
    browser: Browser, address: str, folder: Path
) -> None:
    with reading(browser, address) as page:
        pane = create(page, "Followed")
        button, dialog = pane.locator("[data-act=follow-folder]"), page.locator("#asking")
        expect(button).to_be_visible()
        button.focus()
        page.keyboard.press("Enter")
        expect(dialog.locator("label")).to_have_text(say("folder_path", "en"))
        page.keyboard.type("/etc")
        page.keyboard.press("Enter")
        refusal = say("folder_not_allowed", "en", names=f"\u2066{folder.parent}\u2069")
        expect(dialog.locator(".trouble")).to_have_text(refusal)
        dialog.locator("input").fill(str(folder))
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(pane.locator(".followed .path")).to_have_text(str(folder))
        expect(button).to_be_hidden()
        # Without a further act of the reader.
        expect(pane.locator(".document")).to_have_text(["جسر"])
        expect(pane.locator(".followed li strong")).to_have_text("Reports/empty.txt")
        expect(pane.locator(".followed li span")).to_have_text(say("file_empty", "en"))
        (folder / "empty.txt").write_text("The border has two gates.", "utf-8")
        expect(pane.locator(".document")).to_have_text(["جسر", "empty"])
        expect(pane.locator(".followed li")).to_have_count(0)

        page.locator("[data-act=language]").click()
        expect(pane.locator(".followed p").first).to_contain_text(say("following", "ar"))
        assert directions(pane.locator(".followed .path")) == ["ltr"]
        # The parts stand from left to right also where they are Arabic.
        places = pane.locator(".followed .path bdi").evaluate_all(
            "parts => parts.map(part => part.getBoundingClientRect()).map(({top, left}) => [top, left])"
        )
        assert places == sorted(places)
        assert violations(page) == []
        picture(page, "followed-ar")
        pane.locator("[data-act=stop-following]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#asking-title")).to_have_text(say("stop_following_folder", "ar"))
        dialog.locator(".do").press("Enter")
        expect(pane.locator(".followed")).to_be_empty()
        expect(pane.locator("h2")).to_be_focused()
        expect(pane.locator(".document")).to_have_count(2)
