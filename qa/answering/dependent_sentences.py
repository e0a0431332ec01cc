"""Detects context-dependent sentences.

Those that begin with a pronoun, continue reported speech, or don't repeat the name that their whole document
is about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from index.text.analyzer import Term, analyze, analyzed, normalise, stem
from index.text.arabic import is_arabic, proclitic_splits
from index.text.function_words import OF_NAMES
from index.text.sentences import sentences
from index.types import Document, Passage

if TYPE_CHECKING:
    from index.interface import Index

# In normalised spelling. «وأضاف» and «وتابع» always continue; «وقال» only where no name follows it.
_DEPENDENT: Final = regex.compile(
    r"\W*(?:"
    r"(?:(?:and|but|so|yet|then|also|however|moreover|in addition),? )?"
    r"(?:he|she|it|they|his|her|hers|its|their|him|them|this|these|those|such|the (?:latter|former)"
    r"|according to (?:him|her|them|it)|(?:do|repeat) (?:this|that|these|so|it))\b"
    r"|(?:كرر|افعل|اصنع|اعد|يكرر|يعاد)ي?(?:وا)? (?:هذا|هذه|ذلك|الامر)\b"
    r"|[وف]?(?:هو|هي|هم|هما|هن|هذا|هذه|هذان|هاتان|هولاء|ذلك|تلك|اوليك|كذلك|بذلك|لذلك|لهذا|بهذا|بهذه)\b"
    r"|[وف]?(?:لكنه|لكنها|لكنهم|انه|انها|انهم|كانه|لانه|لانها|لانهم|منه|منها|فيه|فيها|له|لها|لهم|به|بها)\b"
    r"|[وف]?من (?:جهت|جانب)(?:ه|ها|هم)\b"
    r"|(?:و|ف|كما )(?:اضاف|تابع|اردف|استطرد|استدرك|واصل|مضي|ختم|زاد)(?:ت|وا)?\b"
    r"|(?:و|ف|كما )(?:قال|ذكر|اكد|اوضح|اشار|لفت|نوه|بين|اعلن|شدد|راي|اعتبر|كشف|نفي|طالب|حذر|زعم|صرح|افاد)"
    r"(?:ت|وا)?(?: الي\b|(?: علي)? (?:ب|من )?ان(?:ه|ها|هم|هما|هن|ني|نا)?\b| ?[:«\"“])"
    r")"
)


def is_dependent(sentence: str) -> bool:
    """Whether a sentence depends on the one before it to identify its subject.

    Decided by its first words: «وأضاف», «وقال إن», «هو», "They", "This". False positives ("It
    is raining") cost one extra quoted sentence.
    """
    return _DEPENDENT.match(analyzed(sentence).normalised.text) is not None


# In normalised spelling.
_SPEECH: Final = regex.compile(
    r"\b(?:say|says|said|saying|ask|asks|asked|repl(?:y|ies|ied)|add(?:s|ed)|told|writes|wrote"
    r"|(?:answer|explain|warn|insist|recall)(?:s|ed)|continued|remarked|noted"
    r"|يقول|تقول|قال|قالت|اضاف|اضافت|تابع|اوضح|اكد|ذكر|كتب|ردد|اجاب|سال|يردد)\b"
)
_OPENS: Final = regex.compile(r"\s*[\"“«]")
_CLOSES: Final = regex.compile(r"[\"”»][^\"“”«»]{0,80}[.!?…]\s*$")
# Words after a quotation that name its speaker.
_MAX_SPEAKER_WORDS: Final = 8


def speaks_on(before: str, sentence: str) -> bool:
    """Whether direct speech continues in the next sentence: `"No," he said. "Not that."`.

    Decided by the words between the first quotation's end and the full stop, which attribute it to a speaker.
    """
    match = _CLOSES.search(before)
    if match is None or not _OPENS.match(sentence):
        return False
    speaker = analyzed(match.group()).normalised.text
    return len(speaker.split()) <= _MAX_SPEAKER_WORDS and _SPEECH.search(speaker) is not None


_FIELD: Final = regex.compile(r"(?P<key>[^:|\n]{1,40}?)\s*(?::|：|\s\|)\s*(?P<value>\S.*)")
# In normalised spelling: the label of a field that has the name of whom a form is about.
_NAMES_PERSON: Final = regex.compile(
    r"\b(?:name|applicant|employee|patient|student|tenant|customer|client|member|holder)\b"
    r"|\b(?:ال)?(?:اسم|موظف|مريض|طالب|مستاجر|عميل|زبون|متقدم|مقدم|صاحب|عضو|مشترك|متدرب)\b"
)
# Characters of a document in which its first sentence is looked for.
_OPENING: Final = 600
_MIN_PASSAGES: Final = 2


def topics(index: Index, question: str, passages: Sequence[Passage]) -> dict[str, frozenset[str]]:
    """The terms of the name in a question that a whole document is about, by document id.

    A sentence of Agnes Tarrow's life rarely repeats "Agnes Tarrow". A name is what its document is about if
    it is in the title or in the first sentence, and in several passages; or if the document is a form that
    was filled in for this person: "Name: Agnes Tarrow".

    Args:
        index: the index the passages were retrieved from.
        question: as it was asked.
        passages: those retrieved for it.
    """
    asked = analyze(question)
    by_document: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_document[passage.document_id].append(passage)
    found = {}
    for id_, own in by_document.items():
        if holder := _holder(index.document(id_), question, asked, own):
            found[id_] = holder
        if holder or len(own) < _MIN_PASSAGES:
            continue
        opening = _opening(index.document(id_))
        if not _name(question, asked, opening, {term.term for term in asked}):
            continue
        counts = Counter(term for passage in own for term in {term.term for term in analyze(passage.text)})
        frequent = {term for term, count in counts.items() if count >= _MIN_PASSAGES}
        if name := _name(question, asked, opening, frequent):
            found[id_] = name
    return found


def _holder(
    document: Document, question: str, asked: Sequence[Term], passages: Sequence[Passage]
) -> frozenset[str]:
    """The terms of a question's name for the one person whom a document's form is filled in for, if any."""
    for passage in passages:
        if passage.kind not in ("table_row", "form_field") or any(passage.columns):
            continue
        for field in map(_FIELD.match, passage.text.splitlines()):
            if field is None or not _NAMES_PERSON.search(analyzed(field["key"]).normalised.text):
                continue
            value = {term.term for term in analyze(field["value"])} - OF_NAMES
            named = frozenset(term.term for term in asked if value & _forms(question, term))
            # A list of members has many names.
            lines = document.text.splitlines() if named else ()
            if named and sum(line.startswith(field["key"]) for line in lines) == 1:
                return named
    return frozenset()


def _forms(question: str, term: Term) -> frozenset[str]:
    """A term of a question as a name may be written: with a capital letter, or in Arabic without a clitic."""
    word = question[term.start : term.end]
    if not is_arabic(word[0]):
        return frozenset((term.term,) if word[0].isupper() else ())
    level = normalise(word).text
    return frozenset((term.term, *(stem(rest) for _, rest in proclitic_splits(level))))


def _name(question: str, asked: Sequence[Term], opening: Sequence[str], frequent: set[str]) -> frozenset[str]:
    """The terms of a question's names that are in a document's opening and in several of its passages."""
    name: set[str] = set()
    known, pairs = set(opening), set(pairwise(opening))
    for one, other in pairwise(asked):
        pair = one.term, other.term
        letters = [question[term.start] for term in (one, other)]
        is_capital = all(map(str.isupper, letters)) and one is not asked[0]
        is_word = all(map(is_arabic, letters)) and OF_NAMES.isdisjoint(pair)
        if (is_capital and known & frequent & {*pair}) or (is_word and pair in pairs and frequent >= {*pair}):
            name.update(pair)
    return frozenset(term for term in name - OF_NAMES if len(term) > 1 and not term.isdecimal())


def _opening(document: Document) -> list[str]:
    """The terms of a document's title, and of its text up to the end of its first sentence."""
    blocks = [block for block in document.blocks if block.kind not in ("heading", "page_header")]
    first = blocks[0].start if blocks else 0
    spans = sentences(document.text[first : first + _OPENING])
    end = first + spans[0][1] if spans else first
    return [term.term for term in analyze(f"{document.title}\n{document.text[first:end]}")]
