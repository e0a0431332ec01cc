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
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rank_bm25 import BM25Plus

from index.retrieval.bm25 import LexicalIndex, Match
from index.retrieval.postings import Postings

K1, B, DELTA = 1.5, 0.75, 1.0  # rank-bm25's
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


def matched(rows: Sequence[Sequence[str]], terms: Sequence[str]) -> Match:
    return LexicalIndex([Postings.of(rows)]).match(terms)


def shares(rows: Sequence[Sequence[str]], terms: Sequence[str]) -> NDArray[np.float32]:
    """Of every passage."""
    return matched(rows, terms).scores(np.arange(len(rows)))


def test_by_hand() -> None:
    # The mean length is 2. A single term's idf is in both parts of the share and goes away.
    # c in the second: tf 2, length 3: 2 * 2.5 / (1.5 * (.25 + .75 * 3/2) + 2) = 1.230769
    np.testing.assert_allclose(shares(ROWS, ["c"]), [0, (1.230769 + 1) / 3.5, 0], rtol=1e-5)
    # a: 2.5 / (1.5 + 1) = 1; 2.5 / (2.0625 + 1) = .816327; 2.5 / (.9375 + 1) = 1.290323
    np.testing.assert_allclose(shares(ROWS, ["a"]), [2 / 3.5, 1.816327 / 3.5, 2.290323 / 3.5], rtol=1e-5)
    # b weighs ln(4/1), a ln(4/3): (2 ln 4 + 2 ln(4/3)) / (3.5 (ln 4 + ln(4/3)))
    assert shares(ROWS, ["a", "b"])[0] == pytest.approx(2 / 3.5)
    assert shares(ROWS, ["a", "b"])[2] == pytest.approx(
        2.290323 * log(4 / 3) / (3.5 * (log(4) + log(4 / 3))), rel=1e-5
    )


def test_a_term_in_every_passage_still_counts() -> None:
    assert (shares(ROWS, ["a"]) > 0).all()
    assert (shares([["a"], ["a"]], ["a"]) > 0).all()
    assert shares([["a"]], ["a"])[0] == pytest.approx(2 / 3.5)


def test_without_a_term_there_is_no_score() -> None:
    assert shares(ROWS, ["b"]).tolist()[1:] == [0, 0]
    assert shares(ROWS, ["z"]).tolist() == [0, 0, 0]
    assert shares(ROWS, []).tolist() == [0, 0, 0]


def test_a_term_that_no_passage_has_weighs_as_the_rarest() -> None:
    expected = log(4 / 3) * 2 / (3.5 * (log(4 / 3) + log(4)))
    assert shares(ROWS, ["a", "z"])[0] == pytest.approx(expected)
    assert shares(ROWS, ["b", "z"])[0] == pytest.approx(shares(ROWS, ["b"])[0] / 2)


def test_a_term_counts_once_however_often_it_is_asked() -> None:
    np.testing.assert_allclose(shares(ROWS, ["a", "c", "a", "a"]), shares(ROWS, ["c", "a"]), rtol=1e-6)


@pytest.mark.parametrize("rows", [[], [[]], [[], []]])
def test_a_collection_without_words(rows: list[list[str]]) -> None:
    scores = shares(rows, ["a"])
    assert scores.tolist() == [0] * len(rows)
    assert scores.dtype == np.float32


def test_a_passage_without_words_among_others() -> None:
    assert shares([[], ["a"]], ["a"])[0] == 0


@given(CORPORA, st.lists(st.sampled_from("abcdefghi"), min_size=1, unique=True))
def test_held_to_the_paper_and_to_rank_bm25(rows: list[list[str]], terms: list[str]) -> None:
    scores = shares(rows, terms)
    assert scores.shape == (len(rows),)
    assert ((scores >= 0) & (scores < 1)).all()
    assert [score > 0 for score in scores] == [bool(set(row) & set(terms)) for row in rows]
    expected = np.array(plus(rows, terms))
    most = sum(3.5 * log((len(rows) + 1) / max(1, sum(term in row for row in rows))) for term in terms)
    np.testing.assert_allclose(scores, expected / most, rtol=1e-5, atol=1e-7)
    if any(rows):
        model = BM25Plus(rows)
        # rank-bm25 gives idf * delta to passages without a term; the rest is the same.
        missing = [
            sum(float(model.idf[term]) * DELTA for term in terms if term in model.idf and term not in row)
            for row in rows
        ]
        np.testing.assert_allclose(model.get_scores(terms) - missing, scores * most, rtol=1e-4, atol=1e-5)


