"""Takes the README's pictures: the chat in English and in Arabic, and one question from its first letter on.

python docs/take_screenshot.py          needs the extra `dalil[test]` and Chromium
"""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

import ui
from qa.article import article_index

FOLDER = Path(__file__).parent
FREED = "كم من الوقت استغرق تحرير عكاشات؟"
WHO_SAID = "من أعلن انطلاق معركة التلاقي؟"
NEWSPAPER = "Who told Al-Binaa newspaper that the forces would keep advancing?"
# Milliseconds that a frame of the moving picture is shown: a letter, an answer, the evidence.
LETTER, ANSWER, EVIDENCE = 90, 1600, 3200


def main() -> None:
    """Serves the chat, asks the questions, takes the pictures."""
    with ui.listen(0) as listener:
        application = ui.serve(ui.build_chat(article_index(), examples=ui.EXAMPLES))
        config = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        serving.start()
        try:
            _take(f"http://{ui.HOST}:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            serving.join()


def _take(address: str) -> None:
    browsers = ("chromium", "chromium-browser", "google-chrome")
    executable = next(path for name in browsers if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        for name, locale, questions in (
            ("chat.png", "en-GB", (FREED, NEWSPAPER)),
            ("chat-ar.png", "ar-EG", (WHO_SAID, FREED)),
        ):
            page = _open(browser, address, locale, 1280, 800, 1.5)
            for number, question in enumerate(questions, 1):
                page.locator("#question").fill(question)
                _ask(page, number)
            page.screenshot(path=FOLDER / name)
            page.context.close()
        page = _open(browser, address, "ar-EG", 960, 600, 1)
        frames, times = zip(*_frames(page), strict=True)
        frames[0].save(
            FOLDER / "question.gif",
            save_all=True,
            append_images=frames[1:],
            duration=list(times),
            loop=0,
            optimize=True,
        )
        browser.close()


def _open(browser: Browser, address: str, locale: str, width: int, height: int, scale: float) -> Page:
    page = browser.new_page(
        locale=locale, viewport={"width": width, "height": height}, device_scale_factor=scale
    )
    page.goto(address)
    expect(page.locator("#question")).to_be_visible()
    return page


def _ask(page: Page, number: int) -> None:
    """Sends the question in the box, the page's number-th, and opens its first quotation."""
    page.locator("#question").press("Enter")
    expect(page.locator(".turn .answer")).to_have_count(number, timeout=60_000)
    page.locator(".turn").last.locator(".number").first.click()
    expect(page.locator("#reader mark[data-shown]")).to_be_visible()


def _frames(page: Page) -> Iterator[tuple[Image.Image, int]]:
    """One question, letter by letter, its answer, and the evidence: pictures with their milliseconds."""
    yield _picture(page), 10 * LETTER
    for end in range(2, len(FREED) + 1, 2):
        page.locator("#question").fill(FREED[:end])
        yield _picture(page), LETTER
    page.locator("#question").press("Enter")
    expect(page.locator(".turn .answer")).to_have_count(1, timeout=60_000)
    page.wait_for_timeout(400)
    yield _picture(page), ANSWER
    page.locator(".turn .number").first.click()
    expect(page.locator("#reader mark[data-shown]")).to_be_visible()
    page.wait_for_timeout(400)
    yield _picture(page), EVIDENCE


def _picture(page: Page) -> Image.Image:
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return shown.quantize(64, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
