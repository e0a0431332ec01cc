"""Invented rules, contracts and notices with questions about what they tell and about siblings of it.

A passage has some sentences such as "Paternity leave is 3 days a year." It is asked for what it tells, or for
what it doesn't: the same of another thing of the kind ("How long is maternity leave?"), or something else
of the same thing ("Who approves paternity leave?"). The words are in invented_rules.json.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from invented_records import LANGUAGES, PAIRINGS, Invented, value

_DATA: Final[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
Rule = dict[str, Any]
RULES: Final[list[Rule]] = _DATA["rules"]
# A rule, and a thing to ask about.
Asking = tuple[Rule, tuple[str, str]]
# The reader doesn't learn from rules about these.
HELD_OUT: Final = ("parts", "crops", "instalments", "fees")


def learned_things() -> list[str]:
    """What the reader learned to tell from its siblings, in English and without an article."""
    return [
        english.removeprefix("the ").removeprefix("a ")
        for kind, things in _DATA["things"].items()
        if kind not in HELD_OUT
        for _, english in things
    ]


@dataclass(frozen=True)
class Told:
    """What a sentence tells: a rule, of which thing, and the value (Arabic and English)."""

    rule: Rule
    thing: tuple[str, str]
    value: tuple[str, str]


def _value_of(rule: Rule, dice: random.Random) -> tuple[str, str]:
    kind = rule["value"]
    if isinstance(kind, dict):
        number = dice.randint(*kind["number"])
        return f"{number} {kind['unit'][0]}", f"{number} {kind['unit'][1]}"
    if kind in _DATA:
        arabic, english = dice.choice(_DATA[kind])
        return arabic, english
    return value(kind, dice)


def _sentence(told: Told, side: int, dice: random.Random) -> tuple[str, int]:
    """A sentence, and where in it the value stands."""
    text = dice.choice(told.rule["told"][side]).replace("{}", told.thing[side])
    start = text.index("{v}")
    text = text.replace("{v}", told.value[side])
    return text[:1].upper() + text[1:], start


def _question(rule: Rule, thing: tuple[str, str], side: int, dice: random.Random) -> str:
    return str(dice.choice(rule["asked"][side]).replace("{}", thing[side]))


def passage(told: Sequence[Told], side: int, dice: random.Random) -> tuple[str, list[tuple[int, int]]]:
    """Sentences in a paragraph or a list, and where the values are."""
    before, between = dice.choice((("", " "), ("", " "), ("", "\n"), ("- ", "\n")))
    text, places = "", []
    for one in told:
        sentence, start = _sentence(one, side, dice)
        text += (between if text else "") + before
        places.append((len(text) + start, len(text) + start + len(one.value[side])))
        text += sentence
    return text, places


def _told(rules: Sequence[Rule], dice: random.Random) -> list[Told]:
    """What a passage tells: two to six things, of one or a few rules."""
    told: dict[tuple[int, tuple[str, str]], Told] = {}
    few = dice.sample(range(len(rules)), dice.randint(1, 4))
    for _ in range(dice.randint(2, 6)):
        number = dice.choice(few)
        things = _DATA["things"][rules[number]["things"]]
        arabic, english = dice.choice(things)
        thing = (arabic, english)
        told.setdefault((number, thing), Told(rules[number], thing, _value_of(rules[number], dice)))
    return list(told.values())


def _absent(one: Told, told: Sequence[Told], rules: Sequence[Rule], dice: random.Random) -> Asking | None:
    """What to ask about that isn't told: of another thing of the kind or, seldom, by another rule; if any."""
    known = {(id(other.rule), other.thing) for other in told}
    things = [(arabic, english) for arabic, english in _DATA["things"][one.rule["things"]]]
    siblings: list[Asking] = [(one.rule, thing) for thing in things if (id(one.rule), thing) not in known]
    others: list[Asking] = [
        (rule, one.thing)
        for rule in rules
        if rule["things"] == one.rule["things"] and (id(rule), one.thing) not in known
    ]
    chosen = others if others and (not siblings or dice.random() < 0.25) else siblings
    return dice.choice(chosen) if chosen else None


def rule_questions(count: int, dice: random.Random, held_out: bool = False) -> Iterator[Invented]:
    """So many questions about rules, half of which have the answer.

    Args:
        count: of questions.
        dice: what is drawn with.
        held_out: only of the rules that the reader doesn't learn from; otherwise only of the others.
    """
    rules = [rule for rule in RULES if (rule["things"] in HELD_OUT) == held_out]
    made = 0
    while made < count:
        asked, texts = dice.choice(PAIRINGS)
        side, told = LANGUAGES.index(asked), _told(rules, dice)
        text, places = passage(told, LANGUAGES.index(texts), dice)
        number = dice.randrange(len(told))
        one = told[number]
        there = _question(one.rule, one.thing, side, dice)
        absent = _absent(one, told, rules, dice)
        if absent is not None:
            yield Invented(there, text, *places[number], (asked, texts))
            yield Invented(_question(*absent, side, dice), text, -1, -1, (asked, texts))
            made += 2
