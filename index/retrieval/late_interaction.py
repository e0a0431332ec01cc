"""Late interaction: every token of the question is compared with every token of a passage.

MaxSim as in ColBERT (Khattab & Zaharia 2020, arXiv:2004.12832), here over the tokens of an encoder that
wasn't trained for it: on XQuAD it ranks the right paragraph first for .93 of Arabic questions where the
same encoder's pooled vector does for .86.

In a long passage a question's tokens find scattered matches even if no sentence answers it. So half of a
passage's score is that of its best single sentence, combined with its context
(`index.encoding.passages`): its document's title and its headings.

On disk each passage is one record of `tokens.bin` (`QuantizedTokens`), so that a candidate is one contiguous
read and a merge copies records unchanged. Verifying a file of gigabytes on `open` would take too long: each
record has its own checksum, compared whenever the record is read.
"""

from __future__ import annotations

import mmap
import zlib
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.errors import damaged
from index.ranking_parameters import RANKING
from index.retrieval.token_codec import QuantizedTokens, TokenBlock, TokenVectors
from index.storage.files import FileWriter

RECORDS = "tokens.bin"

# Passages scored per batch: bounds the memory when very many are requested.
_TOGETHER = 64


def write_records(folder: Path, records: Iterable[bytes | memoryview]) -> dict[str, NDArray[Any]]:
    """Writes the records of a segment's passages to disk, one after another.

    Returns:
        The arrays for `TokenRecords.load`.

    Raises:
        OSError: the disk is full.
    """
    ends, checksums = array("q", [0]), array("L")
    with FileWriter(folder / RECORDS) as file:
        for record in records:
            file.write(record)
            ends.append(file.position)
            checksums.append(zlib.crc32(record))
    return {"token_ends": np.array(ends, np.int64), "token_checksums": np.array(checksums, np.uint32)}


class TokenRecords:
    """The token vectors of every passage of a segment, read from disk on demand."""

    def __init__(self, path: Path, ends: NDArray[np.int64], checksums: NDArray[np.uint32]) -> None:
        """Opens what `write_records` wrote; records are read on demand.

        Args:
            path: the file of the records.
            ends: (passages + 1,), the offset of each passage's record, and the end of the last one.
            checksums: (passages,), the CRC-32 of each record.

        Raises:
            OSError: it can't be read.
        """
        self._path, self._ends, self._checksums = path, ends, checksums
        with path.open("rb") as file:
            # An empty file can't be mapped.
            size = path.stat().st_size
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        self._records = memoryview(mapped)

    def record(self, row: int) -> memoryview:
        """The stored record of the passage in a row: a view of the file.

        Raises:
            IndexDamaged: it isn't what was written.
        """
        record = self._records[int(self._ends[row]) : int(self._ends[row + 1])]
        if zlib.crc32(record) != self._checksums[row]:
            raise damaged(self._path, f"has other content than was written, in passage {row + 1:,}")
        return record

    def __getitem__(self, row: int) -> TokenVectors:
        """The tokens of the passage in a row.

        Raises:
            IndexDamaged: they aren't what was written.
        """
        return QuantizedTokens.parse(self.record(row)).expand()


def late_scores(question: TokenVectors, records: Sequence[memoryview]) -> FloatArray:
    """Late interaction of a question with the passages of these records.

    Returns:
        (len(records),) float32 cosines: the weighted MaxSim over the whole passage and that over its
        best sentence, averaged by `RankingParameters.sentence_share`. Zero where there are no tokens.
    """
    scores = np.zeros(len(records), np.float32)
    if question.weights.sum():
        for start in range(0, len(records), _TOGETHER):
            together = slice(start, start + _TOGETHER)
            scores[together] = _scores(question, records[together])
    return scores


def _scores(question: TokenVectors, records: Sequence[memoryview]) -> FloatArray:
    block = TokenBlock.parse(records)
    scores = np.zeros(len(records), np.float32)
    (filled,) = np.nonzero(block.counts)
    if not len(filled):
        return scores
    cosines = block.cosines(question.vectors)
    weights = question.shares
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
    scores[filled] = _blend(passage_scores, sentence_scores)
    return scores


def blended_matches(cosines: FloatArray, shares: FloatArray, sentences: NDArray[np.int32]) -> FloatArray:
    """Each question token's part of a passage's `late_scores`, before it is weighted.

    Args:
        cosines: (n, m) of the question's tokens with the passage's.
        shares: (n,) `TokenVectors.shares` of the question.
        sentences: (m,) `TokenVectors.sentences` of the passage.

    Returns:
        (n,) float32: the best cosines over the whole passage and over its best sentence, blended.
    """
    if not cosines.size:
        return np.zeros(len(shares), np.float32)
    whole = cosines.max(axis=1)
    context = cosines[:, sentences < 0].max(axis=1, initial=-1)
    by_sentence = [
        np.maximum(cosines[:, sentences == number].max(axis=1), context) for number in np.unique(sentences)
    ]
    sentence = max(by_sentence, key=lambda matches: float(np.einsum("i,i->", matches, shares)))
    return _blend(whole, sentence)


def _blend(whole: FloatArray, sentence: FloatArray) -> FloatArray:
    """The match with a whole passage blended with that with its best sentence."""
    share = RANKING.sentence_share
    return np.asarray((1 - share) * whole + share * sentence, np.float32)


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
