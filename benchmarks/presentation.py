"""Training examples as passages of documents look: under headings, as lists, cut short.

What is put around a passage is chosen without regard to whether it answers the question, so that it doesn't
tell that.
"""

from __future__ import annotations

import random
import re
from typing import Final

from invented_records import HEADINGS
from near_misses import names_in

# How often each thing is done to a passage.
HEADED, LISTED, CUT = 0.55, 0.1, 0.15
# What a heading is taken from: the passage itself, the question (where the languages are the same), or
# headings that stand in any document.
_OWN, _ASKED = 0.4, 0.3
_MAX_HEADINGS: Final = (1, 1, 1, 2, 2, 3)
_ARABIC_PHRASE = re.compile(r"(?<![\w])ال[\u0621-\u064a]{3,}(?: ال[\u0621-\u064a]{3,}){0,2}")
_SENTENCE = re.compile(r"(?<=[.!?؟])\s+")
_SMALL = (
    " what who when where which how why whom whose in on at by for the a an and but or if is was did"
    " do does are were has have had can could would will during after before of with as to from it"
    " its they their he she his her that this be been many much long old did there some any not name"
)
_ENGLISH_SMALL = frozenset(_SMALL.split())
_NUMBERED: Final = {
    "en": ("Section", "Chapter", "Article", "Part"),
    "ar": ("المادة", "الفصل", "الباب", "القسم"),
}

# A passage and the place of the answer in it, (-1, -1) where there is none.
Presented = tuple[str, int, int]


def presented(
    passage: Presented, question: str, languages: tuple[str, str], dice: random.Random
) -> Presented:
    """A passage as it may look in a document.

    Args:
        passage: its text, and the answer's first character and one past the last.
        question: asked of it.
        languages: of question and passage.
        dice: chooses.
    """
    if dice.random() < CUT:
        passage = _cut(passage, dice)
    if dice.random() < LISTED:
        passage = _listed(passage, dice)
    if dice.random() < HEADED:
        passage = _headed(passage, question, languages, dice)
    return passage


def topics(text: str, language: str) -> list[str]:
    """Phrases that could be a heading of a text: names, or nouns with the article in Arabic."""
    if language == "ar":
        return [phrase for phrase in dict.fromkeys(_ARABIC_PHRASE.findall(text)) if len(phrase) > 6]
    found = [name.text for name in names_in(text, "en")]
    words = re.findall(r"[A-Za-z][\w'-]+", text)
    runs: list[str] = []
    run: list[str] = []
    for word in [*words, "the"]:
        if word.lower() in _ENGLISH_SMALL:
            if 2 <= len(run) <= 4:
                runs.append(" ".join(run))
            run = []
        else:
            run.append(word)
    return list(dict.fromkeys([*found, *runs]))


def _cut(passage: Presented, dice: random.Random) -> Presented:
    """One to three whole sentences of it, among them those of the answer."""
    text, start, end = passage
    ends = [match.start() for match in _SENTENCE.finditer(text)] + [len(text)]
    starts = [0] + [match.end() for match in _SENTENCE.finditer(text)]
    count = len(starts)
    if start >= 0:
        first = max(i for i in range(count) if starts[i] <= start)
        last = min(i for i in range(count) if ends[i] >= end)
    else:
        first = last = dice.randrange(count)
    if last < first:
        return passage
    first = max(0, first - dice.choice((0, 0, 1)))
    last = min(count - 1, last + dice.choice((0, 0, 1)))
    begin, stop = starts[first], ends[last]
    if stop - begin < 30:
        return passage
    return (text[begin:stop], start - begin, end - begin) if start >= 0 else (text[begin:stop], -1, -1)


def _listed(passage: Presented, dice: random.Random) -> Presented:
    """Its sentences as the items of a list."""
    text, start, end = passage
    bullet = dice.choice(("- ", "• ", "", "{}. "))
    parts, place = [], 0
    for number, match in enumerate([*_SENTENCE.finditer(text), None], 1):
        parts.append((place, match.start() if match else len(text), number))
        place = match.end() if match else 0
    if len(parts) < 2:
        return passage
    written, new_start, new_end = "", -1, -1
    for begin, stop, number in parts:
        written += "\n" if written else ""
        written += bullet.format(number)
        if begin <= start and end <= stop:
            new_start, new_end = len(written) + start - begin, len(written) + end - begin
        written += text[begin:stop]
    return (written, new_start, new_end) if start < 0 or new_start >= 0 else passage


def _headed(passage: Presented, question: str, languages: tuple[str, str], dice: random.Random) -> Presented:
    text, start, end = passage
    language = languages[1]
    heads = []
    for _ in range(dice.choice(_MAX_HEADINGS)):
        kind, found = dice.random(), []
        if kind < _OWN:
            found = topics(text, language)[:8]
        elif kind < _OWN + _ASKED and languages[0] == language:
            found = topics(question, language)
        head = dice.choice(found or HEADINGS[language])
        if dice.random() < 0.15:
            head = f"{dice.choice(_NUMBERED[language])} {dice.randint(1, 30)}: {head}"
        elif dice.random() < 0.1:
            head = f"{dice.randint(1, 12)}. {head}"
        heads.append(head)
    above = "".join(f"{head}\n" for head in dict.fromkeys(heads))
    return (above + text, start + len(above), end + len(above)) if start >= 0 else (above + text, -1, -1)
