"""Indexes that are kept open, so that not every question has to open its collection's first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from index.interface import Index

MAX_OPEN: Final = 16
"""Most indexes kept open: each holds several files, and its token vectors in memory maps."""


class OpenIndexes:
    """The most recently used indexes of a library. Thread-safe.

    Each is opened once, however many ask for it, and opening one keeps nobody from the others. One that is
    closed for another's sake stays usable for whoever has it.
    """

    def __init__(self, open_: Callable[[str], Index], most: int = MAX_OPEN) -> None:
        """Opens none yet.

        Args:
            open_: opens the index of the collection with an id.
            most: how many are kept open.
        """
        self._open = open_
        self._most = most
        self._lock = threading.Lock()  # held for moments only
        self._opened: OrderedDict[str, Index] = OrderedDict()
        self._opening: dict[str, threading.Lock] = {}

    def get(self, id_: str) -> Index:
        """The index of the collection with this id; raises what opening it raises."""
        with self._lock:
            if (index := self._known(id_)) is not None:
                return index
            opening = self._opening.setdefault(id_, threading.Lock())
        with opening:
            with self._lock:
                if (index := self._known(id_)) is not None:  # another thread has opened it meanwhile
                    return index
            try:
                index = self._open(id_)
                self._keep(id_, index)
            finally:
                with self._lock:
                    if self._opening.get(id_) is opening:
                        del self._opening[id_]
        return index

    def forget(self, id_: str) -> None:
        """Closes an index, as of a collection that was deleted."""
        with self._lock:
            self._opened.pop(id_, None)

    def _known(self, id_: str) -> Index | None:
        index = self._opened.get(id_)
        if index is not None:
            self._opened.move_to_end(id_)
        return index

    def _keep(self, id_: str, index: Index) -> None:
        with self._lock:
            self._opened[id_] = index
            self._opened.move_to_end(id_)
            while len(self._opened) > self._most:
                self._opened.popitem(last=False)
