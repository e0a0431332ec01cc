"""The errors raised by `index`: one class per cause, each with a message that says what to do."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

# Characters of an address in a message.
_MAX_NAMED_LENGTH: Final = 500


class DalilError(Exception):
    """Base class of all errors that a user of Dalil can resolve."""


class InvalidDocument(DalilError, ValueError):
    """A document that can't be indexed: no text, or characters that aren't Unicode text."""


QuestionFault = Literal["empty", "no_words", "too_long", "not_text"]


class InvalidQuestion(DalilError, ValueError):
    """A question that can't be searched for.

    Attributes:
        reason: "empty", "no_words", "too_long" or "not_text", so that it can be reported in the user's
            language.
    """

    def __init__(self, reason: QuestionFault, message: str) -> None:
        """Stores the reason and the message."""
        super().__init__(message)
        self.reason: QuestionFault = reason

    def __reduce__(self) -> tuple[type[InvalidQuestion], tuple[QuestionFault, str]]:
        """Supports pickling, to pass the error between processes."""
        return type(self), (self.reason, str(self))


ScopeFault = Literal["key", "quote", "date", "document", "folder", "type", "tag", "nothing"]


class InvalidScope(DalilError, ValueError):
    """A scope that can't be read, or that names what the collection doesn't have.

    Attributes:
        reason: the cause, so that it can be reported in the user's language.
        name: what can't be read, or what isn't there.
    """

    def __init__(self, reason: ScopeFault, message: str, name: str = "") -> None:
        """Stores the reason, the message and the name."""
        super().__init__(message)
        self.reason: ScopeFault = reason
        self.name = name

    def __reduce__(self) -> tuple[type[InvalidScope], tuple[ScopeFault, str, str]]:
        """Supports pickling, to pass the error between processes."""
        return type(self), (self.reason, str(self), self.name)


FileFault = Literal[
    "unreadable", "type", "other_type", "old_word", "encoding", "empty", "damaged", "password", "drm", "scan",
    "fonts", "too_large", "too_slow", "full",
]  # fmt: skip


class UnreadableFile(DalilError):
    """A file whose text can't be read; the message names it.

    Attributes:
        path: of the file, as it was given.
        fault: the cause, so that it can be reported in the user's language.
    """

    path = ""
    fault: FileFault = "unreadable"

    @classmethod
    def of(cls, path: str | Path, why: str, fault: FileFault) -> UnreadableFile:
        """The error for a file.

        Args:
            path: of the file.
            why: the reason that it can't be read, and what to do.
            fault: the code of the cause.
        """
        error = cls(f"{path}: {why}")
        error.path, error.fault = str(path), fault
        return error


PageFault = Literal[
    "address", "credentials", "port", "private", "unresolved", "unreachable", "certificate", "redirects",
    "status", "login", "gone", "too_large", "too_slow", "type", "broken", "content",
]  # fmt: skip
_PAGE_FAULTS: Final[dict[PageFault, str]] = {
    "address": "this isn't the address of a web page. Give one that begins with http:// or https://.",
    "credentials": "there is a user's name or a password in this address. Leave it out.",
    "port": "only the ports 80 and 443 of web servers are asked, not {}. Save the page as a file instead.",
    "private": "{} is this machine, or in a private network, from which no pages are fetched. Save the page "
    "as a file instead.",
    "unresolved": "no host {} was found. Check the address and the connection.",
    "unreachable": "{} doesn't answer. Try again later.",
    "certificate": "{} can't prove that it is {}: its certificate isn't valid.",
    "redirects": "it leads on too often, or to an address without encryption. Give the address that a "
    "browser shows in the end.",
    "status": "the server answers with the error {}. Try again later.",
    "login": "the server gives this page only to those it knows (error {}). Save it as a file instead.",
    "gone": "there is no such page (any more): error {}.",
    "too_large": "the page has more than {} MB. Save it as a file instead.",
    "too_slow": "the page didn't come within {} seconds. Try again later.",
    "type": "what lies there is of the type {}, which isn't read.",
    "broken": "the server's answer can't be read, or broke off. Try again later.",
}


class UnreadablePage(UnreadableFile):
    """A web page that can't be fetched or read; the message names its address.

    Attributes:
        page_fault: the cause, so that it can be reported in the user's language; "content" if the page came,
            but its text can't be read: then `fault` says why.
        detail: what the message names: a host, a port, an error's number, a type, a limit.
    """

    page_fault: PageFault = "content"
    detail = ""

    @classmethod
    def because(cls, address: str, fault: PageFault, detail: str = "") -> UnreadablePage:
        """The error for an address.

        Args:
            address: of the page.
            fault: the cause, other than "content".
            detail: what the message names.
        """
        error = cls(f"{address[:_MAX_NAMED_LENGTH]}: {_PAGE_FAULTS[fault].format(detail, detail)}")
        error.path, error.page_fault, error.detail = address, fault, detail
        return error

    @classmethod
    def content(cls, address: str, error: UnreadableFile) -> UnreadablePage:
        """The error for a page that came, from that for the file that it was kept in."""
        found = cls(f"{address}:{str(error).removeprefix(f'{error.path}:')}")
        found.path, found.fault = address, error.fault
        return found


FlawKind = Literal[
    "characters",
    "parts",
    "lines",
    "formulas",
    "hidden",
    "hidden_cells",
    "recognition",
    "pictures",
    "attachments",
    "objects",
]


@dataclass(frozen=True)
class FileWarning:
    """A part of a file that couldn't be read, although the rest was.

    Attributes:
        path: of the file, as it was given.
        kind: of what couldn't be read, so that it can be reported in the user's language.
        message: names the file and says what couldn't be read.
        count: how many there are.
        names: what they are called in the file, where they have names.
    """

    path: str
    kind: FlawKind
    message: str
    count: int = 1
    names: str = ""


class InvalidPath(DalilError, ValueError):
    """A path in the home folder of a user unknown to this machine."""


class IndexNotFound(DalilError, FileNotFoundError):
    """No index at the given path."""


class IndexDamaged(DalilError):
    """An index whose files don't match its manifest; the message names what is damaged."""


class IndexLocked(DalilError):
    """Another process is writing to the index."""


class EncoderMismatch(DalilError):
    """An index opened with an encoder other than the one that made it."""


class EncoderUnavailable(DalilError):
    """An encoder that can't be loaded: not on this machine, or not installed."""


class EngineUnavailable(DalilError):
    """An address that can't be read: the packages for it aren't installed."""


def make_again(folder: Path | str) -> str:
    """The instruction to rebuild the index in a folder or at an address, for error messages."""
    return f"Make it again: dalil index PATH... --index {folder} --rebuild"


def install_extra(extra: str) -> str:
    """The command that installs an optional extra of Dalil, for error messages.

    Dalil is on no package index: it is installed from the folder that contains this code.
    """
    folder = Path(__file__).resolve().parents[1]
    place = str(folder) if (folder / "pyproject.toml").is_file() else "."
    return f"pip install --editable {shlex.quote(f'{place}[{extra}]')}"


def damaged(path: Path, what: str, folder: Path | None = None) -> IndexDamaged:
    """The error for a file of an index that isn't what was written.

    Args:
        path: the file.
        what: what is wrong with it.
        folder: the index's, if the file isn't in a segment's folder inside it.
    """
    return IndexDamaged(
        f"The index is damaged: {path} {what}. Your own files are untouched. "
        f"{make_again(folder or path.parent.parent)}"
    )
