"""`Index`: what it finds, held to a search written out here; what an update does again and what not."""

from __future__ import annotations

import random
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import (
    Document,
    EncoderMismatch,
    Hit,
    Index,
    IndexNotFound,
    InvalidDocument,
    InvalidQuestion,
    interface,
)
from index.encoding.base import Encoding, Kind
from index.encoding.language_means import LanguageMeans
from index.folder import live
from index.folder.manifest import Manifest
from index.folder.store import FolderIndex
from index.ranking_parameters import RANKING
from index.retrieval.bm25 import LexicalIndex
from index.retrieval.names import NameIndex, name_keys
from index.retrieval.postings import Postings
from index.retrieval.token_codec import STEP, QuantizedQuery, QuantizedTokens, TokenVectors, rotated
from index.retrieval.translations import meanings
from index.text.analyzer import Term, analyze, arabic_share
from index.types import Passage

QUESTIONS = ["When does the river flood?", "من أعلن المعركة؟", "flour الحدود", "Whither, Hasht?", "الـ flour"]


def answers(index: Index) -> list[list[Hit]]:
    return [index.search(question) for question in QUESTIONS]


def max_sim(question: TokenVectors, passage: TokenVectors) -> float:
    """The weighted mean of each word's best cosine: in all, and in the best sentence with the context."""
    cosines = question.vectors @ passage.vectors.T
    weights = question.weights / question.weights.sum()
    by_sentence = [
        float(weights @ cosines[:, (passage.sentences == number) | (passage.sentences < 0)].max(axis=1))
        for number in np.unique(passage.sentences)
    ]
    whole = float(weights @ cosines.max(axis=1))
    return (1 - RANKING.sentence_share) * whole + RANKING.sentence_share * max(by_sentence)


def with_title(title: TokenVectors, text: TokenVectors) -> TokenVectors:
    """A passage's tokens behind those of its document's title, which stand nowhere in it."""
    return TokenVectors(
        np.concatenate([title.vectors, text.vectors]),
        np.concatenate([np.zeros_like(title.spans), text.spans]),
        np.concatenate([title.weights, text.weights]),
        np.concatenate([np.full_like(title.sentences, -2), text.sentences]),
    )


def without_marks(text: str) -> str:
    """What an encoder reads of the texts here, in a way of its own."""
    return "".join(c for c in text if c != "\u0640" and unicodedata.category(c) != "Mn")


def keys_of(find: Callable[[str], list[Term]], text: str, title: str) -> list[str]:
    """The keys of a passage, and those that its document's title has beside them."""
    keys = [key.term for key in find(text)]
    return [*keys, *dict.fromkeys(key.term for key in find(title) if key.term not in keys)]


def titles_of(index: Index) -> list[str]:
    """The title that each passage stands under."""
    return [index.document(passage.document_id).title for passage in index.passages]


def bm25(passages: Sequence[Passage], titles: Sequence[str], question: str) -> NDArray[np.float32]:
    pairs = zip(passages, titles, strict=True)
    index = LexicalIndex([Postings.of(keys_of(analyze, p.text, title) for p, title in pairs)])
    return index.match([term.term for term in analyze(question)]).scores(np.arange(len(passages)))


def translated(passages: Sequence[Passage], titles: Sequence[str], question: str) -> NDArray[np.float64]:
    """BM25Plus over translated terms: of each term of the question, the best match in a passage."""
    texts = [keys_of(analyze, p.text, title) for p, title in zip(passages, titles, strict=True)]
    mean = sum(map(len, texts)) / len(texts)
    sums, most = np.zeros(len(texts)), 0.0
    for meaning in meanings(term.term for term in analyze(question)):
        count = sum(weight * sum(term in text for text in texts) for term, weight in meaning.items())
        idf = np.log((len(texts) + 1) / max(min(count, len(texts)), 1))
        most += idf * 3.5
        for row, text in enumerate(texts):
            length = 1.5 * (0.25 + 0.75 * len(text) / mean)
            weights = [w * (2.5 * n / (length + n) + 1) for t, w in meaning.items() if (n := text.count(t))]
            sums[row] += idf * max(weights, default=0)
    across = [abs(arabic_share(p.text) - arabic_share(question)) > 0.5 for p in passages]
    return np.where(across, sums / most, 0)


