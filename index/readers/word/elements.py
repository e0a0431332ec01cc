"""Elements of WordprocessingML: which are skipped, and the paragraphs within them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from index.readers.ooxml.markup import child, is_on, local_name, value

# Elements of a paragraph that aren't part of its text.
SKIPPED: Final = frozenset((
    "del", "moveFrom", "rPr", "pPr", "sdtPr", "sdtEndPr", "instrText", "delText", "delInstrText", "fldData",
    "ffData", "tcPr", "trPr", "tblPr", "tblGrid", "tblPrEx", "sectPr", "annotationRef", "rt", "customXmlPr",
    "smartTagPr", "proofErr", "docPr", "rubyPr", "ctrlPr", "footnoteRef", "endnoteRef", "separator",
    "continuationSeparator",
))  # fmt: skip


def words_of(element: ElementTree.Element | None) -> str:
    """All text within an element, at any depth."""
    if element is None:
        return ""
    return "".join(found.text or "" for found in element.iter() if local_name(found) == "t")


def chosen(alternatives: ElementTree.Element) -> ElementTree.Element:
    """The first alternative that has text or a text box, else an empty element."""
    for found in alternatives:
        if local_name(found) in ("Choice", "Fallback") and any(
            local_name(inner) in ("t", "txbxContent") for inner in found.iter()
        ):
            return found
    return ElementTree.Element("none")


def is_contents(control: ElementTree.Element) -> bool:
    """Whether a content control holds the table of contents."""
    gallery = child(child(control, "sdtPr"), "docPartObj")
    return value(gallery, "docPartGallery").casefold() == "table of contents"


def is_placeholder(control: ElementTree.Element) -> bool:
    """Whether a content control shows its placeholder."""
    properties = child(control, "sdtPr")
    return properties is not None and is_on(properties, "showingPlcHdr")


def paragraphs_in(
    element: ElementTree.Element, tables: list[ElementTree.Element] | None = None
) -> Iterator[ElementTree.Element]:
    """Yields the paragraphs of a cell or a note, including those in controls; nested tables are collected."""
    stack = list(reversed(element))
    while stack:
        found = stack.pop()
        name = local_name(found)
        if name == "p":
            yield found
        elif name == "tbl":
            if tables is not None:
                tables.append(found)
        elif name == "AlternateContent":
            stack.append(chosen(found))
        elif name not in SKIPPED and not (name == "sdt" and is_placeholder(found)):
            stack.extend(reversed(found))
