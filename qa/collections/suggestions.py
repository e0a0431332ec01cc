"""Questions to begin with, made of a collection's own headings and sentences, each of which is answered.

A question is made by its form alone («تأسّست الجمعية سنة 1998» -> «متى تأسّست الجمعية؟»), then asked: it is
suggested only if what it was made of is what answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex

from index.errors import DalilError
from index.text.analyzer import language, words
from index.text.sentences import sentences
from qa.punctuation import in_quotation_marks
from qa.types import LIKELY, Answer

if TYPE_CHECKING:
    from index.interface import Index
    from index.types import Passage

Ask = Callable[[str, "Index"], Answer]

MAX_SUGGESTIONS: Final = 3
"""Questions suggested at a time."""
# Passages looked at, spread over the collection, and questions asked of them: some tenths of a second each.
_MAX_PASSAGES: Final = 200
_MAX_ASKED: Final = 12
_MARKS: Final = r"[\u0610-\u061a\u064b-\u065f\u0670\u0640]*"
_VERBS: Final = """
تأسس تأسست أسس أسست بني بنيت افتتح افتتحت ولد ولدت توفي توفيت وقع وقعت صدر صدرت بدأ بدأت انطلق انطلقت
أنشئ أنشئت اكتمل اكتملت أغلق أغلقت عقد عقدت تولى تولت
"""
# With or without tashkeel.
_VERB: Final = "|".join(_MARKS.join([*verb, ""]) for verb in sorted(_VERBS.split(), key=len, reverse=True))
_WHEN_ARABIC: Final = regex.compile(
    rf"(?P<verb>{_VERB})\s+(?P<what>(?:\S+\s+){{0,5}}?\S+?)،?\s+(?:في|سنة|عام|يوم|منذ)\s[^.]{{0,40}}\d"
)
_WHEN_ENGLISH: Final = regex.compile(
    r"(?P<what>(?:\S+ ){1,6}?)(?P<was>was|were) (?P<verb>\w+(?:ed|lt|un|en|ld|de|nt)) (?:in|on) [^.]{0,24}\d"
)
_WHAT_ARABIC: Final = regex.compile(r"(?P<what>(?:\S+\s+){1,4}?)(?P<is>هو|هي)\s+\S+\s+\S+")
_WHAT_ENGLISH: Final = regex.compile(r"(?P<what>(?:\S+ ){1,4}?)(?P<is>is|was|are|were) (?:an?|the) \w+ \w+")
_DEPENDENT: Final = regex.compile(
    r"(?:it|this|that|these|those|he|she|they|there|هذا|هذه|ذلك|تلك|وهو|وهي)\b", regex.I
)


@dataclass(frozen=True)
class _Candidate:
    """A question, and the span of the document that it was made of."""

    question: str
    document_id: str
    start: int
    end: int


def suggest(index: Index, ask: Ask, most: int = MAX_SUGGESTIONS) -> list[str]:
    """Questions that an index answers, of as many documents as there are.

    Args:
        index: the index.
        ask: answers a question from it, such as `qa.ask`.
        most: largest number of them.
    """
    suggested: dict[str, str] = {}  # by document, then whatever is left
    others: list[str] = []
    for asked, candidate in enumerate(_candidates(index)):
        if asked >= _MAX_ASKED or len(suggested) >= most:
            break
        if not _is_answered(candidate, index, ask):
            continue
        if candidate.document_id in suggested:
            others.append(candidate.question)
        else:
            suggested[candidate.document_id] = candidate.question
    return [*suggested.values(), *others][:most]


def _is_answered(candidate: _Candidate, index: Index, ask: Ask) -> bool:
    try:
        answer = ask(candidate.question, index)
    except DalilError:  # a heading without words
        return False
    return answer.confidence >= LIKELY and any(
        one.passage.document_id == candidate.document_id
        and one.start < candidate.end
        and candidate.start < one.end
        for one in answer.citations
    )


def _candidates(index: Index) -> Iterator[_Candidate]:
    """Questions of sentences first, one of each passage, then of headings."""
    passages = index.passages
    step = max(len(passages) // _MAX_PASSAGES, 1)
    looked_at = [passages[number] for number in range(0, len(passages), step)]
    for passage in looked_at:
        for start, end in sentences(passage.text):
            if question := question_of(passage.text[start:end]):
                yield _Candidate(question, passage.document_id, passage.start + start, passage.start + end)
                break
    seen: set[tuple[str, ...]] = set()
    for passage in looked_at:
        if passage.headings and passage.headings not in seen and (question := _about(passage)):
            seen.add(passage.headings)
            yield _Candidate(question, passage.document_id, passage.start, passage.end)


def question_of(sentence: str) -> str:
    """The question that a sentence answers by its form; empty if it has none of the known forms."""
    sentence = " ".join(sentence.split())
    if _DEPENDENT.match(sentence):
        return ""
    if language(sentence) == "ar":
        if match := _WHEN_ARABIC.match(sentence):
            return f"متى {match['verb']} {match['what'].strip()}؟"
        match = _WHAT_ARABIC.match(sentence)
        return f"ما {match['is']} {match['what'].strip()}؟" if match else ""
    if match := _WHEN_ENGLISH.match(sentence):
        return f"When {match['was']} {_in_a_sentence(match['what'])} {match['verb']}?"
    match = _WHAT_ENGLISH.match(sentence)
    return f"What {match['is']} {_in_a_sentence(match['what'])}?" if match else ""


def _about(passage: Passage) -> str:
    heading = " ".join(passage.headings[-1].split()).rstrip(":.؟?")
    if not 2 <= len(list(words(heading))) <= 8:
        return ""
    is_arabic = language(heading) == "ar"
    return (
        f"ماذا ذُكر عن {in_quotation_marks(heading, 'ar')}؟" if is_arabic else f"What is said about {heading}?"
    )


def _in_a_sentence(what: str) -> str:
    """A sentence's beginning where it doesn't begin one: an article loses its capital."""
    what = what.strip()
    return regex.sub(r"^(The|A|An|Its|Our|Their)\b", lambda match: match[0].lower(), what)
