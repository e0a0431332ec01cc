"""What a converter gives back: the text of a file that isn't plain text, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from index.errors import FileFault

Progress: TypeAlias = Callable[[], None]
"""Called by a converter after each page or chapter."""


@dataclass(frozen=True)
class Extract:
    """The text of a file.

    Attributes:
        text: paragraphs with a blank line between them.
        title, author: as the file gives them, or empty.
        heading: what may be the title where there is none.
    """

    text: str
    title: str = ""
    author: str = ""
    heading: str = ""


class Unextractable(Exception):
    """A file that a converter can't read; the message says why and what to do, but not which file.

    Attributes:
        fault: why, in a word.
    """

    def __init__(self, message: str, fault: FileFault) -> None:
        """Keeps the word beside the message."""
        super().__init__(message)
        self.fault: FileFault = fault


def damaged(why: object) -> Unextractable:
    """The error for a file that breaks off, or isn't what its type says.

    Args:
        why: in a few words, or the error that a library raised.
    """
    if isinstance(why, MemoryError):
        return Unextractable(
            "it needs more memory than a text should. Split it, or save its text as .txt.", "too_slow"
        )
    reason = f"{type(why).__name__}: {why}" if isinstance(why, Exception) else str(why)
    return Unextractable(f"it is damaged ({reason[:200]}). Get the file anew, or save it again.", "damaged")


def no_progress() -> None:
    """For who doesn't want to know."""
