"""Types and errors of the collection library."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import platformdirs

from index.errors import DalilError, FileWarning, UnreadableFile
from index.storage.files import chosen_folder

BUILT_IN: Final = "built-in article"
"""Name of the built-in, read-only collection."""
BUILT_IN_ID: Final = "built-in"
MAX_NAME_LENGTH: Final = 100
MAX_COLLECTIONS: Final = 200
"""Most collections of a library beside the built-in one: all are in one menu."""
_JOINERS: Final = "\u200c\u200d"  # Persian and Urdu are written with them


def data_folder() -> Path:
    """The user data folder: `$DALIL_DATA`, else the platform's user data directory.

    Raises:
        InvalidPath: the variable names the home folder of a user who doesn't exist.
    """
    return chosen_folder("DALIL_DATA") or Path(platformdirs.user_data_dir("dalil"))


class CollectionNotFound(DalilError, KeyError):
    """No collection has this name."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError's own puts it in quotation marks


class CollectionExists(DalilError):
    """Another collection has this name already."""


class TooManyCollections(DalilError):
    """The limit on the number of collections is reached."""


class InvalidName(DalilError, ValueError):
    """The name isn't valid for a collection."""


class NotOwner(DalilError, PermissionError):
    """The collection is another user's, who alone may change it."""


class FolderNotAllowed(DalilError):
    """The folder isn't one that collections may follow.

    Attributes:
        roots: folders that may be named, and those in them.
    """

    def __init__(self, message: str, roots: Sequence[Path] = ()) -> None:
        """Says which may be named."""
        super().__init__(message)
        self.roots = tuple(roots)


class FolderNotFound(DalilError):
    """There is no such folder, or it can't be read."""


class FolderTooLarge(DalilError):
    """The folder holds more files than a collection may follow."""


class ReadOnlyCollection(DalilError):
    """The built-in article can't be changed."""


@dataclass(frozen=True)
class CollectionInfo:
    """Summary of a collection.

    Attributes:
        id: identifier that survives renaming.
        name: as it was given.
        documents, passages: their numbers.
        created: time of creation; None for the built-in article.
        read_only: whether it can't be changed.
        fault: why it can't be opened, if it can't.
        owner: name of the user who may change it; empty if everybody may.
        readers: users who may ask it, too, and groups of users, each as "@" and its name.
    """

    id: str
    name: str
    documents: int = 0
    passages: int = 0
    created: datetime | None = None
    read_only: bool = False
    fault: str = ""
    owner: str = ""
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentInfo:
    """Summary of a document in a collection.

    Attributes:
        id: identifier, used to remove it.
        title, author: from the file's metadata, or the file's name.
        source: name of the file, or address of the web page.
        paragraphs: number of paragraphs, as a reader counts them.
        added: time of import.
        fetched: of a web page, the day on which it was fetched, as in "2026-11-30"; else empty.
    """

    id: str
    title: str
    author: str
    source: str
    paragraphs: int
    added: datetime | None = None
    fetched: str = ""


@dataclass(frozen=True)
class Duplicate:
    """A file whose text is already in the collection under another name.

    Attributes:
        name: name of the file.
        original: name of the document with the same text.
    """

    name: str
    original: str


@dataclass(frozen=True)
class Added:
    """Result of an import: each file is in exactly one of `added`, `unchanged`, `duplicates` and `failed`.

    Attributes:
        added: new documents.
        unchanged: documents already present under the same name with the same text.
        duplicates: files whose text is present under another name; not added.
        failed: errors of the files that couldn't be read.
        warnings: what couldn't be read of the files that are in the collection now.
        replaced: names of the added ones that took the place of an older version.
    """

    added: tuple[DocumentInfo, ...] = ()
    unchanged: tuple[DocumentInfo, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    failed: tuple[UnreadableFile, ...] = ()
    warnings: tuple[FileWarning, ...] = ()
    replaced: tuple[str, ...] = ()

    def with_further(self, other: Added) -> Added:
        """This result and that of further files."""
        return Added(
            self.added + other.added,
            self.unchanged + other.unchanged,
            self.duplicates + other.duplicates,
            self.failed + other.failed,
            self.warnings + other.warnings,
            self.replaced + other.replaced,
        )


@dataclass(frozen=True)
class Progress:
    """Progress of an import.

    Attributes:
        stage: "reading", counted in files, then "encoding", counted in passages; while a file is read whose
            text has to be recognised, "recognizing", counted in its pages; of a web page first "fetching".
        done, total: number done, and number of all.
        seconds_left: estimated remaining time; None until there is an estimate.
    """

    stage: str
    done: int
    total: int
    seconds_left: float | None


Report = Callable[[Progress], None]


def clean_name(name: str) -> str:
    """Normalises a name: letters of any script, single spaces.

    Raises:
        InvalidName: it has no letter or digit, is too long, or has invisible characters.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in _JOINERS for c in cleaned):
        raise InvalidName(f"The name {name!r} has characters that can't be seen. Type it again.")
    if not any(map(str.isalnum, cleaned)):
        raise InvalidName("A name needs a letter or a digit.")
    if len(cleaned) > MAX_NAME_LENGTH:
        raise InvalidName(f"The name is longer than {MAX_NAME_LENGTH} characters. Shorten it.")
    return cleaned


def same_name(one: str, other: str) -> bool:
    """Whether two names are equal up to case, spaces and Unicode form."""
    return _key(one) == _key(other)


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())
