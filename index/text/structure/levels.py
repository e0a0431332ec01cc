"""Converts units to blocks, with the levels of headings and list items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from index.text.structure.labels import RANK_OF_CAPITALS, RANK_OF_PLAIN, RANK_OF_TITLE
from index.text.structure.units import Unit
from index.types import Block

MAX_LEVELS: Final = 9
# Rank difference between a label and the title on the line after it.
_OF_A_LABEL: Final = 0.5


def with_levels(text: str, units: Sequence[Unit]) -> tuple[Block, ...]:
    """Converts units to blocks, with heading levels from ranks within this document and items by depth."""
    first = units[0] if units else None
    ranks: dict[float, int] = {}
    if first is not None and first.kind == "heading" and first.rank in (RANK_OF_PLAIN, RANK_OF_CAPITALS):
        units = [replace(first, rank=RANK_OF_TITLE), *units[1:]]
    units = list(units)
    for place, (one, other) in enumerate(pairwise(units), 1):
        # «الباب الأول» with its title on the next line.
        if (
            one.kind == other.kind == "heading"
            and one.label
            and one.label == text[one.start : one.end]
            and not other.label
        ):
            units[place] = replace(other, rank=one.rank + _OF_A_LABEL)
    for level, rank in enumerate(sorted({u.rank for u in units if u.kind == "heading"}), 1):
        ranks[rank] = min(level, MAX_LEVELS)
    return tuple(_blocks(units, ranks))


def _blocks(units: Sequence[Unit], ranks: dict[float, int]) -> Iterator[Block]:
    depths: list[tuple[int, str]] = []
    for unit in units:
        level = 0
        if unit.kind == "heading":
            level = ranks[unit.rank]
            depths = []
        elif unit.kind == "list_item":
            known = next((i for i, (_, style) in enumerate(depths) if style == unit.style), None)
            if known is not None:
                del depths[known + 1 :]
            else:
                while depths and depths[-1][0] > unit.indent:
                    depths.pop()
                depths.append((unit.indent, unit.style))
            level = min(len(depths), MAX_LEVELS)
        yield Block(
            unit.kind,
            unit.start,
            unit.end,
            level=level,
            label=unit.label,
            table=unit.table,
            cells=unit.cells,
            columns=unit.columns,
        )
