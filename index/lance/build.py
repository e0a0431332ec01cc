"""Builds a collection's table in small batches of documents, one commit per batch.

Committed batches are kept: an interrupted build resumes from there, with the same texts or with others.
Readers use the live table until the new one is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from index.encoding.base import Encoder
from index.errors import IndexLocked
from index.lance import rows, table
from index.lance.counts import Counts, sql_string
from index.progress import Progress, encoding
from index.types import Document, unique_documents

_LISTED: Final = 1000
_COUNTS_AT_ONCE: Final = 100_000
COUNTED: Final = ["terms", "names", "text", "written"]


@dataclass(frozen=True)
class Work:
    """The executor of a build: this process, or a cluster.

    Attributes:
        write: encodes lists of documents and commits their rows to a dataset, checking the claim before
            each commit; yields the number of documents written.
        count: counts the words of a dataset's passages.
    """

    write: Callable[[Iterator[list[Document]], Any, table.Claim], Iterator[int]]
    count: Callable[[Any], Counts]


def build(
    documents: Iterable[Document],
    address: str,
    encoder: Encoder,
    show_progress: bool | Progress | None,
) -> None:
    """Builds a table of the documents and makes it the live one.

    Raises:
        InvalidDocument: two different documents have the same id.
        IndexLocked: another process builds the same index.
    """
    about = table.About.of(encoder)
    maker = rows.Maker(encoder, about.language_means)

    def write(batches: Iterator[list[Document]], dataset: Any, claim: table.Claim) -> Iterator[int]:
        for batch in batches:
            made = maker.rows(batch, {})
            claim.check()
            table.append(dataset, made)
            yield len(batch)

    work = Work(write, _counted)
    fill(documents, address, about, dimension=encoder.dimension, work=work, show_progress=show_progress)


def fill(
    documents: Iterable[Document],
    address: str,
    about: table.About,
    dimension: int,
    work: Work,
    show_progress: bool | Progress | None,
) -> None:
    """Fills a build's table, resuming an interrupted build, and makes it the live one.

    Args:
        documents: the whole collection; iterated once, one document at a time.
        address: of the index.
        about: the table's settings.
        dimension: of its vectors.
        work: the executor.
        show_progress: as in `Index.build`.
    """
    name, dataset = table.unfinished(address, about, dimension)
    claim = table.Claim(address, name)
    dataset.checkout_latest()
    delete(dataset, f"kind = '{rows.COUNT}'")
    written = _written(dataset)
    wanted: set[str] = set()

    def batches() -> Iterator[list[Document]]:
        for batch in rows.batches(missing()):
            # Rows that an interrupted build wrote for an older text.
            delete_documents(dataset, [document.id for document in batch if document.id in written])
            yield batch

    def missing() -> Iterator[Document]:
        for document in unique_documents(documents):
            wanted.add(document.id)
            if written.get(document.id) != rows.digest(document):
                yield document

    with encoding("documents", show_progress, len(written)) as advance:
        for count in work.write(batches(), dataset, claim):
            advance(count)
    dataset.checkout_latest()
    claim.check()
    delete_documents(dataset, [id_ for id_ in written if id_ not in wanted])
    if set(_written(dataset)) != wanted:
        raise IndexLocked(
            f"Another process has written to what was built at {address}. Build it again: it goes on."
        )
    # Small files are compacted before they are indexed, not after.
    dataset.optimize.compact_files()
    counts = work.count(dataset)
    made = counts.rows()
    while part := list(islice(made, _COUNTS_AT_ONCE)):
        table.append(dataset, rows.table(part, dimension))
    dataset.update_config({table.COUNTED: str(dataset.count_rows(f"kind = '{rows.COUNT}'"))})
    table.create_indices(dataset, counts.passages)
    claim.check()
    dataset.checkout_latest()
    table.forget_versions(dataset)
    table.make_live(address, name)


def delete_documents(dataset: Any, ids: list[str]) -> None:
    """Removes all rows of some documents."""
    for first in range(0, len(ids), _LISTED):
        listed = ", ".join(map(sql_string, ids[first : first + _LISTED]))
        delete(dataset, f"document_id IN ({listed})")


def delete(dataset: Any, where: str) -> None:
    """Removes the matching rows; makes no commit if there are none."""
    if dataset.count_rows(where):
        dataset.delete(where)


def _written(dataset: Any) -> dict[str, bytes]:
    """Document id -> digest of the documents in a dataset; duplicated ones are removed from it."""
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


def _counted(dataset: Any) -> Counts:
    """Counts the words of a dataset's passages."""
    counts = Counts()
    for batch in dataset.to_batches(columns=COUNTED, filter=f"kind = '{rows.PASSAGE}'"):
        counts.add(batch)
    return counts
