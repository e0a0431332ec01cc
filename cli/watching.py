"""Keeps an index synchronised with files and folders, which are read once they have stopped changing."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from cli.exit_codes import print_error, print_note, report_error
from cli.index_files import open_if_there
from index import DalilError, Document, Index
from index.readers.read_files import (
    Reading,
    duplicates,
    is_picture_without_text,
    read_paths,
    source_of,
    text_files,
)
from index.readers.watching import Changes, watch_changes
from index.types import text_id
from qa.collections.followed import Followed, FollowedFile, State, file_state
from qa.collections.types import FolderNotFound

# Number of files added at a time.
_AT_ONCE: Final = 50
# Files are named by their paths in it, so that their documents' sources are those that `read_paths` gives.
_ROOT: Final = Path("/")


class Watched:
    """Files and folders, and what of them is in an index.

    Attributes:
        places: the files and folders.
    """

    def __init__(self, paths: Sequence[Path], folder: str, model: str | None) -> None:
        """Looks at the files before they are indexed, so that what changes meanwhile is noticed.

        Args:
            paths: the files and folders.
            folder: of the index, or its address; it is made if there is none.
            model: as it was named.
        """
        there = [path for path in paths if os.path.exists(path)]  # noqa: PTH110 - it may be too long
        self.places = [path.resolve() for path in there]
        self._folders = [place for place in self.places if place.is_dir()]
        self._folder, self._model = folder, model
        self._paths: dict[str, Path] = {}
        states = self._states()
        self._followed = Followed(_ROOT, {name: FollowedFile(state) for name, state in states.items()})
        # The texts that the index has of these files, by source.
        self._texts: dict[str, str] = {}

    def note_reading(self, reading: Reading) -> None:
        """Takes note of what was indexed of the files, without copies of others."""
        originals = {copy.source: original.source for copy, original in duplicates(reading.documents)}
        self._note_texts(one for one in reading.documents if one.source not in originals)
        known = {
            name: replace(file, original=originals.get(self._followed.source(name), ""))
            for name, file in self._followed.files.items()
        }
        self._followed = replace(self._followed, files=known)

    def differing(self) -> set[Path]:
        """The files that have changed, are new, or are gone.

        Raises:
            FolderNotFound: a folder is gone, which isn't taken for the removal of all of its files.
        """
        return {_ROOT / name for name in self._followed.differing(self._states())}

    def synchronise(self, unchanging: Iterable[Path]) -> None:
        """Brings the index in step with files that have stopped changing, and reports each.

        A file that can't be read any more keeps the document of its older version.

        Raises:
            FolderNotFound: as in `differing`.
            DalilError, OSError: the index can't be opened or written; what was not added still differs.
        """
        there = self._states()
        plan = self._followed.plan(there, [path.relative_to(_ROOT).as_posix() for path in unchanging])
        released = set(plan.released)
        for names in plan.chunks(_AT_ONCE):
            reading = read_paths(self._paths[name] for name in names)
            # What was changed meanwhile is left for the next time.
            read = {name for name in names if file_state(self._paths[name]) == there[name]}
            sources = set(map(self._followed.source, read))
            originals = self._update([one for one in reading.documents if one.source in sources], released)
            self._report(reading, originals, sources)
            made = {
                name: FollowedFile(there[name], originals.get(self._followed.source(name), ""))
                for name in read
            }
            self._followed = replace(self._followed, files={**self._followed.files, **made})
            released -= sources
        if plan.gone:
            for source in sorted(self._forget(set(map(self._followed.source, plan.gone)))):
                print_note(f"{source}: removed.")
            kept = {name: file for name, file in self._followed.files.items() if name not in plan.gone}
            self._followed = replace(self._followed, files=kept)

    def _update(self, documents: Sequence[Document], released: Collection[str]) -> Mapping[str, str]:
        """Puts documents into the index, without copies of others and their older versions.

        Args:
            documents: the documents.
            released: sources whose documents others with the same text take over.

        Returns:
            The source of the other document, by the source of each copy.
        """
        by_text = {text: source for source, text in self._texts.items() if source not in released}
        originals: dict[str, str] = {}
        new: list[Document] = []
        for document in documents:
            original = by_text.setdefault(text_id(document.text), document.source)
            if original == document.source:
                new.append(document)
            else:
                originals[document.source] = original
        if new:
            opened = open_if_there(self._folder, self._model)
            if opened is None:
                Index.build(new, self._folder, encoder=self._model, show_progress=False)
            else:
                opened.update(new, show_progress=False)
                opened.optimize(whole=False)
            self._note_texts(new)
        self._forget(originals.keys())
        return originals

    def _forget(self, sources: Collection[str]) -> list[str]:
        """Removes the documents with these sources, as far as there are any; returns their sources."""
        for source in sources:
            self._texts.pop(source, None)
        opened = open_if_there(self._folder, self._model) if sources else None
        found = {id_: own for id_, own in opened.sources().items() if own in sources} if opened else {}
        if opened and found:
            opened.remove(found)
            opened.optimize(whole=False)
        return list(found.values())

    def _note_texts(self, documents: Iterable[Document]) -> None:
        self._texts.update({document.source: text_id(document.text) for document in documents})

    def _report(self, reading: Reading, originals: Mapping[str, str], sources: Collection[str]) -> None:
        for document in reading.documents:
            source = document.source
            if source in originals:
                print_error(f"{source}: the same text as {originals[source]}; it was left out.")
            elif source in sources:
                print_note(f"{source}: indexed.")
        for warning in reading.warnings:
            print_error(warning.message)
        for error in reading.unreadable:
            if Path(error.path) in self.places or not is_picture_without_text(error):
                print_error(str(error))

    def _states(self) -> dict[str, State]:
        for folder in self._folders:
            if not folder.is_dir():
                raise FolderNotFound(f"{folder} is no folder any more, or can't be read.")
        files = [file for place in self.places for file in text_files(place)]
        self._paths = {source_of(file).removeprefix("/"): file for file in files}
        found = {name: file_state(file) for name, file in self._paths.items()}
        return {name: state for name, state in found.items() if state}


def watch_texts(watched: Watched) -> None:
    """Adds and removes what changes, until Ctrl-C.

    Args:
        watched: the files, of which `note_reading` knows what was indexed of them.
    """
    changes, stop, last = Changes(watched.differing), threading.Event(), ""
    print_note(f"Watching {', '.join(map(str, watched.places))}; Ctrl-C ends it.")
    with suppress(KeyboardInterrupt):
        while watched.places:
            for is_changed in watch_changes(watched.places, stop):
                try:
                    if unchanging := changes.look(is_changed):
                        watched.synchronise(unchanging)
                        last = ""
                except (DalilError, OSError) as error:  # tried again at the next change, and now and then
                    if str(error) != last:
                        report_error(error)
                    last = str(error)
