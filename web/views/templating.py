"""The Jinja2 environment of the views, with autoescape."""

from __future__ import annotations

import re
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from index.text.analyzer import language
from qa.messages import say

# Not representable in HTML and JSON: control characters such as NUL, lone surrogates.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def showable(value: object) -> object:
    """Replaces characters of a string that HTML can't represent by U+FFFD; other values are unchanged."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSHOWABLE.sub("\ufffd", value)
    return value


def direction(text: str) -> Markup:
    """The `lang` and `dir` attributes of a text, by the majority of its words.

    `dir="auto"` uses the first strong letter alone, and would set an Arabic sentence that
    starts with a Latin name left to right.
    """
    return Markup('lang="ar" dir="rtl"' if language(text) == "ar" else 'lang="en" dir="ltr"')


def has_letters(text: str) -> bool:
    """Whether a text has a direction of its own, unlike a number in a table cell."""
    return any(map(str.isalpha, text))


environment: Final = Environment(
    loader=PackageLoader("web.views"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=showable,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters["way"] = direction
environment.filters["lettered"] = has_letters
environment.globals["say"] = say
