"""Rule-based layout analysis of plain text: headings, list items, tables, form fields and paragraphs.

The rules are conservative: anything ambiguous is a paragraph. A heading without a number or a conventional
name is a short line without sentence-final punctuation, alone above running text, in a document whose
paragraphs end in sentence-final punctuation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Final

import regex

from index.text.paragraphs import WRAPPED_LINE, Line, lines_of, paragraphs_of_group
from index.text.structure.fields import with_fields
from index.text.structure.labels import (
    RANK_OF_CAPITALS,
    RANK_OF_DOUBLE_RULE,
    RANK_OF_EMPHASIZED,
    RANK_OF_NAMED,
    RANK_OF_NUMBERED,
    RANK_OF_PLAIN,
    RANK_OF_RULE,
    RANK_OF_TITLE,
    field_key,
    follows,
    heading_label,
    is_capitals,
    is_caption,
    is_named_heading,
    is_number_like,
    item_marker,
    numbered_label,
)
from index.text.structure.official import Part, official_parts
from index.types import Block, BlockKind

_Cells = tuple[tuple[int, int], ...]

# Maximum words and characters of a heading.
_MOST_WORDS: Final = 10
_MOST_TITLE_WORDS: Final = 14
_LONGEST_HEADING: Final = 90
# Minimum words of a complete sentence, and characters of unterminated text, that count as running text.
_FEWEST_BODY_WORDS: Final = 4
_LONG_TEXT: Final = 100
# Minimum characters of a paragraph expected to end as a sentence, the share that must, the fewest to judge.
_FULL_PARAGRAPH: Final = 60
_LEAST_ENDED: Final = 0.7
_FEWEST_FULL: Final = 3
# Minimum characters of the paragraph that answers a question used as a heading.
_ANSWER: Final = 30
_MOST_LEVELS: Final = 9
# Rank difference between a label and the title on the line after it.
_OF_A_LABEL: Final = 0.5
# In a document with this many headings marked in the file, no others are inferred.
_FEWEST_STYLED: Final = 2
_STYLE_OF_READERS: Final = "reader"
# Lines of a wrapped paragraph are longer.
_SHORT_LINE: Final = 40

_SENTENCE_END: Final = regex.compile(r"[.!?؟…。](?:[\"”»'’)\]]|\[\p{Nd}{1,3}\])*$")
_ITEM_END: Final = regex.compile(r"[;؛]$")
# A sentence that introduces a list.
_LEAD_IN: Final = regex.compile(r"\S\s+\S+\s+\S+\s?[:：]$")
_QUESTION: Final = regex.compile(r"[?؟][\"”»)]?$")
_UNFINISHED: Final = regex.compile(r"[,،;؛:：\-–—(«“\"'/\\=+|]$|[.!?؟…]$")
_INNER_END: Final = regex.compile(
    r"[!?؟;؛]\s|\p{Ll}\.\s+\p{Lu}|\p{Arabic}{3,}\.[\s\[]|https?:|www\.|\S@\S|\t|\s\|\s"
)
_NOT_FIRST: Final = regex.compile(
    r"[«“\"'‘\-–—*+(\[\p{Ll}]|(?:و?قالت?|و?[أا]ضافت?|ثم|و?لكن|عزيز[يت]ي?|السيدة?|السادة|حضرة"
    r"|سعادة|معالي|فضيلة|تحية|إلى"
    r"|بعد التحية|الأستاذة?|الأخت?|Dear|To|From|Cc|Hi|Hello|Yours|Sincerely|By"
    r"|بقلم|إعداد|كتبها?|كتبته)(?:\s|$)"
)
_RULE_LINE: Final = regex.compile(r"(=|-|~|_|\*|─|━|═)\1{2,}")
_TABLE_RULE: Final = regex.compile(r"[|+:\-=─━┼│\s]+")
_GAP: Final = regex.compile(r"[ \u00a0]{2,}")
_CELL_BREAKS: Final = (regex.compile(r"\|"), regex.compile(r"\t+"), _GAP)
_MOST_CELL_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class _Unit:
    """A range of lines that becomes one block.

    Attributes:
        kind, start, end, label, table, cells, columns: as in `Block`.
        rank: of a heading; -1 for other units.
        indent: of its first line.
        style: the marker style of a list item.
        is_one_line: whether it has no line break.
        begins_group: whether a blank line precedes it.
        group: number of its group of consecutive non-blank lines.
        block: the block that the file's reader reported.
        is_emphasized: whether all of it is in bold or in large letters.
    """

    kind: BlockKind
    start: int
    end: int
    label: str = ""
    table: int = 0
    cells: _Cells = ()
    columns: tuple[str, ...] = ()
    rank: float = -1
    indent: int = 0
    style: str = ""
    is_one_line: bool = False
    begins_group: bool = False
    group: int = 0
    block: Block | None = None
    is_emphasized: bool = False

    @property
    def block_kind(self) -> str:
        """The kind that the file's reader reported; empty if none."""
        return self.block.kind if self.block else ""


