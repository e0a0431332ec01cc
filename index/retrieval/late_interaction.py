"""Late interaction: every token of the question is compared with every token of a passage.

MaxSim as in ColBERT (Khattab & Zaharia 2020, arXiv:2004.12832), here over the tokens of an encoder that
wasn't trained for it: on XQuAD it ranks the right paragraph first for .93 of Arabic questions where the
same encoder's pooled vector does for .86.

In a long passage a question's tokens find scattered matches even if no sentence answers it. So half of a
passage's score is that of its best single sentence, combined with its context
(`index.encoding.passages`): its document's title and its headings.

On disk each passage is one record of `token_vectors.bin` (`QuantizedTokens`), so that a candidate is one
contiguous read and an update copies records unchanged. Verifying a file of gigabytes on `open` would take
too long: each record has its own checksum, compared whenever the record is read.
"""

from __future__ import annotations

import mmap
import zlib
from array import array
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from index.errors import damaged
from index.ranking_parameters import RANKING
from index.retrieval.token_codec import QuantizedTokens, TokenBlock, TokenVectors
from index.storage.files import FileWriter, read_array, write_array

FloatArray = NDArray[np.float32]

RECORDS = "token_vectors.bin"
_ENDS, _CHECKSUMS = "token_ends.npy", "token_checksums.npy"

# Passages scored per batch: bounds the memory when very many are requested.
_TOGETHER = 64


class LateInteractionWriter:
    """Writes the tokens of passages to disk one after another; 12 bytes per passage stay in memory.

    A context manager: leaving it flushes everything to disk, unless an exception is propagating.
    """

    def __init__(self, folder: Path) -> None:
        """Begins the files in a folder.

        Raises:
            OSError: they can't be written.
        """
        self._folder = folder
        self._file = FileWriter(folder / RECORDS)
        self._ends, self._checksums = array("q", [0]), array("L")

    def add(self, tokens: QuantizedTokens) -> None:
        """Writes the tokens of the next passage.

        Raises:
            OSError: the disk is full.
        """
        record = tokens.record()
        self._file.write(record)
        self._ends.append(self._file.position)
        self._checksums.append(zlib.crc32(record))

    def __enter__(self) -> LateInteractionWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)
        if kind is None:
            write_array(self._folder / _ENDS, np.array(self._ends, np.int64))
            write_array(self._folder / _CHECKSUMS, np.array(self._checksums, np.uint32))


class LateInteractionIndex:
    """The token vectors of every passage, read from disk on demand."""

    def __init__(
        self, path: Path, records: memoryview, ends: NDArray[np.int64], checksums: NDArray[np.uint32]
    ) -> None:
        """Wraps what `LateInteractionWriter` wrote.

        Args:
            path: the file of the records, named in errors.
            records: its content.
            ends: (passages + 1,), the offset of each passage's record, and the end of the last one.
            checksums: (passages,), the CRC-32 of each record.
        """
        self._path, self._records, self._ends, self._checksums = path, records, ends, checksums

    @classmethod
    def load(cls, folder: Path) -> LateInteractionIndex:
        """Opens what `LateInteractionWriter` wrote; records are read on demand.

        Raises:
            OSError, ValueError: a file can't be read.
            IndexDamaged: the records' total size isn't what was written.
        """
        path = folder / RECORDS
        ends, checksums = read_array(folder / _ENDS), read_array(folder / _CHECKSUMS)
        size = path.stat().st_size
        if size != ends[-1]:
            raise damaged(path, f"has {size:,} bytes instead of {ends[-1]:,}")
        with path.open("rb") as file:
            # An empty file can't be mapped.
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        return cls(path, memoryview(mapped), ends, checksums)

    def __len__(self) -> int:
        return len(self._checksums)

    def record(self, row: int) -> memoryview:
        """The stored record of the passage in a row: a view of the file.

        Raises:
            IndexDamaged: it isn't what was written.
        """
        record = self._records[int(self._ends[row]) : int(self._ends[row + 1])]
        if zlib.crc32(record) != self._checksums[row]:
            raise damaged(self._path, f"has other content than was written, in passage {row + 1:,}")
        return record

    def compact(self, row: int) -> QuantizedTokens:
        """The tokens of the passage in a row, as they are stored: views of the file.

        Raises:
            IndexDamaged: they aren't what was written.
        """
        return QuantizedTokens.parse(self.record(row))

    def __getitem__(self, row: int) -> TokenVectors:
        """The tokens of the passage in a row.

        Raises:
            IndexDamaged: they aren't what was written.
        """
        return self.compact(row).expand()

    def scores(self, question: TokenVectors, rows: NDArray[np.int64]) -> FloatArray:
        """Late interaction of a question with the passages in these rows.

        Returns:
            (len(rows),) float32 cosines: the weighted MaxSim over the whole passage and that over its
            best sentence, averaged by `RankingParameters.sentence_share`. Zero where there are no tokens.

        Raises:
            IndexDamaged: the record of one of the rows isn't what was written.
        """
        scores = np.zeros(len(rows), np.float32)
        if question.weights.sum():
            for start in range(0, len(rows), _TOGETHER):
                together = slice(start, start + _TOGETHER)
                scores[together] = self._scores(question, rows[together])
        return scores

    def _scores(self, question: TokenVectors, rows: NDArray[np.int64]) -> FloatArray:
        block = TokenBlock.parse([self.record(row) for row in rows.tolist()])
        scores = np.zeros(len(rows), np.float32)
        (filled,) = np.nonzero(block.counts)
        if not len(filled):
            return scores
        cosines = block.cosines(question.vectors)
        weights = question.weights / question.weights.sum()
        # Where each passage begins among these tokens, and each sentence.
        first = (np.cumsum(block.counts) - block.counts)[filled]
        (sentence,) = np.nonzero(block.begins)
        first_sentence = np.searchsorted(sentence, first)
        best = np.maximum.reduceat(cosines, sentence, axis=0)
        best = _with_context(best, block.is_context[sentence], first_sentence)
        # Not products by BLAS: see `NameIndex.scores`.
        whole = np.maximum.reduceat(best, first_sentence, axis=0)
        passage_scores = np.einsum("ij,j->i", whole, weights)
        sentence_scores = np.maximum.reduceat(np.einsum("ij,j->i", best, weights), first_sentence)
        share = RANKING.sentence_share
        scores[filled] = (1 - share) * passage_scores + share * sentence_scores
        return scores


def _with_context(best: FloatArray, is_context: NDArray[np.bool_], first: NDArray[np.intp]) -> FloatArray:
    """Each sentence's best cosines, maximised with those of its passage's context.

    Args:
        best: (sentences, m), the best cosines of each sentence.
        is_context: (sentences,) whether it is a passage's context.
        first: (passages,) the first sentence of each passage.
    """
    if not is_context.any():
        return best
    matched = np.where(is_context[:, None], best, np.float32(-1))
    of_passage = np.maximum.reduceat(matched, first, axis=0)
    lengths = np.diff(np.append(first, len(best)))
    return np.asarray(np.maximum(best, np.repeat(of_passage, lengths, axis=0)), np.float32)
