"""Upload batches: files sent by the page one by one, then read and encoded together.

The page first announces its files, and receives a secret batch id under which to send them. So only users of
the page can upload, and a file's content is sent without its name: it is stored under
a number, in a folder that only this user can read, and removed once it has been read.

Batches are imported round-robin: a few files of one person, then a few of another. Each person has one turn
at a time, and `LANES` persons have theirs concurrently, so that no one waits for another's slow
file. Only one at a time encodes, so that questions get their share; encoding is in turns, too.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from index.concurrency import FairSemaphore
from index.errors import DalilError, FileWarning
from index.readers.read_files import MAX_BYTES, TYPES, is_passed_over
from qa.collections.library import MAX_TOTAL_BYTES
from qa.collections.types import Added, Progress, Report
from web.uploads.file_names import UnsafeName, safe_name
from web.uploads.spool import Spool

UPLOAD: Final = "/library/upload"
"""Path of the upload endpoint."""

MAX_FILES: Final = 1000
MAX_WAITING: Final = 2000
"""Most waiting files per person."""
MAX_NAMES: Final = 10_000
"""Most names of files that are kept of a person's unfinished batches, those of refused files included."""
MAX_TOTAL_NAMES: Final = 50_000
"""The same of everybody's."""
MAX_NAMES_REMEMBERED: Final = 20_000
"""Most names of files that are kept of finished batches."""
MAX_WAITING_BYTES: Final = 512 << 20
"""Most waiting bytes per person."""
LANES: Final = 4
"""Persons served concurrently."""
# Limits of a turn: an update of a collection costs about the same for any number of files, but the next
# person in the same collection waits until these are encoded, some 20 seconds for 1 MB of text.
_FILES_PER_TURN: Final = 50
_BYTES_PER_TURN: Final = 2 << 20
# Seconds without another file after which those received are imported: the page was closed.
PATIENCE: Final = 60.0
# Number of finished batches remembered.
_REMEMBERED: Final = 100
# Characters that some systems don't allow in names; here the name is only shown.
_RESERVED: Final = str.maketrans(dict.fromkeys('<>:"|?*', "_"))

Add = Callable[[str, Sequence[Path], Report, Mapping[Path, str]], Added]


