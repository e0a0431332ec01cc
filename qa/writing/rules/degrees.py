"""Detects claims that change a comparison, a bound, a quantifier, a cause or a unit of their quotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import regex

from index.text.analyzer import Term, normalise, words
from index.text.arabic import proclitic_splits, without_proclitics
from qa.answering.questions.units import unit
from qa.writing.alignment import Match
from qa.writing.quantities import Quantity, quantities
from qa.writing.rules.clauses import clauses, negations


def _row(text: str) -> frozenset[str]:
    return frozenset(normalise(text).text.split())


# Words of comparison: a degree up or down. Of a number they say that it is the least or the most.
_UP: Final = _row("""
more larger bigger greater longer higher older elder taller heavier wider faster better dearer exceed exceeds
exceeding exceeded increase increases increased rise rises rose raise raised grew minimum
أكثر أكبر أطول أعلى أثقل أوسع أسرع أفضل أغلى يزيد تزيد زاد زادت زيادة
يتجاوز تتجاوز تجاوز يفوق تفوق ارتفع ارتفعت
""")
_DOWN: Final = _row("""
less fewer smaller lesser shorter lower younger lighter narrower slower worse cheaper decrease decreases
decreased reduce reduces reduced falls fell drop dropped shrank cut maximum
أقل أصغر أقصر أدنى أخف أضيق أبطأ أسوأ أرخص يقل تقل قلت خفض خفضت تخفيض انخفض انخفضت انخفاض تراجع نقص نقصت
""")
# Of a number these say only by how much.
_CHANGES: Final = _row("""
increase increases increased rise rises rose raise raised grew decrease decreases decreased
reduce reduces reduced falls fell drop dropped shrank cut
زيادة زاد زادت ارتفع ارتفعت خفض خفضت تخفيض انخفض انخفضت انخفاض تراجع نقص نقصت
""")
# These say it of a number alone.
_UP_TO: Final = _row("over above فوق")
_DOWN_TO: Final = _row("under below تحت")
# Of two words, which mean the opposite of the one.
_LEAST: Final = regex.compile(r"\bat least\b|\bعلي الاقل\b|\bحد ادني\b")
_MOST: Final = regex.compile(r"\bat most\b|\bup to\b|\bعلي الاكثر\b|\bحد اقصي\b")
# Words between a comparison and its number, at most.
_NEAR: Final = 3
# Between a number and its bound these take no room.
_PERCENT: Final = _row("percent per cent المئة المائة بالمئة بالمائة في")
_PIVOT: Final = regex.compile(r"\bthan\b|(?<=\bas \w+ )as\b|\bمن\b(?<=\bا\w{3} من)")

_ALL: Final = _row(
    "all every each always everyone everything كل كلها كله كلهم جميع جميعها جميعهم كافة دائما دوما"
)
# These say "all" as well, and less too.
_ANY: Final = _row(
    "any both no none nobody entire entirely full fully whole wholly throughout unanimous unanimously"
    " complete completely أي أية كلا كلتا كامل كاملا كاملة بكامل بأكمله بأكملها إجماع بالإجماع أحد طوال"
)
_SOME: Final = _row(
    "some most several sometimes often usually many بعض معظم أغلب غالبية أحيانا غالبا عادة كثير"
)
_ONLY: Final = _row("only solely exclusively alone فقط وحده وحدها وحدهم حصرا")
_EXCEPT: Final = _ONLY | _row("except unless but sole just merely إلا سوى فحسب")

_REASONS: Final = (
    r"\bbecause\b|\b(?:due|owing) to\b|\bas a result\b|\b[وف]?(?:لان\w{0,3}|بسبب\w*|نتيجه|جراء|نظرا)\b"
)
_REASON: Final = regex.compile(_REASONS)
_ANY_REASON: Final = regex.compile(
    _REASONS
    + r"|\b(?:since|so|thus|therefore|hence|caus\w+|reasons?|led|result\w*|owing|due|thanks to|for \w+ing)\b"
    r"|\b[وف]?(?:اذ|لذلك|لذا|سبب\w*|ادي|ادت|لكي|كي|من اجل|بفضل|اثر)\b"
)

_A: Final = _row("a an per each every كل")
_MEASURE: Final = "measure"
_MEASURES: Final = frozenset(("length", "area", "mass", "volume", "energy"))
_PERIODS: Final = _row("الساعة اليوم الأسبوع الشهر السنة العام")
_OFTEN: Final = _row(
    "hourly daily weekly monthly yearly annually يومي يومية يوميا أسبوعي أسبوعية أسبوعيا"
    " شهري شهرية شهريا سنوي سنوية سنويا"
)


def has_other_unit(claim: str, quotation: str) -> bool:
    """Whether a number of the claim has another unit than in the quotation: grams for milligrams."""
    stated, rates = list(_measured(quotation)), set(_rates(quotation))
    for number, found in _measured(claim):
        of_kind = [other for one, other in stated if one.readings & number.readings and other[0] == found[0]]
        if of_kind and found not in of_kind:
            return True
    # A price per litre isn't one per kilogram.
    kinds = {_MEASURE if kind in _MEASURES else kind for kind, _ in rates}
    return any(
        rate not in rates and (_MEASURE if rate[0] in _MEASURES else rate[0]) in kinds
        for rate in _rates(claim)
    )


def _measured(text: str) -> Iterator[tuple[Quantity, tuple[str, int]]]:
    """The numbers followed by a unit, or contained in the dual form of one."""
    found = words(text)
    for number in quantities(text):
        after = next((word for word in found if word.start >= number.end), None)
        is_beside = after is not None and text[number.end : after.start].strip() in ("", "-")
        within = text[number.start : number.end]
        if (of := unit(normalise(within).text)) or (after and is_beside and (of := unit(after.term))):
            yield number, of


def _rates(text: str) -> Iterator[tuple[str, int]]:
    """The units after "a", "per" and «كل»: the denominators of rates."""
    found = words(text)
    for before, word in pairwise(found):
        is_for = before.term in _A or word.term.startswith("لل") or word.term in _OFTEN
        is_for = is_for or (before.term == "في" and word.term in _PERIODS)
        if is_for and (of := unit(word.term)):
            yield of


def is_of_other_degree(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether the claim changes a comparison, a bound, a quantifier or a cause of the quotation.

    Args:
        claim: the claim.
        quotation: its quotation.
        matches: the claim's words with their counterparts.
    """
    return (
        _bounds_otherwise(claim, quotation)
        or _compares_otherwise(claim, quotation, matches)
        or _generalises(claim, quotation)
        or _gives_reason(claim, quotation)
    )


