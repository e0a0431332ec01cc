"""Names that sound alike meet across scripts; what is short or common doesn't."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.names import NameIndex, name_keys
from index.retrieval.postings import Postings
from index.retrieval.token_codec import TokenVectors
from index.text.analyzer import Term, words


def keys(text: str) -> set[str]:
    return {key.term for key in name_keys(text)}


@pytest.mark.parametrize(
    ("latin", "arabic", "key"),
    [
        ("Akashat", "عكاشات", "k$t"),
        ("Tal Afar", "تلّعفر", "tlfr"),
        ("Dunford", "دانفورد", "dnfrd"),
        ("Abu Kamal", "البوكمال", "bkml"),
        ("Nasrallah", "نصرالله", "nsrl"),
        ("Shirqat", "الشرقاط", "$rkt"),
        ("Washington", "واشنطن", None),
        ("Mosul", "الموصل", "msl"),
        ("Baghdad", "بغداد", "bgd"),
        ("Damascus", "داماسكوس", "dmsks"),
        ("Khartoum", "الخرطوم", "krtm"),
        ("Khartoum", "بالخرطوم", "krtm"),
        ("Fallujah", "الفلّوجة", "flj"),
        ("Muhammad", "مُحَمَّد", "mhmd"),
        ("Mohammed", "محمد", "mhmd"),
        ("Gaddafi", "القذافي", None),
        ("Philip", "فيليب", "flb"),
        ("Alexander", "ألكسندر", "lksndr"),
        ("2017", "٢٠١٧", "2017"),
    ],
)
def test_what_names_share(latin: str, arabic: str, key: str | None) -> None:
    """None where the two spellings don't have the same consonants: a limit that is known."""
    assert keys(latin) & keys(arabic) == ({key} if key else set())


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Where is the Tal Afar district located?", "وتطهير قضاء تلّعفر غرب الموصل"),
        ("What happened in Abu Kamal?", "وصولاً نحو تحرير البوكمال وإنهاء ملف «داعش» فيها"),
        ("Who is Joe Dunford?", "أعلن الجنرال جو دانفورد أمس"),
    ],
)
def test_they_meet_inside_sentences(latin: str, arabic: str) -> None:
    assert len(keys(latin) & keys(arabic)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "؟!", "a I of to", "Ali", "Qa'im", "bank", "go on", "من في إلى", "علي", "أبو", "Ö ß", "他来了"],
)
def test_what_is_short_has_no_key(text: str) -> None:
    assert keys(text) == set()


def test_a_capital_marks_a_name() -> None:
    """Three consonants are enough then; without it four are needed."""
    assert keys("Basra") == {"bsr"}
    assert keys("basra") == set()
    assert keys("shirqat") == keys("Shirqat") == {"$rkt"}


def test_neighbours_are_tried_together_over_latin_words_only() -> None:
    assert name_keys("Tal Afar") == [Term("tlfr", 0, 8)]
    assert name_keys("in Tal-Afar.") == [Term("tlfr", 3, 11)]
    assert keys("Tal 7 Afar") == {"7"}
    assert "tlfr" not in keys("Tal في Afar")
    assert "tlfr" not in keys("تل عفر")


def test_a_word_has_a_key_with_its_proclitic_and_one_without() -> None:
    assert name_keys("بالخرطوم") == [Term("blkrtm", 0, 8), Term("krtm", 0, 8)]
    assert name_keys("الشرقاط") == [Term("l$rkt", 0, 7), Term("$rkt", 0, 7)]
    # What would be left is too short to be a word.
    assert name_keys("بسمر") == [Term("bsmr", 0, 4), Term("smr", 0, 4)]
    assert name_keys("وسم") == []


WORDS = st.text(st.sampled_from("عكاشاتبلّفرودمنصهةaAbBfkmnstTx' \u0640\u064b7"), max_size=30)
TEXTS = st.text() | WORDS


@given(TEXTS)
def test_spans_are_those_of_words(text: str) -> None:
    known = words(text)
    starts, ends = {word.start for word in known}, {word.end for word in known}
    for key in name_keys(text):
        assert key.start in starts
        assert key.end in ends


@given(WORDS)
def test_a_key_stands_where_its_words_do(text: str) -> None:
    """What stands at a key's span, taken by itself, has that key."""
    for key in name_keys(text):
        alone = Term(key.term, 0, key.end - key.start)
        assert alone in name_keys(text[key.start : key.end])


@given(TEXTS)
def test_keys_are_consonants_or_numbers_none_twice_in_a_row(text: str) -> None:
    for key in keys(text):
        assert key.isdecimal() or (key.isascii() and len(key) >= 3)
        if not key.isdecimal():
            assert not set(key) & set("aeiouwyvpqcx'")
            assert all(a != b for a, b in pairwise(key))
            assert not key.endswith("h")


# Scores.


def question(spans: Sequence[tuple[int, int]], weights: Sequence[float]) -> TokenVectors:
    count = len(spans)
    return TokenVectors(
        np.zeros((count, 4), np.float32),
        np.array(spans, np.int32).reshape(-1, 2),
        np.array(weights, np.float32),
        np.zeros(count, np.int32),
    )