def brute_force(
    question: str, index: Index, encoder: FakeEncoder
) -> tuple[list[tuple[str, float]], dict[str, NDArray[np.floating]]]:
    """Passage ids and fused scores, best first, without an index; each leg's scores.

    Passages' tokens are rounded as they are where they are stored, and the question's as where they meet
    them; tests/test_token_codec.py says how far.
    """
    passages = index.passages
    titles = titles_of(index)
    language_means = LanguageMeans.known(encoder)
    question = without_marks(question)
    texts = [without_marks(p.text) for p in passages]
    asked = rotated(language_means.tokens(encoder.encoding(question), question, "query"))
    asked = replace(asked, weights=asked.weights**RANKING.surprisal_power)
    factors = QuantizedQuery.of(asked.vectors)
    rounded = replace(asked, vectors=np.concatenate(factors.values).T * (factors.scales / STEP)[:, None])
    passage_tokens = [
        with_title(
            language_means.tokens(encoder.encoding(title), title, "passage"),
            language_means.tokens(encoder.encoding(text), text, "passage"),
        )
        for text, title in zip(texts, titles, strict=True)
    ]
    late = np.array(
        [max_sim(rounded, QuantizedTokens.of(rotated(tokens)).expand()) for tokens in passage_tokens]
    )
    vector = language_means.vector(encoder.encoding(question), question, "query")
    dense = np.array(
        [language_means.vector(encoder.encoding(text), text, "passage") @ vector for text in texts],
        np.float64,
    )
    lexical = bm25(passages, titles, question)
    pairs = zip(passages, titles, strict=True)
    names = NameIndex([Postings.of(keys_of(name_keys, p.text, title) for p, title in pairs)]).scores(
        name_keys(question), asked, np.arange(len(passages))
    )
    distance = np.array([abs(arabic_share(p.text) - arabic_share(question)) for p in passages])
    words = lexical + distance * (lexical.max() - lexical)
    scores = late + RANKING.lexical_weight * words + RANKING.name_weight * distance * names
    across = translated(passages, titles, question)
    above = across - RANKING.translation_baseline * across.max()
    scores += RANKING.translation_weight * np.where(distance > 0.5, distance, 0) * above
    fused = [(passages[row].id, float(scores[row])) for row in np.argsort(-scores, kind="stable")]
    return fused, {"bm25": lexical, "translations": across, "dense": dense, "late": late}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("is_reopened", [False, True])
def test_search_is_held_to_brute_force(
    question: str, is_reopened: bool, index: Index, encoder: FakeEncoder
) -> None:
    if is_reopened:
        index = Index.open(Path(index.location), encoder=encoder)
    expected, _ = brute_force(question, index, encoder)
    hits = index.search(question)
    assert [hit.passage.id for hit in hits] == [id_ for id_, _ in expected]
    np.testing.assert_allclose([hit.score for hit in hits], [score for _, score in expected], atol=2e-3)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("is_reopened", [False, True])