def _bounds_otherwise(claim: str, quotation: str) -> bool:
    """Whether a number is a lower bound in the claim and an upper bound in the quotation, or the reverse."""
    stated = list(_bounds(quotation))
    for number, sign in _bounds(claim):
        signs = {other for one, other in stated if one.readings & number.readings}
        if sign and signs and sign not in signs:
            return True
    return False


def _bounds(text: str) -> Iterator[tuple[Quantity, int]]:
    """The numbers, each with 1 for a lower bound, -1 for an upper bound, 0 for an exact value."""
    found = words(text)
    spans = clauses(text)
    for number in quantities(text):
        if not number.is_certain or not next(iter(number.readings))[0].isdecimal():
            continue
        start, end = next(((s, e) for s, e in spans if s <= number.start < e), (0, len(text)))
        before = [word for word in found if start <= word.start < number.start][-_NEAR:]
        after = [word for word in found if number.end <= word.start < end and word.term not in _PERCENT][
            :_NEAR
        ]
        words_before = [
            word for word in before if word.term not in _CHANGES and not _is_of_phrase(text, word)
        ]
        sign = next(
            (sign for word in reversed(words_before) if (sign := _sign(word.term, of_number=False))), 0
        )
        if before and not sign:
            sign = _sign(before[-1].term, of_number=True)
        for nearby in (before[-2:], after):
            phrase = " ".join(word.term for word in nearby)
            sign = 1 if _LEAST.search(phrase) else -1 if _MOST.search(phrase) else sign
        yield number, sign * _parity(text[start:end])


