"""Extracts the rows of CSV and TSV files."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Final

from index.readers.extracted_text import Extract, Progress, no_progress
from index.readers.tables.grid import add_grid, check_size
from index.readers.text_builder import TextBuilder
from index.readers.text_encoding import decode

_DELIMITERS: Final = (",", ";", "\t", "|")
_LOOKED_AT: Final = 100
_MAX_FIELD_LENGTH: Final = 1 << 20


def extract(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts the rows of a file of values separated by commas, semicolons, tabs or bars.

    Raises:
        Unextractable: its encoding isn't known, or it is too large.
    """
    text = decode(content)
    head, _, rest = text.partition("\n")
    named = head.strip().casefold()
    delimiter = ""
    if named.startswith("sep=") and len(named) == len("sep=") + 1:  # written by Excel
        delimiter, text = named[-1], rest
    rows = _rows(text, delimiter or _delimiter(text))
    check_size(sum(map(len, rows)))
    builder = TextBuilder()
    add_grid(builder, rows, 1)
    return Extract(builder.text, blocks=builder.blocks)


def _delimiter(text: str) -> str:
    """The delimiter that gives the most rows the same number of columns, more than one."""
    lines = text.splitlines(keepends=True)[:_LOOKED_AT]

    def share(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _rows("".join(lines), delimiter) if any(row))
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (count / widths.total() if width > 1 else 0.0), width

    return max(_DELIMITERS, key=share)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_MAX_FIELD_LENGTH)
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
        try:
            return [[cell.strip() for cell in row] for row in reader]
        except csv.Error:  # a quotation mark that is never closed
            continue
    return [line.split(delimiter) for line in text.splitlines()]
