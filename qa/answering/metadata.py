"""Questions about a document's author, date or title, or about who signed it, and their citations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import regex

from index.text.analyzer import analyze, analyzed, language
from index.text.function_words import OF_TITLES
from index.text.structure.official import name_span, offices
from index.types import Document, Hit
from qa.answering.questions.wordings import DOCUMENTS, METADATA
from qa.answering.sentences import MAX_SENTENCES, Sentence
from qa.types import Citation, CitedField

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query

# Score margin by which a document's best passage must lead, across languages; chosen.
_LEAD: Final = 0.03
_SIGNED: Final = regex.compile(
    r"\bwho (?:has |had )?(?:co-?)?signed\b|\bwhose signatures?\b|\bsigned by whom\b|\bsignator(?:y|ies)\b"
    r"|\b[وف]?من (?:هو |هي )?(?:الذي |التي )?(?:وقع|وقعت|وقعه|وقعها|موقع|الموقع)\b"
    r"|(?<=^[وف]?من\b.*)\b(?:الذي |التي )وقعت?\b|\bتوقيع من\b"
)
# What is asked beside the name: his office stands in the signature, too.
_AND_OFFICE: Final = regex.compile(
    r"\band (?:in what capacity|as what"
    r"|what (?:is|was) (?:his|her|their) (?:office|position|title|role|capacity))\b"
    r"|\bو(?:ما|بايه?) (?:هو |هي )?(?:صفته?ا?|منصبه?ا?|وظيفته?ا?)\b"
)
_OF_FILE: Final = regex.compile(r"\bfiles?\b|\b(?:created|saved)\b|\b[بلو]?(?:ال)?ملف\b|\b(?:انشئ|انشاء)\b")
_MAIL: Final = regex.compile(r"\be-?mail\b|\b(?:ال)?(?:بريد|ايميل|رساله البريد)\b")
_THIS: Final = regex.compile(r"\bthis\b|\bهذ[اه]\b")
_MAILS: Final = (".eml",)
_ARTICLES: Final = frozenset(term.term for term in analyze("the this that a an هذا هذه"))
# A question for a number, and a number as a title has it.
_ASKED_NUMBER: Final = regex.compile(
    r"^[وف]?(?:ما|كم) (?:هو )?رقم (?P<which>.+)$"
    r"|^(?:what|which)(?:'s| is| was) the (?:number|no\.) of (?P<which>.+)$"
    r"|^(?:what|which)(?:'s| is| was) the (?P<which>.+?)(?:'s)? (?:number|no\.)\W*$"
    r"|^(?:what|which) number (?:is|was|does|did) (?P<which>.+?)(?: have| bear| get)?\W*$"
)
_NUMBER: Final = regex.compile(
    r"(?:\bرقم|\bno\b\.?|\bnumber|#|№)\s?[(\[]?(?P<number>\p{Nd}[\p{L}\p{Nd}/.-]*(?<![/.-]))"
)
_WHO: Final = regex.compile(r"^(?:who(?:'s| is| was)|[وف]?من(?: هو| هي| كان| كانت)?)\b")
_PUBLISHED: Final = frozenset(
    term.term
    for term in analyze(
        "published written issued released signed dated done given adopted نشر كتب صدر صدرت أصدر حرر حررت"
    )
)


def _tells_publication(sentence: str) -> bool:
    """Whether a sentence speaks of writing, signing or publishing: «حُرّر في …», "First published in …"."""
    return not _PUBLISHED.isdisjoint(term.term for term in analyze(sentence))


def _asked_signatures(index: Index, question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The signatures that answer who signed a paper, or who holds an office that one names; empty if unclear.

    Args:
        index: the index the passages were retrieved from.
        question: as it was asked.
        hits: the passages, best first.
    """
    signatures = [hit for hit in hits if hit.passage.kind == "signature"]
    text = _AND_OFFICE.sub(" ", analyzed(question).normalised.text)
    rest, is_signed = _SIGNED.subn(" ", text)
    if not signatures or not (is_signed or _WHO.search(text)):
        return []
    rest = _WHO.sub(" ", rest)
    found = _signatures_of(index, _terms(rest) - OF_TITLES, signatures, is_signed=bool(is_signed))
    if found or not is_signed:
        return found
    # "This order" may be called otherwise in its title.
    bare = " ".join(word.term for word in analyzed(rest).words if not DOCUMENTS.fullmatch(word.term))
    return _signatures_of(index, _terms(bare) - OF_TITLES, signatures, is_signed=True)