def find_blocks(text: str) -> tuple[Block, ...]:
    """Finds the blocks of a plain text, in order and without overlaps; they cover all of its words."""
    lines = list(lines_of(text))
    if not lines:
        return ()
    markers = _list_markers(text, lines)
    units: list[_Unit] = []
    tables = 0
    group: list[int] = []
    parts = official_parts(text, lines)
    within = -1
    for number, line in enumerate(lines):
        if group and (line.begins_group or number in parts):
            tables = _add_group(text, lines, group, markers, units, tables)
            group = []
        if part := parts.get(number):
            within = part.last
            units.append(_official_unit(lines, part))
        elif number >= within:
            group.append(number)
    if group:
        _add_group(text, lines, group, markers, units, tables)
    return _leveled(text, _with_headings(text, _run_in(text, units)))


def _official_unit(lines: Sequence[Line], part: Part) -> _Unit:
    first, last = lines[part.first], lines[part.last - 1]
    rank = RANK_OF_TITLE if part.kind == "heading" else -1
    return _Unit(
        part.kind,
        first.start,
        last.end,
        rank=rank,
        is_one_line=first is last,
        begins_group=True,
        group=part.first,
    )


def refined(
    text: str, blocks: Sequence[Block], emphasized: Collection[int] = (), *, page_breaks: bool = False
) -> tuple[Block, ...]:
    """Refines a reader's blocks with headings inferred from wording and position.

    Labels such as «المادة 3» at the beginning of a paragraph become separate headings. In a document without
    headings the plain-text rules apply, and short emphasized lines above running text are headings.

    Args:
        text: of the document.
        blocks: as the reader reports them.
        emphasized: numbers of the blocks that are entirely in bold or in large letters.
        page_breaks: whether the blocks come from paginated text, where short lines are ambiguous.
    """
    units = [
        _Unit(
            block.kind,
            block.start,
            block.end,
            block.label,
            block.table,
            block.cells,
            block.columns,
            rank=block.level if block.kind == "heading" else -1,
            style=_STYLE_OF_READERS if block.kind == "list_item" else "",
            is_one_line="\n" not in text[block.start : block.end],
            begins_group=True,
            group=number,
            block=block,
            is_emphasized=number in emphasized,
        )
        for number, block in enumerate(blocks)
    ]
    styled = sum(unit.kind == "heading" for unit in units)
    found = _run_in(text, _with_implied_items(text, units))
    if styled < _FEWEST_STYLED:
        found = _with_headings(text, found, careful=page_breaks)
    deepest = max((unit.rank for unit in units if unit.kind == "heading"), default=0)
    added = sorted({u.rank for u in found if u.kind == "heading" and u.block_kind != "heading"})
    levels = {rank: min(_MOST_LEVELS, int(deepest) + n) for n, rank in enumerate(added, 1)}
    return tuple(with_fields(text, (_refined_block(unit, levels) for unit in found)))


