"""The Jinja2 environment of the views, with autoescape."""

from __future__ import annotations

import re
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from index.readers.web.address import is_address
from index.text.analyzer import Language, language
from index.text.bidi import without_controls
from qa.collections.types import BUILT_IN_ID
from qa.messages import say, say_as_of
from qa.punctuation import COMMA

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
    return attributes(language(text))


def attributes(spoken: Language) -> Markup:
    """The `lang` and `dir` attributes of a language."""
    return Markup('lang="ar" dir="rtl"' if spoken == "ar" else 'lang="en" dir="ltr"')


def file_direction(name: str, page: Language) -> Markup:
    """The attributes of a file's name or a web page's address on a page of this language."""
    if is_address(name):
        return Markup('dir="ltr"')
    return direction(name) if page == "ar" else Markup(f'lang="{language(name)}" dir="ltr"')


def has_letters(text: str) -> bool:
    """Whether a text has a direction of its own, unlike a number in a table cell."""
    return any(map(str.isalpha, text))


def css_class(kind: str) -> str:
    """The CSS class of a kind of match."""
    return kind.replace("_", "-")


environment: Final = Environment(
    loader=PackageLoader("web.views"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=showable,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters["way"] = direction
environment.filters["css_class"] = css_class
environment.filters["plain"] = without_controls
environment.filters["file_way"] = file_direction
environment.filters["lettered"] = has_letters
environment.globals |= {"say": say, "as_of": say_as_of, "comma": COMMA, "built_in": BUILT_IN_ID}
