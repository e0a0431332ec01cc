"""The visible text of a Word paragraph: its runs, fields, symbols and reference marks of notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.etree import ElementTree

import regex

from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.ooxml.markup import attribute, child, children, int_of, is_on, local_name, value
from index.readers.text_builder import CHECKED, UNCHECKED
from index.readers.word.elements import SKIPPED, chosen, is_placeholder, words_of
from index.readers.word.notes import Notes
from index.readers.word.styles import Look, Style, Styles, is_raised, switch

_PAGE_FIELDS: Final = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
# Characters of symbol fonts, by their codes.
_SYMBOLS: Final = {
    "F0FE": CHECKED, "F0A8": UNCHECKED, "F06F": UNCHECKED, "F0FC": "✓", "F0FB": "✗", "F052": "☑",
}  # fmt: skip
_BREAKS: Final = regex.compile(r"[\r\n\t]+")
_CHARACTERS: Final = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "\u2011"}


@dataclass
class _Field:
    """An open field.

    Attributes:
        instruction: the code before its result.
        has_result: whether its result has begun.
        form: the value of a legacy form field.
    """

    instruction: str = ""
    has_result: bool = False
    form: str = ""


class NoteCall(NamedTuple):
    """A reference to a note: its mark in the text, the note's id, and whether it is an endnote."""

    mark: str
    note: str
    is_end: bool


@dataclass
class InlineText:
    """The text of a paragraph.

    Attributes:
        parts: its text.
        boxes: contents of text boxes that are anchored in it.
        notes: those that it refers to first.
        bold, length: number of non-white-space characters in bold, and in total.
    """

    parts: list[str] = field(default_factory=list)
    boxes: list[ElementTree.Element] = field(default_factory=list)
    notes: list[NoteCall] = field(default_factory=list)
    bold: int = 0
    length: int = 0

    @property
    def text(self) -> str:
        """The text, with superscripts."""
        return with_raised("".join(self.parts))

    @property
    def is_bold(self) -> bool:
        """Whether all of it is in bold."""
        return 0 < self.length == self.bold

    def add(self, text: str, look: Look) -> None:
        """Adds visible text."""
        self.parts.append(f"{RAISED_START}{text}{RAISED_END}" if look.is_raised else text)
        ink = sum(not c.isspace() for c in text)
        self.length += ink
        self.bold += ink if look.is_bold else 0

    def extend(self, other: InlineText) -> None:
        """Adds the boxes, notes and counts of another paragraph, but not its text."""
        self.boxes.extend(other.boxes)
        self.notes.extend(other.notes)
        self.bold += other.bold
        self.length += other.length


