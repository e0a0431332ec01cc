"""Invented tables, forms and lists with questions, in Arabic and English: what no training set has.

A record is a thing of some kind ("branch") with some of its attributes. It is written as a row of a table
under its column headings, as a form, as a list or in a sentence, under headings. It is asked for an attribute
that it has, for one that it hasn't, or for one of another thing of the kind. The words are in
invented_records.json.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

Spoken = Literal["ar", "en"]
LANGUAGES: Final[tuple[Spoken, Spoken]] = ("ar", "en")

_DATA: Final[dict[str, dict[str, Any]]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
# Pairs of an Arabic and an English word, by list; attributes and kinds of things, by name.
_WORDS, ATTRIBUTES, KINDS = (_DATA[name] for name in ("words", "attributes", "kinds"))
# Headings that stand in any document, by language.
HEADINGS: Final[dict[str, list[str]]] = _DATA["headings"]
# These are kept for train_with_reader.py: the reader doesn't learn from them.
KEPT_BACK: Final = ("library", "drug", "flat")
_LISTS: Final = {
    "person": "people",
    "town": "towns",
    "day": "days",
    "month": "months",
    "colour": "colours",
    "state": "states",
    "material": "materials",
}
_UNITS: Final = {
    "period": ("شهرًا", "months"),
    "days": ("يومًا", "days"),
    "kilos": ("كغ", "kg"),
    "watts": ("واط", "W"),
    "mg": ("ملغ", "mg"),
    "degrees": ("درجة مئوية", "°C"),
    "metres": ("م²", "m²"),
}
# Of question and record.
PAIRINGS: Final[tuple[tuple[Spoken, Spoken], ...]] = (
    ("ar", "ar"),
    ("en", "en"),
    ("ar", "ar"),
    ("en", "en"),
    ("ar", "en"),
    ("en", "ar"),
)


@dataclass(frozen=True)
class Thing:
    """A thing with values.

    Attributes:
        kind: of `_THINGS`.
        names: Arabic and English.
        values: by attribute, Arabic and English.
    """

    kind: str
    names: tuple[str, str]
    values: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Invented:
    """A question about a passage: as `reader_material.Example`."""

    question: str
    context: str
    start: int
    end: int
    languages: tuple[Spoken, Spoken]


def things(kind: str, count: int, dice: random.Random) -> list[Thing]:
    """Several things of a kind, with different names."""
    found: dict[str, Thing] = {}
    for _ in range(20 * count):
        filled = {f"{{{name[:-1]}}}": dice.choice(_WORDS[name]) for name in ("towns", "subjects", "drugs")}
        filled["{person}"] = dice.choice(_WORDS["people"])
        code = f"{dice.choice('ABCDHKMPRT')}{dice.choice('ABCDHKMPRT')}-{dice.randint(10, 999)}"
        names = []
        for side, written in enumerate(KINDS[kind]["names"]):
            for place, pair in filled.items():
                written = written.replace(place, pair[side])
            names.append(written.replace("{code}", code))
        values = {name: value(ATTRIBUTES[name]["value"], dice) for name in KINDS[kind]["attributes"]}
        found.setdefault(names[0], Thing(kind, (names[0], names[1]), values))
        if len(found) == count:
            break
    return list(found.values())


def value(kind: str, dice: random.Random) -> tuple[str, str]:
    """A value of a kind such as "money", in Arabic and in English."""
    if kind in _LISTS:
        arabic, english = dice.choice(_WORDS[_LISTS[kind]])
        return arabic, english
    number = dice.choice((dice.randint(2, 60), dice.randint(60, 900)))
    if kind in _UNITS:
        return f"{number} {_UNITS[kind][0]}", f"{number} {_UNITS[kind][1]}"
    if kind == "money":
        amount = dice.randint(2, 99) * dice.choice((1, 5, 10, 50))
        arabic, english = dice.choice(_WORDS["currencies"])
        return f"{amount} {arabic}", f"{amount} {english}"
    if kind == "date":
        day, year = dice.randint(1, 28), dice.randint(2018, 2026)
        arabic, english = dice.choice(_WORDS["months"])
        return f"{day} {arabic} {year}", f"{day} {english} {year}"
    plain = {
        "year": str(dice.randint(1950, 2025)),
        "count": str(number),
        "phone": f"0{dice.randint(1, 9)} {dice.randint(100, 999)} {dice.randint(1000, 9999)}",
        "code": f"{dice.choice('ABCDEFGHK')}-{dice.randint(1, 400)}",
        "time": f"{dice.randint(5, 22)}:{dice.choice(('00', '15', '20', '40', '45'))}",
        "hours": f"{dice.randint(6, 11)}:00–{dice.randint(13, 20)}:00",
    }
    return plain[kind], plain[kind]


def passage(
    thing: Thing, shown: Sequence[str], language: Spoken, headings: Sequence[str], dice: random.Random
) -> tuple[str, dict[str, tuple[int, int]]]:
    """A thing as a passage, and where in it the value of each shown attribute is."""
    side = LANGUAGES.index(language)
    above = "".join(f"{heading}\n" for heading in headings)
    labels = [ATTRIBUTES[name]["labels"][side] for name in shown]
    cells = [thing.values[name][side] for name in shown]
    told = list(zip(labels, cells, strict=True))
    name = thing.names[side]
    form = dice.choice(("row", "row", "form", "list", "sentence"))
    if form == "row":
        thing_label = ("الاسم", "Name")[side]
        above += " | ".join((thing_label, *labels)) + "\n"
        pieces = [(f"{name}", ""), *((" | ", cell) for cell in cells)]
    elif form == "form":
        pieces = [(name, ""), *((f"\n{label}: ", cell) for label, cell in told)]
    elif form == "list":
        pieces = [(f"{name}:", ""), *((f"\n- {label}: ", cell) for label, cell in told)]
    else:
        joint = ("، و", ", ")[side]
        pieces = [(name + (": ", ": ")[side], "")]
        for i, (label, cell) in enumerate(told):
            pieces.append(((joint if i else "") + label.lower() + " ", cell))
        pieces.append((".", ""))
    text, places = above, {}
    cell_names = iter(shown)
    for before, cell in pieces:
        text += before
        if cell:
            places[next(cell_names)] = (len(text), len(text) + len(cell))
            text += cell
    return text, places


def heading(kind: str, language: Spoken, dice: random.Random) -> str:
    """A heading over things of a kind."""
    side = LANGUAGES.index(language)
    return str(dice.choice(KINDS[kind]["headings"])[side])


def question(name: str, thing: Thing, language: Spoken, dice: random.Random) -> str:
    """A question for an attribute of a thing."""
    side = LANGUAGES.index(language)
    written: str = dice.choice(ATTRIBUTES[name]["asked"][side])
    return written.replace("{}", thing.names[side])


def invented(count: int, dice: random.Random, kinds: Sequence[str] | None = None) -> Iterator[Invented]:
    """So many questions about records, half of which have the answer."""
    chosen = [kind for kind in KINDS if kind not in KEPT_BACK] if kinds is None else kinds
    for number in range(count):
        kind = dice.choice(chosen)
        one, other = things(kind, 2, dice)
        names = list(one.values)
        dice.shuffle(names)
        size = dice.randint(2, min(5, len(names) - 1))
        shown, absent = names[:size], names[size:]
        asked, texts = dice.choice(PAIRINGS)
        headings = [heading(kind, texts, dice)] if dice.random() < 0.7 else []
        if dice.random() < 0.25:
            # The heading names what isn't told.
            headings.append(ATTRIBUTES[dice.choice(names)]["labels"][LANGUAGES.index(texts)])
        text, places = passage(one, shown, texts, headings, dice)
        if number % 2 == 0:
            name = dice.choice(shown)
            start, end = places[name]
            yield Invented(question(name, one, asked, dice), text, start, end, (asked, texts))
        else:
            wrong = dice.random() < 0.4
            written = question(dice.choice(shown if wrong else absent), other if wrong else one, asked, dice)
            yield Invented(written, text, -1, -1, (asked, texts))
