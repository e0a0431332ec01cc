"""A segment's documents, passages and word counts: the rows of one SQLite file.

The file is written once and never changes, so that any number of readers may have it open while the index
changes, without locks. Every document and every passage has a checksum, since a file of gigabytes can't be
read in full whenever an index is opened.
"""

from __future__ import annotations

import errno
import json
import sqlite3
import threading
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, cast

from index.encoding.passages import PassageInput
from index.errors import damaged
from index.storage.files import flush
from index.storage.layout import read_blocks, read_head, read_place, write_blocks, write_head, write_place
from index.text.context import context
from index.text.spelling import Count
from index.types import Document, DocumentHead, Passage

ROWS: Final = "rows.sqlite"

_SCHEMA: Final = """
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, id TEXT, head TEXT, blocks TEXT, checksum INTEGER, text TEXT
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document INTEGER, digest BLOB, number INTEGER, first INTEGER, last INTEGER,
    place TEXT, checksum INTEGER, text TEXT
);
CREATE TABLE counts (
    kind TEXT, form TEXT, word TEXT, count INTEGER, article INTEGER, PRIMARY KEY (kind, form, word)
) WITHOUT ROWID;
"""
# No temporary files elsewhere: sorting is done in memory.
_SETTINGS: Final = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "temp_store = MEMORY",
)
_INDICES: Final = "CREATE UNIQUE INDEX ids ON documents (id); CREATE INDEX digests ON passages (digest);"
_DOCUMENT: Final = "id, head, blocks, checksum, text"
_PASSAGE: Final = "number, first, last, place, checksum, text"

Row = tuple[Any, ...]


class RowsWriter:
    """Writes the rows of a segment. A context manager: all is on disk when it exits without an error.

    Raises:
        OSError: from any method, if the disk is full or can't be written.
    """

    def __init__(self, path: Path) -> None:
        """Creates the file."""
        self._path = path
        with _writing(path):
            self._connection = sqlite3.connect(path, isolation_level=None)
            # The file isn't read before it is complete, and is discarded after a crash.
            for setting in _SETTINGS:
                self._connection.execute(f"PRAGMA {setting}")
            self._connection.executescript(_SCHEMA)
            self._connection.execute("BEGIN")

    def add(self, row: int, document: Document, first: int, passages: Sequence[PassageInput]) -> None:
        """Adds a document.

        Args:
            row: its number.
            document: the document.
            first: the row of its first passage.
            passages: its passages.
        """
        fields = (document.id, write_head(document), write_blocks(document.blocks))
        self.copy(row, (*fields, _checksum(*fields, document.text), document.text))
        rows = []
        for number, item in enumerate(passages, first):
            passage = item.passage
            place = (passage.number, passage.start, passage.end, write_place(passage))
            checksum = _checksum(*place, passage.text)
            rows.append((number, row, item.digest, *place, checksum, passage.text))
        self.copy_passages(rows)

    def copy(self, row: int, document: Row) -> None:
        """Adds a document as `RowsReader.stored` yields it."""
        with _writing(self._path):
            self._connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)", (row, *document))

    def copy_passages(self, passages: Iterable[Row]) -> None:
        """Adds passages: row, document, digest, then the fields that `RowsReader.stored_passages` yields."""
        with _writing(self._path):
            self._connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", passages)

    def add_counts(self, counts: Iterable[Count]) -> None:
        """Adds counts, each key once, preferably in the order of keys."""
        with _writing(self._path):
            self._connection.executemany("INSERT INTO counts VALUES (?, ?, ?, ?, ?)", counts)

    def __enter__(self) -> RowsWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with _writing(self._path):
                    self._connection.execute("COMMIT")
                    self._connection.executescript(_INDICES)
        finally:
            self._connection.close()
        if kind is None:
            flush(self._path)


