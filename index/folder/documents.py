"""The documents and passages of a generation, read from disk on demand.

All texts are concatenated in one UTF-8 file; a passage is a byte range of its document. Blocks, and the
layout context of passages, are lines of JSON in a separate file. Every document and every passage has its
own checksums, since a file of many gigabytes can't be read in full whenever an index is opened.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from index.encoding.passages import PassageInput
from index.errors import damaged
from index.storage.files import FileWriter, read_array, write_array
from index.storage.layout import content_of, read_blocks, read_place, write_blocks, write_place
from index.text.context import context
from index.types import Document, Passage

TEXTS, HEADS, LAYOUTS = "texts.bin", "documents.jsonl", "layouts.jsonl"
_DOCUMENTS, _PASSAGES = "documents.npy", "passages.npy"
_KEYS, _ROWS = "document_keys.npy", "document_rows.npy"

DIGEST = np.dtype("V16")
# Byte offsets and sizes of a document's head (all but its text, as a line of JSON) and of its text.
_DOCUMENT = np.dtype(
    [
        ("head", "<i8"), ("head_size", "<i4"), ("head_checksum", "<u4"),
        ("text", "<i8"), ("text_size", "<i8"), ("text_checksum", "<u4"),
        ("layout", "<i8"), ("layout_size", "<i4"), ("layout_checksum", "<u4"),
        ("digest", DIGEST), ("first_passage", "<i8"),
    ]
)  # fmt: skip
_PASSAGE = np.dtype(
    [
        ("document", "<i4"), ("number", "<i4"), ("start", "<i8"), ("end", "<i8"),  # in characters
        ("text", "<i8"), ("text_size", "<i4"), ("text_checksum", "<u4"),  # in bytes
        ("layout", "<i8"), ("layout_size", "<i4"), ("layout_checksum", "<u4"),
        ("digest", DIGEST), ("arabic_share", "<f4"),
    ]
)  # fmt: skip

# Heads cached in memory: some 5 MB.
_MOST_KNOWN = 10_000

T = TypeVar("T")


def digest(text: str) -> bytes:
    """The 16-byte BLAKE2b digest of a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class TextsWriter:
    """Writes documents and their passages into a folder, one document at a time.

    A context manager: everything written is on disk when it exits without an error.
    """

    def __init__(self, folder: Path) -> None:
        """Creates the files.

        Raises:
            OSError: they can't be written.
        """
        self._folder = folder
        self._files = ExitStack()
        self._texts = self._files.enter_context(FileWriter(folder / TEXTS))
        self._heads = self._files.enter_context(FileWriter(folder / HEADS))
        self._layouts = self._files.enter_context(FileWriter(folder / LAYOUTS))
        self._documents: list[NDArray[Any]] = []
        self._passages: list[NDArray[Any]] = [np.zeros(0, _PASSAGE)]
        self._keys: list[int] = []
        self.passage_count = 0

    def add(self, document: Document, passages: Sequence[Passage]) -> None:
        """Writes a document and its passages."""
        text = document.text.encode()
        # Byte offsets of the passages, from the encoded characters before each. Passages come in order.
        places = np.zeros(len(passages), _PASSAGE)
        character, byte = 0, 0
        written, stretch = "", (0, 0, 0)
        for place, passage in zip(places, passages, strict=True):
            item = PassageInput(passage, context(document, passage))
            # Neighbouring passages mostly share their headings.
            if (layout := write_place(passage)) != written:
                written, stretch = layout, self._write_layout(layout)
            place["layout"], place["layout_size"], place["layout_checksum"] = stretch
            byte += len(document.text[character : passage.start].encode())
            content = passage.text.encode()
            place["number"], place["start"], place["end"] = passage.number, passage.start, passage.end
            place["text"], place["text_size"] = byte, len(content)
            place["text_checksum"] = zlib.crc32(content)
            place["digest"] = item.digest
            place["arabic_share"] = item.arabic_share
            character, byte = passage.end, byte + len(content)
        self._append(document, text, places)

    def add_known(self, document: Document, texts: Texts, row: int) -> None:
        """Writes a document, copying its passages from a row of an older generation."""
        places = np.array(texts.places(row))
        places["text"] -= texts.documents_table[row]["text"]
        moved: dict[int, tuple[int, int, int]] = {}
        for place in places:
            if place["layout_size"]:
                old = int(place["layout"])
                if old not in moved:
                    moved[old] = self._write_layout(texts.layout(place))
                place["layout"], place["layout_size"], place["layout_checksum"] = moved[old]
        self._append(document, document.text.encode(), places)

    def _write_layout(self, layout: str) -> tuple[int, int, int]:
        """Writes a line of JSON, if there is any; returns its offset, size and checksum."""
        content = layout.encode()
        position = self._layouts.position
        if content:
            self._layouts.write(content + b"\n")
        return position, len(content), zlib.crc32(content)

    def _append(self, document: Document, text: bytes, places: NDArray[Any]) -> None:
        head = json.dumps(
            {
                "id": document.id,
                "title": document.title,
                "source": document.source,
                "author": document.author,
                "date": document.date,
            },
            ensure_ascii=False,
        ).encode()
        entry = np.zeros(1, _DOCUMENT)
        entry["head"], entry["head_size"] = self._heads.position, len(head)
        entry["head_checksum"] = zlib.crc32(head)
        entry["text"], entry["text_size"] = self._texts.position, len(text)
        entry["text_checksum"] = zlib.crc32(text)
        layout = self._write_layout(write_blocks(document.blocks))
        entry["layout"], entry["layout_size"], entry["layout_checksum"] = layout
        entry["digest"] = digest(content_of(document))
        entry["first_passage"] = self.passage_count
        places["document"] = len(self._documents)
        places["text"] += self._texts.position
        self._documents.append(entry)
        self._passages.append(places)
        self._keys.append(_key(document.id))
        self.passage_count += len(places)
        self._heads.write(head + b"\n")
        self._texts.write(text)

    def __enter__(self) -> TextsWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.__exit__(kind, error, trace)
        if kind is not None:
            return
        write_array(self._folder / _DOCUMENTS, np.concatenate([np.zeros(0, _DOCUMENT), *self._documents]))
        write_array(self._folder / _PASSAGES, np.concatenate(self._passages))
        keys = np.array(self._keys, np.uint64)
        rows = np.argsort(keys, kind="stable").astype(np.int32)
        write_array(self._folder / _KEYS, keys[rows])
        write_array(self._folder / _ROWS, rows)


