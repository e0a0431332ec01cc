"""Stores the original files of a collection's documents, where their pages can be shown."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

from index.readers.converter.page_pictures import SHOWN
from index.storage.files import sha256
from index.types import Document

MAX_ORIGINALS_BYTES: Final = 1 << 30
"""Of the files that a collection keeps."""
_FOLDER: Final = "originals"


class Originals:
    """The files of one collection, named after their documents. Changes require the collection's lock."""

    def __init__(self, collection: Path, max_bytes: int) -> None:
        """Reads and writes nothing yet.

        Args:
            collection: the collection's folder.
            max_bytes: most bytes of all files; one that doesn't fit isn't kept.
        """
        self._folder = collection / _FOLDER
        self._max_bytes = max_bytes

    def path(self, document_id: str) -> Path | None:
        """Where the file of a document is; None if it isn't kept."""
        return next((path for path in self._files() if path.stem == _name(document_id)), None)

    def keep(self, document: Document, file: Path) -> None:
        """Copies a document's file, unless its pages can't be shown, it doesn't fit, or it was changed.

        One that is kept of an earlier version with the same text is replaced. A full disk doesn't keep a
        document from being added.
        """
        suffix = file.suffix.casefold()
        if not document.digest or suffix not in SHOWN:
            return
        # Left by a crash if it isn't renamed; `keep_only` removes it.
        partial = self._folder / f".{secrets.token_hex(8)}"
        with suppress(OSError):
            kept = self.path(document.id)
            if kept and sha256(kept) == document.digest:
                return
            others = sum(path.stat().st_size for path in self._files() if path != kept)
            if file.stat().st_size + others > self._max_bytes:
                return
            self._folder.mkdir(exist_ok=True)
            shutil.copyfile(file, partial)
            if sha256(partial) == document.digest:
                if kept:
                    kept.unlink()
                partial.rename(self._folder / f"{_name(document.id)}{suffix}")
        with suppress(OSError):
            partial.unlink(missing_ok=True)

    def keep_only(self, document_ids: Collection[str]) -> None:
        """Removes the files of all other documents, and leftovers of crashes."""
        names = set(map(_name, document_ids))
        for path in self._files():
            if path.stem not in names:
                path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []


def source_file(document: Document) -> Path | None:
    """The file on this machine that a document names as its source; None if it names none."""
    path = Path(document.source)
    return path if path.is_absolute() else None


def _name(document_id: str) -> str:
    """The part of a document's id that isn't its collection's."""
    return document_id.rpartition("-")[2]
