"""A grid of cells -> the rows of a table under their column headings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from index.readers.extracted_text import Unextractable
from index.readers.tables.headings import Row, column_names, is_header
from index.readers.text_builder import TextBuilder

MAX_CELLS: Final = 4_000_000
"""Maximum number of filled cells in a file."""
MAX_TITLE_WORDS: Final = 15
"""Maximum number of words in a row above a table's headings that is its title."""
_MAX_HEADER_ROWS: Final = 10


def check_size(cells: int) -> None:
    """Checks the number of filled cells of a file.

    Raises:
        Unextractable: there are more than `MAX_CELLS`.
    """
    if cells > MAX_CELLS:
        raise Unextractable(f"it has more than {MAX_CELLS:,} filled cells. Split it.", "too_large")


def add_grid(builder: TextBuilder, rows: Sequence[Row], first_table: int, *, page: int = 0) -> int:
    """Adds a grid as tables, and what stands alone in a row above a table as its title.

    A blank row ends a table if the next one has a title or headings of its own.

    Args:
        builder: of the document.
        rows: the rows, blank ones included.
        first_table: the number of the first table in the document.
        page: the page that the rows are on, from 1.

    Returns:
        The number of tables added.
    """
    count = 0
    for region in _regions(rows):
        count += _add_region(builder, region, first_table + count, page)
    return count


def _regions(rows: Sequence[Row]) -> list[list[Row]]:
    regions: list[list[Row]] = []
    for is_blank, group in groupby(rows, lambda row: not any(row)):
        if is_blank:
            continue
        part = list(group)
        if not regions or _filled(part[0]) == 1 or _header_rows(part):
            regions.append([])
        regions[-1].extend(part)
    return regions


def _filled(row: Row) -> int:
    return sum(bool(cell) for cell in row)


def _add_region(builder: TextBuilder, rows: Sequence[Row], table: int, page: int) -> int:
    """Adds a region of rows, and returns the number of tables in it."""
    titles = next((place for place, row in enumerate(rows) if _filled(row) > 1), len(rows))
    is_single = titles == len(rows)
    for row in rows[:titles]:
        said = next(filter(None, row))
        is_title = not is_single and len(said.split()) <= MAX_TITLE_WORDS
        builder.add("caption" if is_title else "paragraph", said, page=page)
    if is_single:
        return 0
    rows = rows[titles:]
    kept = [
        place for place in range(max(map(len, rows))) if any(place < len(row) and row[place] for row in rows)
    ]
    headers = _header_rows(rows)
    columns = dict(enumerate(column_names(rows[:headers])))
    for number, row in enumerate(rows):
        # A cell that spans several columns isn't repeated.
        places = [place for place in kept if place < len(row) and row[place] is not None]
        named = [columns.get(place, "") for place in places]
        is_header = number < headers
        cells = [row[place] or "" for place in places]
        builder.add_row(cells, () if is_header else named, table=table, is_header=is_header, page=page)
    return 1


def _header_rows(rows: Sequence[Row]) -> int:
    """The number of header rows: one, or more where a heading spans several columns."""
    count = 0
    width = 1 + max((place for row in rows for place, cell in enumerate(row) if cell), default=0)
    rows = [row[:width] for row in rows] if any(len(row) > width for row in rows) else rows
    for place, row in enumerate(rows[: min(len(rows) - 1, _MAX_HEADER_ROWS)]):
        is_spanning = None in row
        # A heading may span rows, too: it is then repeated in the next one.
        above = rows[place - 1] if place else ()
        if not is_header(row, rows[place + 1 + is_spanning :], is_usual=True, above=above):
            break
        count = place + 1
        if not is_spanning:
            break
    return count