def index_of(passages: Sequence[Sequence[str]]) -> NameIndex:
    return NameIndex([Postings.of(passages)])


NAMES = index_of([["k$t", "bgdd"], ["bgdd", "bgdd"], [], ["tlfr"], ["k$t", "tlfr", "bgdd"]])
ALL = np.arange(5)


def rarity(having: int) -> float:
    """1 for a name that one of no passages has, 0 for one that all have and one more."""
    return math.log(6 / having) / math.log(6)


def test_scores_by_hand() -> None:
    """Akashat is in two of five passages and has 3/8 of the weight; Tal Afar's two words have 4/8."""
    tokens = question([(0, 2), (3, 10), (11, 14), (15, 19)], [1, 3, 2, 2])
    names = [Term("k$t", 3, 10), Term("tlfr", 11, 19)]
    rare = rarity(2)
    expected = [3 / 8 * rare, 0, 0, 4 / 8 * rare, 7 / 8 * rare]
    np.testing.assert_allclose(NAMES.scores(names, tokens, ALL), expected, atol=1e-6)


def test_a_name_weighs_by_how_rare_it_is() -> None:
    tokens = question([(0, 7)], [5])
    common = NAMES.scores([Term("bgdd", 0, 7)], tokens, ALL)
    # Twice in one passage is once.
    np.testing.assert_allclose(common, [rarity(3), rarity(3), 0, 0, rarity(3)], atol=1e-6)
    rows = index_of([["x"], ["y"]])
    assert rows.scores([Term("x", 0, 7)], tokens, np.arange(2)) == pytest.approx(
        [math.log(3) / math.log(3), 0], abs=1e-6
    )


def test_of_two_keys_of_one_word_the_rarer_counts() -> None:
    tokens = question([(0, 7), (8, 9)], [1, 1])
    names = [Term("bgdd", 0, 7), Term("tlfr", 0, 7)]
    np.testing.assert_allclose(
        NAMES.scores(names, tokens, np.array([4, 0])), [rarity(2) / 2, rarity(3) / 2], atol=1e-6
    )


def test_the_tokens_of_a_name_are_those_that_it_overlaps() -> None:
    """A tokenizer cuts where it likes: ▁Ak|ashat|? of «Akashat» and what touches it."""
    tokens = question([(0, 3), (3, 5), (5, 10), (10, 11)], [1, 2, 3, 4])
    np.testing.assert_allclose(
        NAMES.scores([Term("tlfr", 3, 10)], tokens, np.array([3])), [5 / 10 * rarity(2)], atol=1e-6
    )


def test_scores_are_those_of_the_rows_asked_for_in_their_order() -> None:
    tokens = question([(0, 7)], [1])
    whole = NAMES.scores([Term("k$t", 0, 7)], tokens, ALL)
    rows = np.array([4, 2, 0])
    np.testing.assert_array_equal(NAMES.scores([Term("k$t", 0, 7)], tokens, rows), whole[rows])


@pytest.mark.parametrize(
    ("index", "names", "tokens", "rows"),
    [
        (NAMES, [], question([(0, 7)], [1]), ALL),
        (NAMES, [Term("unknown", 0, 7)], question([(0, 7)], [1]), ALL),
        (NAMES, [Term("k$t", 0, 7)], question([], []), ALL),
        (NAMES, [Term("k$t", 0, 7)], question([(0, 7)], [0]), ALL),
        (NAMES, [Term("k$t", 0, 7)], question([(8, 9)], [1]), ALL),
        (NAMES, [Term("k$t", 0, 7)], question([(0, 7)], [1]), ALL[:0]),
        (index_of([]), [Term("k$t", 0, 7)], question([(0, 7)], [1]), ALL[:0]),
    ],
)
def test_nothing_in_common_is_zero(
    index: NameIndex,
    names: list[Term],
    tokens: TokenVectors,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    scores = index.scores(names, tokens, rows)
    assert scores.dtype == np.float32
    assert scores.tolist() == [0.0] * len(rows)


@given(
    st.lists(st.sets(st.sampled_from(["a", "b", "c"])), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 9), st.integers(1, 9))),
    st.lists(st.floats(0, 5, width=32), min_size=10, max_size=10),
)
def test_scores_are_held_to_brute_force(
    passages: list[set[str]], drawn: list[tuple[str, int, int]], weights: list[float]
) -> None:
    """Ten tokens of one character each."""
    names = [Term(key, start, start + length) for key, start, length in drawn]
    index = index_of([sorted(keys) for keys in passages])
    expected = []
    for passage in passages:
        total = 0.0
        for place, weight in enumerate(weights):
            shares = [
                math.log((len(passages) + 1) / sum(name.term in other for other in passages))
                / math.log(len(passages) + 1)
                for name in names
                if name.term in passage and name.start <= place < name.end
            ]
            total += weight * max(shares, default=0)
        expected.append(total / max(sum(weights), 1e-12))
    tokens = question([(n, n + 1) for n in range(10)], weights)
    scores = index.scores(names, tokens, np.arange(len(passages)))
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert all(0 <= score <= 1 + 1e-6 for score in scores)
