"""Adds files to an index and removes them, and reports what changed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cli.console import show
from cli.exit_codes import BAD_INPUT, DONE, INCOMPLETE, print_error
from cli.streams import in_one_line
from index import Document, Index, IndexNotFound
from index.readers.read_files import Reading, duplicates, read_paths, source_of


def ignore(reading: Reading) -> None:
    """Takes no note of what was read."""


@dataclass(frozen=True)
class FetchedPages:
    """Web pages that were named.

    Attributes:
        documents: those that were fetched.
        kept: how many are in the index, and weren't fetched again.
        failed: how many couldn't be fetched or read; an older version stays in the index.
    """

    documents: tuple[Document, ...] = ()
    kept: int = 0
    failed: int = 0


NO_PAGES: Final = FetchedPages()


def index_texts(
    paths: Sequence[Path],
    folder: str,
    model: str | None,
    *,
    rebuild: bool = False,
    remove: bool = False,
    note_reading: Callable[[Reading], None] = ignore,
    pages: FetchedPages = NO_PAGES,
) -> int:
    """Puts the texts of files, folders and web pages into the index at `folder`, and returns the exit code.

    Args:
        paths: the files and folders.
        folder: of the index, or its address; it is made if there is none.
        model: as it was named.
        rebuild: whether a new index is asked for.
        remove: whether files that are gone from there are removed from the index.
        note_reading: called with what was read once it is in the index.
        pages: web pages that were fetched, or are in the index already.
    """
    reading = read_paths(paths, _tell_page)
    for error in reading.unreadable:
        print_error(str(error))
    for warning in reading.warnings:
        print_error(warning.message)
    read_documents = (*reading.documents, *pages.documents)
    if pages.kept and not paths and not read_documents:
        return INCOMPLETE if pages.failed else DONE
    if not read_documents:
        print_error("There is nothing to index; nothing was written.")
        return BAD_INPUT
    again = duplicates(read_documents)
    for document, original in again:
        print_error(f"{document.source}: the same text as {original.source}; it was left out.")
    left_out = {document.id for document, _ in again}
    documents = [document for document in read_documents if document.id not in left_out]
    opened = None if rebuild else open_if_there(folder, model)
    older = [in_index(opened, document.id) for document in documents]
    stale = {id_ for id_ in left_out if in_index(opened, id_)}  # indexed before they were copies
    try:
        if opened:
            opened.update(documents)
        else:
            opened = Index.build(documents, folder, encoder=model)
    except KeyboardInterrupt:
        print_error("Stopped. What was encoded is kept: run it again to go on.")
        raise
    note_reading(reading)
    gone = gone_from(paths, opened)
    if unwanted := stale | (gone if remove else set()):
        opened.remove(unwanted)
    opened.optimize(whole=False)
    unchanged = sum(_is_same(old, new) for old, new in zip(older, documents, strict=True))
    added = older.count(None)
    change = f"{added} added, {len(older) - added - unchanged} changed, {unchanged} unchanged"
    _report(folder, opened, f"{change}, {len(gone)} removed" if remove and gone else change)
    read = {document.id for document in reading.documents}
    kept = {id_: source for id_, source in below(paths, opened).items() if id_ not in read}
    _list("Gone since they were indexed (--remove removes them):", [s for i, s in kept.items() if i in gone])
    _list("Indexed before, and not readable now:", [s for i, s in kept.items() if i not in gone])
    show(f'Ask it: dalil ask --index {in_one_line(shlex.quote(folder))} "..."')
    return INCOMPLETE if reading.unreadable or pages.failed else DONE


def _tell_page(path: Path, done: int, total: int) -> None:
    """Reports the progress of text recognition, which takes seconds per page, on standard error."""
    print_error(f"{path}: text recognition, page {done:,} of {total:,}")


def _list(title: str, sources: Sequence[str]) -> None:
    if sources:
        show(title)
        show("\n".join(f"  {in_one_line(source)}" for source in sources))


def in_index(opened: Index | None, document_id: str) -> Document | None:
    """The document with this id, if there is an index that has it."""
    try:
        return opened.document(document_id) if opened else None
    except KeyError:
        return None


def _is_same(old: Document | None, new: Document) -> bool:
    """Whether a document is as it was; of a web page, but for the day on which it was fetched."""
    return old is not None and replace(old, fetched=new.fetched) == new


def open_if_there(folder: str, model: str | None) -> Index | None:
    """The index at a folder or an address; None if there is none."""
    try:
        return Index.open(folder, encoder=model)
    except IndexNotFound:
        return None


def remove_texts(
    paths: Sequence[Path],
    folder: str,
    model: str | None,
    note_reading: Callable[[Reading], None] = ignore,
) -> int:
    """Removes files from an index, and synchronises it with folders; returns the exit code.

    Args:
        paths: of a folder that exists, its files are added, and those gone from it are removed; all
            others are removed, whether or not they exist.
        folder: of the index, or its address.
        model: as it was named.
        note_reading: as in `index_texts`.
    """
    opened = Index.open(folder, encoder=model)
    folders = [path for path in paths if path.is_dir()]
    named = [path for path in paths if path not in folders]
    unknown = [path for path in named if not below([path], opened)]
    for path in unknown:
        print_error(f"{path}: the index in {folder} holds nothing from there.")
    unwanted = below(named, opened)
    if unwanted:
        opened.remove(unwanted)
        opened.optimize(whole=False)
        _report(folder, opened, f"{len(unwanted)} removed")
    if folders:
        code = index_texts(folders, folder, model, remove=True, note_reading=note_reading)
        return max(code, INCOMPLETE if unknown else DONE)
    if not unwanted:
        return BAD_INPUT
    return INCOMPLETE if unknown else DONE


def optimize(folder: str, model: str | None, collection: str | None = None) -> None:
    """Merges a whole index, or that of a collection of the chat."""
    if collection is not None:
        from qa.collections.library import Library

        library = Library()
        library.optimize(collection)
        _report(collection, library.open(collection), "merged")
        return
    opened = Index.open(folder, encoder=model)
    opened.optimize()
    _report(folder, opened, "merged")


def below(paths: Sequence[Path], opened: Index) -> dict[str, str]:
    """The ids and sources of an index's documents that come from these files or from inside these folders."""
    places = [source_of(path).rstrip("/") for path in paths]
    return {
        id_: source
        for id_, source in opened.sources().items()
        if any(f"{source}/".startswith(f"{place}/") for place in places)
    }


def gone_from(paths: Sequence[Path], opened: Index) -> set[str]:
    """The ids of those whose files don't exist any more."""
    return {id_ for id_, source in below(paths, opened).items() if not os.path.lexists(source)}


def _report(folder: str, opened: Index, change: str) -> None:
    documents, passages = len(opened.documents), len(opened.passages)
    show(f"{in_one_line(folder)}: {_count(documents, 'document')}, {_count(passages, 'passage')} ({change}).")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
