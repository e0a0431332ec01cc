"""Access to WordprocessingML elements by local name, as its two versions differ only in namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

import regex

_NAMESPACES: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "http://schemas.microsoft.com/office/word/2010/wordml",
)


def local_name(element: ElementTree.Element) -> str:
    """An element's name without its namespace; empty for comments."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: ElementTree.Element, name: str) -> str:
    """The value of an attribute in any namespace, or empty."""
    for namespace in _NAMESPACES:
        found = element.get(f"{{{namespace}}}{name}")
        if found is not None:
            return found
    return element.get(name, "")


def children(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The children of that name."""
    return (found for found in element if local_name(found) == name)


def child(element: ElementTree.Element | None, name: str) -> ElementTree.Element | None:
    """The first child of that name."""
    return None if element is None else next(children(element, name), None)


def value(element: ElementTree.Element | None, name: str) -> str:
    """The attribute `val` of the first child of that name, or empty."""
    found = child(element, name)
    return "" if found is None else attribute(found, "val")


def int_of(text: str, default: int = 0) -> int:
    """An integer attribute's value; the default if it is malformed."""
    return int(text) if regex.fullmatch(r"-?[0-9]{1,9}", text) else default


def is_on(element: ElementTree.Element, name: str) -> bool:
    """Whether a toggle property, such as `w:vanish`, is present and not turned off."""
    found = child(element, name)
    return found is not None and attribute(found, "val").casefold() not in ("0", "false", "off")
