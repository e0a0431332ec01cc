"""Title, author and date of a PDF, from its information dictionary or its XMP metadata."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

import regex
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.utils import decode_text

from index.readers.archives import DUBLIN_CORE, text_of
from index.readers.extracted_text import Metadata, tags_of

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
_DATE: Final = regex.compile(r"(?:D:)?((?:19|20)\d{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])")
_MAX_BYTES: Final = 1 << 20


def metadata_of(document: PDFDocument) -> Metadata:
    """The metadata of a document."""
    values: dict[str, str] = {}
    for info in reversed(document.info):  # the newest first
        for key in ("Title", "Author", "CreationDate", "Keywords"):
            value = resolve1(info.get(key))
            if isinstance(value, bytes):
                values[key] = decode_text(value).strip()
    other = _xmp(document)
    return Metadata(
        values.get("Title") or other.title,
        values.get("Author") or other.author,
        _date(values.get("CreationDate", "")) or other.date,
        tags_of(values.get("Keywords", "")),
    )


def _xmp(document: PDFDocument) -> Metadata:
    stream = resolve1(document.catalog.get("Metadata"))
    if not isinstance(stream, PDFStream):
        return Metadata()
    content = stream.get_data()
    # No program writes entities here; nested ones expand exponentially. UTF-16 has zero bytes between.
    if len(content) > _MAX_BYTES or b"<!ENTITY" in content.replace(b"\0", b""):
        return Metadata()
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError):  # metadata is not worth a refusal
        return Metadata()
    about = list(root.iter(f"{_RDF}Description"))
    authors = [text_of(item) for one in about for item in one.iterfind(f"{DUBLIN_CORE}creator//{_RDF}li")]
    titles = [text_of(item) for one in about for item in one.iterfind(f"{DUBLIN_CORE}title//{_RDF}li")]
    name = f"{_XMP}CreateDate"
    dates = [one.get(name) or text_of(one.find(name)) for one in about]
    return Metadata(
        next(filter(None, titles), ""),
        ("، " if regex.search(r"\p{Arabic}", "".join(authors)) else ", ").join(filter(None, authors)),
        _date(next(filter(None, dates), "")),
    )


def _date(value: str) -> str:
    date = _DATE.match(value)
    return "-".join(date.groups()) if date else ""
