"""Chooses the sentences to quote."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from index.ranking_parameters import SENTENCES
from index.text.analyzer import analyze
from index.text.numerals import is_quantity
from qa.answering.sentences.scored import Sentence
from qa.answering.sentences.split import MAX_SENTENCES

if TYPE_CHECKING:
    from index.query import Query

# Most words of a list quoted as a whole; a longer one is cut to the items that fit.
MAX_LISTED = 120


def named_quantities(query: Query) -> frozenset[str]:
    """The numbers and months that a question names."""
    return frozenset(term.term for term in query.terms if is_quantity(term.term))


def choose(found: Sequence[Sentence], is_list: bool, named: AbstractSet[str]) -> list[Sentence]:
    """Selects the best sentence and its near-ties: `MAX_SENTENCES`, including the context they depend on.

    Beside a best one with the numbers and months that the question names, none without them is a near-tie.

    Returns the whole list where a list question's best sentence is a list item, or where the best sentence
    introduces a list.
    """
    best = found[0]
    items = best.passage.items
    is_in_list = bool(items) and best.passage.kind == "list_item"
    if is_in_list and (is_list or best.is_introduced or best.start < items[0]):
        return [_whole(best)]
    if best.passage.kind == "form_field" and best.passage.is_record:
        # Of forms that differ in their keys alone, the best one suffices.
        return [best]
    least = best.score - (1 - SENTENCES.nearly_as_good) * abs(best.score)
    needed = named & _terms_of(best)
    chosen: list[Sentence] = []
    for sentence in takewhile(lambda sentence: sentence.score >= least, found):
        if not needed <= _terms_of(sentence):
            continue
        room = MAX_SENTENCES - sum(other.length for other in chosen)
        if sentence.length <= room and not any(map(sentence.overlaps, chosen)):
            chosen.append(sentence)
    if is_in_list and any(s.passage is best.passage and s.start < items[0] for s in chosen):
        # The introduction answers nearly as well as one of its items: they belong together.
        return [_whole(best)]
    return chosen


def _terms_of(sentence: Sentence) -> frozenset[str]:
    return frozenset(term.term for term in analyze(sentence.written))


def _whole(sentence: Sentence) -> Sentence:
    """The list that contains a sentence, with its introduction, up to `MAX_LISTED` words."""
    passage = sentence.passage
    ends = [*passage.items[1:], len(passage.text)]
    fitting = [end for end in ends if len(passage.text[:end].split()) <= MAX_LISTED]
    end = max(fitting, default=ends[0])
    return replace(sentence, quote_start=0, quote_end=max(end, sentence.end), lead_in=None)
