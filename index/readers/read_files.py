"""Reads files and folders into documents."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from index.errors import FileWarning, UnreadableFile
from index.readers.converter import process as converter_process
from index.readers.extracted_text import (
    Extract,
    Flaw,
    PageProgress,
    Unextractable,
    no_pages,
    unreadable_characters,
)
from index.readers.file_types import CONVERTERS, PICTURES, PLAIN, convert
from index.storage.files import read_regular
from index.text.structure.official import byline, date_line, opening, plain_title
from index.text.structure.official_blocks import official_blocks
from index.types import DATED_BY_PROGRAMS, Block, Document, text_id

TYPES = (*CONVERTERS, *PICTURES)
# Lock files that Microsoft Office writes beside an open file: the user's name, and no text.
_LOCK_FILE = "~$"
_MANIFEST = b'{\n "format"'  # the beginning of an index's manifest.json
# Of letterheads and form fields, those among which a date is looked for.
_FIRST_LINES = 20
# Maximum file size: a book without pictures has less than 5 MB, a scanned one without text often more.
MAX_BYTES = 200 << 20
# Plain text up to this size is read in this process: it takes less than a second. A larger one is read with
# the limits of a converter, and in turn.
_MAX_LOCAL_BYTES = 1 << 20


@dataclass(frozen=True)
class Reading:
    """The result of reading several files.

    Attributes:
        documents: one per file, in the order of the paths; a file listed twice counts once.
        unreadable: an error for each of the other files.
        warnings: what couldn't be read of the files that were.
    """

    documents: tuple[Document, ...]
    unreadable: tuple[UnreadableFile, ...]
    warnings: tuple[FileWarning, ...] = ()


def ignore(warning: FileWarning) -> None:
    """Does nothing with a warning."""


def is_passed_over(name: str) -> bool:
    """Whether a file of this name is never a text: the lock file of an open Office document."""
    return name.startswith(_LOCK_FILE)


def is_picture_without_text(error: UnreadableFile) -> bool:
    """Whether a file was unreadable because it is a picture without text, like most pictures in a folder."""
    return error.fault == "empty" and Path(error.path).suffix.casefold() in PICTURES


def read_paths(
    paths: Iterable[str | Path], on_page: Callable[[Path, int, int], None] | None = None
) -> Reading:
    """Reads files, and folders recursively.

    In a folder, files of other types, hidden files, links to other folders, pictures without words and
    Dalil's own indexes are skipped; the rest is sorted by name. The lock files of Office are skipped
    anywhere. Unreadable files don't prevent the others from being read.

    Args:
        paths: of the files and folders.
        on_page: called with a file, a number of its pages and that of all, after the text of each page was
            recognised (OCR).
    """
    documents: dict[str, Document] = {}
    unreadable: list[UnreadableFile] = []
    warnings: list[FileWarning] = []
    for path in map(Path, paths):
        complaints = len(unreadable)
        # Not Path.is_dir, which raises on missing permissions.
        is_folder = os.path.isdir(path)  # noqa: PTH112
        files = list(_files(path, unreadable)) if is_folder else [path]
        left_out = _pictures_left_out(path, files, warnings) if is_folder else frozenset()
        for file in files:
            if is_passed_over(file.name) or file in left_out:
                continue
            try:
                tell = partial(on_page, file) if on_page else no_pages
                document = read_file(file, warn=warnings.append, on_page=tell)
                documents.setdefault(document.id, document)
            except UnreadableFile as error:
                if not (is_folder and is_picture_without_text(error)):
                    unreadable.append(error)
        if not files and len(unreadable) == complaints:
            unreadable.append(UnreadableFile.of(path, f"no file in this folder is {_any_of(TYPES)}.", "type"))
    return Reading(tuple(documents.values()), tuple(unreadable), tuple(warnings))


def _pictures_left_out(folder: Path, files: Sequence[Path], warnings: list[FileWarning]) -> frozenset[Path]:
    """The pictures in a folder if they can't be read, with one warning for all of them."""
    pictures = frozenset(file for file in files if file.suffix.casefold() in PICTURES)
    if pictures:
        from index.readers.ocr import tesseract

        if not tesseract.is_installed():
            why = f"{folder}: {len(pictures):,} pictures in it weren't read. {tesseract.install_hint()}"
            warnings.append(FileWarning(str(folder), "pictures", why, len(pictures)))
            return pictures
    return frozenset()