class InlineReader:
    """Reads the text of paragraphs. A field may begin in one paragraph and end in another."""

    def __init__(self, styles: Styles, notes: Notes) -> None:
        """Begins outside any field.

        Args:
            styles: of the document.
            notes: of the document.
        """
        self._styles = styles
        self._notes = notes
        self._fields: list[_Field] = []

    @contextmanager
    def outside_fields(self) -> Iterator[None]:
        """Reads what is anchored in a paragraph, such as a text box, which isn't part of its fields."""
        fields, self._fields = self._fields, []
        yield
        self._fields = fields

    def read(self, paragraph: ElementTree.Element, style: Style) -> InlineText:
        """The text of a paragraph of a style. Its elements are traversed iteratively."""
        inline = InlineText()
        stack = [(found, style.look) for found in reversed(paragraph)]
        while stack:
            found, look = stack.pop()
            name = local_name(found)
            if self._is_without_content(found, name):
                continue
            if (written := _composed(found, name)) is not None:
                self._add(inline, written, look)
                continue
            if name == "AlternateContent":
                stack.append((chosen(found), look))
                continue
            if name == "txbxContent":
                inline.boxes.extend(() if look.is_hidden else (found,))
                continue
            if name == "r":
                look = self._run_look(found, look)
            elif name == "fldChar":
                self._field(found, inline, look)
            elif said := self._leaf_text(found, name, inline, look.is_hidden):
                self._add(inline, said, look)
            if name not in ("t", "fldChar"):
                stack.extend((inner, look) for inner in reversed(found))
        return inline

    def _is_without_content(self, element: ElementTree.Element, name: str) -> bool:
        """Whether an element adds nothing to the text. An instruction is added to its field."""
        if name == "instrText" and self._fields and not self._fields[-1].has_result:
            self._fields[-1].instruction += element.text or ""
        return (
            name in SKIPPED
            or (name == "sdt" and is_placeholder(element))
            or (name == "fldSimple" and _is_page_field(attribute(element, "instr")))
        )

    def _run_look(self, run: ElementTree.Element, look: Look) -> Look:
        """The look of a run within text of another look."""
        properties = child(run, "rPr")
        if properties is None:
            return look
        style = self._styles.of(value(properties, "rStyle")) if value(properties, "rStyle") else None
        bold = switch(properties, "b", (style is not None and style.is_bold) or look.is_bold)
        return Look(
            switch(properties, "vanish", style.is_hidden if style else look.is_hidden),
            bold or switch(properties, "bCs", False),
            is_raised(properties, style.is_raised if style else look.is_raised),
        )

    def _leaf_text(self, element: ElementTree.Element, name: str, inline: InlineText, hidden: bool) -> str:
        """The visible text of a leaf element."""
        if name == "t":
            text = element.text or ""
            if element.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve" and "\n" in text:
                text = text.strip()
            return _BREAKS.sub(" ", text)
        if name in ("footnoteReference", "endnoteReference"):
            return "" if hidden else self._note_mark(element, inline, is_end=name == "endnoteReference")
        if name == "sym":
            return _SYMBOLS.get(attribute(element, "char").upper(), "")
        if name == "br":
            return "\n" if attribute(element, "type") in ("", "textWrapping") else " "
        return _CHARACTERS.get(name, "")

    def _note_mark(self, element: ElementTree.Element, inline: InlineText, *, is_end: bool) -> str:
        """The reference mark of a note; footnotes follow the paragraph, endnotes are at the end."""
        note = attribute(element, "id")
        mark, is_first = self._notes.refer(note, is_end=is_end)
        if is_first:
            inline.notes.append(NoteCall(mark, note, is_end))
        return mark

    def _field(self, element: ElementTree.Element, inline: InlineText, look: Look) -> None:
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append(_Field(form=_form(child(element, "ffData"))))
        elif kind == "separate" and self._fields:
            self._fields[-1].has_result = True
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if ended.form:
                self._add(inline, ended.form, look)

    def _add(self, inline: InlineText, text: str, look: Look) -> None:
        """Adds text unless it is hidden, or part of a field's instruction or of a page number."""
        in_result = all(f.has_result and not _is_page_field(f.instruction) for f in self._fields)
        if in_result and not look.is_hidden:
            inline.add(text, look)


def _composed(element: ElementTree.Element, name: str) -> str | None:
    """The text of an annotation, a fraction or a power; None if it is something else."""
    if name == "ruby":
        base, note = (words_of(part) for part in (child(element, "rubyBase"), child(element, "rt")))
        return f"{base} ({note})" if note else base
    if name == "f" and "math" in str(element.tag):
        return "/".join(words_of(child(element, part)) for part in ("num", "den"))
    if name == "sSup":
        return "^".join(words_of(child(element, part)) for part in ("e", "sup"))
    return None


def _form(data: ElementTree.Element | None) -> str:
    """The value of a legacy form field that isn't in its result: a check mark or a list choice."""
    box, choices = child(data, "checkBox"), child(data, "ddList")
    if box is not None:
        name = "checked" if child(box, "checked") is not None else "default"
        return CHECKED if is_on(box, name) else UNCHECKED
    if choices is not None:
        entries = [attribute(entry, "val") for entry in children(choices, "listEntry")]
        number = int_of(value(choices, "result") or value(choices, "default"))
        return entries[number] if 0 <= number < len(entries) else ""
    return ""


def _is_page_field(instruction: str) -> bool:
    return instruction.split()[:1] != [] and instruction.split()[0].upper() in _PAGE_FIELDS
