"""A question is checked once, at the edge, and says why it can't be searched for."""

from __future__ import annotations

import numpy as np
import pytest
from fake_encoder import FakeEncoder

from index import InvalidQuestion
from index.encoding.language_means import LanguageMeans
from index.query import MAX_QUESTION_LENGTH, Query, check
from index.ranking_parameters import RANKING
from index.retrieval.names import name_keys
from index.retrieval.token_codec import TokenVectors, rotated
from index.text.analyzer import Term
from index.text.spelling import Spelling


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "empty"),
        (" \t\n\r\u00a0\u2028 ", "empty"),
        ("؟", "no_words"),
        ("?!… — «»", "no_words"),
        ("🎉🎉 👩‍👩‍👧", "no_words"),
        ("\u200f\u202e", "no_words"),
        ("ـــ", "no_words"),
        ("الـ", "no_words"),
        ("a" * 100_000, "too_long"),
        ("من؟ " * 25_000, "too_long"),
        ("من أعلن\ud83d المعركة", "not_text"),
        ("who\udc00", "not_text"),
        ("who\x00is", "not_text"),
        ("who\x1b[31m is", "not_text"),
        ("who\x7f", "not_text"),
    ],
)
def test_what_cannot_be_searched_for(question: str, reason: str) -> None:
    with pytest.raises(InvalidQuestion) as caught:
        check(question)
    assert caught.value.reason == reason
    assert isinstance(caught.value, ValueError)


def test_the_message_names_what_is_wrong() -> None:
    with pytest.raises(InvalidQuestion, match=r"100,000 characters; 2,000 is the most"):
        check("a" * 100_000)
    with pytest.raises(InvalidQuestion, match=r"U\+D83D"):
        check("a\ud83d")


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("من؟", [Term("من", 0, 2)]),
        ("2017", [Term("2017", 0, 4)]),
        ("who?\n\tis", [Term("who", 0, 3), Term("is", 6, 8)]),
        # Bidi controls and joiners come with text copied from a page; 🎉 is no word.
        ("\u200fمن\u200f \u202bهو\u202c 🎉", [Term("من", 1, 4), Term("هو", 6, 9)]),
    ],
)
def test_what_can(question: str, terms: list[Term]) -> None:
    assert check(question) == terms


def test_the_longest_question() -> None:
    assert len(check("a " * (MAX_QUESTION_LENGTH // 2))) == MAX_QUESTION_LENGTH // 2
    with pytest.raises(InvalidQuestion, match="is the most"):
        check("a " * (MAX_QUESTION_LENGTH // 2) + "a")


def test_a_query_is_what_was_asked(encoder: FakeEncoder) -> None:
    language_means = LanguageMeans.known(encoder)
    encoder.encoded.clear()
    query = Query.of("من أعلن \u200fbattle\u200f؟", encoder, language_means, Spelling.of([]))
    assert encoder.encoded == ["من أعلن battle؟"]
    assert query.text == "من أعلن \u200fbattle\u200f؟"
    assert query.reading == "من أعلن battle؟"
    assert query.language == "ar"
    assert query.arabic_share == pytest.approx(2 / 3)
    assert [term.term for term in query.terms] == ["من", "اعلن", "battl"]
    assert query.tokens.spans.tolist() == [[0, 2], [3, 7], [8, 14]]
    # By hand: each word's vector of unit length, less the mean of the languages of the question.
    arabic, english = language_means.means[0, 0], language_means.means[1, 0]
    mean = (2 * arabic + english) / 3
    words = [encoder.word(word) for word in ("من", "أعلن", "battle")]
    tokens = np.array([word / np.linalg.norm(word) for word in words]) - RANKING.language_mean_share * mean[0]
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    own = TokenVectors(
        tokens.astype(np.float32), query.tokens.spans, query.tokens.weights, np.zeros(3, np.int32)
    )
    np.testing.assert_allclose(query.tokens.vectors, rotated(own).vectors, atol=1e-6)
    vector = np.mean(words, axis=0)
    vector = vector / np.linalg.norm(vector) - RANKING.language_mean_share * mean[1]
    np.testing.assert_allclose(query.vector, vector / np.linalg.norm(vector), atol=1e-6)
    # The letters of each word, to the power of one and a half.
    np.testing.assert_allclose(query.tokens.weights, [2**1.5, 4**1.5, 6**1.5], atol=1e-5)


def test_the_encoder_reads_a_question_as_the_collection_spells_it(encoder: FakeEncoder) -> None:
    """What was asked stays; its terms stand in it. Names and tokens stand in what is read."""
    language_means = LanguageMeans.known(encoder)
    encoder.encoded.clear()
    spelling = Spelling.of(["أعلن أحمد عن المعركة"])
    question = "مَــنْ اعلـن والمعركه Akashat ٢٠١٧؟"
    query = Query.of(question, encoder, language_means, spelling)
    assert query.text == question
    assert query.reading == "من أعلن والمعركة Akashat 2017؟"
    assert encoder.encoded == [query.reading]
    assert [question[t.start : t.end] for t in query.terms] == [
        "مَــنْ",
        "اعلـن",
        "والمعركه",
        "Akashat",
        "٢٠١٧",
    ]
    assert query.names == tuple(name_keys(query.reading))
    assert {query.reading[name.start : name.end] for name in query.names} >= {"Akashat", "2017"}
    assert [query.reading[start:end] for start, end in query.tokens.spans] == [
        "من",
        "أعلن",
        "والمعركة",
        "Akashat",
        "2017",
    ]
    well_spelled = Query.of(query.reading, encoder, language_means, spelling)
    np.testing.assert_array_equal(query.vector, well_spelled.vector)
    np.testing.assert_array_equal(query.tokens.vectors, well_spelled.tokens.vectors)
    assert [term.term for term in query.terms] == [term.term for term in well_spelled.terms]


def test_a_question_that_is_longest_as_it_is_written(encoder: FakeEncoder) -> None:
    """The limit holds for what is asked, not for what is read."""
    with pytest.raises(InvalidQuestion, match="is the most"):
        Query.of("من" + "ـ" * MAX_QUESTION_LENGTH, encoder, LanguageMeans.known(encoder), Spelling.of([]))


def test_a_refused_question_is_not_encoded(encoder: FakeEncoder) -> None:
    language_means = LanguageMeans.known(encoder)
    encoder.encoded.clear()
    with pytest.raises(InvalidQuestion):
        Query.of("؟؟؟", encoder, language_means, Spelling.of([]))
    assert encoder.encoded == []
