"""Building a collection's table: a few documents at a time, each few in one commit.

Whatever was committed stays: a build that was interrupted goes on from there, with the same texts or
with others. The live table is read until the new one is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

from tqdm import tqdm

from index.build import each_once
from index.encoder import Encoder
from index.errors import IndexLocked
from index.lance import rows, table
from index.lance.counts import Counts, quoted
from index.types import Document

_LISTED: Final = 1000
_COUNTS_AT_ONCE: Final = 100_000
_COUNTED: Final = ["terms", "names", "text"]

# Writes batches of documents into a dataset and yields how many documents each commit brought.
Write = Callable[[Iterator[list[Document]], Any], Iterator[int]]


def build(
    documents: Iterable[Document],
    address: str,
    encoder: Encoder,
    has_tokens: bool,
    show_progress: bool | None,
) -> None:
    """Makes a table of the documents and makes it the live one.

    Raises:
        InvalidDocument: two different documents have the same id.
    """
    about = table.About.of(encoder, has_tokens)
    maker = rows.Maker(encoder, about.centers, has_tokens)

    def write(batches: Iterator[list[Document]], dataset: Any) -> Iterator[int]:
        for batch in batches:
            table.append(dataset, maker.rows(batch, {}))
            yield len(batch)

    fill(documents, address, about, encoder.dimension, write, show_progress)


def fill(
    documents: Iterable[Document],
    address: str,
    about: table.About,
    dimension: int,
    write: Write,
    show_progress: bool | None,
) -> None:
    """Fills the table of a build, from where an interrupted one stopped, and makes it the live one.

    Args:
        documents: the whole collection; gone through once, one at a time.
        address: of the index.
        about: what makes it.
        dimension: of its vectors.
        write: makes and commits rows.
        show_progress: as in `Index.build`.
    """
    name, dataset = table.unfinished(address, about, dimension)
    delete(dataset, f"kind = '{rows.COUNT}'")
    written = _written(dataset)
    wanted: set[str] = set()

    def batches() -> Iterator[list[Document]]:
        for batch in rows.batches(missing()):
            # What an interrupted build has of an older text.
            delete_documents(dataset, [document.id for document in batch if document.id in written])
            yield batch

    def missing() -> Iterator[Document]:
        for document in each_once(documents):
            wanted.add(document.id)
            if written.get(document.id) != rows.digest(document):
                yield document

    hidden = None if show_progress is None else not show_progress
    with tqdm(desc="encoding", unit=" documents", initial=len(written), disable=hidden) as bar:
        for count in write(batches(), dataset):
            bar.update(count)
    dataset.checkout_latest()
    delete_documents(dataset, [id_ for id_ in written if id_ not in wanted])
    if set(_written(dataset)) != wanted:
        raise IndexLocked(
            f"Another process builds the index at {address}. Build it again when that has ended."
        )
    passages = _count(dataset, dimension)
    dataset.optimize.compact_files()
    table.create_indices(dataset, passages)
    table.make_live(address, name)


def delete_documents(dataset: Any, ids: list[str]) -> None:
    """Removes all rows of some documents."""
    for first in range(0, len(ids), _LISTED):
        listed = ", ".join(map(quoted, ids[first : first + _LISTED]))
        delete(dataset, f"document_id IN ({listed})")


def delete(dataset: Any, where: str) -> None:
    """Removes rows, if there are any; without a commit if not."""
    if dataset.count_rows(where):
        dataset.delete(where)


def _written(dataset: Any) -> dict[str, bytes]:
    """The digests of the documents that are there, by their ids; those that are there twice are removed."""
    found: dict[str, bytes] = {}
    twice = []
    batches = dataset.to_batches(columns=["document_id", "digest"], filter=f"kind = '{rows.DOCUMENT}'")
    for batch in batches:
        for id_, digest in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if id_ in found:
                twice.append(id_)
            found[id_] = digest
    delete_documents(dataset, twice)
    return {id_: digest for id_, digest in found.items() if id_ not in set(twice)}


def _count(dataset: Any, dimension: int) -> int:
    """Adds the counts of all passages, and returns how many there are."""
    counts, passages = Counts(), 0
    for batch in dataset.to_batches(columns=_COUNTED, filter=f"kind = '{rows.PASSAGE}'"):
        counts.add(batch)
        passages += len(batch)
    made = counts.rows()
    while part := list(islice(made, _COUNTS_AT_ONCE)):
        table.append(dataset, rows.table(part, dimension))
    return passages
