"""Expected answer type of a question, and whether a sentence contains one.

Only types recognisable by keywords: a time (when), a quantity (how many) and a duration
(how long), a definition, a list. For all others every sentence is acceptable.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final, Literal

import regex

from index.text.analyzer import analyzed, stem, words
from index.text.arabic import proclitic_splits
from index.text.numerals.vocabulary import (
    ARABIC_CARDINALS,
    ARABIC_MONTHS,
    ENGLISH_CARDINALS,
    ENGLISH_MONTHS,
    LEVANTINE_MONTHS,
)
from index.text.sentences import Span
from index.text.structure.labels import item_marker
from qa.answering.questions.wordings import DEFINITIONS, LISTS

QuestionType = Literal["time", "quantity", "duration"]

# In normalised spelling: no hamza on its carrier, ه for ة, ي for ى. The first match counts.
_QUESTIONS: Final[dict[QuestionType, regex.Pattern[str]]] = {
    "duration": regex.compile(
        r"\bhow (?:long|old)\b|\b(?:كم (?:من الوقت|استغرق|استمر|دام|يوما|شهرا|سنه|عاما|ساعه)|الي متي)\b"
        r"|\bما (?:مده|المده)\b"
    ),
    "quantity": regex.compile(
        r"\bhow (?:many|much|often|tall|high|large|big|deep|wide)\b"
        r"|\bwhat (?:percent|percentage|number|proportion|distance)\b|^[وف]?(?:كم|بكم)\b|\bكم\b"
        r"|\bما (?:عدد|نسبه|مقدار|طول|ارتفاع|مساحه|المسافه|النسبه|العدد)\b"
    ),
    "time": regex.compile(
        r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b"
        r"|\b[وف]?متي\b|\bاي (?:عام|سنه|تاريخ|يوم|شهر|قرن|عقد)\b|\bما (?:تاريخ|موعد)\b"
    ),
}

_NUMBER_WORDS: Final = """
half quarter third dozen several many once twice
مئات آلاف ملايين نصف ربع ثلث مرة مرتين مرات عدة عشرات أكثر
"""
_TIME_WORDS: Final = """
monday tuesday wednesday thursday friday saturday sunday year month week day century decade yesterday today
tomorrow morning evening night ago since until after before during later early era age spring summer autumn
winter noon hour minute
رمضان شعبان محرم الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت
عام سنة سنوات شهر أشهر أسبوع يوم أيام قرن عقد أمس اليوم غدا صباح مساء ليلة فجر منذ بعد قبل خلال عقب
أثناء حين عندما الماضي المقبل ظهر ساعة ساعات دقيقة عاما سنين الشتاء الربيع الصيف الخريف حتى
"""


def plain_words(text: str) -> frozenset[str]:
    """The normalised words of a text, with and without their affixes.

    Affixes are a clitic, the alef of tanween, an English plural's s.

    Not stems: too many words share the stem of a number (ما that of مائة).
    """
    forms = {word.term for word in words(text)}
    bare = {rest for word in forms for _, rest in proclitic_splits(word)}
    return frozenset(forms | bare | {word.rstrip("اs") for word in forms | bare})


_CARDINALS: Final = (*ENGLISH_CARDINALS.values(), *ARABIC_CARDINALS.values())
_NUMBERS: Final = frozenset(word.term for word in words(_NUMBER_WORDS)) | {
    word for cardinal in _CARDINALS for word in cardinal.split()
}
_TIMES: Final = frozenset(word.term for word in words(_TIME_WORDS)) | {
    month.split()[0] for month in (*ENGLISH_MONTHS, *ARABIC_MONTHS, *LEVANTINE_MONTHS)
}
_NAMED: Final[dict[QuestionType, frozenset[str]]] = {
    "time": _TIMES,
    "quantity": _NUMBERS,
    "duration": _NUMBERS | _TIMES,
}


def question_type(question: str) -> QuestionType | None:
    """The expected answer type of a question, or None if its words don't determine one."""
    text = analyzed(question).normalised.text
    return next((name for name, pattern in _QUESTIONS.items() if pattern.search(text)), None)