def is_bounded(text: str) -> bool:
    """Whether a number of a text is a lower or an upper bound."""
    return any(sign for _, sign in _bounds(text))


def _sign(word: str, *, of_number: bool) -> int:
    forms = {word, *(rest for _, rest in proclitic_splits(word))}
    up, down = (_UP | _UP_TO, _DOWN | _DOWN_TO) if of_number else (_UP, _DOWN)
    return 1 if forms & up else -1 if forms & down else 0


def _parity(text: str) -> int:
    """-1 if a text is negated; "no more than" counts here."""
    return -1 if negations(text, all_of_them=True) % 2 else 1


def _compares_otherwise(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether the two sides of a comparison are exchanged: "B is older than A" for "A is older than B"."""
    claimed, stated = _degrees(claim), _degrees(quotation)
    is_turned = _is_turned(claim, quotation, matches)
    if is_turned and claimed == stated:
        return True
    order = -1 if is_turned else 1
    return bool(claimed and stated) and not {sign * order for sign in claimed} & stated


def is_converse(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether the claim compares in the other direction than its quotation."""
    is_turned = _is_turned(claim, quotation, matches)
    return is_turned and {-sign for sign in _degrees(claim)} == _degrees(quotation) != frozenset()


def _degrees(text: str) -> frozenset[int]:
    """The directions of the comparisons of a text, apart from those of numbers alone."""
    return frozenset(
        sign * _parity(text[start:end])
        for start, end in clauses(text)
        for word in words(text[start:end])
        if (sign := _sign(word.term, of_number=False)) and not _is_of_phrase(text[start:end], word)
    )


def _is_of_phrase(text: str, word: Term) -> bool:
    """Whether a word of comparison belongs to «على الأقل»."""
    is_definite = without_proclitics(word.term) != word.term
    return is_definite and normalise(text[: word.start]).text.split()[-1:] == ["علي"]


def _is_turned(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether the compared things are on the opposite sides of "than"."""
    here, there = _pivot(claim), _pivot(quotation)
    if here is None or there is None:
        return False
    sides = {
        (match.word.start > here, match.partner.start > there)
        for match in matches
        if match.is_sure
        and match.partner
        and _is_single(claim, match.word)
        and _is_single(quotation, match.partner)
    }
    return {(True, False), (False, True)} <= sides


def _pivot(text: str) -> int | None:
    normalised = normalise(text)
    found = _PIVOT.search(normalised.text)
    return normalised.origins[found.start()] if found else None


def _is_single(text: str, word: Term) -> bool:
    of_text = [one.term for one in words(text)]
    term = next((one.term for one in words(text) if one.start == word.start), word.term)
    return of_text.count(term) == 1


def _generalises(claim: str, quotation: str) -> bool:
    """Whether a claim says "all" or "only" where its quotation doesn't."""
    claimed, stated = (
        {form for word in words(text) for form in _forms(word.term)} for text in (claim, quotation)
    )
    if claimed & _ONLY and not stated & _EXCEPT:
        return True
    if claimed & _ALL and not stated & (_ALL | _ANY):
        return any(unit(after) is None for after in _after_all(claim)) or bool(stated & _SOME)
    return False


def _gives_reason(claim: str, quotation: str) -> bool:
    """Whether a claim says why something is so, and its quotation doesn't."""
    return _REASON.search(normalise(claim).text) is not None and not _ANY_REASON.search(
        normalise(quotation).text
    )


def _forms(word: str) -> set[str]:
    return {word, *(rest for _, rest in proclitic_splits(word, among="وفبل"))}


def _after_all(text: str) -> list[str]:
    """The words after "every": with a unit it means no more than "a" does."""
    found = [word.term for word in words(text)]
    return [after for word, after in zip(found, [*found[1:], ""], strict=True) if _forms(word) & _ALL]
