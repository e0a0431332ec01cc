"""One generation of an index: an immutable snapshot on disk, written by `index.folder.build`.

A folder with the documents, the passages and the search structures. All of them share one order of
passages: row i of each is passage i. Nothing is read before it is needed, except to verify checksums.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.folder.documents import HEADS, LAYOUTS, TEXTS, Texts
from index.folder.manifest import read_manifest
from index.retrieval.bm25 import LexicalIndex
from index.retrieval.dense import DenseIndex
from index.retrieval.late_interaction import RECORDS, LateInteractionIndex
from index.retrieval.names import NameIndex
from index.retrieval.postings import Postings
from index.storage.files import read_array
from index.text.spelling import Spelling

TERMS: Final = "terms"
NAMES: Final = "names"
SPELLING: Final = "spelling"
CENTERS: Final = "centers.npy"


@dataclass(frozen=True, eq=False)
class Generation:
    """The documents, passages and search structures of a generation, memory-mapped."""

    texts: Texts
    lexical: LexicalIndex
    names: NameIndex
    spelling: Spelling
    dense: DenseIndex
    late: LateInteractionIndex
    centers: LanguageMeans
    encoder_name: str
    encoder_fingerprint: str

    @classmethod
    def load(cls, folder: Path, every_byte: bool = False) -> Generation:
        """Opens what `index.folder.build.write_generation` wrote.

        Args:
            folder: the generation's.
            every_byte: whether to verify the checksums of large files now instead of when they are read.

        Raises:
            IndexDamaged: a file is missing, or isn't what was written, or is of another version.
            FileNotFoundError: there is no such folder (any more).
        """
        manifest = read_manifest(
            folder, checked_by_row=() if every_byte else (TEXTS, HEADS, LAYOUTS, RECORDS)
        )
        return cls(
            texts=Texts(folder),
            lexical=LexicalIndex(Postings.load(folder, TERMS)),
            names=NameIndex(Postings.load(folder, NAMES)),
            spelling=Spelling.load(folder, SPELLING),
            dense=DenseIndex.load(folder, manifest["dense"]),
            late=LateInteractionIndex.load(folder),
            centers=LanguageMeans(read_array(folder / CENTERS)),
            encoder_name=manifest["encoder"]["name"],
            encoder_fingerprint=manifest["encoder"]["fingerprint"],
        )

    def belongs_to(self, encoder: Encoder) -> bool:
        """Whether this encoder made the vectors."""
        return self.encoder_fingerprint == encoder.fingerprint