def type_match(
    expected: QuestionType | None, sentence: AbstractSet[str], question: AbstractSet[str]
) -> float:
    """Whether a sentence contains the expected answer type.

    Args:
        expected: the type.
        sentence: its `plain_words`.
        question: those of the question: words it names itself can't be the answer.

    Returns:
        1 if it does, -1 if it doesn't, 0 if every sentence is acceptable.
    """
    if expected is None:
        return 0.0
    new = sentence - question
    return 1.0 if new & _NAMED[expected] or any(word.isdecimal() for word in new) else -1.0


# What somebody is called in the rest of a contract.
_BRACKETS: Final = regex.compile(r"(?<=\w\W{0,3})\((?P<words>[^()\n]{2,80})\)")
_CALLED: Final = frozenset(
    stem(word.term)
    for word in words("the hereinafter called referred to as ويشار إليه إليها فيما بعد باسم المسمى المسماة ب")
)
_SPACES: Final = regex.compile(r"\s+")
_PRONOUNS: Final = frozenset(("it", "they", "هو", "هي", "هما", "هم"))
_BE: Final = frozenset(
    ("is", "are", "was", "were", "means", "refers", "هو", "هي", "كان", "كانت", "يعد", "تعد", "يقصد")
)


def _plain(question: str) -> str:
    """A question in normalised spelling, its words apart by single spaces."""
    return _SPACES.sub(" ", analyzed(question).normalised.text).strip()


def subject(question: str) -> frozenset[str]:
    """The stems of the subject of a definition question; empty for any other question.

    "What is an astrolabe?", «ما الأسطرلاب؟», "Who was Matthew?"
    """
    text = _plain(question).strip(" ؟?.!")
    match = DEFINITIONS.fullmatch(text)
    return frozenset(stem(word.term) for word in words(match["subject"])) if match else frozenset()


def defines(subject: AbstractSet[str], sentence: str, headings: Sequence[str], is_first: bool) -> float:
    """Scores a sentence as a definition of the subject.

    Args:
        subject: the question's `subject`.
        sentence: the sentence.
        headings: the headings above it.
        is_first: whether it is the first of its passage.

    Returns:
        1 if it begins with the subject and says what that is, less if it only begins with it, or is the
        first under a heading that names it; 0 otherwise.
    """
    if not subject:
        return 0.0
    found = [word.term for word in words(_unnumbered(sentence))]
    first = found[: len(subject) + 1]
    if subject <= {stem(word) for word in first}:
        return 1.0 if _BE & set(found[len(subject) : len(subject) + 4]) else 0.7
    under = {stem(word.term) for heading in headings[-1:] for word in words(heading)}
    if not is_first or not subject <= under:
        return 0.0
    # «هو آلة …» under «ما الأسطرلاب؟» says what that is.
    return 1.0 if found and found[0] in _PRONOUNS else 0.5


def labels(subject: AbstractSet[str], sentence: str) -> bool:
    """Whether a sentence is an entry of a glossary, a form or a list about exactly this subject.

    «الفلج: قناة تجري فيها المياه», "Deposit: £300"; or says of somebody that he is called so: "between Alder
    Estates (the landlord) and …", «الفريق الأول (المؤجر): …».
    """
    if subject and any(subject == _named_in(match["words"]) for match in _BRACKETS.finditer(sentence)):
        return True
    label, colon, meaning = _unnumbered(sentence).partition(":")
    return bool(subject and colon and meaning.strip()) and subject == {
        stem(word.term) for word in words(label)
    }


def _named_in(bracket: str) -> frozenset[str]:
    return frozenset(stem(word.term) for word in words(bracket)) - _CALLED


def _unnumbered(sentence: str) -> str:
    """A list item without its number or bullet."""
    marker = item_marker(sentence)
    return sentence[marker.text_start :] if marker else sentence


def asks_for_list(question: str) -> bool:
    """Whether a question asks for a list: "What are the recommendations?", «ما الشروط؟»."""
    text = _plain(question)
    return LISTS.search(text) is not None and question_type(question) is None


