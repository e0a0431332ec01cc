"""The analyzer: normalises, tokenises and stems Arabic and English, with offsets into the original.

Terms are used to compare texts and are never shown. Each term keeps the span of original characters
that it represents.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

import regex
import Stemmer

from index.text import arabic
from index.text.arabic import (
    KEYBOARD_LETTERS,
    LETTER,
    final_yas,
    hamza_alefs,
    is_arabic,
    long_alefs,
    restore_letters,
)
from index.text.numerals import Quantity, Stated, one_form, quantities, stated
from index.text.unit_numbers import UnitNumber, unit_number

# Increment the number when the same text would give other terms, sentences, paragraphs or names, or other
# vectors with the same encoder (passages.py, language_means.py): indexes made by another version are
# rejected. PyStemmer's version is included, since Snowball 3 stems some English words differently from 2.
ANALYZER_VERSION = f"8 with Snowball {Stemmer.version().split('.')[0]}"

Language = Literal["ar", "en"]

_TATWEEL = "\u0640"
# Distinct characters cached: more than any text has that wasn't constructed to have them.
_MAX_REMEMBERED = 1 << 16
# Characters of the longest text whose analysis is remembered.
_MAX_REMEMBERED_LENGTH = 20_000
# Letters beside numbers from which a text's language is told: fewer may be those of a unit, as in "300 USD".
_MIN_LETTERS = 4
_FORMAT = regex.compile(r"\p{Cf}")
_HAMZA_MARK = regex.compile("[\u0653\u0654\u0655]")
# Maps interchangeable letter forms to one letter; marks (including hamza above and below) are already
# removed, since NFKD splits them off.
_LETTERS = KEYBOARD_LETTERS | str.maketrans("ىةۃ\u2019", "يهه'")
_TOKEN = regex.compile(
    rf"(?V1){LETTER}+|[\p{{L}}\p{{N}}--\p{{Arabic}}]+(?:['\u2019][\p{{L}}--\p{{Arabic}}]+)*"
)


@dataclass(frozen=True)
class Term:
    """A normalised word, or its stem, with its span in the original text.

    `text[start:end]` is the word as written.
    """

    term: str
    start: int
    end: int


@dataclass(frozen=True)
class Normalised:
    """A normalised text, with the original position of each of its characters.

    Attributes:
        text: the normalised characters.
        origins: for each of them, the position of the original character that it comes from.
    """

    text: str
    origins: tuple[int, ...]


class _Pieces(dict[str, str]):
    """Cache of each character's replacement, computed on first use."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, character: str) -> str:
        piece = self._become(character)
        if len(self) < _MAX_REMEMBERED:
            self[character] = piece
        return piece


