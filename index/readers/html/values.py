"""Attribute values of HTML elements, values of form fields, and formulas (MathML) on one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from turbohtml import Element, Text

from index.readers.inline.superscripts import raised
from index.readers.text_builder import CHECKED, UNCHECKED

_TYPED: Final = frozenset((
    "", "text", "email", "tel", "url", "number", "date", "time", "datetime-local", "month", "week",
))  # fmt: skip
_BOXES: Final = frozenset(("checkbox", "radio"))
FIELDS: Final = frozenset(("input", "textarea", "select"))
"""Elements with a value."""
_MAX_DEPTH: Final = 50
_NOT_SHOWN: Final = frozenset(("annotation", "annotation-xml"))


def value_of(element: Element, name: str) -> str:
    """The value of an attribute; several values are joined by spaces; empty if there is none."""
    value = element.attrs.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def field_value(element: Element) -> str:
    """The value of a form's field as it is when the page is opened; empty for buttons and search fields."""
    if element.tag == "textarea":
        return element.text.strip()
    if element.tag == "select":
        options = (option for option in element.iter_elements("option") if "selected" in option.attrs)
        return ", ".join(" ".join(option.text.split()) for option in options)
    kind = value_of(element, "type").casefold()
    if kind in _BOXES:
        return CHECKED if "checked" in element.attrs else UNCHECKED
    return " ".join(value_of(element, "value").split()) if kind in _TYPED else ""


def formula(element: Element, depth: int = 0) -> str:
    """A formula in MathML on one line, with raised exponents, and a/b for a fraction."""
    if depth > _MAX_DEPTH:
        return ""
    parts = []
    for child in element.children:
        if isinstance(child, Text):
            parts.append(" ".join(child.data.split()))
        elif isinstance(child, Element) and child.tag not in _NOT_SHOWN:
            parts.append(formula(child, depth + 1))
    join = _JOINED.get(element.tag)
    return join(parts) if join and len(list(filter(None, parts))) > 1 else "".join(parts)


def _of_two(parts: list[str], between: str) -> str:
    return between.join(part if part.isalnum() else f"({part})" for part in filter(None, parts))


def _power(parts: list[str]) -> str:
    base, *exponents = filter(None, parts)
    return base + "".join(map(raised, exponents))


_JOINED: Final[dict[str, Callable[[list[str]], str]]] = {
    "msup": _power,
    "mfrac": lambda parts: _of_two(parts, "/"),
    "msqrt": lambda parts: f"√({''.join(parts)})",
}