def _with_implied_items(text: str, units: Sequence[_Unit]) -> list[_Unit]:
    """Turns paragraphs into list items where a colon introduces them and semicolons part them.

    "The tenant shall not:", "sublet the workshop;", "store fuel in it." In a PDF bullets are often drawn,
    not written.
    """
    found = list(units)
    introduced = False
    first = 0
    for number, unit in enumerate(units):
        written = text[unit.start : unit.end]
        if unit.kind != "paragraph":
            introduced = False
        elif _LEAD_IN.search(written):
            introduced, first = True, number + 1
        elif introduced and not _ITEM_END.search(written):
            # The last item ends otherwise.
            items = range(first, number + 1)
            if len(items) > 1 and _SENTENCE_END.search(written):
                for item in items:
                    found[item] = replace(found[item], kind="list_item", style=_STYLE_OF_READERS)
            introduced = False
    return found


def _refined_block(unit: _Unit, levels: Mapping[float, int]) -> Block:
    original = unit.block
    if original is None:
        raise ValueError("a unit of plain text")
    if unit.kind == original.kind and (unit.start, unit.end, unit.label) == (
        original.start, original.end, original.label,
    ):  # fmt: skip
        return original
    level = levels[unit.rank] if unit.kind == "heading" else original.level
    if unit.kind == "list_item":
        level = original.level or 1
    own = original.part(unit.start, unit.end)
    return replace(own, kind=unit.kind, level=level, label=unit.label)


def _list_markers(text: str, lines: Sequence[Line]) -> dict[int, tuple[str, int, str]]:
    """Maps the number of each list-item line to (style, start of its text, label)."""
    found = {}
    for number, line in enumerate(lines):
        if line.has_word and (marker := item_marker(text[line.start : line.end])):
            found[number] = marker
    by_style: dict[str, list[int]] = defaultdict(list)
    for number, marker in found.items():
        by_style[marker.style].append(number)
    kept: set[int] = set()
    for numbers in by_style.values():
        for one, other in pairwise(numbers):
            if found[one].is_bullet or follows(found[one].value, found[other].value):
                kept.update((one, other))
        kept.update(n for n in numbers if found[n].is_bullet and found[n].style not in "-–+*")
    return {
        number: (
            found[number].style,
            lines[number].start + found[number].text_start,
            text[lines[number].start : lines[number].start + found[number].length],
        )
        for number in sorted(kept)
    }


def _add_group(
    text: str,
    lines: Sequence[Line],
    group: Sequence[int],
    markers: dict[int, tuple[str, int, str]],
    units: list[_Unit],
    tables: int,
) -> int:
    """Adds the units of a group of consecutive lines; returns the number of tables so far."""
    name = group[0]
    plain: list[Line] = []
    flush = partial(_add_paragraphs, text, plain, name, units)
    place = 0
    # For each kind of table, and for forms: the position before which none begins in this group.
    known = [0] * (len(_CELL_BREAKS) + 1)
    while place < len(group):
        number = group[place]
        line = lines[number]
        said = text[line.start : line.end]
        table = (
            _table_at(text, lines, group, place, known)
            if line.has_word or "|" in said or "+" in said
            else None
        )
        if table is not None:
            flush()
            tables += 1
            rows, place = table
            units.extend(
                replace(row, table=tables, group=name, begins_group=lines[number].begins_group and not i)
                for i, row in enumerate(rows)
            )
            continue
        place += 1
        if not line.has_word:
            if not plain or not _RULE_LINE.fullmatch(said):
                flush()
            continue
        following = lines[group[place]] if place < len(group) else None
        rank = _underlined_rank(text, line, following)
        before_ended = (
            not plain or _is_ended(text, plain[-1]) or plain[-1].end - plain[-1].start < _SHORT_LINE
        )
        if rank and not plain:
            units.append(
                _Unit(
                    "heading",
                    line.start,
                    line.end,
                    rank=rank,
                    is_one_line=True,
                    begins_group=line.begins_group,
                    group=name,
                )
            )
            place += 1
        elif number in markers:
            flush()
            style, _, label = markers[number]
            end, place = _item_end(text, lines, group, place, markers)
            units.append(
                _Unit(
                    "list_item", line.start, end, label, indent=line.indent, style=style,
                    is_one_line=end == line.end, begins_group=line.begins_group, group=name,
                )
            )  # fmt: skip
        elif before_ended and _may_be_heading_in_group(said):
            flush()
            units.append(
                _Unit("paragraph", line.start, line.end, indent=line.indent, is_one_line=True,
                      begins_group=line.begins_group, group=name)
            )  # fmt: skip
        elif fields := _fields_at(text, lines, group, place - 1, markers, known):
            flush()
            units.extend(replace(field, group=name) for field in fields)
            place += len(fields) - 1
        else:
            plain.append(line)
    flush()
    return tables


