"""Dialogue: what an interviewer says, and what a list of questions asks, is the heading of the reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import regex

from index.text.structure.units import Unit

_SPEAKER: Final = regex.compile(r"(?P<name>\p{L}[\p{L}\p{M}.'’ -]{0,38}?)\s?[:：]\s+(?=\S)")
_QUESTION: Final = regex.compile(r"[?؟][\"”»)]?$")
# Of an interviewer: the fewest questions, and their share of all that he or she says.
_MIN_QUESTIONS: Final = 2
_MIN_SHARE: Final = 0.5
# Characters; what is longer isn't a mere question.
_MAX_LENGTH: Final = 400
# Of questions without a speaker: the most characters, the fewest of a reply, the fewest questions, and their
# share of all paragraphs if they aren't in bold. In a story people ask, too.
_MAX_ASKED: Final = 200
_MIN_REPLY: Final = 30
_MIN_ASKED: Final = 2
_MIN_ASKED_SHARE: Final = 0.2
_QUOTED: Final = regex.compile(r"[«“\"'‘\-–—]")


def prompts(text: str, units: Sequence[Unit]) -> frozenset[int]:
    """The numbers of the paragraphs in which an interviewer speaks and somebody else replies.

    An interviewer is a speaker, named at the beginning of paragraphs, of whose paragraphs half at least and
    two at least end in a question mark, and are followed by another speaker's.

    Args:
        text: of the document.
        units: its units.
    """
    speakers = [_speaker(text, unit) for unit in units]
    replied = [
        number
        for number, (speaker, following) in enumerate(pairwise(speakers))
        if speaker and following and speaker != following
    ]
    spoken = Counter(filter(None, speakers))
    asked = Counter(
        speakers[number]
        for number in replied
        if _QUESTION.search(text, units[number].start, units[number].end)
    )
    interviewers = {
        speaker
        for speaker, count in asked.items()
        if count >= _MIN_QUESTIONS and count >= _MIN_SHARE * spoken[speaker]
    }
    return frozenset(
        number
        for number in replied
        if speakers[number] in interviewers and units[number].length <= _MAX_LENGTH
    )


def asked(text: str, units: Sequence[Unit]) -> frozenset[int]:
    """The numbers of the paragraphs that ask what those below answer, as in answers to frequent questions.

    Questions in bold are some, two at least; others where they are a good share of all paragraphs. Where they
    are in bold, so is what else stands in their place ("I have hurt my back.").

    Args:
        text: of the document.
        units: its units.
    """
    short = [
        number
        for number, (unit, following) in enumerate(pairwise(units))
        if unit.kind == "paragraph"
        and unit.is_one_line
        and unit.length <= _MAX_ASKED
        and not _QUOTED.match(text, unit.start)
        and _is_reply(text, following)
    ]
    questions = [n for n in short if _QUESTION.search(text, units[n].start, units[n].end)]
    in_bold = [n for n in short if units[n].is_emphasized and not units[n + 1].is_emphasized]
    if len(set(questions) & set(in_bold)) >= _MIN_ASKED:
        return frozenset(in_bold) | frozenset(questions)
    paragraphs = sum(unit.kind == "paragraph" for unit in units)
    is_list = len(questions) >= max(_MIN_ASKED, _MIN_ASKED_SHARE * paragraphs)
    return frozenset(questions) if is_list else frozenset()


def _is_reply(text: str, unit: Unit) -> bool:
    if unit.kind != "paragraph":
        return unit.kind in ("list_item", "table_header", "table_row")
    return unit.length >= _MIN_REPLY and not _QUESTION.search(text, unit.start, unit.end)


def _speaker(text: str, unit: Unit) -> str:
    """Who speaks in a paragraph; empty if nobody is named."""
    if unit.kind not in ("paragraph", "form_field"):
        return ""
    match = _SPEAKER.match(text, unit.start, unit.end)
    return match["name"].casefold() if match else ""
