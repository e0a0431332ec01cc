"""Dialogue in plain text: what an interviewer says is the heading of the reply."""

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


def _speaker(text: str, unit: Unit) -> str:
    """Who speaks in a paragraph; empty if nobody is named."""
    if unit.kind not in ("paragraph", "form_field"):
        return ""
    match = _SPEAKER.match(text, unit.start, unit.end)
    return match["name"].casefold() if match else ""
