"""Unicode's directional formatting characters (UAX #9), and the isolation of names in a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from index.text.analyzer import Language

MARKS: Final = "\u061c\u200e\u200f"
"""Directional marks, which have no effect on the text after them."""
CONTROLS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Embeddings, overrides and isolates; a stray one reorders the text around it."""
DIRECTION_MARKS: Final[dict[Language, str]] = {"ar": "\u200f", "en": "\u200e"}
"""The mark that gives a line the direction of a language."""
_FIRST_STRONG_ISOLATE, _LEFT_TO_RIGHT_ISOLATE, _END_ISOLATE = "\u2068", "\u2066", "\u2069"
_CONTROL: Final = re.compile(f"[{CONTROLS}]")


def isolated(text: str) -> str:
    """A text in its own direction within a line of any."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_END_ISOLATE}"


def left_to_right(text: str) -> str:
    """A command, a path or the like, from left to right within a line of any direction."""
    return f"{_LEFT_TO_RIGHT_ISOLATE}{text}{_END_ISOLATE}"


def without_controls(text: str) -> str:
    """A text without `CONTROLS`."""
    return _CONTROL.sub("", text)
