"""Assembles paragraphs from columns of lines, across line, column and page breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import regex

from index.readers.extracted_text import HOLE
from index.readers.pdf.columns import Column
from index.readers.pdf.glyphs import Line
from index.readers.pdf.paragraphs.footnotes import note_mark_of, notes_of, split_foot
from index.readers.pdf.paragraphs.line_groups import SPACE, Edges, LineGroup, groups_of
from index.readers.pdf.paragraphs.line_spacing import body_size, line_spacings
from index.readers.pdf.paragraphs.paragraph import PAGE_BREAK, Paragraph
from index.readers.pdf.paragraphs.running_titles import (
    Pages,
    RunningTitle,
    running_titles,
    without_running_titles,
)
from index.readers.pdf.visual_order import (
    CLOSING,
    OPENING,
    Sign,
    as_read,
    bracket_votes,
    is_right_to_left,
)

_SENTENCE_END: Final = regex.compile(r"[.!?؟…:;؛][\"”»'’)\]]*$")
_HYPHENATED: Final = regex.compile(r"(\p{L}+)[-\u2010]$")
# Tatweels that stretch a word; not those of «هـ» and «بـ».
_STRETCH: Final = regex.compile(r"(?<=\p{Arabic})\u0640+(?=[\p{Arabic}&&\p{L}])", regex.VERSION1)
# Ghostscript gives some Arabic digits small Latin letters: f٫g for ٤٫٥.
_LOST_DIGIT: Final = regex.compile(r"(?<=[٠-٩][٫٬]?)[a-p](?!\p{Latin})|(?<!\p{Latin})[a-p](?=[٫٬]?[٠-٩])")
_LOWERCASE: Final = regex.compile(r"\p{Ll}+")


def paragraphs_of(pages: Pages, pictures: Collection[int] = ()) -> list[Paragraph]:
    """Assembles the paragraphs of a document, in reading order.

    Each running title is a paragraph once: headers come first, footers last. Page numbers are removed.

    Args:
        pages: the columns of each.
        pictures: the numbers of pages, from 1, whose text is only on a picture: none goes on there.
    """
    usual = line_spacings([column for page in pages for column in page])
    pitches = [line_spacings(page, usual) for page in pages]
    kept, repeated = without_running_titles(pages, pitches)
    found = _across_pages(kept, pitches, pictures)
    mirrored = _mirrored(found)
    texts = [_lines(paragraph, mirrored) for paragraph in found]
    words = Counter(word for lines in texts for line in lines for word in regex.findall(r"[\p{L}-]+", line))
    titles = running_titles(
        (
            RunningTitle(one.page, one.is_header, _joined(_lines(_alone(one.line), mirrored), {}))
            for one in repeated
        ),
        {line for lines in texts for line in lines},
    )
    return [
        *(_margin(title) for title in titles if title.is_header),
        *(
            _finished(paragraph, _joined(lines, words), mirrored)
            for paragraph, lines in zip(found, texts, strict=True)
        ),
        *(_margin(title) for title in titles if not title.is_header),
    ]


def _across_pages(
    pages: Pages, pitches: Sequence[Mapping[int, float]], pictures: Collection[int]
) -> list[LineGroup]:
    """The paragraphs of all pages; one that goes on in the next column or on the next page is one.

    Args:
        pages: the columns of each, without running titles.
        pitches: the line spacing of each page, by font size.
        pictures: as for `paragraphs_of`.
    """
    body = body_size([line for page in pages for column in page for line in column.lines])
    found: list[LineGroup] = []
    last: LineGroup | None = None  # that isn't a footnote
    mark = ""
    for page_number, (page, own) in enumerate(zip(pages, pitches, strict=True), 1):
        for column in page:
            above, foot = split_foot(column, own, body, mark)
            mark = next(filter(None, map(note_mark_of, reversed(foot))), mark)
            of_column = list(groups_of(above, own)) if above.lines else []
            of_column += notes_of(foot, own)
            for number, group in enumerate(of_column):
                group.page = group.last_page = page_number
                is_first = not number and not group.is_at_foot and page_number not in pictures
                if last and is_first and last.last_page not in pictures and _goes_on(last, group):
                    last.continue_with(group)
                    continue
                found.append(group)
                if not group.is_at_foot:
                    last = group
    return found


def _alone(line: Line) -> LineGroup:
    column = Column((line,))
    return LineGroup([line], Edges.of([line], column), 0.0, is_indented=False)


def _margin(title: RunningTitle) -> Paragraph:
    kind: Literal["page_header", "page_footer"] = "page_header" if title.is_header else "page_footer"
    return Paragraph(title.text, title.page, 0.0, 1, last_page=title.page, margin=kind)


def _lines(paragraph: LineGroup, mirrored: str) -> list[str]:
    lines: list[str] = []
    for line in paragraph.lines:
        said = as_read(line.signs, paragraph.edges.right_to_left, mirrored, lines[-1] if lines else "")
        lines.append(said.replace(PAGE_BREAK, " "))
    return [
        f"{PAGE_BREAK if number in paragraph.page_starts else ''}{line}" for number, line in enumerate(lines)
    ]


def _finished(paragraph: LineGroup, text: str, mirrored: str) -> Paragraph:
    line = paragraph.lines[0]
    rtl = paragraph.edges.right_to_left
    is_row = len(paragraph.lines) == 1 and line.has_cells
    cells = [_cell([own], rtl, mirrored) for own in _parts(line)] if is_row else []
    if line.row:
        cells = [_cell([own.signs for own in lines], rtl, mirrored) for lines in line.row]
    return Paragraph(
        text,
        paragraph.page,
        line.size,
        len(paragraph.lines),
        is_bold=all(line.is_bold for line in paragraph.lines),
        cells=tuple(cells),
        spanned=line.spanned,
        edges=tuple((cell.left, cell.right) for cell in line.cells) if is_row else (),
        is_right_to_left=rtl,
        is_at_foot=paragraph.is_at_foot,
        last_page=paragraph.last_page,
        is_ruled=bool(line.row),
        later_pages=tuple(paragraph.page_starts.values()),
    )


def _parts(line: Line) -> list[Sequence[Sign]]:
    return [line.signs[cell.first : cell.end] for cell in line.cells]


def _cell(lines: Sequence[Sequence[Sign]], default: bool, mirrored: str) -> str:
    """The text of a cell."""
    rtl = _cell_direction([sign for line in lines for sign in line], default)
    return " ".join(as_read(_stripped(line), rtl, mirrored) for line in lines)


def _stripped(signs: Sequence[Sign]) -> Sequence[Sign]:
    end = len(signs)
    while end and signs[end - 1].text == " ":
        end -= 1
    return signs[:end]


def _cell_direction(signs: Sequence[Sign], default: bool) -> bool:
    """A cell's writing direction, by its words if it has any."""
    text = "".join(sign.text for sign in signs)
    return is_right_to_left(text.split()) if any(map(str.isalpha, text)) else default


