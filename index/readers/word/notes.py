"""Footnotes and endnotes of a Word document, and the marks that refer to them."""

from __future__ import annotations

from xml.etree import ElementTree

from index.readers.inline.list_numbers import format_number
from index.readers.ooxml.markup import attribute
from index.readers.ooxml.package import Package


class Notes:
    """The notes of a document. They are numbered in the order in which they are referred to."""

    def __init__(self, package: Package) -> None:
        """Reads the parts with footnotes and endnotes, where there are any."""
        # By whether it is an endnote, and its id.
        self._elements: dict[tuple[bool, str], ElementTree.Element] = {}
        self._marks: dict[tuple[bool, str], str] = {}
        for is_end, part in ((False, "footnotes"), (True, "endnotes")):
            root = package.related(part)
            for note in root if root is not None else ():
                if attribute(note, "type") in ("", "normal"):
                    self._elements[is_end, attribute(note, "id")] = note

    def refer(self, note: str, *, is_end: bool) -> tuple[str, bool]:
        """The reference mark of a note, and whether this is the first reference to it.

        Args:
            note: its id.
            is_end: whether it is an endnote.

        Returns:
            The mark, such as `[1]`, or `[i]` for an endnote; empty if there is no such note.
        """
        key = (is_end, note)
        if key in self._marks:
            return self._marks[key], False
        if key not in self._elements:
            return "", False
        count = 1 + sum(kind == is_end for kind, _ in self._marks)
        self._marks[key] = f"[{format_number(count, 'lowerRoman') if is_end else count}]"
        return self._marks[key], True

    def take(self, note: str, *, is_end: bool) -> ElementTree.Element | None:
        """The element of a note, once; None afterwards."""
        return self._elements.pop((is_end, note), None)
