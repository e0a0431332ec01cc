"""The Jinja2 environment of the views. Whatever is put into a template is escaped."""

from __future__ import annotations

import re
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from index.text.analyzer import language
from qa.messages import say

# HTML and JSON have no place for these: NUL and its like, halves of surrogate pairs.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def showable(value: object) -> object:
    """A value as it is, but for characters of a text that HTML can't hold: those become U+FFFD."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSHOWABLE.sub("\ufffd", value)
    return value


def direction(text: str) -> Markup:
    """The `lang` and `dir` attributes of a text: those of most of its words.

    `dir="auto"` would go by the first strong letter alone, and turn an Arabic sentence around that
    starts with a Latin name.
    """
    return Markup('lang="ar" dir="rtl"' if language(text) == "ar" else 'lang="en" dir="ltr"')


def has_letters(text: str) -> bool:
    """Whether a text has a direction of its own: a number in a table's cell hasn't."""
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
