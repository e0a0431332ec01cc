"""Paragraphs as a reader counts them, and the contract of a passage's offsets."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import regex
from fake_encoder import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

from index import Document
from index.text.paragraphs import paragraphs
from index.text.split import split

LETTERS = regex.compile(r"[\p{L}\p{N}]+")
PIECES = [
    "كلمة",
    "word",
    "Long",
    "٣",
    "a",
    ".",
    "؟",
    "،",
    "***",
    "\n",
    "\n\n",
    "\r\n",
    "\u2028",
    " ",
    "\t",
    "\u00a0",
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1).map("".join) | st.text(min_size=1)
LONG = "This line is longer than any that was broken to fit a screen, " * 3 + "and it ends here"

WRAPPED = """\
The first paragraph of this letter was typed into a
program that breaks every line near column fifty,
so its lines aren't paragraphs.

The second one was typed in the same way. It too
runs over two lines."""


def read(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.", ["One."]),
        ("One.\n\nTwo.\n\n\n\nThree.", ["One.", "Two.", "Three."]),
        ("One.\nTwo.\nThree.", ["One.", "Two.", "Three."]),
        ("One.\r\nTwo.\r\n\r\nThree.\r\n", ["One.", "Two.", "Three."]),
        ("One.\rTwo.", ["One.", "Two."]),
        ("One.\u2028Two.\u2029Three.\x0cFour.\x85Five.", ["One.", "Two.", "Three.", "Four.", "Five."]),
        ("  One.  \n \t \n\u00a0Two.\n", ["One.", "Two."]),
        ("One.\n* * *\nTwo.", ["One.", "Two."]),
        ("One.\n\n----\n\n***\n\nTwo.", ["One.", "Two."]),
        ("أوّل؟\nثانٍ…\n«ثالث»\nرابع", ["أوّل؟", "ثانٍ…", "«ثالث»", "رابع"]),
        ("***\n…\n", []),
        # Lines too long to have been broken by a program are paragraphs, with or without a full stop.
        (f"{LONG}\n{LONG}\n{LONG}", [LONG, LONG, LONG]),
        # A heading above such a line is one of its own.
        (f"Heading\n{LONG}", ["Heading", LONG]),
        (f"Heading\n\n{LONG}", ["Heading", LONG]),
    ],
)
def test_paragraphs(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\u2028"])
def test_lines_broken_to_fit_a_width_are_one_paragraph(line_break: str) -> None:
    first, second = read(WRAPPED.replace("\n", line_break))
    assert (first[:9], first[-18:]) == ("The first", "aren't paragraphs.")
    assert (second[:10], second[-10:]) == ("The second", "two lines.")


def test_the_articles_paragraphs(article: Document) -> None:
    lines = [line.strip() for line in article.text.split("\n") if line.strip()]
    assert read(article.text) == lines
    assert lines[1] == "مصطفى حكمت العراقي"


def test_passages_are_numbered_by_paragraph_from_one(encoder: FakeEncoder) -> None:
    document = Document("One.\n\n* * *\n\nTwo words.\nThree.", id="d")
    passages = split(document, 10, encoder.count_tokens)
    assert [(p.id, p.number, p.text) for p in passages] == [
        ("d:0-4", 1, "One."),
        ("d:13-23", 2, "Two words."),
        ("d:24-30", 3, "Three."),
    ]


def test_a_long_paragraph_is_split_between_sentences(encoder: FakeEncoder) -> None:
    document = Document("Start.\nAa bb cc. Dd ee ff. Gg hh. Ii.", id="d")
    passages = split(document, 5, encoder.count_tokens)
    assert [(p.number, p.text) for p in passages] == [
        (1, "Start."),
        (2, "Aa bb cc."),
        (2, "Dd ee ff. Gg hh."),
        (2, "Ii."),
    ]


def test_a_long_sentence_is_split_between_words(encoder: FakeEncoder) -> None:
    words = [f"word{i}" for i in range(100)]
    passages = split(Document(" ".join(words)), 7, encoder.count_tokens)
    assert [word for p in passages for word in p.text.split()] == words
    assert all(len(p.text.split()) <= 7 for p in passages)
    # Halving makes parts of like length, none of them a leftover of a word or two.
    assert min(len(p.text.split()) for p in passages) >= 3


@pytest.mark.parametrize("space", [" ", "\t", "\u00a0", "\u2003", "\n"])
@pytest.mark.parametrize("words", [["incomprehensibilities", "of", "it"], ["of", "incomprehensibilities"]])
def test_a_word_that_fits_is_never_cut(words: list[str], space: str, encoder: FakeEncoder) -> None:
    passages = split(Document(space.join(words)), 1, encoder.count_tokens)
    assert [p.text for p in passages] == words


def test_a_text_without_spaces_is_cut_where_it_must() -> None:
    def count_characters(texts: object) -> list[int]:
        assert isinstance(texts, list)
        return [len(text) for text in texts]

    passages = split(Document("ا" * 1000), 64, count_characters)
    assert "".join(p.text for p in passages) == "ا" * 1000
    assert max(len(p.text) for p in passages) <= 64


def test_what_surely_does_not_fit_is_not_counted() -> None:
    """A line of a megabyte would be counted again and again, half by half."""
    counted: list[int] = []

    def count_words(texts: Sequence[str]) -> list[int]:
        counted.extend(len(text) for text in texts)
        return [len(text.split()) for text in texts]

    text = "four " * 20_000
    passages = split(Document(text), 8, count_words)
    assert " ".join(p.text for p in passages) == text.strip()
    assert max(len(p.text.split()) for p in passages) <= 8
    assert max(counted) <= 4096


def test_a_document_without_words_has_no_passages(encoder: FakeEncoder) -> None:
    assert split(Document("* * *\n…"), 5, encoder.count_tokens) == []


@given(TEXTS, st.integers(1, 12))
def test_the_contract(text: str, window: int) -> None:
    if not text.strip():
        return
    document = Document(text)
    encoder = FakeEncoder()
    passages = split(document, window, encoder.count_tokens)
    previous = 0
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text == passage.text.strip()
        assert previous <= passage.start
        assert encoder.count_tokens([passage.text])[0] <= window
        previous = passage.end
    # Every word is there, in its order, and whole if the window can hold it.
    assert "".join("".join(LETTERS.findall(p.text)) for p in passages) == "".join(LETTERS.findall(text))
    chunks = [chunk for chunk in text.split() if LETTERS.search(chunk)]
    if max(encoder.count_tokens(chunks), default=0) <= window:
        kept = [chunk for p in passages for chunk in p.text.split() if LETTERS.search(chunk)]
        assert kept == chunks
    # Numbers count paragraphs from 1 without a gap.
    numbers = [p.number for p in passages]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, len(set(numbers)) + 1))
    spans = list(paragraphs(text))
    for passage in passages:
        start, end = spans[passage.number - 1]
        assert start <= passage.start < passage.end <= end
