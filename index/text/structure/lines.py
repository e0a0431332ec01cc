"""Converts groups of lines to units: list items, table rows, form fields, headings, paragraphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Final

import regex

from index.text.paragraphs import WRAPPED_LINE, Line, paragraphs_of_group
from index.text.structure.labels import (
    RANK_OF_DOUBLE_RULE,
    RANK_OF_RULE,
    field_key,
    follows,
    heading_label,
    is_capitals,
    is_caption,
    is_named_heading,
    item_marker,
    numbered_label,
)
from index.text.structure.tables import CELL_BREAKS, table_at
from index.text.structure.units import MAX_HEADING_LENGTH, SENTENCE_END, SHORT_LINE, Unit, is_ended

_RULE_LINE: Final = regex.compile(r"(=|-|~|_|\*|─|━|═)\1{2,}")


def list_markers(text: str, lines: Sequence[Line]) -> dict[int, tuple[str, int, str]]:
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
        kept.update(n for n in numbers if found[n].is_bullet and found[n].style not in "-–+*o")
    return {
        number: (
            found[number].style,
            lines[number].start + found[number].text_start,
            text[lines[number].start : lines[number].start + found[number].length],
        )
        for number in sorted(kept)
    }


def add_group(
    text: str,
    lines: Sequence[Line],
    group: Sequence[int],
    markers: dict[int, tuple[str, int, str]],
    units: list[Unit],
    tables: int,
) -> int:
    """Adds the units of a group of consecutive lines; returns the number of tables so far."""
    name = group[0]
    plain: list[Line] = []
    flush = partial(_add_paragraphs, text, plain, name, units)
    place = 0
    # For each kind of table, and for forms: the position before which none begins in this group.
    known = [0] * (len(CELL_BREAKS) + 1)
    while place < len(group):
        number = group[place]
        line = lines[number]
        said = text[line.start : line.end]
        table = (
            table_at(text, lines, group, place, known)
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
        before_ended = not plain or is_ended(text, plain[-1]) or plain[-1].end - plain[-1].start < SHORT_LINE
        if rank and not plain:
            units.append(
                Unit(
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
                Unit(
                    "list_item", line.start, end, label, indent=line.indent, style=style,
                    is_one_line=end == line.end, begins_group=line.begins_group, group=name,
                )
            )  # fmt: skip
        elif before_ended and _may_be_heading_in_group(said):
            flush()
            units.append(
                Unit("paragraph", line.start, line.end, indent=line.indent, is_one_line=True,
                      begins_group=line.begins_group, group=name)
            )  # fmt: skip
        elif fields := _fields_at(text, lines, group, place=place - 1, markers=markers, known=known):
            flush()
            units.extend(replace(field, group=name) for field in fields)
            place += len(fields) - 1
        else:
            plain.append(line)
    flush()
    return tables


def _add_paragraphs(text: str, plain: list[Line], group: int, units: list[Unit]) -> None:
    """Adds the units of a group's lines of running text, and clears these lines."""
    firsts = {line.start: line for line in plain}
    for start, end in paragraphs_of_group(text, [(line.start, line.end) for line in plain]):
        first = firsts[start]
        units.append(
            Unit(
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


def _underlined_rank(text: str, line: Line, following: Line | None) -> int:
    """The rank of a heading underlined with a row of symbols; 0 if it isn't underlined."""
    if following is None or following.has_word or line.end - line.start > MAX_HEADING_LENGTH:
        return 0
    rule = _RULE_LINE.fullmatch(text, following.start, following.end)
    if rule is None or rule[1] not in "=-~─━═" or _is_ended_strictly(text, line):
        return 0
    return RANK_OF_DOUBLE_RULE if rule[1] in "=═" else RANK_OF_RULE


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
            not is_ended(text, last)
            and SHORT_LINE <= last.end - last.start < WRAPPED_LINE
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
    short = len(said) <= MAX_HEADING_LENGTH and not SENTENCE_END.search(said)
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
) -> list[Unit]:
    """The form fields that begin at a line: at least two keys with short values, no key repeated."""
    if place < known[-1]:
        return []
    fields: list[Unit] = []
    # Of each key the last line that it begins.
    keys: dict[str, int] = {}
    ended = 0
    repeated = -1
    for at in range(place, len(group)):
        number = group[at]
        line = lines[number]
        length = field_key(text[line.start : line.end]) if line.has_word and number not in markers else 0
        key = text[line.start : line.start + length]
        if not key:
            break
        repeated = max(repeated, keys.get(key, -1))
        keys[key] = at
        ended += is_ended(text, line)
        fields.append(
            Unit("form_field", line.start, line.end, key, is_one_line=True, begins_group=line.begins_group)
        )
    if repeated >= 0:  # a dialogue, as long as both lines are in it
        known[-1] = repeated + 1
        return []
    if len(fields) > 1 and 2 * ended <= len(fields):
        return fields
    known[-1] = place + len(fields)
    return []
