"""Sentences that can't be the answer by rule, whatever they resemble.

Three kinds, each only where it is sure: what has another identifier than the question's ("message E09" in the
row of E01), what is measured in something else than is asked (a length where a price is), and the one whom
the question excludes ("before Ada Marsh"). Before them come the rivals (rivals.py). A sentence without any
sign of either kind is never ruled out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

import regex

from index.text.analyzer import analyzed
from index.text.numerals import Stated, stated
from index.types import Passage
from qa.answering.question_type import plain_words
from qa.answering.questions.units import unit
from qa.answering.sentences.rivals import without_rivals
from qa.answering.sentences.scored import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.query import Query

# All patterns are for normalised spelling, where every digit is one of 0-9.
# Letters and at least two digits, or a hyphen between: E09, HX-110, F-7; not 1990s, 14th, H2O.
_CODE: Final = regex.compile(
    r"(?<![\w-])(?P<letters>[a-z]{1,4})(?P<hyphen>-?)0*(?P<number>[0-9]{1,6})(?![\w/])"
)
_MIN_DIGITS: Final = 2
_TO: Final = r"\s*(?:-|–|—|to|through|until|الي|حتي)\s*"
_PAIR: Final = r"0*(?P<first>[0-9]{1,4})\s*/\s*0*(?P<second>[0-9]{1,4})"
# A number with a slash is an identifier only behind the name of what is numbered: 3/4 may be a part.
_NUMBERED: Final = (
    r"(?:decision|resolution|law|decree|circular|regulation|directive|case|act|order|motion|no|number|nr"
    r"|(?:ال|لل|وال|بال)?(?:قرار|قانون|مرسوم|تعميم|نظام|لايحه|قضيه|توصيه|معامله|كتاب)|رقم)"
)
_SLASHED: Final = regex.compile(rf"\b{_NUMBERED}\.?\s+(?:(?:no|nr)\.?\s*|رقم\s+)?\(?{_PAIR}(?![\w/])")
_ANY_PAIR: Final = regex.compile(rf"(?<![\w/.]){_PAIR}(?![\w/])")

# What a number before a unit may have between: "two full years", "60 square metres".
_SQUARE: Final = {"square": "area", "cubic": "volume"}
_CUBED: Final = {"مربع": "area", "مربعه": "area", "مكعب": "volume", "مكعبه": "volume"}
_DUAL: Final = regex.compile(r"(?:ان|ين|ا|ي)$")
LOOSE: Final = "loose"
"""Of a word that may be a number or not."""
_CURRENCY: Final = "$£€¥₤"
_BEFORE_YEARS: Final = frozenset(("in", "since", "until", "from", "by", "year", "سنه", "عام", "منذ", "حتي"))
_YEARS: Final = range(1000, 2200)
# What a price may also be, or is said with.
_PRICED: Final = regex.compile(
    r"%|\b(?:free|charge|gratis|waived|rates?|half|twice|double|times|percent|costs?|price[sd]?|fees?|fares?|paid"
    r"|pays?|expens\w+|cheap\w*|dozen\w*|hundreds|thousands|millions|budget\w*|salar\w+"
    r"|(?:ال|ب|لل|بال|وال)?(?:مجان\w*|ضعف\w*|نصف|ربع|ثلث|كلفه|تكلفه|تكاليف|سعر\w*|ثمن\w*|رسم|رسوم|اجره?|ميه|مايه"
    r"|تعرفه|مبلغ|قيمه|دفع\w*)|كلف\w*|تكلف\w*|بالميه|بالمايه|[يت]?دفع\w*|الاف|ملايين|ميات)\b"
)
_ASKED: Final = {
    "money": regex.compile(
        r"\bhow much\b.{0,80}?\bcosts?\b|\bwhat (?:is|are|was|were) the (?:\w+ )?(?:price|cost|fee|fare)\b"
        r"|^[وف]?كم (?:\w+ )?(?:ال)?(?:كلف\w*|تكلف\w*|سعر\w*|ثمن\w*|رسم|رسوم|اجره)\b"
        r"|^[وف]?(?:ما|ما هي|ما هو|بلغت?) (?:ال)?(?:كلفه|تكلفه|سعر|ثمن|رسم|رسوم|اجره)\b"
    ),
    "mass": regex.compile(r"\bhow many (?:tons|tonnes|kilograms|kg|grams)\b|\bكم (?:طنا?|كيلوغراما?|كغ)\b"),
    "people": regex.compile(
        r"\bhow many (?:people|persons|members|employees|students|workers)\b"
        r"|\bكم (?:شخصا?|عضوا?|موظفا?|طالبا?|عاملا?)\b"
    ),
    "interval": regex.compile(r"\bhow (?:often|frequently)\b|\bكل كم\b"),
}  # fmt: skip
_LASTING: Final = regex.compile(
    r"\b(?:for|up to|within|during|lasts?|takes?|لمده|مده|خلال|يستغرق|تستغرق|حتي)\b"
    r"(?: \w+){0,4}? (?:minutes?|hours?|days?|weeks?|months?|years?"
    r"|دقيق\w*|دقايق|ساع\w*|يوم\w*|ايام|اسبوع\w*|اسابيع|شهر\w*|اشهر|سن\w*|عام\w*)\b"
)
_RECURRING: Final = regex.compile(
    r"\b(?:every|each|per|once|twice|times|daily|weekly|monthly|yearly|annual\w*|quarterly|hourly|whenever|always"
    r"|never|often|regular\w*|rare\w*|seldom|sometimes|frequent\w*|occasional\w*|continu\w+|periodic\w*|if|when"
    r"|after|interval\w*|(?<!half )an? (?:minute|hour|day|week|month|year)"
    r"|كل|كلما|مره|مرات|مرتين|سنوي\w*|يومي\w*|شهري\w*|اسبوعي\w*|دوري\w*|بانتظام|عند|اذا|بعد|دايما|ابدا|نادرا|غالبا"
    r"|احيانا|باستمرار)\b"
)

_NAME: Final = r"(?P<name>\p{Lu}[\w'’.-]+(?: \p{Lu}[\w'’.-]+){0,3})"
_EXCLUDED: Final = regex.compile(
    rf"^(?:And )?[Ww]ho\b.*\b(?:before|prior to|preceded) {_NAME}\W*$"
    rf"|^(?:And )?[Ww]ho\b.*\b(?:predecessor of) {_NAME}\W*$"
    r"|^[وف]?من\b(?! (?:قبل|الذين)).*\b(?:قبل|سبق|سبقت) "
    r"(?P<name>\p{Arabic}+(?: \p{Arabic}+){1,3})\W*$"
)
_SUCCESSION: Final = regex.compile(
    r"\b(?:before|after|succe\w+|predecess\w+|preced\w+|follow\w+|replac\w+|took over|taken over|takes over"
    r"|former\w*|previous\w*|earlier|then|until|till|first|from|inherit\w+|hand\w+|instead|and|with|by|who"
    r"|قبل\w*|بعد\w*|خلف\w*|سلف\w*|سابق\w*|السابق\w*|محل|مكان|تلا\w*|تلي\w*|اعقب\w*|حتي|من|عن|مع|بدل\w*|ورث\w*|ثم)\b"
)
_MANY_YEARS: Final = 2


def possible(query: Query, found: Sequence[Sentence], title: Callable[[str], str]) -> list[Sentence]:
    """The sentences that no rule excludes, in their order.

    Args:
        query: the question.
        found: sentences, best first.
        title: the title of a document by its id.
    """
    question = analyzed(query.reading).normalised.text
    left = without_rivals(query.reading, found, title)
    is_best = left[:1] == found[:1]
    left = _of_kind(question, _with_identifier(question, left, title), is_best=is_best)
    excluded = _excluded(query.reading)
    return [sentence for sentence in left if not (excluded and excluded(sentence))]


def _with_identifier(question: str, found: Sequence[Sentence], title: Callable[[str], str]) -> list[Sentence]:
    """Sentences; those of passages with a question's identifier where the best one has a rival of it."""
    codes = [
        (match["letters"], int(match["number"]))
        for match in _CODE.finditer(question)
        if match["hyphen"] or match.end("number") - match.end("letters") >= _MIN_DIGITS
    ]
    pairs = [frozenset(map(int, match.group("first", "second"))) for match in _SLASHED.finditer(question)]
    if not (codes or pairs):
        return list(found)

    @cache
    def text_of(passage: Passage) -> str:
        parts = (passage.text, *passage.headings, *passage.columns, title(passage.document_id))
        return analyzed("\n".join(parts)).normalised.text

    best = text_of(found[0].passage) if found else ""
    for letters, number in codes:
        if not _has_code(best, letters, number) and _codes(best, letters):
            found = [one for one in found if _has_code(text_of(one.passage), letters, number)]
    for pair in pairs:
        if not _has_pair(best, pair) and any(pair & other for other in _pairs(best)):
            found = [one for one in found if _has_pair(text_of(one.passage), pair)]
    return list(found)


