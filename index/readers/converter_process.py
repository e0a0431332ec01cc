"""Runs converters in a separate process, so that no file can exhaust or crash this one.

The converter process limits itself (`index.readers.process_limits`): it ends when a file takes too long, and
when its parent process has ended, however that happened.
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
from index.readers.extracted_text import Extract, Unextractable, damaged

if TYPE_CHECKING:
    from index.errors import FileFault
    from index.readers.extracted_text import PageProgress, Progress

BYTES: Final = 3 << 30
"""Memory limit of the converter process."""
# Extra wall-clock seconds after which the parent kills a converter that hasn't ended itself.
_GRACE_SECONDS: Final = 10.0
# Signals that indicate a crash rather than an exceeded limit.
_CRASHES: Final = frozenset((signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE))


class ConverterProcess:
    """A process that converts one file at a time; started on demand, and restarted after it was lost.

    Concurrent callers are served in order of arrival.
    """

    def __init__(self, seconds: float = limits.MAX_SECONDS, most_bytes: int = BYTES) -> None:
        """Sets the limits; starts no process yet.

        Args:
            seconds: maximum processor time per file; `limits.processor_seconds` may be less.
            most_bytes: memory limit of the process, on systems that support one.
        """
        self._seconds = seconds
        self._most_bytes = most_bytes
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
            claimed: the encoding of a web page according to its server.

        Raises:
            Unextractable: it can't be read, or takes too long or too much memory.
        """
        request = [os.fsencode(path).hex(), on_page is not None, list(wanted), None, claimed]
        return Extract.from_record(self._ask(path, request, on_page))

    def draw(self, path: Path, wanted: dict[str, Any]) -> dict[str, Any]:
        """The picture of a page of the file at `path`, as `index.readers.page.draw.answer` gives it.

        Args:
            path: of the file.
            wanted: what is asked of that function.

        Raises:
            Unextractable: it can't be drawn, or takes too long or too much memory.
        """
        return self._ask(path, [os.fsencode(path).hex(), False, [], wanted, ""])

    def _ask(self, path: Path, request: list[Any], on_page: PageProgress | None = None) -> dict[str, Any]:
        with self._turn:
            seconds = min(self._seconds, limits.processor_seconds(path.suffix.casefold(), _size(path)))
            patience = limits.wall_seconds(seconds) + _GRACE_SECONDS
            try:
                answer = self._answer(json.dumps(request).encode(), patience, on_page)
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
            timer = threading.Timer(patience, process.kill)
            timer.start()
            try:
                requests.write(request + b"\n" if request else b"")
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
            request = b""

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
                self._process = self._starter.submit(self._start).result()
            except RuntimeError:  # at interpreter shutdown no thread accepts work
                raise Unextractable("Dalil was stopped.", "unreadable") from None
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).resolve().parents[2])
        known = os.environ.get("PYTHONPATH")
        call = f"serve({self._most_bytes}, {self._seconds}, {os.getpid()})"
        return subprocess.Popen(
            [sys.executable, "-c", f"from index.readers.converter_process import serve; {call}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (package, known)))},
            start_new_session=True,  # Ctrl-C is for this process
        )

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
            f"({limits.BASE_SECONDS:.0f} before the first page) and {self._most_bytes >> 20:,} MB of memory. "
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


def serve(most_bytes: int, most_seconds: float, parent: int) -> None:
    """Main loop of the converter process: reads one path per line and answers each with one line.

    Args:
        most_bytes: memory limit of the process.
        most_seconds: maximum processor time per file.
        parent: process id of the parent.
    """
    limits.end_with_parent(parent)
    limits.limit_memory(most_bytes)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output that a library prints mustn't mix with the replies

    def send(record: dict[str, Any]) -> None:
        replies.write(json.dumps(record).encode() + b"\n")
        replies.flush()

    for line in sys.stdin.buffer:
        name, is_recognition, wanted, drawn, claimed = json.loads(line)
        path = Path(os.fsdecode(bytes.fromhex(name)))
        allowance = limits.Allowance(path.suffix.casefold(), _size(path), most_seconds)

        def tell(done: int, total: int, allowance: limits.Allowance = allowance) -> None:
            allowance.add_part(is_slow=True)
            send({"page": done, "of": total})

        reply = answer(path, allowance.add_part, tell if is_recognition else None, wanted, drawn, claimed)
        allowance.end()
        send(reply)


def _size(path: Path) -> int:
    """Size of a file in bytes; 0 if unavailable, which is reported when it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def answer(
    path: Path,
    progress: Progress,
    on_page: PageProgress | None = None,
    wanted: Sequence[int] = (),
    drawn: dict[str, Any] | None = None,
    claimed: str = "",
) -> dict[str, Any]:
    """Converts the file at `path`; returns the record of its text or of the error, as sent to the parent.

    With `on_page` the text is recognised from its pictures, of a PDF from those of the wanted pages. With
    `drawn` a page is drawn instead.
    """
    from index.readers.file_types import convert, recognize
    from index.storage.files import read_regular

    try:
        if drawn:
            from index.readers.page import draw

            return draw.answer(path, drawn)
        suffix, content = path.suffix.casefold(), read_regular(path)
        if on_page:
            return recognize(suffix, content, on_page, wanted).to_record()
        return convert(suffix, content, progress, claimed).to_record()
    except Unextractable as error:
        return {"error": str(error), "fault": error.fault}
    except OSError as error:
        return {"error": f"it can't be read ({error.strerror}).", "fault": "unreadable"}
    except MemoryError as error:
        return {"error": str(damaged(error)), "fault": "too_slow"}
    except Exception as error:  # a library's bug triggered by this file
        return {"error": str(damaged(error)), "fault": "damaged"}


shared: Final = ConverterProcess()
# `kill` runs first and ends the process at once; waiting callers then find that none can be started.
recognizer: Final = ConverterProcess()
"""For text recognition, which takes seconds a page: other files don't wait for it."""
painter: Final = ConverterProcess(seconds=12.0)
"""For pictures of pages, which a reader waits for; a usual page takes .1 to 1."""
for _process in (shared, recognizer, painter):
    atexit.register(_process.close)
for _process in (shared, recognizer, painter):
    atexit.register(_process.kill)
