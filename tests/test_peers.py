"""The search through other packages: each one's set-up on a small collection, and what is counted."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from typing import Any, NoReturn

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from peers import DEPTH, SILENCED, Peer, Vectors, peers, score

from index import Document
from index.array_types import FloatArray
from qa.article import article
from qa.extras import ExtraMissing
from qa.gold import GoldAnswer, GoldQuestion, GoldSet, article_questions

NAMES = ("LangChain", "Haystack", "LlamaIndex", "txtai")


def question(text: str, *right: str) -> GoldQuestion:
    # Parallel files have the same question's id twice: every question here shares one.
    return GoldQuestion("q", text, tuple(GoldAnswer(id_, 0, 1) for id_ in right))


def about(name: str, *topics: str, fillers: int = 0) -> GoldSet:
    """Documents of unlike words, each asked for by three of its own."""
    documents = [Document(f"the {topic} " * 3, id=topic.replace(" ", "-")) for topic in topics]
    documents += [Document(f"filler{n} text{n} number{n}", id=f"filler{n}") for n in range(fillers)]
    return GoldSet(
        name, tuple(documents), tuple(question(f"what is {t}", t.replace(" ", "-")) for t in topics)
    )


ENGLISH = about(
    "en",
    "river floods spring",
    "bread flour salt",
    "camels desert walk",
    "castle tower stone",
    fillers=20,
)
ARABIC = about(
    "ar", "النهر يفيض ربيعا", "الخبز طحين وملح", "الجمال تعبر الصحراء", "القلعة برج عال", fillers=20
)


@pytest.fixture
def switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is put back afterwards."""
    for name in SILENCED:
        monkeypatch.setenv(name, "as the user has it")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, switched_off: None) -> None:  # noqa: ARG001
    """All packages, it seems, are installed, in version 1.2."""
    monkeypatch.setattr(metadata, "version", lambda package: "1.2")  # noqa: ARG005


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the network gets an error."""

    def refuse(*where: Any, **_: Any) -> NoReturn:
        raise AssertionError(f"asked for the network: {where}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


# What is counted.


def test_scores_by_hand() -> None:
    gold = GoldSet(
        "hand",
        (),
        (
            question("first", "x"),
            question("third", "x"),
            question("one of two first, the other third", "x", "y"),
            question("seventh", "x"),
            question("eleventh", "x"),
            question("not found", "x"),
            question("nothing found", "x"),
            question("not answerable: doesn't count"),
        ),
    )
    rankings = [
        ("x", "y"),
        ("y", "z", "x"),
        ("x", "z", "y"),
        (*"123456", "x"),
        (*"123456789", "10", "x"),
        ("y",),
        (),
        ("y",),
    ]
    ndcg = [1, 1 / math.log2(4), (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)), 1 / math.log2(8)]
    scores = score(gold, rankings)
    assert {name: estimate.mean for name, estimate in scores.items()} == pytest.approx(
        {
            "R@1": (1 + 0 + 0.5) / 7,
            "R@5": (1 + 1 + 1) / 7,
            "R@10": (1 + 1 + 1 + 1) / 7,
            "MRR@10": (1 + 1 / 3 + 1 + 1 / 7) / 7,
            "nDCG@10": sum(ndcg) / 7,
        },
        abs=1e-6,
    )
    for estimate in scores.values():
        assert 0 <= estimate.low < estimate.mean < estimate.high <= 1


def test_every_question_needs_a_ranking() -> None:
    with pytest.raises(ValueError, match="zip"):
        score(ENGLISH, [("x",)])


# What is encoded.


def test_a_text_is_encoded_once_a_kind(encoder: FakeEncoder) -> None:
    vectors = Vectors(encoder)
    first = vectors.of(["river", "bread", "river"], "passage")
    np.testing.assert_array_equal(first, [encoder.encoding(t).vector for t in ("river", "bread", "river")])
    assert vectors.passage("bread") == first[1].tolist()
    assert encoder.encoded == ["river", "bread"]
    vectors.question("bread")
    assert encoder.encoded == ["river", "bread", "bread"]


def test_who_asks_may_change_the_numbers(encoder: FakeEncoder) -> None:
    """FAISS and txtai scale in place."""
    vectors = Vectors(encoder)
    vectors.of(["river"], "query")[:] = 0
    assert vectors.question("river") == encoder.encoding("river").vector.tolist()


# What isn't there.


def test_what_is_missing_is_named_with_the_extra(
    monkeypatch: pytest.MonkeyPatch,
    switched_off: None,  # noqa: ARG001
    encoder: FakeEncoder,
) -> None:
    def version(package: str) -> str:
        if package in ("haystack-ai", "txtai"):
            raise metadata.PackageNotFoundError(package)
        return "1.2"

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(ExtraMissing, match="needs haystack-ai, txtai: ") as raised:
        peers(encoder)
    assert "[peers]" in str(raised.value)
    assert "make bench" in str(raised.value)


@pytest.mark.usefixtures("installed")
def test_versions_are_those_installed(encoder: FakeEncoder) -> None:
    assert [(peer.name, peer.version) for peer in peers(encoder)] == [
        ("LangChain", "langchain-classic 1.2, langchain-community 1.2"),
        ("Haystack", "haystack-ai 1.2"),
        ("LlamaIndex", "llama-index-core 1.2, llama-index-retrievers-bm25 1.2"),
        ("txtai", "txtai 1.2"),
    ]


@pytest.mark.usefixtures("installed")
def test_telemetry_is_off(encoder: FakeEncoder) -> None:
    peers(encoder)
    assert {name: os.environ[name] for name in SILENCED} == SILENCED


@pytest.mark.usefixtures("installed")
def test_paragraphs_are_refused(encoder: FakeEncoder) -> None:
    gold = article_questions()
    assert gold.documents == (article(),)
    with pytest.raises(ValueError, match="article asks for paragraphs"):
        peers(encoder)[0].rankings(gold)


# The packages themselves, where they are installed.


@pytest.fixture(params=NAMES)
def peer(
    request: pytest.FixtureRequest,
    switched_off: None,  # noqa: ARG001
    offline: None,  # noqa: ARG001
    encoder: FakeEncoder,
) -> Peer:
    # Not by pytest.importorskip: they may be imported only once telemetry is off.
    try:
        found = peers(encoder)
    except ExtraMissing as missing:
        pytest.skip(str(missing))
    return next(peer for peer in found if peer.name == request.param)


def with_words(peer: Peer, meaning: Callable[[str], str | None]) -> Peer:
    """The peer, with an encoder to which some words mean another."""

    class Changed(FakeEncoder):
        def word(self, word: str) -> FloatArray:
            return super().word(meaning(word) or word)

    return replace(peer, _vectors=Vectors(Changed()))


# What these packages warn of, their own deprecations among it, isn't Dalil's to mend.
theirs = pytest.mark.filterwarnings("ignore")


@theirs
@pytest.mark.parametrize("gold", [ENGLISH, ARABIC], ids=lambda gold: gold.name)
def test_a_peer_finds_what_is_asked_for(peer: Peer, gold: GoldSet, encoder: FakeEncoder) -> None:
    rankings = peer.rankings(gold)
    ids = {document.id for document in gold.documents}
    assert [ranking[0] for ranking in rankings] == [q.answers[0].unit for q in gold.questions]
    for ranking in rankings:
        assert len(set(ranking)) == len(ranking) == DEPTH
        assert set(ranking) <= ids
    assert {name: estimate.mean for name, estimate in score(gold, rankings).items()} == pytest.approx(
        dict.fromkeys(("R@1", "R@5", "R@10", "MRR@10", "nDCG@10"), 1.0)
    )
    # Nothing is encoded but these texts, as they stand, and nothing twice.
    assert sorted(encoder.encoded) == sorted(
        [document.text for document in gold.documents] + [q.text for q in gold.questions]
    )


@theirs
def test_bm25_has_its_say(peer: Peer) -> None:
    """To these vectors all texts are alike, so that they give the ten at one end or the other."""
    others = list(about("others", fillers=24).documents)
    castle = Document("the castle tower stone", id="castle")
    gold = GoldSet("words", (*others[:12], castle, *others[12:]), (question("castle", "castle"),))
    ((*found,),) = with_words(peer, lambda word: "same").rankings(gold)  # noqa: ARG005
    assert "castle" in found


@theirs
def test_vectors_have_their_say(peer: Peer) -> None:
    """No text has this word, but to the vectors it is a camel.

    It needn't come first: where a leg knows nothing, some of the packages take its word all the same.
    """
    gold = GoldSet("meaning", ENGLISH.documents, (question("dromedaries", "camels-desert-walk"),))
    ((*found,),) = with_words(peer, {"dromedaries": "camels"}.get).rankings(gold)
    assert "camels-desert-walk" in found


@theirs
def test_a_collection_smaller_than_what_is_asked_for(peer: Peer) -> None:
    gold = about("small", "river floods spring", "bread flour salt", "camels desert walk")
    for ranking, asked in zip(peer.rankings(gold), gold.questions, strict=True):
        assert ranking[0] == asked.answers[0].unit
        assert len(set(ranking)) == len(ranking) <= 3