def test_the_scores_of_each_leg_are_held_to_brute_force(
    question: str, is_reopened: bool, index: Index, encoder: FakeEncoder
) -> None:
    if is_reopened:
        index = Index.open(Path(index.location), encoder=encoder)
    _, legs = brute_force(question, index, encoder)
    rows = {passage.id: row for row, passage in enumerate(index.passages)}
    for hit in index.search(question):
        row = rows[hit.passage.id]
        # BM25 finds no passage without a word of the question; the others find all of so few.
        by_words = {leg for leg in ("bm25", "translations") if legs[leg][row] > 0}
        assert set(hit.scores) == {"dense", "late"} | by_words
        assert set(hit.scores) == {leg for leg, rank in hit.ranks.items() if rank is not None}
        for leg in by_words:
            assert hit.scores[leg] == pytest.approx(float(legs[leg][row]), abs=1e-6)
        assert hit.scores["dense"] == pytest.approx(float(legs["dense"][row]), abs=5e-4)  # half precision
        assert hit.scores["late"] == pytest.approx(float(legs["late"][row]), abs=2e-3)
        assert {type(score) for score in hit.scores.values()} == {float}


def test_in_each_leg_who_ranks_higher_scores_no_less(index: Index) -> None:
    for hits in answers(index):
        for leg in ("bm25", "dense", "late"):
            found = sorted((hit.ranks[leg] or 0, hit.scores[leg]) for hit in hits if leg in hit.scores)
            assert [rank for rank, _ in found] == list(range(1, len(found) + 1))
            scores = [score for _, score in found]
            assert scores == sorted(scores, reverse=True)


def test_the_right_passage_is_first(index: Index) -> None:
    # Both of its passages stand under the title "River": what they say themselves decides.
    assert index.search("Does the river flood in spring?")[0].passage.text == "The river floods in spring."
    assert index.search("من أعلن المعركة؟")[0].passage.text == "أعلن الحشد انطلاق المعركة."
    assert index.search("flour")[0].passage.document_id == "bread"


def test_ranks_are_those_of_each_leg(index: Index, encoder: FakeEncoder) -> None:
    question = "the river and the hills"
    query = index.query(question)
    passages = index.passages
    lexical = bm25(passages, titles_of(index), question)
    language_means = LanguageMeans.known(encoder)
    vectors = [language_means.vector(encoder.encoding(p.text), p.text, "passage") for p in passages]
    cosines = np.array([vector @ query.vector for vector in vectors])
    late = np.array([max_sim(query.tokens, index.tokens(p)) for p in passages])
    expected: dict[str, dict[str, int | None]] = {p.id: {} for p in passages}
    for leg, scores in (("bm25", lexical), ("dense", cosines), ("late", late)):
        for rank, row in enumerate(np.argsort(-scores, kind="stable"), 1):
            expected[passages[row].id][leg] = rank if leg != "bm25" or scores[row] > 0 else None
    hits = index.search(question)
    assert {hit.passage.id: dict(hit.ranks) for hit in hits} == expected
    assert {hit.ranks["bm25"] for hit in hits} == {1, 2, 3, None}


def test_a_leg_that_did_not_propose_a_passage_gives_it_no_rank(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interface, "RANKING", replace(RANKING, candidates=1))
    hits = index.search("the bread and the river and the hills of flour", k=1)
    assert len(hits) == 1
    every = Index.search(index, "the bread and the river and the hills of flour", k=2)
    for leg in ("bm25", "dense"):
        ranks = [hit.ranks[leg] for hit in every]
        assert set(ranks) <= {1, 2, None}
        for hit in every:
            assert (leg in hit.scores) == (hit.ranks[leg] is not None)
    assert sorted(hit.ranks["late"] or 0 for hit in every)[0] >= 1
    # Late interaction scores whatever either of the others proposed.
    assert all("late" in hit.scores for hit in every)


