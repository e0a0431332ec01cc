"""Line spacing and font sizes of a PDF, and which gaps are wider."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from index.readers.pdf.columns import Column
from index.readers.pdf.glyphs import Line

# In multiples of the line spacing within a paragraph.
_WIDE_GAP: Final = 1.25
# In multiples of the font size.
_WIDEST_GAP: Final = 2.5
# Line distances of one font size on a page that suffice to tell its line spacing.
_MIN_GAPS: Final = 4


def body_size(lines: Sequence[Line]) -> float:
    """The predominant font size of the text, in points."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[round(line.size, 1)] += len(line.signs)
    return max(counts, key=lambda size: (counts[size], size), default=0.0)


def line_spacings(
    columns: Sequence[Column], usual: Mapping[int, float] = MappingProxyType({})
) -> dict[int, float]:
    """Line spacing within paragraphs per font size: the lower quartile of line distances.

    Args:
        columns: of a page, or of all.
        usual: in the whole document, for sizes of which these columns have few lines.
    """
    gaps: dict[int, list[float]] = defaultdict(list)
    for column in columns:
        for line, following in pairwise(column.lines):
            if line.has_size_of(following):
                gaps[round(line.size)].append(line.baseline - following.baseline)
    enough = {size: found for size, found in gaps.items() if len(found) >= _MIN_GAPS or not usual}
    return {**usual, **{size: sorted(found)[len(found) // 4] for size, found in enough.items()}}


def is_wide(gap: float, line: Line, pitches: Mapping[int, float]) -> bool:
    """Whether a gap exceeds the line spacing within paragraphs of this line's font size."""
    return gap > min(_WIDE_GAP * pitches.get(round(line.size), gap), _WIDEST_GAP * line.size)