def _goes_on(paragraph: LineGroup, following: LineGroup) -> bool:
    """Whether a paragraph continues at the top of the next column or page."""
    last, first = paragraph.lines[-1], following.lines[0]
    end = as_read(last.signs, paragraph.edges.right_to_left)
    return (
        last.has_size_of(first)
        and not last.has_cells
        and not first.has_cells
        and paragraph.edges.right_to_left == following.edges.right_to_left
        and not following.is_indented
        and not _SENTENCE_END.search(end)
        and paragraph.room <= following.edges.first_word(first) + SPACE * last.size
    )


def _mirrored(paragraphs: Sequence[LineGroup]) -> str:
    """The brackets that the document stores in visual rather than logical form in Arabic, by plausibility.

    Programs differ in whether they write the mirrored or the typed character.
    """
    votes: Counter[str] = Counter()
    for paragraph in paragraphs:
        for line in paragraph.lines:
            votes.update(bracket_votes(line.signs, paragraph.edges.right_to_left))
    return "".join(o + c for o, c in zip(OPENING, CLOSING, strict=True) if votes[o] > 0)


def _joined(lines: Sequence[str], words: Mapping[str, int]) -> str:
    """Joins lines, and rejoins words that were hyphenated at a line's end."""
    text = lines[0]
    for line in lines[1:]:
        mark = PAGE_BREAK if line.startswith(PAGE_BREAK) else ""
        line = line.removeprefix(PAGE_BREAK)
        if text.endswith("\u00ad"):
            text = text[:-1] + mark + line
            continue
        parted = _HYPHENATED.search(text)
        rest = _LOWERCASE.match(line)
        if parted and rest:
            whole = words.get(parted[1] + rest[0], 0) >= words.get(f"{parted[1]}-{rest[0]}", 0)
            text = (text[: parted.end(1)] if whole else text) + mark + line
        else:
            text = f"{text} {mark}{line}"
    return _LOST_DIGIT.sub(HOLE, _STRETCH.sub("", text))
