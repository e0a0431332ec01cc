"""Numbers, months and days of the week in a text: the same values in every script and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from index.text.analyzer import analyzed


@dataclass(frozen=True)
class Quantity:
    """A number, a month or a day of the week.

    Attributes:
        start, end: its span in the text.
        readings: the values that it may have, such as "1500", "0.5", "march" or "monday".
        is_certain: whether it surely is one: "one", "may" and a dual say a number only by the way.
    """

    start: int
    end: int
    readings: frozenset[str]
    is_certain: bool = True


def quantities(text: str) -> list[Quantity]:
    """The numbers, months and days of the week of a text, in order (`index.text.numerals.stated`)."""
    analysis = analyzed(text)
    return [
        Quantity(
            analysis.words[one.first].start,
            analysis.words[one.end - 1].end,
            one.others | {one.term},
            one.is_certain,
        )
        for one in analysis.stated
    ]


def values(texts: Iterable[str]) -> frozenset[str]:
    """All readings of all quantities of some texts."""
    return frozenset(
        reading for text in texts for quantity in quantities(text) for reading in quantity.readings
    )
