"""Limits of a converter process: processor time, wall-clock time, memory, and its parent's lifetime.

The process sets them for itself and the kernel enforces them, even inside a library's C code and after the
parent process has ended.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

BASE_SECONDS: Final = 20.0
"""Processor seconds for any file, however small, until it shows progress."""
MAX_SECONDS: Final = 600.0
"""Processor seconds for the largest file."""
SECONDS_PER_PART: Final = 2.0
"""Processor seconds added per page or chapter read. A page of the article takes .1 to .4."""
SECONDS_PER_PICTURE: Final = 6.0
"""Processor seconds per page whose text is recognised, besides Tesseract's; one of 300 dpi takes 1 to 2."""
SECONDS_PER_PASS: Final = 20.0
"""Processor seconds of Tesseract for one pass over a page; a page of 300 dpi takes .8 to 3."""
PAGE_SECONDS: Final = 2 * SECONDS_PER_PASS + SECONDS_PER_PICTURE
"""Processor seconds of all processes for a page whose text is recognised, in two passes."""
# Additional processor seconds per MB of the file. A PDF has 3 to 10 KB of text per page, so 1 MB may be 300
# pages of .1 to .4 s. Office documents and books are compressed about tenfold; a workbook takes 3 s
# per MB, HTML 1, CSV and JSON 1 to 2.
_SECONDS_PER_MB: Final = {
    ".pdf": 120.0, ".docx": 30.0, ".epub": 30.0, ".odt": 30.0, ".pptx": 30.0, ".xlsx": 60.0,
    ".ods": 60.0,
}  # fmt: skip
_SECONDS_PER_MB_OF_TEXT: Final = 6.0
# Converters of these types report progress: a file that makes none gets only BASE_SECONDS.
_IN_PARTS: Final = frozenset((".pdf", ".epub"))
# Wall-clock seconds per processor second: on a busy machine a process gets a fraction of a core (a fifth
# with a load of ten on two cores).
_WALL_FACTOR: Final = 10.0
_PARENT_CHECK_SECONDS: Final = 0.5


def processor_seconds(suffix: str, size: int) -> float:
    """Maximum processor time for converting a file.

    Args:
        suffix: of the file.
        size: bytes of the file.

    Returns:
        Seconds: `BASE_SECONDS` plus a rate per MB by type, at most `MAX_SECONDS`.
    """
    rate = _SECONDS_PER_MB.get(suffix, _SECONDS_PER_MB_OF_TEXT)
    return min(MAX_SECONDS, BASE_SECONDS + rate * size / 2**20)


def size_of(path: Path) -> int:
    """Size of a file in bytes; 0 if unavailable, which is reported when it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def wall_seconds(processor: float) -> float:
    """Maximum wall-clock time for a file with this processor time limit, both in seconds."""
    return _WALL_FACTOR * processor


class Allowance:
    """Processor and wall-clock time limits of the file being converted in this process.

    On expiry the kernel sends SIGXCPU or SIGALRM, which end the process.
    """

    def __init__(self, suffix: str, size: int, max_seconds: float = math.inf) -> None:
        """Starts the limits.

        Args:
            suffix: of the file.
            size: bytes of the file.
            max_seconds: maximum processor time for any file.
        """
        self._most = min(max_seconds, processor_seconds(suffix, size))
        self._allowed = min(self._most, BASE_SECONDS) if suffix in _IN_PARTS else self._most
        self._base = self._most
        self._start = time.process_time()
        self._children = _of_children()
        self._limited = 0
        self._limit()
        signal.setitimer(signal.ITIMER_REAL, wall_seconds(self._most))

    def add_part(self) -> None:
        """Extends the processor time limit after a page or chapter was read."""
        self._allowed = min(self._most, self._allowed + SECONDS_PER_PART)
        self._limit()

    def add_page(self) -> None:
        """Extends the limits for a page whose text is recognised.

        Its picture is work that the file's size doesn't tell. The wall-clock limit is the page's own, as
        another program does most of it.
        """
        self._most += SECONDS_PER_PICTURE
        self._allowed = min(self._most, self._allowed + SECONDS_PER_PICTURE)
        self._limit()
        signal.setitimer(signal.ITIMER_REAL, wall_seconds(max(PAGE_SECONDS, self._base)))

    def recognized(self) -> float:
        """Processor seconds since the start, those of programs that were run included."""
        return time.process_time() - self._start + _of_children() - self._children

    def end(self) -> None:
        """Cancels the wall-clock limit: the file is read, or waits; idle time isn't counted."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _limit(self) -> None:
        # The kernel counts whole seconds over the process's lifetime.
        limit = math.ceil(self._start + self._allowed)
        if limit != self._limited:
            self._limited = limit
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            if hard != resource.RLIM_INFINITY:
                limit = min(limit, hard)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def limit_seconds(max_seconds: float) -> None:
    """Limits the processor time of this process and those that it starts, each for itself."""
    with suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        most = math.ceil(max_seconds)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def limit_memory(max_bytes: int) -> None:
    """Limits this process's address space where supported (not on macOS), and disables core dumps."""
    for kind, most in ((resource.RLIMIT_AS, max_bytes), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (most, hard))


def die_with_parent() -> None:
    """Makes the kernel kill this process when its parent has ended; only on Linux."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG in prctl(2)
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)


def end_with_parent(parent: int) -> None:
    """Makes this process end as soon as its parent has, however that ended.

    On Linux the kernel kills it; elsewhere, or if that fails, a thread that polls for the parent does.

    Args:
        parent: process id of the parent.
    """
    die_with_parent()
    threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    if os.getpgrp() == os.getpid():  # text recognition, too, which this process has started
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
