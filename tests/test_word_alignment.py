"""Which word met which: pieces put together by hand, spans led back to what was asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.query import Query
from index.retrieval.token_codec import TokenVectors
from index.text.analyzer import legible, normalise, words
from qa.explanation.word_alignment import NEAR, AlignedWord, Span, align_words, as_asked


def asking(text: str, reading: str, tokens: TokenVectors) -> Query:
    origins = legible(text).origins
    return cast(Query, SimpleNamespace(text=text, reading=reading, origins=origins, tokens=tokens))


def tokens(
    vectors: list[tuple[float, float]],
    spans: list[tuple[int, int]],
    weights: list[float] | None = None,
    sentences: list[int] | None = None,
) -> TokenVectors:
    count = len(vectors)
    return TokenVectors(
        np.array(vectors, np.float32).reshape(-1, 2),
        np.array(spans, np.int32).reshape(-1, 2),
        np.array(weights or [1.0] * count, np.float32),
        np.array(sentences or [0] * count, np.int32),
    )


def test_two_pieces_and_a_mark_by_hand() -> None:
    """ "abcd ef?" in pieces ab, cd, ef, ?, asked of "gh. ij", each word of two pieces but the last."""
    question = "abcd ef?"
    query = asking(
        question,
        question,
        tokens([(1, 0), (0, 1), (0.6, 0.8), (1, 0)], [(0, 2), (2, 4), (4, 7), (7, 8)], [3, 1, 4, 2]),
    )
    passage = "ghkl. ij"
    found = tokens(
        [(0.8, 0.6), (0, 1), (1, 0), (0.28, 0.96)], [(0, 2), (2, 4), (4, 5), (5, 8)], None, [0, 0, 0, 1]
    )
    (first, second), marks = align_words(query, found, words(question), words(passage))
    assert (first.span, second.span) == (Span(0, 4), Span(5, 7))
    assert [first.weight, second.weight] == pytest.approx([0.4, 0.4])
    # abcd with ghkl: ab meets gh by .8 and cd meets kl by 1, so 3/4 * .8 + 1/4 * 1; back gh meets ab by .8
    # and kl meets cd by 1, so .9. With ij: ab by .28, cd by .96; back .96.
    assert first.nearest == Span(0, 4)
    assert first.cosine == pytest.approx((0.85 + 0.9) / 2)
    # ef with ghkl: .96 forth, (.96 + .8) / 2 back; with ij: .168 + .768 = .936.
    assert second.nearest == Span(6, 8)
    assert second.cosine == pytest.approx(0.936)
    # Late interaction takes the passage's full stop too: ab meets it by 1. The first sentence is the best.
    assert first.contribution == pytest.approx(0.3 * 1 + 0.1 * 1)
    assert second.contribution == pytest.approx(0.4 * 0.96)
    assert marks == pytest.approx(0.2 * 1)


def test_half_is_the_best_sentence() -> None:
    question = "ab cd"
    query = asking(question, question, tokens([(1, 0), (0, 1)], [(0, 2), (2, 5)], [3, 1]))
    found = tokens([(1, 0), (0, 1)], [(0, 2), (3, 6)], None, [0, 1])
    (first, second), marks = align_words(query, found, words(question), words("gh. ij"))
    assert [first.contribution, second.contribution] == pytest.approx([0.75, 0.25 / 2])
    assert marks == 0


def test_what_the_encoder_did_not_read_met_nothing() -> None:
    question = "ab cd"
    query = asking(question, question, tokens([(1, 0)], [(0, 2)]))
    unread, read = tokens([], []), tokens([(1, 0)], [(0, 2)])
    (first, second), _ = align_words(query, read, words(question), words("gh ij"))
    assert first == AlignedWord(Span(0, 2), 1, 1, False, Span(0, 2), 1)
    assert second == AlignedWord(Span(3, 5), 0, 0, True, None, 0)
    for text, nothing in (("gh", unread), ("…", tokens([(1, 0)], [(0, 1)]))):
        (first, _), _ = align_words(query, nothing, words(question), words(text))
        assert (first.nearest, first.cosine) == (None, 0)


def test_a_word_that_says_little_is_light_and_never_near() -> None:
    question = "the battle"
    query = asking(question, question, tokens([(1, 0), (1, 0)], [(0, 3), (3, 10)], [1, 9]))
    (the, battle), _ = align_words(query, tokens([(1, 0)], [(0, 2)]), words(question), words("gh"))
    assert (the.is_light, battle.is_light) == (True, False)
    assert (the.is_near, battle.is_near) == (False, True)
    assert not AlignedWord(Span(0, 1), 1, 1, False, Span(0, 1), NEAR - 0.01).is_near


@given(st.text("ab \u0640\u064e\u0651اأوعكشتة\u0627\u0655ﻻ٣3\u200f?؟", max_size=30))
def test_spans_lead_back_to_what_was_asked(text: str) -> None:
    reading = legible(text).text
    read = words(reading)
    spans = np.array([(word.start, word.end) for word in read], np.int32).reshape(-1, 2)
    places = as_asked(asking(text, reading, tokens([], [])), spans)
    assert [normalise(text[start:end]).text for start, end in places] == [word.term for word in read]
