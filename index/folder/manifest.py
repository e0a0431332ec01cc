"""The manifest of a generation: its versions and settings, and a checksum of every file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from index.errors import IndexDamaged, damaged, make_again
from index.storage.files import flush, read_regular, sha256, write
from index.text.analyzer import ANALYZER_VERSION

# Raise it when the format on disk changes: indexes of another format are refused.
FORMAT_VERSION: Final = 6

MANIFEST: Final = "manifest.json"
# Size in bytes up to which files with checksums per row are also verified in full when an index is opened,
# as all others are: a second per gigabyte. Larger ones are verified by row. Chosen, not measured.
_LARGE: Final = 64 << 20


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Writes the manifest: `content` with the versions and every file's size and checksum.

    Raises:
        OSError: it can't be written.
    """
    paths = sorted(folder.iterdir())
    with ThreadPoolExecutor() as pool:
        sums = list(pool.map(sha256, paths))
    files = {
        path.name: {"size": path.stat().st_size, "sha256": sum_}
        for path, sum_ in zip(paths, sums, strict=True)
    }
    versions = {"format": FORMAT_VERSION, "analyzer": ANALYZER_VERSION}
    write(folder / MANIFEST, [_sealed({**versions, **content, "files": files})])
    flush(folder)


def read_manifest(folder: Path, checked_by_row: Collection[str]) -> dict[str, Any]:
    """Reads the manifest of a folder and verifies the folder's files against it.

    Args:
        folder: the generation.
        checked_by_row: names of files with internal checksums; if they are large, only their size is
            checked.

    Raises:
        IndexDamaged: a file is missing, or isn't what was written, or is of another version.
        FileNotFoundError: there is no such folder (any more).
    """
    manifest = _read(folder)

    def verify(name: str) -> None:
        path, written = folder / name, manifest["files"][name]
        if not path.is_file():
            raise damaged(path, "isn't a file" if os.path.lexists(path) else "is missing")
        size = path.stat().st_size
        if size != written["size"]:
            raise damaged(path, f"has {size:,} bytes instead of {written['size']:,}")
        if (name not in checked_by_row or size <= _LARGE) and sha256(path) != written["sha256"]:
            raise damaged(path, "has other content than was written (its checksum differs)")

    with ThreadPoolExecutor() as pool:
        list(pool.map(verify, manifest["files"]))
    return manifest


def _sealed(manifest: dict[str, Any]) -> bytes:
    """The serialized manifest, with its own checksum, so that damage to it is detected too."""
    checksum = hashlib.sha256(json.dumps(manifest, ensure_ascii=False).encode()).hexdigest()
    return json.dumps({**manifest, "sha256": checksum}, indent=1, ensure_ascii=False).encode()


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = read_regular(path)
    except (FileNotFoundError, PermissionError):
        raise
    except OSError as error:
        raise damaged(path, f"can't be read ({error.strerror})") from error
    try:
        manifest: dict[str, Any] = json.loads(content)
        # Read before all else: another version may compute the checksum differently.
        versions = (manifest["format"], manifest["analyzer"])
        del manifest["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(path, "isn't what was written") from error
    if versions != (FORMAT_VERSION, ANALYZER_VERSION):
        raise IndexDamaged(
            f"The index in {folder.parent} was made by another version of Dalil (format {versions[0]}, "
            f"analyzer {versions[1]}; this one's: format {FORMAT_VERSION}, analyzer {ANALYZER_VERSION}). "
            f"{make_again(folder.parent)}"
        )
    if _sealed(manifest) != content:
        raise damaged(path, "isn't what was written (its checksum differs)")
    return manifest
