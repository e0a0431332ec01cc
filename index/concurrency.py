"""Concurrency of a process: a semaphore that admits threads in FIFO order, and the number of processors."""

from __future__ import annotations

import os
import threading
from collections import deque


class FairSemaphore:
    """A fair, reentrant semaphore: a context manager that admits a fixed number of threads at once."""

    def __init__(self, places: int) -> None:
        """Creates a semaphore with this many places."""
        self._free = places
        self._waiting: deque[threading.Lock] = deque()
        self._changing = threading.Lock()
        self._own = threading.local()

    def __enter__(self) -> None:
        depth: int = getattr(self._own, "depth", 0)
        if depth == 0:
            self._take()
        self._own.depth = depth + 1

    def __exit__(self, *error: object) -> None:
        self._own.depth -= 1
        if self._own.depth == 0:
            self._give()

    def _take(self) -> None:
        with self._changing:
            if self._free > 0:
                self._free -= 1
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        try:
            called.acquire()
        except BaseException:
            # Ctrl-C: the place may have been assigned to this thread in the meantime.
            with self._changing:
                waits = called in self._waiting
                if waits:
                    self._waiting.remove(called)
            if not waits:
                self._give()
            raise

    def _give(self) -> None:
        with self._changing:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


def processors() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