def _codes(text: str, letters: str) -> set[int]:
    """The numbers behind these letters."""
    return {int(match["number"]) for match in _CODE.finditer(text) if match["letters"] == letters}


def _has_code(text: str, letters: str, number: int) -> bool:
    """Whether a text has something that may be an identifier: its number, or a range with it."""
    # The number without its letters, or with those of another script, may be the identifier.
    if regex.search(rf"(?<![0-9])0*{number}(?![0-9])", text):
        return True
    ranges = regex.finditer(rf"\b{letters}-?([0-9]+){_TO}(?:{letters}-?)?([0-9]+)", text)
    return any(int(one[1]) <= number <= int(one[2]) for one in ranges)


def _pairs(text: str) -> list[frozenset[int]]:
    """The numbers with a slash in a text."""
    return [frozenset(map(int, match.group("first", "second"))) for match in _ANY_PAIR.finditer(text)]


def _has_pair(text: str, pair: frozenset[int]) -> bool:
    """Whether a text has both numbers of an identifier, with a slash or as in "No. 7 of 2024"."""
    first, second = min(pair), max(pair)
    between = r"\W+(?:\w+\W+){1,2}?"
    apart = rf"\b0*(?:{first}{between}{second}|{second}{between}{first})\b"
    return pair in _pairs(text) or regex.search(apart, text) is not None


