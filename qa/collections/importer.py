"""Files that are to be added to a collection, sorted by what is known of their texts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import UnreadableFile
from index.interface import Index
from index.readers.read import read_file
from index.types import Document, text_id
from qa.collections.types import Duplicate, Progress

# Before that much of the work is done nothing is said of the time that it takes.
_LEAST_SECONDS = 1.0


@dataclass(frozen=True)
class ReadFile:
    """A file that was read.

    Attributes:
        path: where it is.
        document: what it holds, under its path.
        size: bytes of the file.
        name: what it is called, if it is stored under another name.
    """

    path: Path
    document: Document
    size: int
    name: str | None = None


def read(path: Path, most_bytes: int, name: str | None = None) -> ReadFile | UnreadableFile:
    """A file's text, or why it has none.

    Args:
        path: where it is.
        most_bytes: that it may have.
        name: what it is called, if it is stored under another name.
    """
    try:
        return ReadFile(path, read_file(path, most_bytes), path.stat().st_size, name)
    except UnreadableFile as error:
        return error
    except OSError as error:
        return UnreadableFile.of(path, f"it can't be read ({error.strerror}).", "unreadable")


class Intake:
    """Sorts files by what is to be done with them; a document's id is its collection's and its text's.

    Attributes:
        new: the documents to add, by id.
        sizes: bytes of their files, by id.
        unchanged: ids of documents that are there under the same name.
        duplicates: files whose text is there under another name.
        failed: why others can't be added.
    """

    def __init__(self, collection: str, index: Index, bytes_before: int, most_bytes_in_all: int) -> None:
        """For one call.

        Args:
            collection: its id.
            index: what is there.
            bytes_before: of the files that were added before.
            most_bytes_in_all: that all may have together.
        """
        self.new: dict[str, Document] = {}
        self.sizes: dict[str, int] = {}
        self.unchanged: dict[str, None] = {}
        self.duplicates: list[Duplicate] = []
        self.failed: list[UnreadableFile] = []
        self._collection = collection
        self._index = index
        self._bytes = bytes_before
        self._most_bytes_in_all = most_bytes_in_all

    def take(self, found: ReadFile | UnreadableFile) -> None:
        """Sorts a file in that was read, or couldn't be."""
        if isinstance(found, UnreadableFile):
            self.failed.append(found)
            return
        read, name = found.document, found.name
        stored = Path(read.source)
        title = Path(name).stem if name and read.title == stored.stem else read.title
        name = name or stored.name
        document = replace(read, title=title, source=name, id=f"{self._collection}-{text_id(read.text)}")
        there = self._there(document.id)
        if there is not None and there.source != name:
            self.duplicates.append(Duplicate(name, there.source))
        elif there is not None:
            self.unchanged |= {} if document.id in self.new else {document.id: None}
        elif self._bytes + found.size > self._most_bytes_in_all:
            most = self._most_bytes_in_all / 2**20
            self.failed.append(
                UnreadableFile.of(
                    found.path,
                    f"with it the files of this collection would have more than {most:,.1f} MB. Put it into "
                    "another one.",
                    "full",
                )
            )
        else:
            self.new[document.id] = document
            self.sizes[document.id] = found.size
            self._bytes += found.size

    def _there(self, id_: str) -> Document | None:
        try:
            return self.new.get(id_) or self._index.document(id_)
        except KeyError:
            return None


class Clock:
    """Tells how far a stage is, and how long the rest may take at the same pace."""

    def __init__(self, stage: str, report: Callable[[Progress], None] | None) -> None:
        """Starts the clock.

        Args:
            stage: as in `Progress`.
            report: whom to tell.
        """
        self._stage = stage
        self._report = report
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Tells it.

        Args:
            done: how many are done, of files or passages.
            total: of how many.
        """
        if self._report is None:
            return
        now = time.monotonic()
        started, before = self._first = self._first or (now, done)
        elapsed, since = now - started, done - before
        left = elapsed / since * (total - done) if since and elapsed >= _LEAST_SECONDS else None
        self._report(Progress(self._stage, done, total, 0.0 if done == total else left))
