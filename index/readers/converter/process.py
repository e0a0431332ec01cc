"""Runs converters in a separate process, so that no file can exhaust or crash this one.

The converter process limits itself (`index.readers.process_limits`): it ends when a file takes too long,
and when its parent process has ended, however that happened.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from index.concurrency import FairSemaphore
from index.readers import process_limits as limits
from index.readers.converter.request import Request
from index.readers.extracted_text import Extract, Unextractable, damaged
from index.readers.page.picture import PagePicture, PageRequest

if TYPE_CHECKING:
    from index.errors import FileFault
    from index.readers.extracted_text import PageProgress

BYTES: Final = 3 << 30
"""Memory limit of the converter process."""
MAX_RECOGNIZED: Final = 3600.0
"""Processor seconds for recognising the text of one file, Tesseract's included."""
MAX_CONCURRENT: Final = 6
"""Files whose text is recognised in turns by page; further ones wait for one of them to end. A chat reads the
files of four persons at a time, and of a followed folder."""
# Extra wall-clock seconds after which the parent kills a converter that hasn't ended itself.
_GRACE_SECONDS: Final = 10.0
# Signals that indicate a crash rather than an exceeded limit.
_CRASHES: Final = frozenset((signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE))


class ConverterProcess:
    """A process that converts one file at a time; started on demand, and restarted after it was lost.

    Concurrent callers are served in order of arrival.
    """

    def __init__(
        self,
        seconds: float = limits.MAX_SECONDS,
        max_bytes: int = BYTES,
        max_recognized: float = MAX_RECOGNIZED,
        page_turn: FairSemaphore | None = None,
    ) -> None:
        """Sets the limits; starts no process yet.

        Args:
            seconds: maximum processor time per file; `process_limits.processor_seconds` may be less.
            max_bytes: memory limit of the process, on systems that support one.
            max_recognized: maximum processor time per file for recognising text.
            page_turn: shared by several processes that recognise text, so that they take turns by page.
        """
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._max_recognized = max_recognized
        self._page_turn = page_turn or FairSemaphore(1)
        self._turn = FairSemaphore(1)
        self._process: subprocess.Popen[bytes] | None = None
        # The kernel treats the end of the thread that started a process as the end of its parent, so all
        # processes are started by one permanent thread.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="converter-start")

    def convert(
        self,
        path: Path,
        on_page: PageProgress | None = None,
        wanted: Sequence[int] = (),
        claimed: str = "",
    ) -> Extract:
        """The text of the file at `path`.

        Args:
            path: of the file.
            on_page: if given, the text is recognised from its pictures (OCR); called after each page.
            wanted: the pages of a PDF whose text is to be recognised, from 1; all if empty.
            claimed: the encoding of a text or a web page according to its server.

        Raises:
            Unextractable: it can't be read, or takes too long or too much memory.
        """
        request = Request(path, on_page is not None, wanted, claimed)
        return Extract.from_record(self._ask(request, on_page))

    def draw(self, path: Path, page: PageRequest) -> PagePicture | None:
        """The picture of a page of the file at `path`; None if the file was changed since it was read.

        Raises:
            Unextractable: it can't be drawn, or takes too long or too much memory.
        """
        record = self._ask(Request(path, picture=page))
        return PagePicture.from_record(record) if record else None

    def _ask(self, request: Request, on_page: PageProgress | None = None) -> dict[str, Any]:
        path = request.path
        with self._turn:
            seconds = min(
                self._seconds,
                limits.processor_seconds(path.suffix.casefold(), limits.size_of(path)),
            )
            seconds = max(seconds, limits.PAGE_SECONDS) if on_page else seconds
            patience = limits.wall_seconds(seconds) + _GRACE_SECONDS
            try:
                answer = self._answer(request.to_line(), patience, on_page)
            except BaseException:  # Ctrl-C: a late reply would be taken for the next file's
                self._stop()
                raise
            if answer is None:
                raise self._loss(seconds)
        if "error" in answer:
            raise Unextractable(answer["error"], cast("FileFault", answer["fault"]))
        return answer

    def _answer(self, request: bytes, patience: float, on_page: PageProgress | None) -> dict[str, Any] | None:
        """The process's answer to a request; None if it ended.

        Args:
            request: a line.
            patience: seconds of wall-clock time for each line of the answer: those before the last tell how
                many pages are recognised.
            on_page: called with them.
        """
        process = self._running()
        requests, replies = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        while True:
            with self._page_turn:
                timer = threading.Timer(patience, process.kill)
                # Ctrl-C may come while it is being started: nothing waits for it then.
                timer.daemon = True
                try:
                    timer.start()
                    requests.write(request + b"\n")
                    requests.flush()
                    reply = replies.readline()
                except BrokenPipeError:
                    reply = b""
                finally:
                    timer.cancel()
            if not reply.endswith(b"\n"):
                return None
            answer: dict[str, Any] = json.loads(reply)
            if "page" not in answer:
                return answer
            if on_page is not None:
                on_page(answer["page"], answer["of"])
            request = b""  # an empty line: go on with the next page

    def close(self) -> None:
        """Ends the process once the pending files are converted."""
        with self._turn:
            self._stop()

    def kill(self) -> None:
        """Ends the process immediately; a file being converted is reported as too slow."""
        if (process := self._process) is not None:
            process.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            try:
                return self._starter.submit(self._start).result()
            except RuntimeError:  # at interpreter shutdown no thread accepts work
                raise Unextractable("Dalil was stopped.", "unreadable") from None
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).resolve().parents[3])
        known = os.environ.get("PYTHONPATH")
        call = f"serve({self._max_bytes}, {self._seconds}, {self._max_recognized}, {os.getpid()})"
        # Here, not where this is waited for: Ctrl-C there would lose it.
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from index.readers.converter.service import serve; {call}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (package, known)))},
            start_new_session=True,  # Ctrl-C is for this process
        )
        return self._process

    def _loss(self, seconds: float) -> Unextractable:
        """Ends a process that gave no answer, and returns the error."""
        process = self._process
        ended = None
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                ended = process.wait(1)  # it may still be closing its pipes
        self._stop()
        if ended is not None and -ended in _CRASHES:
            return damaged(f"its converter crashed: {signal.Signals(-ended).name}")
        return Unextractable(
            f"it could not be read within {math.ceil(seconds):,} seconds of processor time "
            f"({limits.BASE_SECONDS:.0f} before the first page) and {self._max_bytes >> 20:,} MB of memory. "
            "Split it, or save its text as .txt.",
            "too_slow",
        )

    def _stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):  # its own processes, too: text recognition
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
            self._process.wait()
            self._process = None


