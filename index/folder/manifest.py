"""The manifest of an index: its segments, the documents removed from each, and a checksum of every file.

A small file that is replaced atomically: a reader sees the collection before a change or after it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from index.encoding.base import Encoder
from index.errors import IndexDamaged, IndexNotFound, damaged, make_again
from index.storage.files import read_regular, replace, sha256
from index.text.analyzer import ANALYZER_VERSION

# Raise it when the format on disk changes: indexes of another format are refused.
FORMAT_VERSION: Final = 6

MANIFEST: Final = "manifest.json"
# What indexes of formats before 6 have in its place.
OLD_CURRENT: Final = "CURRENT"


@dataclass(frozen=True)
class SegmentEntry:
    """A segment of an index.

    Attributes:
        name: of its folder.
        files: name -> size in bytes and SHA-256 of each of its files.
        dense: settings of its `DenseIndex`.
        removed: ascending, the numbers of its documents that are removed.
    """

    name: str
    files: Mapping[str, tuple[int, str]]
    dense: Mapping[str, Any]
    removed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """The state of an index after a change.

    Attributes:
        encoder_name, encoder_fingerprint: of the encoder that made its vectors.
        segments: at least one.
    """

    encoder_name: str
    encoder_fingerprint: str
    segments: tuple[SegmentEntry, ...]

    def belongs_to(self, encoder: Encoder) -> bool:
        """Whether this encoder made the vectors."""
        return self.encoder_fingerprint == encoder.fingerprint

    def write(self, folder: Path) -> None:
        """Makes this the state of the index in a folder.

        Raises:
            OSError: it can't be written; the index stays as it was.
        """
        versions = {"format": FORMAT_VERSION, "analyzer": ANALYZER_VERSION}
        replace(folder / MANIFEST, _sealed({**versions, **asdict(self)}))

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The state of the index in a folder.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: the manifest isn't what was written, or is of another version.
        """
        content = _read(folder)
        segments = tuple(
            SegmentEntry(
                entry["name"],
                {name: (size, sum_) for name, (size, sum_) in entry["files"].items()},
                entry["dense"],
                tuple(entry["removed"]),
            )
            for entry in content["segments"]
        )
        return cls(content["encoder_name"], content["encoder_fingerprint"], segments)


def checksums(folder: Path) -> dict[str, tuple[int, str]]:
    """The size and the SHA-256 of every file in a segment's folder."""
    paths = sorted(folder.iterdir())
    with ThreadPoolExecutor() as pool:
        sums = list(pool.map(sha256, paths))
    return {path.name: (path.stat().st_size, sum_) for path, sum_ in zip(paths, sums, strict=True)}


def verify(folder: Path, entry: SegmentEntry, by_size: Mapping[str, int]) -> None:
    """Compares a segment's files with its entry.

    Args:
        folder: the segment's.
        entry: of the manifest.
        by_size: the files with checksums of their own inside, and the number of bytes from which on only
            their size is compared.

    Raises:
        IndexDamaged: a file is missing, or isn't what was written.
    """

    def check(name: str) -> None:
        path, (written, sum_) = folder / name, entry.files[name]
        if not path.is_file():
            raise damaged(path, "isn't a file" if os.path.lexists(path) else "is missing")
        size = path.stat().st_size
        if size != written:
            raise damaged(path, f"has {size:,} bytes instead of {written:,}")
        if size < by_size.get(name, size + 1) and sha256(path) != sum_:
            raise damaged(path, "has other content than was written (its checksum differs)")

    with ThreadPoolExecutor() as pool:
        list(pool.map(check, entry.files))


def _sealed(manifest: dict[str, Any]) -> bytes:
    """The serialized manifest, with its own checksum, so that damage to it is detected too."""
    checksum = hashlib.sha256(json.dumps(manifest, ensure_ascii=False).encode()).hexdigest()
    return json.dumps({**manifest, "sha256": checksum}, indent=1, ensure_ascii=False).encode()


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = read_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.lexists(folder / OLD_CURRENT):
            raise _of_another_version(folder, f"a format before {FORMAT_VERSION}") from None
        raise IndexNotFound(
            f"There is no index in {folder}. Make one: dalil index PATH... --index {folder}"
        ) from None
    except OSError as error:
        raise IndexDamaged(f"{path} can't be read: {error}. {make_again(folder)}") from error
    try:
        manifest: dict[str, Any] = json.loads(content)
        # Read before all else: another version may compute the checksum differently.
        versions = (manifest["format"], manifest["analyzer"])
        del manifest["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(path, "isn't what was written", folder) from error
    if versions != (FORMAT_VERSION, ANALYZER_VERSION):
        raise _of_another_version(folder, f"format {versions[0]}, analyzer {versions[1]}")
    if _sealed(manifest) != content:
        raise damaged(path, "isn't what was written (its checksum differs)", folder)
    return manifest


def _of_another_version(folder: Path, which: str) -> IndexDamaged:
    return IndexDamaged(
        f"The index in {folder} was made by another version of Dalil ({which}; this one's: format "
        f"{FORMAT_VERSION}, analyzer {ANALYZER_VERSION}). {make_again(folder)}"
    )
