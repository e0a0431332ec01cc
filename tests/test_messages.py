"""Dalil's own sentences: all in both languages, each in its language, none missing a value."""

from __future__ import annotations

import re
import string
from typing import get_args

import pytest

from index.errors import QuestionFault
from index.text.analyzer import Language, arabic_share, language
from qa.messages import catalogue, say, say_confidence

LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES = sorted(catalogue())


def placeholders(text: str) -> list[str]:
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field is not None)


def said(name: str, in_language: Language) -> str:
    """A message with 11 in each place, after which nouns stand in the form that messages have by default."""
    return say(name, in_language, **dict.fromkeys(placeholders(catalogue()[name][in_language]), 11))


@pytest.mark.parametrize("name", NAMES)
def test_every_message_is_in_both_languages(name: str) -> None:
    texts = catalogue()[name]
    assert set(texts) == set(LANGUAGES) == {"ar", "en"}
    assert placeholders(texts["ar"]) == placeholders(texts["en"])
    # Programs of text recognition are known by this abbreviation.
    arabic = said(name, "ar").replace("(OCR)", "")
    assert (arabic_share(arabic), language(arabic)) == (1, "ar")
    assert (arabic_share(said(name, "en")), language(said(name, "en"))) == (0, "en")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("in_language", LANGUAGES)
def test_messages_are_calm_and_whole(name: str, in_language: Language) -> None:
    text, template = said(name, in_language), catalogue()[name][in_language]
    assert text == re.sub(r"\{\w+\}", "11", template)
    assert not set("!{}") & set(text)
    assert text == " ".join(text.split())
    # Arabic sentences have Arabic commas and question marks, English ones English ones.
    assert not set(",;?" if in_language == "ar" else "،؛؟") & set(text)


def test_the_number_of_a_paragraph_is_said_in_both() -> None:
    assert (say("paragraph", "ar", number=7), say("paragraph", "en", number=12)) == (
        "الفقرة 7",
        "paragraph 12",
    )
    with pytest.raises(KeyError):
        say("paragraph", "ar")


@pytest.mark.parametrize(
    ("number", "arabic"),
    [
        (1, "ثانية واحدة"),
        (2, "ثانيتين"),
        (3, "3 ثوانٍ"),
        (10, "10 ثوانٍ"),
        (11, "11 ثانية"),
        (60, "60 ثانية"),
        (100, "100 ثانية"),
        (102, "102 ثانية"),
        (105, "105 ثوانٍ"),
    ],
)
def test_seconds_stand_in_their_plural_form(number: int, arabic: str) -> None:
    assert say("too_many", "ar", number=number).endswith(f"بعد {arabic}.")
    english = {1: "a second", 2: "two seconds"}.get(number, f"{number} seconds")
    assert say("too_many", "en", number=number).endswith(f"in {english}.")


def test_that_there_is_no_answer() -> None:
    assert say("not_found", "ar") == "لم يُعثر في النصوص على جواب."
    assert say("not_found", "en") == "No answer was found in the texts."


@pytest.mark.parametrize("reason", get_args(QuestionFault))
def test_every_refusal_of_a_question_can_be_said(reason: str) -> None:
    assert len({say(reason, in_language) for in_language in LANGUAGES}) == 2


def test_a_message_that_there_is_not() -> None:
    with pytest.raises(KeyError):
        say("nonsense", "ar")


@pytest.mark.parametrize(
    ("confidence", "name"),
    [
        (1.0, "certain"),
        (0.85, "certain"),
        (0.849, "likely"),
        (0.5, "likely"),
        (0.499, "possible"),
        (0.25, "possible"),
        (0.249, "unlikely"),
        (0.0, "unlikely"),
    ],
)
def test_confidence_is_said_as_a_plain_phrase(confidence: float, name: str) -> None:
    for in_language in LANGUAGES:
        assert say_confidence(confidence, in_language) == catalogue()[name][in_language]
    assert len({catalogue()[n]["ar"] for n in ("certain", "likely", "possible", "unlikely")}) == 4
