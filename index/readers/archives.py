"""DOCX and EPUB -> text: both are zip archives of markup.

Of python-docx, mammoth, docx2txt and markitdown (which uses mammoth) each gives all words of the article as
nine DOCX files by LibreOffice; mammoth also reads footnotes, text boxes and content controls.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree

from index.readers import html
from index.readers.extract import Extract, Progress, Unextractable, damaged, no_progress

# Bytes that an archive may hold, unpacked: pictures included.
MOST_UNPACKED: Final = 1 << 30
# Of one part that is read.
MOST_PART: Final = 1 << 26
# What zipfile raises of a damaged archive; the last one where it says that a later version wrote it.
_UNREADABLE: Final = (zipfile.BadZipFile, ValueError, NotImplementedError)
_MARKED_UP: Final = (".xml", ".rels", ".opf")
_COMMA: Final = "; "
_DUBLIN_CORE: Final = "{http://purl.org/dc/elements/1.1/}"
_CONTAINER: Final = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE: Final = "{http://www.idpf.org/2007/opf}"
_ENCRYPTION: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_PAGES: Final = frozenset(("application/xhtml+xml", "text/html"))


def extract_docx(content: bytes) -> Extract:
    """The text of a Word document.

    Raises:
        Unextractable: it is damaged or would unpack to too much.
    """
    with _open(content) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                _part(archive, name)
        title, author = _docx_metadata(archive)
    import mammoth

    try:
        # Pictures are left out before they are opened: a linked one may be anywhere.
        converted = mammoth.convert_to_html(
            io.BytesIO(content),
            convert_image=lambda _: [],
            external_file_access=False,
            include_embedded_style_map=False,
            style_map="p[style-name='Title'] => h1:fresh",
        )
    except Exception as error:
        raise damaged(error) from error
    found = html.extract(converted.value)
    return Extract(found.text, title, author, found.heading)


def extract_epub(content: bytes, progress: Progress = no_progress) -> Extract:
    """The text of an electronic book, chapter after chapter.

    Args:
        content: the file's bytes.
        progress: called after each chapter.

    Raises:
        Unextractable: it is damaged, protected, or would unpack to too much.
    """
    with _open(content) as archive:
        place = _xml(archive, "META-INF/container.xml").find(f".//{_CONTAINER}rootfile")
        package_path = "" if place is None else place.get("full-path", "")
        package = _xml(archive, package_path)
        folder = posixpath.dirname(package_path)
        pages = {
            item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
            for item in package.iter(f"{_PACKAGE}item")
            if item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split()
        }
        named = (reference.get("idref") for reference in package.iter(f"{_PACKAGE}itemref"))
        # A page that is named again, under whatever name, isn't read again.
        chapters = list(dict.fromkeys(pages[name] for name in named if name in pages))
        if not _encrypted(archive).isdisjoint(chapters):
            why = "the book is protected against copying (DRM); only its seller can lift that."
            raise Unextractable(why, "drm")
        texts = []
        for name in chapters:
            page = _part(archive, name).decode("utf-8-sig", "replace")
            texts.append(html.extract(page, is_xml=True).text)
            progress()
    titles = [_text(element) for element in package.iter(f"{_DUBLIN_CORE}title")]
    authors = [_text(element) for element in package.iter(f"{_DUBLIN_CORE}creator")]
    return Extract(
        "\n\n".join(filter(None, texts)), next(filter(None, titles), ""), _COMMA.join(filter(None, authors))
    )


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


def _open(content: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _UNREADABLE as error:
        raise damaged(error) from error
    # A part is never read beyond the size that is declared here.
    if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
        raise Unextractable(
            f"it would unpack to more than {MOST_UNPACKED >> 20:,} MB. Split it.", "too_large"
        )
    return archive


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        if archive.getinfo(name).file_size > MOST_PART:
            raise Unextractable(f"{name} in it is larger than {MOST_PART >> 20:,} MB. Split it.", "too_large")
        content = archive.read(name)
    except KeyError:
        raise damaged(f"no {name} in it") from None
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise damaged(error) from error
    # UTF-16 has a zero byte in each of these letters.
    if name.endswith(_MARKED_UP) and b"<!ENTITY" in content.replace(b"\0", b""):
        # No program writes them here, and nested ones grow without end.
        why = "it defines XML entities, which no ordinary document does. Save it anew."
        raise Unextractable(why, "damaged")
    return content


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(_part(archive, name))
    except ElementTree.ParseError as error:
        raise damaged(error) from error


def _docx_metadata(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Title and author."""
    name = "docProps/core.xml"
    if name not in archive.namelist():
        return "", ""
    core = _xml(archive, name)
    title, author = (core.find(f"{_DUBLIN_CORE}{key}") for key in ("title", "creator"))
    return _text(title), _text(author)


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    name = "META-INF/encryption.xml"
    if name not in archive.namelist():
        return set()
    references = _xml(archive, name).iter(f"{_ENCRYPTION}CipherReference")
    return {unquote(reference.get("URI", "")) for reference in references}


def _text(element: ElementTree.Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())
