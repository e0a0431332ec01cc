"""Reads a web page into a document, as a file of its type."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from index.errors import FileWarning, UnreadableFile, UnreadablePage
from index.readers.extracted_text import no_pages
from index.readers.file_types import type_of
from index.readers.read_files import TYPES, ignore, read_file
from index.readers.web.address import WebAddress
from index.readers.web.fetch import Fetched, Fetcher
from index.types import Document, text_id

_SUFFIXES: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/rtf": ".rtf",
    "application/rtf": ".rtf",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "message/rfc822": ".eml",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
}
# What servers call files whose type they don't know.
_UNKNOWN: Final = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/download"))


def read_page(
    address: str,
    fetcher: Fetcher | None = None,
    warn: Callable[[FileWarning], None] = ignore,
) -> Document:
    """Fetches a web page now, and reads it into a document.

    The request goes to the host of the address, and to the hosts that it redirects to; nothing else leaves
    the machine. What lies there may be of any type that is read as a file, told by the type that the server
    names, or by its name and content if the server names none. The document's source is the address, from
    which its id is derived; `fetched` is today's date on this machine. Title, author and date are those of
    the page; the title is empty if it has none.

    Args:
        address: of the page.
        fetcher: fetches it; `Fetcher()` if not given.
        warn: called with each thing in the page that couldn't be read although the rest was.

    Raises:
        UnreadablePage: it can't be fetched or read.
    """
    with tempfile.TemporaryDirectory() as folder:
        document, _ = fetch_into(Path(folder), address, fetcher or Fetcher(), warn)
    return replace(document, digest="")  # no file is left that its pages could be shown of


def fetch_into(
    folder: Path,
    address: str,
    fetcher: Fetcher,
    warn: Callable[[FileWarning], None] = ignore,
    on_page: Callable[[int, int], None] = no_pages,
) -> tuple[Document, Path]:
    """As `read_page`; the page is kept as a file in a folder, and its path is given too.

    Args:
        folder: the folder.
        address: of the page.
        fetcher: fetches it.
        warn: as of `read_page`.
        on_page: called after the text of each page of a picture or a scanned PDF was recognised (OCR), with
            the number of pages done, and of all.

    Raises:
        UnreadablePage: it can't be fetched or read.
        OSError: it can't be written.
    """
    where = WebAddress.parse(address, fetcher.ports)
    found = fetcher.fetch(where)
    path = folder / f"{secrets.token_hex(8)}{_suffix(where, found)}"
    path.write_bytes(found.content)
    return _read(where, found, path, warn, on_page), path


def page_id(address: WebAddress) -> str:
    """The id of a page's document, outside of collections."""
    return text_id(address.text)


def _read(
    where: WebAddress,
    found: Fetched,
    path: Path,
    warn: Callable[[FileWarning], None],
    on_page: Callable[[int, int], None],
) -> Document:
    def told(warning: FileWarning) -> None:
        message = f"{where.text}{warning.message.removeprefix(warning.path)}"
        warn(replace(warning, path=where.text, message=message))

    try:
        document = read_file(path, warn=told, on_page=on_page, claimed=found.charset)
    except UnreadableFile as error:
        raise UnreadablePage.content(where.text, error) from error
    return replace(
        document,
        title="" if document.title == path.stem else document.title,
        source=where.text,
        id=page_id(where),
        fetched=datetime.now().astimezone().date().isoformat(),
    )


def _suffix(where: WebAddress, found: Fetched) -> str:
    """The suffix that a file with the page's content has.

    Raises:
        UnreadablePage: what lies there is of another type.
    """
    if found.media_type not in _UNKNOWN:
        suffix = _SUFFIXES.get(found.media_type, "")
    else:
        suffix = Path(found.name).suffix.casefold()
        suffix = suffix if suffix in TYPES else type_of(found.content)
    if suffix not in TYPES:
        raise UnreadablePage.because(where.text, "type", found.media_type[:100] or "?")
    return suffix
