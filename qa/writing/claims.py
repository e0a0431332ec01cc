"""Splits model output into claims: sentences with the citation marks [n] that they end in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import regex

from index.text.sentences import sentences

# More would be no answer; what follows isn't read.
MAX_CHARACTERS: Final = 20_000
MAX_CLAIMS: Final = 60

_MARK: Final = r"\[\s*\p{Nd}{1,3}(?:\s*[,،;–-]\s*\p{Nd}{1,3})*\s*\]"
_MARKS: Final = regex.compile(rf"\s*(?:{_MARK}\s*)+")
_NUMBER: Final = regex.compile(r"\p{Nd}+")
# A mark behind its sentence's full stop belongs before it.
_BEHIND: Final = regex.compile(rf"([.!?؟…۔]+[\"'”’»)]*)((?:\s*{_MARK})+)")
# What some models think aloud before they answer.
_THOUGHT: Final = regex.compile(
    r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", regex.DOTALL | regex.IGNORECASE
)
# Signs of lists, headings and emphasis: the answer is plain text.
_LEADING: Final = regex.compile(r"^\s*(?:[-*•–—>#]+|\p{Nd}{1,2}[.)])\s+", regex.MULTILINE)
_EMPHASIS: Final = regex.compile(r"\*\*|__|`")
_INVISIBLE: Final = regex.compile(r"[\p{Cf}\p{Co}\p{Cs}--[\u200c\u200d]]|[\p{Cc}--\n\t]", flags=regex.V1)


@dataclass(frozen=True)
class WrittenSentence:
    """A sentence as it was written.

    Attributes:
        text: the sentence without its marks.
        marks: the numbers of the quotations that it names, in order, each once.
    """

    text: str
    marks: tuple[int, ...]


def written_sentences(text: str) -> list[WrittenSentence]:
    """Splits model output into sentences, at most `MAX_CLAIMS`.

    A sentence ends where sentences end, and behind its marks. Markdown and what a model thinks aloud are
    taken away.
    """
    found: list[WrittenSentence] = []
    for line in plain(text).splitlines():
        line = _BEHIND.sub(r"\2\1", line)
        for start, end in sentences(line, longest=10_000):
            found += _parts(line[start:end])
    return found[:MAX_CLAIMS]


def plain(text: str) -> str:
    """Model output without Markdown, invisible characters and reasoning."""
    text = _THOUGHT.sub("\n", text[:MAX_CHARACTERS])
    return _EMPHASIS.sub("", _LEADING.sub("", _INVISIBLE.sub("", text))).strip()


def _parts(sentence: str) -> list[WrittenSentence]:
    """A sentence, or several with only citation marks between them."""
    parts: list[WrittenSentence] = []
    position = 0
    pieces = list(_MARKS.finditer(sentence))
    for i, match in enumerate(pieces):
        rest = sentence[match.end() :]
        is_last = i == len(pieces) - 1
        text = sentence[position : match.start()]
        if is_last and not any(map(str.isalnum, rest)):
            text, position = text + rest.strip(), len(sentence)
        elif rest[:1].islower() or rest[:1] in "،,;؛:":
            continue  # within the sentence: «قال [1] إنّ ...»
        else:
            position = match.end()
        parts.append(_written(text, sentence[: match.end()], parts))
    if any(map(str.isalnum, sentence[position:])):
        parts.append(_written(sentence[position:], sentence[position:], []))
    return [part for part in parts if part.text or part.marks]


def _written(text: str, with_marks: str, before: list[WrittenSentence]) -> WrittenSentence:
    marks = [int(n) for match in _MARKS.finditer(with_marks) for n in _NUMBER.findall(match.group())]
    taken = sum(len(part.marks) for part in before)
    text = " ".join(_MARKS.sub(" ", text).split())
    return WrittenSentence(regex.sub(r"\s+([.,،؛!?؟])", r"\1", text), tuple(dict.fromkeys(marks[taken:])))
