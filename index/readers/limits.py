"""Limits of a converter process: processor time, wall-clock time, memory, and its parent's life.

The process sets them for itself, and the kernel ends it: also while it is in a library's C code, and also
when the process that started it is gone.
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
from typing import Final

BASE_SECONDS: Final = 25.0
"""Processor seconds for any file, however small, until it shows progress."""
MAX_SECONDS: Final = 600.0
"""Processor seconds for the largest file."""
SECONDS_PER_PART: Final = 2.0
"""Processor seconds that each page or chapter that was read adds. A page of the article takes .1 to .4."""
# Further processor seconds per MB of the file. A PDF has 3 to 10 KB of text a page, so 1 MB may be 300 pages
# of .1 to .4 s. Word documents and books are compressed some ten times; HTML takes 1 s per MB.
_SECONDS_PER_MB: Final = {".pdf": 120.0, ".docx": 30.0, ".epub": 30.0}
_SECONDS_PER_MB_OF_HTML: Final = 3.0
# Of these types a file reports its progress: what doesn't get anywhere has no more than BASE_SECONDS.
_IN_PARTS: Final = frozenset((".pdf", ".epub"))
# Wall-clock seconds per processor second: a busy machine gives a process a fraction of a core (a fifth of one
# with a load of ten on two cores).
_WALL_FACTOR: Final = 10.0
_PARENT_CHECK_SECONDS: Final = 0.5


def processor_seconds(suffix: str, size: int) -> float:
    """The most processor time that converting a file may take.

    Args:
        suffix: ".pdf", ".docx", ".epub", ".html" or ".htm".
        size: bytes of the file.

    Returns:
        Seconds: `BASE_SECONDS` and a rate by type for each MB, but `MAX_SECONDS` at most.
    """
    rate = _SECONDS_PER_MB.get(suffix, _SECONDS_PER_MB_OF_HTML)
    return min(MAX_SECONDS, BASE_SECONDS + rate * size / 2**20)


def wall_seconds(processor: float) -> float:
    """The most wall-clock time for a file that may take this much processor time, both in seconds."""
    return _WALL_FACTOR * processor


class Allowance:
    """The processor time and the wall-clock time of the file that this process converts.

    At their end the kernel sends SIGXCPU or SIGALRM, which end the process.
    """

    def __init__(self, suffix: str, size: int, most_seconds: float = math.inf) -> None:
        """Begins to count.

        Args:
            suffix: of the file.
            size: bytes of the file.
            most_seconds: processor time that no file may exceed.
        """
        self._most = min(most_seconds, processor_seconds(suffix, size))
        self._allowed = min(self._most, BASE_SECONDS) if suffix in _IN_PARTS else self._most
        self._start = time.process_time()
        self._limited = 0
        self._limit()
        signal.setitimer(signal.ITIMER_REAL, wall_seconds(self._most))

    def add_part(self) -> None:
        """Allows for one more page or chapter, as one was read."""
        self._allowed = min(self._most, self._allowed + SECONDS_PER_PART)
        self._limit()

    def end(self) -> None:
        """Ends the wall-clock limit: the file was read. The time until the next file counts for none."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _limit(self) -> None:
        # The kernel counts whole seconds, of the process's whole life.
        limit = math.ceil(self._start + self._allowed)
        if limit != self._limited:
            self._limited = limit
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            if hard != resource.RLIM_INFINITY:
                limit = min(limit, hard)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def limit_memory(most_bytes: int) -> None:
    """Limits this process's address space, where the system can (macOS can't), and has it leave no core."""
    for kind, most in ((resource.RLIMIT_AS, most_bytes), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (most, hard))


def end_with_parent(parent: int) -> None:
    """Has this process end as soon as the one that started it has, however that ended.

    On Linux the kernel kills it; elsewhere, and should that fail, a thread does that looks for its parent.

    Args:
        parent: process id of the one that started it.
    """
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG in prctl(2)
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