class Texts:
    """Reads the documents and passages written by `TextsWriter`.

    Raises:
        IndexDamaged: from any method, if a checksum doesn't match.
    """

    def __init__(self, folder: Path) -> None:
        """Opens the files of a folder.

        Raises:
            OSError: one of them can't be read.
            ValueError: one of them has an invalid format.
        """
        self._folder = folder
        self.documents_table = read_array(folder / _DOCUMENTS, mapped=True)
        self._passages_table = read_array(folder / _PASSAGES, mapped=True)
        self._keys = read_array(folder / _KEYS, mapped=True)
        self._rows = read_array(folder / _ROWS, mapped=True)
        self._texts, self._heads = _map(folder / TEXTS), _map(folder / HEADS)
        self._layouts = _map(folder / LAYOUTS)
        self._known_heads: dict[int, dict[str, str]] = {}

    @property
    def documents(self) -> Sequence[Document]:
        """All documents, in the order in which they were added."""
        return _OnDemand(len(self.documents_table), self.document)

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, in document order, then reading order."""
        return _OnDemand(len(self._passages_table), self.passage)

    @property
    def arabic_shares(self) -> NDArray[np.float32]:
        """(passages,) float32: the share of each passage's words in Arabic script."""
        return np.asarray(self._passages_table["arabic_share"])

    @property
    def passage_digests(self) -> NDArray[np.void]:
        """(passages,) of 16 bytes: the passages' `PassageInput.digest`."""
        return np.asarray(self._passages_table["digest"])

    def row(self, document_id: str) -> int | None:
        """The row of the document with this id, or None if there is none."""
        key = np.uint64(_key(document_id))
        first, last = np.searchsorted(self._keys, key, "left"), np.searchsorted(self._keys, key, "right")
        rows: list[int] = self._rows[first:last].tolist()
        return next((row for row in rows if self._head(row)["id"] == document_id), None)

    def document(self, row: int) -> Document:
        """The document in a row."""
        entry = self.documents_table[row]
        text = _stretch(self._texts, int(entry["text"]), int(entry["text_size"]))
        if zlib.crc32(text) != entry["text_checksum"]:
            raise damaged(self._folder / TEXTS, f"has other content than was written (document {row})")
        return Document(text=text.decode(), blocks=read_blocks(self.layout(entry)), **self._head(row))

    def has_same_passages(self, row: int, document: Document) -> bool:
        """Whether the document in a row has the same content, as far as its passages depend on it."""
        return bool(self.documents_table[row]["digest"].tobytes() == digest(content_of(document)))

    def passage(self, row: int) -> Passage:
        """The passage in a row."""
        entry = self._passages_table[row]
        document, number, start, end, text, size, checksum, *_ = entry.item()
        content = _stretch(self._texts, text, size)
        if zlib.crc32(content) != checksum:
            raise damaged(self._folder / TEXTS, f"has other content than was written (passage {row})")
        id_ = self._head(document)["id"]
        place = read_place(self.layout(entry))
        return Passage(f"{id_}:{start}-{end}", id_, number, start, end, content.decode(), **place)

    def passage_input(self, row: int) -> PassageInput:
        """The passage in a row, with its context."""
        passage = self.passage(row)
        head = self._head(int(self._passages_table[row]["document"]))
        return PassageInput(passage, context(head, passage))

    def layout(self, entry: Any) -> str:
        """The stored layout of a document or a passage, given by its table entry."""
        content = _stretch(self._layouts, int(entry["layout"]), int(entry["layout_size"]))
        if zlib.crc32(content) != entry["layout_checksum"]:
            raise damaged(self._folder / LAYOUTS, "has other content than was written")
        return content.decode()

    def passage_row(self, passage: Passage) -> int:
        """The row of a passage of this generation.

        Raises:
            KeyError: the generation has no such passage.
        """
        document = self.row(passage.document_id)
        if document is not None:
            first, last = self.passage_range(document)
            row = first + int(np.searchsorted(self._passages_table["start"][first:last], passage.start))
            if row < last and self._passages_table["end"][row] == passage.end:
                return row
        raise KeyError(passage.id)

    def passage_range(self, row: int) -> tuple[int, int]:
        """The row of a document's first passage, and one past the row of its last."""
        first = self.documents_table["first_passage"][row : row + 2].tolist()
        return first[0], (first[1] if len(first) > 1 else len(self._passages_table))

    def places(self, row: int) -> NDArray[Any]:
        """The table entries of the passages of the document in a row."""
        first, last = self.passage_range(row)
        return self._passages_table[first:last]

    def _head(self, row: int) -> dict[str, str]:
        if known := self._known_heads.get(row):
            return known
        entry = self.documents_table[row]
        content = _stretch(self._heads, int(entry["head"]), int(entry["head_size"]))
        if zlib.crc32(content) != entry["head_checksum"]:
            raise damaged(self._folder / HEADS, f"has other content than was written (document {row})")
        head: dict[str, str] = json.loads(content)
        if len(self._known_heads) < _MOST_KNOWN:
            self._known_heads[row] = head
        return head


class _OnDemand(Sequence[T], Generic[T]):
    """A sequence whose items are created on access."""

    def __init__(self, length: int, make: Any) -> None:
        self._length, self._make = length, make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, position: int) -> T: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[T]: ...
    def __getitem__(self, position: int | slice) -> T | Sequence[T]:
        if isinstance(position, slice):
            return tuple(self._make(row) for row in range(*position.indices(self._length)))
        item: T = self._make(range(self._length)[position])
        return item

    def __iter__(self) -> Iterator[T]:
        return (self._make(row) for row in range(self._length))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))


def _key(document_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(document_id.encode(), digest_size=8).digest(), "little")


def _map(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        # An empty file can't be mapped.
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""


def _stretch(content: mmap.mmap | bytes, start: int, size: int) -> bytes:
    return content[start : start + size]
