"""Updates and removals: one commit per change, retried on write conflicts (optimistic concurrency).

A change reads the live version, computes its rows and their effect on the counts, and commits all of it
at once. Lance rejects the commit if another writer has changed one of the same documents since; then
everything but the encodings is recomputed from the new version.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from index.encoding.base import Encoder, check_encoder
from index.errors import IndexLocked
from index.lance import rows, table, upkeep
from index.lance.counts import Counts, sql_string
from index.progress import Progress, encoding
from index.types import Document, unique_documents

# Attempts of a change before it gives up because of other writers' commits.
_PATIENCE: Final = 40
_MAX_PAUSE: Final = 2.0
_LISTED: Final = 1000
_FIELDS: Final = [name for name in rows.REUSED if name != "vector"]

# `PassageInput.digest` -> the reusable fields of older rows.
Encoded = dict[bytes, Mapping[str, Any]]


def update(
    address: str, documents: Iterable[Document], encoder: Encoder, show_progress: bool | Progress | None
) -> table.Version:
    """Adds documents, replacing those with the same ids; returns the new version.

    Raises:
        InvalidDocument: two different documents have the same id.
        IndexLocked: all attempts conflicted with other writers.
        EncoderMismatch: another encoder made the live table.
    """
    new = list(unique_documents(documents))
    encoded: Encoded = {}

    def change(version: table.Version) -> bool:
        digests = _digests(version.dataset, [document.id for document in new])
        changed = [document for document in new if digests.get(document.id) != rows.digest(document)]
        if not changed:
            return False
        old = _passages(version.dataset, [document.id for document in changed])
        encoded.update(_known(old))
        maker = rows.Maker(encoder, version.about.language_means)
        made = []
        with encoding("documents", show_progress, total=len(changed)) as advance:
            for batch in rows.batches(changed):
                made.append(_made(maker, batch, encoded))
                advance(len(batch))
        counts = Counts()
        counts.add(old, -1)
        for part in made:
            counts.add(part)
        _replace(version.dataset, [document.id for document in changed], made, counts, encoder.dimension)
        return True

    return _tried(address, encoder, change)


def remove(address: str, ids: set[str], encoder: Encoder) -> table.Version:
    """Removes documents; returns the new version.

    Raises:
        KeyError: there is no such document; nothing is removed then.
        IndexLocked: all attempts conflicted with other writers.
    """

    def change(version: table.Version) -> bool:
        if missing := sorted(ids - set(_digests(version.dataset, list(ids)))):
            raise KeyError(f"The index has no document {', '.join(missing)}")
        if not ids:
            return False
        counts = Counts()
        counts.add(_passages(version.dataset, list(ids)), -1)
        _replace(version.dataset, list(ids), [], counts, encoder.dimension)
        return True

    return _tried(address, encoder, change)


def _tried(address: str, encoder: Encoder, change: Callable[[table.Version], bool]) -> table.Version:
    """Applies a change to the live version, retrying on write conflicts."""
    for attempt in range(_PATIENCE):
        version = table.Version.newest(address)
        check_encoder(address, version.about, encoder)
        try:
            if not change(version):
                return version
        except OSError as error:
            if not _came_too_late(error):
                raise
            # Randomised, so that waiting writers don't all retry at the same moment.
            time.sleep(random.uniform(0, min(_MAX_PAUSE, 0.02 * 2**attempt)))
            continue
        upkeep.keep_quick(address)
        return table.Version.newest(address)
    raise IndexLocked(
        f"Other processes keep writing to the index at {address}. Try again when they have finished."
    )


def _came_too_late(error: OSError) -> bool:
    message = str(error).lower()
    return "concurrent writers" in message or "commit conflict" in message


def _replace(dataset: Any, ids: list[str], made: list[pa.Table], counts: Counts, dimension: int) -> None:
    """Replaces all rows of some documents and adds counts, in one commit."""
    added = pa.concat_tables([*made, rows.table(list(counts.rows()), dimension)])
    merge = dataset.merge_insert(rows.KEY).when_matched_update_all().when_not_matched_insert_all()
    merge.when_not_matched_by_source_delete(_of_documents(ids)).conflict_retries(0).execute(added)


def _made(maker: rows.Maker, documents: list[Document], encoded: Encoded) -> pa.Table:
    made = maker.rows(documents, encoded)
    encoded.update(_known(made))
    return made


def _known(found: pa.Table) -> Encoded:
    """The reusable fields of rows, by the digests of the encoded texts."""
    found = found.filter(pc.is_valid(found.column("terms")))
    numbers = found.column("vector").combine_chunks()
    vectors = numbers.flatten().to_numpy().reshape(-1, numbers.type.list_size)
    known: Encoded = {}
    for row, vector in zip(found.select(_FIELDS).to_pylist(), vectors, strict=True):
        known[row["encoded"]] = row | {"vector": vector}
    return known


def _digests(dataset: Any, ids: list[str]) -> dict[str, bytes]:
    """Document id -> digest, for those of these documents that exist."""
    found: dict[str, bytes] = {}
    keys = [sql_string(rows.document_key(id_)) for id_ in ids]
    for first in range(0, len(keys), _LISTED):
        listed = ", ".join(keys[first : first + _LISTED])
        part = dataset.to_table(columns=["document_id", "digest"], filter=f"{rows.KEY} IN ({listed})")
        found.update((row["document_id"], row["digest"]) for row in part.to_pylist())
    return found


def _passages(dataset: Any, ids: list[str]) -> pa.Table:
    """The passages of some documents."""
    columns = ["text", "written", *rows.REUSED]
    where = f"kind = '{rows.PASSAGE}' AND {_of_documents(ids)}"
    return dataset.to_table(columns=columns, filter=where)


def _of_documents(ids: list[str]) -> str:
    return f"document_id IN ({', '.join(map(sql_string, ids))})"
