"""Sentences about a rival of what the question names: another year, one of a series, or quoted title.

Each kind only where it is sure: the best sentence's passage lacks what the question names, and has another
of its kind. Then only sentences whose passages have it are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

import regex

from index.text.analyzer import analyze, analyzed
from index.text.numerals import stated
from index.text.numerals.vocabulary import (
    ARABIC_MONTHS,
    ENGLISH_MONTHS,
    HIJRI_MONTHS,
    LEVANTINE_MONTHS,
    ORDINAL,
)
from index.types import Passage
from qa.answering.sentences.scored import Sentence

# All patterns but those of quotations are for normalised spelling, where every digit is one of 0-9.
# A year is a number behind a word for a time, in a date, or with its letter: 1,500 may be a price.
_MONTHS_NAMED: Final = "|".join((*LEVANTINE_MONTHS, *ARABIC_MONTHS, *HIJRI_MONTHS.values(), *ENGLISH_MONTHS))
_NUMBER: Final = r"(?P<year>1[3-9][0-9]{2}|20[0-9]{2})(?![0-9]|[.,][0-9])"
_YEAR: Final = regex.compile(
    rf"\b(?i:year|[وفبل]?(?:سنه|عام|عامي)|{_MONTHS_NAMED}),?\s+{_NUMBER}"
    r"|\b(?:in|since|until|during|منذ|خلال)\s+(?P<year>19[0-9]{2}|20[0-9]{2})(?![0-9]|[.,][0-9])"
    rf"|[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]{_NUMBER}|(?<![0-9]){_NUMBER}(?:-[0-9]{{2}}-[0-9]{{2}}\b|\s?(?:م|ه|ad|ce)\b)"
)
# In a question, where a number behind these is hardly an amount.
_ASKED_YEAR: Final = regex.compile(
    r"\b(?:of|for|from|by|في|لسنه|لعام)\s+(?P<year>19[0-9]{2}|20[0-9]{2})(?![0-9]|[.,][0-9])"
)
_SPAN: Final = regex.compile(
    r"(?<![0-9-])([0-9]{4})\s*(?:-|–|—|/|to|and|الي|حتي|و)\s*([0-9]{4}|[0-9]{2})(?![0-9-])"
)
_KEY: Final = regex.compile(r"\s*([0-9]{4})\s*(?:م|ه)?\s*\|")
# More words than this of a year that is written out.
_MIN_SPOKEN: Final = 2
_MAX_SPAN: Final = 200
# A time that another year may answer, too.
_OPEN: Final = regex.compile(
    r"\b(?:before|after|since|until|till|by|between|prior to|following|than|as of|up to"
    r"|قبل|بعد|منذ|حتي|بين|بحلول|لغايه|غايه)\b"
)
_QUANTITY: Final = regex.compile(
    r"\bhow (?:many|much|often|long|far|big|large|high)\b"
    r"|\b(?:costs?|price|fees?|budget|rate|total|number|amount|share|revenues?|profits?|sales|salary|rent|tax)\b"
    r"|^[وف]?كم\b|\b(?:ال|بال|لل)?(?:عدد|كلفه|تكلفه|سعر|ثمن|ميزانيه|قيمه|نسبه|مبلغ|رسم|رسوم|ايرادات|ارباح|مجموع"
    r"|راتب|اجره|ايجار|معدل)\b"
)
# What is numbered as a rule; in Arabic in its bare form.
_NUMBERED: Final = (
    "phase|stage|part|chapter|floor|round|edition|volume|session|grade|class|category|group|quarter|zone|wave"
    "|level|step|tier|lot|form|annex|appendix|schedule|building|block|gate|hall|platform|terminal"
)
_COUNTED: Final = frozenset((
    *_NUMBERED.split("|"), "مرحله", "دفعه", "جلسه", "دوره", "طبعه", "فيه", "قسط", "طابق", "فصل", "جزء",
    "مجلد", "ربع", "نصف", "جوله", "صف", "مستوي", "ملحق", "قاعه", "مبني", "بوابه", "درجه", "مجموعه", "باب",
    "قسم", "خطوه", "رصيف",
))  # fmt: skip
_SERIES: Final = regex.compile(
    rf"\b(?P<noun>{_NUMBERED})"
    r"\s+(?P<number>[0-9]{1,2}|[ivx]{2,4}|one|two|three|four|five|six|seven|eight|nine|ten)\b"
)
# "Grades 1 to 5", «من الأولى إلى الخامسة».
_RANGE: Final = regex.compile(
    rf"\b(?:{_NUMBERED})s?\s+[0-9]{{1,2}}\s*(?:-|–|—|to|and|or|,|&)\s*[0-9]{{1,2}}\b"
    r"|\bمن ال\w{3,8} (?:الي|حتي) ال\w{3,8}\b|\b(?:from )?the \w{4,8} to the \w{4,8}\b"
)
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_WORDS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS: Final = {**_ROMAN, **{word: number for number, word in enumerate(_WORDS, 1)}}
# «تشرين الثاني» is a month.
_MONTHS: Final = frozenset(("تشرين", "كانون", "ربيع", "جمادي"))
# What stands after an ordinal without being counted: "the first of", "first and".
_NOT_COUNTED: Final = frozenset(
    ("of", "and", "or", "to", "in", "the", "a", "was", "is", "were", "are", "one", "ones")
)
_MAX_ORDINAL: Final = 20
_QUOTED: Final = regex.compile(r"«([^«»\n]{3,80})»|“([^“”\n]{3,80})”|\"([^\"\n]{3,80})\"")

Title = Callable[[str], str]
Rule = Callable[[str, Passage], Callable[[str], bool | None] | None]


def without_rivals(question: str, found: Sequence[Sentence], title: Title) -> list[Sentence]:
    """The sentences that aren't about a rival of what the question names, in their order.

    Args:
        question: as it is read.
        found: sentences, best first.
        title: the title of a document by its id.
    """

    @cache
    def text_of(passage: Passage) -> str:
        return "\n".join((passage.text, *passage.headings, *passage.columns, title(passage.document_id)))

    for rule in _RULES:
        named = rule(question, found[0].passage) if found else None
        if named and named(text_of(found[0].passage)) is False:
            found = [sentence for sentence in found if named(text_of(sentence.passage))]
    return list(found)


def _year(question: str, best: Passage) -> Callable[[str], bool | None] | None:
    """For a question about one year: whether a text has it (true), others (false), or none.

    Who is the president in a year, a text about another year may tell; how many came, a row about it may not.
    """
    normalised = analyzed(question).normalised.text
    found = {*_YEAR.finditer(normalised), *_ASKED_YEAR.finditer(normalised)}
    asked = {int(match["year"]) for match in found}
    if len(asked) != 1 or _OPEN.search(normalised):
        return None
    if best.kind != "table_row" and not _QUANTITY.search(normalised):
        return None
    (year,) = asked
    # 94/45 may be of 1994.
    there = regex.compile(rf"(?<![0-9.,])(?:{year}|{year % 100:02})(?![0-9]|[.,][0-9])")
    columns = "\n".join(best.columns)

    def named(text: str) -> bool | None:
        normalised = analyzed(text).normalised.text
        # A title may name a span of years, of which a row has one.
        key = _KEY.match(normalised) if best.kind == "table_row" else None
        if key and str(year) not in columns:
            return int(key[1]) == year
        if there.search(normalised) or year in _spanned(normalised) or year in _spoken(text):
            return True
        return False if _YEAR.search(normalised) else None

    return named


def _spanned(normalised: str) -> set[int]:
    """The years between two with a hyphen or "to"."""
    found: set[int] = set()
    for match in _SPAN.finditer(normalised):
        first, last = int(match[1]), int(match[2])
        last = last if last > first else first // 100 * 100 + last
        found.update(range(first, 1 + last) if last - first <= _MAX_SPAN else ())
    return found


def _spoken(text: str) -> set[int]:
    """The numbers of a text that are written out: «ألف وتسعمئة وست وخمسون». «ألف» alone is also a verb."""
    analysis = analyzed(text)
    words = [word.term for word in analysis.words]
    written = [text[word.start : word.end] for word in analysis.words]
    ends = [*(word.start for word in analysis.words[1:]), len(text)]
    between = [text[word.end : end] for word, end in zip(analysis.words, ends, strict=False)]
    long = (one.term for one in stated(words, written, between) if one.end - one.first > _MIN_SPOKEN)
    return {int(term) for term in long if term.isdecimal()}


def _numbered(question: str, _: Passage) -> Callable[[str], bool | None] | None:
    """For a question about one of a series, as "the second phase": whether a text has it, others, or none."""
    # "The first to fly" isn't one of a series.
    asked = {(noun, number) for noun, number in _ordinals(question) if number > 1 or noun in _COUNTED}
    # Of two of a series there are two answers, or a comparison.
    if len(asked) != 1 or _RANGE.search(analyzed(question).normalised.text):
        return None
    ((noun, number),) = asked
    if sum(other == noun for other, _ in _ordinals(question)) > 1 or _second_of(question):
        return None

    def named(text: str) -> bool | None:
        there = [one for other, one in _ordinals(text) if other == noun]
        if not there or _RANGE.search(analyzed(text).normalised.text):
            return None
        return number in there

    return named


def _second_of(question: str) -> bool:
    """Whether another ordinal is joined to one: «الدورة الأولى والثانية», "the first and second phase"."""
    ordinals = [word.term for word in analyzed(question).words if word.term in ORDINAL]
    return len(ordinals) > 1


def _ordinals(text: str) -> Iterator[tuple[str, int]]:
    """What is counted, and its number: («مرحله», 2) in «المرحلة الثانية», ("phase", 2) in "phase two"."""
    analysis = analyzed(text)
    words = [word.term for word in analysis.words]
    for place, word in enumerate(words):
        number = ORDINAL.get(word, 0)
        if not 0 < number <= _MAX_ORDINAL:
            continue
        beside = place + 1 if word.isascii() else place - 1
        if not 0 <= beside < len(words) or words[beside] in _NOT_COUNTED:
            continue
        noun = words[beside]
        if noun.isascii() == word.isascii() and noun not in _MONTHS and noun.isalpha():
            yield _bare(noun), number
    for match in _SERIES.finditer(analysis.normalised.text):
        said = match["number"]
        yield match["noun"], int(said) if said.isdecimal() else _NUMBERS.get(said, 0)


def _bare(noun: str) -> str:
    """A noun without its article and what is written together with that."""
    return regex.sub(r"^(?:[وفبك]?ال|لل)(?=\p{L}{3})", "", noun)


def _quoted(question: str, _: Passage) -> Callable[[str], bool | None] | None:
    """For a question with a title in quotation marks: whether a text has it (true), others, or none."""
    # A single word may be spelled in several ways.
    asked = [terms for terms in map(_terms, _titles(question)) if len(terms) > 1]
    if not asked:
        return None

    def named(text: str) -> bool | None:
        terms = _terms(text)
        if all(title <= terms for title in asked):
            return True
        others = [title for title in map(_terms, _titles(text)) if len(title) > 1]
        lacking = [title for title in asked if 2 * len(title & terms) < len(title)]
        # In another language its title is another.
        is_rivalled = any(_script(one) == _script(other) for one in lacking for other in others)
        return False if is_rivalled else None

    return named


def _titles(text: str) -> list[str]:
    return [next(filter(None, match)) for match in _QUOTED.findall(text)]


def _script(terms: frozenset[str]) -> bool:
    """Whether most words are in Latin letters."""
    return 2 * sum(term.isascii() for term in terms) > len(terms)


def _terms(text: str) -> frozenset[str]:
    return frozenset(term.term for term in analyze(text))


_RULES: Final[tuple[Rule, ...]] = (_year, _numbered, _quoted)
