"""Why a passage was found: what matched in its original characters, and sums that are the search's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder

from index import Document, Index, InvalidQuestion
from index.array_types import FloatArray
from index.encoding.base import Encoder
from qa.article import article_index
from qa.explanation.explain import Explanation, PassageGone, explain


class Translator(FakeEncoder):
    """Knows that a battle is a معركة and a المعارك."""

    def word(self, word: str) -> FloatArray:
        return super().word("battle" if word in ("معركة", "المعارك") else word)


DOCUMENTS = [
    Document("بدأت معركةُ التلاقي قرب عكاشات.\nوصلت القوّات أمس.", id="ar"),
    Document("The river floods in spring. Flooding of Tal Afar is rare, the farmers say.", id="en"),
    Document("Bread needs flour, water and salt.", id="bread"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder: Path = tmp_path_factory.mktemp("why") / "index"
    return Index.build(DOCUMENTS, folder, encoder=Translator(), show_progress=False)


def explained(index: Index, question: str, document_id: str, number: int = 1) -> Explanation:
    (hit,) = (
        hit
        for hit in index.search(question, 10)
        if (hit.passage.document_id, hit.passage.number) == (document_id, number)
    )
    return explain(index, question, hit)


def met(explanation: Explanation) -> list[tuple[str, str, str]]:
    return [(match.kind, explanation.asked(match), explanation.found(match)) for match in explanation.matches]


@pytest.mark.parametrize(
    ("question", "document_id", "number", "expected"),
    [
        (
            "When do floods threaten the river?",
            "en",
            1,
            [
                ("same_word", "the", "The"),
                ("same_word", "river", "river"),
                ("same_word", "floods", "floods"),
                ("same_stem", "floods", "Flooding"),
                ("same_word", "the", "the"),
            ],
        ),
        # Marks and tatweel belong to the words, as they are written here and there.
        ("متى وصلَت قـوات؟", "ar", 2, [("same_word", "وصلَت", "وصلت"), ("same_stem", "قـوات", "القوّات")]),
        ("Where is Akashat?", "ar", 1, [("same_name", "Akashat", "عكاشات")]),
        ("أين تلعفر؟", "en", 1, [("same_name", "تلعفر", "Tal Afar")]),
        ("ما المعارك؟", "ar", 1, [("meaning", "المعارك", "معركةُ")]),
        ("which battle", "ar", 1, [("translation", "battle", "معركةُ")]),
        ("which battle", "bread", 1, []),
    ],
)
def test_what_matched(
    index: Index, question: str, document_id: str, number: int, expected: list[tuple[str, str, str]]
) -> None:
    assert met(explained(index, question, document_id, number)) == expected


def test_each_word_has_its_nearest_one(index: Index) -> None:
    explanation = explained(index, "ما المعارك؟", "ar")
    what, battles = explanation.words
    assert battles.nearest is not None
    assert explanation.passage.text[battles.nearest.start : battles.nearest.end] == "معركةُ"
    assert battles.cosine > 0.9 > what.cosine
    # A word says its length to the power of one and a half.
    assert what.weight == pytest.approx(2**1.5 / (2**1.5 + 7**1.5), abs=1e-5)


QUESTIONS = [
    "ما المعـارك التي جرتْ قربَ عكاشات؟",
    "Which battle was near Akashat, and when?",
    "Does the river Tal Afar flood in ٢٠١٧؟",
    "القوات the قوات",
    "the the bread",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sums_are_what_search_computed(index: Index, question: str) -> None:
    assert_sums(index, question, 4)


def assert_sums(index: Index, question: str, count: int) -> None:
    query = index.query(question)
    hits = index.search(query, 10)
    assert len(hits) == count
    for hit in hits:
        explanation = explain(index, query, hit)
        assert explanation.score == pytest.approx(hit.score, abs=1e-3)
        late = sum(word.contribution for word in explanation.words) + explanation.marks
        assert late == pytest.approx(hit.scores["late"], abs=1e-3)
        assert sum(word.weight for word in explanation.words) <= 1 + 1e-5
        assert (explanation.ranks, explanation.scores) == (hit.ranks, hit.scores)
        ends = [(match.found.start, match.found.end) for match in explanation.matches]
        assert np.all(np.diff(np.array(ends).ravel()) >= 0)


def test_a_query_is_not_encoded_again(index: Index) -> None:
    encoder = index.encoder
    assert isinstance(encoder, FakeEncoder)
    query = index.query("which battle")
    (hit,) = index.search(query, 1)
    encoder.encoded.clear()
    assert explain(index, query, hit) == explain(index, query, hit)
    assert encoder.encoded == []
    assert explain(index, "which battle", hit) == explain(index, query, hit)
    assert encoder.encoded == ["which battle"]
    with pytest.raises(InvalidQuestion):
        explain(index, "؟", hit)


def test_whether_there_are_words_in_common(index: Index) -> None:
    assert explained(index, "the river", "en").shares_words
    assert not explained(index, "the river", "bread").shares_words


def test_a_passage_whose_place_another_text_has(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build(DOCUMENTS, tmp_path / "i", encoder=encoder, show_progress=False)
    (hit,) = index.search("the river", 1)
    text = index.document("en").text
    index.update([Document("x" + text[1:], id="en")])
    with pytest.raises(PassageGone, match="Ask again"):
        explain(index, "the river", hit)


def test_a_passage_that_is_gone(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build(DOCUMENTS, tmp_path / "i", encoder=encoder, show_progress=False)
    (hit,) = index.search("the river", 1)
    index.remove(["en"])
    with pytest.raises(PassageGone, match="Ask again"):
        explain(index, "the river", hit)


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_the_article(model: Encoder) -> None:
    index = article_index()
    assert index.encoder.fingerprint == model.fingerprint
    for question in (
        "ما المعارِك التي جرت قرب عكاشـات؟",
        "من أعلن انطلاق معركة التلاقي؟",
        "How long did it take to capture Akashat?",
        "Who commented on the de-escalation zone in the Euphrates valley?",
    ):
        assert_sums(index, question, 7)
    battles = explain(index, "ما المعارك التي جرت قرب عكاشات؟", index.search("معركة التلاقي", 1)[0])
    assert ("meaning", "المعارك", "معركة") in met(battles)
    assert ("same_word", "عكاشات", "عكاشات") in met(battles)
    question = "How long did it take to capture Akashat?"
    captured = explain(index, question, index.search(question, 1)[0])
    assert ("same_name", "Akashat", "عكاشات") in met(captured)
    assert ("meaning", "long", "يوم") in met(captured)