@dataclass
class Batch:
    """Files that are imported together; mutable state, updated by `Uploads`.

    Attributes:
        id: secret id, known to the page.
        collection: id of the target collection.
        names: names of the files, in the page's order.
        faults: file number -> name of the message that says why it isn't added.
        stage: "sending", "waiting", "fetching" of a web page, "reading", "encoding" or "done".
        progress: progress of reading or encoding.
        added: import result so far.
        error: the error that stopped the import, if any.
        person: the sender.
        warnings: file number, and the parts of an added file that couldn't be read.
        is_page: whether it is a web page that is fetched, in place of files.
        is_renewal: whether an older version of the page was in the collection.
        surplus: number of further files that the page named; beyond `MAX_FILES` none is added, and only
            their number is kept.
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
    person: str = ""
    unread: deque[int] = field(default_factory=deque)
    started: float = 0.0
    warnings: list[tuple[int, FileWarning]] = field(default_factory=list)
    is_page: bool = False
    is_renewal: bool = False
    surplus: int = 0

    @property
    def total(self) -> int:
        """The number of files that the page named."""
        return len(self.names) + self.surplus

    def note(self, progress: Progress) -> None:
        """Records the progress.

        Over several turns, files are counted across all of them, and the remaining time is
        estimated from the files done.
        """
        done = len(self.arrived) - len(self.unread)
        total = len(self.arrived)
        if progress.stage == "reading":
            before = done - progress.total
            progress = replace(progress, done=before + progress.done, total=total)
        elif self.unread and progress.stage == "encoding":
            seconds = (time.monotonic() - self.started) * len(self.unread) / done
            progress = replace(progress, seconds_left=seconds)
        self.stage, self.progress = progress.stage, progress

    def take_turn(self) -> list[int]:
        """Removes the next files from the unread ones and returns their numbers."""
        taken: list[int] = []
        size = 0
        while self.unread and len(taken) < _FILES_PER_TURN:
            size += self.arrived[self.unread[0]].stat().st_size
            if taken and size > _BYTES_PER_TURN:
                break
            taken.append(self.unread.popleft())
        return taken


class Uploads:
    """All batches of one server."""

    def __init__(
        self,
        add: Add,
        *,
        max_bytes: int = MAX_BYTES,
        max_total: int = MAX_TOTAL_BYTES,
        patience: float = PATIENCE,
        max_waiting: int = MAX_WAITING,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
    ) -> None:
        """Starts no threads yet.

        Args:
            add: adds files to a collection by id, as `Library.add_files` does by name.
            max_bytes: largest file in bytes.
            max_total: largest total of all waiting files in bytes.
            patience: seconds to wait for the next file.
            max_waiting: most waiting files per person.
            max_waiting_bytes: most waiting bytes per person.
        """
        self._add = add
        self._max_bytes = max_bytes
        self._max_total = max_total
        self._patience = patience
        self._max_waiting = max_waiting
        self._max_waiting_bytes = max_waiting_bytes
        self._batches: dict[str, Batch] = {}
        self._spool = Spool()
        self._lock = threading.Lock()
        # Queue of persons, next first; each person's batches in order of arrival.
        self._waiting: dict[str, deque[Batch]] = {}
        self._work = threading.Condition(self._lock)
        self._served: set[str] = set()
        self._workers = 0
        self._watching = False
        self._encoding = FairSemaphore(1)

    def begin(
        self, collection: str, files: Sequence[tuple[str, int]], person: str = ""
    ) -> tuple[Batch, list[int]]:
        """Creates a batch; returns it with the numbers of the files that the page may send.

        A batch of which no file may be sent is done, and isn't kept: `batch` doesn't know it.

        Args:
            collection: id of the collection.
            files: name and size in bytes of each.
            person: the sender.

        Raises:
            OSError: the disk is full or can't be written.
        """
        named = files[:MAX_FILES]
        names = tuple(shown_name(name) for name, _ in named)
        surplus = len(files) - len(named)
        batch = Batch(secrets.token_urlsafe(24), collection, names, person=person, surplus=surplus)
        with self._lock:
            room = self._room(person, len(names))
            for number, (name, size) in enumerate(named):
                if fault := self._refusal(name, size) or ("file_quota" if room <= 0 else ""):
                    batch.faults[number] = fault
                else:
                    room -= 1
            accepted = [number for number in range(len(names)) if number not in batch.faults]
            self._forget()
            if accepted:
                batch.folder = self._spool.new_folder()
                self._batches[batch.id] = batch
            else:
                batch.stage = "done"
        if accepted:
            self._watch()
        return batch, accepted

    def batch(self, id_: str) -> Batch | None:
        """The batch with this secret id, if it is known."""
        return self._batches.get(id_)

    def of_collection(self, collection: str) -> Batch | None:
        """The batch being added to a collection, if any."""
        return next((batch for batch in self._unfinished() if batch.collection == collection), None)

    def finish(self, batch: Batch) -> None:
        """Starts the import of a batch's received files; later ones are refused."""
        with self._lock:
            if batch.stage != "sending":
                return
            batch.stage = "waiting"
            missing = set(range(len(batch.names))) - batch.faults.keys() - batch.arrived.keys()
            batch.faults |= dict.fromkeys(missing, "file_not_sent")
            batch.unread.extend(sorted(batch.arrived))
            self._waiting.setdefault(batch.person, deque()).append(batch)
            if self._workers < min(LANES, len(self._waiting)):
                self._workers += 1
                # A daemon: Ctrl-C doesn't wait for it; updates of a collection are atomic.
                threading.Thread(target=self._serve, name="uploads", daemon=True).start()
            self._work.notify()

    def close(self) -> None:
        """Removes the files of unfinished batches, which won't be imported any more."""
        self._spool.close()

    async def receive(self, request: Request) -> Response:
        """Receives one file as the request's body."""
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
                    if fault := self._excess(batch, size):
                        break
                    batch.touched = time.monotonic()
                    await run_in_threadpool(file.write, chunk)
        except ClientDisconnect:
            # The partial file is dropped, but the page may send it again. If the page was closed, the
            # complete files are imported.
            _drop(batch, path, size)
            with self._lock:
                batch.sent.discard(number)
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
        _drop(batch, path, size)  # the batch has ended meanwhile
        return PlainTextResponse("Too late.", 403)

    def _claim(self, batch: Batch, number: int) -> bool:
        """Marks a file as being sent; returns whether it was expected."""
        with self._lock:
            expected = 0 <= number < len(batch.names) and number not in batch.faults | batch.arrived
            if batch.stage != "sending" or not expected or number in batch.sent:
                return False
            batch.sent.add(number)
            return True

    def _room(self, person: str, names: int) -> int:
        """How many more files a person may have waiting; 0 if so many more names can't be kept."""
        held = self._unfinished()
        own = [one for one in held if one.person == person]
        kept, kept_of_all = (sum(len(one.names) for one in some) for some in (own, held))
        if kept + names > MAX_NAMES or kept_of_all + names > MAX_TOTAL_NAMES:
            return 0
        return self._max_waiting - sum(len(one.names) - len(one.faults) for one in own)

    def _forget(self) -> None:
        """Forgets the oldest of the finished batches, beyond their bounds."""
        done = [batch for batch in self._batches.values() if batch.stage == "done"]
        kept = 0
        for number, batch in enumerate(reversed(done)):
            kept += len(batch.names)
            if number >= _REMEMBERED or kept > MAX_NAMES_REMEMBERED:
                del self._batches[batch.id]

    def _refusal(self, name: str, size: int) -> str:
        """The name of the message that says why a file is refused; empty if it isn't."""
        try:
            safe = safe_name(name.translate(_RESERVED))
        except UnsafeName:
            return "file_name"
        if is_passed_over(Path(safe).name):
            return "file_lock"
        if Path(safe).suffix.casefold() not in TYPES:
            return "file_type"
        return "file_too_large" if size > self._max_bytes else ""

    def _excess(self, batch: Batch, size: int) -> str:
        """The name of the message for the size limit that a file exceeds; empty if none."""
        if size > self._max_bytes:
            return "file_too_large"
        held = self._unfinished()
        if sum(one.bytes for one in held) > self._max_total:
            return "file_full"
        own = sum(one.bytes for one in held if one.person == batch.person)
        return "file_quota" if own > self._max_waiting_bytes else ""

    def _watch(self, is_due: bool = False) -> None:
        """Finishes batches that receive no more files; one timer serves all."""
        with self._lock:
            if self._watching and not is_due:
                return
            now = time.monotonic()
            idle = {b.id: now - b.touched for b in self._batches.values() if b.stage == "sending"}
            abandoned = [self._batches[id_] for id_, seconds in idle.items() if seconds >= self._patience]
            self._watching = len(idle) > len(abandoned)
            if self._watching:
                longest = max(seconds for seconds in idle.values() if seconds < self._patience)
                timer = threading.Timer(self._patience - longest, self._watch, [True])
                timer.daemon = True
                timer.start()
        for batch in abandoned:
            self.finish(batch)

    def _serve(self) -> None:
        """Worker loop: runs one turn after another; each thread serves one person at a time."""
        while True:
            with self._work:
                while (batch := self._next()) is None:
                    self._work.wait()
                self._served.add(batch.person)
            try:
                if numbers := batch.take_turn():
                    self._add_turn(batch, numbers)
            except (DalilError, OSError) as error:
                batch.error = error
            except Exception as error:
                batch.error = error
                logging.getLogger(__name__).exception("Files could not be added")
            self._end_turn(batch)

    def _next(self) -> Batch | None:
        """The next batch that can be served, if any."""
        person = next((person for person in self._waiting if person not in self._served), None)
        return None if person is None else self._waiting[person][0]

    def _add_turn(self, batch: Batch, numbers: Sequence[int]) -> None:
        batch.started = batch.started or time.monotonic()
        paths = [batch.arrived[number] for number in numbers]
        names = {batch.arrived[number]: batch.names[number] for number in numbers}
        with self.recording(batch) as note:
            added = self._add(batch.collection, paths, note, names)
        batch.added = batch.added.with_further(added)
        for error in added.failed:
            batch.faults[_number(batch, error.path)] = f"file_{error.fault}"
        for warning in added.warnings:
            batch.warnings.append((_number(batch, warning.path), warning))
        for path in paths:
            batch.bytes -= path.stat().st_size
            path.unlink()

    @contextmanager
    def recording(self, batch: Batch) -> Iterator[Report]:
        """Yields what records a batch's progress, and lets one batch at a time encode."""
        is_encoding = False

        def note(progress: Progress) -> None:
            nonlocal is_encoding
            batch.note(progress)
            if progress.stage == "encoding":
                if is_encoding:
                    self._encoding.__exit__()
                    is_encoding = False
                self._encoding.__enter__()  # queues behind the other waiting batches
                is_encoding = True

        try:
            yield note
        finally:
            if is_encoding:
                self._encoding.__exit__()

    def _end_turn(self, batch: Batch) -> None:
        """Requeues a person behind the others, if they have more files."""
        is_done = batch.error is not None or not batch.unread
        if is_done:
            shutil.rmtree(batch.folder, ignore_errors=True)
        with self._work:
            own = self._waiting.pop(batch.person)
            if is_done:
                own.popleft()
                batch.stage = "done"
            if own:
                self._waiting[batch.person] = own
            self._served.discard(batch.person)
            self._work.notify()

    def _unfinished(self) -> list[Batch]:
        return [batch for batch in list(self._batches.values()) if batch.stage != "done"]


def shown_name(name: str) -> str:
    """A file's name for display, without characters that reorder or hide surrounding text."""
    try:
        return safe_name(name.translate(_RESERVED))
    except UnsafeName:
        kept = "".join(c if c.isprintable() else " " for c in name[:200])
        return " ".join(kept.split()) or "…"


def _number(batch: Batch, path: str) -> int:
    return next(number for number, arrived in batch.arrived.items() if str(arrived) == path)


def _drop(batch: Batch, path: Path, size: int) -> None:
    path.unlink(missing_ok=True)
    batch.bytes -= size
