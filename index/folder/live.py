"""The live state of an index: its manifest, the locks of writers and mergers, and what crashes leave behind.

A change writes a segment beside those that are there, then replaces the manifest by atomic rename: a reader
sees the index before the change or after it, never a mixture, and a crash at any instant leaves the old
one. The next writer removes everything that a crash left behind, except the journal.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from index.errors import IndexDamaged, IndexLocked, IndexNotFound, make_again
from index.folder.manifest import MANIFEST, OLD_CURRENT, Manifest
from index.folder.snapshot import Snapshot
from index.storage.files import lock

_LOCK, _MERGE_LOCK = "write.lock", "merge.lock"
_JOURNAL: Final = "encoded.journal"
SMALL_FILES: Final = {MANIFEST, _LOCK, _MERGE_LOCK, _JOURNAL}
"""The files in an index's folder, beside its segments."""
# Folders of segments. Those that a merge writes may be there beside a writer.
_WRITTEN, _MERGED = "segment-", "merged-"
_SEGMENT = re.compile(rf"({_WRITTEN}|{_MERGED})[0-9a-f]{{16}}")
# What indexes of formats before 6 have, beside the file that names one of these.
_OLD = re.compile(r"generation-\d{6,12}")
# Seconds that a writer waits for the lock: enough for a small update, not for a build.
_PATIENCE = 5


def load(folder: Path, older: Snapshot | None = None, every_byte: bool = False) -> Snapshot:
    """The live snapshot.

    Args:
        folder: the index's.
        older: as for `Snapshot`.
        every_byte: as for `Segment`.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: its files aren't what was written.
    """
    while True:
        manifest = Manifest.read(folder)
        if older is not None and older.manifest == manifest:
            return older
        try:
            return Snapshot(folder, manifest, older, every_byte)
        except Exception as error:
            if manifest != Manifest.read(folder):
                continue  # a writer has replaced and removed a segment in the meantime
            if isinstance(error, FileNotFoundError):
                raise IndexDamaged(
                    f"The index in {folder} is damaged: {error.filename} is missing. {make_again(folder)}"
                ) from error
            raise


def state(folder: Path) -> tuple[int, int, int]:
    """A value that changes with the live state, also if an index was removed and rebuilt.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: it is of another version.
    """
    try:
        found = (folder / MANIFEST).stat()
    except OSError:
        Manifest.read(folder)  # says what is wrong
        raise
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Takes the index's writer lock; it is released when the process ends, however it ends.

    Raises:
        IndexLocked: another process is writing, or the folder can't be written to.
        IndexNotFound: the folder holds something other than an index; nothing is changed.
    """
    if folder.exists() and not folder.is_dir():
        raise IndexNotFound(f"{folder} is a file; an index needs a folder of its own.")
    if folder.exists() and _foreign(folder):
        raise IndexNotFound(
            f"{folder} holds other things than an index; nothing was written. Name a new folder."
        )
    # Imported here, as it takes a tenth of a cold start.
    from filelock import Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = lock(folder / _LOCK, _PATIENCE)
        held.acquire()
    except Timeout:
        raise IndexLocked(
            f"Another process is writing to the index in {folder}. Try again when it has finished."
        ) from None
    except OSError as error:
        raise IndexLocked(f"The index in {folder} can't be written: {error}.") from error
    try:
        yield
    finally:
        held.release()


@contextmanager
def merging(folder: Path, needed: bool = False) -> Iterator[bool]:
    """Takes the lock of mergers, of whom there is one at a time beside any writer; yields whether it is free.

    Raises:
        IndexLocked: it is needed, and isn't free or can't be taken.
    """
    from filelock import Timeout

    held = lock(folder / _MERGE_LOCK, _PATIENCE if needed else 0)
    try:
        held.acquire()
    except (Timeout, OSError) as error:
        if needed:
            raise IndexLocked(f"The index in {folder} can't be merged now: {error}.") from error
        yield False
        return
    try:
        yield True
    finally:
        held.release()


@contextmanager
def new_segments(folder: Path, merged: bool = False) -> Iterator[Callable[[], Path]]:
    """Yields a function that creates the folder of a new segment.

    Those that haven't become part of the index in the end are removed.

    Args:
        folder: the index's.
        merged: whether they are written beside a writer, inside `merging`.
    """
    made: list[Path] = []

    def new() -> Path:
        path = folder / f"{_MERGED if merged else _WRITTEN}{secrets.token_hex(8)}"
        path.mkdir()
        made.append(path)
        return path

    try:
        yield new
    finally:
        named = _named(folder) or set()
        for path in made:
            if path.name not in named:
                shutil.rmtree(path, ignore_errors=True)


def commit(folder: Path, manifest: Manifest) -> None:
    """Makes a manifest the live one and removes what it doesn't name. Call it inside `writing`.

    Raises:
        OSError: the disk is full or can't be written; the live state stays as it was.
    """
    manifest.write(folder)
    # A reader has all files of its segments open, or reads the new manifest when they are gone.
    sweep(folder)
    journal(folder).unlink(missing_ok=True)


def sweep(folder: Path, is_merger: bool = False, must_succeed: bool = False) -> None:
    """Removes the leftovers of crashes and of former states. Call it inside `writing`.

    Args:
        folder: the index's.
        is_merger: whether this is called inside `merging`; what another merger is writing stays.
        must_succeed: whether it is an error if something can't be removed.

    Raises:
        OSError: something can't be removed that must be.
    """
    named = _named(folder)
    if named is None:
        return
    if any(_OLD.fullmatch(path.name) for path in folder.iterdir()):
        (folder / OLD_CURRENT).unlink(missing_ok=True)
    with nullcontext(True) if is_merger else merging(folder) as nobody_merges:
        for path in folder.iterdir():
            is_left = path.name.startswith(f".{MANIFEST}.") or (is_segment(path) and path.name not in named)
            if not is_left or (path.name.startswith(_MERGED) and not nobody_merges):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=not must_succeed)
            else:
                path.unlink(missing_ok=True)


def journal(folder: Path) -> Path:
    """The journal file, in which a writer keeps its encodings until they are live."""
    return folder / _JOURNAL


def is_segment(path: Path) -> bool:
    """Whether a path is named like a segment's folder, or like the files of older versions."""
    return bool(_SEGMENT.fullmatch(path.name) or _OLD.fullmatch(path.name))


def _named(folder: Path) -> set[str] | None:
    """The names of the live segments; None if there may be some but they can't be determined."""
    try:
        return {entry.name for entry in Manifest.read(folder).segments}
    except IndexNotFound:
        return set()
    except IndexDamaged:
        return None


def _foreign(folder: Path) -> bool:
    """Whether a folder isn't an index but holds something that no index writer leaves behind."""
    paths = list(folder.iterdir())
    if any(map(is_segment, paths)):
        return False
    try:
        Manifest.read(folder)
    except (IndexNotFound, IndexDamaged):
        ours = SMALL_FILES - {MANIFEST}
        return any(path.name not in ours and not path.name.startswith(f".{MANIFEST}.") for path in paths)
    return False