def _of_kind(question: str, found: Sequence[Sentence], *, is_best: bool) -> list[Sentence]:
    """Sentences without those that measure something else than is asked.

    Where the best one is such, only those that certainly measure what is asked: the others were behind it.

    Args:
        question: in normalised spelling.
        found: sentences, best first.
        is_best: whether none better was ruled out before.
    """
    asked = next((kind for kind, pattern in _ASKED.items() if pattern.search(question)), None)
    if asked is None or not found:
        return list(found)
    fits = [_fit(asked, sentence) for sentence in found]
    least = 1 if fits[0] < 0 or not is_best else 0
    return [sentence for sentence, fit in zip(found, fits, strict=True) if fit >= least]


def _fit(asked: str, sentence: Sentence) -> int:
    """1 if a sentence has the kind of quantity that is asked, -1 if it has others alone, 0 if unclear."""
    written, is_row = sentence.written, sentence.passage.kind == "table_row"
    text = analyzed(written).normalised.text
    if asked == "interval":
        return 1 if _RECURRING.search(text) else -bool(_LASTING.search(text) and not is_row)
    kinds = set(measured(written))
    # The cells of a row have their units in the head of its table.
    if asked in kinds or (is_row and kinds):
        return 1
    if asked == "money":
        # «الخزان» looks like a dual, and "the larger one" like a number: prices are seldom so small.
        if _is_priced(written, text):
            return 1
        return -bool(kinds - {LOOSE} and "" not in kinds)
    if kinds & {"", LOOSE}:
        return 1
    return -bool(kinds)


def _is_priced(written: str, text: str) -> bool:
    """Whether a sentence, as written and normalised, has a word or a sign of money or prices."""
    return (
        not set(_CURRENCY).isdisjoint(written)
        or _PRICED.search(text) is not None
        or any(_unit(word) == "money" for word in plain_words(written))
    )


def measured(text: str) -> Iterator[str]:
    """What each number of a text measures: "money", "length", "date", ...

    Empty where no unit is known; `LOOSE` where the word may not be a number either.
    """
    analysis = analyzed(text)
    found = analysis.words
    words = [word.term for word in found]
    written = [text[word.start : word.end] for word in found]
    ends = [*(word.start for word in found[1:]), len(text)]
    between = [text[word.end : end] for word, end in zip(found, ends, strict=True)]
    for number in stated(words, written, between):
        yield _kind(number, words, between, text[: found[number.first].start].rstrip()[-1:])


def _kind(number: Stated, words: Sequence[str], between: Sequence[str], sign: str) -> str:
    if not {sign, between[number.end - 1].strip()[:1]}.isdisjoint(_CURRENCY):
        return "money"
    if not number.term.replace(".", "").isdecimal():
        return "date"
    own = words[number.first]
    if not number.is_certain and not own.isascii():
        # «مترين» is its own unit.
        return _unit(own) or LOOSE
    following = [*words[number.end : number.end + 2], "", ""]
    if kind := _SQUARE.get(following[0]):
        return kind
    kind = _unit(following[0])
    if kind == "length":
        return _CUBED.get(following[1], kind)
    before = words[number.first - 1] if number.first else ""
    is_year = number.term.isdecimal() and int(number.term) in _YEARS
    return kind or ("date" if is_year and before in _BEFORE_YEARS else "" if number.is_certain else LOOSE)


def _unit(word: str) -> str:
    """What a unit measures; empty for other words."""
    found = unit(word) or unit(_DUAL.sub("", word))
    return found[0] if found else ""


def _excluded(question: str) -> Callable[[Sentence], bool] | None:
    """Rules out sentences that name none but the person whom the question excludes."""
    match = _EXCLUDED.search(question.strip())
    if match is None:
        return None
    name = _words(match["name"])

    def rules_out(sentence: Sentence) -> bool:
        if sentence.passage.kind in ("table_row", "list_item"):
            return False
        written = sentence.written
        if not name <= plain_words(written):
            return False
        normalised = analyzed(written).normalised.text
        years = {one for one in regex.findall(r"\b[0-9]{4}\b", normalised) if int(one) in _YEARS}
        return (
            not _SUCCESSION.search(normalised)
            and len(years) < _MANY_YEARS
            and not _others(written, match["name"])
        )

    return rules_out


def _words(text: str) -> frozenset[str]:
    return frozenset(word.term for word in analyzed(text).words)


def _others(written: str, name: str) -> bool:
    """Whether there are other names: with a capital, but for the first word, or joined to this one by «و»."""
    rest = regex.sub(r"^\W*\w+", "", written)
    if regex.search(r"\b\p{Lu}\w+ \p{Lu}\w+", rest.replace(name, "")):
        return True
    words = analyzed(name).words
    joined = rf"\bو{regex.escape(words[0].term)}\b|\b{regex.escape(words[-1].term)}\s+و\p{{L}}"
    return regex.search(joined, analyzed(written).normalised.text) is not None
