"""Selects the converter for a file type, and detects a file's type from its bytes."""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final, TypeAlias

import regex

from index.readers.extracted_text import Extract, PageProgress, Progress, Unextractable, no_progress
from index.readers.text_builder import writable

# Of the bytes of a file, and a callback for progress; of web pages also of their claimed encoding.
Converter: TypeAlias = Callable[..., Extract]

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONVERTERS: Final = {
    ".txt": "text_file:extract",
    ".md": "markdown:extract_file",
    ".html": "html.page:extract_page",
    ".htm": "html.page:extract_page",
    ".xhtml": "html.page:extract_xhtml",
    ".pdf": "pdf.pages:extract",
    ".docx": "word.document:extract",
    ".docm": "word.document:extract",
    ".epub": "epub:extract",
    ".odt": "office.open_document:extract",
    ".ods": "office.open_document:extract_sheets",
    ".rtf": "office.rich_text:extract",
    ".pptx": "office.slides:extract",
    ".pptm": "office.slides:extract",
    ".xlsx": "office.workbook:extract",
    ".xlsm": "office.workbook:extract",
    ".eml": "mail:extract",
    ".csv": "tables.delimited:extract",
    ".tsv": "tables.delimited:extract",
    ".json": "tables.records:extract",
    ".jsonl": "tables.records:extract_lines",
}
"""For each type the function that converts it: of a file's bytes, and a callback for progress."""
WEB_PAGES: Final = (".html", ".htm", ".xhtml")
"""Types of web pages."""
PLAIN: Final = (".txt",)
"""Types without metadata: title and date are lines of the text."""
PICTURES: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp")
"""Types whose text is recognised (OCR)."""
_PICTURE_STARTS: Final = {
    b"\x89PNG\r\n": ".png", b"\xff\xd8\xff": ".jpg", b"II*\0": ".tif", b"MM\0*": ".tif",
    b"GIF8": ".gif",
}  # fmt: skip
# Those with macros, which aren't read, have the same parts as those without.
_SAME: Final = {
    ".jpeg": ".jpg", ".tiff": ".tif", ".docm": ".docx", ".pptm": ".pptx", ".xlsm": ".xlsx",
}  # fmt: skip
# Types that sometimes begin like a web page.
_OF_PAGES: Final = frozenset((".txt", ".md", ".htm", ".xhtml"))
# Placeholders that programs write when no title or author was given.
_NOT_TYPED: Final = regex.compile(
    r"(?i)untitled.*|unknown|(?:no )?title|(?:document|مستند) ?\p{Nd}*|new (?:document|page)\b.*|about:blank"
    r"|(?:https?|file):.*|microsoft (?:word|powerpoint)\b.*|(?:powerpoint presentation|word document)"
    r"|بدون عنوان|عرض تقديمي.*"
    r"|.*\.(?:docx?|pdf|indd|qxd|tex|dvi|x?html?|pub|pptx?|xlsx?|od[ts]|rtf|txt|md|epub|pages)"
)
_NOBODY: Final = regex.compile(
    r"(?i)(?:the )?(?:users?|admin|administrator|owner|author|unknown|anonymous|guest|root|windows user)"
    r"|pc|hp|dell|lenovo|asus|acer|toshiba|microsoft(?: office user)?|python-(?:docx|pptx)|openpyxl|un-named"
    r"|calibre\b.*"
    r"|\S+@\S+|(?:user|pc) ?\d+|(?:ال)?مستخدم|مجهول"
)
_CONTROL: Final = regex.compile(r"\p{Cc}")
_MAX_LENGTH: Final = 200
_MAX_DATE_LENGTH: Final = 40


def convert(suffix: str, content: bytes, progress: Progress = no_progress, claimed: str = "") -> Extract:
    """Extracts the text of a file, and its title, author and date if given.

    Args:
        suffix: a key of `CONVERTERS`.
        content: the file's bytes.
        progress: called after each page or chapter.
        claimed: the encoding of a web page according to its server; of other types it isn't used.

    Raises:
        Unextractable: it can't be read.
    """
    check_type(content, suffix)
    converter: Converter = pkgutil.resolve_name(f"index.readers.{CONVERTERS[suffix]}")
    said = {"claimed": claimed} if claimed and suffix in (*WEB_PAGES, *PLAIN) else {}
    found = converter(content, progress, **said)
    if suffix in PLAIN:
        return found
    title = _name(found.title, _NOT_TYPED) or _name(found.heading, _NOT_TYPED)
    author = _name(found.author, _NOBODY)
    digest = digest_of(content) if suffix == ".pdf" else ""
    return replace(found, title=title, author=author, heading="", date=_clean(found.date), digest=digest)


def recognize(suffix: str, content: bytes, progress: PageProgress, wanted: Collection[int] = ()) -> Extract:
    """Recognises the text of a picture or of a scanned PDF (OCR).

    Args:
        suffix: ".pdf" or one of `PICTURES`.
        content: the file's bytes.
        progress: called after each page.
        wanted: the numbers of the pages of a PDF to read, from 1; all if empty.

    Raises:
        Unextractable: it can't be read, or Tesseract isn't installed.
    """
    from index.readers.ocr import cache, pages

    check_type(content, suffix)
    digest = digest_of(content)
    key = cache.key(digest, suffix, wanted)
    known = cache.read(key)
    if known is None:
        known = pages.extract(content, suffix, progress, wanted)
        cache.write(key, known)
    return replace(known, digest=digest)


def digest_of(content: bytes) -> str:
    """A file's digest: the SHA-256 of its content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def check_type(content: bytes, suffix: str) -> None:
    """Checks that a file's content matches its suffix.

    Raises:
        Unextractable: it certainly doesn't.
    """
    if not content:
        raise Unextractable("it has no words in it.", "empty")
    if content.startswith(_OLD_OFFICE):
        raise Unextractable(
            "it is an old Office file or one protected by a password. Save it as .docx, .xlsx or .pptx, "
            "without a password.",
            "old_word",
        )
    actual = type_of(content)
    if actual == ".html" and suffix in _OF_PAGES:
        return
    if actual == ".zip":
        raise Unextractable("it is a .zip archive by what is in it. Unpack it.", "other_type")
    if actual and actual != _SAME.get(suffix, suffix):
        raise Unextractable(f"it is a {actual} file by what is in it. Rename it.", "other_type")


def type_of(content: bytes) -> str:
    """Detects a file's type from its first bytes; empty if unknown."""
    if b"%PDF-" in content[:1024]:
        return ".pdf"
    if content.startswith(b"PK\3\4"):
        from index.readers import archives

        return archives.type_of(content)
    if content.startswith(b"{\\rtf"):
        return ".rtf"
    if regex.match(rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html[\s>])", content[:1024], regex.IGNORECASE):
        return ".html"
    return next((kind for start, kind in _PICTURE_STARTS.items() if content.startswith(start)), "")


def _clean(date: str) -> str:
    """A date in displayable form; empty if it isn't one."""
    date = " ".join(writable(date).split())
    return date if len(date) <= _MAX_DATE_LENGTH and any(map(str.isdigit, date)) else ""


def _name(value: str, junk: regex.Pattern[str]) -> str:
    """A title or a name; empty if it is a program's placeholder."""
    name = " ".join(value.split())
    usable = any(map(str.isalpha, name)) and "\ufffd" not in name and not _CONTROL.search(name)
    return name if usable and len(name) <= _MAX_LENGTH and not junk.fullmatch(name) else ""
