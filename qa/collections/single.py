"""A library of one index, such as `dalil chat --index DIR` shows; nothing in it can be changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

from index.interface import Index
from index.text.paragraphs import paragraphs
from index.types import Document
from qa.collections.originals import source_file
from qa.collections.types import (
    CollectionInfo,
    CollectionNotFound,
    DocumentInfo,
    ReadOnlyCollection,
    Report,
    same_name,
)

if TYPE_CHECKING:
    from index.readers.web.fetch import Fetcher

_ID = "index"


class SingleIndex:
    """An index as the only collection of a library (`qa.collections.interface.CollectionLibrary`).

    It isn't a `Library`: it knows no data folder, and so can't change the user's own collections.

    Args:
        index: the index, wherever it is.

    Attributes:
        folder: the index's own; an address where it isn't on this machine. Nothing is written there.
    """

    changeable = False

    def __init__(self, index: Index) -> None:
        self.folder = Path(index.location)
        self._index = index
        self._called = PurePosixPath(index.location.rstrip("/")).name or index.location

    def collections(self) -> list[CollectionInfo]:
        """The index as a collection."""
        return [CollectionInfo(_ID, self._called, len(self._index.documents), 0, None, read_only=True)]

    def info(self, id_: str) -> CollectionInfo:
        """The index as a collection.

        Raises:
            CollectionNotFound: the id is another one's.
        """
        if id_ != _ID:
            raise CollectionNotFound("The collection isn't here.")
        return self.collections()[0]

    def id_of(self, name: str) -> str:
        """The only id, by the only name.

        Raises:
            CollectionNotFound: the name is another one.
        """
        if not same_name(name, self._called):
            raise CollectionNotFound(f"There is no collection {name!r}. There is: {self._called!r}.")
        return _ID

    def ids(self) -> list[str]:
        """The only id."""
        return [_ID]

    def collection_of(self, document_id: str) -> str:  # noqa: ARG002
        """The only id: a document's doesn't depend on its collection."""
        return _ID

    def open(self, name: str) -> Index:  # noqa: ARG002
        """The index."""
        return self._index

    def original(self, document: Document) -> Path | None:
        """The file that a document names as its source."""
        return source_file(document)

    def documents(self, name: str, first: int = 0, most: int | None = None) -> list[DocumentInfo]:  # noqa: ARG002
        """Its documents, as `Library.documents`."""
        self._index.refresh()
        documents = self._index.documents
        last = len(documents) if most is None else min(first + most, len(documents))
        found = (documents[number] for number in range(first, last))
        return [
            DocumentInfo(
                one.id,
                one.title,
                one.author,
                one.source,
                sum(1 for _ in paragraphs(one.text)),
                None,
                one.fetched,
            )
            for one in found
        ]

    def followed(self, id_: str) -> None:
        """None: an index follows no folder here."""

    def create(self, name: str, owner: str = "") -> NoReturn:  # noqa: ARG002
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def share(self, name: str, owner: str, readers: Iterable[str]) -> NoReturn:  # noqa: ARG002
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def rename(self, name: str, new_name: str) -> NoReturn:  # noqa: ARG002
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def delete(self, name: str) -> NoReturn:
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def add_files(
        self,
        name: str,
        paths: Iterable[str | Path],  # noqa: ARG002
        progress: Report | None = None,  # noqa: ARG002
        names: Mapping[Path, str] = MappingProxyType({}),  # noqa: ARG002
        gone: Collection[str] = (),  # noqa: ARG002
        released: Collection[str] = (),  # noqa: ARG002
    ) -> NoReturn:
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def add_page(
        self,
        name: str,
        address: str,  # noqa: ARG002
        progress: Report | None = None,  # noqa: ARG002
        fetcher: Fetcher | None = None,  # noqa: ARG002
    ) -> NoReturn:
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def remove(self, name: str, document_ids: Iterable[str]) -> NoReturn:  # noqa: ARG002
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def follow(self, name: str, folder: Path | None) -> NoReturn:  # noqa: ARG002
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def take_up(self, name: str, settled: Collection[str], progress: Report | None = None) -> NoReturn:  # noqa: ARG002
        """Raises ReadOnlyCollection."""
        _refuse(name)

    def clean_later(self) -> None:
        """Does nothing: nothing is removed here."""


def _refuse(name: str) -> NoReturn:
    raise ReadOnlyCollection(f"{name!r:.200} can't be made or changed here: this is one index.")
