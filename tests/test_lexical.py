"""BM25 as a share of the most that it could be: by hand, and held to rank-bm25."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from math import log

import numpy as np
import pytest
from conftest import REPOSITORY
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Plus

from index.lexical import DELTA, K1, B, LexicalIndex

ROWS = [["a", "b"], ["a", "c", "c"], ["a"]]
CORPORA = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=8), min_size=1, max_size=8)


def plus(rows: Sequence[Sequence[str]], terms: Sequence[str]) -> list[float]:
    """Lv & Zhai 2011, equation 5, written out; a passage without a term gets nothing for it."""
    mean = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        score = 0.0
        for term in terms:
            holding = sum(term in other for other in rows)
            if term in row:
                count = row.count(term)
                normaliser = K1 * (1 - B + B * len(row) / mean)
                part = (K1 + 1) * count / (normaliser + count) + DELTA
                score += log((len(rows) + 1) / holding) * part
        scores.append(score)
    return scores


def test_by_hand() -> None:
    index = LexicalIndex(ROWS)
    # The mean length is 2. A single term's idf is in both parts of the share and goes away.
    # c in the second: tf 2, length 3: 2 * 2.5 / (1.5 * (.25 + .75 * 3/2) + 2) = 1.230769
    np.testing.assert_allclose(index.scores(["c"]), [0, (1.230769 + 1) / 3.5, 0], rtol=1e-5)
    # a: 2.5 / (1.5 + 1) = 1; 2.5 / (2.0625 + 1) = .816327; 2.5 / (.9375 + 1) = 1.290323
    np.testing.assert_allclose(index.scores(["a"]), [2 / 3.5, 1.816327 / 3.5, 2.290323 / 3.5], rtol=1e-5)
    # b weighs ln(4/1), a ln(4/3): (2 ln 4 + 2 ln(4/3)) / (3.5 (ln 4 + ln(4/3)))
    assert index.scores(["a", "b"])[0] == pytest.approx(2 / 3.5)
    assert index.scores(["a", "b"])[2] == pytest.approx(
        2.290323 * log(4 / 3) / (3.5 * (log(4) + log(4 / 3))), rel=1e-5
    )


def test_a_term_in_every_passage_still_counts() -> None:
    assert (LexicalIndex(ROWS).scores(["a"]) > 0).all()
    assert (LexicalIndex([["a"], ["a"]]).scores(["a"]) > 0).all()
    assert LexicalIndex([["a"]]).scores(["a"])[0] == pytest.approx(2 / 3.5)


def test_without_a_term_there_is_no_score() -> None:
    assert LexicalIndex(ROWS).scores(["b"]).tolist()[1:] == [0, 0]
    assert LexicalIndex(ROWS).scores(["z"]).tolist() == [0, 0, 0]
    assert LexicalIndex(ROWS).scores([]).tolist() == [0, 0, 0]


def test_a_term_that_no_passage_has_weighs_as_the_rarest() -> None:
    index = LexicalIndex(ROWS)
    expected = log(4 / 3) * 2 / (3.5 * (log(4 / 3) + log(4)))
    assert index.scores(["a", "z"])[0] == pytest.approx(expected)
    assert index.scores(["b", "z"])[0] == pytest.approx(index.scores(["b"])[0] / 2)


def test_a_term_counts_once_however_often_it_is_asked() -> None:
    index = LexicalIndex(ROWS)
    np.testing.assert_allclose(index.scores(["a", "c", "a", "a"]), index.scores(["c", "a"]), rtol=1e-6)


@pytest.mark.parametrize("rows", [[], [[]], [[], []]])
def test_a_collection_without_words(rows: list[list[str]]) -> None:
    scores = LexicalIndex(rows).scores(["a"])
    assert scores.tolist() == [0] * len(rows)
    assert scores.dtype == np.float32


def test_a_passage_without_words_among_others() -> None:
    assert LexicalIndex([[], ["a"]]).scores(["a"])[0] == 0


@given(CORPORA, st.lists(st.sampled_from("abcdefghi"), min_size=1, unique=True))
def test_held_to_the_paper_and_to_rank_bm25(rows: list[list[str]], terms: list[str]) -> None:
    scores = LexicalIndex(rows).scores(terms)
    assert scores.shape == (len(rows),)
    assert ((scores >= 0) & (scores < 1)).all()
    assert [score > 0 for score in scores] == [bool(set(row) & set(terms)) for row in rows]
    expected = np.array(plus(rows, terms))
    most = sum(3.5 * log((len(rows) + 1) / max(1, sum(term in row for row in rows))) for term in terms)
    np.testing.assert_allclose(scores, expected / most, rtol=1e-5, atol=1e-7)
    if any(rows):
        model = BM25Plus(rows, k1=K1, b=B, delta=DELTA)
        # rank-bm25 gives idf * delta to passages without a term; the rest is the same.
        missing = [
            sum(float(model.idf[term]) * DELTA for term in terms if term in model.idf and term not in row)
            for row in rows
        ]
        np.testing.assert_allclose(model.get_scores(terms) - missing, scores * most, rtol=1e-4, atol=1e-5)


def test_scores_are_the_same_in_every_process() -> None:
    """Strings hash anew in each process; ties must not be broken by that."""
    code = (
        "from index.lexical import LexicalIndex\n"
        "words = [f'w{i}' for i in range(40)]\n"
        "rows = [words[i % 7 :: 1 + i % 3] * (1 + i % 2) for i in range(30)]\n"
        "print(LexicalIndex(rows).scores(words).tobytes().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
