"""Splits a document into passages: blocks under their headings, with blocks beyond the window split up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

import regex

from index.text.paragraphs import paragraphs
from index.text.sentences import Span, count_words, sentences
from index.text.structure.blocks import find_blocks
from index.text.structure.labels import STYLE_OF_ORDINALS, item_marker
from index.types import Block, BlockKind, Document, Passage

CountTokens = Callable[[Sequence[str]], list[int]]

_HAS_WORD = regex.compile(r"[\p{L}\p{N}]")
_SPACE = regex.compile(r"\s")
_SPACE_BEFORE = regex.compile(r"(?r)\s")
_DIGIT = regex.compile(r"\p{Nd}")
_STATEMENT_END = regex.compile(r"[.!。]\s*$")
_LINE_END = regex.compile(r"[.!?؟…:،؛,;]\s*$")
_LEAD_IN_END = regex.compile(r"[:：]\s*$")
# Characters per token of the window, and minimum total, beyond which a text certainly doesn't fit: no piece
# of the bundled model's vocabulary is longer.
_MAX_TOKEN_LENGTH = 16
_MIN_COUNTED = 4096
# Words; chosen, not measured. A list whose items are longer on average is a series of paragraphs.
_LONG_ITEM = 30
# Words; chosen. Items that ordinals begin, as the clauses of a decree, are passages if they are longer.
_LONG_CLAUSE = 10
# A heading with more words is a sentence in large type.
_LONG_HEADING = 20
# A heading with fewer words isn't a sentence, even with a full stop.
_SHORT_STATEMENT = 6
# A line with more words isn't a key (a number or date) for the text that follows.
_LONG_KEY = 8
# A line with more words isn't a term followed by its definition.
_LONG_TERM = 4
# A line with more words is a sentence that introduces a table, not its name.
_SHORT_NAME = 5
# A line with more words isn't the title of the table below it.
_LONG_CAPTION = 15
# Lines above a text that are its keys, and characters of what stands in each passage under it: more would let
# the size of a document's passages grow with its square.
_MAX_KEYS = 9
_MAX_REPEATED_LENGTH = 500


@dataclass(frozen=True)
class _Unit:
    """A span that becomes one passage, if it isn't too long."""

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: int = 0
    items: tuple[int, ...] = ()


def split(document: Document, window: int, count_tokens: CountTokens) -> list[Passage]:
    """Splits a document into passages, in reading order.

    Together with their headings they cover all of the document's words. A heading is a passage only if
    nothing follows under it. A list or a form is one passage together with the sentence that introduces
    it; each table row is a passage.

    Args:
        document: the document to split.
        window: maximum tokens of a passage.
        count_tokens: the encoder's token counts for several texts.
    """
    text = document.text
    units = _units(text, document.blocks or find_blocks(text))
    counts = _counts(text, [(unit.start, unit.end) for unit in units], window, count_tokens)
    starts = [start for start, _ in paragraphs(text)]
    passages: list[Passage] = []
    for unit, count in zip(units, counts, strict=True):
        parts = [(unit.start, unit.end)] if count <= window else _parts(text, unit, window, count_tokens)
        for start, end in parts:
            if unit.kind != "table_row":
                items = unit.items[bisect_left(unit.items, start) : bisect_left(unit.items, end)]
            else:
                items = unit.items if len(parts) == 1 else ()
            passages.append(
                Passage.of(
                    document,
                    max(bisect_right(starts, start), 1),
                    start,
                    end,
                    kind=unit.kind,
                    headings=unit.headings,
                    columns=unit.columns,
                    page=document.pages(start, end)[0] or unit.page,
                    items=tuple(item - start for item in items if start <= item < end),
                )
            )
    return passages


def _units(text: str, blocks: Sequence[Block]) -> list[_Unit]:
    """Converts blocks to units, in order."""
    maker = _Maker(text)
    covered = list(_covering(text, blocks))
    position = 0
    while position < len(covered):
        position = maker.take(covered, position)
    return maker.done()


