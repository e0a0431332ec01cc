"""Says the messages of Dalil's answers and chat, which stand in messages.toml in Arabic and English."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Final

from index.errors import InvalidScope
from index.scope import Scope
from index.text.analyzer import Language
from qa.punctuation import COMMA, in_quotation_marks
from qa.types import LIKELY, Written

# The least confidence for each phrase; below all of them it is "unlikely". Confidence is a calibrated
# probability that the texts hold the answer: from one half on they probably do, below a quarter they
# probably don't, and between these a phrase may claim neither.
_SAID_FROM: Final = (("certain", 0.85), ("likely", LIKELY), ("possible", 0.25))
# Between several things that the texts don't mention, and around each.
_NOR: Final[dict[Language, str]] = {"ar": " ولا ", "en": " or "}
# In Arabic as newspapers for all Arab countries name them: with both names.
_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "ar": (
        "يناير/كانون الثاني", "فبراير/شباط", "مارس/آذار", "أبريل/نيسان", "مايو/أيار",
        "يونيو/حزيران", "يوليو/تموز", "أغسطس/آب", "سبتمبر/أيلول", "أكتوبر/تشرين الأول",
        "نوفمبر/تشرين الثاني", "ديسمبر/كانون الأول",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
}  # fmt: skip


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[Language, str]]:
    """All messages by name, each in both languages."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    messages: Mapping[str, Mapping[Language, str]] = tomllib.loads(
        resources.files("qa").joinpath("messages.toml").read_text(encoding="utf-8")
    )
    return messages


def say(message: str, language: Language, **values: object) -> str:
    """Formats one of Dalil's messages in the given language.

    A message that has a plural form of its own for `number` is taken in that form.

    Raises:
        KeyError: there is no such message.
    """
    number = values.get("number")
    if isinstance(number, int):
        form = f"{message}_{_plural(number)}"
        message = form if has_message(form) else message
    return catalogue()[message][language].format(**values)


def _plural(number: int) -> str:
    """The plural category of an Arabic noun after a number (Unicode CLDR), as `Intl.PluralRules` names it."""
    if number in (0, 1, 2):
        return ("zero", "one", "two")[number]
    rest = number % 100
    return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"


def has_message(message: str) -> bool:
    """Whether there is a message of this name."""
    return message in catalogue()


def say_pages(first: int, last: int, language: Language) -> str:
    """Names a page, or the pages from the first to the last."""
    message = "page" if last <= first else "two_pages" if last == first + 1 else "pages"
    return say(message, language, number=first, last=last)


def say_as_of(fetched: str, language: Language) -> str:
    """Says on which day a web page was as it is quoted; empty of a document that isn't one.

    Args:
        fetched: as of `index.Document`.
        language: to say it in.
    """
    if not fetched:
        return ""
    try:
        day = date.fromisoformat(fetched)
    except ValueError:  # of a document that somebody else made
        return say("as_of", language, date=fetched)
    return say("as_of", language, date=f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}")


def say_confidence(confidence: float, language: Language) -> str:
    """Describes a confidence as a plain phrase."""
    message = next((name for name, least in _SAID_FROM if confidence >= least), "unlikely")
    return say(message, language)


def say_scope(scope: Scope, language: Language) -> list[str]:
    """Describes each condition of a scope, in the order in which they are written."""
    # Of a document's source, its file.
    named = (
        (key, value.rpartition("/")[2] if key == "document" else value) for key, value in scope.conditions
    )
    return [say(f"within_{key}", language, value=" ".join(value.split())) for key, value in named]


def say_fault(error: InvalidScope, language: Language) -> str:
    """Says what is wrong with a scope."""
    return say(f"scope_{error.reason}", language, name=in_quotation_marks(error.name, language))


def say_not_found(missing: Sequence[str], language: Language, scope: Scope | None = None) -> str:
    """Says that the texts don't answer; on a second line, what of the question they don't mention at all.

    Args:
        missing: as of `qa.types.Answer`.
        language: to say it in.
        scope: the scope of the search, which is then named.
    """
    lines = [say("not_found", language)]
    if scope is not None:
        named = COMMA[language].join(say_scope(scope, language))
        lines = [say("not_found_within", language, within=named)]
    if missing:
        names = _NOR[language].join(in_quotation_marks(name, language) for name in missing)
        lines.append(say("missing", language, names=names))
    return "\n".join(lines)


def written_notes(written: Written, language: Language) -> list[str]:
    """The note below a written answer: its origin, omissions and errors."""
    notes = [say("written", language)] if written.claims else []
    if written.faults and written.claims:
        notes.append(say("left_out", language, number=len(written.faults)))
    if written.trouble:
        notes.append(say(f"trouble_{written.trouble}", language))
    elif written.faults and not written.claims:
        notes.append(say("nothing_written", language))
    return notes
