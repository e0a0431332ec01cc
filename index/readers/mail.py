"""Extracts EML messages: sender, recipients, date, subject, text and the names of the attachments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import PurePath
from typing import Final

from index.readers.extracted_text import (
    Extract,
    Flaw,
    Progress,
    Unextractable,
    damaged,
    missing_parts,
    no_progress,
)
from index.readers.html import page as html
from index.readers.text_builder import TextBuilder
from index.readers.text_encoding import decode
from index.text.structure.blocks import find_blocks

_SHOWN: Final = ("From", "To", "Cc", "Date", "Subject")
_ATTACHMENTS: Final = "Attachments"
_MAX_DEPTH: Final = 20
_MAX_PARTS: Final = 1000
_MAX_LEVELS: Final = 9
_MAX_NAMES: Final = 20
# Characters of a header beyond which it is shown as it is written: parsing takes quadratic time.
_MAX_PARSED_LENGTH: Final = 50_000
_PLAIN: Final = frozenset((".txt",))
_NESTED: Final = frozenset((".eml",))


def extract(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts a message, the messages attached to it, and attached files of types that can be read.

    Its title is the subject, its author the sender. A file's text stands under the file's name as a heading;
    attachments of its own aren't read.

    Raises:
        Unextractable: it has no header, so that it is no message.
    """
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(content.lstrip())
    if not any(name in message for name in (*_SHOWN, "Received", "Message-ID", "MIME-Version")):
        raise damaged("it has no header of a message")
    reader = _Reader()
    reader.read(message)
    name, address = parseaddr(_header(message, "From"))
    builder = reader.builder
    return Extract(
        builder.text,
        _header(message, "Subject"),
        name or address,
        date=_date(message),
        blocks=builder.blocks,
        flaws=(*missing_parts(reader.lost), *reader.flaws, *_unread(reader.unread)),
    )


class _Reader:
    """Adds messages to a builder.

    Attributes:
        builder: of the text.
        lost: names of the parts that can't be read.
        unread: names of the attachments that can't be read.
        flaws: of the attachments that were.
    """

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.lost: list[str] = []
        self.unread: list[str] = []
        self.flaws: list[Flaw] = []
        self._tables = 0
        self._parts = 0

    def read(self, message: EmailMessage, depth: int = 0) -> None:
        """Adds a message."""
        for name in _SHOWN:
            if said := _header(message, name):
                self.builder.add("form_field", f"{name}: {said}", label=name)
        attached = [name for part in _leaves(message) if (name := _file_name(part))]
        if attached:
            self.builder.add("form_field", f"{_ATTACHMENTS}: {'; '.join(attached)}", label=_ATTACHMENTS)
        self._body(message, depth)

    def _body(self, part: EmailMessage, depth: int) -> None:
        self._parts += 1
        if depth > _MAX_DEPTH or self._parts > _MAX_PARTS:
            raise Unextractable(f"it has more than {_MAX_PARTS:,} parts. Split it.", "too_large")
        kind = part.get_content_type()
        inner = (
            [each for each in part.iter_parts() if isinstance(each, EmailMessage)]
            if part.is_multipart()
            else []
        )
        if kind == "message/rfc822":
            for message in inner:
                self.read(message, depth + 1)
        elif kind == "multipart/alternative":
            # The same in several types: plain text is what the sender typed, HTML has tables and lists.
            by_kind = {each.get_content_type(): each for each in inner}
            chosen = by_kind.get("text/html") or by_kind.get("multipart/related") or by_kind.get("text/plain")
            for each in [chosen] if chosen is not None else inner[-1:]:
                self._body(each, depth + 1)
        elif inner:
            for each in inner:
                self._body(each, depth + 1)
        # A multipart message without parts has no boundary: its payload is its text.
        elif (
            part.get_content_maintype() in ("text", "multipart")
            and part.get_content_disposition() != "attachment"
        ):
            self._text(part)
        elif name := _file_name(part):
            self._attachment(part, name)

    def _attachment(self, part: EmailMessage, name: str) -> None:
        """Adds the text of an attached file under its name."""
        if part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment":
            return  # of the sender's logo
        payload = part.get_payload(decode=True)
        found = _converted(PurePath(name).suffix.casefold(), payload if isinstance(payload, bytes) else b"")
        if found is None or not any(map(str.isalnum, found.text)):
            self.unread.append(name)
            return
        self.builder.add("heading", name, level=1)
        own = (
            replace(
                block,
                level=min(block.level + 1, _MAX_LEVELS) if block.kind == "heading" else block.level,
                page=0,
                page_starts=(),
                boxes="",
            )
            for block in found.blocks
        )
        self.builder.extend(own, found.text, self._tables)
        self._tables += max((block.table for block in found.blocks), default=0)
        self.flaws += (replace(flaw, message=f"{name}: {flaw.message}") for flaw in found.flaws)
        if found.pictures:
            self.unread.append(f"{name} ({', '.join(map(str, found.pictures))})")

    def _text(self, part: EmailMessage) -> None:
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload.strip():
            return
        try:
            claimed = part.get_content_charset() or ""
            if part.get_content_subtype() == "html":
                found = html.extract_page(payload, claimed=claimed)
                self.builder.extend(found.blocks, found.text, self._tables)
                self._tables += max((block.table for block in found.blocks), default=0)
            else:
                text = "\n".join(decode(payload, claimed).splitlines())
                self.builder.extend(find_blocks(text), text, self._tables)
                self._tables += max((block.table for block in self.builder.blocks), default=0)
        except Unextractable:
            self.lost.append(part.get_content_type())


def _converted(suffix: str, content: bytes) -> Extract | None:
    """The text of an attached file; None if its type can't be read here, or the file can't."""
    from index.readers.file_types import CONVERTERS, convert

    try:
        if suffix in _PLAIN:
            text = "\n".join(decode(content).splitlines())
            return Extract(text, blocks=find_blocks(text))
        return convert(suffix, content) if suffix in CONVERTERS.keys() - _NESTED else None
    except Unextractable:
        return None


def _unread(names: list[str]) -> tuple[Flaw, ...]:
    if not names:
        return ()
    shown = ", ".join(names[:_MAX_NAMES]) + (" ..." if len(names) > _MAX_NAMES else "")
    return (Flaw("attachments", f"attachments of it weren't read ({shown}).", len(names), shown),)


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    for count, part in enumerate(message.walk()):
        if count > _MAX_PARTS:
            return
        if isinstance(part, EmailMessage):
            yield part


def _file_name(part: EmailMessage) -> str:
    try:
        return " ".join((part.get_filename() or "").split())
    except (ValueError, LookupError, AttributeError):  # a broken header
        return ""


def _header(message: EmailMessage, name: str) -> str:
    """A header's text, decoded; empty if it isn't there or can't be parsed."""
    written = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if len(written) > _MAX_PARSED_LENGTH:
        return " ".join(written.split())
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, LookupError, AttributeError, IndexError):  # the standard library's parser
        return ""


def _date(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_header(message, "Date")).strftime("%Y-%m-%d")
    except (ValueError, TypeError, IndexError):
        return ""
