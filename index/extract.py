"""What a converter gives back: the text of a file that isn't plain text, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extract:
    """The text of a file.

    Attributes:
        text: paragraphs with a blank line between them.
        title, author: as the file gives them, or empty.
    """

    text: str
    title: str = ""
    author: str = ""


class Unextractable(Exception):
    """A file that a converter can't read; the message says why and what to do, but not which file."""
