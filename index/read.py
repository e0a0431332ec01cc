"""Files -> documents: which files are read, and what their bytes say."""

from __future__ import annotations

import codecs
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import regex

from index.errors import UnreadableFile
from index.text import is_arabic
from index.types import Document, text_id

TYPES = (".txt", ".md")

_FENCE = regex.compile(r" {0,3}(```|~~~)")
_HEADING = regex.compile(r" {0,3}#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_FORMATTING = frozenset("\t\n\v\f\r")

# What tells Arabic in Windows-1256 from other bytes read as such. Measured on the paragraphs of XQuAD
# and TyDi: the twelve commonest letters are .54 to .83 of all; of bytes in KOI8-R, GBK, EUC-KR and
# UTF-8 they are .36 at most. Words that mix Arabic letters with others are .10 at most; of ISO-8859-6
# and Mac Arabic .26 and more.
_COMMON = frozenset("اأإلينمرتوبة")
_LEAST_COMMON = 0.45
_MOST_MIXED = 0.2
_FEWEST_WORDS = 3


@dataclass(frozen=True)
class Reading:
    """What reading several files gave.

    Attributes:
        documents: one a file, in the order of the paths; a file met twice counts once.
        unreadable: why each of the other files could not be read.
    """

    documents: tuple[Document, ...]
    unreadable: tuple[UnreadableFile, ...]


def read_paths(paths: Iterable[str | Path]) -> Reading:
    """Reads files, and folders with all folders inside them.

    In a folder, files of other types, hidden ones, links to other folders and Dalil's own indexes are
    left out; the rest comes sorted by name. What can't be read doesn't keep the rest from being read.
    """
    documents: dict[str, Document] = {}
    unreadable: list[UnreadableFile] = []
    for path in map(Path, paths):
        complaints = len(unreadable)
        # Not Path.is_dir, which raises where the path may not be looked at.
        files = list(_files(path, unreadable)) if os.path.isdir(path) else [path]  # noqa: PTH112
        for file in files:
            try:
                document = read_file(file)
                documents.setdefault(document.id, document)
            except UnreadableFile as error:
                unreadable.append(error)
        if not files and len(unreadable) == complaints:
            unreadable.append(_unreadable(path, f"no {' or '.join(TYPES)} file is in this folder."))
    return Reading(tuple(documents.values()), tuple(unreadable))


def read_file(path: str | Path) -> Document:
    """The document that a .txt or .md file holds.

    Its text is the file's, character for character, line ends included; only a byte order mark is left
    out. Its id is the path's, so that an edited file takes its older version's place in an index. Its
    title is the first `# heading` of a .md file, else the file's name.

    Raises:
        UnreadableFile: there is no such file, it is of another type, holds no text, or its encoding is
            none of UTF-8, UTF-16 with a byte order mark and Windows-1256.
    """
    file = Path(path)
    content = _content(file)
    text = _decode(file, content)
    if not any(map(str.isalnum, text)):
        raise _unreadable(file, "it has no words in it.")
    source = source_of(file)
    title = _heading(text) if file.suffix.casefold() == ".md" else ""
    return Document(text, title=title or Path(source).stem, source=source, id=text_id(source))


def source_of(path: str | Path) -> str:
    r"""The `source` of the document that the file at `path` holds, or held: its full path.

    Bytes of its name that aren't UTF-8 are written as \xff.
    """
    return os.fsencode(os.path.realpath(path)).decode(errors="backslashreplace")


def _files(folder: Path, unreadable: list[UnreadableFile]) -> Iterator[Path]:
    def skip(error: OSError) -> None:
        unreadable.append(_unreadable(error.filename, f"the folder can't be read ({error.strerror})."))

    for place, folders, names in os.walk(folder, onerror=skip):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not _is_generation(here / name)
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.casefold() in TYPES:
                yield here / name


def _is_generation(folder: Path) -> bool:
    """Whether a folder belongs to an index, whose own .txt files aren't anybody's texts."""
    return folder.name.startswith("generation-") and (folder / "documents.jsonl").exists()


def _content(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _unreadable(path, "this is a folder.")
        if path.suffix.casefold() not in TYPES:
            raise _unreadable(
                path, f"only {' and '.join(TYPES)} files are read. Save its text as one of these."
            )
        if not stat.S_ISREG(mode):  # a pipe would be waited for without end
            raise _unreadable(path, "this isn't a regular file.")
        return path.read_bytes()
    except FileNotFoundError:
        raise _unreadable(path, "there is no such file or folder.") from None
    except OSError as error:
        raise _unreadable(path, f"it can't be read ({error.strerror}).") from error


def _decode(path: Path, content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
        if "\0" in text or "\ufffd" in text:
            raise _unreadable(path, "it begins like UTF-16, but goes on otherwise. Save it as UTF-8.")
        return text
    if b"\0" in content:
        raise _unreadable(path, "it looks like binary data (NUL bytes). If it is a text, save it as UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = content.decode("cp1256")
        if _is_plausible_arabic(text):
            return text
        raise _unreadable(
            path,
            f"its encoding isn't known (not UTF-8: byte 0x{content[error.start]:02X} at {error.start:,}; "
            "nor Arabic in Windows-1256). Save it as UTF-8.",
        ) from None


def _is_plausible_arabic(text: str) -> bool:
    """Whether a text decoded as Windows-1256, in which all bytes mean something, makes sense."""
    if any(unicodedata.category(c) == "Cc" and c not in _FORMATTING for c in text):
        return False
    letters = [c for c in text if c.isalpha()]
    arabic = [c for c in letters if is_arabic(c)]
    words = [word for word in _WORD.findall(text) if any(map(is_arabic, word))]
    mixed = [word for word in words if any(c.isalpha() and not is_arabic(c) for c in word)]
    return (
        len(words) >= _FEWEST_WORDS
        and 2 * len(arabic) > len(letters)
        and sum(c in _COMMON for c in arabic) >= _LEAST_COMMON * len(arabic)
        and len(mixed) <= _MOST_MIXED * len(words)
    )


def _heading(text: str) -> str:
    """The first `# heading` outside fenced code, or nothing."""
    fence = ""
    for line in text.splitlines():
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif fence == mark[1]:
                fence = ""
        elif not fence and (heading := _HEADING.match(line)) and heading[1].strip("#"):
            return str(heading[1])
    return ""


def _unreadable(path: str | Path, why: str) -> UnreadableFile:
    return UnreadableFile(f"{path}: {why}")
