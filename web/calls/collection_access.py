"""Access to collections: the indexes and documents that are read, and who may read and change them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from index.errors import DalilError, IndexNotFound
from index.types import Document
from qa.collections.interface import CollectionLibrary
from qa.collections.opened import OpenIndexes
from qa.collections.types import CollectionInfo, CollectionNotFound, NotOwner
from web.server.person import user
from web.server.sharing import may_change, may_read
from web.server.users import Users

if TYPE_CHECKING:
    from index import Index


class CollectionAccess:
    """The collections of a library, as far as the user of the current request may read and change them.

    A document's id begins with its collection's.
    """

    def __init__(self, library: CollectionLibrary, users: Users | None = None) -> None:
        """Doesn't open the library's collections yet.

        Args:
            library: the collections.
            users: those who may log in, if users do: then a collection with an owner is seen by the
                owner and its readers alone, and changed by the owner.
        """
        self.library = library
        self._users = users
        self._opened = OpenIndexes(lambda id_: library.open(self.name(id_)))

    def index(self, collection: str) -> Index:
        """The current index of a collection, whoever asks.

        Gradio's queue, which answers questions, doesn't know the user; requests are checked by `check`.

        Args:
            collection: id of the collection.

        Raises:
            CollectionNotFound: it was deleted.
            IndexDamaged, EncoderMismatch: it can't be opened.
        """
        index = self._opened.get(collection)
        try:
            index.refresh()
        except IndexNotFound:
            self._opened.forget(collection)
            raise CollectionNotFound("The collection was deleted.") from None
        return index

    def named(self, name: str) -> Index:
        """The current index of a collection, by its name; where users log in only one that has no owner.

        Raises:
            CollectionNotFound: there is none.
            IndexDamaged, EncoderMismatch: it can't be opened.
        """
        if self._users is None:
            return self.index(self.library.id_of(name))
        # Gradio's queue runs this, and not in the request of a user who is known. The library's own message
        # would name the collections of all users.
        with suppress(CollectionNotFound):
            info = self.library.info(self.library.id_of(name))
            if not info.owner:
                return self.index(info.id)
        raise CollectionNotFound(f"There is no collection {name!r:.200} for programs.")

    def check(self, collection: str) -> None:
        """Checks that the user of this request may ask a collection.

        Raises:
            CollectionNotFound: there is none, or it is another user's.
        """
        self._info(collection)

    def name(self, collection: str) -> str:
        """The name of a collection, whoever asks.

        Raises:
            CollectionNotFound: it was deleted.
        """
        return self.library.info(collection).name

    def document(self, document_id: str) -> Document:
        """The document with this id, if the user of this request may read it.

        Raises:
            KeyError: no collection has it.
        """
        return self._find(document_id)[1]

    def holding(self, document_ids: Iterable[str]) -> str:
        """The id of a collection that contains one of these documents; empty if none does."""
        for document_id in document_ids:
            with suppress(KeyError):
                return self._find(document_id)[0]
        return ""

    def _find(self, document_id: str) -> tuple[str, Document]:
        collection = self.library.collection_of(document_id)
        if collection not in self.library.ids():
            raise KeyError(document_id)
        try:
            self.check(collection)
            return collection, self.index(collection).document(document_id)
        except DalilError:
            raise KeyError(document_id) from None

    def _info(self, id_: str) -> CollectionInfo:
        """A collection that the user of this request may see."""
        info = self.library.info(id_)
        if not self._may_read(info):
            raise CollectionNotFound("The collection was deleted.")  # or was never there, for this user
        return info

    def _owned(self, id_: str) -> CollectionInfo:
        """A collection that the user of this request may change."""
        info = self._info(id_)
        if not self._may_change(info):
            raise NotOwner("The collection is another user's.")
        return info

    def _shareable(self, id_: str) -> tuple[CollectionInfo, Users]:
        """A collection that is the user's of this request, and the users with whom it may be shared."""
        info = self._info(id_)
        if self._users is None or not self._may_share(info):
            raise NotOwner("The collection is not this user's.")
        return info, self._users

    @property
    def _user(self) -> str | None:
        """The user of this request, where users log in."""
        return user() if self._users is not None else None

    def _may_share(self, info: CollectionInfo) -> bool:
        return info.owner != "" and info.owner == self._user

    def _may_change(self, info: CollectionInfo) -> bool:
        return self._users is None or may_change(info, self._user)

    def _may_read(self, info: CollectionInfo) -> bool:
        return self._users is None or may_read(info, self._user, self._users.groups_of)
