"""Extracts text and blocks from EPUB files, chapter by chapter."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree

import regex

from index.readers.archives import (
    DUBLIN_CORE,
    DefinesEntities,
    open_archive,
    part,
    part_xml,
    text_of,
)
from index.readers.extracted_text import (
    Extract,
    Progress,
    Unextractable,
    damaged,
    missing_parts,
    no_progress,
    tags_of,
)
from index.readers.html import page as html
from index.readers.text_builder import TextBuilder

_COMMA: Final = "; "
_CONTAINER: Final = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE: Final = "{http://www.idpf.org/2007/opf}"
_ENCRYPTION: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_PAGES: Final = frozenset(("application/xhtml+xml", "text/html"))
_PAGE_SUFFIXES: Final = (".xhtml", ".html", ".htm")
_DATE: Final = regex.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?=T|$)")


def extract(content: bytes, progress: Progress = no_progress) -> Extract:
    """Extracts the text of an EPUB book.

    Missing or unreadable chapters are skipped, and told of.

    Args:
        content: the file's bytes.
        progress: called after each chapter.

    Raises:
        Unextractable: it is damaged or protected, or its unpacked size is over the limit.
    """
    with open_archive(content) as archive:
        lost: list[str] = []
        package, chapters = _package(archive, lost)
        if not _encrypted(archive).isdisjoint(chapters):
            why = "the book is protected against copying (DRM); only its seller can lift that."
            raise Unextractable(why, "drm")
        titles = [text_of(element) for element in package.iter(f"{DUBLIN_CORE}title")]
        builder = _chapters(archive, chapters, titles, lost, progress)
    if lost and not builder.blocks:
        raise damaged(f"no {lost[0]} in it")
    authors = [text_of(element) for element in package.iter(f"{DUBLIN_CORE}creator")]
    dates = [_DATE.match(text_of(element)) for element in package.iter(f"{DUBLIN_CORE}date")]
    return Extract(
        builder.text,
        next(filter(None, titles), ""),
        _COMMA.join(filter(None, authors)),
        date=next((date[0] for date in dates if date), ""),
        blocks=builder.blocks,
        flaws=missing_parts(lost),
        tags=tags_of(*(text_of(element) for element in package.iter(f"{DUBLIN_CORE}subject"))),
    )


def _package(archive: zipfile.ZipFile, lost: list[str]) -> tuple[ElementTree.Element, list[str]]:
    """The package document and the paths of the chapters, in order; what isn't there is added to `lost`.

    Without a package document the book is all its pages, by name.

    Raises:
        Unextractable: a part of it defines entities.
    """
    path = "META-INF/container.xml"
    try:
        place = part_xml(archive, path).find(f".//{_CONTAINER}rootfile")
        path = "" if place is None else place.get("full-path", "")
        package = part_xml(archive, path)
    except Unextractable as error:
        pages = sorted(name for name in archive.namelist() if name.endswith(_PAGE_SUFFIXES))
        if not pages or isinstance(error, DefinesEntities):
            raise
        lost.append(path)
        return ElementTree.Element("none"), pages
    folder = posixpath.dirname(path)
    items = {
        item.get("id"): (item, posixpath.normpath(posixpath.join(folder, unquote(item.get("href", "")))))
        for item in package.iter(f"{_PACKAGE}item")
    }
    named = [reference.get("idref", "") for reference in package.iter(f"{_PACKAGE}itemref")]
    lost.extend(name for name in named if name not in items)
    # A page that is listed several times, under any name, is read once.
    chapters = dict.fromkeys(
        path
        for item, path in (items[name] for name in named if name in items)
        if item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split()
    )
    return package, list(chapters)


def _chapters(
    archive: zipfile.ZipFile,
    chapters: list[str],
    titles: Collection[str],
    lost: list[str],
    progress: Progress,
) -> TextBuilder:
    """The text of the chapters; the names of unreadable ones are added to `lost`.

    Args:
        archive: of the book.
        chapters: the names of their pages.
        titles: of the book, which many books give each of their pages.
        lost: the names so far.
        progress: called after each chapter.
    """
    builder = TextBuilder()
    tables = 0
    known = {" ".join(title.split()).casefold() for title in titles}
    for name in chapters:
        try:
            found = html.extract_page(part(archive, name), is_xml=True)
        except Unextractable as error:
            if error.fault not in ("damaged", "encoding"):
                raise
            lost.append(name)
            continue
        title = " ".join(found.title.split())
        if builder.blocks and not any(block.kind == "heading" for block in found.blocks):
            # It is a chapter of its own if it has a title of its own.
            builder.add("heading", "" if title.casefold() in known else title, level=1)
        known.add(title.casefold())
        builder.extend(found.blocks, found.text, tables)
        tables += max((block.table for block in found.blocks), default=0)
        progress()
    return builder


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    name = "META-INF/encryption.xml"
    if name not in archive.namelist():
        return set()
    references: ElementTree.Element = part_xml(archive, name)
    return {
        unquote(reference.get("URI", "")) for reference in references.iter(f"{_ENCRYPTION}CipherReference")
    }