class Recognizers:
    """Processes that recognise text, one for each file, of which one at a time works on a page.

    A file's process ends with it, apart from one that is kept for the next file.
    """

    def __init__(self) -> None:
        """Starts no process yet."""
        self._places = FairSemaphore(MAX_CONCURRENT)
        self._page_turn = FairSemaphore(1)
        self._lock = threading.Lock()
        self._free: list[ConverterProcess] = []
        self._busy: list[ConverterProcess] = []

    def convert(self, path: Path, on_page: PageProgress, wanted: Sequence[int] = ()) -> Extract:
        """The recognised text of a file; as `ConverterProcess.convert`."""
        with self._places:
            with self._lock:
                process = self._free.pop() if self._free else ConverterProcess(page_turn=self._page_turn)
                self._busy.append(process)
            try:
                return process.convert(path, on_page, wanted)
            finally:
                with self._lock:
                    self._busy.remove(process)
                    is_surplus = bool(self._free)
                    if not is_surplus:
                        self._free.append(process)
                if is_surplus:
                    process.close()

    def close(self) -> None:
        """Ends the processes once the pending files are read."""
        for process in self._all():
            process.close()

    def kill(self) -> None:
        """Ends the processes immediately; a file being read is reported as too slow."""
        for process in self._all():
            process.kill()

    def _all(self) -> list[ConverterProcess]:
        with self._lock:
            return [*self._free, *self._busy]


shared: Final = ConverterProcess()
# `kill` runs first and ends the process at once; waiting callers then find that none can be started.
recognizer: Final = Recognizers()
"""For text recognition, which takes seconds a page: other files don't wait for it, nor scans for another."""
painter: Final = ConverterProcess(seconds=12.0)
"""For pictures of pages, which a reader waits for; a usual page takes .1 to 1."""
_processes: Final[tuple[ConverterProcess | Recognizers, ...]] = (shared, recognizer, painter)
for _process in _processes:
    atexit.register(_process.close)
for _process in _processes:
    atexit.register(_process.kill)
