"""A scripted language model: an OpenAI-compatible server on this machine that writes what a test says."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from index.text.sentences import sentences

Messages = list[dict[str, str]]


@dataclass
class Script:
    """What the server does, and what it was sent.

    Attributes:
        write: gives the answer to the messages of a request.
        status: of the response.
        body: sent as it is in place of an answer, if given.
        wait: seconds before the answer begins.
        between: seconds between two pieces.
        location: where a redirection leads.
        bodies, headers: what was sent to it.
        hold: nothing more is written while it is cleared, for a minute at most.
        given_up: whether that minute was over before it was set.
    """

    write: Callable[[Messages], str] = lambda _: ""
    status: int = 200
    body: bytes | None = None
    wait: float = 0.0
    between: float = 0.0
    location: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    given_up: bool = False

    def __post_init__(self) -> None:
        self.hold.set()


def pieces(text: str) -> Sequence[str]:
    """An answer in pieces as a model writes it."""
    return re.findall(r"\s*\S{1,6}", text)


def quotations(messages: Messages) -> dict[int, str]:
    """The quotations in a request, by number."""
    return {
        int(n): text for n, text in re.findall(r"^\[(\d+)\] (.*)$", messages[-1]["content"], re.MULTILINE)
    }


def perfect(messages: Messages) -> str:
    """What the best of writers says: each quotation's sentences, each with its mark."""
    return " ".join(
        f"{text[start:end].rstrip('.!؟ ')} [{number}]."
        for number, text in quotations(messages).items()
        for start, end in sentences(text)
    )


@contextmanager
def writing(script: Script) -> Iterator[str]:
    """The address of a server that follows a script."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            script.bodies.append(body)
            script.headers.append({name.lower(): value for name, value in self.headers.items()})
            time.sleep(script.wait)
            self.send_response(script.status)
            if script.location:
                self.send_header("Location", script.location)
            self.send_header("Content-Type", "text/event-stream" if script.body is None else "text/html")
            self.end_headers()
            if script.body is not None:
                self.wfile.write(script.body)
                return
            for piece in pieces(script.write(body["messages"])):
                if not script.hold.wait(60):
                    script.given_up = True
                time.sleep(script.between)
                self._send({"choices": [{"index": 0, "delta": {"content": piece}}]})
            self.wfile.write(b"data: [DONE]\n\n")

        def _send(self, chunk: dict[str, Any]) -> None:
            head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
            self.wfile.write(b"data: " + json.dumps(head | chunk).encode() + b"\n\n")
            self.wfile.flush()

        def handle(self) -> None:
            with suppress(OSError):  # the client has gone
                super().handle()

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests' output is for their results."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            script.hold.set()
            server.shutdown()
            thread.join(60)
