"""Questions about a document's metadata: author, date or title."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import regex

from index.text.analyzer import analyze, analyzed, language
from index.types import Document, Hit
from qa.types import CitedField

if TYPE_CHECKING:
    from index.interface import Index

# In normalised spelling: no hamza on its carrier, ه for ة, ي for ى.
_A_DOCUMENT: Final = (
    r"(?:article|book|document|report|text|paper|letter|lecture|file|thesis|study|essay|memo|minutes|page)"
)
_AR_DOCUMENT: Final = (
    r"(?:ال)?(?:مقال|مقاله|كتاب|وثيقه|مستند|تقرير|نص|رساله|محاضره|ملف|بحث|دراسه|مذكره|محضر|صفحه|كتيب)"
)  # fmt: skip
_QUESTIONS: Final[dict[CitedField, regex.Pattern[str]]] = {
    "author": regex.compile(
        r"\bwho (?:wrote|authored|(?:is|was|are|were) the (?:author|writer|lecturer)s?)\b|\bby whom\b"
        r"|\bwho (?:gave|delivered|held) (?:the|this) (?:lecture|talk|speech|sermon)\b"
        r"|\bwho (?:prepared|compiled|drew up) (?:the|this) (?:report|study|document|minutes|memo)\b"
        r"|\b(?:the author'?s? name|name of the (?:author|writer))\b"
        r"|\b[وف]?من (?:هو |هي |الذي |التي )?(?:كتب|الف|مولف|كاتب|كاتبه|المولف|الكاتب)\b"
        rf"|\b[وف]?من (?:هو |هي )?صاحب {_AR_DOCUMENT}"
        r"|\b[وف]?من (?:الذي )?(?:القي|حاضر في|خطب) (?:هذه )?(?:ال)?(?:محاضره|كلمه|خطبه|درس)\b"
        rf"|\b[وف]?من (?:الذي )?(?:اعد|وضع|حرر) (?:هذا |هذه )?{_AR_DOCUMENT}\b"
        rf"|\b(?:اسم|ما اسم) (?:ال)?(?:مولف|كاتب)\b|\bلمن (?:هذا |هذه )?{_AR_DOCUMENT}\b"
    ),
    "date": regex.compile(
        rf"\bwhen (?:was|were) (?:it|this|this {_A_DOCUMENT}|the (?P<which>.{{1,80}})) "
        r"(?:published|written|issued|released)\b"
        rf"|\b(?:publication date|date of (?:publication|(?:the|this) {_A_DOCUMENT}))\b"
        rf"|\bwhat date (?:is|was) (?:the|this) {_A_DOCUMENT}\b"
        r"|\bمتي (?:نشر|كتب|صدر|حرر|الف)(?:ت)?\b"
        rf"|\bتاريخ (?:نشر|كتابه|صدور|تحرير|النشر|الكتابه|الصدور|{_AR_DOCUMENT})\b"
    ),
    "title": regex.compile(
        rf"\b(?:title|name) of (?:the|this) {_A_DOCUMENT}\b"
        rf"|\b(?:the|this) {_A_DOCUMENT}(?:'s title| called| titled)\b"
        rf"|\bwhat (?:is|was) (?:it|(?:the|this) {_A_DOCUMENT}) (?:called|titled|entitled)\b"
        rf"|\b(?:عنوان|اسم) (?:هذا |هذه )?{_AR_DOCUMENT}\b|^ما العنوان\W*$"
    ),
}
# Score margin by which a document's best passage must lead, across languages; chosen.
_LEAD: Final = 0.03
# Terms that don't identify a document.
_LITTLE: Final = frozenset(
    term.term
    for term in analyze(
        "the a an of to in on about this that is was it and for by "
        "هذا هذه هو هي في عن من ما على إلى التي الذي "
        "article book document report text paper letter lecture file thesis study essay memo minutes page "
        "مقال مقالة كتاب وثيقة مستند تقرير نص رسالة محاضرة ملف بحث دراسة مذكرة محضر صفحة كتيب"
    )
)


def asked_field(question: str) -> CitedField | None:
    """The metadata field that a question asks for: author, date or title; None if none."""
    text = analyzed(question).normalised.text
    return next((field for field, pattern in _QUESTIONS.items() if pattern.search(text)), None)


def asked_document(index: Index, question: str, field: CitedField, hits: Sequence[Hit]) -> Hit | None:
    """The best passage of the document that a metadata question refers to, if unambiguous.

    It is unambiguous if the question names one document by at least half of its own words, or names none and
    there is only one; across languages, if one document's passages score well above any other's.

    Args:
        index: the index the passages were retrieved from.
        question: as it was asked.
        field: the field asked for; documents without it are excluded.
        hits: the passages, best first.
    """
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.document_id, hit)
    found = [(hit, index.document(id_)) for id_, hit in best.items()]
    if not found:
        return None
    rest = _QUESTIONS[field].sub(_which, analyzed(question).normalised.text)
    asked = {term.term for term in analyze(rest)} - _LITTLE
    if not asked:
        # No word identifies a document.
        return found[0][0] if len(index.documents) == 1 and value(found[0][1], field) else None
    named = [len(asked & {term.term for term in analyze(document.title)}) for _, document in found]
    most = max(named)
    hit, document = found[named.index(most)]
    if 2 * most < len(asked) or named.count(most) > 1:
        # A title in another language shares no words.
        hit, document = found[0]
        leads = len(found) == 1 or hit.score - found[1][0].score >= _LEAD
        if most or not leads or language(document.title) == language(question):
            return None
    return hit if value(document, field) else None


def _which(match: regex.Match[str]) -> str:
    """The part of a matched metadata question that names the document, if any."""
    return f" {match.groupdict().get('which') or ''} "


def value(document: Document, field: CitedField) -> str:
    """A document's author, date or title; empty if it has none. A file name doesn't count as a title."""
    known = str(getattr(document, field))
    is_name = field == "title" and known == PurePath(document.source).stem
    return "" if is_name else known