def _normalise_character(character: str) -> str:
    if character == _TATWEEL:
        return ""
    try:
        return str(unicodedata.decimal(character))
    except ValueError:
        pass
    decomposed = unicodedata.normalize("NFKD", character)
    if "\ufb50" <= character <= "\ufefc":
        # A presentation form of a lone mark decomposes into a space and the mark.
        decomposed = decomposed.replace(" ", "") if len(decomposed) <= 3 else decomposed
    kept = (c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf") and c != _TATWEEL)
    return "".join(kept).casefold().translate(_LETTERS)


_NORMALISED = _Pieces(_normalise_character)


def normalise(text: str) -> Normalised:
    """Normalises spelling variants of Arabic and English.

    NFKD without marks (tashkeel, hamza on its carriers, accents) and without invisible characters and
    tatweel; small letters as letters (`restore_letters`), ءا as آ; alef wasla to alef, alef maksura to ya,
    ta marbuta to ha; other keyboards' letters to Arabic ones; every decimal digit to 0-9; case folded.
    """
    pieces = [_NORMALISED[character] for character in text]
    restore_letters(text, pieces)
    normalised = _joined(pieces)
    # The rest may begin with one again.
    while hamzas := hamza_alefs(normalised.text):
        normalised = _contracted(normalised, hamzas, "ا")
    return normalised


def legible(text: str) -> Normalised:
    """Writes a text in the letters of a newspaper.

    Without tashkeel, tatweel and format characters (Unicode's Cf), with letters instead of presentation
    forms and with 0-9 for every decimal digit. Unlike `normalise` it keeps each word's spelling: on
    XQuAD, replacing ة by ه, أ by ا and ى by ي before encoding loses 1.4 points of R@1 from Arabic to
    Arabic and 4 points across languages (measured 2026-11-23).
    """
    pieces = [_LEGIBLE[character] for character in text]
    restore_letters(text, pieces)
    for at in final_yas(text):
        pieces[at] = "ى"
    for mark in _HAMZA_MARK.finditer(text):
        # A hamza or madda encoded as a combining mark belongs to the letter before it.
        before = next((i for i in range(mark.start() - 1, -1, -1) if pieces[i]), None)
        if before is not None and is_arabic(pieces[before][-1]) and text[before] != "\u0670":
            letters = pieces[before]
            pieces[before] = letters[:-1] + unicodedata.normalize("NFC", letters[-1] + mark.group())[:1]
    for at in long_alefs(text):
        pieces[at] = "ا"
    read = _joined(pieces)
    hamzas = hamza_alefs(read.text)
    return _contracted(read, hamzas, "آ") if hamzas else read


def _legible_character(character: str) -> str:
    if character == _TATWEEL or unicodedata.category(character) == "Cf":
        return ""
    try:
        return str(unicodedata.decimal(character))
    except ValueError:
        pass
    if not is_arabic(character):
        return character
    letters = character
    if "\ufb50" <= character <= "\ufefc":
        # A presentation form of a lone mark normalises to a space and the mark.
        letters = unicodedata.normalize("NFKC", character).strip()
    kept = (c for c in letters if unicodedata.category(c) != "Mn" and c != _TATWEEL)
    return "".join(kept).translate(KEYBOARD_LETTERS)


_LEGIBLE = _Pieces(_legible_character)


def _joined(pieces: list[str]) -> Normalised:
    """Joins the replacements of a text's characters, one piece per character."""
    text = "".join(pieces)
    if len(text) == len(pieces) and all(pieces):
        return Normalised(text, tuple(range(len(text))))
    return Normalised(text, tuple(i for i, piece in enumerate(pieces) for _ in piece))


def _contracted(text: Normalised, hamzas: Collection[int], letter: str) -> Normalised:
    """A normalised text with a letter instead of each two characters from these positions on."""
    letters = [(letter if i in hamzas else text.text[i], text.origins[i]) for i in range(len(text.text))]
    kept = [pair for i, pair in enumerate(letters) if i - 1 not in hamzas]
    return Normalised("".join(letter for letter, _ in kept), tuple(origin for _, origin in kept))


@dataclass(frozen=True)
class AnalyzedText:
    """A text and its analysis; each part is computed on first access.

    Made by `analyzed`, so that all that look at a question or a passage share one.

    Attributes:
        text: the text.
    """

    text: str

    @cached_property
    def normalised(self) -> Normalised:
        """The normalised text, with origins (`normalise`)."""
        return normalise(self.text)

    @cached_property
    def words(self) -> tuple[Term, ...]:
        """The words and numbers in order, normalised, not stemmed."""
        text, origins = self.text, self.normalised.origins
        found = []
        for match in _TOKEN.finditer(self.normalised.text):
            # A separate article is the remainder of «الـ"كلمة"».
            if match.group() == "ال":
                continue
            start, end = origins[match.start()], origins[match.end() - 1] + 1
            while end < len(text) and not _NORMALISED[text[end]]:
                end += 1  # the marks on the last letter belong to the word
            found.append(Term(match.group(), start, end))
        return tuple(found)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The numbers and parts of dates among the words that are one term."""
        return tuple(quantities(*self._sequence))

    @cached_property
    def unit_numbers(self) -> tuple[UnitNumber, ...]:
        """The numbers of articles, chapters and other parts that are written in words or Roman numerals."""
        found = (unit_number(*self._sequence, at) for at in range(len(self.words)))
        return tuple(one for one in found if one is not None)

    @cached_property
    def stated(self) -> tuple[Stated, ...]:
        """All numbers, ordinals, months and days of the week among the words."""
        return tuple(stated(*self._sequence))

    @cached_property
    def _sequence(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """The words normalised, the words as written, and the text between them."""
        written = [self.text[word.start : word.end] for word in self.words]
        gaps = (self.text[one.end : other.start] for one, other in pairwise(self.words))
        return [word.term for word in self.words], written, [_FORMAT.sub("", gap) for gap in gaps]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms in order: stems, and numbers and dates in one form (`index.text.numerals`).

        Arabic and English may be mixed. A number of several words is one term.
        """
        words, terms, at = self.words, [], 0
        for quantity in (*self.quantities, Quantity(len(words), len(words), "")):
            terms += [Term(stem(word.term), word.start, word.end) for word in words[at : quantity.first]]
            if quantity.term:
                start, end = words[quantity.first].start, words[quantity.end - 1].end
                terms.append(Term(quantity.term, start, end))
            at = quantity.end
        return tuple(terms)

    @cached_property
    def arabic_share(self) -> float:
        """The share of the words that are in Arabic script, in [0, 1]; 0 if it has no words.

        Numbers aren't counted, as they belong to both languages.
        """
        found = [is_arabic(word.term[0]) for word in self.words if not word.term.isdecimal()]
        return sum(found) / len(found) if found else 0.0

    @property
    def language(self) -> Language:
        """The majority language of the words: Arabic if they are in Arabic script, else English."""
        return "ar" if self.arabic_share >= 0.5 else "en"


def analyzed(text: str) -> AnalyzedText:
    """A text's analysis; that of a text of a moment ago is remembered, unless it is as long as a book's."""
    return _remembered(text) if len(text) <= _MAX_REMEMBERED_LENGTH else AnalyzedText(text)


_remembered = lru_cache(maxsize=64)(AnalyzedText)


def words(text: str) -> tuple[Term, ...]:
    """See `AnalyzedText.words`."""
    return analyzed(text).words


def analyze(text: str) -> list[Term]:
    """See `AnalyzedText.terms`."""
    return list(analyzed(text).terms)


def arabic_share(text: str) -> float:
    """See `AnalyzedText.arabic_share`."""
    return analyzed(text).arabic_share


def language(text: str) -> Language:
    """See `AnalyzedText.language`."""
    return analyzed(text).language


def language_among(texts: Iterable[str], otherwise: Language | None = None) -> Language:
    """The language of the first of some texts that has enough letters to tell it.

    Such as of a quotation, of its document and of the headings above it: a table's row may be numbers alone.

    Args:
        texts: the texts.
        otherwise: what it is if none has enough; if not given, that of all together.
    """
    known = []
    for text in texts:
        letters = sum(map(str.isalpha, text))
        if letters >= _MIN_LETTERS or (letters and not any(map(str.isdigit, text))):
            return language(text)
        known.append(text)
    return otherwise or language("\n".join(known))


Change = tuple[int, int, str]
"""A span of a text, and its replacement."""


def replaced(text: Normalised, changes: Sequence[Change]) -> Normalised:
    """A text with some spans replaced, each by at least a character, in order and without overlaps.

    The first and last characters of a replacement come from those of the span.
    """
    if not changes:
        return text
    pieces: list[str] = []
    origins: list[int] = []
    end = 0
    for start, stop, new in changes:
        pieces += [text.text[end:start], new]
        origins += text.origins[end:start]
        origins += [
            text.origins[start + i * (stop - 1 - start) // max(len(new) - 1, 1)] for i in range(len(new))
        ]
        end = stop
    return Normalised("".join([*pieces, text.text[end:]]), (*origins, *text.origins[end:]))


def in_one_form(text: Normalised) -> Normalised:
    """A legible text with numbers in digits and months by one name, so that their vectors are the same."""
    analysis = analyzed(text.text)
    found = [analysis.words[quantity.first : quantity.end] for quantity in analysis.quantities]
    forms = [
        one_form(quantity, [word.term for word in words])
        for quantity, words in zip(analysis.quantities, found, strict=True)
    ]
    spans = [(words[0].start, words[-1].end) for words in found]
    # Not 4.500, which may be four and a half.
    changes = [
        (start, end, form)
        for (start, end), form in zip(spans, forms, strict=True)
        if form and "." not in text.text[start:end]
    ]
    return replaced(text, changes)


def readable(text: str) -> Normalised:
    """Converts a text to the form that is encoded: `legible`, and `in_one_form`."""
    return in_one_form(legible(text))


def in_original(terms: Iterable[Term], origins: Sequence[int], text: str) -> Iterator[Term]:
    """Yields the terms of a text made from another one, with their spans in that.

    Args:
        terms: of the text that was made.
        origins: for each of its characters the position in the other text.
        text: the other text.
    """
    for term in terms:
        end = origins[term.end - 1] + 1
        while end < len(text) and not _NORMALISED[text[end]]:
            end += 1
        yield Term(term.term, origins[term.start], end)


def stem(word: str) -> str:
    """The stem of one normalised word: by `index.text.arabic` or, of an English one, by Snowball."""
    return arabic.stem(word) if is_arabic(word[0]) else str(_english().stemWord(word))


@lru_cache(maxsize=1)
def _english() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