def _add_paragraphs(text: str, plain: list[Line], group: int, units: list[_Unit]) -> None:
    """Adds the units of a group's lines that are nothing but text, and forgets these lines."""
    firsts = {line.start: line for line in plain}
    for start, end in paragraphs_of_group(text, [(line.start, line.end) for line in plain]):
        first = firsts[start]
        units.append(
            _Unit(
                "paragraph",
                start,
                end,
                indent=first.indent,
                is_one_line=first.end == end,
                begins_group=first.begins_group,
                group=group,
            )
        )
    plain.clear()


def _is_ended(text: str, line: Line | _Unit) -> bool:
    return _SENTENCE_END.search(text, line.start, line.end) is not None


def _underlined_rank(text: str, line: Line, following: Line | None) -> int:
    """The rank of a heading underlined with a row of symbols; 0 if it isn't underlined."""
    if following is None or following.has_word or line.end - line.start > _LONGEST_HEADING:
        return 0
    rule = _RULE_LINE.fullmatch(text, following.start, following.end)
    if rule is None or rule[1] not in "=-~─━═" or _is_ended_strictly(text, line):
        return 0
    return RANK_OF_DOUBLE_RULE if rule[1] in "=═" else RANK_OF_RULE


def _length(unit: _Unit) -> int:
    return unit.end - unit.start


def _is_ended_strictly(text: str, line: Line) -> bool:
    return text[line.start : line.end].endswith((".", "،", ",", "؛"))


def _item_end(
    text: str,
    lines: Sequence[Line],
    group: Sequence[int],
    place: int,
    markers: dict[int, tuple[str, int, str]],
) -> tuple[int, int]:
    """The end of the list item whose first line precedes `place`, and the position in the group after it."""
    first = lines[group[place - 1]]
    last = first
    while place < len(group):
        line = lines[group[place]]
        is_wrapped = (
            not _is_ended(text, last)
            and _SHORT_LINE <= last.end - last.start < WRAPPED_LINE
            and line.end - line.start < WRAPPED_LINE
        )
        if (
            not line.has_word
            or group[place] in markers
            or not (line.indent > first.indent or is_wrapped)
            or heading_label(text[line.start : line.end])
        ):
            break
        last = line
        place += 1
    return last.end, place


def _may_be_heading_in_group(said: str) -> bool:
    """Whether a line may be a heading without a blank line after it."""
    label = heading_label(said)
    if label and not label.is_mentioned:
        return True
    short = len(said) <= _LONGEST_HEADING and not _SENTENCE_END.search(said)
    return (
        short and (numbered_label(said) is not None or is_capitals(said) or is_named_heading(said))
    ) or is_caption(said)


def _fields_at(
    text: str,
    lines: Sequence[Line],
    group: Sequence[int],
    place: int,
    markers: dict[int, tuple[str, int, str]],
    known: list[int],
) -> list[_Unit]:
    """The form fields that begin at a line: at least two keys with short values, no key repeated."""
    if place < known[-1]:
        return []
    fields: list[_Unit] = []
    keys: set[str] = set()
    ended = 0
    for number in group[place:]:
        line = lines[number]
        length = field_key(text[line.start : line.end]) if line.has_word and number not in markers else 0
        key = text[line.start : line.start + length]
        if not key:
            break
        if key in keys:  # a dialogue
            return []
        keys.add(key)
        ended += _is_ended(text, line)
        fields.append(
            _Unit("form_field", line.start, line.end, key, is_one_line=True, begins_group=line.begins_group)
        )
    if len(fields) > 1 and 2 * ended <= len(fields):
        return fields
    known[-1] = place + len(fields)
    return []


def _table_at(
    text: str, lines: Sequence[Line], group: Sequence[int], place: int, known: list[int]
) -> tuple[list[_Unit], int] | None:
    """The rows of the table that begins at a line, and the position in the group after it."""
    for kind in range(len(_CELL_BREAKS)):
        if place < known[kind]:
            continue
        rows: list[tuple[Line, _Cells]] = []
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
            return _rows(text, rows, kind, rule_after), end
        known[kind] = end
    return None


