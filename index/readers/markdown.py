"""Extracts text and blocks from Markdown: CommonMark with tables, footnotes and front matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import regex
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.readers.extracted_text import Extract, Progress, no_progress, tags_of
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.text_builder import CHECKED, UNCHECKED, TextBuilder
from index.readers.text_encoding import decode
from index.text.structure.blocks import refined

# Maximum nesting of quotations and lists; deeper content is skipped.
_MAX_DEPTH: Final = 100
_MAX_FRONT_MATTER_LENGTH: Final = 1 << 16
_YAML: Final = regex.compile(r"---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)")
_TOML: Final = regex.compile(r"\+\+\+[ \t]*\n((?:.*\n)*?)\+\+\+[ \t]*(?:\n|$)")
_NOTE: Final = regex.compile(r" {0,3}\[\^([^\]\s]{1,100})\]:[ \t]*(.*)")
_CALL: Final = regex.compile(r"\[\^([^\]\s]{1,100})\]")
_FENCE: Final = regex.compile(r" {0,3}(`{3,}|~{3,})")
_TASK: Final = regex.compile(r"\[([ xX])\][ \t]+")
_TAG: Final = regex.compile(r"<(/?[A-Za-z][A-Za-z0-9]*)")
_TAGS_AS_TEXT: Final = {"br": "\n", "sup": RAISED_START, "/sup": RAISED_END}
_LABEL: Final = regex.compile(r"[^:：\n]{1,40}[:：]")
_FORM: Final = regex.compile(r"[^:：\n]{1,40}[:：][^\n]+(?:\n[^:：\n]{1,40}[:：][^\n]+)+")
_TITLES: Final = ("title", "العنوان", "عنوان")
_AUTHORS: Final = ("author", "authors", "by", "creator", "المؤلف", "الكاتب", "المؤلّف", "إعداد")
_TAGS: Final = ("tags", "keywords", "الوسوم", "وسوم", "الكلمات المفتاحية")
_DATES: Final = ("date", "published", "created", "publishdate", "updated", "التاريخ", "تاريخ")


def extract_file(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts the text of a Markdown file in any encoding; otherwise as `extract`.

    Raises:
        Unextractable: its encoding isn't known.
    """
    return extract(decode(content))


def extract(text: str) -> Extract:
    """Extracts the text of a Markdown file without its markup.

    Front matter isn't part of the text: it gives the document's title, author, date and tags. List item
    numbers are part of the text; a footnote follows the block that references it.
    """
    source = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    values, source = _front_matter(source)
    notes, source = _notes(source)
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_DEPTH}).enable(["table", "strikethrough"])
    walk = _Walk(parser, notes)
    walk.read(parser.parse(source))
    found = walk.builder
    blocks = found.blocks
    first = next((b for b in blocks if b.kind == "heading" and b.level == 1), None)
    title = _value(values, _TITLES) or (
        " ".join(found.text[first.start : first.end].split()) if first is not None else ""
    )
    return Extract(
        found.text,
        title,
        _value(values, _AUTHORS),
        date=_value(values, _DATES),
        blocks=refined(found.text, blocks, found.emphasized),
        tags=tags_of(*(_as_text(values.get(name)) for name in _TAGS)),
    )


