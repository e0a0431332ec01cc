"""Selects the converter for a file type, and detects a file's type from its bytes."""

from __future__ import annotations

import codecs
from typing import Final

import regex

from index.readers.extract import UNWRITABLE, Extract, Progress, Unextractable, no_progress
from index.readers.plain_text import decode

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHARSET: Final = regex.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", regex.IGNORECASE)
# Python's names of the encodings in the Encoding Standard. Of Python's others some take quadratic time
# (punycode), and some aren't character encodings (rot13).
_ENCODINGS: Final = frozenset((
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", *(f"iso8859-{n}" for n in range(1, 17)),
    *(f"cp{n}" for n in (866, 874, 932, 949, *range(1250, 1259))), "koi8-r", "koi8-u", "tis-620",
    "mac-roman", "mac-cyrillic", "gbk", "gb2312", "gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp",
    "shift_jis", "euc_kr",
))  # fmt: skip
# Placeholders that programs write when no title or author was given.
_NOT_TYPED: Final = regex.compile(
    r"(?i)untitled.*|unknown|(?:no )?title|(?:document|مستند) ?\p{Nd}*|new (?:document|page)\b.*|about:blank"
    r"|(?:https?|file):.*|microsoft (?:word|powerpoint)\b.*|(?:powerpoint presentation|word document)"
    r"|بدون عنوان|عرض تقديمي.*"
    r"|.*\.(?:docx?|pdf|indd|qxd|tex|dvi|x?html?|pub|pptx?|xlsx?|odt|rtf|txt|md|epub|pages)"
)
_NOBODY: Final = regex.compile(
    r"(?i)(?:the )?(?:users?|admin|administrator|owner|author|unknown|anonymous|guest|root|windows user)"
    r"|pc|hp|dell|lenovo|asus|acer|toshiba|microsoft(?: office user)?|python-docx|un-named|calibre\b.*"
    r"|\S+@\S+|(?:user|pc) ?\d+|(?:ال)?مستخدم|مجهول"
)
_CONTROL: Final = regex.compile(r"\p{Cc}")
_LONGEST: Final = 200
_LONGEST_DATE: Final = 40


def convert(suffix: str, content: bytes, progress: Progress = no_progress) -> Extract:
    """Extracts the text of a file that isn't plain text, and its title, author and date if given.

    Args:
        suffix: ".md", ".pdf", ".docx", ".epub", ".html" or ".htm".
        content: the file's bytes.
        progress: called after each page of a .pdf and each chapter of an .epub file.

    Raises:
        Unextractable: it can't be read.
    """
    check_type(content, suffix)
    # Each converter is imported on first use.
    if suffix == ".pdf":
        from index.readers.pdf import pages

        found = pages.extract(content, progress)
    elif suffix == ".docx":
        from index.readers.word import document

        found = document.extract(content)
    elif suffix == ".epub":
        from index.readers import epub

        found = epub.extract(content, progress)
    elif suffix == ".md":
        from index.readers import markdown

        found = markdown.extract(decode(content))
    else:
        from index.readers import html

        page = _html(content)
        found = html.extract(page, is_xml=page.lstrip().startswith("<?xml"))
    title = _name(found.title, _NOT_TYPED) or _name(found.heading, _NOT_TYPED)
    author = _name(found.author, _NOBODY)
    return Extract(found.text, title, author, date=_clean(found.date), blocks=found.blocks)


def check_type(content: bytes, suffix: str) -> None:
    """Checks that a file's content matches its suffix.

    Raises:
        Unextractable: it certainly doesn't.
    """
    if not content:
        raise Unextractable("it has no words in it.", "empty")
    if content.startswith(_OLD_OFFICE):
        raise Unextractable(
            "it is an old Word file or one protected by a password. Save it as .docx, without a password.",
            "old_word",
        )
    actual = type_of(content)
    if actual == ".html" and suffix in (".txt", ".md", ".htm"):
        return
    if actual == ".zip":
        raise Unextractable("it is a .zip archive by what is in it. Unpack it.", "other_type")
    if actual and actual != suffix:
        raise Unextractable(f"it is a {actual} file by what is in it. Rename it.", "other_type")


def type_of(content: bytes) -> str:
    """Detects a file's type from its first bytes; empty if unknown."""
    if b"%PDF-" in content[:1024]:
        return ".pdf"
    if content.startswith(b"PK\3\4"):
        from index.readers import archives

        return archives.type_of(content)
    if regex.match(rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html[\s>])", content[:1024], regex.IGNORECASE):
        return ".html"
    return ""


def _html(content: bytes) -> str:
    """Decodes a page with its declared encoding if that is valid, else like plain text."""
    named = _CHARSET.search(content[:4096])
    if named and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            encoding = codecs.lookup(named[1].decode()).name
            if encoding in _ENCODINGS:
                return content.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(content)


def _clean(date: str) -> str:
    """A date in displayable form; empty if it isn't one."""
    date = " ".join(UNWRITABLE.sub("", date).split())
    return date if len(date) <= _LONGEST_DATE and any(map(str.isdigit, date)) else ""


def _name(value: str, junk: regex.Pattern[str]) -> str:
    """A title or a name; empty if it is a program's placeholder."""
    name = " ".join(value.split())
    usable = any(map(str.isalpha, name)) and "\ufffd" not in name and not _CONTROL.search(name)
    return name if usable and len(name) <= _LONGEST and not junk.fullmatch(name) else ""