@given(CORPORA.filter(any), st.lists(st.sampled_from("abcdefghi")), st.lists(st.integers(0, 7)))
def test_it_is_a_bm25plus_of_rank_bm25(rows: list[list[str]], terms: list[str], asked: list[int]) -> None:
    """Every public method of rank-bm25's gives the same numbers, repeated and unknown terms included."""
    index, model = LexicalIndex([Postings.of(rows)]), BM25Plus(rows)
    assert isinstance(index, BM25Plus)
    assert (index.k1, index.b, index.delta) == (model.k1, model.b, model.delta) == (K1, B, DELTA)
    assert (index.corpus_size, index.avgdl, list(index.doc_len)) == (
        model.corpus_size, model.avgdl, model.doc_len,
    )  # fmt: skip
    np.testing.assert_allclose(index.get_scores(terms), model.get_scores(terms), rtol=1e-12)
    assert {term: model.idf[term] for term in terms if term in model.idf} == index.idf
    chosen = [row % len(rows) for row in asked]
    expected = model.get_batch_scores(terms, chosen)
    np.testing.assert_allclose(index.get_batch_scores(terms, chosen), expected, rtol=1e-12)
    # By scores, since equal ones may stand in another order by the last digit of a sum.
    places = {name: place for place, name in enumerate("abcdefgh"[: len(rows)])}
    best = index.get_top_n(terms, list(places), n=3)
    scores = model.get_scores(terms)
    np.testing.assert_allclose([scores[places[name]] for name in best], np.sort(scores)[::-1][:3], rtol=1e-12)


@pytest.mark.slow
@settings(max_examples=300)
@given(CORPORA, st.lists(st.sampled_from("abcdefghi"), min_size=1), st.integers(1, 9))
def test_the_best_are_those_of_all(rows: list[list[str]], terms: list[str], k: int) -> None:
    match = matched(rows, terms)
    best, scores = match.best(k)
    every = match.scores(np.arange(len(rows)))
    assert best.tolist() == [row for row in np.argsort(-every, kind="stable") if every[row] > 0][:k]
    np.testing.assert_array_equal(scores, every[best])
    assert best.dtype == np.int64
    assert scores.dtype == np.float32


@given(CORPORA, st.lists(st.integers(0, 7), max_size=9))
def test_passages_can_be_asked_for_in_any_order(rows: list[list[str]], asked: list[int]) -> None:
    wanted = np.array([row % len(rows) for row in asked], np.int64)
    terms = ["c", "a", "z"]
    np.testing.assert_array_equal(matched(rows, terms).scores(wanted), shares(rows, terms)[wanted])


@pytest.fixture(scope="module")
def frequent() -> list[list[str]]:
    """Two thousand passages with words as frequent as those of a language, and many equal ones."""
    generator = np.random.default_rng(4)
    drawn = [generator.zipf(1.2, generator.integers(1, 30)) % 5000 for _ in range(1500)]
    passages = [[f"w{number}" for number in numbers] for numbers in drawn]
    return [*passages, *passages[:500]]


@pytest.mark.parametrize("k", [1, 10, 100, 3000])
@pytest.mark.parametrize("seed", range(6))
def test_the_ranking_is_that_of_rank_bm25(frequent: list[list[str]], k: int, seed: int) -> None:
    """Common words and rare ones, together and by themselves."""
    words = [f"w{number}" for number in np.random.default_rng(seed).zipf([1.1, 1.3, 2][seed % 3], 12) % 5000]
    terms = list(dict.fromkeys(words))
    rows, scores = matched(frequent, words).best(k)
    model = BM25Plus(frequent)
    # rank-bm25 gives idf * delta to passages without a term.
    missing = [sum(float(model.idf[t]) for t in terms if t in model.idf and t not in row) for row in frequent]
    expected = model.get_scores(terms) - DELTA * np.array(missing)
    holding = [row for row in range(len(frequent)) if set(frequent[row]) & set(terms)]
    assert len(rows) == min(k, len(holding))
    most = sum(3.5 * float(model.idf.get(term, log(len(frequent) + 1))) for term in terms)
    np.testing.assert_allclose(scores * most, expected[rows], rtol=1e-5)
    # Equal ones may stand in another order, by the last digit of a sum: the scores are the same.
    np.testing.assert_allclose(np.sort(expected[holding])[::-1][:k], expected[rows], rtol=1e-6)
    ties = scores[1:] == scores[:-1]
    assert (np.diff(rows)[ties] > 0).all()


def test_scores_are_the_same_in_every_process() -> None:
    """Strings hash anew in each process; ties must not be broken by that."""
    code = (
        "import numpy as np\n"
        "from index.retrieval.bm25 import LexicalIndex\n"
        "from index.retrieval.postings import Postings\n"
        "words = [f'w{i}' for i in range(40)]\n"
        "rows = [words[i % 7 :: 1 + i % 3] * (1 + i % 2) for i in range(30)]\n"
        "match = LexicalIndex([Postings.of(rows)]).match(words)\n"
        "print(match.scores(np.arange(30)).tobytes().hex(), match.best(9)[0].tobytes().hex())"
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
