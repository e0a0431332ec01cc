"""Which row of a table holds its column headings, where the file doesn't say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import regex

from index.text.structure.labels import is_number_like

Row: TypeAlias = Sequence[str | None]
"""The text of each cell; None where the cell on the left spans this column."""

_MAX_HEADING_WORDS: Final = 8
_MIN_FILLED: Final = 0.5
_LOOKED_AT: Final = 20
_TWO: Final = 2
_YEAR: Final = r"(?:(?:1[3-9]|20)\d\d|[١٢][٠-٩]{3})"
_SHORT_YEAR: Final = rf"(?:{_YEAR}|'?\d\d)"
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
# Years, quarters, halves, weeks and months: headings although they have digits.
_PERIOD: Final = regex.compile(
    rf"(?i){_YEAR}(?:\s?[-–/]\s?{_SHORT_YEAR})?(?:\s?(?:م|هـ|ad|ce|ah))?"
    rf"|(?:[qh][1-4]|[1-4][qh]|fy|w(?:eek )?\d\d?|day \d\d?)(?:[\s/-]?{_SHORT_YEAR})?|fy\d\d"
    rf"|{_YEAR}[\s/-]?(?:[qh][1-4]|{_MONTH})"
    rf"|{_MONTH}[\s./-]*{_SHORT_YEAR}"
)
# What the names of fields begin or end with, in forms and in tables of names and values.
_FIELDS: Final = frozenset((
    "name", "names", "phone", "telephone", "mobile", "fax", "email", "e-mail", "mail", "address", "date",
    "place", "birthdate", "time", "room", "floor", "office", "department", "dept", "section", "position",
    "job", "title",
    "occupation", "nationality", "gender", "sex", "age", "status", "id", "serial", "file", "reference", "ref",
    "number", "no", "subject", "city", "country", "location", "website", "note", "notes", "remarks",
    "signature", "author", "founded", "founder", "owner", "operator", "manager", "director", "year", "area",
    "height", "elevation", "length", "capacity", "budget", "duration", "version",
    "اسم", "لقب", "هاتف", "جوال", "موبايل", "فاكس", "عنوان", "بريد", "مكان", "محل", "تاريخ", "وقت", "غرفة",
    "قسم", "دائرة", "مكتب", "وظيفة", "منصب", "مهنة", "جنسية", "جنس", "عمر", "حالة", "رقم", "موضوع", "مدينة",
    "بلد", "موقع", "ملاحظات", "توقيع", "طابق", "عدد", "سنة", "مدير", "مؤسس", "مالك", "مساحة", "ارتفاع", "مدة",
    "تأسيس", "ميزانية", "سعة",
))  # fmt: skip
_MAX_FIELD_WORDS: Final = 4
_COLONS: Final = (":", "：", "?", "؟")
_MIN_PER_KIND: Final = 2


def is_header(
    row: Row,
    others: Sequence[Row],
    *,
    is_bold: bool = False,
    is_usual: bool = False,
    above: Row = (),
) -> bool:
    """Whether a row holds column headings: short, no numbers but periods such as years, and none again below.

    More has to tell it: bold type, a column of numbers below words or periods, or three different headings
    and more. A table of two columns may be one of names and values, whose first row is like the others.

    Args:
        row: the first of a table, or one after a header row.
        others: the rows below.
        is_bold: whether this row is in bold, and the others aren't.
        is_usual: whether tables of this type of file have headings as a rule.
        above: the header row above, with headings that span several columns; those below may be the same.
            A heading that spans both rows tells that this one is a header row, whatever its numbers.
    """
    said = [cell for cell in row if cell]
    width = max(map(_filled, others[:_LOOKED_AT]), default=0)
    if len(said) < _TWO or len(said) + row.count(None) < _MIN_FILLED * width:
        return False
    if any(len(cell.split()) > _MAX_HEADING_WORDS for cell in said):
        return False
    if any(
        cell and place < len(other) and other[place] == cell
        for place, cell in enumerate(row)
        for other in others
    ):
        return False
    if any(cell and cell == other for cell, other in zip(row, above, strict=False)):
        return True
    return _reads_like_headings(row, said) and (
        is_bold or _is_told(row, said, others, is_usual=is_usual, is_second=len(above) > 0)
    )


def column_names(rows: Sequence[Row]) -> list[str]:
    """The heading of each column, by header rows one above the other; a cell heads all that it spans."""
    said: list[list[str]] = []
    for row in rows:
        spread = ""
        for place, cell in enumerate(row):
            spread = spread if cell is None else cell
            if place == len(said):
                said.append([])
            said[place].append(spread)
    # A heading that spans rows, too, is in each of them.
    return [" ".join(dict.fromkeys(filter(None, parts))) for parts in said]


def _filled(row: Row) -> int:
    return sum(bool(cell) for cell in row)


def _reads_like_headings(row: Row, said: Sequence[str]) -> bool:
    """Whether all numbers among the cells are periods, and one cell is none or the first one is empty."""
    numbers = [cell for cell in said if is_number_like(cell)]
    return all(map(_PERIOD.fullmatch, numbers)) and (len(numbers) < len(said) or not row[0])


def _is_told(
    row: Row, said: Sequence[str], others: Sequence[Row], *, is_usual: bool, is_second: bool
) -> bool:
    """Whether the rest of the table tells that a row holds headings."""
    below = [
        [value for other in others if place < len(other) and (value := other[place])]
        for place, cell in enumerate(row)
        if cell
    ]
    counted = any(column and all(map(is_number_like, column)) for column in below)
    if len(row) == _TWO and len(said) == _TWO:
        return not _is_record(said, below, is_usual=is_usual) and (counted or is_usual)
    different = len(set(said)) == len(said)
    if is_usual:
        return different or is_second or counted
    wordy = different and len(row) > _TWO and not any(cell.endswith(_COLONS) for cell in said)
    return counted or wordy


def _is_record(said: Sequence[str], below: Sequence[Sequence[str]], *, is_usual: bool) -> bool:
    """Whether a table of two columns is one of names and values.

    Args:
        said: its first row.
        below: the other cells of each column.
        is_usual: as for `is_header`.
    """
    names, values = below
    if any(name.endswith(_COLONS) for name in (said[0], *names)):
        return True
    fields = sum(map(_is_field, names))
    if fields + _is_field(said[0]) >= _MIN_PER_KIND:
        return True
    # The values of different fields are of different kinds, those of a column of one.
    numbers = sum(map(is_number_like, values))
    if min(numbers, len(values) - numbers) >= _MIN_PER_KIND and not any(map(is_number_like, names)):
        return True
    return not is_usual and is_number_like(said[1])


def _is_field(text: str) -> bool:
    """Whether a cell reads like the name of a field."""
    words = [word.strip(".:：#()").casefold().removeprefix("ال") for word in text.split()]
    return 0 < len(words) <= _MAX_FIELD_WORDS and not _FIELDS.isdisjoint((words[0], words[-1]))
