"""What the lines repeated at the top or the bottom of a PDF's pages say, each of them once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import regex

# What stands beside the number of a page.
_PAGE_WORDS: Final = frozenset(("page", "pages", "p", "pp", "pg", "of", "صفحة", "الصفحة", "ص", "من", ""))
_DIGIT: Final = regex.compile(r"\p{Nd}")
_FEWEST_DIGITS: Final = 4


@dataclass(frozen=True)
class RunningTitle:
    """A line that stands at the same place on several pages.

    Attributes:
        page: the number of one of them, from 1.
        is_header: whether it is at the top.
        text: what it says there.
    """

    page: int
    is_header: bool
    text: str


def running_titles(found: Iterable[RunningTitle], said: Collection[str]) -> list[RunningTitle]:
    """The running titles of a document, each on the first page that has it, without page numbers.

    Args:
        found: in the order of the pages.
        said: the other lines of the document; what one of them says isn't said again.
    """
    by_words: dict[tuple[bool, str], list[RunningTitle]] = {}
    for title in found:
        by_words.setdefault((title.is_header, _DIGIT.sub("#", title.text)), []).append(title)
    known = {_letters(line) for line in said}
    kept = []
    for titles in by_words.values():
        first = titles[0]
        text = _without_page_number(titles)
        if _is_text(text) and _letters(text) not in known:
            known.add(_letters(text))
            kept.append(RunningTitle(first.page, first.is_header, text))
    return kept


def _without_page_number(titles: list[RunningTitle]) -> str:
    """A title without the words that differ from page to page and those that belong to them."""
    words = [title.text.split() for title in titles]
    same = [len(set(column)) == 1 for column in zip(*words, strict=False)]
    if all(same):
        return titles[0].text
    kept = []
    is_beside = False  # the number of a page, which the number of all of them may follow
    for word, is_same in zip(words[0], same, strict=False):
        is_of_page = word.strip(".:-–—|/()").casefold() in _PAGE_WORDS
        if is_same and not is_of_page and not (is_beside and word.isdecimal()):
            kept.append(word)
        is_beside = not is_same or (is_beside and is_of_page)
    return " ".join(kept).strip(" -–—|/·•")


def _is_text(text: str) -> bool:
    return any(map(str.isalpha, text)) or sum(map(str.isdigit, text)) >= _FEWEST_DIGITS


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
