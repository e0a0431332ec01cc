"""Files that documents are kept in step with: what was read of them, and what has changed since.

`dalil index --watch` has such a record while it runs. That of the folder that a collection follows lies
beside its index, so that a server that starts again reads only what has changed in the meantime; its
documents' sources begin with the folder's name: files that were added one by one are nobody else's.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from index.errors import IndexDamaged, InvalidPath
from index.readers.read_files import TYPES, is_index, is_passed_over
from index.storage import files
from qa.collections.types import FolderNotAllowed, FolderNotFound, FolderTooLarge

FOLLOWED: Final = "followed.json"
MAX_FOLLOWED: Final = 5_000
"""Most files of a folder."""

State = tuple[int, int, int]
"""A file's time of modification in nanoseconds, its size in bytes, and its inode."""


@dataclass(frozen=True)
class FollowedFile:
    """What was made of a file.

    Attributes:
        state: of the file when it was read.
        original: the source of the document with the same text, where that is another file's.
        fault: why it couldn't be read, as `UnreadableFile.fault`; empty if it could.
    """

    state: State
    original: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Plan:
    """What brings documents in step with their files.

    Attributes:
        again: files that are there and had the same text as one that differs, whose document may be needed
            now. They are read first, so that an error later loses no text.
        changed: the other files that are new or have changed.
        gone: files that aren't there any more.
        released: sources of all files that differ: others with the same text take over their documents.
    """

    again: frozenset[str]
    changed: frozenset[str]
    gone: frozenset[str]
    released: frozenset[str]

    def chunks(self, size: int) -> Iterator[list[str]]:
        """The files to be read, so many at a time, in order."""
        for names in (sorted(self.again), sorted(self.changed)):
            for start in range(0, len(names), size):
                yield names[start : start + size]


@dataclass(frozen=True)
class Followed:
    """A folder, and what was read of it.

    Attributes:
        folder: absolute, without links.
        files: by their paths in the folder, with "/" between the parts.
    """

    folder: Path
    files: Mapping[str, FollowedFile]

    @classmethod
    def load(cls, collection: Path) -> Followed | None:
        """Loads what `save` wrote into a collection's folder; None if there is nothing.

        Raises:
            IndexDamaged: it can't be read.
        """
        path = collection / FOLLOWED
        try:
            record = json.loads(files.read_regular(path))
            known = {
                str(name): FollowedFile((int(time), int(size), int(inode)), str(original), str(fault))
                for name, (time, size, inode, original, fault) in record["files"].items()
            }
            return cls(Path(record["folder"]), known)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexDamaged(
                f"{path} can't be read ({error}). Remove it and name the folder again."
            ) from error

    def save(self, collection: Path) -> None:
        """Saves it atomically.

        Raises:
            OSError: it can't be written.
        """
        known = {name: (*file.state, file.original, file.fault) for name, file in self.files.items()}
        record = {"folder": str(self.folder), "files": known}
        files.replace(collection / FOLLOWED, json.dumps(record, ensure_ascii=False, indent=1).encode())

    def source(self, name: str) -> str:
        """The source of a file's document."""
        return f"{self.folder.name}/{name}"

    def paths(self) -> dict[str, Path]:
        """Where the files are, by the sources of their documents."""
        return {self.source(name): self.folder / name for name in self.files}

    def differing(self, there: Mapping[str, State]) -> set[str]:
        """The files that have changed, are new, or are gone.

        Args:
            there: what `states` returned.
        """
        known = {name: file.state for name, file in self.files.items()}
        return {name for name in known.keys() | there.keys() if known.get(name) != there.get(name)}

    def plan(self, there: Mapping[str, State], unchanging: Collection[str]) -> Plan:
        """What is to be read and removed.

        Args:
            there: the files that are there.
            unchanging: files that have stopped changing; others are left as they are.
        """
        differing = self.differing(there) & set(unchanging)
        gone = {name for name in differing if name not in there}
        released = {self.source(name) for name in differing}
        again = {name for name, file in self.files.items() if file.original in released and name in there}
        changed = differing - gone - again
        return Plan(frozenset(again), frozenset(changed), frozenset(gone), frozenset(released))


def states(folder: Path, own: Path) -> dict[str, State]:
    """The readable files in a folder: not hidden, of a type that is read, and really in it.

    Links to folders aren't followed, nor are links to files outside.

    Args:
        folder: absolute, without links.
        own: Dalil's own folder of collections, which is left out.

    Raises:
        FolderNotFound: it is gone, or something else is in its place.
        FolderTooLarge: there are more than `MAX_FOLLOWED`.
    """
    if os.path.realpath(folder) != str(folder) or not os.access(folder, os.R_OK | os.X_OK):
        raise FolderNotFound(f"{folder} is no folder any more, or can't be read.")
    found: dict[str, State] = {}
    for path in _texts(folder, own):
        state = state_of(path, folder, own)
        if state is None:
            continue
        if len(found) == MAX_FOLLOWED:
            raise FolderTooLarge(f"{folder} holds more than {MAX_FOLLOWED:,} files. Name a folder inside it.")
        found[path.relative_to(folder).as_posix()] = state
    return found


def state_of(path: Path, folder: Path, own: Path) -> State | None:
    """The state of a file; None if it is gone, or isn't one that `states` finds in the folder."""
    state = file_state(path)
    return state if state and _is_inside(Path(os.path.realpath(path)), folder, own) else None


def file_state(path: Path) -> State | None:
    """The state of a regular file, or of one that a link leads to; None if there is none."""
    try:
        state = path.stat()
    except OSError:
        return None  # or a link to nowhere
    return (state.st_mtime_ns, state.st_size, state.st_ino) if stat.S_ISREG(state.st_mode) else None


def _is_inside(path: Path, folder: Path, own: Path) -> bool:
    """Whether a path without links is in a folder, and neither hidden there nor Dalil's own."""
    if not path.is_relative_to(folder) or path.is_relative_to(os.path.realpath(own)):
        return False
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _texts(folder: Path, own: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        if is_index(here) or os.path.realpath(here) == os.path.realpath(own):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            is_text = Path(name).suffix.casefold() in TYPES and _is_unicode(name)
            if is_text and not name.startswith(".") and not is_passed_over(name):
                yield here / name


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def allowed_folder(path: str, roots: Sequence[Path], own: Path) -> Path:
    """The folder that a person named, without links, if it may be followed.

    Args:
        path: as it was typed.
        roots: the folders in which it has to be, or one of them.
        own: Dalil's own folder of collections, in which it must not be.

    Raises:
        FolderNotAllowed: it isn't in one of them, or is hidden there.
        FolderNotFound: there is no such folder, or it can't be read.
    """
    named = ", ".join(map(str, roots))
    refusal = FolderNotAllowed(f"Only folders in {named} may be named, by their whole path.", roots)
    try:
        typed = files.expanded(path.strip())
        folder = Path(os.path.realpath(typed))
    except (InvalidPath, ValueError):  # "~nobody", or characters that no path has
        raise refusal from None
    # What is elsewhere isn't looked for: a refusal says nothing of what there is.
    if not typed.is_absolute() or not any(
        _is_inside(folder, Path(os.path.realpath(root)), own) for root in roots
    ):
        raise refusal
    if not os.path.isdir(folder) or not os.access(folder, os.R_OK | os.X_OK):  # noqa: PTH112 - it may be too long
        raise FolderNotFound(f"There is no folder {folder}, or it can't be read.")
    return folder
