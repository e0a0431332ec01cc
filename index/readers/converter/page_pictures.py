"""Renders pages as pictures with a sentence boxed; the most recent ones are cached in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, NamedTuple

from index.errors import DalilError
from index.readers.converter.process import ConverterProcess, painter
from index.readers.extracted_text import Unextractable
from index.readers.file_types import PICTURES
from index.readers.page.picture import PagePicture, PageRequest
from index.readers.page.wanted import lines_of, wanted_of
from index.types import Document

SHOWN: Final = (".pdf", *PICTURES)
"""Types of files whose pages can be shown."""
# Bytes of pictures that are kept, and requests that may wait.
_MAX_KEPT: Final = 48 << 20
_MAX_WAITING: Final = 12

NotShownReason = Literal["missing", "changed", "unreadable", "busy"]


class PageNotShown(DalilError):
    """A page that can't be shown.

    Attributes:
        reason: so that it can be reported in the user's language.
    """

    def __init__(self, reason: NotShownReason, message: str) -> None:
        """Stores the reason and the message."""
        super().__init__(message)
        self.reason: NotShownReason = reason


class _Key(NamedTuple):
    """What a picture is kept by: what was asked for, and the file as it was when it was drawn."""

    request: PageRequest
    path: Path
    mtime_ns: int
    size: int


class PagePictures:
    """Pictures of pages; the last ones are kept in memory."""

    def __init__(
        self,
        process: ConverterProcess = painter,
        max_bytes: int = _MAX_KEPT,
        max_waiting: int = _MAX_WAITING,
    ) -> None:
        """Renders nothing yet.

        Args:
            process: what draws.
            max_bytes: most bytes of the pictures that are kept.
            max_waiting: most threads that may wait for a picture at once.
        """
        self._process = process
        self._max_bytes = max_bytes
        self._free = threading.BoundedSemaphore(max_waiting)
        self._kept: OrderedDict[_Key, PagePicture] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, path: Path | None, document: Document, page: int, start: int = 0, end: int = 0
    ) -> PagePicture:
        """The picture of a page of a document's file.

        Args:
            path: of the file; None if there is none.
            document: what was read from it.
            page: its number, from 1.
            start: of the sentence in the document's text.
            end: of the sentence; without one nothing is looked for.

        Raises:
            PageNotShown: the file has gone or was changed, has no such page, or can't be drawn.
        """
        if path is None or not document.digest or path.suffix.casefold() not in SHOWN:
            raise PageNotShown("missing", "The file that this was read from isn't kept. Add it again.")
        recognized = tuple(lines_of(document.boxes(page, start, end)))
        wanted = None if recognized else wanted_of(document, page, start, end)
        picture = self._picture(path, PageRequest(document.digest, page, wanted))
        return replace(picture, boxes=recognized) if recognized else picture

    def _picture(self, path: Path, request: PageRequest) -> PagePicture:
        try:
            state = path.stat()
        except OSError:
            raise PageNotShown("missing", "The file that this was read from has gone.") from None
        key = _Key(request, path, state.st_mtime_ns, state.st_size)
        with self._lock:
            if kept := self._kept.get(key):
                self._kept.move_to_end(key)
                return kept
        if not self._free.acquire(blocking=False):
            raise PageNotShown("busy", "Too many pages are being drawn. Try again in a moment.")
        try:
            picture = self._drawn(path, request)
        finally:
            self._free.release()
        with self._lock:
            self._kept[key] = picture
            size = sum(len(one.content) for one in self._kept.values())
            while size > self._max_bytes:
                size -= len(self._kept.popitem(last=False)[1].content)
        return picture

    def _drawn(self, path: Path, request: PageRequest) -> PagePicture:
        try:
            picture = self._process.draw(path, request)
        except Unextractable as error:
            raise PageNotShown("unreadable", f"The page can't be drawn: {error}") from None
        if picture is None:
            raise PageNotShown("changed", "The file has changed since it was read. Index it again.")
        return picture
