"""How long people wait for the chat: for its page, and for answers, alone and several at once.

Answers come over its HTTP API; the page is opened in Chromium, where that is installed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gradio_client import Client
from paper import BROWSERS
from playwright.sync_api import Browser, sync_playwright

_CHAT = "from cli.entry import main; main()"
_STARTED = "Dalil listens on "
# Visits of new readers, whose median is taken.
_VISITS = 7
# Seconds from the navigation to the first contentful paint (https://www.w3.org/TR/paint-timing/).
_PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const painted = list.getEntriesByName("first-contentful-paint")[0];
    if (painted) done(painted.startTime / 1000);
  }).observe({type: "paint", buffered: true});
})"""


@dataclass(frozen=True)
class Load:
    """Questions to a chat in a process of its own, times in seconds.

    Attributes:
        users: how many ask at once, one question after the other.
        questions: of all of them together.
        failed: of these the ones that got no answer.
        alone: median time of a question of one user.
        median, slow: of the users at once: the median, and the 95th percentile.
        usable: from the chat's start line until a question can be typed and sent in an open browser;
            None where there is no Chromium.
        first_paint: from navigation to the first contentful paint, in a browser with an empty cache, of a
            chat that has served its page before: the median of some visits; None where there is no Chromium.
    """

    users: int
    questions: int
    failed: int
    alone: float
    median: float
    slow: float
    usable: float | None
    first_paint: float | None


def load(questions: Sequence[str], users: int = 8, in_all: int = 200) -> Load:
    """Asks the built-in article's chat: one user first, then several at once.

    Args:
        questions: what is asked, over and over.
        users: at once.
        in_all: questions of all users together.
    """
    usable, first_paint = page_times()
    with chat() as address:
        clients = [Client(address, verbose=False) for _ in range(users)]

        def ask(client: Client, question: str) -> float | None:
            start = time.perf_counter()
            reply = client.predict(question, 5, api_name="/ask")
            return None if "error" in reply else time.perf_counter() - start

        def ask_all(number: int) -> list[float | None]:
            return [ask(clients[number], questions[i % len(questions)]) for i in range(number, in_all, users)]

        for question in questions:
            ask(clients[0], question)
        alone = [seconds for question in questions if (seconds := ask(clients[0], question)) is not None]
        with ThreadPoolExecutor(users) as pool:
            replies = [seconds for each in pool.map(ask_all, range(users)) for seconds in each]
    times = [seconds for seconds in replies if seconds is not None]
    return Load(
        users=users,
        questions=in_all,
        failed=in_all - len(times),
        alone=statistics.median(alone),
        median=statistics.median(times),
        slow=float(np.percentile(times, 95)),
        usable=usable,
        first_paint=first_paint,
    )


def page_times() -> tuple[float | None, float | None]:
    """`usable` and `first_paint` of `Load`, in seconds."""
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        return None, None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page()
        with chat() as address:
            start = time.perf_counter()
            page.goto(address, wait_until="commit")
            # Its script names the button.
            page.wait_for_selector("#ask:not(:empty)")
            usable = time.perf_counter() - start
            first_paint = statistics.median(_first_paint(browser, address) for _ in range(_VISITS))
        browser.close()
    return usable, first_paint


def _first_paint(browser: Browser, address: str) -> float:
    context = browser.new_context()  # with a cache of its own, which is empty
    page = context.new_page()
    page.goto(address, wait_until="commit")
    seconds = float(page.evaluate(_PAINTED))
    context.close()
    return seconds


@contextmanager
def chat(data: Path | None = None, *options: str) -> Iterator[str]:
    """The address of a `dalil chat` in a process of its own, until it is stopped.

    Args:
        data: its data folder; an empty one if not given.
        options: further ones of the command.
    """
    with (
        tempfile.TemporaryDirectory(prefix="dalil-speed-") as empty,
        subprocess.Popen(
            [sys.executable, "-c", _CHAT, "chat", *options],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"DALIL_DATA": str(data or empty)},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith(_STARTED))
            yield line.removeprefix(_STARTED).split()[0]
        finally:
            process.terminate()
