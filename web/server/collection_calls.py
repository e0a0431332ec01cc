"""Collection calls of a page: list, create, rename, delete, fill and empty.

Every call takes the data sent by the page's script (library.js), and returns what to show next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import DalilError, IndexDamaged, IndexNotFound
from index.readers.web.fetch import Fetcher
from index.text.analyzer import Language
from index.types import Document
from qa.collections.followed import Followed
from qa.collections.interface import CollectionLibrary
from qa.collections.opened import OpenIndexes
from qa.collections.suggestions import Ask, suggest
from qa.collections.types import (
    BUILT_IN_ID,
    Added,
    CollectionInfo,
    CollectionNotFound,
    DocumentInfo,
    NotOwner,
    ReadOnlyCollection,
    Report,
)
from qa.messages import say
from web.server.person import person, user
from web.server.sharing import may_change, may_read
from web.server.users import UnknownReader, Users
from web.uploads.batches import PATIENCE, Batch, Uploads, shown_name
from web.uploads.following import Following
from web.uploads.pages import Pages
from web.views import collection_views, scope_choices

if TYPE_CHECKING:
    from index import Index

Data = Mapping[str, Any]
Reply = dict[str, Any]
Calls = dict[str, Callable[[Data, Language], Reply]]


class Collections:
    """A library as seen by the pages of one server.

    The selected collection is the page's state: each call carries its id.
    A document's id begins with its collection's.
    """

    def __init__(
        self,
        library: CollectionLibrary,
        read_only: bool = False,
        patience: float = PATIENCE,
        answers: Ask | None = None,
        users: Users | None = None,
        roots: Sequence[Path] = (),
        fetcher: Fetcher | None = None,
    ) -> None:
        """Doesn't open the library's collections yet.

        Args:
            library: the collections.
            read_only: whether changes by pages are refused.
            patience: as for `Uploads`.
            users: those who may log in, if users do: then a collection with an owner is seen by the
                owner and its readers alone, and changed by the owner.
            roots: folders of this machine that collections may follow, including their subfolders.
            fetcher: fetches web pages for collections; none are fetched without it.
            answers: answers a question from an index: with it questions are suggested for each collection.
        """
        self._answers = answers
        self._users = users
        self._suggested: dict[tuple[str, int, int], list[str]] = {}
        self._suggesting = threading.Lock()
        self.library = library
        self.read_only = read_only or not library.changeable
        self.arrivals = Uploads(self._add, patience=patience)
        self.following = Following(library, self.arrivals.noting, () if self.read_only else roots)
        self.pages = Pages(library, self.arrivals.noting, None if self.read_only else fetcher)
        self._opened = OpenIndexes(lambda id_: library.open(self.name(id_)))
        self._looks: Calls = {
            "state": self._state,
            "progress": self._progress,
            "suggest": self._suggest,
            "followed": self._followed,
            "sharing": self._sharing,
        }
        self._changes: Calls = {
            "create": self._create,
            "rename": self._rename,
            "delete": self._delete,
            "remove": self._remove,
            "existing": self._existing,
            "begin": self._begin,
            "finish": self._finish,
            "follow": self._follow,
            "stop_following": self._stop_following,
            "fetch": self._fetch,
            "refresh": self._refresh,
            "share": self._share,
        }

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

    def call(self, data: Data) -> Reply:
        """Dispatches a page's call.

        Returns:
            What the page shows next; or `error`, a message that says why the call failed.
        """
        language: Language = "ar" if data["language"] == "ar" else "en"
        try:
            act = str(data["act"])
            if act in self._changes and self.read_only:
                raise ReadOnlyCollection("pages may change nothing")
            return (self._looks | self._changes)[act](data, language)
        except (DalilError, OSError) as error:
            return {"error": collection_views.trouble(error, language)}

    def _state(self, data: Data, language: Language) -> Reply:
        """The collections, and the documents of the page's collection, or else of the built-in one."""
        infos = [info for info in self.library.collections() if self._may_read(info)]
        info = next((info for info in infos if info.id == data.get("collection")), infos[0])
        first = int(data.get("first") or 0)
        documents, found = self._listed(info, first, str(data.get("find") or ""))
        is_built_in = info.id == BUILT_IN_ID
        changeable = not (info.read_only or info.fault or self.read_only) and self._may_change(info)
        return {
            "collection": info.id,
            "plain_name": "" if is_built_in else info.name,
            "name": collection_views.name(info, language),
            "menu": collection_views.menu(infos, info.id, language),
            "note": collection_views.note(
                info,
                self.read_only,
                language,
                owner="" if self._may_change(info) else info.owner,
                readers=info.readers if changeable and self._may_share(info) else (),
            ),
            "documents": collection_views.documents(
                documents, 0, changeable, language, refreshable=changeable and self.pages.is_on
            ),
            "last": min(first + len(documents), found),
            "found": found,
            "total": info.documents,
            "built_in": is_built_in,
            "changeable": changeable,
            "own": not (info.read_only or self.read_only) and self._may_change(info),
            "shareable": changeable and self._may_share(info),
            "followable": changeable and bool(self.following.roots),
            "fetches": changeable and self.pages.is_on,
            **self._followed({"collection": info.id}, language),
        }

    def _listed(self, info: CollectionInfo, first: int, find: str) -> tuple[list[DocumentInfo], int]:
        """The documents to list, from number `first` of those that `find` finds, and how many it finds."""
        if info.fault:
            return [], 0
        if not find.strip():
            return self.library.documents(info.name, first, collection_views.MOST), info.documents
        every = self.library.documents(info.name)
        found = [one for one in every if scope_choices.is_named(find, one.title, one.source)]
        return found[first:][: collection_views.MOST], len(found)

    def _followed(self, data: Data, language: Language) -> Reply:
        """The folder that the page's collection follows, and a value that changes with its contents."""
        info = self._info(str(data["collection"]))
        known = self.following.of_collection(info.id)
        if known is None or not self._may_change(info):  # a path is nobody else's business
            return {"folder": "", "version": "", "busy": self._batch_of(info.id) is not None}
        folder = None
        with suppress(IndexDamaged):  # which is the error that is shown
            folder = self.library.followed(info.id)
        folder = folder or Followed(known.folder, {})
        shown = collection_views.followed(folder, known.error, language)
        version = f"{info.documents} {info.passages} {hash(shown)}"
        return {"folder": shown, "version": version, "busy": self._batch_of(info.id) is not None}

    def _follow(self, data: Data, language: Language) -> Reply:
        info = self._owned(str(data["collection"]))
        self.following.follow(info.id, str(data["path"]))
        return self._state(data, language)

    def _stop_following(self, data: Data, language: Language) -> Reply:
        self.following.stop(self._owned(str(data["collection"])).id)
        return self._state(data, language)

    def _batch_of(self, collection: str) -> Batch | None:
        """What is being added to a collection: files sent by a page or of its folder, or a web page."""
        followed = self.following.of_collection(collection)
        batch = followed.batch if followed else None
        of_folder = batch if batch is not None and batch.stage != "done" else None
        return self.arrivals.of_collection(collection) or self.pages.of_collection(collection) or of_folder

    def _suggest(self, data: Data, language: Language) -> Reply:  # noqa: ARG002
        """Questions that the page's collection answers, made once for as long as it doesn't change."""
        id_ = str(data["collection"])
        info, index = self._info(id_), self.index(id_).snapshot()
        key = (id_, info.documents, len(index.passages))
        with self._suggesting:
            if key not in self._suggested and self._answers is not None:
                for old in [one for one in self._suggested if one[0] == id_]:
                    del self._suggested[old]
                self._suggested[key] = suggest(index, self._answers)
            return {"questions": collection_views.questions(self._suggested.get(key, []))}

    def _create(self, data: Data, language: Language) -> Reply:
        return self._state(
            {
                "collection": self.library.create(
                    str(data["name"]), (user() if self._users is not None else None) or ""
                ).id
            },
            language,
        )

    def _rename(self, data: Data, language: Language) -> Reply:
        self.library.rename(self._owned(str(data["collection"])).name, str(data["name"]))
        return self._state(data, language)

    def _delete(self, data: Data, language: Language) -> Reply:
        id_ = str(data["collection"])
        self.library.delete(self._owned(id_).name)
        self._opened.forget(id_)
        return self._state({}, language)

    def _sharing(self, data: Data, language: Language) -> Reply:  # noqa: ARG002
        """Whose a collection is and who else may ask it, for its owner."""
        info, _ = self._shareable(str(data["collection"]))
        return {
            "owner": info.owner,
            "users": [one for one in info.readers if not one.startswith("@")],
            "groups": [one[1:] for one in info.readers if one.startswith("@")],
        }

    def _share(self, data: Data, language: Language) -> Reply:
        info, users = self._shareable(str(data["collection"]))
        try:
            readers = users.readers(map(str, data["users"]), map(str, data["groups"]))
        except UnknownReader as error:
            names = collection_views.listed(error.names, language)
            return {"error": say("unknown_readers", language, names=names)}
        self.library.share(info.name, info.owner, readers)
        return self._state(data, language)

    def _remove(self, data: Data, language: Language) -> Reply:
        name = self._owned(str(data["collection"])).name
        try:
            self.library.remove(name, [str(data["document"])])
        except KeyError as error:
            if isinstance(error, CollectionNotFound):
                raise
            # Removed on another page.
        return self._state(data, language)

    def _existing(self, data: Data, language: Language) -> Reply:  # noqa: ARG002
        """The names of files that would replace an older version in the collection."""
        name = self._info(str(data["collection"])).name
        sources = {document.source for document in self.library.documents(name)}
        return {"names": [one for one in map(str, data["names"]) if shown_name(one) in sources]}

    def _begin(self, data: Data, language: Language) -> Reply:
        info = self._owned(str(data["collection"]))
        if info.read_only:
            raise ReadOnlyCollection("the built-in article")
        files = [(str(file["name"]), int(file["size"])) for file in data["files"]]
        batch, accepted = self.arrivals.begin(info.id, files, person())
        reply = {"batch": batch.id, "accepted": accepted}
        if accepted:
            return {**reply, **collection_views.progress(batch, True, language)}
        # It isn't kept: the page has to know all that is to be said of it, in whatever language.
        languages: Sequence[Language] = ("ar", "en")
        return {**reply, "refused": {one: collection_views.progress(batch, True, one) for one in languages}}

    def _fetch(self, data: Data, language: Language) -> Reply:
        """Begins to fetch a web page whose address a person has typed."""
        info = self._owned(str(data["collection"]))
        if info.read_only:
            raise ReadOnlyCollection("the built-in article")
        batch = self.pages.begin(info.id, str(data["address"]), person())
        return {"batch": batch.id, **collection_views.progress(batch, True, language)}

    def _refresh(self, data: Data, language: Language) -> Reply:
        """Begins to fetch a web page of the collection again."""
        info = self._owned(str(data["collection"]))
        found = (one for one in self.library.documents(info.name) if one.id == data["document"])
        document = next(found, None)
        if document is None or not document.fetched:
            return self._state(data, language)  # it was removed on another page
        return self._fetch({**data, "address": document.source}, language)

    def _finish(self, data: Data, language: Language) -> Reply:
        batch = self.arrivals.batch(str(data["batch"]))
        if batch is not None:
            self.arrivals.finish(batch)
        return self._progress(data, language)

    def _progress(self, data: Data, language: Language) -> Reply:
        """Progress of the page's own batch, or of another's that is being added to the collection."""
        own = data.get("batch")
        batch = (
            self.arrivals.batch(str(own)) or self.pages.batch(str(own))
            if own
            else self._shown_batch(str(data["collection"]))
        )
        return collection_views.progress(batch, bool(own), language)

    def _shown_batch(self, collection: str) -> Batch | None:
        """What is being added to a collection that the user of this request may see."""
        with suppress(CollectionNotFound):
            self.check(collection)
            return self._batch_of(collection)
        return None

    def _add(
        self, collection: str, paths: Sequence[Path], report: Report, names: Mapping[Path, str]
    ) -> Added:
        # Not by `_info`: no user's request is about any more.
        return self.library.add_files(self.library.info(collection).name, paths, report, names)

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

    def _may_share(self, info: CollectionInfo) -> bool:
        return self._users is not None and info.owner != "" and info.owner == user()

    def _may_change(self, info: CollectionInfo) -> bool:
        return self._users is None or may_change(info, user())

    def _may_read(self, info: CollectionInfo) -> bool:
        return self._users is None or may_read(info, user(), self._users.groups_of)
