"""Adds files to an index and removes them, and reports what changed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from cli.console import BAD_INPUT, DONE, INCOMPLETE, complain, in_one_line, show
from index import Document, Index, IndexNotFound
from index.readers.read import duplicates, read_paths, source_of


def file_texts(paths: Sequence[Path], folder: str, model: str | None, rebuild: bool) -> int:
    """Puts the texts of these files and folders into the index at `folder`, and returns the exit code.

    `folder` may be an address. An index is made if there is none, or if `rebuild` asks for a new one.
    """
    reading = read_paths(paths, _tell_page)
    for error in reading.unreadable:
        complain(str(error))
    for warning in reading.warnings:
        complain(warning.message)
    if not reading.documents:
        complain("There is nothing to index; nothing was written.")
        return BAD_INPUT
    again = duplicates(reading.documents)
    for document, original in again:
        complain(f"{document.source}: the same text as {original.source}; it was left out.")
    left_out = {document.id for document, _ in again}
    documents = [document for document in reading.documents if document.id not in left_out]
    opened = None if rebuild else _open_if_there(folder, model)
    older = [_in_index(opened, document.id) for document in documents]
    try:
        if opened:
            opened.update(documents)
        else:
            opened = Index.build(documents, folder, encoder=model)
    except KeyboardInterrupt:
        complain("Stopped. What was encoded is kept: run it again to go on.")
        raise
    unchanged = sum(old == new for old, new in zip(older, documents, strict=True))
    added = older.count(None)
    _report(folder, opened, f"{added} added, {len(older) - added - unchanged} changed, {unchanged} unchanged")
    read = {document.id for document in reading.documents}
    if left := [document for document in _below(paths, opened) if document.id not in read]:
        show("Indexed before, and not found or not readable now (--remove forgets them):")
        show("\n".join(f"  {in_one_line(document.source)}" for document in left))
    show(f'Ask it: dalil ask --index {in_one_line(shlex.quote(folder))} "..."')
    return INCOMPLETE if reading.unreadable else DONE


def _tell_page(path: Path, done: int, total: int) -> None:
    """Tells on standard error how far text recognition is, which takes seconds a page."""
    complain(f"{path}: text recognition, page {done:,} of {total:,}")


def _in_index(opened: Index | None, document_id: str) -> Document | None:
    try:
        return opened.document(document_id) if opened else None
    except KeyError:
        return None


def _open_if_there(folder: str, model: str | None) -> Index | None:
    try:
        return Index.open(folder, encoder=model)
    except IndexNotFound:
        return None


def forget_texts(paths: Sequence[Path], folder: str, model: str | None) -> int:
    """Takes what came from these files and folders out of the index, and returns the exit code."""
    opened = Index.open(folder, encoder=model)
    unknown = [path for path in paths if not _below([path], opened)]
    for path in unknown:
        complain(f"{path}: the index in {folder} holds nothing from there.")
    unwanted = {document.id for document in _below(paths, opened)}
    if not unwanted:
        return BAD_INPUT
    opened.remove(unwanted)
    _report(folder, opened, f"{len(unwanted)} removed")
    return INCOMPLETE if unknown else DONE


def _below(paths: Sequence[Path], opened: Index) -> list[Document]:
    """The documents of an index that come from these files or from inside these folders."""
    places = [source_of(path).rstrip("/") for path in paths]
    return [d for d in opened.documents if any(f"{d.source}/".startswith(f"{place}/") for place in places)]


def _report(folder: str, opened: Index, change: str) -> None:
    documents, passages = len(opened.documents), len(opened.passages)
    show(f"{in_one_line(folder)}: {_count(documents, 'document')}, {_count(passages, 'passage')} ({change}).")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
