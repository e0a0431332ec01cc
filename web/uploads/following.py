"""Collections kept in step with folders of this machine, for as long as the server runs.

One thread is told of changes by the operating system, and looks at what has changed twice a second until it
has stopped changing (`index.readers.watching`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path

from index.errors import DalilError
from index.readers.watching import Changes, watch_changes
from qa.collections.followed import allowed_folder, states
from qa.collections.interface import CollectionLibrary
from qa.collections.types import CollectionNotFound, FolderNotAllowed, Report
from web.uploads.batches import Batch


class FollowedCollection:
    """What is known of a collection and its folder.

    Attributes:
        folder: the folder.
        batch: the files that were taken up last, or are now.
        error: why it isn't in step, if it isn't; tried again at the next change, and now and then.
        changes: files that have changed.
    """

    def __init__(
        self,
        folder: Path,
        differing: Callable[[FollowedCollection], set[Path]],
        clock: Callable[[], float],
    ) -> None:
        """Begins without looking.

        Args:
            folder: the folder.
            differing: returns the files that differ from the collection's documents.
            clock: the time in seconds.
        """
        self.folder = folder
        self.changes = Changes(lambda: differing(self), clock)
        self.batch: Batch | None = None
        self.error: Exception | None = None


class Following:
    """All collections of one server that are kept in step with a folder."""

    def __init__(
        self,
        library: CollectionLibrary,
        recording: Callable[[Batch], AbstractContextManager[Report]],
        roots: Sequence[Path],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts no thread yet.

        Args:
            library: the collections.
            recording: `Uploads.recording`.
            roots: folders of this machine; those in them may be named, and they themselves.
            clock: the time in seconds.
        """
        self.roots = tuple(roots)
        self._library = library
        self._recording = recording
        self._clock = clock
        self._known: dict[str, FollowedCollection] = {}
        self._renewed, self._closed = threading.Event(), threading.Event()

    def start(self) -> None:
        """Goes on with what was followed before the server was started, in a thread of its own."""
        if not self.roots:
            return
        for id_ in self._library.ids():
            with suppress(DalilError):
                self._renew(id_)
        threading.Thread(target=self._run, name="following", daemon=True).start()

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        self._renewed.set()

    def follow(self, collection: str, path: str) -> None:
        """Keeps a collection in step with a folder, from now on.

        Args:
            collection: its id.
            path: of the folder, as a person typed it.

        Raises:
            FolderNotAllowed, FolderNotFound, FolderTooLarge: it can't be followed.
            CollectionNotFound, ReadOnlyCollection, IndexLocked: as in `Library.follow`.
        """
        if not self.roots:
            raise FolderNotAllowed("No folder of this machine may be named.")
        folder = allowed_folder(path, self.roots, self._library.folder)
        states(folder, self._library.folder)
        self._library.follow(self._library.info(collection).name, folder)
        self._renew(collection)

    def stop(self, collection: str) -> None:
        """Leaves a collection as it is from now on.

        Raises:
            CollectionNotFound, ReadOnlyCollection, IndexLocked: as in `Library.follow`.
        """
        self._library.follow(self._library.info(collection).name, None)
        self._renew(collection)

    def of_collection(self, collection: str) -> FollowedCollection | None:
        """What is known of a collection; None if it follows no folder."""
        return self._known.get(collection)

    def look(self, is_changed: bool = True) -> None:
        """Takes up what has stopped changing.

        Args:
            is_changed: whether something may have changed since the last look.
        """
        for id_, known in list(self._known.items()):
            try:
                paths = known.changes.look(is_changed)
                unchanging = [path.relative_to(known.folder).as_posix() for path in paths]
                if unchanging and self._known.get(id_) is known:
                    self._synchronise(id_, known, unchanging)
            except CollectionNotFound:
                self._known.pop(id_, None)
            except (DalilError, OSError) as error:
                known.error = error
            except Exception as error:
                known.error = error
                logging.getLogger(__name__).exception("A folder could not be taken up")

    def _differing(self, id_: str, known: FollowedCollection) -> set[Path]:
        allowed_folder(
            str(known.folder), self.roots, self._library.folder
        )  # the operator may think otherwise now
        followed = self._library.followed(id_)
        if followed is None or followed.folder != known.folder:
            raise CollectionNotFound("The collection was deleted.")
        differing = followed.differing(states(known.folder, self._library.folder))
        known.error = None
        return {known.folder / name for name in differing}

    def _synchronise(self, id_: str, known: FollowedCollection, unchanging: Sequence[str]) -> None:
        batch = Batch(
            "", id_, tuple(unchanging), arrived={n: known.folder / name for n, name in enumerate(unchanging)}
        )
        batch.stage = "waiting"
        known.batch = batch
        try:
            with self._recording(batch) as note:
                batch.added = self._library.synchronise(self._library.info(id_).name, unchanging, note)
        except (DalilError, OSError) as error:
            batch.error = error
            raise
        finally:
            batch.stage = "done"

    def _renew(self, id_: str) -> None:
        followed = self._library.followed(id_)
        if followed is None:
            self._known.pop(id_, None)
        else:
            self._known[id_] = FollowedCollection(followed.folder, partial(self._differing, id_), self._clock)
        self._renewed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._renewed.clear()
            folders = [known.folder for known in list(self._known.values())]
            for is_changed in watch_changes(folders, self._renewed):
                self.look(is_changed)
