"""Extracts text and blocks from RTF: paragraphs, headings, lists, tables and footnotes.

A reader of its own in place of striprtf, which loses the cells of tables, footnotes, headings, the numbers of
lists and text in the encoding of an Arabic font.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import regex

from index.readers.extracted_text import HOLE, Extract, Progress, damaged, no_progress
from index.readers.inline.superscripts import RAISED_END, RAISED_START, with_raised
from index.readers.tables.grid import add_grid
from index.readers.tables.headings import Row
from index.readers.text_builder import TextBuilder
from index.readers.text_encoding import likelihood
from index.text.structure.blocks import refined
from index.types import BlockKind

_TOKEN: Final = regex.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+"
    rb"|([^\\{}\r\n]+)",
    regex.DOTALL,
)
# Groups whose content isn't part of the text.
_SKIPPED: Final = frozenset((
    "colortbl", "pict", "objdata", "objclass", "fldinst", "themedata", "colorschememapping", "datastore",
    "latentstyles", "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "revtbl",
    "nonshppict", "annotation", "atnid", "atnauthor", "bkmkstart", "bkmkend", "ftnsep", "ftnsepc",
    "ftncn", "aftnsep", "aftnsepc", "aftncn", "template", "operator", "company", "keywords", "comment",
    "doccomm", "subject", "category", "manager", "hlinkbase", "xe", "tc", "rxe", "txe", "private",
    "filetbl", "stylename", "sp", "sn", "sv", "mmathPr", "pgptbl", "userprops", "passwordhash", "blipuid",
    "picprop", "ffname", "ffdeftext", "formfield", "datafield", "wgrffmtfilter",
))  # fmt: skip
# Groups marked as ignorable that are part of the text all the same.
_READ: Final = frozenset(("shpinst", "shptxt", "footnote", "listtext", "pntext", "fldrslt", "result"))
# Those of even and odd pages, and of the first one, end in a letter.
_HEADERS: Final = frozenset(("header", "headerl", "headerr", "headerf"))
_FOOTERS: Final = frozenset(("footer", "footerl", "footerr", "footerf"))
_CAPTURED: Final = _HEADERS | _FOOTERS | {
    "fonttbl", "stylesheet", "title", "author", "footnote", "listtext", "pntext",
}  # fmt: skip
# Fewer digits without a letter are the number of a page.
_MIN_DIGITS: Final = 4
_CHARACTERS: Final = {
    "tab": " ", "line": "\n", "emdash": "\u2014", "endash": "\u2013", "bullet": "\u2022", "lquote": "\u2018",
    "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d", "emspace": " ", "enspace": " ",
    "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c", "ltrmark": "\u200e", "rtlmark": "\u200f",
    "nestcell": " ", "nestrow": " ",
}  # fmt: skip
_ESCAPED: Final = {
    "~": "\u00a0",
    "_": "\u2011",
    "-": "",
    "\\": "\\",
    "{": "{",
    "}": "}",
    "\n": "\n",
    "\r": "\n",
}
# Fonts' character sets.
_CHARSETS: Final = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_HEADING: Final = regex.compile(r"(?i)(?:heading|عنوان|titre|überschrift)\s*([1-9])")
_TITLE: Final = regex.compile(r"(?i)title|العنوان")
_MAX_GROUPS: Final = 1000
_MAX_LEVELS: Final = 9
_SURROGATE: Final = 0x10000


def extract(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts the text of an RTF file.

    Raises:
        Unextractable: it isn't RTF, or its groups are nested too deep.
    """
    if not content.lstrip().startswith(b"{\\rtf"):
        raise damaged("it doesn't begin like RTF")
    reader = _Reader()
    reader.read(content)
    builder = reader.builder
    blocks = refined(builder.text, builder.blocks, builder.emphasized)
    return Extract(builder.text, reader.title, reader.author, heading="", date=reader.date, blocks=blocks)


