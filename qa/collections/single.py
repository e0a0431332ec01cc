"""A library of one index, such as `dalil chat --index DIR` shows; nothing in it can be changed."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from index.interface import Index
from index.text.paragraphs import paragraphs
from index.types import Document
from qa.collections.interface import CollectionLibrary
from qa.collections.originals import source_file
from qa.collections.types import CollectionInfo, CollectionNotFound, DocumentInfo, same_name

_ID = "index"


class SingleIndex(CollectionLibrary):
    """An index as the only collection of a library.

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
        return [CollectionInfo(_ID, self._called, documents=len(self._index.documents), read_only=True)]

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

    def clean_later(self) -> None:
        """Does nothing: nothing is removed here."""

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
                id=one.id,
                title=one.title,
                author=one.author,
                source=one.source,
                paragraphs=sum(1 for _ in paragraphs(one.text)),
                fetched=one.fetched,
            )
            for one in found
        ]