def _cells(text: str, line: Line, kind: int) -> _Cells:
    """The cell spans of a line; in a table drawn with bars the outer bars are optional."""
    start, end = line.start, line.end
    if kind == 0:
        start += text[start] == "|"
        end -= end > start and text[end - 1] == "|"
    cells: list[tuple[int, int]] = []
    for stop in (*_CELL_BREAKS[kind].finditer(text, start, end), None):
        close = stop.start() if stop else end
        content = text[start:close]
        left = start + len(content) - len(content.lstrip())
        right = start + len(content.rstrip())
        cells.append((left, max(left, right)) if content.strip() else (start, start))
        start = stop.end() if stop else end
    return tuple(cells)


def _is_table(text: str, rows: Sequence[tuple[Line, _Cells]], kind: int) -> bool:
    """Whether rows with equal cell counts are certainly a table rather than a poem."""
    columns = [[text[slice(*cells[i])] for _, cells in rows] for i in range(len(rows[0][1]))]
    if any(len(cell.split()) > _MOST_CELL_WORDS for column in columns for cell in column) and kind:
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


def _rows(text: str, rows: Sequence[tuple[Line, _Cells]], kind: int, rule_after: int) -> list[_Unit]:
    said = [[text[slice(*cell)] for cell in cells] for _, cells in rows]
    wordy = all(cell and not is_number_like(cell) for cell in said[0])
    counted = any(all(map(is_number_like, column)) for column in list(zip(*said[1:], strict=True))[0:])
    has_header = (
        rule_after == 1 or (wordy and counted) or (kind == 0 and rule_after < 0 and wordy and counted)
    )
    columns = tuple(said[0]) if has_header else ()
    return [
        _Unit(
            "table_header" if has_header and not number else "table_row",
            line.start,
            line.end,
            cells=cells,
            columns=columns if number else (),
            is_one_line=True,
        )
        for number, (line, cells) in enumerate(rows)
    ]


def _run_in(text: str, units: Sequence[_Unit]) -> list[_Unit]:
    """Splits run-in labels at the beginning of paragraphs off as headings.

    «المادة 3: تُحدَّد الرسوم سنوياً.» gives the heading «المادة 3» and the paragraph after it.
    """
    labels = [heading_label(text[u.start : u.end]) if u.kind == "paragraph" else None for u in units]
    counted: dict[int, int] = defaultdict(int)
    for label in labels:
        if label and not label.is_mentioned:
            counted[label.rank] += 1
    out: list[_Unit] = []
    for place, (unit, label) in enumerate(zip(units, labels, strict=True)):
        if label is None or label.is_mentioned:
            out.append(unit)
            continue
        rest = text[unit.start + label.text_start : unit.end]
        following = units[place + 1] if place + 1 < len(units) else None
        next_label = labels[place + 1] if following else None
        is_title = (
            len(rest.split()) <= _MOST_WORDS
            and len(rest) <= _LONGEST_HEADING
            and not _SENTENCE_END.search(rest)
            and unit.is_one_line
        )
        has_text_below = following is not None and (next_label is None or next_label.rank > label.rank)
        sure = label.is_separated or counted[label.rank] > 1
        if not rest.strip():
            if unit.is_one_line:
                out.append(
                    replace(unit, kind="heading", rank=label.rank, label=text[unit.start : unit.end].strip())
                )
            else:
                out.append(unit)
        elif is_title and has_text_below and (sure or unit.begins_group):
            named = text[unit.start : unit.start + label.length].strip()
            out.append(replace(unit, kind="heading", rank=label.rank, label=named))
        elif sure:
            named = text[unit.start : unit.start + label.length].strip()
            middle = unit.start + label.text_start
            out.append(
                replace(
                    unit,
                    kind="heading",
                    end=unit.start + len(text[unit.start : unit.start + label.length].rstrip()),
                    rank=label.rank,
                    label=named,
                )
            )
            out.append(replace(unit, start=middle, label=named, begins_group=False, is_one_line=False))
        else:
            out.append(unit)
    return out


