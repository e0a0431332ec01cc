"""Answers to questions for a part of a document by its number: what stands under its heading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from index.retrieval.translations import meanings
from index.scope import Scope
from index.text.analyzer import analyze
from index.text.sentences import Span, count_words, passage_sentences
from index.types import Hit, Passage
from qa.answering.overview import MAX_LISTED_SENTENCES
from qa.answering.questions.parts import PartQuestion, asked_part, heading_part, named_parts
from qa.answering.sentences import MAX_SENTENCES
from qa.answering.sentences.choice import MAX_LISTED
from qa.types import Citation

if TYPE_CHECKING:
    from index.interface import Index

# The title of a document is the first heading above its passages, or the second below a letterhead's.
_HEADINGS_NAMING: Final = 2
# Passages among which a part is looked for; chosen.
_SEARCHED: Final = 100


@dataclass(frozen=True)
class _Found:
    """A stretch of a passage that belongs to the part asked for, and whether the part's kind is named."""

    passage: Passage
    span: Span
    is_named: bool


def cite_part(index: Index, question: str) -> tuple[Citation, ...]:
    """Cites what stands under the heading that a question names by its number.

    Of several documents that have such a part, the one that the question names is cited, else the beginning
    of the part in each of the first ones.

    Args:
        index: the texts.
        question: as it was asked.
    """
    asked = asked_part(question)
    if asked is None:
        return ()
    # Few words are a part's number: its passages may lie far behind those that say the same as the question.
    query = index.query(asked.written)
    chosen = _meant(index, asked, _found(asked, index.search(query, _SEARCHED)))
    if any(found.is_named for part in chosen.values() for found in part):
        chosen = {id_: part for id_, part in chosen.items() if any(found.is_named for found in part)}
    if len(chosen) == 1:
        ((id_, part),) = chosen.items()
        own = index.search(query, _SEARCHED, within=Scope(documents=(id_,)))
        cited = _beginning(_found(asked, own).get(id_, part))
    else:
        cited = [part[0] for part in list(chosen.values())[:MAX_SENTENCES]]
    return tuple(_cite(index, number, found) for number, found in enumerate(cited, 1))


def _found(asked: PartQuestion, hits: Sequence[Hit]) -> dict[str, list[_Found]]:
    """The stretches that belong to the part, by document in the order of the hits, in reading order."""
    by_document: dict[str, list[_Found]] = {}
    for hit in hits:
        for found in _stretches(asked, hit.passage):
            by_document.setdefault(hit.passage.document_id, []).append(found)
    return {
        id_: sorted(part, key=lambda found: (found.passage.start, found.span))
        for id_, part in by_document.items()
    }


def lacks_part(question: str, hits: Sequence[Hit]) -> bool:
    """Whether a question asks for a part, and for nothing else, that no passage is of or speaks of."""
    asked = asked_part(question)
    if asked is None or asked.part.is_day or asked.before or asked.after:
        return False
    return not any(
        asked.part.is_of(part)
        for hit in hits
        for part in (
            *named_parts(hit.passage.text),
            *filter(None, map(heading_part, (*hit.passage.headings, hit.passage.text))),
        )
    )


def _stretches(asked: PartQuestion, passage: Passage) -> Iterator[_Found]:
    """The stretches of a passage that belong to the part: all of it under the part's heading, or an item."""
    if passage.kind in ("heading", "table_header"):
        return
    for heading in reversed(passage.headings):
        if (part := heading_part(heading)) and part.is_of(asked.part):
            yield _Found(passage, (0, len(passage.text)), part.is_named)
            return
    edges = (0, *passage.items, len(passage.text)) if not passage.is_record else (0, len(passage.text))
    for start, end in pairwise(sorted(set(edges))):
        part = heading_part(passage.text[start:end])
        # A list's bare numbers are no parts: any list has a second item.
        if part and part.is_named and part.is_of(asked.part):
            yield _Found(passage, (start, start + len(passage.text[start:end].rstrip())), is_named=True)


def _meant(index: Index, asked: PartQuestion, parts: dict[str, list[_Found]]) -> dict[str, list[_Found]]:
    """The parts of the documents that the question names, or of all if it names none."""
    names = {id_: _names(index, found[0].passage) for id_, found in parts.items()}
    if not asked.before and not asked.after:
        named = [id_ for id_ in parts if asked.kinds & names[id_]]
        return {id_: parts[id_] for id_ in named or parts}
    # Other questions have words that no document's name has: "What is the fee in section 4?".
    shared = {id_: _shared(asked.after, known) for id_, known in names.items()}
    most = max(shared.values(), default=0)
    return {
        id_: part
        for id_, part in parts.items()
        if _shared(asked.before, names[id_]) == len(asked.before)
        and shared[id_] == most
        and 2 * most >= len(asked.after)
    }


def _shared(asked: frozenset[str], known: frozenset[str]) -> int:
    """The number of a question's terms that are among others, or a translation of which is."""
    return sum(not known.isdisjoint(meaning) for meaning in meanings(asked))


def _names(index: Index, passage: Passage) -> frozenset[str]:
    """The terms of a document's title, its file's name and the first headings above a passage."""
    document = index.document(passage.document_id)
    text = "\n".join((document.title, document.source, *passage.headings[:_HEADINGS_NAMING]))
    return frozenset(term.term for term in analyze(text))


def _beginning(part: Sequence[_Found]) -> list[_Found]:
    """The part's first stretches, as many as fit."""
    cited: list[_Found] = []
    room = MAX_LISTED
    for found in part[:MAX_LISTED_SENTENCES]:
        length = count_words(found.passage.text, *found.span)
        if cited and length > room:
            break
        cited.append(found)
        room -= length
    return cited


def _cite(index: Index, number: int, found: _Found) -> Citation:
    """The citation of a stretch, of its first sentences if it is long."""
    passage, (start, end) = found.passage, found.span
    if count_words(passage.text, start, end) > MAX_LISTED:
        ends = [
            stop
            for _, stop in passage_sentences(passage.text, passage.is_record, passage.items)
            if start < stop <= end
        ]
        fitting = [stop for stop in ends if count_words(passage.text, start, stop) <= MAX_LISTED]
        end = max(fitting, default=min(ends, default=end))
    return Citation.of(
        index.document(passage.document_id), number, passage, passage.start + start, passage.start + end
    )
