"""Persistent collections of a user's documents: created, filled, emptied and opened by name.

Each is a folder with an index, which stores the text of the files that were added: quotations are verified
against it. The files themselves are only kept if their pages can be shown (`originals`), up to a bound.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import filterfalse
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from index.concurrency import FairSemaphore
from index.encoding.base import Encoder
from index.errors import DalilError, UnreadableFile, UnreadablePage
from index.folder.merge import due, is_clean, merge, sizes_of
from index.interface import Index
from index.readers.read_files import MAX_BYTES, is_picture_without_text
from index.storage import files
from index.types import Document
from qa.article import article_index
from qa.collections.folders import UNFINISHED, CollectionFolders
from qa.collections.followed import FOLLOWED, Followed, FollowedFile, state_of, states
from qa.collections.importer import ImportPlan, ReadFile, StageProgress, read, read_web_page
from qa.collections.metadata import INDEX, About, Entry, document_info, now
from qa.collections.originals import MAX_ORIGINALS_BYTES, Originals
from qa.collections.types import (
    BUILT_IN,
    BUILT_IN_ID,
    MAX_COLLECTIONS,
    Added,
    CollectionInfo,
    CollectionNotFound,
    DocumentInfo,
    Report,
    TooManyCollections,
    clean_name,
    data_folder,
    same_name,
)

if TYPE_CHECKING:
    from index.readers.web.fetch import Fetcher

MAX_TOTAL_BYTES: Final = 2 << 30
# Number of files of a folder that are added at a time: others may add files to the collection in between.
_AT_ONCE: Final = 50


class Library:
    """A user's collections, in one folder.

    Any number of processes may share it: changes are visible to all, and made one at a time.
    Names may be in any script and are case-insensitive. On disk
    a collection has a generated alphanumeric name.
    """

    changeable = True
    """Whether collections can be made, filled and emptied."""

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        encoder: Encoder | str | None = None,
        max_bytes: int = MAX_BYTES,
        max_total_bytes: int = MAX_TOTAL_BYTES,
        max_originals_bytes: int = MAX_ORIGINALS_BYTES,
    ) -> None:
        """Neither reads nor writes yet.

        Args:
            folder: folder of the collections; `data_folder()` if not given.
            encoder: encoder of new collections, as in `Index.build`.
            max_bytes: largest size of a file to add, in bytes.
            max_total_bytes: largest total size of a collection's files, in bytes.
            max_originals_bytes: most bytes of PDF files and pictures that a collection keeps, so that
                their pages can be shown; 0 to keep none.
        """
        self.folder = files.expanded(folder) if folder is not None else data_folder()
        self._encoder = encoder
        self._max_bytes = max_bytes
        self._max_total_bytes = max_total_bytes
        self._max_originals_bytes = max_originals_bytes
        self._folders = CollectionFolders(self.folder)
        self._adding_to: dict[str, FairSemaphore] = {}

    def collections(self) -> list[CollectionInfo]:
        """Lists all collections: the built-in article's, then the others, oldest first.

        One that hasn't changed since the last listing isn't reopened.
        """
        found = sorted(self._folders.infos(), key=lambda info: (str(info.created), info.name))
        return [self._built_in(), *found]

    def info(self, id_: str) -> CollectionInfo:
        """The collection with this id; reads no other.

        Raises:
            CollectionNotFound: there is none.
        """
        if id_ == BUILT_IN_ID:
            return self._built_in()
        folder = self._folders.by_id(id_)
        if folder is None:
            raise CollectionNotFound("The collection was deleted.")
        return self._folders.info(folder)

    def id_of(self, name: str) -> str:
        """The id of the collection with this name.

        Raises:
            CollectionNotFound: there is none.
        """
        return BUILT_IN_ID if same_name(name, BUILT_IN) else self._folders.by_name(name).name

    def ids(self) -> list[str]:
        """The ids of all collections, without opening them."""
        return [BUILT_IN_ID, *(folder.name for folder in self._folders.all())]

    def collection_of(self, document_id: str) -> str:
        """The id of the collection that a document's id names, whether or not it exists."""
        return document_id.rpartition("-")[0] or BUILT_IN_ID

    def create(self, name: str, owner: str = "") -> CollectionInfo:
        """Creates an empty collection.

        Args:
            name: its name.
            owner: name of the user who alone may see and change it, until it is shared; empty for everybody.

        Raises:
            InvalidName: the name isn't valid.
            CollectionExists: a collection has this name.
            TooManyCollections: there are `MAX_COLLECTIONS` already.
            IndexLocked: another process is creating or renaming one.
        """
        name = clean_name(name)
        with self._folders.changing_names():
            self._folders.check_free(name)
            if len(self._folders.all()) >= MAX_COLLECTIONS:
                raise TooManyCollections(
                    f"There are {MAX_COLLECTIONS} collections, and no more can be made. Delete one that "
                    "isn't needed."
                )
            for left in self._folders.root.glob(f"{UNFINISHED}*"):  # by a crash, or being deleted
                shutil.rmtree(left, ignore_errors=True)
            id_ = uuid.uuid4().hex[:12]
            unfinished = self._folders.root / f"{UNFINISHED}{id_}"
            unfinished.mkdir()
            try:
                Index.build([], unfinished / INDEX, encoder=self._encoder, show_progress=False)
                About(name, now(), {}, owner).save(unfinished)
                unfinished.rename(self._folders.root / id_)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
            files.flush(self._folders.root)
            return self._folders.info(self._folders.root / id_)

    def share(self, name: str, owner: str, readers: Iterable[str]) -> CollectionInfo:
        """Sets the owner of a collection, and who may ask it; enforced by the server.

        Args:
            name: name of the collection.
            owner: the user who may change it; empty if everybody may.
            readers: users, and groups of users as "@" and their names.

        Raises:
            CollectionNotFound, ReadOnlyCollection, IndexLocked: as in `rename`.
        """
        folder = self._folders.by_name(name)
        with self._folders.changing(folder, name):
            about = replace(About.load(folder), owner=owner, readers=tuple(dict.fromkeys(readers)))
            about.save(folder)
        return self._folders.info(folder)

    def rename(self, name: str, new_name: str) -> CollectionInfo:
        """Renames a collection.

        Raises:
            CollectionNotFound, ReadOnlyCollection: there is none, or it is the built-in one.
            InvalidName, CollectionExists: the new name isn't valid, or is another collection's.
            IndexLocked: another process is changing it.
        """
        new_name = clean_name(new_name)
        with self._folders.changing_names():
            folder = self._folders.by_name(name)
            if not same_name(name, new_name):
                self._folders.check_free(new_name)
            with self._folders.changing(folder, name):
                replace(About.load(folder), name=new_name).save(folder)
            return self._folders.info(folder)

    def delete(self, name: str) -> None:
        """Deletes a collection and its contents.

        Raises:
            CollectionNotFound, ReadOnlyCollection: there is none, or it is the built-in one.
            IndexLocked: another process is changing it.
        """
        with self._folders.changing_names():
            folder = self._folders.by_name(name)
            with self._folders.changing(folder, name):
                gone = self._folders.root / f"{UNFINISHED}{folder.name}"
                folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def open(self, name: str) -> Index:
        """Opens a collection's index for questions.

        Raises:
            CollectionNotFound: there is none.
            IndexDamaged, EncoderMismatch, EncoderUnavailable: as in `Index.open`.
        """
        if same_name(name, BUILT_IN):
            return article_index()
        encoder = self._encoder if not isinstance(self._encoder, str) else None
        return Index.open(self._folders.by_name(name) / INDEX, encoder=encoder)

    def documents(self, name: str, first: int = 0, most: int | None = None) -> list[DocumentInfo]:
        """Lists the documents of a collection, in the order in which they were added.

        Args:
            name: name of the collection.
            first: number of documents to skip.
            most: largest number to return; all if not given.

        Raises:
            CollectionNotFound: there is none.
            IndexDamaged: it can't be read.
        """
        if same_name(name, BUILT_IN):
            index = article_index()
            number = index.passages[-1].number
            infos = [DocumentInfo(d.id, d.title, d.author, d.source, number) for d in index.documents]
            return infos[first:][:most]
        folder = self._folders.by_name(name)
        heads = self._folders.snapshot(folder).heads
        entries = About.load(folder).entries
        return [document_info(*heads[row], entries) for row in range(len(heads))[first:][:most]]

    def original(self, document: Document) -> Path | None:
        """The file that a document of a collection was read from; None if it isn't kept."""
        folder = self._folders.by_id(self.collection_of(document.id))
        return Originals(folder, self._max_originals_bytes).path(document.id) if folder else None

    def add_files(
        self,
        name: str,
        paths: Iterable[str | Path],
        progress: Report | None = None,
        names: Mapping[Path, str] = MappingProxyType({}),
    ) -> Added:
        """Adds files to a collection.

        Unreadable files don't prevent the rest from being added. A file with the name of one that was added
        before takes its place: the older version is removed when the new one is in. If interrupted, nothing
        is added, but passages already encoded aren't encoded again the next time.

        Args:
            name: name of the collection.
            paths: files to add.
            progress: called with the progress; an exception it raises cancels the import.
            names: original names of files that are stored under others.

        Raises:
            CollectionNotFound, ReadOnlyCollection: there is none, or it is the built-in one.
            IndexLocked: another process is changing it.
            OSError: the disk is full or can't be written.
        """
        folder = self._folders.by_name(name)
        # Before the collection is locked: a slow file doesn't block others from adding to it.
        found = self._read(list(map(Path, paths)), names, progress)
        with self._adding(folder, name):
            added = self._add(folder, name, found, progress)
        self._merge_later(folder)
        return added

    def add_page(
        self, name: str, address: str, progress: Report | None = None, fetcher: Fetcher | None = None
    ) -> Added:
        """Fetches a web page now and adds it to a collection.

        A page of the same address that was added before is replaced if its text has changed; if it hasn't,
        only the date of the fetch is. If it can't be fetched or read, the older version stays, and `failed`
        of the result has an `UnreadablePage`. Nothing is ever fetched again without a further call.

        Args:
            name: name of the collection.
            address: of the page; the source of its document.
            progress: as in `add_files`.
            fetcher: fetches it; `Fetcher()` if not given.

        Raises:
            CollectionNotFound, ReadOnlyCollection, IndexLocked, OSError: as in `add_files`.
        """
        folder = self._folders.by_name(name)
        with tempfile.TemporaryDirectory() as passing:
            found = read_web_page(Path(passing), address, fetcher, progress)
            with self._adding(folder, name):
                added = self._add(folder, name, [found], progress)
        self._merge_later(folder)
        failed = (
            error if isinstance(error, UnreadablePage) else UnreadablePage.content(address, error)
            for error in added.failed
        )
        return replace(added, failed=tuple(failed))

    def _read(
        self, files: Sequence[Path], names: Mapping[Path, str], progress: Report | None
    ) -> list[ReadFile | UnreadableFile]:
        """Reads files to add; arguments as in `add_files`."""
        clock = StageProgress("reading", progress)
        found: list[ReadFile | UnreadableFile] = []
        for number, path in enumerate(files):
            clock(number, len(files))
            pages = StageProgress("recognizing", progress)
            found.append(read(path, self._max_bytes, names.get(path), pages))
        clock(len(files), len(files))
        return found

    @contextmanager
    def _adding(self, folder: Path, name: str) -> Iterator[None]:
        # This process's threads that add to one collection take turns, without a timeout.
        with self._adding_to.setdefault(folder.name, FairSemaphore(1)), self._folders.changing(folder, name):
            yield

    def _add(
        self,
        folder: Path,
        name: str,
        found: Iterable[ReadFile | UnreadableFile],
        progress: Report | None = None,
        *,
        gone: Collection[str] = (),
        released: Collection[str] = (),
    ) -> Added:
        """Adds what was read to a collection, in `_adding`.

        Args:
            folder: the collection's.
            name: its name.
            found: what was read.
            progress: as in `add_files`.
            gone: sources whose documents are removed, if no other file takes them over.
            released: further sources whose documents are taken over by files with the same text, as those of
                moved files are.
        """
        originals = Originals(folder, self._max_originals_bytes)
        index = self.open(name)
        about = About.load(folder)
        # An interrupted import leaves entries of documents that were never added.
        there = self.documents(name)
        ids = {document.id for document in there}
        known = {id_: entry for id_, entry in about.entries.items() if id_ in ids}
        before = sum(entry.size for entry in known.values())
        plan = ImportPlan(folder.name, index, before, self._max_total_bytes, {*gone, *released})
        for each in found:
            plan.classify(each)
        if plan.new:
            entries = {id_: Entry(now(), size) for id_, size in plan.sizes.items()}
            # Before the index: a surplus entry is harmless.
            replace(about, entries={**known, **entries}).save(folder)
            for document in plan.new.values():  # surplus ones are removed below
                originals.keep(document, plan.files[document.id])
            index.update(plan.new.values(), show_progress=StageProgress("encoding", progress))
        if plan.refetched:
            index.update(plan.refetched, show_progress=False)
        named = dict.fromkeys(document.source for document in plan.new.values())
        current = plan.new.keys() | plan.unchanged.keys()
        leaving = named.keys() | gone
        older = {info.id: info.source for info in there if info.source in leaving and info.id not in current}
        if older:
            index.remove(older)
        infos = {info.id: info for info in self.documents(name)}
        for id_ in plan.unchanged:  # added before files were kept, or when there was no room
            originals.keep(index.document(id_), plan.files[id_])
        originals.keep_only(infos)
        return Added(
            tuple(infos[id_] for id_ in plan.new),
            tuple(infos[id_] for id_ in plan.unchanged),
            tuple(plan.duplicates),
            tuple(plan.failed),
            tuple(plan.warnings),
            tuple(name for name in named if name in older.values()),
        )

    def remove(self, name: str, document_ids: Iterable[str]) -> None:
        """Removes documents from a collection.

        Raises:
            KeyError: it has no such document; nothing is removed then.
            CollectionNotFound, ReadOnlyCollection: there is none, or it is the built-in one.
            IndexLocked: another process is changing it.
        """
        folder = self._folders.by_name(name)
        ids = set(document_ids)
        with self._folders.changing(folder, name):
            self.open(name).remove(ids)
            about = About.load(folder)
            kept = {id_: entry for id_, entry in about.entries.items() if id_ not in ids}
            replace(about, entries=kept).save(folder)
            Originals(folder, self._max_originals_bytes).keep_only(
                [document.id for document in self.documents(name)]
            )
        self._merge_later(folder)

    def follow(self, name: str, folder: Path | None) -> None:
        """Sets the folder that a collection is synchronised with, by `synchronise`.

        What was taken from a folder named before stays in the collection.

        Args:
            name: name of the collection.
            folder: absolute, without links; None for none any more.

        Raises:
            CollectionNotFound, ReadOnlyCollection, IndexLocked: as in `rename`.
        """
        own = self._folders.by_name(name)
        with self._folders.changing(own, name):
            if folder is None:
                (own / FOLLOWED).unlink(missing_ok=True)
            else:
                Followed(folder, {}).save(own)

    def followed(self, id_: str) -> Followed | None:
        """The folder that the collection with this id is synchronised with, if there is one.

        Raises:
            IndexDamaged: the record of it can't be read.
        """
        own = self._folders.by_id(id_)
        return None if own is None else Followed.load(own)

    def synchronise(self, name: str, unchanging: Collection[str], progress: Report | None = None) -> Added:
        """Synchronises a collection with its folder.

        Files are read by their content: one that was moved keeps its document. One that can't be read any
        more keeps the document of its older version.

        Args:
            name: name of the collection.
            unchanging: files of the folder that have stopped changing; others are left as they are.
            progress: as in `add_files`.

        Raises:
            CollectionNotFound, ReadOnlyCollection, IndexLocked, OSError: as in `add_files`.
            FolderNotFound, FolderTooLarge: as in `states`; nothing is changed.
        """
        own = self._folders.by_name(name)
        followed = Followed.load(own)
        added = Added()
        if followed is None:
            return added
        there = states(followed.folder, self.folder)
        plan = followed.plan(there, unchanging)
        released = set(plan.released)
        for some in plan.chunks(_AT_ONCE):
            paths = {each: followed.folder / each for each in some}
            named = {path: followed.source(each) for each, path in paths.items()}
            read = dict(zip(some, self._read(list(paths.values()), named, progress), strict=True))
            # What was changed meanwhile, or exchanged for a link that leads out, is left for the next time.
            read = {
                each: one
                for each, one in read.items()
                if state_of(paths[each], followed.folder, self.folder) == there[each]
            }
            with self._adding(own, name):
                if Followed.load(own) != followed:
                    return added  # it follows this folder no more
                found = self._add(own, name, read.values(), progress, released=released)
                found = replace(found, failed=tuple(filterfalse(is_picture_without_text, found.failed)))
                if found.duplicates:  # their older versions
                    self._add(own, name, (), gone={one.name for one in found.duplicates})
                originals = {one.name: one.original for one in found.duplicates}
                faults = {error.path: error.fault for error in found.failed}
                made = {
                    each: FollowedFile(
                        there[each],
                        originals.get(followed.source(each), ""),
                        faults.get(str(paths[each]), ""),
                    )
                    for each in read
                }
                followed = replace(followed, files={**followed.files, **made})
                followed.save(own)
            self._merge_later(own)
            released.difference_update(map(followed.source, read))
            added = added.with_further(found)
        if plan.gone:
            with self._adding(own, name):
                if Followed.load(own) == followed:
                    self._add(own, name, (), gone={followed.source(each) for each in plan.gone})
                    kept = {each: file for each, file in followed.files.items() if each not in plan.gone}
                    replace(followed, files=kept).save(own)
            self._merge_later(own)
        return added

    def index_folder(self, name: str) -> Path:
        """The folder of a collection's index.

        Raises:
            CollectionNotFound, ReadOnlyCollection: there is none, or it is the built-in one.
        """
        return self._folders.by_name(name) / INDEX

    def optimize(self, name: str) -> None:
        """Merges the whole index of a collection, so that nothing of a removed document is left in it.

        Raises:
            CollectionNotFound, ReadOnlyCollection: there is none, or it is the built-in one.
            IndexLocked, OSError: as in `Index.optimize`.
        """
        merge(self.index_folder(name), whole=True)

    def clean_later(self) -> None:
        """Removes from disk, beside all else, what is left of documents that were removed before."""
        for folder in self._folders.all():
            with suppress(DalilError, OSError):
                if not is_clean(folder / INDEX):
                    self._merge_later(folder)

    def _merge_later(self, folder: Path) -> None:
        """Merges what a change has left of a collection's index, beside questions and further changes.

        That is done if something of a removed document is left, or if the index is in many pieces.
        """
        clean = not is_clean(folder / INDEX)
        if clean or due(sizes_of(self._folders.snapshot(folder))):
            threading.Thread(target=_merge, args=(folder, clean), name="merge", daemon=True).start()

    def _built_in(self) -> CollectionInfo:
        index = article_index()
        return CollectionInfo(
            BUILT_IN_ID,
            BUILT_IN,
            documents=len(index.documents),
            passages=len(index.passages),
            read_only=True,
        )


def _merge(folder: Path, clean: bool) -> None:
    with suppress(DalilError, OSError):  # it is left to the next change, or the collection is gone
        merge(folder / INDEX, clean=clean)
