"""Files -> documents: which files are read, and what their bytes say."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableFile
from index.readers import converter_process
from index.readers.convert import check_type
from index.readers.extract import Extract, Unextractable
from index.readers.plain_text import decode
from index.text.blocks import find_blocks
from index.types import Document, text_id

PLAIN = (".txt",)
TYPES = (*PLAIN, ".md", ".html", ".htm", ".pdf", ".docx", ".epub")
# Of a file: a book without pictures has less than 5 MB, a scanned one without text often more than this.
MOST_BYTES = 200 << 20


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
            unreadable.append(UnreadableFile.of(path, f"no file in this folder is {_any_of(TYPES)}.", "type"))
    return Reading(tuple(documents.values()), tuple(unreadable))


def read_file(path: str | Path, most_bytes: int = MOST_BYTES) -> Document:
    """The document that a file holds.

    The text of a .txt file is the file's, character for character, line ends included; only a byte order
    mark is left out. Of the other types it is what a reader sees, without marks of its format: blocks with a
    blank line between them, rows of tables and list items without one, the same each time. The document's id
    is the path's, so that an edited file takes its older version's place in an index. Its title is the one
    that is in the file's own data, or the first `# heading` of a .md file, else the file's name; author and
    date are those of the file's own data.

    Args:
        path: of the file.
        most_bytes: that it may have.

    Raises:
        UnreadableFile: there is no such file, it is of another type, damaged, protected or too large, holds
            no text, or its encoding is none of UTF-8, UTF-16 with a byte order mark and Windows-1256.
    """
    file = Path(path)
    suffix = file.suffix.casefold()
    _check(file, most_bytes)
    try:
        found = _plain(file) if suffix in PLAIN else converter_process.shared.convert(file.absolute())
    except Unextractable as error:
        raise UnreadableFile.of(file, str(error), error.fault) from error
    if not any(map(str.isalnum, found.text)):
        raise UnreadableFile.of(file, "it has no words in it.", "empty")
    source = source_of(file)
    title = found.title or Path(source).stem
    return Document(
        found.text,
        title=title,
        source=source,
        id=text_id(source),
        author=found.author,
        date=found.date,
        blocks=found.blocks,
    )


def duplicates(documents: Iterable[Document]) -> list[tuple[Document, Document]]:
    """Documents whose text came before, under another name: each with the first that has it."""
    first: dict[str, Document] = {}
    pairs = ((document, first.setdefault(text_id(document.text), document)) for document in documents)
    return [(document, original) for document, original in pairs if document is not original]


def source_of(path: str | Path) -> str:
    r"""The `source` of the document that the file at `path` holds, or held: its full path.

    Bytes of its name that aren't UTF-8 are written as \xff.
    """
    return os.fsencode(os.path.realpath(path)).decode(errors="backslashreplace")


def _files(folder: Path, unreadable: list[UnreadableFile]) -> Iterator[Path]:
    def skip(error: OSError) -> None:
        why = f"the folder can't be read ({error.strerror})."
        unreadable.append(UnreadableFile.of(error.filename, why, "unreadable"))

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


def _check(path: Path, most_bytes: int) -> None:
    """Whether this is a file that can be read at all."""
    try:
        state = path.stat()
    except FileNotFoundError:
        raise UnreadableFile.of(path, "there is no such file or folder.", "unreadable") from None
    except OSError as error:
        raise UnreadableFile.of(path, f"it can't be read ({error.strerror}).", "unreadable") from error
    if stat.S_ISDIR(state.st_mode):
        raise UnreadableFile.of(path, "this is a folder.", "type")
    if path.suffix.casefold() not in TYPES:
        why = f"only {_any_of(TYPES, 'and')} files are read. Save its text as one of these."
        raise UnreadableFile.of(path, why, "type")
    if not stat.S_ISREG(state.st_mode):  # a pipe would be waited for without end
        raise UnreadableFile.of(path, "this isn't a regular file.", "unreadable")
    if state.st_size > most_bytes:
        why = f"it has {state.st_size / 2**20:,.1f} MB; the most is {most_bytes / 2**20:,.1f}. Split it."
        raise UnreadableFile.of(path, why, "too_large")


def _plain(path: Path) -> Extract:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile.of(path, f"it can't be read ({error.strerror}).", "unreadable") from error
    check_type(content, path.suffix.casefold())
    text = decode(content)
    return Extract(text, blocks=find_blocks(text))


def _any_of(types: Iterable[str], word: str = "or") -> str:
    *others, last = types
    return f"{', '.join(others)} {word} {last}"