def _with_headings(text: str, units: Sequence[_Unit], *, careful: bool = False) -> list[_Unit]:
    """Marks the headings and captions that can be inferred from the text after them."""
    full = [u for u in units if u.kind == "paragraph" and u.end - u.start >= _FULL_PARAGRAPH]
    ended = sum(_is_ended(text, u) for u in full)
    ends_tell = len(full) < _FEWEST_FULL or ended >= _LEAST_ENDED * len(full)
    out = list(units)
    plain: set[int] = set()
    for place in range(len(out) - 1, -1, -1):
        unit = out[place]
        following = out[place + 1] if place + 1 < len(out) else None
        said = text[unit.start : unit.end]
        if unit.kind == "paragraph" and is_caption(said) and len(said.split()) <= 3 * _MOST_WORDS:
            out[place] = replace(unit, kind="caption")
        elif following is None or not unit.is_one_line:
            continue
        elif unit.kind == "list_item":
            if rank := _rank_of_item(text, out, place):
                out[place] = replace(unit, kind="heading", rank=rank)
        elif unit.kind == "paragraph":
            if rank := _rank_of_marked(text, unit, following):
                out[place] = replace(unit, kind="heading", rank=rank)
            elif unit.is_emphasized and _is_emphasized_heading(text, unit, following):
                out[place] = replace(unit, kind="heading", rank=RANK_OF_EMPHASIZED)
            elif ends_tell and (not careful or place == 0) and _is_plain_heading(text, out, place):
                out[place] = replace(unit, kind="heading", rank=RANK_OF_PLAIN)
                plain.add(place)
    _drop_chains(units, out, plain)
    return out


def _is_emphasized_heading(text: str, unit: _Unit, following: _Unit) -> bool:
    """Whether a line in bold or in large letters is the heading of the text after it."""
    said = text[unit.start : unit.end]
    return (
        len(said) <= _LONGEST_HEADING
        and len(said.split()) <= _MOST_TITLE_WORDS
        and any(map(str.isalpha, said))
        and not said.endswith((".", "،", ",", "؛", ";"))
        and not following.is_emphasized
        and (following.kind == "heading" or _is_body(text, following))
    ) or (
        following.kind == "heading"
        and following.is_emphasized
        and len(said) <= _LONGEST_HEADING
        and not said.endswith((".", "،", ",", "؛", ";"))
    )


def _rank_of_item(text: str, units: Sequence[_Unit], place: int) -> int:
    """The rank of a numbered line that is a heading ("1. Scope" above a paragraph); 0 for a list item."""
    unit, following = units[place], units[place + 1]
    said = text[unit.start + len(unit.label) : unit.end].strip()
    before = units[place - 1] if place else None
    is_apart = (following.kind != "list_item" or following.style != unit.style) and (
        before is None or before.kind != "list_item" or before.group != unit.group
    )
    is_number = bool(unit.style) and unit.style.strip("()[].-–/ :،") in ("1", "اولا", "A", "ا")
    # «ثانيًا: يهدف المركز إلى:» is an item of its series and introduces a list.
    is_lead_in = (
        following.kind == "list_item"
        and said.endswith((":", "："))
        and (_LEAD_IN.search(said) is not None or _has_sentence_sibling(text, units, unit))
    )
    if (
        is_number
        and is_apart
        and not is_lead_in
        and unit.begins_group
        and 0 < len(said.split()) <= _MOST_WORDS
        and not _UNFINISHED.search(said.removesuffix(":"))
        and (_is_body(text, following) or following.kind == "heading")
    ):
        return RANK_OF_NUMBERED
    return 0


def _has_sentence_sibling(text: str, units: Sequence[_Unit], item: _Unit) -> bool:
    """Whether another item of the same style is a sentence."""
    return any(
        other.kind == "list_item" and other.style == item.style and _is_ended(text, other)
        for other in units
        if other is not item
    )


