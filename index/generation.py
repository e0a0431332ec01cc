"""One generation of an index: what is on disk, written once, never changed.

A folder with the documents, the passages and the parts that search them. One ordered list of
passages addresses every part: row i of each is passage i. `manifest.json` is written last and names
every file with its size and checksum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.centers import Centers
from index.dense import DenseIndex
from index.disk import flush, read_array, sha256, write, write_array
from index.encoder import Encoder
from index.errors import IndexDamaged, make_again
from index.late import LateIndex
from index.lexical import LexicalIndex
from index.names import NameIndex
from index.spelling import Spelling
from index.text import ANALYZER_VERSION, arabic_share
from index.types import Document, Passage

# Raise it when what is on disk changes: indexes of another format are refused.
FORMAT_VERSION = 2

MANIFEST = "manifest.json"
_DOCUMENTS, _PASSAGES, _TERMS, _NAMES = "documents.jsonl", "passages.jsonl", "terms.txt", "names.txt"
_SPELLING, _DENSE, _CENTERS = "spelling.txt", "dense.faiss", "centers.npy"


@dataclass(frozen=True, eq=False)
class Generation:
    """Everything that answers a question, in memory or mapped from disk."""

    documents: dict[str, Document]
    passages: Sequence[Passage]
    lexical: LexicalIndex
    names: NameIndex
    spelling: Spelling
    dense: DenseIndex
    late: LateIndex
    centers: Centers
    encoder_name: str
    encoder_fingerprint: str

    @cached_property
    def rows(self) -> dict[str, int]:
        """Passage id -> its row."""
        return {passage.id: row for row, passage in enumerate(self.passages)}

    @cached_property
    def arabic_shares(self) -> NDArray[np.float32]:
        """(passages,) float32: the share of each one's words that are in Arabic script."""
        return np.array([arabic_share(passage.text) for passage in self.passages], np.float32)

    def save(self, folder: Path) -> None:
        """Writes all parts into an empty folder and flushes them to disk."""
        _write_lines(folder / _DOCUMENTS, (_json(asdict(d)) for d in self.documents.values()))
        _write_lines(folder / _PASSAGES, (_json(_place(passage)) for passage in self.passages))
        _write_lines(folder / _TERMS, (" ".join(terms) for terms in self.lexical.rows))
        _write_lines(folder / _NAMES, (" ".join(keys) for keys in self.names.rows))
        _write_lines(folder / _SPELLING, iter(self.spelling.forms))
        self.dense.save(folder / _DENSE)
        self.late.save(folder)
        write_array(folder / _CENTERS, self.centers.means)
        files = {
            path.name: {"size": path.stat().st_size, "sha256": sha256(path)}
            for path in sorted(folder.iterdir())
        }
        manifest = {
            "format": FORMAT_VERSION,
            "analyzer": ANALYZER_VERSION,
            "encoder": {"name": self.encoder_name, "fingerprint": self.encoder_fingerprint},
            "documents": len(self.documents),
            "passages": len(self.passages),
            "files": files,
        }
        write(folder / MANIFEST, [_sealed(manifest)])
        flush(folder)

    @classmethod
    def load(cls, folder: Path) -> Generation:
        """Opens what `save` wrote.

        Raises:
            IndexDamaged: a file is missing, or isn't what was written, or is of another version.
            FileNotFoundError: there is no such folder (any more).
        """
        manifest = _read_manifest(folder)
        _verify(folder, manifest["files"])
        documents = {d["id"]: Document(**d) for d in map(json.loads, _lines(folder / _DOCUMENTS))}
        passages = [
            Passage.of(documents[place["document_id"]], place["number"], place["start"], place["end"])
            for place in map(json.loads, _lines(folder / _PASSAGES))
        ]
        return cls(
            documents=documents,
            passages=passages,
            lexical=LexicalIndex([line.split() for line in _lines(folder / _TERMS)]),
            names=NameIndex([line.split() for line in _lines(folder / _NAMES)]),
            spelling=Spelling(list(_lines(folder / _SPELLING))),
            dense=DenseIndex.load(folder / _DENSE),
            late=LateIndex.load(folder),
            centers=Centers(read_array(folder / _CENTERS)),
            encoder_name=manifest["encoder"]["name"],
            encoder_fingerprint=manifest["encoder"]["fingerprint"],
        )

    def belongs_to(self, encoder: Encoder) -> bool:
        """Whether this encoder made the vectors."""
        return self.encoder_fingerprint == encoder.fingerprint


def _sealed(manifest: dict[str, Any]) -> bytes:
    """The manifest as it is written: with its own checksum, so that damage to it is noticed too."""
    checksum = hashlib.sha256(_json(manifest).encode()).hexdigest()
    return json.dumps({**manifest, "sha256": checksum}, indent=1, ensure_ascii=False).encode()


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    content = path.read_bytes()
    try:
        manifest: dict[str, Any] = json.loads(content)
        # First of all: another version may seal its manifest in another way.
        versions = (manifest["format"], manifest["analyzer"])
        del manifest["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, "isn't what was written") from error
    if versions != (FORMAT_VERSION, ANALYZER_VERSION):
        raise IndexDamaged(
            f"The index in {folder.parent} was made by another version of Dalil (format {versions[0]}, "
            f"analyzer {versions[1]}; this one's: format {FORMAT_VERSION}, analyzer {ANALYZER_VERSION}). "
            f"{make_again(folder.parent)}"
        )
    if _sealed(manifest) != content:
        raise _damaged(path, "isn't what was written (its checksum differs)")
    return manifest


def _verify(folder: Path, files: dict[str, dict[str, Any]]) -> None:
    for name, written in files.items():
        path = folder / name
        if not path.is_file():
            raise _damaged(path, "is missing")
        if path.stat().st_size != written["size"]:
            raise _damaged(path, f"has {path.stat().st_size:,} bytes instead of {written['size']:,}")
        if sha256(path) != written["sha256"]:
            raise _damaged(path, "has other content than was written (its checksum differs)")


def _damaged(path: Path, what: str) -> IndexDamaged:
    return IndexDamaged(
        f"The index is damaged: {path} {what}. Your own files are untouched. {make_again(path.parent.parent)}"
    )


def _place(passage: Passage) -> dict[str, Any]:
    """Where a passage stands; its text is its document's."""
    place = asdict(passage)
    return {name: place[name] for name in ("document_id", "number", "start", "end")}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    write(path, (f"{line}\n".encode() for line in lines))


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from (line.rstrip("\n") for line in file)
