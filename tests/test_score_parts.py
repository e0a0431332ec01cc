"""A fused score taken apart is the score that the search gave."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index, Passage
from index.ranking_parameters import RANKING

QUESTIONS = [
    "When does the river flood?",
    "متى يفيض النهر؟",
    "من أعلن المعركة؟",
    "Hashd القوات 2017",
    "Where is Akashat?",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sum_is_the_score(
    question: str, collection: list[Document], encoder: FakeEncoder, tmp_path: Path
) -> None:
    documents = [*collection, Document("تحرير عكاشات.", id="akashat"), Document("Akashat fell.", id="fell")]
    index = Index.build(documents, tmp_path / "i", encoder=encoder, show_progress=False)
    query = index.query(question)
    hits = index.search(query, 10)
    assert len(hits) == len(index.passages) == 7
    for hit in hits:
        parts = index.score_parts(query, hit.passage)
        summands = (parts.semantic, parts.words, parts.names, parts.translations)
        assert sum(summands) == parts.total == pytest.approx(hit.score, abs=1e-6)
        assert parts.semantic == pytest.approx(hit.scores["late"], abs=1e-6)


def test_each_part(index: Index) -> None:
    query = index.query("the river floods")
    hits = index.search(query, 5)
    first, other = hits[0], next(hit for hit in hits if hit.passage.document_id == "battle")
    own = index.score_parts(query, first.passage)
    assert own.words == pytest.approx(RANKING.lexical_weight * first.scores["bm25"])
    assert own.names == 0
    # In another script words count as for the best passage.
    assert index.score_parts(query, other.passage).words == pytest.approx(own.words)


def test_names_count_across_scripts_only(encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [Document("تحرير عكاشات.", id="ar"), Document("Akashat fell.", id="en")]
    index = Index.build(documents, tmp_path / "i", encoder=encoder, show_progress=False)
    query = index.query("Akashat")
    names = {p.document_id: index.score_parts(query, p).names for p in index.passages}
    assert names["ar"] > 0
    assert names["en"] == 0


def test_a_passage_that_the_index_has_not(index: Index) -> None:
    with pytest.raises(KeyError):
        index.score_parts(index.query("river"), Passage("x", "elsewhere", 1, 0, 1, "x"))