def _rank_of_marked(text: str, unit: _Unit, following: _Unit) -> int:
    """The rank of a heading with a number, capitals or a conventional name; 0 for other text."""
    said = text[unit.start : unit.end]
    if (
        len(said) > _LONGEST_HEADING
        or _SENTENCE_END.search(said.removesuffix("."))
        or len(said.split()) > _MOST_TITLE_WORDS
    ):
        return 0
    if is_named_heading(said):
        return RANK_OF_NAMED
    if said.endswith((".", ",", "،", "؛", ";")) or following.kind == "form_field":
        return 0
    if numbered := numbered_label(said):
        has_text = following.kind == "heading" or _is_body(text, following)
        return min(RANK_OF_NUMBERED + numbered[1] - 1, RANK_OF_PLAIN - 1) if has_text else 0
    if is_capitals(said) and (following.kind == "heading" or _is_body(text, following)):
        return RANK_OF_CAPITALS
    return 0


def _is_body(text: str, unit: _Unit) -> bool:
    """Whether a unit is heading content: running text, a list, a table or a form."""
    if unit.kind != "paragraph":
        return unit.kind in ("list_item", "table_header", "table_row", "form_field", "caption")
    if _LEAD_IN.search(text, unit.start, unit.end):
        return True
    if unit.end - unit.start >= _LONG_TEXT:
        return True
    return _is_ended(text, unit) and len(text[unit.start : unit.end].split()) >= _FEWEST_BODY_WORDS


def _is_plain_heading(text: str, units: Sequence[_Unit], place: int) -> bool:
    """Whether a line is a heading by its position alone."""
    unit, following = units[place], units[place + 1]
    said = text[unit.start : unit.end]
    before = units[place - 1] if place else None
    is_apart = unit.begins_group or (
        _length(following) >= WRAPPED_LINE
        and (place < 2 or before is None or before.kind == "heading" or _length(before) >= WRAPPED_LINE)
    )
    if (
        not is_apart
        or len(said) > _LONGEST_HEADING
        or len(said.split()) > (_MOST_TITLE_WORDS if place == 0 else _MOST_WORDS)
        or _NOT_FIRST.match(said)
        or _INNER_END.search(said)
        or not any(map(str.isalpha, said))
    ):
        return False
    if place == 0 and unit.begins_group and following.begins_group and not _UNFINISHED.search(said):
        # A title, possibly with the author's name or a date below it.
        return any(other.kind == "heading" or _is_body(text, other) for other in units[1:4])
    if _QUESTION.search(said):
        if following.kind == "heading" and place == 0:
            return True
        return (
            following.kind == "paragraph"
            and following.end - following.start >= _ANSWER
            and (_is_ended(text, following) or following.end - following.start >= _LONG_TEXT)
            and not _QUESTION.search(text, following.start, following.end)
        )
    is_lead = said.endswith((":", "："))
    if is_lead:
        return len(said.split()) <= 3 and following.kind in ("list_item", "table_header", "table_row")
    if place == 0 and said.endswith("…"):
        return _is_body(text, following) or following.kind == "heading"
    if _UNFINISHED.search(said) or _SENTENCE_END.search(said):
        return False
    if following.kind == "form_field":
        return place == 0
    return following.kind == "heading" or _is_body(text, following)


def _drop_chains(units: Sequence[_Unit], out: list[_Unit], plain: set[int]) -> None:
    """Reverts runs of short lines (verses, an address) to paragraphs, except a document's title."""
    place = 0
    while place < len(out):
        end = place
        while end in plain:
            end += 1
        length = end - place
        leads = end < len(out) and out[end].kind == "heading"  # a heading by its number or name
        if (
            length > 1
            and not (place == 0 and length == 2 and out[1].begins_group)
            and not (length == 2 and leads)
        ):
            keep = {0} if place == 0 else set()
            for number in range(place, end):
                if number not in keep:
                    out[number] = replace(units[number])
        place = max(end, place + 1)


def _leveled(text: str, units: Sequence[_Unit]) -> tuple[Block, ...]:
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
        ranks[rank] = min(level, _MOST_LEVELS)
    return tuple(_blocks(units, ranks))


def _blocks(units: Sequence[_Unit], ranks: dict[float, int]) -> Iterator[Block]:
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
            level = min(len(depths), _MOST_LEVELS)
        yield Block(unit.kind, unit.start, unit.end, level, unit.label, unit.table, unit.cells, unit.columns)
