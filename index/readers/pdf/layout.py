"""Layout of a PDF's paragraphs: headings by size and weight, tables by alignment, footnotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

import regex

from index.readers.pdf.paragraphs.footnotes import NOTE_MARK, note_label
from index.readers.pdf.paragraphs.paragraph import BULLETS, PAGE_BREAK, Paragraph
from index.readers.pdf.visual_order import is_right_to_left
from index.readers.tables.headings import Row, column_names, is_header
from index.readers.text_builder import TextBuilder
from index.text.structure.blocks import refined
from index.text.structure.labels import ItemMarker, field_key, follows, item_marker
from index.types import Block, BlockKind

# Minimum size of a heading relative to the text's, and of a bold heading.
_LARGER: Final = 1.15
_NOT_SMALLER: Final = 0.97
_MAX_WORDS: Final = 16
_MAX_LINES: Final = 3
_MAX_LEVELS: Final = 6
# Fraction of all text; if more is in bold, bold doesn't indicate a heading.
_MAX_BOLD: Final = 0.4
_MIN_ROWS: Final = 3
_COLUMNS_OF_FORM: Final = 2
# Columns of a table are aligned within this multiple of the font size.
_ALIGNED: Final = 0.6
_MAX_CELL_WORDS: Final = 12
_ENDED: Final = regex.compile(r"[.,،؛;]$")
# The call of a footnote: a raised number or mark, or one in brackets. Before a letter it belongs to the word
# before the space. After a short number or a unit it is an exponent.
_EXPONENT: Final = r"(?<!(?<!\p{Nd})\p{Nd}{1,2}|(?<!\p{L})(?:[kcdm]?m|[كس]?م))"
_CALL: Final = regex.compile(
    _EXPONENT
    + r"(?P<before>\s(?=\S{1,5}\p{L}))?(?:[(\[⁽]?(?P<raised>[⁰¹²³⁴-⁹]{1,3}|\*{1,3}|[†‡])[)\]⁾]?"
    + r"|[(\[](?P<plain>\p{Nd}{1,3})[)\]])"
)
# What a raised number after it calls a note, wherever that is.
_CALLING: Final = regex.compile(r"(?:\p{Latin}{3}|\p{Arabic}{2}|[.,،؛:;!?؟»”)\]])$")
_LOOKED_AT: Final = 4
_RAISED: Final = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
_BULLET: Final = regex.compile(rf"^([{''.join(sorted(BULLETS))}])\s*(?=\S)")


def layout_of(paragraphs: Sequence[Paragraph]) -> tuple[str, tuple[Block, ...]]:
    """The text of a document and its blocks.

    A footnote stands after the paragraph that calls it; its mark is in brackets here and there.

    Args:
        paragraphs: in reading order.
    """
    builder = TextBuilder()
    margins = [paragraph for paragraph in paragraphs if paragraph.margin]
    _add_margins(builder, margins, "page_header")
    paragraphs = _with_whole_tables(
        [part for paragraph in paragraphs if not paragraph.margin for part in _fields(paragraph)]
    )
    levels = _levels(paragraphs)
    notes = _Notes(paragraphs)
    items = _items(paragraphs, levels)
    tables = place = 0
    while place < len(paragraphs):
        rows = _rows(paragraphs, place)
        if rows:
            tables += 1
            _add_table(builder, paragraphs[place : place + rows], tables)
            place += rows
            continue
        paragraph = paragraphs[place]
        text, called = notes.called(paragraph)
        if place in items and text.startswith(label := items[place]):
            text = f"{label} {text[len(label) :].lstrip(' ')}"
        text, starts = _page_starts(text, paragraph)
        if place in levels:
            builder.add("heading", text, level=levels[place], page=paragraph.page, page_starts=starts)
        elif place in items:
            builder.add(
                "list_item", text, level=1, label=items[place], page=paragraph.page, page_starts=starts
            )
        elif paragraph.is_at_foot:
            called = notes.taken(paragraph)
        else:
            builder.add("paragraph", text, page=paragraph.page, page_starts=starts)
        for note in called:
            label, said = _parted(note)
            builder.add("footnote", f"{label} {said}".lstrip(), label=label, page=note.page)
        place += 1
    _add_margins(builder, margins, "page_footer")
    text = builder.text
    return text, refined(text, builder.blocks, page_breaks=True)


def _fields(paragraph: Paragraph) -> Sequence[Paragraph]:
    """The fields of a form that stand in one line, each as a paragraph; other paragraphs as they are."""
    cells = paragraph.cells[::-1] if paragraph.is_right_to_left else paragraph.cells
    if len(cells) < 2 or paragraph.is_ruled or not all(map(field_key, cells)):
        return [paragraph]
    return [replace(paragraph, text=cell, cells=(), edges=()) for cell in cells]


def _add_margins(builder: TextBuilder, margins: Sequence[Paragraph], kind: BlockKind) -> None:
    for paragraph in margins:
        if paragraph.margin == kind:
            builder.add(kind, paragraph.text, page=paragraph.page)


def _page_starts(text: str, paragraph: Paragraph) -> tuple[str, list[tuple[int, int]]]:
    """A paragraph's text without page breaks, and where its later pages begin in it."""
    *parts, last = text.split(PAGE_BREAK)
    starts = list(accumulate(map(len, parts)))
    return "".join((*parts, last)), list(zip(starts, paragraph.later_pages, strict=False))


