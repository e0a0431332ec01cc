"""Questions for a part of a document by its number: «ماذا تقول المادة 9؟», "What is in section 3.2?".

A day of a diary is such a part, too: "What happened on 6 April?".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import Final

import regex

from index.text.analyzer import analyze, analyzed, words
from index.text.numerals import is_quantity
from index.text.structure.labels import heading_label, item_marker, numbered_label
from qa.answering.questions.wordings import A_DOCUMENT, AR_DOCUMENT

# In normalised spelling. Each line has the names of one kind of part in both languages; «باب» is a part or a
# chapter.
_KINDS: Final = tuple(
    frozenset(line.split())
    for line in (
        "article articles art ماده",
        "section sections sec قسم مبحث",
        "chapter chapters ch فصل باب",
        "part parts باب جزء قسم",
        "clause clauses بند فقره",
        "paragraph paragraphs para فقره",
        "item items point points بند نقطه",
        "rule rules قاعده",
        "annex appendix schedule ملحق",
        "unit units module modules وحده",
        "lesson lessons درس",
        "lecture lectures محاضره",
        "book books volume volumes vol كتاب جزء مجلد",
        "table tables جدول",
        "figure figures fig شكل",
        "form forms نموذج استماره",
        "axis theme محور",
        "مطلب",
        "فرع",
    )
)
_NAMES: Final = frozenset().union(*_KINDS)
# A part without a name: "6. Claims". Forms, tables and books are never called by a bare number.
_BARE: Final = frozenset(range(8))
# The entry of a day.
_DAY: Final = frozenset((len(_KINDS),))
_LATIN: Final = "|".join(sorted((name for name in _NAMES if name.isascii()), key=len, reverse=True))
_ARABIC: Final = "|".join(name for name in _NAMES if not name.isascii())
_NUMBER: Final = r"\p{Nd}{1,4}(?:[./-]\p{Nd}{1,3})*"
_NUMBERED: Final = regex.compile(
    rf"\b(?:(?P<name>{_LATIN})|[وف]?[بلك]?(?:ال|(?<=ل)ل)?(?P<name>{_ARABIC}))\.?\s{{0,3}}"
    rf"(?:(?:no|nr|number|رقم)\b\.?\s{{0,3}})?[(\[#]?\s?(?P<number>{_NUMBER})(?![\p{{L}}\p{{Nd}}])"
)
_REPEATED: Final = regex.compile(r"[)\]]?\s{0,3}\(?(?P<word>مكرر)ا?\b")
_PROCLITICS: Final = regex.compile(r"[وف]?[بلك]?(?:ال|(?<=ل)ل)?(?=\p{L}{3})")
# Words that ask what a part says, besides its name.
_ASKING: Final = frozenset(
    word.term
    for word in words(
        """
        what what's which do does did is are was the a an of at on in under from by for to me us please you
        can could say says said state states provide provides contain contains cover covers about text wording
        content contents read quote show give tell it according there full exactly this that
        ما ماذا هو هي ذا عم عما علام بم بماذا هل شو ايش وش لي لنا من فضلك
        تقول يقول قالت قال نص نصت ينص تنص على عليه عليها في فيه فيها عن به بها محتوى مضمون فحوى مفاد موضوع
        جاء جاءت ورد وردت تتحدث يتحدث تتناول يتناول تتضمن يتضمن تحتوي يحتوي تشمل يشمل
        يوجد بتقول بيقول هذا هذه بالضبط اقرأ اعرض أعطني هات أرني اذكر اكتب
        """
    )
)
_HAPPENED: Final = regex.compile(
    r"^\W*(?:what (?:happened|was done|did (?:they|we|he|she|you) do)"
    r"|[وف]?(?:ماذا|شو|ايش|وش) (?:حدث|حصل|جري|كان|صار|فعل(?:وا|ت|نا)?))\b"
)
_OF_DAYS: Final = frozenset(
    term.term
    for term in analyze(
        "on in the of day monday tuesday wednesday thursday friday saturday sunday"
        " في يوم الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"
    )
)
_LAST_DAY: Final = 31
_A_DOCUMENT: Final = regex.compile(rf"{A_DOCUMENT}|[وفبلك]?{AR_DOCUMENT}")


@dataclass(frozen=True)
class Part:
    """A numbered part of a document, as a question or a heading names it.

    Attributes:
        kinds: the kinds of part that it may be, as numbers of `_KINDS`: «باب» is a chapter or a part, a bare
            number an article, a section and others.
        number: in the digits 0-9, as in "9", "3.2" or "9 مكرر".
        is_named: whether its kind is named.
    """

    kinds: frozenset[int]
    number: str
    is_named: bool = True

    @property
    def is_day(self) -> bool:
        """Whether it is the entry of a day."""
        return self.kinds == _DAY

    def is_of(self, other: Part) -> bool:
        """Whether they may be the same part."""
        return self.number == other.number and not self.kinds.isdisjoint(other.kinds)


@dataclass(frozen=True)
class PartQuestion:
    """A question for what a part says.

    Attributes:
        part: the part.
        written: the part as the question writes it, such as "section 3.2".
        before: the terms before it that name its document: "In the travel policy, what does section 6 say?".
        after: those after it.
        kinds: the words that say what kind of document it is: "of the policy".
    """

    part: Part
    written: str
    before: frozenset[str]
    after: frozenset[str]
    kinds: frozenset[str]


def asked_part(question: str) -> PartQuestion | None:
    """What a question for a part's text asks for; None for other questions."""
    if happened := _HAPPENED.search(analyzed(question).normalised.text):
        origins = analyzed(question).normalised.origins
        return _asked_day(question[origins[happened.end() - 1] + 1 :])
    found = _parts(question)
    if len(found) != 1:
        return None
    ((part, start, end),) = found
    before, after = question[:start], question[end:]
    kinds = _kinds(before) | _kinds(after)
    return PartQuestion(part, question[start:end], _naming(before), _naming(after), kinds)


