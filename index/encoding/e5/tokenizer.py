"""Unigram tokenizer (Kudo 2018, arXiv:1804.10959), equivalent to XLM-RoBERTa's.

The vocabulary stays on disk as sorted, memory-mapped arrays: loading its 250,000 pieces into a
tokenizer took .8 to 1.3 s, which was the largest part of a cold start. Words are tokenized
independently of their neighbours, so that each is tokenized once and cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoding.e5.normalization import CHUNK, SPACE, divide, spell
from index.storage.files import read_array, write_array

# Penalty of an unknown character relative to the rarest piece, in nats: SentencePiece's kUnkPenalty.
_UNKNOWN_PENALTY = 10.0
# Separator between words in the character array: not a character, so that no piece spans words.
_BETWEEN = 0x110000
# Any odd number works for hashing; pieces are also compared character by character.
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
# Maximum number of cached chunks: some 20 MB.
_MAX_KNOWN = 50_000
# Number of chunks tokenized at a time: some 20 MB of hashes.
_MAX_CONCURRENT = 4_096

_FILES = ("piece_keys.npy", "piece_ids.npy", "piece_characters.npy", "piece_scores.npy")


@dataclass(frozen=True, eq=False)
class Pieces:
    """The tokenization of a text.

    Attributes:
        ids: (n,) int64, each piece's id in the vocabulary.
        spans: (n, 2) int32, the characters of the text that each piece represents: first, one past the
            last. A word's first piece includes the space before it; a space missing from the text has
            zero length.
    """

    ids: NDArray[np.int64]
    spans: NDArray[np.int32]


@dataclass(frozen=True)
class _Chunk:
    """The pieces of a chunk between two spaces; spans are relative to its start."""

    ids: list[int]
    starts: list[int]
    ends: list[int]
    # None if the vocabulary has nothing of it, not even a space.
    ends_in_space: bool | None


class Unigram:
    """A vocabulary on disk. Threads may share one object."""

    def __init__(
        self,
        keys: NDArray[np.uint64],
        ids: NDArray[np.int32],
        characters: NDArray[np.uint32],
        scores: NDArray[np.float32],
        unknown: int,
    ) -> None:
        """Wraps the arrays.

        Args:
            keys: (pieces,), the hash of each piece, ascending, without special pieces.
            ids: (pieces,), their ids in the vocabulary.
            characters: (pieces, longest), their code points, zero-padded.
            scores: (vocabulary,), log-probabilities by id.
            unknown: the id of the unknown piece.
        """
        self._keys, self._ids, self._characters, self._scores = keys, ids, characters, scores
        self._unknown = unknown
        self._unknown_score = float(scores.min()) - _UNKNOWN_PENALTY
        self._known: dict[str, _Chunk] = {}
        ((start, *_),) = self._edges([SPACE])
        self._space = start[0][1] if start else unknown

    @staticmethod
    def save(pieces: Sequence[tuple[str, float]], special: Iterable[int], folder: Path) -> None:
        """Writes a vocabulary into a folder.

        Args:
            pieces: each with its log-probability; the position is the id.
            special: the ids of those that represent no text.
            folder: an existing one.
        """
        left_out = set(special)
        kept = [i for i in range(len(pieces)) if i not in left_out]
        longest = max(len(pieces[i][0]) for i in kept)
        characters = np.zeros((len(kept), longest), np.uint32)
        for row, i in enumerate(kept):
            characters[row, : len(pieces[i][0])] = _code_points(pieces[i][0])
        lengths = np.array([len(pieces[i][0]) for i in kept])
        keys = _hashes(characters)[np.arange(len(kept)), lengths - 1]
        order = np.argsort(keys)
        scores = np.array([score for _, score in pieces], np.float32)
        arrays = (keys[order], np.array(kept, np.int32)[order], characters[order], scores)
        for name, array in zip(_FILES, arrays, strict=True):
            write_array(folder / name, array)

    @classmethod
    def load(cls, folder: Path, unknown: int) -> Unigram:
        """Memory-maps the files written by `save`.

        Raises:
            OSError: a file can't be read.
            ValueError: a file isn't what was written.
        """
        keys, ids, characters, scores = (read_array(folder / name, mapped=True) for name in _FILES)
        return cls(keys, ids, characters, scores, unknown)

    @property
    def surprisal(self) -> NDArray[np.float32]:
        """(vocabulary,) -log p of each piece, in nats."""
        return -np.asarray(self._scores)

    def cut(self, texts: Sequence[str], follows_space: bool = False) -> list[Pieces]:
        """Tokenizes each text.

        Args:
            texts: unnormalized.
            follows_space: whether a space precedes each of them, as at the end of a prompt.
        """
        chunks = [[(m.start(), m.group()) for m in CHUNK.finditer(text)] for text in texts]
        known = self._cut_chunks({chunk for row in chunks for _, chunk in row})
        return [self._join(text, row, known, follows_space) for text, row in zip(texts, chunks, strict=True)]

    def _join(
        self, text: str, chunks: list[tuple[int, str]], known: dict[str, _Chunk], follows_space: bool
    ) -> Pieces:
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        # The space that nothing has followed yet, and where what was looked at ends.
        space, end = ((0, 0) if follows_space else None), 0
        for offset, chunk_text in chunks:
            chunk = known[chunk_text]
            ids += chunk.ids
            spans += [
                (max(offset + start, 0), offset + stop)
                for start, stop in zip(chunk.starts, chunk.ends, strict=True)
            ]
            if offset > end:
                space = offset - 1, offset
            end = offset + len(chunk_text)
            if chunk.ends_in_space is not None:
                space = (end, end) if chunk.ends_in_space else None
        if len(text) > end:
            space = len(text) - 1, len(text)
        if space is not None:
            ids.append(self._space)
            spans.append(space)
        return Pieces(np.array(ids, np.int64), np.array(spans, np.int32).reshape(-1, 2))

    def _cut_chunks(self, chunks: set[str]) -> dict[str, _Chunk]:
        known = self._known
        found = {chunk: known[chunk] for chunk in chunks if chunk in known}
        if new := [chunk for chunk in chunks if chunk not in found]:
            cut: dict[str, _Chunk] = {}
            for start in range(0, len(new), _MAX_CONCURRENT):
                some = new[start : start + _MAX_CONCURRENT]
                cut.update(zip(some, self._cut_new(some), strict=True))
            found |= cut
            # Threads may overwrite each other's entries here: those that are lost are tokenized again.
            if len(known) + len(cut) > _MAX_KNOWN:
                self._known = cut if len(cut) <= _MAX_KNOWN else {}
            else:
                known.update(cut)
        return found

    def _cut_new(self, chunks: Sequence[str]) -> Iterator[_Chunk]:
        words, endings = [], []
        for chunk in chunks:
            spelled = spell(chunk)
            words.append(divide(spelled))
            endings.append(spelled.text.endswith(" ") if spelled.text else None)
        edges = self._edges([word.text for row in words for word in row])
        for row, ending in zip(words, endings, strict=True):
            ids: list[int] = []
            starts: list[int] = []
            ends: list[int] = []
            for word in row:
                for piece, first, last in self._best_path(len(word.text), next(edges)):
                    ids.append(piece)
                    starts.append(word.starts[first])
                    ends.append(word.ends[last - 1])
            yield _Chunk(ids, starts, ends, ending)

    def _edges(self, words: Sequence[str]) -> Iterator[list[list[tuple[int, int, float]]]]:
        """Yields for each word, for each of its characters, the pieces that begin there.

        Each piece with its end, id and score; shorter ones first.
        """
        longest = self._characters.shape[1]
        codes = [c for word in words for c in (*_code_points(word), _BETWEEN)]
        characters = np.array(codes + [_BETWEEN] * longest, np.uint32)
        windows = np.lib.stride_tricks.sliding_window_view(characters, longest)[: len(codes)]
        hashes = _hashes(windows)
        rows = np.minimum(np.searchsorted(self._keys, hashes), len(self._keys) - 1)
        begins, lengths = np.nonzero(self._keys[rows] == hashes)
        rows, lengths = rows[begins, lengths], lengths + 1
        within = np.arange(longest) < lengths[:, None]
        same = (np.where(within, windows[begins], 0) == self._characters[rows]).all(axis=1)
        begins, lengths, ids = begins[same], lengths[same], self._ids[rows[same]]
        found = list(
            zip(lengths.tolist(), ids.tolist(), self._scores[ids].astype(float).tolist(), strict=True)
        )
        firsts = np.searchsorted(begins, np.arange(len(codes) + 1)).tolist()
        position = 0
        for word in words:
            here = range(position, position + len(word))
            yield [found[firsts[i] : firsts[i + 1]] for i in here]
            position += len(word) + 1

    def _best_path(self, size: int, edges: list[list[tuple[int, int, float]]]) -> list[tuple[int, int, int]]:
        """The most likely segmentation of a word: pieces with their first character and one past their last.

        Ties go to the segmentation found first, and adjacent unknown characters form one piece, as in the
        `tokenizers` library.
        """
        score = [0.0] + [-inf] * size
        came: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        for i, pieces in enumerate(edges):
            here = score[i]
            for length, piece, gain in pieces:
                if here + gain > score[i + length]:
                    score[i + length], came[i + length] = here + gain, (i, piece)
            if not pieces or pieces[0][0] > 1:
                gain = self._unknown_score
                if here + gain > score[i + 1]:
                    score[i + 1], came[i + 1] = here + gain, (i, self._unknown)
        path: list[tuple[int, int, int]] = []
        end = size
        while end:
            start, piece = came[end]
            if path and piece == path[-1][0] == self._unknown:
                path[-1] = (piece, start, path[-1][2])
            else:
                path.append((piece, start, end))
            end = start
        return path[::-1]


def _code_points(text: str) -> list[int]:
    return [ord(character) for character in text]


def _hashes(characters: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """(n, longest) the hash of each row's first character, of its first two, and so on."""
    hashes = np.zeros(characters.shape, np.uint64)
    sofar = np.zeros(len(characters), np.uint64)
    for column in range(characters.shape[1]):
        sofar = sofar * _FACTOR + characters[:, column]
        hashes[:, column] = sofar
    return hashes
