"""The ranges of lines that become blocks, and the definitions that all rules about them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import regex

from index.text.paragraphs import Line
from index.types import Block, BlockKind

Cells: TypeAlias = tuple[tuple[int, int], ...]
"""The spans of a row's cells in the text."""

# Maximum words and characters of a heading.
MAX_WORDS: Final = 10
MAX_TITLE_WORDS: Final = 14
MAX_HEADING_LENGTH: Final = 90
# Lines of a wrapped paragraph are longer.
SHORT_LINE: Final = 40
STYLE_OF_READERS: Final = "reader"
"""The marker style of list items that the file's reader reported."""

SENTENCE_END: Final = regex.compile(r"[.!?؟…。](?:[\"”»'’)\]]|\[\p{Nd}{1,3}\])*$")
"""The end of a sentence at the end of a text."""
_CLAUSE_END: Final = (
    # «واشترطوا فيه:», «ويشمل:»
    r"(?:\b(?:في|من|ل|ب|على|علي|عن|إلى|إلي|عند|لدى|لدي)(?:ه|ها|هم|هما|هن)|\b\w{3,}وا(?:\s\S+)?"
    r"|\b[وف]?[يت](?:شمل|تضمن|شترط|لزم|تعين|جب|جوز|تكون|ضم|حتوي|تألف|نبغي|راعى|حظر|منع)(?:ون|ان)?(?:\s\S+)?"
    # "They asked for:", "It includes:"
    r"|\b(?:we|you|they|it|she|he|these|those|this|who)\s\S+"
    r"|\b(?:includes?|contains?|must|shall|should|may|cannot|not|are|is|were|was|requires?|of|to|for"
    r"|with|by|that))"
)
CLAUSE: Final = regex.compile(_CLAUSE_END + r"\s?[:：]$", regex.IGNORECASE)
"""A clause, however short, that a list goes on with."""
LEAD_IN: Final = regex.compile(rf"(?:\S\s+\S+\s+\S+|{_CLAUSE_END})\s?[:：]$", regex.IGNORECASE)
"""A sentence that introduces a list."""


@dataclass(frozen=True, slots=True)
class Unit:
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
    cells: Cells = ()
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

    @property
    def length(self) -> int:
        """The number of its characters."""
        return self.end - self.start


def is_ended(text: str, part: Line | Unit) -> bool:
    """Whether a line or a unit of a text ends as a sentence does."""
    return SENTENCE_END.search(text, part.start, part.end) is not None