def _front_matter(source: str) -> tuple[Mapping[str, Any], str]:
    """Splits a file into front matter values and the rest."""
    values: Any = None
    match = None
    head = source[:_MAX_FRONT_MATTER_LENGTH]
    try:
        if match := _YAML.match(head):
            # All values are text: a date stays as it was written.
            values = yaml.load(match[1], Loader=yaml.BaseLoader)
        elif match := _TOML.match(head):
            values = _toml(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        values = _lines(match[1]) if match else None
    if match is None or not isinstance(values, dict):
        return {}, source
    return {str(key).casefold(): value for key, value in values.items()}, source[match.end() :]


def _toml(text: str) -> Mapping[str, Any]:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def _lines(text: str) -> dict[str, str] | None:
    """Parses front matter that isn't valid YAML, such as `title: A: B`."""
    pairs = [line.partition(":") for line in text.splitlines() if line.strip()]
    values = {key.strip(): value.strip().strip("\"'") for key, mark, value in pairs if mark}
    return values if values and 2 * len(values) >= len(pairs) else None


def _value(values: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of several values, as text."""
    for name in names:
        if said := _as_text(values.get(name)):
            return said
    return ""


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_as_text, value[:50])))
    if isinstance(value, dict):
        return _as_text(value.get("name", ""))
    return "" if value is None else " ".join(str(value).split())


@dataclass
class _Note:
    """A footnote.

    Attributes:
        lines: its source.
        number: in order of first reference, from 1; 0 if not referenced yet.
    """

    lines: list[str] = field(default_factory=list)
    number: int = 0


def _notes(source: str) -> tuple[dict[str, _Note], str]:
    """Splits a text into its footnotes, by name, and the rest."""
    if "[^" not in source:
        return {}, source
    notes: dict[str, _Note] = {}
    kept: list[str] = []
    fence = ""
    note: _Note | None = None
    for line in source.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) and line.strip() == mark[1] else fence
        elif mark:
            fence = mark[1]
        if not fence and not mark and (begun := _NOTE.match(line)):
            note = notes.setdefault(begun[1], _Note())
            note.lines.append(begun[2])
        elif (
            note is not None and line.strip() and (line.startswith(("    ", "\t")) or note.lines[-1].strip())
        ):
            note.lines.append(line.strip())
        elif note is not None and not line.strip():
            note.lines.append("")
            kept.append("")
        else:
            note = None
            kept.append(line)
    return notes, "\n".join(kept)


@dataclass
class _Item:
    depth: int
    label: str
    is_bullet: bool
    is_begun: bool = False
    place: int = -1  # of its block, from 1


class _Walk:
    """Traverses the tokens of a text and adds its blocks to a builder."""

    def __init__(self, parser: MarkdownIt, notes: dict[str, _Note]) -> None:
        self.builder = TextBuilder()
        self._parser = parser
        self._notes = notes
        self._called: list[_Note] = []
        self._count = 0
        self._tables = 0
        # Mark of a list and the number of its next item, negative for bullets.
        self._lists: list[tuple[str, int]] = []
        self._items: list[_Item] = []
        self._level = 0
        self._row: list[str] = []
        self._columns: list[str] = []
        self._in_head = self._in_cell = False

    def read(self, tokens: Sequence[Token]) -> None:
        """Adds all blocks."""
        for token in tokens:
            kind = token.type
            if kind == "heading_open":
                self._level = int(token.tag[1:])
            elif kind == "heading_close":
                self._level = 0
            elif kind == "inline":
                said, is_bold = self._said(token)
                if self._in_cell:
                    self._row.append(said)
                else:
                    self._add(said, self._level, is_bold)
            elif kind in ("fence", "code_block"):
                self._add(token.content.rstrip("\n"), 0, is_bold=False)
            elif kind == "html_block":
                self._html(token.content)
            else:
                self._list(token)
                self._table(kind)

    def _list(self, token: Token) -> None:
        """Follows the beginning and the end of lists and of their items."""
        kind = token.type
        if kind in ("ordered_list_open", "bullet_list_open"):
            start = int(token.attrs.get("start", 1)) if kind == "ordered_list_open" else -1
            self._lists.append((token.markup, start))
        elif kind in ("ordered_list_close", "bullet_list_close"):
            self._lists.pop()
        elif kind == "list_item_open":
            mark, number = self._lists[-1]
            is_bullet = number < 0
            label = "•" if is_bullet else f"{number}{mark}"
            self._items.append(_Item(min(len(self._lists), 9), label, is_bullet))
            self._lists[-1] = (mark, number if is_bullet else number + 1)
        elif kind == "list_item_close":
            self._items.pop()

    def _table(self, kind: str) -> None:
        """Follows the beginning and the end of tables and cells, and adds a row at its end."""
        if kind == "table_open":
            self._tables += 1
            self._columns = []
        elif kind in ("thead_open", "thead_close"):
            self._in_head = kind == "thead_open"
        elif kind == "tr_open":
            self._row = []
        elif kind == "tr_close":
            row, is_head = self._row, self._in_head
            if is_head:
                self._columns = row
            columns = () if is_head else self._columns
            self.builder.add_row(row, columns, table=self._tables, is_header=is_head)
            self._add_notes()
        elif kind in ("th_open", "td_open", "th_close", "td_close"):
            self._in_cell = kind.endswith("open")

    def _add(self, text: str, level: int, is_bold: bool) -> None:
        item = self._items[-1] if self._items else None
        if level:
            self.builder.add("heading", " ".join(text.split()), level=level)
        elif item is not None and not item.is_begun and text.strip():
            item.is_begun = True
            task = _TASK.match(text) if item.is_bullet else None
            label = item.label
            if task:
                label = UNCHECKED if task[1] == " " else CHECKED
                text = f"{label} {text[task.end() :]}"
            elif not item.is_bullet:
                text = f"{label} {text}"
            self.builder.add("list_item", text, level=item.depth, label=label)
            item.place = self.builder.count
        elif item is not None and item.place == self.builder.count and self.builder.add_to_item(text):
            pass
        else:
            # The lines of a form are fields of their own.
            lines = text.split("\n") if _FORM.fullmatch(text) else [text]
            for line in lines:
                self.builder.add("paragraph", line, is_emphasized=is_bold)
        self._add_notes()

    def _add_notes(self) -> None:
        """Adds the footnotes referenced since the last call."""
        while self._called:
            note = self._called.pop(0)
            source = " ".join(line for line in note.lines if line)
            said = " ".join(
                "".join(self._said(token)[0] for token in self._parser.parseInline(source)).split()
            )
            self.builder.add_note(f"[{note.number}] {said}" if said else "", f"[{note.number}]")

    def _said(self, token: Token) -> tuple[str, bool]:
        """The visible text of an inline token, and whether all of it is in bold."""
        parts: list[str] = []
        bold = ink = depth = 0
        children = token.children or []
        between = "\n" if _is_form(children) else " "
        for child in children:
            said = ""
            if child.type in ("text", "code_inline"):
                said = child.content
            elif child.type == "softbreak":
                said = between
            elif child.type == "hardbreak":
                said = "\n"
            elif child.type == "html_inline":
                said = _tag(child.content)
            elif child.type == "image":
                said = "".join(_flat(child.children or ()))
            depth += (child.type == "strong_open") - (child.type == "strong_close")
            parts.append(said)
            if said.strip():
                ink += 1
                bold += depth > 0
        return _CALL.sub(self._call, with_raised("".join(parts))), 0 < ink == bold

    def _call(self, match: regex.Match[str]) -> str:
        note = self._notes.get(match[1])
        if note is None:
            return str(match[0])
        if not note.number:
            self._count += 1
            note.number = self._count
            self._called.append(note)
        return f"[{note.number}]"

    def _html(self, content: str) -> None:
        from index.readers.html import page as html

        found = html.extract(content)
        self.builder.extend(found.blocks, found.text, self._tables)
        self._tables += max((block.table for block in found.blocks), default=0)


def _is_form(children: Sequence[Token]) -> bool:
    """Whether each line of a paragraph begins with a label in bold: "**Held:** in May"."""
    breaks = [place for place, child in enumerate(children) if child.type == "softbreak"]
    if not breaks:
        return False
    firsts = [place + 1 for place in (-1, *breaks)]
    # Before the label there may be an empty text.
    firsts = [place + (children[place].type == "text" and not children[place].content) for place in firsts]
    return all(
        [child.type for child in children[first : first + 3]] == ["strong_open", "text", "strong_close"]
        and _LABEL.match("".join(child.content for child in children[first + 1 : first + 4]))
        for first in firsts
    )


def _tag(source: str) -> str:
    """What an HTML tag within a line stands for."""
    match = _TAG.match(source)
    return _TAGS_AS_TEXT.get(match[1].casefold(), "") if match else ""


def _flat(tokens: Sequence[Token]) -> Iterator[str]:
    """The text of an image's description."""
    stack = list(reversed(tokens))
    while stack:
        token = stack.pop()
        if token.children:
            stack.extend(reversed(token.children))
        elif token.type in ("text", "code_inline"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