def test_a_leg_gives_no_score_to_what_it_did_not_find(
    encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held to brute force: each leg proposes five of thirty, and those in both have both scores."""
    chance = random.Random(3)
    words = ["salt", "Salim", "sells", "bread", "rain", "wind", "snow", "noon", "ملح", "خبز"]
    documents = [Document(" ".join(chance.choices(words, k=chance.randint(2, 9)))) for _ in range(30)]
    index = Index.build(documents, tmp_path / "i", encoder=encoder, show_progress=False)
    monkeypatch.setattr(interface, "RANKING", replace(RANKING, candidates=5))
    missing: set[str] = set()
    for question in ("Who sells salt?", "snow", "ملح bread", "Salim wind noon", "Fishermen"):
        _, legs = brute_force(question, index, encoder)
        places: dict[str, dict[str, int]] = {}
        for leg in ("bm25", "dense"):
            best = np.argsort(-legs[leg], kind="stable")[:5].tolist()
            found = [row for row in best if leg == "dense" or legs[leg][row] > 0]
            places[leg] = {index.passages[row].id: rank for rank, row in enumerate(found, 1)}
        hits = index.search(question, k=5)
        assert len(hits) == 5
        for hit in hits:
            assert "late" in hit.scores
            for leg in ("bm25", "dense"):
                assert hit.ranks[leg] == places[leg].get(hit.passage.id)
                assert (leg in hit.scores) == (hit.passage.id in places[leg])
                missing |= {leg} - set(hit.scores)
    assert missing == {"bm25", "dense"}


def test_late_interaction_looks_at_the_best_of_what_is_proposed(
    encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held to brute force: of what five a leg propose, the three best by vectors and words."""
    chance = random.Random(4)
    words = ["salt", "Salim", "sells", "bread", "rain", "wind", "snow", "noon"]
    documents = [Document(" ".join(chance.choices(words, k=chance.randint(2, 9)))) for _ in range(30)]
    index = Index.build(documents, tmp_path / "i", encoder=encoder, show_progress=False)
    monkeypatch.setattr(interface, "RANKING", replace(RANKING, candidates=5, reranked=3))
    is_other = False
    for question in ("Who sells salt?", "snow", "Salim wind noon", "Fishermen"):
        every, legs = brute_force(question, index, encoder)
        best = {leg: np.argsort(-legs[leg], kind="stable")[:5].tolist() for leg in ("bm25", "dense")}
        proposed = {*best["dense"], *(row for row in best["bm25"] if legs["bm25"][row] > 0)}
        known = legs["dense"] + RANKING.lexical_weight * legs["bm25"]
        first = {index.passages[row].id for row in sorted(proposed, key=lambda row: -known[row])[:3]}
        hits = index.search(question, k=3)
        assert {hit.passage.id for hit in hits} == first
        assert sorted(hit.ranks["late"] or 0 for hit in hits) == [1, 2, 3]
        assert len(index.search(question, k=4)) == 4
        is_other |= first != {id_ for id_, _ in every[:3]}
    assert is_other


def test_k(index: Index) -> None:
    every = index.search("the river", k=100)
    assert len(every) == len(index.passages) == 5
    for k in range(1, 6):
        assert index.search("the river", k=k) == every[:k]
    for k in (0, -1):
        with pytest.raises(ValueError, match="at least 1"):
            index.search("the river", k=k)


def test_more_than_the_candidates_can_be_had(encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [Document(f"passage number{i} of many") for i in range(RANKING.candidates + 30)]
    index = Index.build(documents, tmp_path / "index", encoder=encoder, show_progress=False)
    assert len(index.search("number7 unknown", k=1000)) == RANKING.candidates + 30
    hits = index.search("number77")
    assert (hits[0].passage.text, len(hits)) == ("passage number77 of many", 10)


def test_scores_do_not_rise_and_hits_are_different(index: Index) -> None:
    for hits in answers(index):
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert len({hit.passage.id for hit in hits}) == len(hits)


@pytest.mark.parametrize("question", ["", "؟", "a\ud800", "a" * 3000])
def test_a_question_that_cannot_be_searched_for(question: str, index: Index, encoder: FakeEncoder) -> None:
    for ask in (index.search, index.query):
        with pytest.raises(InvalidQuestion):
            ask(question)
    assert encoder.encoded == []


def test_a_query_is_encoded_once_for_several_searches(index: Index, encoder: FakeEncoder) -> None:
    query = index.query("the river")
    assert index.search(query) == index.search(query, k=5)
    assert encoder.encoded == ["the river"]
    assert index.search("the river") == index.search(query)


def test_reopened_it_answers_the_same(index: Index, collection: list[Document]) -> None:
    again = Index.open(Path(index.location), encoder=FakeEncoder())
    assert answers(again) == answers(index)
    assert again.documents == tuple(collection)
    assert again.passages == index.passages
    for passage in again.passages:
        np.testing.assert_array_equal(again.tokens(passage).vectors, index.tokens(passage).vectors)
        np.testing.assert_array_equal(again.tokens(passage).spans, index.tokens(passage).spans)


def test_the_order_of_documents_is_kept_and_passages_hold_their_contract(
    index: Index, article: Document
) -> None:
    index.update([article])
    assert [d.id for d in index.documents] == ["river", "battle", "bread", article.id]
    for passage in index.passages:
        document = index.document(passage.document_id)
        assert document.text[passage.start : passage.end] == passage.text
    assert len({passage.id for passage in index.passages}) == len(index.passages)


def test_unknown_documents_and_passages(index: Index) -> None:
    with pytest.raises(KeyError):
        index.document("absent")
    with pytest.raises(KeyError):
        index.tokens(Passage.of(Document("abc", id="absent"), 1, 0, 3))


def test_the_same_document_twice_counts_once(encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [Document("the same text"), Document("other text"), Document("the same text")]
    index = Index.build(iter(documents), tmp_path / "index", encoder=encoder, show_progress=False)
    assert [d.text for d in index.documents] == ["the same text", "other text"]
    assert len(index.search("same text")) == 2


def test_the_same_text_in_two_documents_is_found_in_both(encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [
        Document("the same text", id="a"),
        Document("other words"),
        Document("the same text", id="b"),
    ]
    index = Index.build(documents, tmp_path / "index", encoder=encoder, show_progress=False)
    first, second, _ = index.search("the same text")
    assert [first.passage.document_id, second.passage.document_id] == ["a", "b"]
    assert first.score == second.score


def test_two_texts_with_one_id_are_refused(index: Index, encoder: FakeEncoder, tmp_path: Path) -> None:
    before = answers(index)
    twins = [Document("one text", source="a.txt", id="x"), Document("another", source="b.txt", id="x")]
    with pytest.raises(InvalidDocument, match=r"'x'.*a\.txt.*b\.txt"):
        Index.build(twins, tmp_path / "twins", encoder=encoder)
    with pytest.raises(IndexNotFound):
        Index.open(tmp_path / "twins", encoder=encoder)
    with pytest.raises(InvalidDocument):
        index.update(twins)
    assert answers(index) == answers(Index.open(Path(index.location), encoder=encoder)) == before


@pytest.mark.parametrize("documents", [[], [Document("* * *")]])
def test_an_index_without_passages(documents: list[Document], encoder: FakeEncoder, tmp_path: Path) -> None:
    made = Index.build(documents, tmp_path / "index", encoder=encoder, show_progress=False)
    for index in (made, Index.open(tmp_path / "index", encoder=encoder)):
        assert index.search("anything", k=3) == []
        assert list(index.documents) == documents
        assert list(index.passages) == []
    made.update([Document("anything at all")])
    again = Index.open(tmp_path / "index", encoder=encoder)
    assert [hit.passage.text for hit in again.search("anything")] == ["anything at all"]
    again.remove([document.id for document in again.documents])
    assert again.search("anything") == []


def test_an_update_encodes_only_what_is_new(index: Index, encoder: FakeEncoder) -> None:
    index.update(
        [
            Document("The river floods in spring.\nNobody waits on the hills.", title="River", id="river"),
            Document("Cheese needs milk.", id="cheese"),
        ]
    )
    # A title is a text of its own, encoded once for all passages under it.
    assert encoder.encoded == ["River", "Nobody waits on the hills.", "Cheese needs milk."]
    assert [d.id for d in index.documents] == ["river", "battle", "bread", "cheese"]
    assert index.search("cheese milk")[0].passage.document_id == "cheese"
    assert "Farmers wait on the hills." not in [p.text for p in index.passages]


def test_a_text_that_moves_to_another_document_is_not_encoded_again(
    index: Index, encoder: FakeEncoder
) -> None:
    index.update([Document("Farmers wait on the hills.", title="River", id="moved")])
    assert encoder.encoded == []
    hits = [hit.passage.document_id for hit in index.search("Farmers wait on the hills")[:2]]
    assert hits == ["river", "moved"]


def test_a_new_source_is_kept_without_encoding_anything(
    index: Index, encoder: FakeEncoder, collection: list[Document]
) -> None:
    index.update([Document(collection[0].text, title="River", source="t.txt", id="river")])
    assert encoder.encoded == []
    changed = Index.open(Path(index.location), encoder=encoder).document("river")
    assert (changed.title, changed.source) == ("River", "t.txt")


def test_a_new_title_is_searched_from_then_on(
    index: Index, encoder: FakeEncoder, collection: list[Document]
) -> None:
    assert index.search("Tigris")[0].scores.get("bm25") is None
    index.update([Document(collection[0].text, title="The Tigris", author="A", id="river")])
    assert encoder.encoded[1:] == ["The Tigris · A", *collection[0].text.split("\n")]
    hit = Index.open(Path(index.location), encoder=encoder).search("Tigris")[0]
    assert (hit.passage.document_id, hit.ranks["bm25"]) == ("river", 1)


@pytest.mark.parametrize("write", ["update", "update_nothing", "remove_nothing"])
def test_what_changes_nothing_writes_nothing(
    write: str, index: Index, encoder: FakeEncoder, collection: list[Document]
) -> None:
    files = {p: p.stat().st_mtime_ns for p in Path(index.location).rglob("*") if p.suffix != ".lock"}
    if write == "remove_nothing":
        index.remove([])
    else:
        index.update(collection[::-1] if write == "update" else [])
    assert {p: p.stat().st_mtime_ns for p in Path(index.location).rglob("*") if p.suffix != ".lock"} == files
    assert encoder.encoded == []


def test_an_updated_index_is_the_one_that_would_have_been_built(
    index: Index, encoder: FakeEncoder, article: Document, tmp_path: Path
) -> None:
    index.update([article, Document("Bread needs time.", id="bread")])
    index.remove(["battle"])
    built = Index.build(index.documents, tmp_path / "built", encoder=encoder, show_progress=False)
    assert built.passages == index.passages
    for mine, theirs in zip(answers(index), answers(built), strict=True):
        assert [hit.passage for hit in mine] == [hit.passage for hit in theirs]
        assert [hit.ranks for hit in mine] == [hit.ranks for hit in theirs]
        np.testing.assert_allclose([h.score for h in mine], [h.score for h in theirs], atol=1e-5)


def test_remove(index: Index, encoder: FakeEncoder) -> None:
    index.remove(["bread", "river"])
    assert encoder.encoded == []
    for one in (index, Index.open(Path(index.location), encoder=encoder)):
        assert [d.id for d in one.documents] == ["battle"]
        assert {hit.passage.document_id for hit in one.search("flour")} == {"battle"}
    with pytest.raises(KeyError, match="absent, gone"):
        index.remove(["battle", "gone", "absent"])
    assert [d.id for d in index.documents] == ["battle"]


def test_build_takes_the_place_of_what_was_there(index: Index, encoder: FakeEncoder) -> None:
    again = Index.build(
        [Document("The river floods in spring.", title="River"), Document("New text.")],
        Path(index.location),
        encoder=encoder,
        show_progress=False,
    )
    assert encoder.encoded == ["New text."]
    assert [p.text for p in again.passages] == ["The river floods in spring.", "New text."]
    assert Index.open(Path(index.location), encoder=encoder).passages == again.passages


def test_build_with_another_encoder_encodes_all(index: Index, collection: list[Document]) -> None:
    other = FakeEncoder(seed=5)
    LanguageMeans.known(other)
    other.encoded.clear()
    Index.build(collection, Path(index.location), encoder=other, show_progress=False)
    titles = {document.title for document in index.documents}
    assert sorted(other.encoded) == sorted([*titles, *(without_marks(p.text) for p in index.passages)])
    with pytest.raises(EncoderMismatch):
        Index.open(Path(index.location), encoder=FakeEncoder())
    # The object that was opened before can't write into what is another encoder's by now.
    with pytest.raises(EncoderMismatch, match="fake:version1:5:32"):
        index.update([Document("x")])


def test_another_encoder_is_refused(index: Index) -> None:
    with pytest.raises(EncoderMismatch) as caught:
        Index.open(Path(index.location), encoder=FakeEncoder(seed=1))
    assert "fake:version1:0:32" in str(caught.value)
    assert "fake:version1:1:32" in str(caught.value)


def test_there_is_no_index(tmp_path: Path, encoder: FakeEncoder) -> None:
    with pytest.raises(IndexNotFound, match="dalil index"):
        Index.open(tmp_path / "absent", encoder=encoder)
    assert not (tmp_path / "absent").exists()


def test_an_open_index_answers_from_what_it_opened(index: Index, encoder: FakeEncoder) -> None:
    reader = Index.open(Path(index.location), encoder=encoder)
    before = answers(reader)
    for version in range(4):
        index.update([Document(f"The river dried up in year{version}.", id="river")])
        assert answers(reader) == before
        assert reader.document("river").text.startswith("The river floods")
    assert "The river dried up in year3." in [p.text for p in index.passages]
    again = Index.open(Path(index.location), encoder=encoder)
    assert answers(again) == answers(index) != before


def test_a_writer_sees_what_another_one_wrote(index: Index, encoder: FakeEncoder) -> None:
    other = Index.open(Path(index.location), encoder=encoder)
    index.update([Document("Cheese needs milk.", id="cheese")])
    other.update([Document("Wine needs grapes.", id="wine")])
    assert {d.id for d in other.documents} == {"river", "battle", "bread", "cheese", "wine"}
    assert {d.id for d in index.documents} == {"river", "battle", "bread", "cheese"}
    index.update([])
    assert {d.id for d in index.documents} == {d.id for d in other.documents}


def test_an_update_that_fails_changes_nothing(
    index: Index, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, version = answers(index), live.state(Path(index.location))

    def fail(_: str) -> Encoding:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(encoder, "encoding", fail)
        with pytest.raises(RuntimeError, match="out of memory"):
            index.update([Document("Cheese needs milk.")])
    assert live.state(Path(index.location)) == version
    assert answers(index) == answers(Index.open(Path(index.location), encoder=encoder)) == before


def test_threads_share_one_index(index: Index) -> None:
    """Readers of one object, while it is updated, see the collection before or after."""
    expected = [(answers(index), "old")]
    probe = Index.open(Path(index.location), encoder=FakeEncoder())
    seen: list[list[list[Hit]]] = []
    failures: list[BaseException] = []
    started, stop = threading.Event(), threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                seen.append([index.search(question) for question in QUESTIONS[:1]])
                started.set()
        except BaseException as error:  # a thread's own traceback would be lost
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    started.wait(300)
    index.update([Document("When the river floods, it floods.", id="flood")])
    expected.append((answers(index), "new"))
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert all(hits[0] in [known[0] for known, _ in expected] for hits in seen)
    assert answers(probe) == expected[0][0]


def test_progress_is_shown_when_asked_for(
    encoder: FakeEncoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Index.build([Document("one text")], tmp_path / "quiet", encoder=encoder)
    assert capsys.readouterr().err == ""
    Index.build([Document("two texts")], tmp_path / "loud", encoder=encoder, show_progress=True)
    assert "1/1" in capsys.readouterr().err
    assert capsys.readouterr().out == ""


def test_warming_up_asks_a_question(index: Index, encoder: FakeEncoder) -> None:
    index.warm_up()
    assert len(encoder.encoded) == 1


WORDS = st.lists(
    st.sampled_from(["river", "hill", "bread", "نهر", "خبز", "2017", "."]), min_size=1, max_size=6
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["update", "remove"]), st.sampled_from("abcd"), WORDS), max_size=6
)


@settings(max_examples=10)
@given(CHANGES)
def test_any_row_of_changes_leads_where_a_build_does(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str, list[str]]]
) -> None:
    encoder = FakeEncoder()
    folder = tmp_path_factory.mktemp("changes")
    index = Index.build([], folder / "index", encoder=encoder, show_progress=False)
    expected: dict[str, Document] = {}
    for change, id_, words in changes:
        if change == "update":
            expected[id_] = Document("\n".join(words), id=id_)
            index.update([expected[id_]])
        elif id_ in expected:
            del expected[id_]
            index.remove([id_])
    assert {d.id: d for d in index.documents} == expected
    reopened = Index.open(folder / "index", encoder=encoder)
    assert reopened.search("river نهر") == index.search("river نهر")
    built = Index.build(expected.values(), folder / "built", encoder=encoder, show_progress=False)
    assert {p.id for p in built.passages} == {p.id for p in index.passages}
    score = {hit.passage.id: hit.score for hit in built.search("river نهر", k=100)}
    for hit in index.search("river نهر", k=100):
        assert hit.score == pytest.approx(score[hit.passage.id], abs=1e-5)


def test_what_was_encoded_before_an_interrupt_is_not_encoded_again(
    collection: list[Document], encoder: FakeEncoder, tmp_path: Path
) -> None:
    class Interrupted(FakeEncoder):
        def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
            for number, encoding in enumerate(super().encode(texts, kind)):
                # The titles have been encoded by then.
                if kind == "passage" and len(texts) == 5 and number == 3:
                    raise KeyboardInterrupt
                yield encoding

    LanguageMeans.known(encoder)
    folder = tmp_path / "index"
    with pytest.raises(KeyboardInterrupt):
        Index.build(collection, folder, encoder=Interrupted(), show_progress=False)
    with pytest.raises(IndexNotFound):
        Index.open(folder, encoder=encoder)
    encoder.encoded.clear()
    index = Index.build(collection, folder, encoder=encoder, show_progress=False)
    assert encoder.encoded == [
        "معركة",
        "Bread",
        "وصلت القوات إلى الحدود.",
        "Bread needs flour, water and salt.",
    ]
    (segment,) = (entry.name for entry in Manifest.read(folder).segments)
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "merge.lock", "write.lock", segment}
    assert answers(index) == answers(Index.build(collection, tmp_path / "at_once", encoder=encoder))


def test_an_open_index_takes_in_what_others_write(index: Index, encoder: FakeEncoder) -> None:
    reader = Index.open(Path(index.location), encoder=encoder)
    reader.refresh()
    index.update([Document("Cheese needs milk.", id="cheese")])
    assert "cheese" not in {document.id for document in reader.documents}
    reader.refresh()
    assert reader.search("milk", k=1)[0].passage.text == "Cheese needs milk."
    snapshot = cast(FolderIndex, reader)._snapshot
    reader.refresh()
    assert cast(FolderIndex, reader)._snapshot is snapshot
    Index.build(
        [Document("All else.")], Path(index.location), encoder=FakeEncoder(seed=1), show_progress=False
    )
    with pytest.raises(EncoderMismatch):
        reader.refresh()
