"""What flows through `index` is checked where it is made."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import pytest

from index import DalilError, Document, Hit, InvalidDocument, Passage
from index.types import text_id


def test_a_document_names_itself_by_its_text() -> None:
    expected = hashlib.sha256("كتاب".encode()).hexdigest()[:16]
    assert text_id("كتاب") == expected
    assert Document("كتاب", title="x", source="y").id == expected
    assert Document("كتاب", id="given").id == "given"


@pytest.mark.parametrize("text", ["", " ", "\n\t \u2028\u00a0"])
def test_a_document_without_text_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InvalidDocument, match=r"notes\.txt"):
        Document(text, title="Notes", source="notes.txt")
    with pytest.raises(InvalidDocument, match="Notes"):
        Document(text, title="Notes")
    with pytest.raises(InvalidDocument, match="no name"):
        Document(text)


@pytest.mark.parametrize("field", ["text", "title", "source", "id", "author"])
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(field: str) -> None:
    fields: dict[str, Any] = {"text": "some text", field: "so\ud800me"}
    with pytest.raises(InvalidDocument, match="surrogate"):
        Document(**fields)


def test_the_message_says_where_the_surrogate_stands() -> None:
    with pytest.raises(InvalidDocument, match="at 4"):
        Document("some\ud800")


def test_whole_surrogate_pairs_and_controls_are_text() -> None:
    for text in ("😀", "a\x00b", "\u200f", "\ufeffكتاب"):
        assert Document(text).text == text


def test_errors_are_of_one_family() -> None:
    assert issubclass(InvalidDocument, DalilError)
    assert issubclass(InvalidDocument, ValueError)


def test_a_passage_stands_where_it_says() -> None:
    document = Document("أول سطر.\nثانٍ.", id="d")
    passage = Passage.of(document, 2, 9, 14)
    assert passage == Passage("d:9-14", "d", 2, 9, 14, "ثانٍ.")
    assert document.text[passage.start : passage.end] == passage.text


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-2, 4), (2, 99), (8, 9)])
def test_a_passage_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="isn't where its text stands"):
        Passage.of(Document("abcdefgh"), 1, start, end)


def test_a_passage_with_other_text_is_refused() -> None:
    with pytest.raises(ValueError, match="isn't where its text stands"):
        Passage("d:0-3", "d", 1, 0, 3, "four")


def test_all_are_frozen() -> None:
    document = Document("abc")
    passage = Passage.of(document, 1, 0, 3)
    for thing in (document, passage, Hit(passage, 1.0)):
        name = dataclasses.fields(thing)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, "other")