# In normalised spelling: an indirect question within a sentence, and its question word.
_POSED: Final = regex.compile(
    r"\b(?:(?:find|finding|found) out|learn|discover|determine|establish|see|know|ask(?:s|ed|ing)?"
    r"|wonder(?:s|ed)?|investigat(?:e|ed|ing)|understand|explain|clarify|examine|study|decide)\b"
    r"(?: \w+){0,3}? (?P<word>why|how|whether|when|where)\b"
    r"|\b(?:ل|ب|لل|ال|و)?(?:معرفه|الوقوف علي|وقوف علي|تحديد|تحقق|بحث|فهم|استجلاء|تحقيق|سالو?|سالت"
    r"|تساءلو?|تساءلت|يسال|تسال|يعرفو?|تعرف|نعرف|يفهم)ا?"
    r"(?: \w+){0,3}? (?P<word>لماذا|سبب|اسباب|كيف|متي|اين|هل)\b"
)
_SAME_QUESTION: Final = (
    ("why", "لماذا", "سبب", "اسباب"), ("how", "كيف"), ("when", "متي"), ("where", "اين"), ("whether", "هل"),
)  # fmt: skip
_CAUSES: Final = regex.compile(r"\b(?:because|due to|owing to|و?ل?لان\w*|بسبب)\b")


def poses(question: str, sentence: str) -> bool:
    """Whether a sentence only reports that this was asked, as in "We asked why it had failed"."""
    asked = {word.term for word in words(question)}
    text = analyzed(sentence).normalised.text
    match = _POSED.search(text)
    if match is None or _CAUSES.search(text, match.end()):
        return False
    return any(match["word"] in same and asked & set(same) for same in _SAME_QUESTION)


# In normalised spelling: questions that a clause or more answers.
_LONG: Final = regex.compile(
    r"\bwhy\b|\bhow(?! (?:many|much|long|old|often|tall|high|large|big|deep|wide|far|fast|heavy|soon)\b)\b"
    r"|\bwhat (?:\w+ )?(?:happen(?:s|ed)?|cause[sd]?|le(?:d|ads) to)\b"
    r"|\bwhat (?:do|does|did) .*\b(?:say|think|do|mean)\b"
    r"|\b(?:reasons?|explain|describe|difference)\b"
    r"|\b[وف]?(?:لماذا|كيف|علام)\b|^لم \b"
    r"|\b[وف]?ماذا (?:حدث|حصل|جري|وقع|قال|يقول|تقول|فعل|يفعل|تفعل|صرح|اعلن|ذكر|يعني|تعني)(?:ت|وا)?\b"
    r"|\b(?:ما|هو|هي) (?:ال)?(?:سبب|اسباب|فرق)\b|^(?:اشرح|صف|وضح)\b"
)


def has_short_answer(question: str) -> bool:
    """Whether a few words may answer a question: who, where, when, how many, which; not how, why, a list."""
    text = _plain(question)
    return not (_LONG.search(text) or asks_for_list(question) or subject(question))


_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_KEYS: Final = regex.compile(
    r"\b\p{L}{1,5}-(?P<key>\p{Nd}{1,9})\b|\b(?P<key>[a-z]{1,4}(?!(?:19|20)\d\d\b)\p{Nd}{2,9})\b"
    r"|\b(?:article|section|clause|chapter|paragraph|rule|item) (?P<key>\p{Nd}{1,4})\b"
    r"|\b(?:ال)?(?:ماده|بند|فقره|فصل) (?:رقم )?\(?(?P<key>\p{Nd}{1,4})\b"
)


def asked_keys(question: str) -> frozenset[str]:
    """The identifiers in a question: "110" of HX-110, "9" of «المادة التاسعة», "e09" of E09."""
    return frozenset(number for _, number in key_spans(question))


def has_key(terms: AbstractSet[str], key: str) -> bool:
    """Whether one of `asked_keys` is among a text's terms; HX-110 is two of them, HX110 is one."""
    digits = key.lstrip(_LATIN)
    if key != digits:
        return key in terms or {key.removesuffix(digits), digits} <= terms
    return key in terms or any(term.endswith(key) and term.removesuffix(key).isalpha() for term in terms)


def key_spans(question: str) -> list[tuple[Span, str]]:
    """The identifiers in a question: the span of each, and its number in the digits 0-9, or "e09" for E09."""
    analysis = analyzed(question)
    normalised, found = analysis.normalised, analysis.words
    in_digits = [
        ((normalised.origins[match.start()], normalised.origins[match.end() - 1] + 1), match["key"])
        for match in _KEYS.finditer(normalised.text)
    ]
    in_words = [
        ((found[min(one.first, one.unit)].start, found[max(one.end - 1, one.unit)].end), one.number)
        for one in analysis.unit_numbers
        if one.is_key
    ]
    return sorted(in_digits + in_words)