def _signatures_of(
    index: Index, asked: frozenset[str], signatures: Sequence[Hit], *, is_signed: bool
) -> list[Hit]:
    named = [hit for hit in signatures if any(_terms(o) <= asked for o in offices(hit.passage.text))]
    if named:
        signatures = named
    elif not is_signed:
        return []
    shares = [len(asked & _about(index, hit)) for hit in signatures]
    most = max(shares)
    best = signatures[shares.index(most)]
    found = [hit for hit in signatures if hit.passage.document_id == best.passage.document_id]
    tied = {h.passage.document_id for h, share in zip(signatures, shares, strict=True) if share == most}
    if len(tied) > 1 or (most < len(asked) if not is_signed else 2 * most < len(asked)):
        return []
    return sorted(found, key=lambda hit: hit.passage.start)


def _about(index: Index, hit: Hit) -> frozenset[str]:
    """The terms of a signature and of its paper's letterhead and title."""
    document = index.document(hit.passage.document_id)
    head = "".join(document.text[b.start : b.end] + "\n" for b in document.blocks if b.kind == "page_header")
    return _terms("\n".join((document.title, head, hit.passage.text)))


def _terms(text: str) -> frozenset[str]:
    return frozenset(term.term for term in analyze(text))


def asked_field(question: str) -> CitedField | None:
    """The metadata field that a question asks for: author, date or title; None if none."""
    text = analyzed(question).normalised.text
    return next((field for field, pattern in METADATA.items() if pattern.search(text)), None)


def cite_metadata(
    index: Index, query: Query, hits: Sequence[Hit], best: Sentence | None
) -> tuple[Citation, ...]:
    """Cites a document's author, date or title if the question asks for it and no text states it.

    Args:
        index: the index the passages were retrieved from.
        query: the question.
        hits: the passages, best first.
        best: the best sentence, if it would be quoted.
    """
    field = asked_field(query.reading)
    if field is None or (best is not None and _says(best, query, field)):
        return ()
    hit = _asked_document(index, query.text, field, hits)
    if hit is None:
        return ()
    document = index.document(hit.passage.document_id)
    if field == "date" and document.is_dated_by_program and not _asks_of_file(query.reading):
        return ()
    return (Citation.of(document, 1, hit.passage, 0, len(_value(document, field)), field=field),)


def cite_number(
    index: Index, query: Query, hits: Sequence[Hit], best: Sentence | None
) -> tuple[Citation, ...]:
    """Cites the title of a document whose number is asked for: «ما رقم القرار؟», "Resolution No. 31".

    Args:
        index: the index the passages were retrieved from.
        query: the question.
        hits: the passages, best first.
        best: the best sentence, if it would be quoted: a number in the text comes first.
    """
    match = _ASKED_NUMBER.search(analyzed(query.reading).normalised.text)
    if match is None or (best is not None and _NUMBER.search(analyzed(best.written).normalised.text)):
        return ()
    asked = _terms(match["which"]) - _ARTICLES
    titled: dict[str, tuple[Citation, ...]] = {}
    for hit in hits:
        document = index.document(hit.passage.document_id)
        normalised = analyzed(document.title).normalised
        number = _NUMBER.search(normalised.text)
        if number is None or not asked or not asked <= _terms(document.title):
            continue
        span = normalised.origins[number.start("number")], normalised.origins[number.end("number") - 1] + 1
        citation = Citation.of(document, 1, hit.passage, 0, len(document.title), field="title", answer=span)
        titled.setdefault(document.id, (citation,))
    # Of several such documents, none is named.
    return next(iter(titled.values())) if len(titled) == 1 else ()


