"""Keeps an index synchronised with folders: files are added once they have stopped changing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from cli.exit_codes import DONE, complain, explain, note
from cli.index_files import below, gone_from
from index import DalilError, Index
from index.readers.read_files import TYPES, read_paths
from index.readers.settling import Settling

# Milliseconds between two looks at those that are waiting.
_LOOK_EVERY: Final = 500


def watch_texts(paths: Sequence[Path], folder: str, model: str | None, since: float) -> int:
    """Adds and removes what changes in these files and folders, until Ctrl-C; returns the exit code.

    Args:
        paths: the files and folders.
        folder: of the index, or its address.
        model: as it was named.
        since: when they were read, in seconds since the epoch.
    """
    from watchfiles import watch

    places = [path.resolve() for path in paths if path.exists()]
    own = Path(folder).resolve()
    settling, is_new = Settling(), True
    with suppress(KeyboardInterrupt):
        for changes in watch(*places, watch_filter=None, yield_on_timeout=True, rust_timeout=_LOOK_EVERY):
            changed = [Path(path) for _, path in changes]
            if is_new:
                changed += _written_since(since, places)
                note(f"Watching {', '.join(map(str, paths))}; Ctrl-C ends it.")
                is_new = False
            settling.add(path for path in changed if _is_text(path, places, own))
            if settled := settling.settled():
                try:
                    take_up(settled, folder, model)
                except (DalilError, OSError) as error:  # the next change may find it mended
                    explain(error)
    return DONE


def _written_since(when: float, places: Sequence[Path]) -> Iterator[Path]:
    """The files that were written after a given time, before watching began."""
    for place in places:
        for folder, _, names in os.walk(place):
            for path in (Path(folder, name) for name in names):
                with suppress(OSError):
                    if path.stat().st_mtime >= when:
                        yield path


def take_up(paths: Sequence[Path], folder: str, model: str | None) -> None:
    """Updates an index with the files and folders that have changed or are gone."""
    reading = read_paths(path for path in paths if path.exists())
    opened = Index.open(folder, encoder=model)
    opened.update(reading.documents, show_progress=False)
    # Moved files are read before their old paths are removed: nothing is encoded twice.
    gone = gone_from(paths, opened)
    if gone:
        sources = below(paths, opened)
        opened.remove(gone)
        for id_ in gone:
            note(f"{sources[id_]}: removed.")
    opened.optimize(whole=False)
    for document in reading.documents:
        note(f"{document.source}: indexed.")
    for error in reading.unreadable:
        complain(str(error))


def _is_text(path: Path, places: Sequence[Path], own: Path) -> bool:
    """Whether a path is one that `dalil index` would read, or may be a folder; it need not exist.

    Args:
        path: the path.
        places: the watched files and folders.
        own: the index's folder.
    """
    if own in (path, *path.parents):
        return False
    inside = next((path.relative_to(place) for place in places if path.is_relative_to(place)), path)
    is_hidden = any(part.startswith(".") for part in inside.parts)
    return not is_hidden and (path.suffix.casefold() in TYPES or path.is_dir() or not path.suffix)
