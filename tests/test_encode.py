"""Text -> vectors as an index keeps them: read as a newspaper prints it, standing where it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import get_args

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from hypothesis import example, given
from hypothesis import strategies as st

from index.encoding.base import Encoding, Kind
from index.encoding.language_means import LanguageMeans
from index.encoding.passages import encode
from index.retrieval.token_codec import TokenVectors, rotated
from index.text.analyzer import legible, readable

VOCALISED = "أَعْلَنَ الحَـــشْدُ ﻻ «المَعْرَكَةَ» ٢٠١٧."
BARE = "أعلن الحشد لا «المعركة» 2017."
WORDS = ["أعلن", "الحشد", "لا", "المعركة", "2017"]


@pytest.fixture
def language_means(encoder: FakeEncoder) -> LanguageMeans:
    known = LanguageMeans.known(encoder)
    encoder.encoded.clear()
    return known


def one(
    text: str, encoder: FakeEncoder, language_means: LanguageMeans, kind: Kind = "passage"
) -> TokenVectors:
    ((_, tokens),) = encode([text], kind, encoder, language_means)
    return tokens


def test_the_encoder_reads_what_is_legible(encoder: FakeEncoder, language_means: LanguageMeans) -> None:
    list(encode([VOCALISED, "\u200fCafé\u200f ١٠"], "query", encoder, language_means))
    assert encoder.encoded == [BARE, "Café 10"]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_vocalised_text_has_the_vectors_of_the_bare_one(
    kind: Kind, encoder: FakeEncoder, language_means: LanguageMeans
) -> None:
    (vector, tokens), (bare_vector, bare_tokens) = encode([VOCALISED, BARE], kind, encoder, language_means)
    np.testing.assert_array_equal(vector, bare_vector)
    np.testing.assert_array_equal(tokens.vectors, bare_tokens.vectors)
    np.testing.assert_array_equal(tokens.weights, bare_tokens.weights)
    np.testing.assert_array_equal(tokens.sentences, bare_tokens.sentences)
    assert [BARE[start:end] for start, end in bare_tokens.spans] == WORDS


@pytest.mark.parametrize("kind", get_args(Kind))
def test_they_are_the_encoders_own_less_the_language(
    kind: Kind, encoder: FakeEncoder, language_means: LanguageMeans
) -> None:
    ((vector, tokens),) = encode([VOCALISED], kind, encoder, language_means)
    encoding = encoder.encoding(BARE)
    np.testing.assert_array_equal(vector, language_means.vector(encoding, BARE, kind))
    np.testing.assert_array_equal(
        tokens.vectors, rotated(language_means.tokens(encoding, BARE, kind)).vectors
    )
    other: Kind = "query" if kind == "passage" else "passage"
    assert not np.allclose(vector, language_means.vector(encoding, BARE, other))


def test_spans_count_in_the_text_as_it_was_written(
    encoder: FakeEncoder, language_means: LanguageMeans
) -> None:
    tokens = one(VOCALISED, encoder, language_means)
    assert tokens.spans.dtype == np.int32
    stood = [VOCALISED[start:end] for start, end in tokens.spans]
    # From the first letter to the last; a mark on the last letter stands behind it.
    assert stood == ["أَعْلَن", "الحَـــشْد", "ﻻ", "المَعْرَكَة", "٢٠١٧"]
    assert [legible(word).text for word in stood] == WORDS


def test_two_letters_of_one_ligature_stand_in_it_both(
    encoder: FakeEncoder, language_means: LanguageMeans
) -> None:
    """ﷺ is four words."""
    tokens = one("قال ﷺ.", encoder, language_means)
    assert tokens.spans.tolist() == [[0, 3], [4, 5], [4, 5], [4, 5], [4, 5]]


def test_a_hamza_that_is_a_mark_belongs_to_its_word(
    encoder: FakeEncoder, language_means: LanguageMeans
) -> None:
    tokens = one("ا\u0654حمد هنا", encoder, language_means)
    assert tokens.spans.tolist() == [[0, 5], [6, 9]]
    np.testing.assert_array_equal(tokens.vectors, one("أحمد هنا", encoder, language_means).vectors)


def test_sentences_are_those_of_the_text_as_it_was_written(
    encoder: FakeEncoder, language_means: LanguageMeans
) -> None:
    tokens = one("ـــــــــــــــــ. أَـــ عاد. بَقِيَ! Rain fell.", encoder, language_means)
    assert tokens.sentences.tolist() == [1, 1, 2, 3, 3]


@pytest.mark.parametrize("text", ["ـــ", "\u064e\u0651", "\u200f", "ـ\u0654", "…", " ", ""])
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_text_without_letters_has_no_tokens(
    text: str, kind: Kind, encoder: FakeEncoder, language_means: LanguageMeans
) -> None:
    ((vector, tokens),) = encode([text], kind, encoder, language_means)
    assert (tokens.vectors.shape, tokens.spans.shape) == ((0, encoder.dimension), (0, 2))
    assert (tokens.weights.shape, tokens.sentences.shape) == ((0,), (0,))
    assert tokens.spans.dtype == np.int32
    assert np.isfinite(vector).all()


class Pieces(FakeEncoder):
    """Tokens are single words and single signs, and a full stop stays with its word."""

    def encoding(self, text: str) -> Encoding:
        spans = [match.span() for match in re.finditer(r"\w+\.?|[^\w\s]", text)]
        tokens = np.stack([self.word(text[start:end]) for start, end in spans])
        surprisal = np.arange(1, len(spans) + 1).astype(np.float32)
        return Encoding(self.word(text), tokens, np.array(spans, np.int32), surprisal)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_tokens_of_signs_are_left_out(kind: Kind) -> None:
    encoder = Pieces()
    text = "…!\nقال: «نعم»؛ abc. $5 + 😀 b?"
    ((vector, tokens),) = encode([text], kind, encoder, LanguageMeans.known(encoder))
    kept = ["قال", "نعم", "abc.", "5", "b"]
    assert [text[start:end] for start, end in tokens.spans.tolist()] == kept
    every = re.findall(r"\w+\.?|[^\w\s]", text)
    assert tokens.weights.tolist() == [every.index(word) + 1 for word in kept]
    assert tokens.sentences.tolist() == [1, 1, 1, 2, 2]
    # The encoder has read them: the text's own vector is its.
    language_means = LanguageMeans.known(encoder)
    np.testing.assert_allclose(vector, language_means.vector(encoder.encoding(text), text, kind))
    expected = rotated(language_means.tokens(encoder.encoding(text), text, kind)).vectors
    np.testing.assert_allclose(tokens.vectors, expected[[every.index(word) for word in kept]], atol=1e-6)


def test_the_order_of_the_texts_is_kept(encoder: FakeEncoder, language_means: LanguageMeans) -> None:
    texts = ["word" * n + " كَ" * (n % 3) for n in range(1, 9)] * 2
    together = list(encode(texts, "passage", encoder, language_means))
    assert len(together) == len(texts)
    for text, (vector, tokens) in zip(texts, together, strict=True):
        ((alone, tokens_alone),) = encode([text], "passage", encoder, language_means)
        np.testing.assert_array_equal(vector, alone)
        np.testing.assert_array_equal(tokens.vectors, tokens_alone.vectors)
        np.testing.assert_array_equal(tokens.spans, tokens_alone.spans)


def test_no_texts(encoder: FakeEncoder, language_means: LanguageMeans) -> None:
    assert list(encode([], "passage", encoder, language_means)) == []


def test_an_encoder_that_loses_a_text_is_noticed(language_means: LanguageMeans) -> None:
    """Else every later passage would have the vectors of the one before."""

    class Forgetful(FakeEncoder):
        def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
            return super().encode(texts[1:], kind)

    with pytest.raises(ValueError, match="shorter"):
        list(encode(["one", "two"], "passage", Forgetful(), language_means))


@given(st.text(alphabet="اأبةلىكا\u064e\u0651\u0640\u0654\u200fﻻﷺ ab٣.\n") | st.text())
@example("ا\u0653")
@example("في تشرىن آلآول")
@example("ا\u0654 ب")
def test_a_token_stands_where_its_letters_were_written(text: str) -> None:
    encoder = FakeEncoder()
    language_means = LanguageMeans.known(encoder)
    tokens = one(text, encoder, language_means)
    seen = readable(text)
    read = [
        (first, last)
        for first, last in encoder.encoding(seen.text).spans.tolist()
        if not all(unicodedata.category(c)[0] in "PSZ" for c in seen.text[first:last])
    ]
    for (start, end), (first, last) in zip(tokens.spans.tolist(), read, strict=True):
        assert 0 <= start < end <= len(text)
        # The letters of the token are in the span, and none before or behind it.
        assert seen.text[first:last] in readable(text[start:end]).text
        assert [n for n in seen.origins[first:last] if not start <= n < end] == []
        assert unicodedata.category(text[start]) != "Cf"
