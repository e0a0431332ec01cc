"""A language model at an OpenAI-compatible address: Ollama, llama.cpp, vLLM, LM Studio or a hosted one.

Nothing is sent but a question and quotations, as chat completions without tools, to the address that was
given and nowhere else: redirections aren't followed, a proxy of the environment isn't used for this machine's
own addresses, and what the client tells of the machine (`X-Stainless-*`) is taken away.
"""

from __future__ import annotations

import ipaddress
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from index.errors import DalilError
from qa.extras import require
from qa.writing.claims import MAX_CHARACTERS

if TYPE_CHECKING:
    from openai import OpenAI

Trouble = Literal["slow", "gone", "busy", "refused", "nonsense", "stopped"]
"""Why a writer wrote nothing, or not to the end."""

CONNECT_SECONDS: Final = 5.0
# Until the first word, and between two: a large model on a CPU reads a long prompt for a minute.
SILENT_SECONDS: Final = 90.0
# Of an answer in all.
MAX_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.1
# The client sends these where the user's own OpenAI account is set up; they are nobody else's business.
_PRIVATE_HEADERS: Final = ("x-stainless-", "openai-organization", "openai-project")


class WriterMisconfigured(DalilError, ValueError):
    """The writer's address or model can't be what is meant."""


class WriterTrouble(DalilError):
    """The writer wrote nothing, or not to the end; `trouble` says why."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"The writer's answer failed ({trouble}). {detail}".rstrip())
        self.trouble: Trouble = trouble


@dataclass(frozen=True)
class Message:
    """A message of a chat completion."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True)
class Patience:
    """How long a writer is waited for, in seconds: until it is reached, for the next words, and in all."""

    connect: float = CONNECT_SECONDS
    silent: float = SILENT_SECONDS
    whole: float = MAX_SECONDS


class ChatModel:
    """A model of a server. Thread-safe.

    Args:
        url: the server's address up to "/v1", such as http://127.0.0.1:11434/v1.
        model: the model's name there.
        key: sent as the bearer token, if given.
        patience: how long it is waited for.

    Raises:
        ExtraMissing: the extra `dalil[writer]` isn't installed.
        WriterMisconfigured: the address isn't one of http or https, or there is no name.
    """

    def __init__(self, url: str, model: str, key: str = "", patience: Patience = Patience()) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise WriterMisconfigured(
                f"{url!r:.200} isn't a writer's address. Give one such as http://127.0.0.1:11434/v1."
            )
        if not model.strip():
            raise WriterMisconfigured("Name the writer's model: --writer-model NAME, as its server lists it.")
        require("A writer", "writer", "openai")
        self.url, self.model = url, model
        self.host = parts.hostname
        self._key, self._patience = key, patience
        self._opening = threading.Lock()
        self._client: OpenAI | None = None

    @property
    def is_local(self) -> bool:
        """Whether the address is this machine's own: what is sent there doesn't leave it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")

    def stream(self, messages: Sequence[Message], stop: threading.Event | None = None) -> Iterator[str]:
        """Yields what the model writes, piece by piece, at most `MAX_CHARACTERS`.

        The server is read in a thread of its own: whatever it does, this ends in time.

        Args:
            messages: the chat so far.
            stop: ends it when set.

        Raises:
            WriterTrouble: it was stopped, or the server is slow, gone, busy, or answers nonsense.
        """
        pieces: queue.Queue[str | WriterTrouble | None] = queue.Queue()
        over = threading.Event()
        threading.Thread(
            target=self._read, args=(list(messages), pieces, over), name="writer", daemon=True
        ).start()
        deadline, size = time.monotonic() + self._patience.whole, 0
        heard = time.monotonic()
        try:
            while size < MAX_CHARACTERS:
                if stop is not None and stop.is_set():
                    raise WriterTrouble("stopped")
                try:
                    piece = pieces.get(timeout=_LOOK_SECONDS)
                except queue.Empty:
                    now = time.monotonic()
                    if now > deadline or now > heard + self._patience.silent + self._patience.connect:
                        raise WriterTrouble("slow") from None
                    continue
                if piece is None:
                    return
                if isinstance(piece, WriterTrouble):
                    raise piece
                heard, size = time.monotonic(), size + len(piece)
                if heard > deadline:
                    raise WriterTrouble("slow")
                yield piece
        finally:
            over.set()

    def _read(
        self,
        messages: list[Message],
        pieces: queue.Queue[str | WriterTrouble | None],
        over: threading.Event,
    ) -> None:
        try:
            sent: Any = [{"role": one.role, "content": one.content} for one in messages]
            with self._opened().chat.completions.create(
                model=self.model, messages=sent, stream=True, temperature=0
            ) as chunks:
                for chunk in chunks:
                    if over.is_set():
                        return
                    piece = _content(chunk)
                    if piece:
                        pieces.put(piece)
            pieces.put(None)
        except Exception as error:  # whatever a server can make a client stumble over
            pieces.put(_trouble(error))

    def _opened(self) -> OpenAI:
        import openai

        with self._opening:
            if self._client is None:
                wait = openai.Timeout(self._patience.silent, connect=self._patience.connect)
                self._client = openai.OpenAI(
                    base_url=self.url,
                    api_key=self._key or "none",
                    max_retries=0,
                    timeout=wait,
                    http_client=openai.DefaultHttpxClient(
                        follow_redirects=False,
                        trust_env=not self.is_local,
                        event_hooks={"request": [self._without_private_headers]},
                        timeout=wait,
                    ),
                )
            return self._client

    def _without_private_headers(self, request: Any) -> None:
        for name in list(request.headers):
            if name.lower().startswith(_PRIVATE_HEADERS) or (name == "authorization" and not self._key):
                del request.headers[name]


def _content(chunk: Any) -> str:
    """The text of a chunk; empty where it has none, or is something else."""
    choices = getattr(chunk, "choices", None) or []
    content = getattr(getattr(choices[0], "delta", None), "content", None) if choices else None
    return content if isinstance(content, str) else ""


def _trouble(error: Exception) -> WriterTrouble:
    import openai

    detail = f"{type(error).__name__}: {error}"[:300]
    if isinstance(error, openai.APITimeoutError):
        return WriterTrouble("slow", detail)
    if isinstance(error, openai.APIConnectionError):
        return WriterTrouble("gone", detail)
    if isinstance(error, openai.RateLimitError):
        return WriterTrouble("busy", detail)
    if isinstance(error, openai.APIStatusError):
        return WriterTrouble("busy" if error.status_code == 503 else "refused", detail)
    return WriterTrouble("nonsense", detail)
