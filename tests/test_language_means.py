"""Each language's corner of the space is taken away, by hand and from the cache."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from numpy.typing import NDArray

from index.encoding.base import Encoding, Kind
from index.encoding.language_means import LanguageMeans
from index.ranking_parameters import RANKING
from index.text.analyzer import arabic_share, legible

AR, EN, QUERY, UP = range(4)
AXES = np.eye(5, dtype=np.float32)


class ShiftedEncoder(FakeEncoder):
    """Each text's tokens lean towards its language's axis, a question's towards another one too.

    Every text has two tokens: .6 of its corner and .8 of an axis of meaning, up and down, so that
    the mean of a language's tokens is .6 of its corner exactly.
    """

    def __init__(self) -> None:
        super().__init__(dimension=5, name="shifted")

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        for text in texts:
            corner = self.corner(text, kind)
            # Of no unit length: each token counts the same in the mean however long it is.
            tokens = np.stack([2 * (0.6 * corner + 0.8 * AXES[UP]), 3 * (0.6 * corner - 0.8 * AXES[UP])])
            spans = np.array([[0, 1], [0, 1]], np.int32)
            yield Encoding(corner, tokens, spans, np.ones(2, np.float32))

    @staticmethod
    def corner(text: str, kind: Kind) -> NDArray[np.float32]:
        axis = AXES[AR if arabic_share(text) > 0.5 else EN]
        corner = axis if kind == "passage" else 0.8 * axis + 0.6 * AXES[QUERY]
        return np.asarray(corner, np.float32)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def encoding(vector: NDArray[np.float32], *tokens: NDArray[np.float32]) -> Encoding:
    spans = np.array([[i, i + 1] for i in range(len(tokens))], np.int32)
    return Encoding(vector, np.stack(tokens), spans, np.ones(len(tokens), np.float32))


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def test_the_means_are_those_of_each_language_and_kind() -> None:
    means = LanguageMeans.take(ShiftedEncoder()).means
    assert means.shape == (2, 2, 2, 5)
    for i, axis in enumerate((AXES[AR], AXES[EN])):
        asked = 0.8 * axis + 0.6 * AXES[QUERY]
        np.testing.assert_allclose(means[i, 0], [0.6 * asked, asked], atol=1e-6)
        np.testing.assert_allclose(means[i, 1], [0.6 * axis, axis], atol=1e-6)


def test_the_shift_is_removed_by_its_share() -> None:
    language_means = LanguageMeans.take(ShiftedEncoder())
    leaning = encoding(unit(AXES[AR] + AXES[UP]), 0.6 * AXES[AR] + 0.8 * AXES[UP])
    found = language_means.tokens(leaning, "كتاب", "passage").vectors[0]
    np.testing.assert_allclose(
        found, unit(0.6 * (1 - RANKING.language_mean_share) * AXES[AR] + 0.8 * AXES[UP]), atol=1e-6
    )
    found = language_means.vector(leaning, "كتاب", "passage")
    expected = (2**-0.5 - RANKING.language_mean_share) * AXES[AR] + 2**-0.5 * AXES[UP]
    np.testing.assert_allclose(found, unit(expected), atol=1e-6)


def test_the_same_meaning_in_two_languages_comes_nearer() -> None:
    encoder = ShiftedEncoder()
    language_means = LanguageMeans.take(encoder)
    (arabic,) = encoder.encode(["كتاب"], "passage")
    (english,) = encoder.encode(["book"], "query")
    before = unit(arabic.tokens[0]) @ unit(english.tokens[0])
    after = (
        language_means.tokens(arabic, "كتاب", "passage").vectors[0]
        @ language_means.tokens(english, "book", "query").vectors[0]
    )
    assert before == pytest.approx(0.64)
    assert after == pytest.approx(0.64 / ((0.6 * (1 - RANKING.language_mean_share)) ** 2 + 0.64))
    assert after > 0.97


def test_a_mixed_text_gets_its_share_of_each_mean() -> None:
    language_means = LanguageMeans.take(ShiftedEncoder())
    mixed = encoding(AXES[UP], AXES[UP])
    found = language_means.tokens(mixed, "كتاب جديد الآن book", "passage").vectors[0]
    expected = AXES[UP] - RANKING.language_mean_share * 0.6 * (0.75 * AXES[AR] + 0.25 * AXES[EN])
    np.testing.assert_allclose(found, unit(expected), atol=1e-6)
    found = language_means.vector(mixed, "كتاب جديد الآن book", "query")
    expected = AXES[UP] - RANKING.language_mean_share * (
        0.8 * (0.75 * AXES[AR] + 0.25 * AXES[EN]) + 0.6 * AXES[QUERY]
    )
    np.testing.assert_allclose(found, unit(expected), atol=1e-6)


def test_tokens_know_their_sentence(encoder: FakeEncoder) -> None:
    language_means = LanguageMeans(np.zeros((2, 2, 2, encoder.dimension), np.float32))
    text = "One two. Three! وأربعة خمسة؟ Six."
    found = language_means.tokens(encoder.encoding(text), text, "passage")
    assert found.sentences.tolist() == [0, 0, 1, 2, 2, 3]
    assert found.sentences.dtype == np.int32
    assert [text[start:end] for start, end in found.spans] == ["One", "two", "Three", "وأربعة", "خمسة", "Six"]
    assert found.weights.tolist() == [3, 3, 5, 6, 4, 3]
    nothing = language_means.tokens(encoder.encoding("…"), "…", "passage")
    assert (nothing.vectors.shape, nothing.sentences.shape) == ((0, encoder.dimension), (0,))


def test_taken_once(cache: Path) -> None:
    encoder = FakeEncoder()
    taken = LanguageMeans.known(encoder)
    lines = Path(__file__).parent.parent / "index" / "encoding" / "parallel.jsonl"
    texts = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    expected = [
        legible(t[language][field]).text for t in texts for language in ("ar", "en") for field in t[language]
    ]
    assert sorted(encoder.encoded) == sorted(expected)
    encoder.encoded.clear()
    np.testing.assert_array_equal(LanguageMeans.known(encoder).means, taken.means)
    assert encoder.encoded == []
    assert len(list((cache / "language_means").iterdir())) == 1


def test_another_encoder_has_its_own(cache: Path) -> None:
    first, second = FakeEncoder(seed=1), FakeEncoder(seed=2)
    assert not np.allclose(LanguageMeans.known(first).means, LanguageMeans.known(second).means)
    assert second.encoded
    assert len(list((cache / "language_means").iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\x93NUMPY", None])
def test_what_is_damaged_in_the_cache_is_taken_again(cache: Path, damage: bytes | None) -> None:
    encoder = FakeEncoder()
    taken = LanguageMeans.known(encoder)
    (path,) = (cache / "language_means").iterdir()
    path.write_bytes(path.read_bytes()[:200] if damage is None else damage)
    encoder.encoded.clear()
    np.testing.assert_array_equal(LanguageMeans.known(encoder).means, taken.means)
    assert encoder.encoded
    encoder.encoded.clear()
    np.testing.assert_array_equal(LanguageMeans.known(encoder).means, taken.means)
    assert encoder.encoded == []


def test_means_of_another_shape_are_taken_again(cache: Path) -> None:
    encoder = FakeEncoder()
    taken = LanguageMeans.known(encoder)
    (path,) = (cache / "language_means").iterdir()
    np.save(path, taken.means[:, :, :, :-1])
    np.testing.assert_array_equal(LanguageMeans.known(encoder).means, taken.means)


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "file"))
    encoder = FakeEncoder()
    np.testing.assert_array_equal(LanguageMeans.known(encoder).means, LanguageMeans.take(encoder).means)
