"""Translated terms: what stands in the file, and BM25 over them by hand."""

from __future__ import annotations

import dataclasses
from math import log
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from index.folder import store
from index.ranking_parameters import RANKING
from index.retrieval.bm25 import LexicalIndex
from index.retrieval.postings import Frequencies, Postings
from index.retrieval.translations import TRANSLATIONS_FILE, meanings
from index.text.analyzer import analyze
from index.text.arabic import is_arabic

TEXTS = [["ولد", "نهر"], ["صبي", "صبي"], ["نهر", "بحر"], ["حقل", "جبل"]]
EVERY = np.ones(4, np.bool_)
ROWS = np.arange(4)


def terms(text: str) -> list[str]:
    return [term.term for term in analyze(text)]


def test_each_line_is_a_term_and_its_translations_in_the_other_script() -> None:
    lines = [line.split("\t") for line in TRANSLATIONS_FILE.read_text(encoding="utf-8").splitlines()]
    assert len({term for term, _ in lines}) == len(lines) > 30_000
    for term, translations in lines:
        others, percents = translations.split()[::2], list(map(int, translations.split()[1::2]))
        assert 1 <= len(others) == len(set(others)) == len(percents) <= 6
        assert percents == sorted(percents, reverse=True)
        assert 5 <= percents[-1] <= percents[0] <= 100
        assert not any(is_arabic(other[0]) == is_arabic(term[0]) for other in others)
    assert TRANSLATIONS_FILE.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("asked", "called"),
    [("river", "نهر"), ("النهر", "river"), ("universities", "جامعات"), ("المدينة", "city"), ("war", "الحرب")],
)
def test_a_word_is_called_by_its_translation(asked: str, called: str) -> None:
    (meaning,) = meanings(terms(asked))
    (expected,) = terms(called)
    assert expected in meaning
    assert 0 < meaning[expected] <= 1 == meaning[terms(asked)[0]]


def test_what_has_no_translation_stands_for_itself() -> None:
    assert meanings(["1897", "xyzzy", "1897"]) == [{"1897": 1.0}, {"xyzzy": 1.0}]


def test_a_term_counts_once_by_its_best_match_with_the_idf_of_all_its_terms() -> None:
    index = LexicalIndex([Postings.of(TEXTS)])
    match = index.match_meanings([{"boy": 1.0, "ولد": 0.8, "صبي": 0.5}, {"river": 1.0, "نهر": 1.0}], EVERY)
    boy, river = log(5 / 1.3), log(5 / 2)
    # All texts have the mean length, k1 is 1.5: what occurs n times weighs 2.5 n / (1.5 + n) + 1.
    once, twice = 2.0, 2.5 * 2 / 3.5 + 1
    most = 3.5 * (boy + river)
    expected = [0.8 * boy * once + river * once, 0.5 * boy * twice, river * once, 0]
    np.testing.assert_allclose(match.scores(ROWS), np.array(expected) / most, rtol=1e-6)
    rows, shares = match.best(10)
    assert rows.tolist() == [0, 1, 2] or rows.tolist() == [0, 2, 1]
    assert (np.diff(shares) <= 0).all()


def test_two_translations_in_one_passage_are_one_match() -> None:
    index = LexicalIndex([Postings.of([["ولد", "صبي"], ["ولد", "جبل"], ["حقل", "جبل"]])])
    shares = index.match_meanings([{"ولد": 0.9, "صبي": 0.9}], np.ones(3, np.bool_)).scores(np.arange(3))
    assert shares[0] == shares[1] > shares[2] == 0


def test_only_passages_that_count_are_matched() -> None:
    index = LexicalIndex([Postings.of(TEXTS)])
    match = index.match_meanings([{"نهر": 1.0}], np.array([False, True, True, True]))
    assert match.scores(ROWS)[0] == 0
    assert match.best(10)[0].tolist() == [2]
    nothing = index.match_meanings([{"نهر": 1.0}], ~EVERY)
    assert not nothing.scores(ROWS).any()
    assert not len(nothing.best(10)[0])


def test_segments_and_removed_passages_score_as_one_collection() -> None:
    whole = LexicalIndex([Postings.of(TEXTS)])
    rest = Postings.of([*TEXTS[2:], ["نهر"]])
    parts = LexicalIndex([Postings.of(TEXTS[:2]), dataclasses.replace(rest, removed=np.array([2], np.int32))])
    asked = [{"نهر": 0.7, "بحر": 1.0}, {"صبي": 1.0}]
    expected = whole.match_meanings(asked, EVERY).scores(ROWS)
    found = parts.match_meanings(asked, np.ones(5, np.bool_)).scores(np.arange(5))
    assert found.tolist() == [*expected.tolist(), 0]


def test_frequencies_of_the_whole_collection_decide() -> None:
    asked = [{"نهر": 0.7, "بحر": 1.0}, {"صبي": 1.0}]
    expected = LexicalIndex([Postings.of(TEXTS)]).match_meanings(asked, EVERY).scores(ROWS)
    known = Frequencies(4, 8, {"نهر": 2, "بحر": 1, "صبي": 1})
    some = LexicalIndex([Postings.of(TEXTS[:2])], known).match_meanings(asked, EVERY[:2])
    assert some.scores(ROWS[:2]).tolist() == expected[:2].tolist()


DOCUMENTS = [
    Document("يعبر النهر المدينة القديمة.", id="river"),
    Document("بنى التاجر داره قرب السوق.", id="market"),
    Document("زرع الفلاح القمح في الربيع.", id="wheat"),
]


def test_a_translated_question_finds_the_passage(encoder: FakeEncoder, tmp_path: Path) -> None:
    """The encoder knows no languages: only the translations can tell."""
    index = Index.build(DOCUMENTS, tmp_path / "i", encoder=encoder, show_progress=False)
    for question, right in (
        ("the river of the old city", "river"),
        ("a farmer sows wheat in spring", "wheat"),
    ):
        hits = index.search(question, 3)
        shares = {hit.passage.document_id: hit.scores.get("translations", 0.0) for hit in hits}
        assert max(shares, key=shares.__getitem__) == right
        parts = {p.document_id: index.score_parts(index.query(question), p) for p in index.passages}
        best = shares[right]
        for id_, share in shares.items():
            above = share - RANKING.translation_baseline * best
            assert parts[id_].translations == pytest.approx(RANKING.translation_weight * above, abs=1e-6)
        assert hits[[hit.passage.document_id for hit in hits].index(right)].ranks["translations"] == 1


def test_in_one_language_nothing_changes(
    encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even if an Arabic text has the English words that the question's may be translated by."""
    mixed = Document("عبر النهر river المدينة city القديمة في الصباح.", id="mixed")
    index = Index.build([*DOCUMENTS, mixed], tmp_path / "i", encoder=encoder, show_progress=False)
    questions = ["أين النهر؟", "من بنى المدينة القديمة؟"]
    found = [index.search(question) for question in questions]
    assert all("translations" not in hit.ranks for hits in found for hit in hits)
    monkeypatch.setattr(store, "meanings", lambda terms: [{} for _ in terms])
    assert [index.search(question) for question in questions] == found
