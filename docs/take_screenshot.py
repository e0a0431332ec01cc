"""Takes docs/chat.png, the README's picture: the chat with an Arabic question and an English one.

python docs/take_screenshot.py          needs the extra `dalil[test]` and Chromium
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import expect, sync_playwright

import ui
from qa.article import article_index

QUESTIONS = ("كم من الوقت استغرق تحرير عكاشات؟", "Which newspaper did the field commander speak to?")
PICTURE = Path(__file__).parent / "chat.png"


def main() -> None:
    """Serves the chat, asks the questions, takes the picture."""
    with ui.listen(0) as listener:
        application = ui.serve(ui.build_chat(article_index()))
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
        page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=1.5)
        page.goto(address)
        for number, question in enumerate(QUESTIONS, 1):
            page.locator("#question").fill(question)
            page.locator("#question").press("Enter")
            expect(page.locator(".turn .answer")).to_have_count(number, timeout=60_000)
        page.locator(".turn .number").last.click()
        expect(page.locator("#reader mark[data-shown]")).to_be_visible()
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
