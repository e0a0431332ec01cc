"""Reading of office documents and EPUB files as zip archives, with size limits."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from typing import Final
from xml.etree import ElementTree

from index.readers.extracted_text import Unextractable, damaged

# Maximum unpacked bytes of an archive, including pictures.
MAX_UNPACKED: Final = 1 << 30
# Maximum bytes of one part.
MAX_PART: Final = 1 << 26
# What zipfile raises for a damaged list of parts: ValueError where names are in no encoding, RuntimeError
# where the archive claims a later version of the format.
_UNREADABLE: Final = (zipfile.BadZipFile, ValueError, RuntimeError)
# What it raises for a damaged part: the decompressors' errors too, RuntimeError also where the part is
# encrypted, OverflowError and OSError where it lies outside the archive.
_UNREADABLE_PART: Final = (*_UNREADABLE, zlib.error, lzma.LZMAError, EOFError, OSError, OverflowError)
# Of a media type, the longest that is looked for.
_MAX_MEDIA_TYPE_LENGTH: Final = 100
_MEDIA_TYPES: Final = {
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
_MEMBERS: Final = {
    "word/document.xml": ".docx",
    "xl/workbook.xml": ".xlsx",
    "ppt/presentation.xml": ".pptx",
    "META-INF/container.xml": ".epub",
}
_MARKED_UP: Final = (".xml", ".rels", ".opf")
DUBLIN_CORE: Final = "{http://purl.org/dc/elements/1.1/}"


class DefinesEntities(Unextractable):
    """XML that defines entities: no program writes them here, and nested ones expand exponentially."""

    def __init__(self) -> None:
        super().__init__("it defines XML entities, which no ordinary document does. Save it anew.", "damaged")


def type_of(content: bytes) -> str:
    """Detects an archive's type from its contents: a suffix, or ".zip"; empty if it can't be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = ""
            if "mimetype" in names:
                # Not all of it, which may unpack to gigabytes.
                with archive.open("mimetype") as part_of_type:
                    kind = part_of_type.read(_MAX_MEDIA_TYPE_LENGTH).decode(errors="replace").strip()
    except _UNREADABLE_PART:
        return ""
    return _MEDIA_TYPES.get(kind) or next((kind for name, kind in _MEMBERS.items() if name in names), ".zip")


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Opens an archive.

    Raises:
        Unextractable: it is damaged, or its unpacked size is over the limit.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _UNREADABLE as error:
        raise damaged(error) from error
    # No part is read beyond its size declared here.
    if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
        raise Unextractable(f"it would unpack to more than {MAX_UNPACKED >> 20:,} MB. Split it.", "too_large")
    return archive


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The content of a part.

    Raises:
        Unextractable: there is no such part, it is damaged or too large, or it defines entities.
    """
    try:
        if archive.getinfo(name).file_size > MAX_PART:
            raise Unextractable(f"{name} in it is larger than {MAX_PART >> 20:,} MB. Split it.", "too_large")
        content = archive.read(name)
    except KeyError:
        raise damaged(f"no {name} in it") from None
    except _UNREADABLE_PART as error:
        raise damaged(error) from error
    # UTF-16 has a zero byte in each of these letters.
    if name.endswith(_MARKED_UP) and b"<!ENTITY" in content.replace(b"\0", b""):
        raise DefinesEntities
    return content


class Stream:
    """Reads an XML part piece by piece, for `ElementTree.iterparse`."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        """Opens a part.

        Raises:
            Unextractable: there is no such part.
        """
        try:
            self._stream = archive.open(name)
        except (KeyError, *_UNREADABLE_PART) as error:
            raise damaged(f"no {name} in it") from error
        self._tail = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
            Unextractable: the part is damaged, or defines entities.
        """
        try:
            content = self._stream.read(size)
        except _UNREADABLE_PART as error:
            raise damaged(error) from error
        if b"<!ENTITY" in (self._tail + content).replace(b"\0", b""):
            raise DefinesEntities
        self._tail = content[-16:]
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
    """The text of an element on one line; empty for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