def _with_whole_tables(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Moves footnotes after a table that continues on the next page."""
    found: list[Paragraph] = []
    waiting: list[Paragraph] = []
    for paragraph in paragraphs:
        is_in_table = bool(found) and found[-1].is_ruled
        if paragraph.is_at_foot and is_in_table:
            waiting.append(paragraph)
            continue
        if not (is_in_table and paragraph.is_ruled and _is_aligned([found[-1], paragraph])):
            found += waiting
            waiting = []
        found.append(paragraph)
    return found + waiting


class _Notes:
    """The footnotes of a document that have not been placed yet."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self._by_mark: dict[tuple[int, str], Paragraph] = {}
        self._placed: set[int] = set()
        self._last_page: dict[str, int] = {}
        for paragraph in paragraphs:
            if paragraph.is_at_foot and (label := _parted(paragraph)[0]):
                self._by_mark.setdefault((paragraph.page, label), paragraph)
                self._last_page[label] = paragraph.page

    def called(self, paragraph: Paragraph) -> tuple[str, list[Paragraph]]:
        """A paragraph's text with the marks of footnotes in brackets, and these footnotes."""
        found: list[Paragraph] = []

        def replaced(mark: regex.Match[str]) -> str:
            label = f"[{note_label(mark['raised'] or mark['plain'])}]"
            before = mark["before"]
            shown = f"{label}{' ' if before and before != PAGE_BREAK else before or ''}"
            for page in range(paragraph.page, paragraph.last_page + 1):
                note = self._by_mark.get((page, label))
                if note is not None:
                    found.extend(self.taken(note))
                    return shown
            text = mark.string[max(mark.start() - _LOOKED_AT, 0) : mark.start()]
            is_call = (mark["raised"] or "*")[0] in _RAISED and _CALLING.search(text)
            # At the end of the document it stands where it is.
            return shown if is_call or self._last_page.get(label, 0) > paragraph.last_page else mark[0]

        if paragraph.is_at_foot:
            return paragraph.text, []
        return _CALL.sub(replaced, paragraph.text), found

    def taken(self, note: Paragraph) -> list[Paragraph]:
        """A footnote, unless it has been placed already."""
        is_new = id(note) not in self._placed
        self._placed.add(id(note))
        return [note] if is_new else []


def _parted(note: Paragraph) -> tuple[str, str]:
    """The mark of a footnote in brackets, and its text."""
    mark = NOTE_MARK.match(note.text)
    if mark is None:
        return "", note.text
    return f"[{note_label(mark[1])}]", note.text[mark.end() :].lstrip()


def _items(paragraphs: Sequence[Paragraph], levels: Collection[int]) -> dict[int, str]:
    """Maps paragraphs that are list items to their number or bullet.

    They begin with a bullet, with numbers in sequence, or with a dash as the paragraph before or after does.
    """
    found: dict[int, str] = {}
    before: tuple[int, ItemMarker | None] = (-1, None)  # the last one that isn't a footnote
    for place, paragraph in enumerate(paragraphs):
        if paragraph.is_at_foot:
            continue
        text = _BULLET.sub(r"\1 ", paragraph.text)
        marker = None if place in levels or len(paragraph.cells) > 1 else item_marker(text)
        last, other = before
        if marker and marker.is_bullet:
            is_bullet = text[0] in BULLETS
            if is_bullet or (other and other.is_bullet and other.style == marker.style):
                found |= {place: text[0]} if is_bullet else {last: text[0], place: text[0]}
            before = (place, marker)
            continue
        if marker and other and other.style == marker.style and follows(other.value, marker.value):
            found[last] = paragraphs[last].text[: other.length]
            found[place] = paragraph.text[: marker.length]
        before = (place, marker)
    return found


def _levels(paragraphs: Sequence[Paragraph]) -> dict[int, int]:
    """Maps paragraphs that are headings, by size or weight, to their levels."""
    sizes: Counter[float] = Counter()
    bold = 0
    for paragraph in paragraphs:
        sizes[round(paragraph.size, 1)] += len(paragraph.text)
        bold += len(paragraph.text) if paragraph.is_bold else 0
    body = max(sizes, key=lambda size: (sizes[size], -size), default=0.0)
    bold_tells = bold <= _MAX_BOLD * sum(sizes.values())
    found: dict[int, tuple[float, bool]] = {}
    for place in range(len(paragraphs) - 2, -1, -1):
        paragraph, following = paragraphs[place], paragraphs[place + 1]
        larger = paragraph.size >= _LARGER * body
        heavy = bold_tells and paragraph.is_bold and paragraph.size >= _NOT_SMALLER * body
        if (
            (larger or heavy)
            and paragraph.lines <= _MAX_LINES
            and len(paragraph.text.split()) <= _MAX_WORDS
            and any(map(str.isalpha, paragraph.text))
            and not _ENDED.search(paragraph.text)
            and len(paragraph.cells) < 2
            and (place + 1 in found or following.size < paragraph.size or not following.is_bold)
        ):
            found[place] = (round(paragraph.size) if larger else 0.0, paragraph.is_bold)
    order = {key: level for level, key in enumerate(sorted(set(found.values()), reverse=True), 1)}
    return {place: min(order[key], _MAX_LEVELS) for place, key in found.items()}


def _rows(paragraphs: Sequence[Paragraph], place: int) -> int:
    """The number of rows of the table that begins here; 0 unless there certainly is one."""
    first = paragraphs[place]
    width = len(first.cells)
    if first.is_ruled:
        end = place + 1
        while end < len(paragraphs) and paragraphs[end].is_ruled and _is_aligned([first, paragraphs[end]]):
            end += 1
        return end - place
    if width < 2:
        return 0
    end = place
    while (
        end < len(paragraphs)
        and len(paragraphs[end].cells) == width
        and paragraphs[end].page == first.page
        and not paragraphs[end].is_ruled
        and all(len(cell.split()) <= _MAX_CELL_WORDS for cell in paragraphs[end].cells)
        and _is_aligned(paragraphs[place : end + 1][-2:])
    ):
        end += 1
    rows = paragraphs[place:end]
    if len(rows) < _MIN_ROWS:
        return 0
    return len(rows) if width > 2 or _has_headings(rows) else 0


def _is_aligned(rows: Sequence[Paragraph]) -> bool:
    """Whether the cells of two rows are aligned left, right or centred."""
    if len(rows) < 2:
        return True
    one, other = rows
    if len(one.edges) != len(other.edges):
        return False
    most = _ALIGNED * max(one.size, other.size)
    return all(
        min(abs(a[0] - b[0]), abs(a[1] - b[1]), abs(a[0] + a[1] - b[0] - b[1]) / 2) <= most
        for a, b in zip(one.edges, other.edges, strict=True)
    )


def _has_headings(rows: Sequence[Paragraph]) -> bool:
    """Whether the first row is certainly a header row."""
    return _header_rows(rows, _said(rows)) > 0


def _header_rows(rows: Sequence[Paragraph], said: Sequence[Row]) -> int:
    """The number of rows that certainly are header rows: one, or more where a heading spans several columns.

    Args:
        rows: of a table.
        said: their cells, as `_said` gives them.
    """
    for place, row in enumerate(said[: len(said) - 1]):
        is_spanning = None in row
        # A heading may span rows, too: it is then repeated in the next one.
        others = range(place + 1 + is_spanning, len(rows))
        is_bold = rows[place].is_bold and not any(rows[other].is_bold for other in others)
        # Of two columns and few rows the first may be names of fields, and the second what is filled in.
        is_form = len(row) == _COLUMNS_OF_FORM and len(rows) - 1 < _MIN_ROWS and not is_bold
        below = [said[other] for other in others]
        above = said[place - 1] if place else ()
        if is_form or not below or not is_header(row, below, is_bold=is_bold, above=above):
            return 0
        if not is_spanning:
            return place + 1
    return 0


def _said(rows: Sequence[Paragraph]) -> list[Row]:
    """The cells of a table's rows in reading order."""
    rtl = is_right_to_left([cell for row in rows for cell in row.cells])
    return [_in_order(row, rtl) for row in rows]


def _in_order(row: Paragraph, rtl: bool) -> Row:
    groups: list[list[str | None]] = []
    for place, cell in enumerate(row.cells):
        if place in row.spanned and groups:
            groups[-1].append(None)
        else:
            groups.append([cell])
    return tuple(cell for group in (groups[::-1] if rtl else groups) for cell in group)


def _add_table(builder: TextBuilder, rows: Sequence[Paragraph], number: int) -> None:
    said = _said(rows)
    headers = _header_rows(rows, said)
    names = column_names(said[:headers])
    for place, (row, cells) in enumerate(zip(rows, said, strict=True)):
        is_heading = place < headers
        # A cell that spans several columns isn't repeated.
        shown = [(cell, names[n] if headers else "") for n, cell in enumerate(cells) if cell is not None]
        columns = () if is_heading or not headers else [name for _, name in shown]
        builder.add_row(
            [cell for cell, _ in shown], columns, table=number, is_header=is_heading, page=row.page
        )