@dataclass(frozen=True)
class _State:
    """The properties of a group, restored at its end.

    Attributes:
        target: where its text goes: "" for the text, a name in `_CAPTURED`, or "skip".
        font, associated: of Latin text and of complex scripts.
        skip: characters that stand after a Unicode character for readers without Unicode.
    """

    target: str = ""
    font: int = 0
    associated: int = -1
    skip: int = 1
    is_hidden: bool = False
    is_bold: bool = False
    is_raised: bool = False


@dataclass
class _Paragraph:
    """The properties of the current paragraph."""

    parts: list[str] = field(default_factory=list)
    label: str = ""
    style: int = 0
    level: int = 0
    depth: int = 0
    in_table: bool = False
    ink: int = 0
    bold: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)


class _Reader:
    """Reads the tokens of a file, one after the other."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.title = self.author = self.date = ""
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._styles: dict[int, int] = {}
        self._state = _State()
        self._stack: list[_State] = []
        self._bytes = bytearray()
        self._high = 0
        self._to_skip = 0
        self._is_ignorable = False
        self._captured: list[str] = []
        self._defined = 0
        self._paragraph = _Paragraph()
        self._cells: list[str] = []
        self._merges: set[int] = set()  # cells of the row that continue the one above
        self._place = 0
        self._rows: list[Row] = []
        self._tables = 0
        self._margins: dict[tuple[BlockKind, str], bool] = {}  # to be added at the end?
        self._count = 0
        self._words: dict[str, Callable[[int | None], object]] = {
            "par": lambda _: self._end_paragraph(),
            "sect": lambda _: self._end_paragraph(),
            "page": lambda _: self._end_paragraph(),
            "cell": lambda _: self._end_cell(),
            "trowd": lambda _: self._begin_row(),
            "clvmrg": lambda _: self._merges.add(self._place),
            "cellx": lambda _: self._next_place(),
            "row": lambda _: self._end_row(),
            "pard": lambda _: self._set(style=0, level=0, depth=0, in_table=False),
            "intbl": lambda _: self._set(in_table=True),
            "outlinelevel": lambda number: self._set(level=min((number or 0) + 1, _MAX_LEVELS)),
            "s": self._set_style,
            "ilvl": lambda number: self._set(depth=number or 0),
            "chftn": lambda _: None if self._state.target else self._say(f"[{self._count + 1}]"),
            "ansicpg": self._set_codec,
            "fcharset": self._set_charset,
            "u": self._unicode,
        }

    def read(self, content: bytes) -> None:
        """Reads a whole file."""
        place = 0
        while match := _TOKEN.match(content, place):
            place = match.end()
            word, number, code, escaped, brace, text = match.groups()
            if code is None and text is None:
                self._flush()
            if word:
                name, value = word.decode(), int(number) if number else None
                if name == "bin":
                    place += max(value or 0, 0)
                else:
                    self._word(name, value)
            elif code:
                self._byte(bytes.fromhex(code.decode()))
            elif escaped:
                self._escape(escaped.decode("latin-1"))
            elif brace == b"{":
                self._open()
            elif brace:
                self._close()
            elif text:
                self._byte(text)
        self._end()

    def _end(self) -> None:
        self._flush()
        self._end_paragraph()
        self._end_table()
        by_kind = sorted(self._margins.items(), key=lambda margin: margin[0][0] == "page_footer")
        for (kind, said), is_waiting in by_kind:
            if is_waiting:
                self.builder.add(kind, said)

    def _open(self) -> None:
        if len(self._stack) > _MAX_GROUPS:
            raise damaged("its groups are nested too deep")
        self._stack.append(self._state)
        self._to_skip = 0

    def _close(self) -> None:
        if not self._stack:
            return
        ended, self._state = self._state.target, self._stack.pop()
        self._is_ignorable = False
        if ended != self._state.target and ended in _CAPTURED:
            self._end_capture(ended)

    def _word(self, name: str, value: int | None) -> None:
        is_ignorable, self._is_ignorable = self._is_ignorable, False
        if name in _CAPTURED and self._state.target != "skip":
            is_free = not self._state.target
            self._captured = [] if is_free else self._captured
            self._state = replace(self._state, target=name if is_free else "skip")
        elif name in _SKIPPED or (is_ignorable and name not in _READ):
            self._state = replace(self._state, target="skip")
        elif self._state.target == "skip":
            return
        elif name in _CHARACTERS:
            self._say(_CHARACTERS[name])
        elif name in self._words:
            self._words[name](value)
        else:
            self._property(name, value)

    def _property(self, name: str, value: int | None) -> None:
        """A property of characters."""
        if name == "f":
            self._state = replace(self._state, font=value or 0, associated=-1)
            self._defined = value or 0
        elif name == "af":
            self._state = replace(self._state, associated=value or 0)
        elif name == "v":
            self._state = replace(self._state, is_hidden=value != 0)
        elif name == "b":
            self._state = replace(self._state, is_bold=value != 0)
        elif name in ("super", "nosupersub", "sub", "up", "dn"):
            is_raised = name in ("super", "up") and value != 0
            self._state = replace(self._state, is_raised=is_raised)
        elif name == "uc":
            self._state = replace(self._state, skip=max(0, min(value or 0, 9)))
        elif name == "deleted":
            self._state = replace(self._state, is_hidden=value != 0)
        elif name == "plain":
            self._state = replace(self._state, is_hidden=False, is_bold=False, is_raised=False)
        elif name in ("yr", "mo", "dy") and value is not None and self.date.count("-") < 2:
            self.date += f"{value:04}" if name == "yr" else f"-{value:02}"

    def _escape(self, char: str) -> None:
        if char == "*":
            self._is_ignorable = True
        elif char in "\r\n":
            self._end_paragraph()
        else:
            self._say(_ESCAPED.get(char, ""))

    def _byte(self, content: bytes) -> None:
        """Text as bytes, without the substitutes for a Unicode character."""
        skipped = min(self._to_skip, len(content))
        self._to_skip -= skipped
        self._bytes += content[skipped:]

    def _unicode(self, number: int | None) -> None:
        if number is None:
            return
        code = number % _SURROGATE
        self._to_skip = self._state.skip
        if 0xD800 <= code < 0xDC00:
            self._high = code
            return
        if 0xDC00 <= code < 0xE000:
            code = _SURROGATE + ((self._high - 0xD800) << 10) + code - 0xDC00 if self._high else ord(HOLE)
        self._high = 0
        self._say(chr(code))

    def _flush(self) -> None:
        """Decodes the bytes since the last control word."""
        if not self._bytes:
            return
        content, self._bytes = bytes(self._bytes), bytearray()
        if self._state.target == "skip":
            return
        if content.isascii():
            self._say(content.decode())
            return
        fonts = (self._state.associated, self._state.font)
        codecs_ = dict.fromkeys((*(self._fonts[font] for font in fonts if font in self._fonts), self._codec))
        # Which of its two fonts a run is in depends on properties that programs set carelessly.
        texts = [content.decode(codec, "replace") for codec in codecs_]
        self._say(max(texts, key=likelihood))

    def _say(self, text: str) -> None:
        if self._state.target == "skip" or self._state.is_hidden:
            return
        said = f"{RAISED_START}{text}{RAISED_END}" if self._state.is_raised else text
        if self._state.target:
            self._captured.append(said)
            return
        self._paragraph.parts.append(said)
        ink = sum(not char.isspace() for char in text)
        self._paragraph.ink += ink
        self._paragraph.bold += ink * self._state.is_bold

    def _end_capture(self, name: str) -> None:
        text = with_raised("".join(self._captured)).strip()
        self._captured = []
        if name == "stylesheet":
            self._add_styles(text)
        elif name == "title":
            self.title = text
        elif name == "author":
            self.author = text
        elif name in ("listtext", "pntext"):
            self._paragraph.label = text
        elif name in _HEADERS | _FOOTERS:
            self._add_margin("page_header" if name in _HEADERS else "page_footer", " ".join(text.split()))
        elif name == "footnote" and text:
            self._count += 1
            mark = f"[{self._count}]"
            self._paragraph.notes.append((mark, text))
            if not with_raised("".join(self._paragraph.parts[-4:])).endswith(mark):
                self._paragraph.parts.append(mark)

    def _add_margin(self, kind: BlockKind, text: str) -> None:
        """Adds what stands at the top of pages before the text, and anything else after it, once."""
        is_text = any(map(str.isalpha, text)) or sum(map(str.isdigit, text)) >= _MIN_DIGITS
        if is_text and (kind, text) not in self._margins:
            is_first = kind == "page_header" and not self._paragraph.parts
            is_first = is_first and all(block.kind == kind for block in self.builder.blocks)
            self._margins[kind, text] = not is_first
            if is_first:
                self.builder.add(kind, text)

    def _add_styles(self, text: str) -> None:
        """Heading levels of the styles, whose numbers were noted before their names."""
        for style in text.split(";"):
            number, _, name = style.partition("\0")
            if (match := _HEADING.search(name)) and number.strip().isdecimal():
                self._styles[int(number)] = int(match[1])
            elif _TITLE.fullmatch(name.strip()) and number.strip().isdecimal():
                self._styles[int(number)] = 1

    def _set(self, **properties: int) -> None:
        """Sets properties of the current paragraph; those in a style's definition or a label don't count."""
        if not self._state.target:
            self._paragraph = replace(self._paragraph, **properties)  # type: ignore[arg-type]

    def _set_style(self, number: int | None) -> None:
        if self._state.target == "stylesheet":
            self._captured.append(f"{number}\0")
        self._set(style=number or 0)

    def _set_codec(self, number: int | None) -> None:
        try:
            self._codec = codecs.lookup(f"cp{number}").name
        except LookupError:
            self._codec = "cp1252"

    def _set_charset(self, number: int | None) -> None:
        if self._state.target == "fonttbl" and number in _CHARSETS:
            self._fonts[self._defined] = _CHARSETS[number]

    def _end_paragraph(self) -> None:
        if self._state.target:
            self._captured.append(" ")
            return
        ended = self._paragraph
        if ended.in_table:  # a cell may have several paragraphs
            ended.parts.append(" ")
            self._paragraph = replace(ended, label="", ink=0, bold=0)
            return
        self._paragraph = replace(ended, parts=[], label="", ink=0, bold=0, notes=[])
        text = with_raised("".join(ended.parts)).strip()
        self._end_table()
        level = self._styles.get(ended.style, 0) or ended.level
        if text and level:
            said = f"{ended.label} {text}" if ended.label else text
            self.builder.add("heading", said, level=level)
        elif text and ended.label:
            said = text if len(ended.label) == 1 and not ended.label.isalnum() else f"{ended.label} {text}"
            depth = min(ended.depth + 1, _MAX_LEVELS)
            self.builder.add("list_item", said, level=depth, label=ended.label)
        elif text:
            self.builder.add("paragraph", text, is_emphasized=ended.ink == ended.bold)
        self._add_notes(ended)

    def _add_notes(self, paragraph: _Paragraph) -> None:
        for mark, note in paragraph.notes:
            said = " ".join(note.removeprefix(mark).split())
            self.builder.add_note(f"{mark} {said}", mark)

    def _end_cell(self) -> None:
        if self._state.target:
            self._captured.append(" ")
        else:
            self._cells.append(with_raised("".join(self._paragraph.parts)).strip())
            self._paragraph.parts = []

    def _end_row(self) -> None:
        if not self._state.target:
            above = self._rows[-1] if self._rows else ()
            self._rows.append(
                [
                    above[place] if place in self._merges and not cell and place < len(above) else cell
                    for place, cell in enumerate(self._cells)
                ]
            )
            self._cells = []

    def _begin_row(self) -> None:
        """Begins the definition of a row's cells, each of which ends with its right edge."""
        self._merges, self._place = set(), 0

    def _next_place(self) -> None:
        self._place += 1

    def _end_table(self) -> None:
        rows, self._rows = self._rows, []
        if self._cells:
            rows.append(self._cells)
            self._cells = []
        if any(map(any, rows)):
            self._tables += add_grid(self.builder, rows, self._tables + 1)
