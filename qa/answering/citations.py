"""Citations: quotations of the chosen sentences and their footnotes, with the answer spans in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import regex

from index.text.analyzer import Language, analyzed, language_among
from index.text.sentences import Span
from index.types import Passage
from qa.answering.confidence import min_likelihood
from qa.answering.questions.cells import asked_cells
from qa.answering.questions.entries import properties
from qa.answering.reader import Reading
from qa.answering.sentences import MAX_SENTENCES, Sentence
from qa.messages import say
from qa.punctuation import in_quotation_marks
from qa.types import Citation

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query

# Of the terms of a row's cell, those that a question has which names the row; chosen.
_MIN_NAMED: Final = 0.5
# Longer answers aren't marked within the quotation: the eye finds them.
MAX_ANSWER_WORDS = 12
# Clause-final characters stripped from the end of a quotation.
_TRAILING: Final = " \t\n،؛,;:—–"
# A reference mark in brackets, as the readers of files write it.
_CALL: Final = regex.compile(r"\[(\p{Nd}{1,3}|[ivxlc]{1,6}|[*†‡§])\]")
# The mark that a note begins with.
_LABEL: Final = regex.compile(r"\s*[\[(]?(\p{Nd}{1,3}|[ivxlc]{1,6}|[*†‡§])[\])]?[.:)\s]")
# A longer note is a text of its own; chosen, not measured.
_MAX_WORDS: Final = 60


def answer_spans(readings: Mapping[str, Reading], pair: str) -> dict[str, Span]:
    """The spans of passages that answer a question: likely and short ones, by passage id."""
    return {
        id_: reading.span
        for id_, reading in readings.items()
        if reading.span and reading.words <= MAX_ANSWER_WORDS and reading.likelihood >= min_likelihood(pair)
    }


def in_asked_cells(spans: Mapping[str, Span], query: Query, chosen: Sequence[Sentence]) -> dict[str, Span]:
    """The spans, those of rows in the cell whose column the question names; none where another was taken.

    Args:
        spans: as returned by `answer_spans`.
        query: the question.
        chosen: the sentences that are quoted.
    """
    asked = frozenset(term.term for term in query.terms) | properties(query.reading)
    said = frozenset(word.term for word in analyzed(query.reading).words)
    found = dict(spans)
    for passage in (sentence.passage for sentence in chosen):
        cells = asked_cells(asked, passage, _MIN_NAMED, said)
        span = found.get(passage.id)
        if len(cells) == 1:
            found[passage.id] = cells[0]
        elif cells and span and not any(start <= span[0] and span[1] <= end for start, end in cells):
            del found[passage.id]
    return found


def cite(
    index: Index,
    chosen: Sequence[Sentence],
    spans: Mapping[str, Span],
    passages: Sequence[Passage],
    most: int = MAX_SENTENCES,
) -> tuple[Citation, ...]:
    """Cites sentences, and after the best one the footnotes that it refers to.

    Args:
        index: the index they are from.
        chosen: the sentences, best first.
        spans: the spans within them that answer, by passage id.
        passages: passages among which footnotes are looked for.
        most: number of quotations.
    """
    stretches: list[tuple[Passage, Span]] = []
    for sentence in chosen:
        passage, stretch = sentence.passage, (sentence.quote_start, sentence.quote_end)
        if sentence.lead_in is not None:
            if passage.text[sentence.lead_in[1] : sentence.quote_start].strip():
                introduction = (passage, sentence.lead_in)
                stretches += [] if introduction in stretches else [introduction]
            else:
                stretch = (sentence.lead_in[0], sentence.quote_end)
        stretches.append((passage, stretch))
        if sentence is chosen[0]:
            notes = called_notes(passage.text[slice(*stretch)], passage, passages)
            stretches += [(note, (0, len(note.text))) for note in notes]
    # A note that is quoted as the best one's isn't quoted again.
    stretches = list(dict.fromkeys(stretches))
    citations = []
    for number, (passage, (start, end)) in enumerate(stretches[:most], 1):
        quote = passage.text[start:end]
        # The introduction of a list keeps its colon.
        quote = quote.rstrip(" \t\n" if passage.items and end <= passage.items[0] else _TRAILING)
        document = index.document(passage.document_id)
        first = passage.start + start
        last = first + len(quote)
        span = spans.get(passage.id)
        span = (passage.start + span[0], passage.start + span[1]) if span else None
        is_inside = span is not None and first <= span[0] and span[1] <= last
        citations.append(
            Citation.of(document, number, passage, first, last, answer=span if is_inside else None)
        )
    return tuple(citations)


def quotations(
    citations: Sequence[Citation],
    spoken: Language,
    written: Callable[[Citation], str] = attrgetter("quote"),
) -> str:
    """Formats each citation as its quotation, in the quotation marks of its language, and its [n].

    A title, author or date is labelled in the language `spoken`: "Author: Edmund Farleigh [1]".

    Args:
        citations: the citations.
        spoken: language of the labels.
        written: how the quotation of each is written, such as with its answer in bold.
    """
    return "\n".join(
        f"{in_quotation_marks(written(c), _language_of(c))} [{c.number}]"
        if c.field == "text"
        else f"{say(c.field, spoken)}: {written(c)} [{c.number}]"
        for c in citations
    )


def _language_of(citation: Citation) -> Language:
    """The language of a quotation: by its letters, with its columns' headings, or by those around it."""
    passage = citation.passage
    return language_among(
        (" ".join((*passage.columns, citation.quote)), passage.text, *reversed(passage.headings))
    )


def called_notes(quotation: str, passage: Passage, others: Iterable[Passage]) -> list[Passage]:
    """The footnotes that a quotation refers to, in the order of its reference marks.

    Args:
        quotation: a part of the passage's text.
        passage: the passage that contains it.
        others: passages among which the notes are looked for. Of several notes with the same mark, as each
            page or chapter may have one, the next after the passage is meant.
    """
    notes = sorted(
        (
            other
            for other in others
            if other.kind == "footnote"
            and other.document_id == passage.document_id
            and other.start >= passage.end
            and len(other.text.split()) <= _MAX_WORDS
        ),
        key=lambda note: note.start,
    )
    labelled: dict[str, Passage] = {}
    for note in notes:
        if label := _LABEL.match(note.text):
            labelled.setdefault(label[1], note)
    marks = dict.fromkeys(call[1] for call in _CALL.finditer(quotation))
    return [labelled[mark] for mark in marks if mark in labelled]