def read_file(
    path: str | Path,
    max_bytes: int = MAX_BYTES,
    warn: Callable[[FileWarning], None] = ignore,
    on_page: PageProgress = no_pages,
    claimed: str = "",
) -> Document:
    """Reads a file into a document.

    The text of a .txt file is the file's content, character for character, including line ends but without
    a byte order mark. For other types it is the visible text without markup: blocks separated by blank
    lines, table rows and list items without, deterministically. The document's id is derived from the path,
    so that an edited file replaces its older version in an index. The title comes from the file's metadata,
    from the first `# heading` of a .md file or from the title line of a .txt file, else from the file name;
    author and date come from the file's metadata, else from the lines under the title («إعداد: …», "By …")
    and from a line such as «حُرّر في …», or "Date: …" in a letterhead or a form; in the files of office
    programs and PDFs, whose date is that of the file, from these lines first. Tags are the keywords in the
    file's metadata.

    Args:
        path: of the file.
        max_bytes: maximum size of the file.
        warn: called with each thing in the file that couldn't be read although the rest was.
        on_page: called after the text of each page of a picture or a scanned PDF was recognised (OCR), with
            the number of pages done, and of all.
        claimed: the encoding of a text or a web page according to who sent it: one more hint.

    Raises:
        UnreadableFile: the file doesn't exist, is of another type, damaged, protected or too large, has no
            text, or its encoding isn't known.
    """
    file = Path(path)
    suffix = file.suffix.casefold()
    size = _check(file, max_bytes)
    try:
        is_small = suffix in PLAIN and size <= _MAX_LOCAL_BYTES
        found = (
            _read_here(file, min(max_bytes, _MAX_LOCAL_BYTES), claimed)
            if is_small
            else _converted(file.absolute(), on_page, claimed)
        )
    except Unextractable as error:
        raise UnreadableFile.of(file, str(error), error.fault) from error
    if not any(map(str.isalnum, found.text)):
        raise UnreadableFile.of(file, "it has no words in it.", "empty")
    for flaw in (*unreadable_characters(found.text), *found.flaws):
        warn(FileWarning(str(path), flaw.kind, f"{path}: {flaw.message}", flaw.count, flaw.names))
    source = source_of(file)
    blocks = found.blocks if suffix in PLAIN else official_blocks(found.text, found.blocks)
    headers = {" ".join(found.text[b.start : b.end].split()) for b in blocks if b.kind == "page_header"}
    # A converter may have taken the letterhead for the title.
    titled = "" if found.title in headers else found.title
    title = titled or plain_title(found.text, blocks) or found.title or Path(source).stem
    author, date = byline(opening(found.text, blocks))
    said = date or _said_date(found.text, blocks)
    return Document(
        found.text,
        title=title,
        source=source,
        id=text_id(source),
        author=found.author or author,
        # When the file was made is less than what its text says.
        date=(said or found.date) if suffix in DATED_BY_PROGRAMS else (found.date or said),
        blocks=blocks,
        digest=found.digest,
        tags=found.tags,
    )


def _said_date(text: str, blocks: Sequence[Block]) -> str:
    """The date that a text gives itself: in a paragraph, else in a letterhead or a form; empty if none."""
    if date := date_line([text[block.start : block.end] for block in blocks if block.kind == "paragraph"]):
        return date
    labelled = (block for block in blocks if block.kind in ("page_header", "form_field"))
    lines = (line.strip() for block in labelled for line in text[block.start : block.end].splitlines())
    return next(filter(None, (date_line([line]) for line in islice(lines, _FIRST_LINES))), "")


def duplicates(documents: Iterable[Document]) -> list[tuple[Document, Document]]:
    """Documents with the same text as an earlier one, each paired with the first."""
    first: dict[str, Document] = {}
    pairs = ((document, first.setdefault(text_id(document.text), document)) for document in documents)
    return [(document, original) for document, original in pairs if document is not original]


