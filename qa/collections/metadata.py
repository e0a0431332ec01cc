"""Collection metadata stored beside the index: name, import times and sizes, and the write lock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from index.errors import IndexDamaged, IndexLocked
from index.storage import files
from index.types import DocumentHead
from qa.collections.types import CollectionNotFound, DocumentInfo

ABOUT: Final = "collection.json"
INDEX: Final = "index"
LOCK: Final = "changes.lock"
# Seconds that a change waits for the lock.
_PATIENCE: Final = 5


@dataclass(frozen=True)
class Entry:
    """Document metadata not stored in the index.

    Attributes:
        when: time of import.
        size: size of its file in bytes.
    """

    when: datetime
    size: int


@dataclass(frozen=True)
class About:
    """Collection metadata not stored in the index.

    Attributes:
        name: as it was given.
        created: time of creation.
        entries: metadata of its documents, by id.
        owner: name of the user who may change it; empty if everybody may.
        readers: users who may ask it, too, and groups of users, each as "@" and its name.
    """

    name: str
    created: datetime
    entries: Mapping[str, Entry]
    owner: str = ""
    readers: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> About:
        """Loads what `save` wrote.

        Raises:
            IndexDamaged: it can't be read.
        """
        path = folder / ABOUT
        try:
            record = json.loads(files.read_regular(path))
            entries = {
                str(id_): Entry(datetime.fromisoformat(when), int(size))
                for id_, (when, size) in record["entries"].items()
            }
            readers = tuple(map(str, record.get("readers", ())))
            owner = str(record.get("owner", ""))
            return cls(
                str(record["name"]), datetime.fromisoformat(record["created"]), entries, owner, readers
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexDamaged(
                f"{path} can't be read ({error}). Delete the collection and add its files again."
            ) from error

    def save(self, folder: Path) -> None:
        """Saves the metadata atomically.

        Raises:
            OSError: it can't be written.
        """
        entries = {id_: (entry.when.isoformat(), entry.size) for id_, entry in self.entries.items()}
        record = {
            "name": self.name,
            "created": self.created.isoformat(),
            "entries": entries,
            "owner": self.owner,
            "readers": self.readers,
        }
        files.replace(folder / ABOUT, json.dumps(record, ensure_ascii=False, indent=1).encode())


def now() -> datetime:
    """The current time in UTC, to the second."""
    return datetime.now(timezone.utc).replace(microsecond=0)


def name_of(folder: Path) -> str:
    """A collection's name, or its folder's name if that can't be read."""
    try:
        return About.load(folder).name
    except IndexDamaged:
        return folder.name


@contextmanager
def changing(path: Path, taken: str) -> Iterator[None]:
    """Holds an exclusive lock between processes; it is released when the process ends.

    Args:
        path: the lock file.
        taken: error message if another process holds it.

    Raises:
        IndexLocked: another process holds it.
        CollectionNotFound: its folder is gone.
    """
    from filelock import Timeout

    lock = files.lock(path, _PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise IndexLocked(f"{taken} Try again when it has finished.") from None
    except FileNotFoundError:
        raise CollectionNotFound("The collection was deleted meanwhile.") from None
    try:
        yield
    finally:
        lock.release()


def document_info(head: DocumentHead, paragraphs: int, entries: Mapping[str, Entry]) -> DocumentInfo:
    """The `DocumentInfo` of a document of a collection's index.

    Args:
        head: the document.
        paragraphs: how many it has.
        entries: of the collection.
    """
    entry = entries.get(head.id)
    return DocumentInfo(
        id=head.id,
        title=head.title,
        author=head.author,
        source=head.source,
        paragraphs=paragraphs,
        added=entry.when if entry else None,
        fetched=head.fetched,
    )
