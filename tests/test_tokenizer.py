"""The vocabulary on disk cuts as the `tokenizers` library does, piece by piece and character by character."""

from __future__ import annotations

import random
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from export_reference import model_folder, write_tokenizer
from fake_encoder import tiny_weights
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.encoding.e5 import tokenizer, unpack
from index.encoding.e5 import weights as weights_file
from index.encoding.e5.tokenizer import Unigram

UNKNOWN = 3

# What a Unicode normaliser stumbles over: marks in the wrong order, jamo, expansions with spaces in them.
ODD = (
    "\u0301\u0344\u0651\u064b\u0650\u00a0\u2003\u200f\u200b\u0001\ufeff\u1100\u1161\u11a8\u212b\u09c7\u09be\ufb1d"
    "ﷺﬁ½´Ａ▁😀𓀀가"
)
USUAL = "abc é\t\nكتاب محمد ةى٠1:._日本"
TEXT = st.text(st.sampled_from(USUAL + ODD) | st.characters(exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Unigram, Tokenizer]:
    """The tests' vocabulary, in both forms."""
    folder = tmp_path_factory.mktemp("tiny")
    weights = weights_file.parse(tiny_weights())
    Unigram.save(weights.pieces, weights.special.values(), folder)
    write_tokenizer(weights, folder)
    return Unigram.load(folder, UNKNOWN), Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def real() -> tuple[Unigram, Tokenizer]:
    """The bundled vocabulary, in both forms."""
    source = unpack.weights_file()
    assert source is not None
    folder = model_folder(source)
    vocabulary = Unigram.load(unpack.runtime_folder(source), UNKNOWN)
    return vocabulary, Tokenizer.from_file(str(folder / "tokenizer.json"))


def check(both: tuple[Unigram, Tokenizer], text: str) -> None:
    """Compares the pieces alone and after a prompt, and where each stands in the text."""
    vocabulary, tokenizer = both
    (pieces,) = vocabulary.cut([text])
    assert pieces.ids.tolist() == tokenizer.encode(text, add_special_tokens=False).ids
    prompt = "a: "
    before = len(tokenizer.encode(prompt.rstrip(), add_special_tokens=False).ids)
    theirs = tokenizer.encode(prompt + text, add_special_tokens=False)
    (pieces,) = vocabulary.cut([text], follows_space=True)
    assert pieces.ids.tolist() == theirs.ids[before:]
    # Where marks may melt into letters, theirs leaves out what is gone; mine covers all that melted.
    melts = any(
        unicodedata.combining(c) or "\u1100" <= c <= "\u11ff" for c in unicodedata.normalize("NFKD", text)
    )
    offsets = [(max(start - 3, 0), max(end - 3, 0)) for start, end in theirs.offsets[before:]]
    for piece, (mine, their) in enumerate(zip(pieces.spans.tolist(), offsets, strict=True)):
        same = mine == list(their) or not (text[slice(*mine)].strip() or text[slice(*their)].strip())
        inside = mine[0] <= their[0] and their[1] <= mine[1]
        assert same or (melts and inside), (piece, mine, their)


@given(st.text(st.sampled_from("ab :كتاب" + ODD)))
@example("")
@example(" ")
@example("a ")
@example("a\u00a0")
@example("\u00a0\u0001")
@example("b\u0001 \u0001 b")
@example("´")
def test_a_small_vocabulary_cuts_as_tokenizers_does(tiny: tuple[Unigram, Tokenizer], text: str) -> None:
    check(tiny, text)


@pytest.mark.model
@given(TEXT)
@example("ﷺ ½ ﬁn \u200fعلامة\u200f")
@example("كِتَابٌ مُحَمَّدٍ الـ»داعشيّة» ٢٠١٧")
@example("e\u0301te\u0301 x² 10\u00a0000")
def test_the_bundled_vocabulary_cuts_as_tokenizers_does(real: tuple[Unigram, Tokenizer], text: str) -> None:
    check(real, text)


@pytest.mark.model
def test_real_text_is_cut_as_tokenizers_does(real: tuple[Unigram, Tokenizer], article_text: str) -> None:
    for paragraph in article_text.splitlines():
        check(real, paragraph)


@pytest.fixture(scope="module")
def article_text() -> str:
    return (Path(__file__).parent.parent / "seeds" / "000_ab97100a69363a3a.txt").read_text("utf-8")


def vocabulary(tmp_path: Path, *pieces: tuple[str, float]) -> Unigram:
    """One with a space, an unknown piece (0) and these, from 2 on."""
    Unigram.save([("<unk>", 0.0), ("▁", -1.0), *pieces], [0], tmp_path)
    return Unigram.load(tmp_path, 0)


def test_the_likeliest_cut_by_hand(tmp_path: Path) -> None:
    made = vocabulary(tmp_path, ("a", -2.0), ("b", -3.0), ("ab", -4.5), ("▁a", -2.5), ("ba", -6.0))
    (pieces,) = made.cut(["ab"])
    # ▁ + ab: -1 - 4.5; ▁a + b: -2.5 - 3: equally likely, and the one with the longer end is found first.
    assert pieces.ids.tolist() == [1, 4]
    (pieces,) = made.cut(["ba ba"])
    # ▁ + ba: -7; ▁ + b + a: -6.
    assert pieces.ids.tolist() == [1, 3, 2, 1, 3, 2]
    assert pieces.spans.tolist() == [[0, 0], [0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
    assert made.surprisal.tolist() == [0, 1, 2, 3, 4.5, 2.5, 6]


def test_unknown_characters_side_by_side_are_one_piece(tmp_path: Path) -> None:
    made = vocabulary(tmp_path, ("a", -2.0))
    (pieces,) = made.cut(["xya😀"])
    assert pieces.ids.tolist() == [1, 0, 2, 0]
    assert pieces.spans.tolist() == [[0, 0], [0, 2], [2, 3], [3, 4]]


def test_special_pieces_cannot_be_written_into_a_text(tiny: tuple[Unigram, Tokenizer]) -> None:
    """Unlike in `tokenizers`, where "</s>" in a text ends it."""
    (pieces,) = tiny[0].cut(["a </s> <mask>"])
    assert not {0, 1, 2, 11} & set(pieces.ids.tolist())


def test_half_a_surrogate_pair_is_an_unknown_character(tiny: tuple[Unigram, Tokenizer]) -> None:
    (pieces,) = tiny[0].cut(["a\ud800b"])
    assert pieces.ids.tolist() == [5, UNKNOWN, 6]


def test_pieces_of_equal_hash_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text's characters decide, not their hash."""

    def poor(characters: np.ndarray) -> np.ndarray:
        present = (characters > 0).cumsum(axis=1)
        return np.asarray(present, np.uint64)

    monkeypatch.setattr(tokenizer, "_hashes", poor)
    made = vocabulary(tmp_path, ("abc", -2.0))
    assert made.cut(["abc"])[0].ids.tolist()[-1] == 2
    assert made.cut(["xyz"])[0].ids.tolist()[-1] == 0


def test_what_is_remembered_is_bounded_and_changes_nothing(
    tiny: tuple[Unigram, Tokenizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizer, "_MAX_KNOWN", 20)
    generator = random.Random(5)
    texts = [" ".join("".join(generator.choices("abx", k=4)) for _ in range(6)) for _ in range(50)]
    expected = [tiny[1].encode(text, add_special_tokens=False).ids for text in texts]
    for _ in range(2):
        for text, ids in zip(texts, expected, strict=True):
            assert tiny[0].cut([text])[0].ids.tolist() == ids
            assert len(tiny[0]._known) <= 20
    assert [pieces.ids.tolist() for pieces in tiny[0].cut(texts)] == expected


def test_threads_share_a_vocabulary(tiny: tuple[Unigram, Tokenizer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "_MAX_KNOWN", 20)
    generator = random.Random(6)
    texts = [" ".join("".join(generator.choices("abx", k=3)) for _ in range(5)) for _ in range(200)]
    expected = [tiny[1].encode(text, add_special_tokens=False).ids for text in texts]
    failures: list[str] = []

    def run(order: list[int]) -> None:
        for i in order:
            if tiny[0].cut([texts[i]])[0].ids.tolist() != expected[i]:
                failures.append(texts[i])

    orders = [generator.sample(range(200), 200) for _ in range(6)]
    threads = [threading.Thread(target=run, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"\x93NUMPY garbage")]
)
def test_a_damaged_file_is_an_error(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    vocabulary(tmp_path, ("a", -2.0))
    for name in tokenizer._FILES:
        whole = (tmp_path / name).read_bytes()
        damage(tmp_path / name)
        with pytest.raises((OSError, ValueError)):
            Unigram.load(tmp_path, 0)
        (tmp_path / name).write_bytes(whole)
