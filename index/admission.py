"""Questions at once: as many as there are processors are worked on, the others wait in the order they came.

Of more at once each would keep the interpreter's lock from the others: with 8 on 2 processors the slowest
took 17 times as long as alone, now 8 times, and together they are answered 1.4 times as fast
(benchmarks/speed.py).
"""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import Final


class Turns:
    """A context manager that so many threads are in at once; a thread that is in may enter it again."""

    def __init__(self, places: int) -> None:
        """With so many free places."""
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
            # Ctrl-C, where the place may have been given to it meanwhile.
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
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


TURNS: Final = Turns(processors())
"""Those of this process's questions."""
