"""Zip archives of markup, which DOCX and EPUB files are: opened and read within bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final
from xml.etree import ElementTree

from index.readers.extract import Unextractable, damaged

# Bytes that an archive may hold, unpacked: pictures included.
MOST_UNPACKED: Final = 1 << 30
# Of one part that is read.
MOST_PART: Final = 1 << 26
# What zipfile raises of a damaged archive; the last one where it says that a later version wrote it.
_UNREADABLE: Final = (zipfile.BadZipFile, ValueError, NotImplementedError)
_MARKED_UP: Final = (".xml", ".rels", ".opf")
DUBLIN_CORE: Final = "{http://purl.org/dc/elements/1.1/}"


def type_of(content: bytes) -> str:
    """The type of an archive by what is in it: .docx, .epub or .zip; empty where it can't be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except _UNREADABLE:
        return ""
    if "word/document.xml" in names:
        return ".docx"
    return ".epub" if "META-INF/container.xml" in names else ".zip"


def open_archive(content: bytes) -> zipfile.ZipFile:
    """The archive.

    Raises:
        Unextractable: it is damaged or would unpack to too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _UNREADABLE as error:
        raise damaged(error) from error
    # A part is never read beyond the size that is declared here.
    if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
        raise Unextractable(
            f"it would unpack to more than {MOST_UNPACKED >> 20:,} MB. Split it.", "too_large"
        )
    return archive


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The content of a part.

    Raises:
        Unextractable: there is no such part, it is damaged or too large, or it defines entities.
    """
    try:
        if archive.getinfo(name).file_size > MOST_PART:
            raise Unextractable(f"{name} in it is larger than {MOST_PART >> 20:,} MB. Split it.", "too_large")
        content = archive.read(name)
    except KeyError:
        raise damaged(f"no {name} in it") from None
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise damaged(error) from error
    if name.endswith(_MARKED_UP) and b"<!ENTITY" in content.replace(b"\0", b""):
        # No program writes them here, and nested ones grow without end.
        why = "it defines XML entities, which no ordinary document does. Save it anew."
        raise Unextractable(why, "damaged")
    return content


def part_xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """The root of an XML part.

    Raises:
        Unextractable: as `part`, or it isn't well formed.
    """
    try:
        return ElementTree.fromstring(part(archive, name))
    except ElementTree.ParseError as error:
        raise damaged(error) from error


def text_of(element: ElementTree.Element | None) -> str:
    """The text of an element on one line; of none nothing."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
