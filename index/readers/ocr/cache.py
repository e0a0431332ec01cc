"""Caches recognised text in Dalil's cache folder, keyed by file content.

A page takes seconds to recognise. Entries are readable by their owner only, since files may be private. A
damaged entry counts as missing; the oldest are evicted when there are too many.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import zlib
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from index.errors import InvalidPath
from index.readers.extracted_text import Extract
from index.readers.ocr import tesseract
from index.storage import files

FOLDER: Final = "recognition"
MAX_BYTES: Final = 256 << 20
"""Of all entries; a page has some 5 KB."""
# Changes whenever what is made of Tesseract's words does, or how it is written.
_VERSION: Final = 2
_DIGEST: Final = hashlib.sha256().digest_size


def key(digest: str, suffix: str, wanted: Collection[int]) -> str:
    """The name of an entry.

    Args:
        digest: of the file.
        suffix: of the file.
        wanted: the pages of a PDF that are read; all if empty.
    """
    settings = [_VERSION, digest, suffix, sorted(wanted), tesseract.LANGUAGES, _program()]
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()


@cache
def _program() -> str:
    """The version of the installed Tesseract."""
    with suppress(OSError, subprocess.TimeoutExpired):
        said = subprocess.run(
            [tesseract.PROGRAM, "--version"],
            stdin=subprocess.DEVNULL,  # this process's own has the requests
            capture_output=True,
            timeout=60,
            check=False,
        )
        return (said.stdout or said.stderr).decode(errors="replace").partition("\n")[0]
    return ""


def read(name: str) -> Extract | None:
    """Reads an entry; None if it is missing or damaged."""
    # Damage by an interrupted write or another program must not cause an error.
    with suppress(OSError, InvalidPath, ValueError, LookupError, TypeError, zlib.error, RecursionError):
        path = files.cache_folder() / FOLDER / name
        content = files.read_regular(path)
        if hashlib.sha256(content[_DIGEST:]).digest() == content[:_DIGEST]:
            found = Extract.from_record(json.loads(zlib.decompress(content[_DIGEST:])))
            path.touch()
            return found
    return None


def write(name: str, found: Extract) -> None:
    """Writes an entry if the folder is writable, evicting the least recently used ones if necessary."""
    packed = zlib.compress(json.dumps(found.to_record()).encode())
    with suppress(OSError, InvalidPath):
        folder = files.cache_folder() / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        files.replace(folder / name, hashlib.sha256(packed).digest() + packed, private=True)
        _make_room(folder)


def _make_room(folder: Path) -> None:
    entries = sorted(
        ((state.st_mtime, state.st_size, path) for path in folder.iterdir() if (state := path.stat())),
        reverse=True,
    )
    total = 0
    for _, size, path in entries:
        total += size
        if total > MAX_BYTES:
            path.unlink(missing_ok=True)
