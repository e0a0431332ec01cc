"""What a test document is made of: headings, paragraphs, lists, tables, form fields, whatever its file type.

A call of a footnote stands in a text as `[^1]`: the first of its document's `notes`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; 1 is the highest level."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Attributes:
        text: its words.
        article: whether Word numbers it («المادة (1)»), one after another through the document.
    """

    text: str
    article: bool = False


@dataclass(frozen=True)
class Items:
    """A list, numbered if `ordered`."""

    texts: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Definitions:
    """Terms, each with what it means."""

    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table with a row of column headings."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True)
class Fields:
    """A form's fields: a label and what was filled in, each on a line of its own."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TextBox:
    """A box beside the text."""

    text: str


Element = Heading | Paragraph | Items | Definitions | Table | Fields | TextBox


@dataclass(frozen=True)
class Source:
    """A document before it is a file.

    Attributes:
        name: the file's; its suffix says of which type.
        language: "ar" or "en".
        title, author, date: metadata, where the type has a place for them.
        elements: the text.
        notes: the footnotes.
        header, footer: of every page, in DOCX.
    """

    name: str
    language: str
    title: str
    author: str = ""
    date: str = ""
    elements: tuple[Element, ...] = ()
    notes: tuple[str, ...] = ()
    header: str = ""
    footer: str = ""

    @property
    def headings(self) -> frozenset[str]:
        """The words of all headings, and the title: none of them is an answer by itself."""
        return frozenset({self.title, *(one.text for one in self.elements if isinstance(one, Heading))})
