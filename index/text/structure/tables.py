"""Tables in plain text: rows of equally many cells between bars, tabs or gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import regex

from index.text.paragraphs import Line
from index.text.structure.labels import is_number_like
from index.text.structure.units import Cells, Unit

_TABLE_RULE: Final = regex.compile(r"[|+:\-=─━┼│\s]+")
_GAP: Final = regex.compile(r"[ \u00a0]{2,}")
CELL_BREAKS: Final = (regex.compile(r"\|"), regex.compile(r"\t+"), _GAP)
"""The separators of cells, for each kind of table."""
_ANY_BREAK: Final = regex.compile("|".join(kind.pattern for kind in CELL_BREAKS))
_MAX_CELL_WORDS: Final = 12
_MAX_COLUMN_LENGTH: Final = 200


def table_at(
    text: str, lines: Sequence[Line], group: Sequence[int], place: int, known: list[int]
) -> tuple[list[Unit], int] | None:
    """The rows of the table that begins at a line, and the position in the group after it."""
    first = lines[group[place]]
    if first.has_word and not _ANY_BREAK.search(text, first.start, first.end):
        return None
    for kind in range(len(CELL_BREAKS)):
        if place < known[kind]:
            continue
        rows: list[tuple[Line, Cells]] = []
        end = place
        rule_after = -1
        while end < len(group):
            line = lines[group[end]]
            if not line.has_word:
                if not _TABLE_RULE.fullmatch(text, line.start, line.end):
                    break
                rule_after = len(rows) if rule_after < 0 and rows else rule_after
            else:
                cells = _cells(text, line, kind)
                if len(cells) < 2 or (rows and len(cells) != len(rows[0][1])):
                    break
                rows.append((line, cells))
            end += 1
        if len(rows) > 1 and _is_table(text, rows, kind):
            return _rows(text, rows, rule_after), end
        known[kind] = end
    return None


def _cells(text: str, line: Line, kind: int) -> Cells:
    """The cell spans of a line; in a table drawn with bars the outer bars are optional."""
    start, end = line.start, line.end
    if kind == 0:
        start += text[start] == "|"
        end -= end > start and text[end - 1] == "|"
    stops = list(CELL_BREAKS[kind].finditer(text, start, end))
    if not stops:
        return ((start, end),)
    cells: list[tuple[int, int]] = []
    for stop in (*stops, None):
        close = stop.start() if stop else end
        content = text[start:close]
        left = start + len(content) - len(content.lstrip())
        right = start + len(content.rstrip())
        cells.append((left, max(left, right)) if content.strip() else (start, start))
        start = stop.end() if stop else end
    return tuple(cells)


def _is_table(text: str, rows: Sequence[tuple[Line, Cells]], kind: int) -> bool:
    """Whether rows with equal cell counts are certainly a table rather than a poem."""
    columns = [[text[slice(*cells[i])] for _, cells in rows] for i in range(len(rows[0][1]))]
    if any(len(cell.split()) > _MAX_CELL_WORDS for column in columns for cell in column) and kind:
        return False
    if kind == 0:
        return True
    numeric = any(all(map(is_number_like, column[1:])) for column in columns[1:])
    if kind == 1:
        words = [len(cell.split()) for column in columns for cell in column]
        return len(columns) > 2 or numeric or (len(rows) > 2 and sum(words) <= 2 * len(words))
    aligned = all(
        max(ends) - min(ends) <= 1
        for i in range(1, len(columns))
        for ends in [
            min(
                ([cells[i][0] - line.start + line.indent for line, cells in rows],
                 [cells[i][1] - line.start + line.indent for line, cells in rows]),
                key=lambda places: max(places) - min(places),
            )
        ]
    )  # fmt: skip
    return aligned and len(rows) > 2 and (len(columns) > 2 or numeric)


def _rows(text: str, rows: Sequence[tuple[Line, Cells]], rule_after: int) -> list[Unit]:
    said = [[text[slice(*cell)] for cell in cells] for _, cells in rows]
    wordy = all(cell and not is_number_like(cell) for cell in said[0])
    counted = any(all(map(is_number_like, column)) for column in zip(*said[1:], strict=True))
    has_header = rule_after == 1 or (wordy and counted)
    # Each row stores its column headings: long ones would let the size grow without bound.
    columns = tuple(cell[:_MAX_COLUMN_LENGTH] for cell in said[0]) if has_header else ()
    return [
        Unit(
            "table_header" if has_header and not number else "table_row",
            line.start,
            line.end,
            cells=cells,
            columns=columns if number else (),
            is_one_line=True,
        )
        for number, (line, cells) in enumerate(rows)
    ]