def _covering(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yields the blocks that have words, and paragraphs for the text between them."""
    end = 0
    for block in (*blocks, Block("paragraph", len(text), len(text))):
        for first, last in paragraphs(text[end : block.start]):
            yield Block("paragraph", end + first, end + last)
        if _HAS_WORD.search(text, block.start, block.end):
            yield block
        end = block.end


@dataclass
class _Heading:
    """An open heading: the text that follows belongs to it."""

    block: Block
    text: str
    is_used: bool = False


@dataclass
class _Maker:
    """Builds units from blocks, one run of blocks at a time."""

    text: str
    units: list[_Unit] = field(default_factory=list)
    open: list[_Heading] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    last_is_key: bool = False

    def take(self, blocks: Sequence[Block], at: int) -> int:
        """Builds units from the run of blocks at a position; returns the position after it."""
        block = blocks[at]
        if block.kind == "heading":
            self._open(block)
            return at + 1
        if block.kind in ("list_item", "form_field"):
            return self._take_items(blocks, at)
        if block.kind in ("table_header", "table_row"):
            return self._take_table(blocks, at)
        if pairs := self._pairs(blocks, at):
            for term, meaning in pairs:
                self._add(term, end=meaning.end)
            return at + 2 * len(pairs)
        if block.kind == "paragraph" and self._is_key(block):
            if not self.last_is_key:
                self.keys = []
            self._add(block)
            self.keys = [*self.keys, self._line(block)[:_MAX_REPEATED_LENGTH]][-_MAX_KEYS:]
            self.last_is_key = True
            return at + 1
        self._add(block)
        return at + 1

    def done(self) -> list[_Unit]:
        """All units, in the order of the text."""
        self._close(0)
        return sorted(self.units, key=lambda unit: unit.start)

    def _add(self, block: Block, **changes: object) -> None:
        unit = _Unit(
            block.kind,
            block.start,
            block.end,
            headings=self._path(block.kind),
            columns=block.columns,
            page=block.page,
        )
        self.units.append(replace(unit, **changes))  # type: ignore[arg-type]
        self.last_is_key = False

    def _path(self, kind: BlockKind) -> tuple[str, ...]:
        if kind in ("page_header", "page_footer"):
            return ()
        for heading in self.open:
            heading.is_used = True
        return (*(heading.text for heading in self.open), *self.keys)

    def _open(self, block: Block) -> None:
        level = block.level or 1
        self._close(level)
        self.keys, self.last_is_key = [], False
        heading = _Heading(block, self._line(block))
        words = self._words(block)
        is_long = words > _LONG_HEADING or len(heading.text) > _MAX_REPEATED_LENGTH
        if is_long or (words >= _SHORT_STATEMENT and _STATEMENT_END.search(heading.text)):
            # A sentence in large type is content of its own.
            self._add(block, kind="paragraph")
            heading.is_used = True
        heading.text = heading.text[:_MAX_REPEATED_LENGTH]
        self.open.append(heading)

    def _close(self, level: int) -> None:
        """Closes the headings of this level and deeper; one without content becomes a unit."""
        while self.open and (self.open[-1].block.level or 1) >= level:
            heading = self.open.pop()
            if not heading.is_used:
                block = heading.block
                self.units.append(
                    _Unit(
                        "heading",
                        block.start,
                        block.end,
                        headings=self._path("heading"),
                        columns=(),
                        page=block.page,
                    )
                )

    def _is_key(self, block: Block) -> bool:
        """Whether a line is a key (a number or date) for the text that follows."""
        line = self.text[block.start : block.end]
        return (
            "\n" not in line
            and _DIGIT.search(line) is not None
            and _LINE_END.search(line) is None
            and self._words(block) <= _LONG_KEY
        )

    def _pairs(self, blocks: Sequence[Block], at: int) -> list[tuple[Block, Block]]:
        """The term-definition pairs, two or more, that begin at a position: each pair is one passage."""
        pairs: list[tuple[Block, Block]] = []
        while at + 1 < len(blocks) and blocks[at].kind == blocks[at + 1].kind == "paragraph":
            term, meaning = blocks[at : at + 2]
            if self._words(term) > _LONG_TERM or not self._is_label(term) or self._is_label(meaning):
                break
            pairs.append((term, meaning))
            at += 2
        return pairs if len(pairs) > 1 else []

    def _is_label(self, block: Block) -> bool:
        """Whether a line has no digits and doesn't end in sentence or clause punctuation."""
        line = self.text[block.start : block.end]
        return _LINE_END.search(line) is None and _DIGIT.search(line) is None

    def _take_items(self, blocks: Sequence[Block], at: int) -> int:
        kind = blocks[at].kind
        run = [blocks[at]]
        while at + len(run) < len(blocks) and blocks[at + len(run)].kind == kind:
            run.append(blocks[at + len(run)])
        after = at + len(run)
        if kind == "list_item" and self._are_clauses(run):
            for clause, *parts in self._nested(run):
                end = (parts[-1] if parts else clause).end
                kind = "list_item" if parts else "paragraph"
                self._add(clause, kind=kind, end=end, items=tuple(part.start for part in parts))
            return after
        if sum(map(self._words, run)) > _LONG_ITEM * len(run):
            for block in run:
                self._add(block)
            return after
        if kind == "list_item" and any(map(self._leads, self._nested(run))):
            self._take_groups(self._nested(run))
            return after
        lead_in = self._lead_in(run[0]) if kind == "list_item" else None
        for group in self._records(run) if kind == "form_field" else [run]:
            start = group[0].start if lead_in is None else lead_in
            items = tuple(block.start for block in group)
            self._add(group[0], start=start, end=group[-1].end, items=items)
        return after

    def _leads(self, group: Sequence[Block]) -> bool:
        """Whether an item introduces those inside it: "Deposits:" over "Adult 50 pounds"."""
        return len(group) > 1 and _LEAD_IN_END.search(self._line(group[0])) is not None

    def _take_groups(self, groups: Sequence[Sequence[Block]]) -> None:
        """Adds a list some of whose items introduce others: each of these is a list of its own.

        The sentence before the whole list is a heading of its parts.
        """
        introduction = self._introduction(groups[0][0])
        for leads, run in groupby(groups, self._leads):
            for group in run if leads else [[block for one in run for block in one]]:
                items = tuple(block.start for block in group[leads:])
                headings = (*self._path("list_item"), *introduction)
                self._add(group[0], end=group[-1].end, items=items, headings=headings)

    def _introduction(self, first: Block) -> tuple[str, ...]:
        """The sentence right before a list, if it introduces it."""
        if not self.units or self.units[-1].kind != "paragraph":
            return ()
        unit = self.units[-1]
        line = self.text[unit.start : unit.end]
        if self.text[unit.end : first.start].strip() or not _LEAD_IN_END.search(line):
            return ()
        begin, end = sentences(line)[-1]
        return (" ".join(line[begin:end].split()),)

    def _are_clauses(self, items: Sequence[Block]) -> bool:
        """Whether items are clauses, not one list: ordinals begin them, or one introduces all others."""
        outer = self._nested(items)
        marker = item_marker(self.text[items[0].start : items[0].end])
        if len(outer) == 1 and len(items) > 1:
            return _LEAD_IN_END.search(self._line(items[0])) is not None
        is_ordinal = marker is not None and marker.style == STYLE_OF_ORDINALS
        return is_ordinal and sum(map(self._words, items)) > _LONG_CLAUSE * len(outer)

    def _nested(self, items: Sequence[Block]) -> list[list[Block]]:
        """The outermost items of a list, each with those inside it."""
        outermost = min(block.level for block in items)
        found: list[list[Block]] = []
        for block in items:
            if block.level == outermost or not found:
                found.append([])
            found[-1].append(block)
        return found

    def _records(self, fields: Sequence[Block]) -> list[list[Block]]:
        """Groups fields into forms: a new form begins where a field's name is repeated."""
        records: list[list[Block]] = [[]]
        known: set[str] = set()
        for block in fields:
            name = block.label or self.text[block.start : block.end].partition(":")[0]
            if name in known:
                records.append([])
                known = set()
            known.add(name)
            records[-1].append(block)
        return records

    def _lead_in(self, first: Block) -> int | None:
        """The start of the sentence that introduces a list, if any; it becomes a part of the list."""
        if not self.units:
            return None
        unit = self.units[-1]
        between = self.text[unit.end : first.start]
        line = self.text[unit.start : unit.end]
        if unit.kind != "paragraph" or between.strip() or not _LEAD_IN_END.search(line):
            return None
        begin, _ = sentences(line)[-1]
        self.units.pop()
        if begin:
            shortened = line[:begin].rstrip()
            self.units.append(replace(unit, end=unit.start + len(shortened)))
        return unit.start + begin

    def _take_table(self, blocks: Sequence[Block], at: int) -> int:
        table = blocks[at].table
        name = self._table_name(blocks, at)
        while (
            at < len(blocks)
            and blocks[at].kind in ("table_header", "table_row")
            and blocks[at].table == table
        ):
            row = blocks[at]
            is_pair = len(row.cells) == 2 and not any(row.columns) and row.kind == "table_row"
            known = row.cells if is_pair or len(row.cells) == len(row.columns) else ()
            cells = tuple(start for start, _ in known if start < row.end)
            self._add(row, headings=(*self._path("table_row"), *name), items=cells)
            at += 1
        return at

    def _table_name(self, blocks: Sequence[Block], at: int) -> tuple[str, ...]:
        """The caption of a table or a short line that introduces it, if any.

        A sentence that introduces it names it only where nothing else does.
        """
        if not at:
            return ()
        before = blocks[at - 1]
        line = self._line(before)
        is_name = before.kind == "caption" or (before.kind == "paragraph" and _LEAD_IN_END.search(line))
        is_short = before.kind == "caption" or not self.open or self._words(before) <= _SHORT_NAME
        if not (is_name and is_short and self._words(before) <= _LONG_CAPTION):
            return ()
        return (line[:_MAX_REPEATED_LENGTH],)

    def _line(self, block: Block) -> str:
        return " ".join(self.text[block.start : block.end].split())

    def _words(self, block: Block) -> int:
        return count_words(self.text, block.start, block.end)


def _parts(text: str, unit: _Unit, window: int, count_tokens: CountTokens) -> list[Span]:
    """Packs whole items or sentences into parts that fit; one that doesn't fit is split between words."""
    if unit.items and unit.kind != "table_row":
        edges = [unit.start, *(item for item in unit.items if item > unit.start), unit.end]
        pieces = [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(edges)]
    else:
        pieces = [(unit.start + a, unit.start + b) for a, b in sentences(text[unit.start : unit.end])]
    counts = _counts(text, pieces, window, count_tokens)
    parts: list[Span] = []
    room = 0
    for piece, count in zip(pieces, counts, strict=True):
        if count > window:
            parts.extend(_cut(text, piece, window, count_tokens))
            room = 0
        elif count <= room:
            parts[-1] = (parts[-1][0], piece[1])
            room -= count
        else:
            parts.append(piece)
            room = window - count
    return parts


def _cut(text: str, span: Span, window: int, count_tokens: CountTokens) -> list[Span]:
    """Halves a span, between words where possible, until every part fits."""
    start, end = span
    if end - start < 2 or _counts(text, [span], window, count_tokens)[0] <= window:
        return [span]
    middle = (start + end) // 2
    before = _SPACE_BEFORE.search(text, start + 1, min(middle + 1, end - 1))
    after = _SPACE.search(text, max(middle, start + 1), end - 1)
    spaces = [match.start() for match in (before, after) if match]
    cut = min(spaces, key=lambda space: abs(space - middle), default=middle)
    left, right = text[start:cut].rstrip(), text[cut:end].lstrip()
    return [
        *_cut(text, (start, start + len(left)), window, count_tokens),
        *_cut(text, (end - len(right), end), window, count_tokens),
    ]


def _counts(text: str, spans: Sequence[Span], window: int, count_tokens: CountTokens) -> list[int]:
    """Token count of each span; `window + 1`, without counting, for one that certainly exceeds the window."""
    limit = max(_MAX_TOKEN_LENGTH * window, _MIN_COUNTED)
    short = [i for i, (start, end) in enumerate(spans) if end - start <= limit]
    counts = [window + 1] * len(spans)
    counted = count_tokens([text[spans[i][0] : spans[i][1]] for i in short])
    for i, count in zip(short, counted, strict=True):
        counts[i] = count
    return counts