def _asked_day(written: str) -> PartQuestion | None:
    """The question for a day, of what stands behind "what happened"; None if it names no day, or a year."""
    terms = [term.term for term in analyze(written)]
    dates = [term for term in terms if is_quantity(term)]
    if len(dates) != 2 or (part := _day(dates)) is None:
        return None
    after = _naming(written) - _OF_DAYS - frozenset(dates)
    return PartQuestion(part, written, frozenset(), after, frozenset())


def _day(terms: Sequence[str]) -> Part | None:
    """The day that a text's first terms are, such as "6 April" or «السبت 12 تشرين الثاني»."""
    date = list(islice(dropwhile(_OF_DAYS.__contains__, terms), 2))
    if len(date) < 2 or not all(map(is_quantity, date)):
        return None
    day, month = sorted(date, key=lambda term: not term.isdecimal())
    is_date = day.isdecimal() and 0 < int(day) <= _LAST_DAY and not month.isdecimal()
    return Part(_DAY, f"{day} {month}") if is_date else None


def named_parts(text: str) -> list[Part]:
    """The parts that a text names, wherever in it."""
    return [part for part, _, _ in _parts(text)]


def heading_part(heading: str) -> Part | None:
    """The part that a heading begins, such as «المادة (9): أمين المال», "6. Claims" or "3.2 The route"."""
    label = heading_label(heading)
    if label is not None:
        # It is a mere mention in «المادة 9 من القانون».
        found = [] if label.is_mentioned else _parts(heading[: label.length])
        return found[0][0] if found else None
    if (found := _parts(heading)) and not analyze(heading[: found[0][1]]):
        return found[0][0]
    if day := _day([term.term for term in analyze(heading)]):
        return day
    if numbered := numbered_label(heading):
        return Part(_BARE, analyzed(heading[: numbered[0]]).normalised.text, is_named=False)
    marker = item_marker(heading)
    value = analyzed(marker.value).normalised.text if marker else ""
    return Part(_BARE, value, is_named=False) if value.isdecimal() else None


def _parts(text: str) -> list[tuple[Part, int, int]]:
    """Each part that a text names, and its span."""
    analysis = analyzed(text)
    normalised = analysis.normalised
    found = []
    for match in _NUMBERED.finditer(normalised.text):
        span = normalised.origins[match.start()], normalised.origins[match.end() - 1] + 1
        found.append((match["name"], match["number"], *span))
    for one in analysis.unit_numbers:
        name = _PROCLITICS.sub("", analysis.words[one.unit].term, count=1)
        name = name if name in _NAMES else analysis.words[one.unit].term
        if name in _NAMES:
            first, last = min(one.first, one.unit), max(one.end - 1, one.unit)
            found.append((name, one.number, analysis.words[first].start, analysis.words[last].end))
    parts = []
    for name, number, start, end in found:
        repeated = _REPEATED.match(analyzed(text[end:]).normalised.text)
        end += repeated.end() if repeated else 0
        kinds = frozenset(kind for kind, names in enumerate(_KINDS) if name in names)
        parts.append((Part(kinds, number + (" مكرر" if repeated else "")), start, end))
    return sorted(parts, key=lambda part: part[1])


def _naming(text: str) -> frozenset[str]:
    """The terms of a part of a question that may name a document."""
    rest = [word for word in analyzed(text).words if not _is_said(word.term)]
    return frozenset(term.term for term in analyze(text) if any(word.start == term.start for word in rest))


def _is_said(word: str) -> bool:
    """Whether a word asks what a part says, or says that it is part of a document: "of the policy"."""
    return word in _ASKING or _A_DOCUMENT.fullmatch(word) is not None


def _kinds(text: str) -> frozenset[str]:
    return frozenset(
        term.term
        for word in analyzed(text).words
        if _A_DOCUMENT.fullmatch(word.term) and word.term not in _ASKING
        for term in analyze(text[word.start : word.end])
    )
