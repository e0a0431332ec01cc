"""Which converter reads which type of file, and what a file's bytes say about its type."""

from __future__ import annotations

from typing import Final

import regex

from index.readers.extract import UNWRITABLE, Extract, Unextractable
from index.readers.plain_text import decode

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHARSET: Final = regex.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", regex.IGNORECASE)
# What programs write where nobody gave a title or an author.
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


def convert(suffix: str, content: bytes) -> Extract:
    """The text of a file that isn't plain text, and its title, author and date where the file says them.

    Args:
        suffix: ".md", ".pdf", ".docx", ".epub", ".html" or ".htm".
        content: the file's bytes.

    Raises:
        Unextractable: it can't be read.
    """
    check_type(content, suffix)
    # Each is imported when such a file is read.
    if suffix == ".pdf":
        from index.readers.pdf import pages

        found = pages.extract(content)
    elif suffix == ".docx":
        from index.readers import docx

        found = docx.extract(content)
    elif suffix == ".epub":
        from index.readers import epub

        found = epub.extract(content)
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
    """Makes sure that a file is what its name says.

    Raises:
        Unextractable: it surely isn't.
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
    """The type that a file's first bytes tell; empty where they don't."""
    if b"%PDF-" in content[:1024]:
        return ".pdf"
    if content.startswith(b"PK\3\4"):
        from index.readers import archives

        return archives.type_of(content)
    if regex.match(rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html[\s>])", content[:1024], regex.IGNORECASE):
        return ".html"
    return ""


def _html(content: bytes) -> str:
    """The page's characters: by the encoding that it names, where that is so, else as any text's."""
    named = _CHARSET.search(content[:4096])
    if named and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return content.decode(named[1].decode())
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(content)


def _clean(date: str) -> str:
    """A date as it is shown, or nothing where it isn't one."""
    date = " ".join(UNWRITABLE.sub("", date).split())
    return date if len(date) <= _LONGEST_DATE and any(map(str.isdigit, date)) else ""


def _name(value: str, junk: regex.Pattern[str]) -> str:
    """A title or a name, or nothing where a program made it up."""
    name = " ".join(value.split())
    usable = any(map(str.isalpha, name)) and "\ufffd" not in name and not _CONTROL.search(name)
    return name if usable and len(name) <= _LONGEST and not junk.fullmatch(name) else ""
