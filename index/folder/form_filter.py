"""Which normalised word forms each of some segments may have: Bloom filters, blocked by words of 64 bits.

A question with words that a collection doesn't have is compared with some hundreds of spellings near them,
of which a segment has next to none. Looking each of them up in each segment's rows took most of a search
over seven segments. (Bloom 1970, "Space/time trade-offs in hash coding with allowable errors"; Putze,
Sanders & Singler 2007, "Cache-, hash- and space-efficient Bloom filters".)
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.text.spelling import Count

# One of about two hundred forms that aren't there isn't told apart: each costs a look into a segment's rows.
_FORMS_PER_WORD: Final = 2
# A form's two bits in its word, by the first twelve bits of its hash.
_SHIFT: Final = np.uint32(20)
_MASKS: Final = np.array([1 << (n & 63) | 1 << (n >> 6) for n in range(4096)], np.uint64)

Bits = NDArray[np.uint64]
Hashes = NDArray[np.uint32]

ALL: Final[Bits] = np.full(1, 0xFFFFFFFFFFFFFFFF, np.uint64)
"""The filter of a segment that may have any form."""


class FormFilters:
    """The filters of a collection's segments."""

    def __init__(self, segments: Sequence[Bits]) -> None:
        """Wraps the filters of at least one segment."""
        self._bits = segments[0] if len(segments) == 1 else np.concatenate(segments)
        self._sizes = np.array([[len(bits)] for bits in segments], np.uint32)
        self._firsts = np.cumsum(self._sizes, axis=0, dtype=np.int64) - self._sizes

    def may_have(self, forms: Sequence[str]) -> NDArray[np.bool_]:
        """(segments, forms) whether each segment may have each form; False where it certainly doesn't."""
        hashes = np.array(list(map(_hashed, forms)), np.uint32)
        wanted = _MASKS.take(hashes >> _SHIFT)
        found = self._bits.take(hashes % self._sizes + self._firsts)
        return np.asarray(found & wanted == wanted, np.bool_)


class FormFilterBuilder:
    """Builds the filter of a segment."""

    def __init__(self) -> None:
        """Begins without forms."""
        self._hashes = array("I")

    def seen(self, counts: Iterable[Count]) -> Iterator[Count]:
        """Passes on counts in the order of their keys, adding the forms of words."""
        last = None
        for count in counts:
            if count[0] == "word" and count[1] != last:
                last = count[1]
                self._hashes.append(_hashed(last))
            yield count

    def build(self) -> Bits:
        """(n,) uint64, the filter of all forms: each sets two bits in the word that its hash chooses."""
        hashes = np.array(self._hashes, np.uint32)
        bits = np.zeros(max(1, -(-len(hashes) // _FORMS_PER_WORD)), np.uint64)
        np.bitwise_or.at(bits, hashes % np.uint32(len(bits)), _MASKS.take(hashes >> _SHIFT))
        return bits


def _hashed(form: str) -> int:
    return zlib.crc32(form.encode())
