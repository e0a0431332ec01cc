"""Collection calls of a page: list, create, rename, delete, fill and empty.

Every call returns what the page shows next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import DalilError, IndexDamaged
from index.readers.web.fetch import Fetcher
from index.text.analyzer import Language
from qa.collections.followed import Followed
from qa.collections.interface import CollectionLibrary
from qa.collections.suggestions import Ask, suggest
from qa.collections.types import (
    BUILT_IN_ID,
    Added,
    CollectionInfo,
    CollectionNotFound,
    DocumentInfo,
    ReadOnlyCollection,
    Report,
)
from qa.messages import say
from web.calls.collection_access import CollectionAccess
from web.page_calls import (
    Act,
    BeginBatch,
    CollectionCall,
    Create,
    DocumentCall,
    Existing,
    Fetch,
    Finish,
    Follow,
    Progress,
    Rename,
    Share,
    State,
    arguments,
)
from web.server.gradio_requests import NotFound
from web.server.person import person
from web.server.users import UnknownReader, Users
from web.uploads.batches import PATIENCE, Batch, Uploads, shown_name
from web.uploads.following import Following
from web.uploads.pages import Pages
from web.views import collection_views, scope_choices

Reply = dict[str, Any]
Handlers = Mapping[str, Callable[..., Reply]]


class Collections(CollectionAccess):
    """What the pages of one server may do with the collections of a library.

    The selected collection is the page's state: each call carries its id.
    """

    def __init__(
        self,
        library: CollectionLibrary,
        read_only: bool = False,
        *,
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
            users: as for `CollectionAccess`.
            roots: folders of this machine that collections may follow, including their subfolders.
            fetcher: fetches web pages for collections; none are fetched without it.
            answers: answers a question from an index: with it questions are suggested for each collection.
        """
        super().__init__(library, users)
        self._answers = answers
        self._suggested: dict[tuple[str, int, int], list[str]] = {}
        self._suggesting = threading.Lock()
        self.read_only = read_only or not library.changeable
        self.uploads = Uploads(self._add, patience=patience)
        self.following = Following(library, self.uploads.recording, () if self.read_only else roots)
        self.pages = Pages(library, self.uploads.recording, None if self.read_only else fetcher)
        self._looks: Handlers = {
            "state": self._state,
            "progress": self._progress,
            "suggest": self._suggest,
            "followed": self._followed,
            "sharing": self._sharing,
        }
        self._changes: Handlers = {
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

    def call(self, data: object) -> Reply:
        """Dispatches a page's call: an `act` and its arguments.

        Returns:
            What the page shows next; or `error`, a message that says why the call failed.

        Raises:
            NotFound: there is no such act.
            InvalidRequest: an argument is missing, of the wrong type, or out of range.
        """
        act = Act.of(data).act
        handler = self._looks.get(act) or self._changes.get(act)
        if handler is None:
            raise NotFound(f"There is no act {act!r:.100}.")
        sent = arguments(handler, data)
        try:
            if act in self._changes and self.read_only:
                raise ReadOnlyCollection("pages may change nothing")
            return handler(sent)
        except (DalilError, OSError) as error:
            return {"error": collection_views.error_message(error, sent.language)}

    def _state(self, sent: State) -> Reply:
        return self._shown(sent.collection, sent.language, sent.first or 0, sent.find)

    def _shown(self, collection: str | None, language: Language, first: int = 0, find: str = "") -> Reply:
        """The collections, and the documents of the page's collection, or else of the built-in one."""
        infos = [info for info in self.library.collections() if self._may_read(info)]
        info = next((info for info in infos if info.id == collection), infos[0])
        documents, found = self._listed(info, first, find if info.id == collection else "")
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
                everybodys=self._users is not None and not info.owner and changeable,
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
            **self._folder(info, language),
        }

    def _listed(self, info: CollectionInfo, first: int, find: str) -> tuple[list[DocumentInfo], int]:
        """The documents to list, from number `first` of those that `find` finds, and how many it finds."""
        if info.fault:
            return [], 0
        if not find.strip():
            return self.library.documents(info.name, first, collection_views.MAX_SHOWN), info.documents
        every = self.library.documents(info.name)
        found = [one for one in every if scope_choices.is_named(find, one.title, one.source)]
        return found[first:][: collection_views.MAX_SHOWN], len(found)

    def _followed(self, sent: CollectionCall) -> Reply:
        return self._folder(self._info(sent.collection), sent.language)

    def _folder(self, info: CollectionInfo, language: Language) -> Reply:
        """The folder that a collection follows, and a value that changes with its contents."""
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

    def _follow(self, sent: Follow) -> Reply:
        info = self._owned(sent.collection)
        self.following.follow(info.id, sent.path)
        return self._shown(sent.collection, sent.language, find=sent.find)

    def _stop_following(self, sent: CollectionCall) -> Reply:
        self.following.stop(self._owned(sent.collection).id)
        return self._shown(sent.collection, sent.language, find=sent.find)

    def _batch_of(self, collection: str) -> Batch | None:
        """What is being added to a collection: files sent by a page or of its folder, or a web page."""
        followed = self.following.of_collection(collection)
        batch = followed.batch if followed else None
        of_folder = batch if batch is not None and batch.stage != "done" else None
        return self.uploads.of_collection(collection) or self.pages.of_collection(collection) or of_folder

    def _suggest(self, sent: CollectionCall) -> Reply:
        """Questions that the page's collection answers, made once for as long as it doesn't change."""
        id_ = sent.collection
        info, index = self._info(id_), self.index(id_).snapshot()
        key = (id_, info.documents, len(index.passages))
        with self._suggesting:
            if key not in self._suggested and self._answers is not None:
                for old in [one for one in self._suggested if one[0] == id_]:
                    del self._suggested[old]
                self._suggested[key] = suggest(index, self._answers)
            return {"questions": collection_views.questions(self._suggested.get(key, []))}

    def _create(self, sent: Create) -> Reply:
        return self._shown(self.library.create(sent.name, self._user or "").id, sent.language)

    def _rename(self, sent: Rename) -> Reply:
        self.library.rename(self._owned(sent.collection).name, sent.name)
        return self._shown(sent.collection, sent.language, find=sent.find)

    def _delete(self, sent: CollectionCall) -> Reply:
        self.library.delete(self._owned(sent.collection).name)
        self._opened.forget(sent.collection)
        return self._shown(None, sent.language)

    def _sharing(self, sent: CollectionCall) -> Reply:
        """Whose a collection is and who else may ask it, for its owner."""
        info, _ = self._shareable(sent.collection)
        return {
            "owner": info.owner,
            "users": [one for one in info.readers if not one.startswith("@")],
            "groups": [one[1:] for one in info.readers if one.startswith("@")],
        }

    def _share(self, sent: Share) -> Reply:
        info, users = self._shareable(sent.collection)
        try:
            readers = users.readers(sent.users, sent.groups)
        except UnknownReader as error:
            names = collection_views.joined_names(error.names, sent.language)
            return {"error": say("unknown_readers", sent.language, names=names)}
        self.library.share(info.name, info.owner, readers)
        return self._shown(sent.collection, sent.language, find=sent.find)

    def _remove(self, sent: DocumentCall) -> Reply:
        name = self._owned(sent.collection).name
        try:
            self.library.remove(name, [sent.document])
        except KeyError as error:
            if isinstance(error, CollectionNotFound):
                raise
            # Removed on another page.
        return self._shown(sent.collection, sent.language, find=sent.find)

    def _existing(self, sent: Existing) -> Reply:
        """The names of files that would replace an older version in the collection."""
        name = self._info(sent.collection).name
        sources = {document.source for document in self.library.documents(name)}
        return {"names": [one for one in sent.names if shown_name(one) in sources]}

    def _begin(self, sent: BeginBatch) -> Reply:
        info = self._owned(sent.collection)
        if info.read_only:
            raise ReadOnlyCollection("the built-in article")
        files = [(file.name, file.size) for file in sent.files]
        batch, accepted = self.uploads.begin(info.id, files, person())
        reply = {"batch": batch.id, "accepted": accepted}
        if accepted:
            return {**reply, **collection_views.progress(batch, True, sent.language)}
        # It isn't kept: the page has to know all that is to be said of it, in whatever language.
        languages: Sequence[Language] = ("ar", "en")
        return {**reply, "refused": {one: collection_views.progress(batch, True, one) for one in languages}}

    def _fetch(self, sent: Fetch) -> Reply:
        """Begins to fetch a web page whose address a person has typed."""
        return self._fetch_page(self._owned(sent.collection), sent.address, sent.language)

    def _fetch_page(self, info: CollectionInfo, address: str, language: Language) -> Reply:
        if info.read_only:
            raise ReadOnlyCollection("the built-in article")
        batch = self.pages.begin(info.id, address, person())
        return {"batch": batch.id, **collection_views.progress(batch, True, language)}

    def _refresh(self, sent: DocumentCall) -> Reply:
        """Begins to fetch a web page of the collection again."""
        info = self._owned(sent.collection)
        found = (one for one in self.library.documents(info.name) if one.id == sent.document)
        document = next(found, None)
        if document is None or not document.fetched:
            # It was removed on another page.
            return self._shown(sent.collection, sent.language, find=sent.find)
        return self._fetch_page(info, document.source, sent.language)

    def _finish(self, sent: Finish) -> Reply:
        batch = self.uploads.batch(sent.batch)
        if batch is not None:
            self.uploads.finish(batch)
        return self._progress(sent)

    def _progress(self, sent: Progress) -> Reply:
        """Progress of the page's own batch, or of another's that is being added to the collection."""
        own = sent.batch
        batch = (
            self.uploads.batch(own) or self.pages.batch(own) if own else self._shown_batch(sent.collection)
        )
        return collection_views.progress(batch, bool(own), sent.language)

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
