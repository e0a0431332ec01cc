"""Files on their way into a collection: sent by the page one by one, then read and encoded as a batch.

The page first says which files it has, and is told under which secret name (a batch's) it may send them. So
who may not use the page can't send anything, and no file's name comes with its content: it is stored under
a number, in a folder that only this user can look into, and removed when it was read.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from index.errors import DalilError, UnreadableFile
from index.readers.read import MOST_BYTES, TYPES
from qa.collections.library import MOST_BYTES_IN_ALL
from qa.collections.types import Added, Progress, Report
from web.server.file_names import UnsafeName, safe_name

UPLOAD: Final = "/library/upload"
"""Where the page sends files to."""

MOST_FILES: Final = 1000
# Seconds without another file after which those that came are added: the page was closed.
PATIENCE: Final = 60.0
# Batches whose outcome is remembered.
_REMEMBERED: Final = 100
# Characters that some system or other doesn't take in a name; here it is only shown.
_RESERVED: Final = str.maketrans(dict.fromkeys('<>:"|?*', "_"))

Add = Callable[[str, Sequence[Path], Report, Mapping[Path, str]], Added]


@dataclass
class Batch:
    """Files that are added together. It changes as they arrive and are read; `Arrivals` changes it.

    Attributes:
        id: the secret by which the page names it.
        collection: the id of where they go.
        names: of all files, in the page's order.
        faults: why some aren't added: number of the file -> the name of the message that says so.
        stage: "sending", "waiting", "reading", "encoding" or "done".
        progress: of the reading or encoding.
        added: what became of the files that arrived, when it is done.
        error: why nothing could be added, if so.
    """

    id: str
    collection: str
    names: tuple[str, ...]
    faults: dict[int, str] = field(default_factory=dict)
    stage: str = "sending"
    progress: Progress | None = None
    added: Added = field(default_factory=Added)
    error: Exception | None = None
    folder: Path = Path()
    arrived: dict[int, Path] = field(default_factory=dict)
    sent: set[int] = field(default_factory=set)
    bytes: int = 0
    touched: float = field(default_factory=time.monotonic)

    def note(self, progress: Progress) -> None:
        """Keeps how far it is."""
        self.stage, self.progress = progress.stage, progress


class Arrivals:
    """All batches of one server. They are added one after another, so that questions get their share."""

    def __init__(
        self,
        add: Add,
        most_bytes: int = MOST_BYTES,
        most_in_all: int = MOST_BYTES_IN_ALL,
        patience: float = PATIENCE,
    ) -> None:
        """Starts nothing yet.

        Args:
            add: adds files to a collection by its id, as `Library.add_files` does by its name.
            most_bytes: that a file may have.
            most_in_all: that all files may have that wait to be read.
            patience: seconds to wait for the next file.
        """
        self._add = add
        self._most_bytes = most_bytes
        self._most_in_all = most_in_all
        self._patience = patience
        self._batches: dict[str, Batch] = {}
        self._waiting: SimpleQueue[Batch] = SimpleQueue()
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._watcher: threading.Thread | None = None

    def begin(self, collection: str, files: Sequence[tuple[str, int]]) -> tuple[Batch, list[int]]:
        """A new batch, and the numbers of the files that the page may send.

        Args:
            collection: its id.
            files: name and bytes of each.
        """
        batch = Batch(secrets.token_urlsafe(24), collection, tuple(shown_name(name) for name, _ in files))
        for number, (name, size) in enumerate(files):
            if fault := self._refusal(number, name, size):
                batch.faults[number] = fault
        accepted = [number for number in range(len(files)) if number not in batch.faults]
        with self._lock:
            for old in [key for key, one in self._batches.items() if one.stage == "done"][:-_REMEMBERED]:
                del self._batches[old]
            self._batches[batch.id] = batch
        if accepted:
            batch.folder = Path(tempfile.mkdtemp(prefix="dalil-"))
            with self._lock:
                if self._watcher is None:
                    self._watcher = threading.Thread(target=self._watch, name="arrivals-watch", daemon=True)
                    self._watcher.start()
        else:
            batch.stage = "done"
        return batch, accepted

    def batch(self, id_: str) -> Batch | None:
        """The batch that has this secret name."""
        return self._batches.get(id_)

    def of_collection(self, collection: str) -> Batch | None:
        """The batch that is being added to a collection, if one is."""
        batches = list(self._batches.values())
        return next((b for b in batches if b.collection == collection and b.stage != "done"), None)

    def finish(self, batch: Batch) -> None:
        """Reads what has arrived of a batch; what hasn't won't be taken any more."""
        with self._lock:
            if batch.stage != "sending":
                return
            batch.stage = "waiting"
            missing = set(range(len(batch.names))) - batch.faults.keys() - batch.arrived.keys()
            batch.faults |= dict.fromkeys(missing, "file_not_sent")
            self._waiting.put(batch)
            if self._worker is None:
                # A daemon: Ctrl-C doesn't wait for it, and leaves a collection as before or as after.
                self._worker = threading.Thread(target=self._work, name="arrivals", daemon=True)
                self._worker.start()

    def close(self) -> None:
        """Removes the files of batches that aren't done: what wasn't added by now won't be."""
        for batch in list(self._batches.values()):
            if batch.stage != "done" and batch.folder.is_absolute():  # else it has none yet
                shutil.rmtree(batch.folder, ignore_errors=True)

    async def receive(self, request: Request) -> Response:
        """Takes in one file, which is the request's body."""
        batch = self._batches.get(request.headers.get("x-batch", ""))
        told = request.headers.get("x-number", "")
        number = int(told) if told.isdecimal() and len(told) < 9 else -1
        if batch is None or not self._claim(batch, number):
            return PlainTextResponse("Not allowed.", 403)
        path = batch.folder / f"{number}{Path(batch.names[number]).suffix.casefold()}"
        size = 0
        fault = ""
        try:
            with path.open("xb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    batch.bytes += len(chunk)
                    if size > self._most_bytes or self._held() > self._most_in_all:
                        fault = "file_too_large" if size > self._most_bytes else "file_full"
                        break
                    batch.touched = time.monotonic()
                    await run_in_threadpool(file.write, chunk)
        except ClientDisconnect:
            # The page was closed: what came whole is added, of the rest nothing is kept.
            _drop(batch, path, size)
            self.finish(batch)
            return PlainTextResponse("", 499)
        except OSError:
            fault = "disk_full"
        if fault:
            _drop(batch, path, size)
            batch.faults[number] = fault
            return PlainTextResponse(fault, 413)
        with self._lock:
            if batch.stage == "sending":
                batch.arrived[number] = path
                return PlainTextResponse("")
        _drop(batch, path, size)  # it was given up on
        return PlainTextResponse("Too late.", 403)

    def _claim(self, batch: Batch, number: int) -> bool:
        """Whether a file is expected; it is then no longer."""
        with self._lock:
            expected = 0 <= number < len(batch.names) and number not in batch.faults | batch.arrived
            if batch.stage != "sending" or not expected or number in batch.sent:
                return False
            batch.sent.add(number)
            return True

    def _refusal(self, number: int, name: str, size: int) -> str:
        """The name of the message that says why a file isn't taken, if it isn't."""
        if number >= MOST_FILES:
            return "file_too_many"
        try:
            safe = safe_name(name.translate(_RESERVED))
        except UnsafeName:
            return "file_name"
        if Path(safe).suffix.casefold() not in TYPES:
            return "file_type"
        return "file_too_large" if size > self._most_bytes else ""

    def _watch(self) -> None:
        """Goes on with batches of which nothing more comes, until none is being sent: one thread for all."""
        while True:
            with self._lock:
                sending = [batch for batch in self._batches.values() if batch.stage == "sending"]
                if not sending:
                    self._watcher = None
                    return
            left = [batch.touched + self._patience - time.monotonic() for batch in sending]
            for batch, seconds in zip(sending, left, strict=True):
                if seconds <= 0:
                    self.finish(batch)
            # One that begins meanwhile has longer.
            time.sleep(max(0.0, min(left)))

    def _work(self) -> None:
        while True:
            batch = self._waiting.get()
            paths = [batch.arrived[number] for number in sorted(batch.arrived)]
            names = {path: batch.names[number] for number, path in batch.arrived.items()}
            try:
                if paths:
                    batch.added = self._add(batch.collection, paths, batch.note, names)
                for error in batch.added.failed:
                    batch.faults[_number(batch, error)] = f"file_{error.fault}"
            except (DalilError, OSError) as error:
                batch.error = error
            except Exception as error:
                batch.error = error
                logging.getLogger(__name__).exception("Files could not be added")
            finally:
                shutil.rmtree(batch.folder, ignore_errors=True)
                batch.stage = "done"

    def _held(self) -> int:
        """Bytes of all files that wait to be read."""
        return sum(batch.bytes for batch in list(self._batches.values()) if batch.stage != "done")


def shown_name(name: str) -> str:
    """A file's name as it is shown: nothing in it reorders or hides what stands around it."""
    try:
        return safe_name(name.translate(_RESERVED))
    except UnsafeName:
        kept = "".join(c if c.isprintable() else " " for c in name[:200])
        return " ".join(kept.split()) or "…"


def _number(batch: Batch, error: UnreadableFile) -> int:
    return next(number for number, path in batch.arrived.items() if str(path) == error.path)


def _drop(batch: Batch, path: Path, size: int) -> None:
    path.unlink(missing_ok=True)
    batch.bytes -= size