def _asks_of_file(question: str) -> bool:
    """Whether a question is about a file itself: "When was this file created?", «ما تاريخ الملف؟»."""
    return _OF_FILE.search(analyzed(question).normalised.text) is not None


def cite_signatures(index: Index, query: Query, hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """Cites the signatures that tell who signed a paper, or who holds the office asked for."""
    citations = []
    for number, hit in enumerate(_asked_signatures(index, query.text, hits)[:MAX_SENTENCES], 1):
        passage, document = hit.passage, index.document(hit.passage.document_id)
        name = name_span(passage.text)
        span = (passage.start + name[0], passage.start + name[1]) if name else None
        citations.append(Citation.of(document, number, passage, passage.start, passage.end, answer=span))
    return tuple(citations)


def _says(best: Sentence, query: Query, field: CitedField) -> bool:
    """Whether a sentence itself states the author or date: it has all the question's words, or a time."""
    if field == "date":
        return best.type_match > 0 and best.lexical >= 0.5 and _tells_publication(best.written)
    return best.lexical >= 1 and len(query.terms) > 1


def _asked_document(index: Index, question: str, field: CitedField, hits: Sequence[Hit]) -> Hit | None:
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
    rest = METADATA[field].sub(_which, analyzed(question).normalised.text)
    asked = {term.term for term in analyze(rest)} - OF_TITLES
    normalised = analyzed(question).normalised.text
    is_this = _THIS.search(normalised) or (_MAIL.search(normalised) and _is_mail(found[0][1].source))
    if len(index.documents) == 1 and is_this and all(map(_is_for_a_document, _plain(rest))):
        # "This policy document": there is no other.
        return found[0][0] if _value(found[0][1], field) else None
    if not asked:
        # No word identifies a document; an e-mail among others is told by its file.
        if len(index.documents) == 1:
            return found[0][0] if _value(found[0][1], field) else None
        if not _MAIL.search(normalised):
            return None
        mails = [head.id for head in index.heads() if _is_mail(head.source)]
        mail = best.get(mails[0]) if len(mails) == 1 else None
        return mail if mail and _value(index.document(mails[0]), field) else None
    named = [len(asked & {term.term for term in analyze(document.title)}) for _, document in found]
    most = max(named)
    hit, document = found[named.index(most)]
    if 2 * most < len(asked) or named.count(most) > 1:
        # A title in another language shares no words.
        hit, document = found[0]
        leads = len(found) == 1 or hit.score - found[1][0].score >= _LEAD
        if most or not leads or language(document.title) == language(question):
            return None
    # "Circular No. 3" isn't the circular No. 7.
    numbers = {term for term in asked if term.isdecimal()}
    is_it = numbers <= _about(index, hit) or language(document.title) != language(question)
    return hit if is_it and _value(document, field) else None


def _is_mail(source: str) -> bool:
    return PurePath(source).suffix.lower() in _MAILS


def _plain(text: str) -> list[str]:
    return [word.term for word in analyzed(text).words]


def _is_for_a_document(word: str) -> bool:
    return DOCUMENTS.fullmatch(word) is not None or _terms(word) <= OF_TITLES


def _which(match: regex.Match[str]) -> str:
    """The part of a matched metadata question that names the document, if any."""
    return f" {match.groupdict().get('which') or ''} "


def _value(document: Document, field: CitedField) -> str:
    """A document's author, date or title; empty if it has none. A file name doesn't count as a title."""
    known = str(getattr(document, field))
    is_name = field == "title" and known == PurePath(document.source).stem
    return "" if is_name else known
