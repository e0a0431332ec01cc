"""Rule-based layout analysis of plain text: headings, list items, tables, form fields and paragraphs.

The rules are conservative: anything ambiguous is a paragraph. A heading without a number or a conventional
name is a short line without sentence-final punctuation, alone above running text, in a document whose
paragraphs end in sentence-final punctuation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import regex

from index.text.paragraphs import Line, lines_of
from index.text.structure.dialogue import asked, prompts
from index.text.structure.fields import with_fields
from index.text.structure.headings import split_run_in_labels, with_headings
from index.text.structure.labels import RANK_OF_PROMPT, RANK_OF_TITLE, ItemMarker, follows, item_marker
from index.text.structure.levels import MAX_LEVELS, with_levels
from index.text.structure.lines import add_group, list_markers
from index.text.structure.official import Part, is_title_above_fields, official_parts
from index.text.structure.units import LEAD_IN, SENTENCE_END, STYLE_OF_READERS, Unit
from index.types import Block

# In a document with this many headings marked in the file, no others are inferred.
_MIN_STYLED: Final = 2
_HYPHENS: Final = frozenset("-–—")
_ITEM_END: Final = regex.compile(r"[;؛]$")


def find_blocks(text: str) -> tuple[Block, ...]:
    """Finds the blocks of a plain text, in order and without overlaps; they cover all of its words."""
    lines = list(lines_of(text))
    if not lines:
        return ()
    markers = list_markers(text, lines)
    units: list[Unit] = []
    tables = 0
    group: list[int] = []
    parts = official_parts(text, lines)
    within = -1
    for number, line in enumerate(lines):
        if group and (line.begins_group or number in parts):
            tables = add_group(text, lines, group, markers=markers, units=units, tables=tables)
            group = []
        if part := parts.get(number):
            within = part.last
            units.append(_official_unit(lines, part))
        elif number >= within:
            group.append(number)
    if group:
        add_group(text, lines, group, markers=markers, units=units, tables=tables)
    if is_title_above_fields(text, units):
        units[0] = replace(units[0], kind="heading", rank=RANK_OF_TITLE, label="")
    return with_levels(text, with_headings(text, split_run_in_labels(text, units)))


def _official_unit(lines: Sequence[Line], part: Part) -> Unit:
    first, last = lines[part.first], lines[part.last - 1]
    rank = RANK_OF_TITLE if part.kind == "heading" else -1
    return Unit(
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
    headings the plain-text rules apply, and short emphasized lines above running text are headings. In others
    questions are that the paragraph below answers.

    Args:
        text: of the document.
        blocks: as the reader reports them.
        emphasized: numbers of the blocks that are entirely in bold or in large letters.
        page_breaks: whether the blocks come from paginated text, where short lines are ambiguous.
    """
    units = [
        Unit(
            block.kind,
            block.start,
            block.end,
            label=block.label,
            table=block.table,
            cells=block.cells,
            columns=block.columns,
            rank=block.level if block.kind == "heading" else -1,
            style=STYLE_OF_READERS if block.kind == "list_item" else "",
            is_one_line="\n" not in text[block.start : block.end],
            begins_group=True,
            group=number,
            block=block,
            is_emphasized=number in emphasized,
        )
        for number, block in enumerate(blocks)
    ]
    styled = sum(unit.kind == "heading" for unit in units)
    found = split_run_in_labels(text, _with_implied_items(text, _with_typed_items(text, units)))
    if styled < _MIN_STYLED:
        found = with_headings(text, found, careful=page_breaks)
    else:
        asking = prompts(text, found) | asked(text, found)
        found = [
            replace(unit, kind="heading", rank=RANK_OF_PROMPT) if number in asking else unit
            for number, unit in enumerate(found)
        ]
    deepest = max((unit.rank for unit in units if unit.kind == "heading"), default=0)
    added = sorted({u.rank for u in found if u.kind == "heading" and u.block_kind != "heading"})
    levels = {rank: min(MAX_LEVELS, int(deepest) + n) for n, rank in enumerate(added, 1)}
    return tuple(with_fields(text, (_refined_block(unit, levels) for unit in found)))


def _with_typed_items(text: str, units: Sequence[Unit]) -> list[Unit]:
    """Turns paragraphs into list items whose bullets or numbers were typed, two or more in a row.

    A colon introduces them; for numbers and round bullets a heading suffices. After a hyphen, lines may be
    what people say.
    """
    found = list(units)
    first = 0
    while first < len(units):
        run = _typed_run(text, units, first)
        before = units[first - 1] if first else None
        if len(run) > 1 and before is not None:
            is_introduced = LEAD_IN.search(text[before.start : before.end]) is not None
            if is_introduced or (before.kind == "heading" and run[0].style not in _HYPHENS):
                for number, marker in enumerate(run, first):
                    start = units[number].start
                    label = text[start : start + marker.length]
                    found[number] = replace(
                        found[number], kind="list_item", style=STYLE_OF_READERS, label=label
                    )
        first += max(1, len(run))
    return found


def _typed_run(text: str, units: Sequence[Unit], first: int) -> list[ItemMarker]:
    """The markers of the paragraphs from one on that go on as one list."""
    run: list[ItemMarker] = []
    for number in range(first, len(units)):
        unit = units[number]
        marker = item_marker(text[unit.start : unit.end]) if unit.kind == "paragraph" else None
        if marker is None or (run and not _goes_on(run[-1], marker)):
            break
        run.append(marker)
    return run


def _goes_on(one: ItemMarker, other: ItemMarker) -> bool:
    return one.style == other.style and (one.is_bullet or follows(one.value, other.value))


def _with_implied_items(text: str, units: Sequence[Unit]) -> list[Unit]:
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
        elif LEAD_IN.search(written):
            introduced, first = True, number + 1
        elif introduced and not _ITEM_END.search(written):
            # The last item ends otherwise.
            items = range(first, number + 1)
            if len(items) > 1 and SENTENCE_END.search(written):
                for item in items:
                    found[item] = replace(found[item], kind="list_item", style=STYLE_OF_READERS)
            introduced = False
    return found


def _refined_block(unit: Unit, levels: Mapping[float, int]) -> Block:
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
