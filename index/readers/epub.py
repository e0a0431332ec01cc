"""Extracts text and blocks from EPUB files, chapter by chapter."""

from __future__ import annotations

import codecs
import posixpath
import zipfile
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree

import regex

from index.readers import html
from index.readers.archives import DUBLIN_CORE, open_archive, part, part_xml, text_of
from index.readers.extract import Extract, Progress, TextBuilder, Unextractable, damaged, no_progress
from index.readers.plain_text import decode

_COMMA: Final = "; "
_CONTAINER: Final = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE: Final = "{http://www.idpf.org/2007/opf}"
_ENCRYPTION: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_PAGES: Final = frozenset(("application/xhtml+xml", "text/html"))
_DECLARED: Final = regex.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w-]+)")
_DATE: Final = regex.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?=T|$)")


def extract(content: bytes, progress: Progress = no_progress) -> Extract:
    """Extracts the text of an EPUB book.

    Missing or unreadable chapters are skipped.

    Args:
        content: the file's bytes.
        progress: called after each chapter.

    Raises:
        Unextractable: it is damaged or protected, or its unpacked size is over the limit.
    """
    with open_archive(content) as archive:
        place = part_xml(archive, "META-INF/container.xml").find(f".//{_CONTAINER}rootfile")
        package_path = "" if place is None else place.get("full-path", "")
        package = part_xml(archive, package_path)
        folder = posixpath.dirname(package_path)
        pages = {
            item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
            for item in package.iter(f"{_PACKAGE}item")
            if item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split()
        }
        named = (reference.get("idref") for reference in package.iter(f"{_PACKAGE}itemref"))
        # A page that is listed more than once, under whatever name, is read once.
        chapters = list(dict.fromkeys(pages[name] for name in named if name in pages))
        if not _encrypted(archive).isdisjoint(chapters):
            why = "the book is protected against copying (DRM); only its seller can lift that."
            raise Unextractable(why, "drm")
        builder, lost = _chapters(archive, chapters, progress)
    if lost and not builder.blocks:
        raise damaged(f"no {lost[0]} in it")
    titles = [text_of(element) for element in package.iter(f"{DUBLIN_CORE}title")]
    authors = [text_of(element) for element in package.iter(f"{DUBLIN_CORE}creator")]
    dates = [_DATE.match(text_of(element)) for element in package.iter(f"{DUBLIN_CORE}date")]
    return Extract(
        builder.text,
        next(filter(None, titles), ""),
        _COMMA.join(filter(None, authors)),
        date=next((date[0] for date in dates if date), ""),
        blocks=builder.blocks,
    )


def _chapters(
    archive: zipfile.ZipFile, chapters: list[str], progress: Progress
) -> tuple[TextBuilder, list[str]]:
    """The text of the chapters, and the names of unreadable ones."""
    builder = TextBuilder()
    lost: list[str] = []
    tables = 0
    for name in chapters:
        try:
            content = part(archive, name)
        except Unextractable as error:
            if error.fault != "damaged":
                raise
            lost.append(name)
            continue
        found = html.extract(_characters(content), is_xml=True)
        builder.extend(found.blocks, found.text, tables)
        tables += max((block.table for block in found.blocks), default=0)
        progress()
    return builder, lost


def _characters(content: bytes) -> str:
    """Decodes a chapter with its declared encoding if that is valid, else like plain text."""
    declared = _DECLARED.match(content)
    if declared and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8)):
        try:
            return content.decode(declared[1].decode())
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        return decode(content)
    except Unextractable:
        return content.decode("utf-8-sig", "replace")


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    name = "META-INF/encryption.xml"
    if name not in archive.namelist():
        return set()
    references: ElementTree.Element = part_xml(archive, name)
    return {
        unquote(reference.get("URI", "")) for reference in references.iter(f"{_ENCRYPTION}CipherReference")
    }
