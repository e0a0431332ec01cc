"""What a library tells of its collections, and what it refuses."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import platformdirs

from index.errors import DalilError, UnreadableFile
from index.storage.files import chosen_folder

LONGEST_NAME: Final = 100
MOST_COLLECTIONS: Final = 200
"""Collections of a library beside the built-in one: all are in one menu."""
_JOINERS: Final = "\u200c\u200d"  # Persian and Urdu are written with them


def data_folder() -> Path:
    """Folder for what only the user has: `$DALIL_DATA`, else the platform's folder for a user's data.

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
    """There are as many collections as there may be."""


class InvalidName(DalilError, ValueError):
    """What can't be the name of a collection."""


class ReadOnlyCollection(DalilError):
    """The built-in article, which can't be changed."""


@dataclass(frozen=True)
class CollectionInfo:
    """What there is to say about a collection.

    Attributes:
        id: stays when it is renamed.
        name: as it was given.
        documents, passages: how many.
        created: when it was made; None for the built-in article.
        read_only: whether it can't be changed.
        fault: why it can't be opened, if it can't.
    """

    id: str
    name: str
    documents: int
    passages: int
    created: datetime | None
    read_only: bool = False
    fault: str = ""


@dataclass(frozen=True)
class DocumentInfo:
    """What there is to say about a document of a collection.

    Attributes:
        id: by which it is removed.
        title, author: as the file gave them, or the file's name.
        source: the name of the file.
        paragraphs: as a reader counts them.
        added: when.
    """

    id: str
    title: str
    author: str
    source: str
    paragraphs: int
    added: datetime | None


@dataclass(frozen=True)
class Duplicate:
    """A file whose text the collection has already, under another name.

    Attributes:
        name: of the file.
        original: the name under which the text is there.
    """

    name: str
    original: str


@dataclass(frozen=True)
class Added:
    """What became of files that were to be added: each is in one of these.

    Attributes:
        added: the documents that are new.
        unchanged: those that were there under the same name with the same text.
        duplicates: those whose text is there under another name; they weren't added.
        failed: why others couldn't be read.
    """

    added: tuple[DocumentInfo, ...] = ()
    unchanged: tuple[DocumentInfo, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    failed: tuple[UnreadableFile, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far adding is.

    Attributes:
        stage: "reading", counted in files, then "encoding", counted in passages.
        done, total: how many are, and of how many.
        seconds_left: an estimate; None until there is one.
    """

    stage: str
    done: int
    total: int
    seconds_left: float | None


Report = Callable[[Progress], None]


def clean_name(name: str) -> str:
    """A name as it is kept: any letters of any script, single spaces.

    Raises:
        InvalidName: it has no letter or digit, is too long, or has characters that can't be seen.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in _JOINERS for c in cleaned):
        raise InvalidName(f"The name {name!r} has characters that can't be seen. Type it again.")
    if not any(map(str.isalnum, cleaned)):
        raise InvalidName("A name needs a letter or a digit.")
    if len(cleaned) > LONGEST_NAME:
        raise InvalidName(f"The name is longer than {LONGEST_NAME} characters. Shorten it.")
    return cleaned


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for capitals, spaces and ways of writing the same letters."""
    return _key(one) == _key(other)


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())
