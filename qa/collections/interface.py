"""`CollectionLibrary`: what the chat needs of a library, implemented by `Library` and `SingleIndex`."""

# ruff: noqa: ARG002, D102 - the methods are described by `Library`

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn, Protocol

from qa.collections.types import Added, CollectionInfo, DocumentInfo, ReadOnlyCollection, Report

if TYPE_CHECKING:
    from index.interface import Index
    from index.readers.web.fetch import Fetcher
    from index.types import Document
    from qa.collections.followed import Followed


class CollectionLibrary(Protocol):
    """Collections that can be listed, asked and read, and, if they are `changeable`, changed.

    The methods are described by `Library`. A library that can't be changed has those for changes from here,
    where they raise ReadOnlyCollection.

    Attributes:
        changeable: whether collections can be made, filled and emptied.
        folder: where the library keeps what is its own; no collection follows it.
    """

    changeable: bool
    folder: Path

    def collections(self) -> list[CollectionInfo]: ...

    def info(self, id_: str) -> CollectionInfo: ...

    def id_of(self, name: str) -> str: ...

    def ids(self) -> list[str]: ...

    def collection_of(self, document_id: str) -> str: ...

    def open(self, name: str) -> Index: ...

    def documents(self, name: str, first: int = 0, most: int | None = None) -> list[DocumentInfo]: ...

    def original(self, document: Document) -> Path | None: ...

    def followed(self, id_: str) -> Followed | None:
        return None

    def create(self, name: str, owner: str = "") -> CollectionInfo:
        _refuse(name)

    def share(self, name: str, owner: str, readers: Iterable[str]) -> CollectionInfo:
        _refuse(name)

    def rename(self, name: str, new_name: str) -> CollectionInfo:
        _refuse(name)

    def delete(self, name: str) -> None:
        _refuse(name)

    def add_files(
        self,
        name: str,
        paths: Iterable[str | Path],
        progress: Report | None = None,
        names: Mapping[Path, str] = MappingProxyType({}),
    ) -> Added:
        _refuse(name)

    def add_page(
        self, name: str, address: str, progress: Report | None = None, fetcher: Fetcher | None = None
    ) -> Added:
        _refuse(name)

    def remove(self, name: str, document_ids: Iterable[str]) -> None:
        _refuse(name)

    def follow(self, name: str, folder: Path | None) -> None:
        _refuse(name)

    def synchronise(self, name: str, unchanging: Collection[str], progress: Report | None = None) -> Added:
        _refuse(name)

    def clean_later(self) -> None: ...


def _refuse(name: str) -> NoReturn:
    raise ReadOnlyCollection(f"{name!r:.200} can't be made or changed here: this is one index.")