class RowsReader:
    """Reads what `RowsWriter` wrote; threads may share it.

    Raises:
        IndexDamaged: from any method, if the rows aren't what was written.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file."""
        self._path = path
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise damaged(path, f"can't be read ({error})") from error
        self._read("SELECT 1 FROM counts LIMIT 1")  # so that the file is open, should it be removed

    def __del__(self) -> None:
        if connection := getattr(self, "_connection", None):
            connection.close()

    def number(self, document_id: str) -> int | None:
        """The number of the document with this id, or None if there is none."""
        # As bytes: text that isn't Unicode, or no text at all, is no id, and an error of its own.
        found = self._read("SELECT row FROM documents WHERE id = CAST(? AS TEXT)", (document_id.encode(),))
        return found[0][0] if found else None

    def document(self, number: int) -> Document:
        """A document."""
        id_, head, blocks, _, text = self.stored(number)
        return Document(text=text, id=id_, blocks=read_blocks(blocks), **read_head(head))

    def head(self, number: int) -> DocumentHead:
        """A document without its text and blocks, which aren't read."""
        found = self._read("SELECT id, head FROM documents WHERE row = ?", (number,))
        if not found:
            raise damaged(self._path, f"has no document {number}")
        return DocumentHead(found[0][0], **read_head(found[0][1]))

    def heads(self) -> list[DocumentHead]:
        """As `head`, of all documents, in the order of their numbers."""
        found = self._read("SELECT id, head FROM documents ORDER BY row")
        return [DocumentHead(id_, **read_head(head)) for id_, head in found]

    def passage(self, row: int) -> Passage:
        """A passage."""
        sql = (
            f"SELECT (SELECT id FROM documents WHERE row = document), {_PASSAGE} FROM passages WHERE row = ?"
        )
        found = self._read(sql, (row,))
        if not found:
            raise damaged(self._path, f"has no passage {row}")
        id_, *stored = found[0]
        number, first, last, place, _, text = self._checked(stored)
        return Passage(
            f"{id_}:{first}-{last}", id_, number, start=first, end=last, text=text, **read_place(place)
        )

    def passage_input(self, row: int) -> PassageInput:
        """A passage with its context."""
        passage = self.passage(row)
        ((document,),) = self._read("SELECT document FROM passages WHERE row = ?", (row,))
        return PassageInput(passage, context(self.head(document), passage))

    def paragraph(self, row: int) -> int:
        """The paragraph number of a passage."""
        return int(self._read("SELECT number FROM passages WHERE row = ?", (row,))[0][0])

    def row_of(self, digest: bytes) -> int | None:
        """The row of a passage with this `PassageInput.digest`, or None if there is none."""
        found = self._read("SELECT row FROM passages WHERE digest = ? LIMIT 1", (digest,))
        return found[0][0] if found else None

    def stored(self, number: int) -> Row:
        """A document as `RowsWriter.copy` takes it."""
        found = self._read(f"SELECT {_DOCUMENT} FROM documents WHERE row = ?", (number,))
        if not found:
            raise damaged(self._path, f"has no document {number}")
        *fields, checksum, text = found[0]
        if _checksum(*fields, text) != checksum:
            raise damaged(self._path, f"has other content than was written (document {number})")
        return found[0]

    def stored_passages(self, first: int, end: int) -> list[Row]:
        """The digests and further fields of the passages in a range of rows."""
        found = self._read(
            f"SELECT digest, {_PASSAGE} FROM passages WHERE row >= ? AND row < ? ORDER BY row", (first, end)
        )
        return [(digest, *self._checked(stored)) for digest, *stored in found]

    def counts(self, forms: Collection[str], letters: Collection[str]) -> list[Count]:
        """The counts of all words of these normalised forms, and of these letters."""
        of_words = "SELECT * FROM counts WHERE kind = 'word' AND form IN (SELECT value FROM json_each(?))"
        found = self._read(of_words, [json.dumps([*forms])]) if forms else []
        return [
            *cast("list[Count]", found),
            *(self._letters[word] for word in letters if word in self._letters),
        ]

    @cached_property
    def _letters(self) -> dict[str, Count]:
        found = cast("list[Count]", self._read("SELECT * FROM counts WHERE kind = 'letter'"))
        return {count[2]: count for count in found}

    def numbers_with(self, digits: str) -> list[tuple[str, int]]:
        """The terms with these digits in them, and the counts of each."""
        sql = "SELECT word, count FROM counts WHERE kind = 'number' AND instr(word, ?)"
        return cast("list[tuple[str, int]]", self._read(sql, (digits,)))

    def all_counts(self) -> Iterator[Count]:
        """All counts, in the order of their keys."""
        after: Row = ("", "", "")
        while found := self._read(
            "SELECT * FROM counts WHERE (kind, form, word) > (?, ?, ?) ORDER BY kind, form, word LIMIT 10000",
            after,
        ):
            yield from cast("list[Count]", found)
            after = found[-1][:3]

    def _checked(self, stored: Sequence[Any]) -> Row:
        *place, checksum, text = stored
        if _checksum(*place, text) != checksum:
            raise damaged(self._path, f"has other content than was written (at {place[1]}-{place[2]})")
        return tuple(stored)

    def _read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        try:
            with self._lock:
                return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise damaged(self._path, f"can't be read ({error})") from error


def _checksum(*fields: str | int) -> int:
    return zlib.crc32("\0".join(map(str, fields)).encode())


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Reports SQLite's errors as those of the disk."""
    try:
        yield
    except sqlite3.Error as error:
        number = errno.ENOSPC if "full" in str(error) else errno.EIO
        raise OSError(number, f"can't be written ({error})", str(path)) from error
