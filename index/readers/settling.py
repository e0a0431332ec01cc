"""Debounces file changes: files are read once they have stopped changing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final

# Seconds for which a file must be stable before it is read.
_QUIET: Final = 2.0


class Settling:
    """Paths that have changed, until they have stopped changing."""

    def __init__(self, quiet: float = _QUIET, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts without paths.

        Args:
            quiet: seconds for which a path must stay as it is.
            clock: the time in seconds.
        """
        self._quiet = quiet
        self._clock = clock
        self._waiting: dict[Path, tuple[object, float]] = {}

    def add(self, paths: Iterable[Path]) -> None:
        """Adds paths that have just changed."""
        for path in paths:
            self._waiting[path] = (_state(path), self._clock())

    @property
    def waiting(self) -> Collection[Path]:
        """The paths that haven't stopped changing yet."""
        return self._waiting.keys()

    def settled(self) -> list[Path]:
        """Removes and returns the paths that have been stable for long enough."""
        now = self._clock()
        for path, (state, _) in self._waiting.items():
            if _state(path) != state:
                self._waiting[path] = (_state(path), now)
        found = [path for path, (_, since) in self._waiting.items() if now - since >= self._quiet]
        for path in found:
            del self._waiting[path]
        return sorted(found)


def _state(path: Path) -> object:
    try:
        found = os.stat(path)  # noqa: PTH116 - a missing path and a denied one are states too
    except OSError as error:
        return error.errno
    return found.st_mtime_ns, found.st_size, found.st_ino
