"""`CollectionLibrary`: what the chat needs of a library, implemented by `Library` and `SingleIndex`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from qa.collections.types import Added, CollectionInfo, DocumentInfo, Report

if TYPE_CHECKING:
    from index.interface import Index
    from index.readers.web.fetch import Fetcher
    from index.types import Document
    from qa.collections.followed import Followed


class CollectionLibrary(Protocol):
    """Collections that can be listed, asked and read, and, if they are `changeable`, changed.

    The methods are described by `Library`. Where nothing can be changed, those that would raise
    ReadOnlyCollection.

    Attributes:
        changeable: whether collections can be made, filled and emptied.
        folder: where the library keeps what is its own; no collection follows it.
    """

    changeable: bool
    folder: Path

    def collections(self) -> list[CollectionInfo]: ...  # noqa: D102 - as in Library, also below

    def info(self, id_: str) -> CollectionInfo: ...  # noqa: D102

    def id_of(self, name: str) -> str: ...  # noqa: D102

    def ids(self) -> list[str]: ...  # noqa: D102

    def collection_of(self, document_id: str) -> str: ...  # noqa: D102

    def open(self, name: str) -> Index: ...  # noqa: D102

    def documents(self, name: str, first: int = 0, most: int | None = None) -> list[DocumentInfo]: ...  # noqa: D102

    def original(self, document: Document) -> Path | None: ...  # noqa: D102

    def followed(self, id_: str) -> Followed | None: ...  # noqa: D102

    def create(self, name: str, owner: str = "") -> CollectionInfo: ...  # noqa: D102

    def share(self, name: str, owner: str, readers: Iterable[str]) -> CollectionInfo: ...  # noqa: D102

    def rename(self, name: str, new_name: str) -> CollectionInfo: ...  # noqa: D102

    def delete(self, name: str) -> None: ...  # noqa: D102

    def add_files(  # noqa: D102
        self,
        name: str,
        paths: Iterable[str | Path],
        progress: Report | None = None,
        names: Mapping[Path, str] = MappingProxyType({}),
        gone: Collection[str] = (),
        released: Collection[str] = (),
    ) -> Added: ...

    def add_page(  # noqa: D102
        self, name: str, address: str, progress: Report | None = None, fetcher: Fetcher | None = None
    ) -> Added: ...

    def remove(self, name: str, document_ids: Iterable[str]) -> None: ...  # noqa: D102

    def follow(self, name: str, folder: Path | None) -> None: ...  # noqa: D102

    def take_up(self, name: str, settled: Collection[str], progress: Report | None = None) -> Added: ...  # noqa: D102

    def clean_later(self) -> None: ...  # noqa: D102
