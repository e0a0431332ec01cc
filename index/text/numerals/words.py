"""The words of a text, in which numbers and dates are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a part of a date, in a sequence of words: the words from `first` to before `end`."""

    first: int
    end: int
    term: str


Found = TypeVar("Found", bound=Quantity)


class Words:
    """The words of a text, in normalised spelling, with the text between them."""

    def __init__(self, words: Sequence[str], written: Sequence[str], between: Sequence[str]) -> None:
        """Wraps the arguments of `found_in`."""
        self.words = words
        self.written = written
        self.between = between

    def __getitem__(self, at: int) -> str:
        """A word; empty before the first and after the last."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def gap(self, at: int) -> str:
        """The text between a word and the next."""
        return self.between[at] if 0 <= at < len(self.between) else "\n"

    def are_together(self, at: int) -> bool:
        """Whether there is nothing but spaces or a hyphen between a word and the next."""
        return self.gap(at).strip() in ("", "-")


def found_in(
    words: Sequence[str],
    written: Sequence[str],
    between: Sequence[str],
    read: Callable[[Words, int], Sequence[Found]],
) -> Iterator[Found]:
    """Applies a reader to a text's words; yields its results, in order and without overlaps.

    Args:
        words: the text's words in normalised spelling.
        written: the same words as they are written.
        between: the text between each word and the next.
        read: reads the quantities that begin at a word, if any.
    """
    text = Words(words, written, between)
    at = 0
    while at < len(words):
        found = read(text, at)
        yield from found
        at = found[-1].end if found else at + 1