def source_of(path: str | Path) -> str:
    r"""The `source` of a file's document: its full path. The file need not exist.

    Bytes of the path that aren't UTF-8 are written as \xff.
    """
    return os.fsencode(os.path.realpath(path)).decode(errors="backslashreplace")


def text_files(path: str | Path) -> list[Path]:
    """The files in a folder that `read_paths` looks into; a file itself."""
    place = Path(path)
    if not os.path.isdir(place):  # noqa: PTH112 - as there
        return [place]
    return [file for file in _files(place, []) if not is_passed_over(file.name)]


def _files(folder: Path, unreadable: list[UnreadableFile]) -> Iterator[Path]:
    def skip(error: OSError) -> None:
        why = f"the folder can't be read ({error.strerror})."
        unreadable.append(UnreadableFile.of(error.filename, why, "unreadable"))

    for place, folders, names in os.walk(folder, onerror=skip):
        here = Path(place)
        if is_index(here):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.casefold() in TYPES:
                yield here / name


def is_index(folder: Path) -> bool:
    """Whether a folder is an index, whose own files aren't user texts."""
    try:
        with (folder / "manifest.json").open("rb") as file:
            return file.read(len(_MANIFEST)) == _MANIFEST
    except OSError:
        return False


def _check(path: Path, max_bytes: int) -> int:
    """Checks that a path is a readable file of a supported type and size; returns its size in bytes."""
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
    if not stat.S_ISREG(state.st_mode):  # opening a pipe would block indefinitely
        raise UnreadableFile.of(path, "this isn't a regular file.", "unreadable")
    if state.st_size > max_bytes:
        why = f"it has {state.st_size / 2**20:,.1f} MB; the most is {max_bytes / 2**20:,.1f}. Split it."
        raise UnreadableFile.of(path, why, "too_large")
    return state.st_size


def _read_here(path: Path, max_bytes: int, claimed: str) -> Extract:
    try:
        # The file may have been replaced or have grown since it was checked.
        content = read_regular(path, max_bytes + 1)
    except OSError as error:
        raise UnreadableFile.of(path, f"it can't be read ({error.strerror}).", "unreadable") from error
    if len(content) > max_bytes:
        raise UnreadableFile.of(path, "it grew while it was read. Try again.", "too_large")
    return convert(path.suffix.casefold(), content, claimed=claimed)


def _converted(path: Path, on_page: PageProgress, claimed: str) -> Extract:
    """The text of a file; of pictures, and of a PDF's pages without usable text, the recognised text."""
    if path.suffix.casefold() in PICTURES:
        return converter_process.recognizer.convert(path, on_page)
    from index.readers.ocr import tesseract

    try:
        found = converter_process.shared.convert(path, claimed=claimed)
    except Unextractable as error:
        if error.fault not in ("scan", "fonts"):
            raise
        if not tesseract.is_installed():
            why = "it has no text in it, only pictures of pages." if error.fault == "scan" else str(error)
            raise Unextractable(f"{why} {tesseract.install_hint()}", error.fault) from None
        return converter_process.recognizer.convert(path, on_page)
    return _with_pictures(path, found, on_page) if found.pictures else found


def _with_pictures(path: Path, found: Extract, on_page: PageProgress) -> Extract:
    """The text of a PDF, with the recognised text of those pages that are pictures."""
    from index.readers.ocr import tesseract

    if tesseract.is_installed():
        try:
            recognized = converter_process.recognizer.convert(path, on_page, found.pictures)
            return found.with_pages(recognized)
        except Unextractable as error:
            if error.fault == "empty":  # photographs
                return found
    elif {block.page for block in found.blocks} <= {*found.pictures}:
        why = f"it has hardly any text in it, only pictures of pages. {tesseract.install_hint()}"
        raise Unextractable(why, "scan")
    names = ", ".join(map(str, found.pictures))
    why = f"its pages {names} are pictures, which weren't read. {tesseract.install_hint()}"
    return replace(found, flaws=(*found.flaws, Flaw("pictures", why, len(found.pictures), names)))


def _any_of(types: Iterable[str], word: str = "or") -> str:
    *others, last = types
    return f"{', '.join(others)} {word} {last}"
