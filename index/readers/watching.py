"""Watches files and folders, and reports a changed file once it has stopped changing.

The operating system reports changes. Everything is also compared once a minute, as not every file system
reports them, nor what changed before the watch began.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

# Seconds for which a file must stay as it is before it is read.
_QUIET: Final = 2.0
# Milliseconds between two looks at files that have changed, and seconds between two at everything.
_LOOK_EVERY: Final = 500
_SCAN_EVERY: Final = 60.0


class Settling:
    """Paths that have changed, until they have stopped changing."""

    def __init__(self, quiet: float = _QUIET, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins without any.

        Args:
            quiet: seconds for which a path must stay as it is.
            clock: the time in seconds.
        """
        self._quiet = quiet
        self._clock = clock
        self._waiting: dict[Path, tuple[object, float]] = {}

    def add(self, paths: Iterable[Path]) -> None:
        """Adds paths that have changed just now."""
        for path in paths:
            self._waiting[path] = (_state(path), self._clock())

    @property
    def waiting(self) -> Collection[Path]:
        """Those that haven't stopped yet."""
        return self._waiting.keys()

    def settled(self) -> list[Path]:
        """Takes out the paths that have been as they are for long enough."""
        now = self._clock()
        for path, (state, _) in self._waiting.items():
            if _state(path) != state:
                self._waiting[path] = (_state(path), now)
        found = [path for path, (_, since) in self._waiting.items() if now - since >= self._quiet]
        for path in found:
            del self._waiting[path]
        return sorted(found)


class Changes:
    """Files that differ from what is known of them, once they have stopped changing."""

    def __init__(
        self, differing: Callable[[], Collection[Path]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begins without looking.

        Args:
            differing: looks at everything, and returns the paths that have changed, are new, or are gone.
            clock: the time in seconds.
        """
        self._differing = differing
        self._clock = clock
        self._settling = Settling(clock=clock)
        self._scanned: float | None = None

    def look(self, is_changed: bool = True) -> list[Path]:
        """Takes out the paths that differ and have stopped changing.

        Args:
            is_changed: whether something may have changed since the last look. Everything is looked at then,
                at the first look, and where that was long ago.
        """
        now = self._clock()
        if is_changed or self._scanned is None or now - self._scanned >= _SCAN_EVERY:
            self._scanned = now
            self._settling.add(set(self._differing()) - set(self._settling.waiting))
        return self._settling.settled()


def watch_changes(places: Sequence[Path], stop: threading.Event) -> Iterator[bool]:
    """Yields twice a second whether the operating system has told of a change in these files and folders.

    It ends when another file or folder, or none, has taken the place of one; call it again then. Where the
    system can't tell, it yields once, after a while.

    Args:
        places: the files and folders, which need not be there.
        stop: ends it.
    """
    from watchfiles import watch

    before = list(map(_identity, places))
    there = [place for place, found in zip(places, before, strict=True) if found is not None]
    try:
        if there:
            for changes in watch(
                *there, watch_filter=None, yield_on_timeout=True, rust_timeout=_LOOK_EVERY, stop_event=stop
            ):
                yield bool(changes)
                if list(map(_identity, places)) != before:
                    return
            return
    except (OSError, RuntimeError) as error:  # one has gone, or no more may be watched
        logging.getLogger(__name__).warning("Changes aren't told: %s", error)
    stop.wait(_SCAN_EVERY if places else None)
    yield True


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - of what can't be looked at there is none
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _state(path: Path) -> object:
    try:
        found = os.stat(path)  # noqa: PTH116 - a missing path and a denied one are states too
    except OSError as error:
        return error.errno
    return found.st_mtime_ns, found.st_size, found.st_ino
