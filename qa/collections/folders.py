"""The folders of a library's collections: found by name or id, read with caches, changed under locks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from index.errors import DalilError
from index.folder import live
from index.folder.snapshot import Snapshot
from index.storage import files
from qa.collections.metadata import ABOUT, INDEX, LOCK, About, changing, name_of
from qa.collections.types import (
    BUILT_IN,
    CollectionExists,
    CollectionInfo,
    CollectionNotFound,
    ReadOnlyCollection,
    same_name,
)

UNFINISHED: Final = "."
"""Begins the name of a folder that is partly created or partly deleted."""
# Number of collections that are kept open for document lists.
_MAX_OPEN: Final = 4


class CollectionFolders:
    """The folders of one library; each has a generated name, which is the collection's id.

    Attributes:
        root: the folder that they are in.
    """

    def __init__(self, library: Path) -> None:
        """Neither reads nor writes yet.

        Args:
            library: the library's folder.
        """
        self.root = library / "collections"
        self._library = library
        # Caches with the state of the folder that they were read at; reread when that has changed.
        self._infos: dict[Path, tuple[object, CollectionInfo]] = {}
        self._opened: OrderedDict[Path, tuple[object, Snapshot]] = OrderedDict()
        self._reading = threading.Lock()
        # One per collection: those who want it at once wait for the first, who opens it.
        self._opening: dict[Path, threading.Lock] = {}

    def all(self) -> list[Path]:
        """The folders of all collections but the built-in one."""
        if not self.root.is_dir():
            return []
        return [
            path
            for path in sorted(self.root.iterdir())
            if (path / ABOUT).exists() and not path.name.startswith(UNFINISHED)
        ]

    def infos(self) -> list[CollectionInfo]:
        """The summaries of all of them; one that hasn't changed since the last time isn't read again."""
        folders = self.all()
        found = [self.info(folder) for folder in folders]
        with self._reading:
            for gone in self._infos.keys() - set(folders):
                self._infos.pop(gone, None)
                self._opened.pop(gone, None)
                self._opening.pop(gone, None)
        return found

    def by_id(self, id_: str) -> Path | None:
        """The folder of the collection with an id, which may come from a page: never used as a path."""
        return next((folder for folder in self.all() if folder.name == id_), None)

    def by_name(self, name: str) -> Path:
        """The folder of the collection with a name.

        Raises:
            CollectionNotFound: there is none.
            ReadOnlyCollection: it is the built-in one.
        """
        if same_name(name, BUILT_IN):
            raise ReadOnlyCollection("The built-in article can't be changed. Make a collection of your own.")
        for folder in self.all():
            if same_name(name_of(folder), name):
                return folder
        names = ", ".join(repr(one) for one in (BUILT_IN, *map(self._name, self.all())))
        raise CollectionNotFound(f"There is no collection {name!r}. There are: {names}.")

    def check_free(self, name: str) -> None:
        """Checks that a name may be given to a collection.

        Raises:
            CollectionExists: another one has it.
        """
        if any(same_name(name, taken) for taken in (BUILT_IN, *map(self._name, self.all()))):
            raise CollectionExists(f"There is a collection {name!r} already. Choose another name.")

    def info(self, folder: Path) -> CollectionInfo:
        """The summary of a collection; its `fault` says why it can't be opened, if it can't."""
        if known := self._known_info(folder, _state(folder)):
            return known
        with self._opening.setdefault(folder, threading.Lock()):
            state = _state(folder)
            if known := self._known_info(folder, state):  # by another thread, meanwhile
                return known
            try:
                about = About.load(folder)
                snapshot = live.load(folder / INDEX)
            except DalilError as error:
                # Not cached: a repair of the damage may not change the state.
                return CollectionInfo(folder.name, name_of(folder), fault=str(error))
            info = CollectionInfo(
                folder.name,
                about.name,
                documents=len(snapshot.documents),
                passages=len(snapshot.passages),
                created=about.created,
                owner=about.owner,
                readers=about.readers,
            )
            self._infos[folder] = (state, info)
            return info

    def snapshot(self, folder: Path) -> Snapshot:
        """The current snapshot of a collection's index; those of the most recent few are cached.

        Raises:
            IndexDamaged: they can't be read.
        """
        with self._opening.setdefault(folder, threading.Lock()):
            state = _state(folder)
            with self._reading:
                known = self._opened.get(folder)
                if known is not None and known[0] == state:
                    self._opened.move_to_end(folder)
                    return known[1]
            snapshot = live.load(folder / INDEX, known[1] if known else None)
            with self._reading:
                self._opened[folder] = (state, snapshot)
                while len(self._opened) > _MAX_OPEN:
                    self._opened.popitem(last=False)
            return snapshot

    @contextmanager
    def changing_names(self) -> Iterator[None]:
        """Holds the lock under which collections are made, renamed and deleted.

        Raises:
            IndexLocked: another process holds it.
        """
        files.make_private_folder(self._library)
        self.root.mkdir(exist_ok=True)
        with changing(self._library / LOCK, "Another process is making, renaming or deleting a collection."):
            yield

    @contextmanager
    def changing(self, folder: Path, name: str) -> Iterator[None]:
        """Holds the lock under which a collection is changed.

        Raises:
            IndexLocked: another process holds it.
            CollectionNotFound: it was deleted meanwhile.
        """
        with changing(folder / LOCK, f"Another process is changing the collection {name!r}."):
            if not (folder / ABOUT).exists():
                raise CollectionNotFound(f"There is no collection {name!r} any more.")
            yield

    def _known_info(self, folder: Path, state: object) -> CollectionInfo | None:
        known = self._infos.get(folder)
        return known[1] if known is not None and known[0] == state else None

    def _name(self, folder: Path) -> str:
        """A collection's name, without opening its index."""
        known = self._known_info(folder, _state(folder))
        return known.name if known else name_of(folder)


def _state(folder: Path) -> object:
    """A value that changes whenever the collection does; unequal to any other if it can't be read."""
    try:
        about = (folder / ABOUT).stat()
        return live.state(folder / INDEX), about.st_mtime_ns, about.st_size, about.st_ino
    except (OSError, DalilError):
        return object()
