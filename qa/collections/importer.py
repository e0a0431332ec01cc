"""Reads files to import and classifies them as new, unchanged, duplicate or failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import FileWarning, UnreadableFile
from index.interface import Index
from index.readers.extracted_text import no_pages
from index.readers.read_files import read_file
from index.types import Document, text_id
from qa.collections.types import Duplicate, Progress

if TYPE_CHECKING:
    from index.readers.web.fetch import Fetcher

# Seconds that must have passed before the remaining time is estimated.
_MIN_SECONDS = 1.0


@dataclass(frozen=True)
class ReadFile:
    """A file and the document read from it.

    Attributes:
        path: path of the file.
        document: its content, with the path as source.
        size: size of the file in bytes.
        name: its original name, if it is stored under another one; of a web page its address.
        warnings: its parts that couldn't be read.
    """

    path: Path
    document: Document
    size: int
    name: str | None = None
    warnings: tuple[FileWarning, ...] = ()


def read(
    path: Path,
    max_bytes: int,
    name: str | None = None,
    on_page: Callable[[int, int], None] = no_pages,
) -> ReadFile | UnreadableFile:
    """Reads a file, or returns the reason why it can't be read.

    Args:
        path: path of the file.
        max_bytes: largest accepted size in bytes.
        name: its original name, if it is stored under another one.
        on_page: called after the text of each of its pages was recognised (OCR).
    """
    try:
        warnings: list[FileWarning] = []
        document = read_file(path, max_bytes, warnings.append, on_page)
        return ReadFile(path, document, path.stat().st_size, name, tuple(warnings))
    except UnreadableFile as error:
        return error
    except OSError as error:
        return UnreadableFile.of(path, f"it can't be read ({error.strerror}).", "unreadable")


def read_web_page(
    folder: Path,
    address: str,
    fetcher: Fetcher | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ReadFile | UnreadableFile:
    """Fetches and reads a web page, or returns the reason why it can't be.

    Args:
        folder: where the page is kept as a file.
        address: of the page.
        fetcher: fetches it; `Fetcher()` if not given.
        progress: called with the progress.

    Raises:
        OSError: the page can't be written to the folder.
    """
    from index.readers.web.fetch import Fetcher
    from index.readers.web.page import fetch_into

    StageProgress("fetching", progress)(0, 1)
    warnings: list[FileWarning] = []
    try:
        document, path = fetch_into(
            folder, address, fetcher or Fetcher(), warnings.append, StageProgress("recognizing", progress)
        )
    except UnreadableFile as error:
        return error
    return ReadFile(path, document, path.stat().st_size, document.source, tuple(warnings))


class ImportPlan:
    """Classifies files for import; a document's id is made of its collection's id and its text's.

    Attributes:
        new: documents to add, by id.
        sizes: file sizes in bytes, by id.
        unchanged: ids of documents already present under the same name.
        duplicates: files whose text is present under another name.
        failed: errors of the files that can't be added.
        warnings: what couldn't be read of the files that are new or unchanged.
        files: where those are that are new or unchanged, by id.
        refetched: of the unchanged ones, web pages as they are now: only their dates differ.
    """

    def __init__(
        self,
        collection: str,
        index: Index,
        bytes_before: int,
        max_total_bytes: int,
        released: AbstractSet[str] = frozenset(),
    ) -> None:
        """Prepares one import.

        Args:
            collection: id of the collection.
            index: its current index.
            bytes_before: total size of the files added before, in bytes.
            max_total_bytes: largest total size in bytes.
            released: sources whose documents other files with the same text take over.
        """
        self.new: dict[str, Document] = {}
        self.sizes: dict[str, int] = {}
        self.unchanged: dict[str, None] = {}
        self.duplicates: list[Duplicate] = []
        self.failed: list[UnreadableFile] = []
        self.warnings: list[FileWarning] = []
        self.files: dict[str, Path] = {}
        self.refetched: list[Document] = []
        self._collection = collection
        self._index = index
        self._bytes = bytes_before
        self._max_total_bytes = max_total_bytes
        self._released = released

    def classify(self, found: ReadFile | UnreadableFile) -> None:
        """Classifies a file that was read, or couldn't be."""
        if isinstance(found, UnreadableFile):
            self.failed.append(found)
            return
        read, name = found.document, found.name
        stored = Path(read.source)
        title = Path(name).stem if name and read.title == stored.stem else read.title
        name = name or stored.name
        document = replace(read, title=title, source=name, id=f"{self._collection}-{text_id(read.text)}")
        there = self._there(document.id)
        size = found.size if there is None else 0  # an existing file is already counted
        is_counted = document.id in self.new or document.id in self.unchanged
        if there is not None and not is_counted and there.source in self._released - {name}:
            there = None  # its file was moved, or has another text now
        if there is not None and there.source != name:
            self.duplicates.append(Duplicate(name, there.source))
            return
        if there is not None:
            self.unchanged |= {} if document.id in self.new else {document.id: None}
            if document.fetched != there.fetched:
                self.refetched.append(replace(there, fetched=document.fetched))
        elif size and self._bytes + size > self._max_total_bytes:
            most = self._max_total_bytes / 2**20
            self.failed.append(
                UnreadableFile.of(
                    found.path,
                    f"with it the files of this collection would have more than {most:,.1f} MB. Put it into "
                    "another one.",
                    "full",
                )
            )
            return
        else:
            self.new[document.id] = document
            self.sizes[document.id] = found.size
            self._bytes += size
        self.warnings.extend(found.warnings)
        self.files.setdefault(document.id, found.path)

    def _there(self, id_: str) -> Document | None:
        try:
            return self.new.get(id_) or self._index.document(id_)
        except KeyError:
            return None


class StageProgress:
    """Reports the progress of a stage, with the remaining time extrapolated from the rate so far."""

    def __init__(self, stage: str, report: Callable[[Progress], None] | None) -> None:
        """Starts the clock.

        Args:
            stage: as in `Progress`.
            report: called with each progress.
        """
        self._stage = stage
        self._report = report
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Reports progress.

        Args:
            done: number of files or passages done.
            total: number of all.
        """
        if self._report is None:
            return
        now = time.monotonic()
        started, before = self._first = self._first or (now, done)
        elapsed, since = now - started, done - before
        left = elapsed / since * (total - done) if since and elapsed >= _MIN_SECONDS else None
        self._report(Progress(self._stage, done, total, 0.0 if done == total else left))
