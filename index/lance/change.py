"""Updating and removing: one commit a change, tried again where another writer was quicker.

A change reads the version that is live, works out its rows and what they do to the counts, and commits
all of it at once. Lance refuses the commit if another writer has touched one of the same documents since,
and then all is worked out again from what that writer left, but for encodings.
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
from index.lance.counts import Counts, quoted
from index.progress import Progress, encoding
from index.types import Document, unique_documents

# Other writers' commits that a change gives way to before it gives up.
_PATIENCE: Final = 40
_LONGEST_PAUSE: Final = 2.0
_LISTED: Final = 1000
_FIELDS: Final = [name for name in rows.REUSED if name != "vector"]

# By `PassageInput.digest`, what older rows have of it.
Encoded = dict[bytes, Mapping[str, Any]]


def update(
    address: str, documents: Iterable[Document], encoder: Encoder, show_progress: bool | Progress | None
) -> table.Version:
    """Adds documents, or puts them in the place of those with the same ids; returns the new version.

    Raises:
        InvalidDocument: two different documents have the same id.
        IndexLocked: other writers were quicker all the time.
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
        maker = rows.Maker(encoder, version.about.centers, version.about.has_tokens)
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
        IndexLocked: other writers were quicker all the time.
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
    """Makes a change of the live version, again where it comes too late."""
    for attempt in range(_PATIENCE):
        version = table.Version.newest(address)
        check_encoder(address, version.about, encoder)
        try:
            if not change(version):
                return version
        except OSError as error:
            if not _came_too_late(error):
                raise
            # Not all of those that wait at the same moment again.
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.02 * 2**attempt)))
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
    """Puts rows in the place of all those of some documents, and adds counts, in one commit."""
    added = pa.concat_tables([*made, rows.table(list(counts.rows()), dimension)])
    merge = dataset.merge_insert(rows.KEY).when_matched_update_all().when_not_matched_insert_all()
    merge.when_not_matched_by_source_delete(_of_documents(ids)).conflict_retries(0).execute(added)


def _made(maker: rows.Maker, documents: list[Document], encoded: Encoded) -> pa.Table:
    made = maker.rows(documents, encoded)
    encoded.update(_known(made))
    return made


def _known(found: pa.Table) -> Encoded:
    """What rows have of their passages, by the digests of what was encoded."""
    found = found.filter(pc.is_valid(found.column("terms")))
    numbers = found.column("vector").combine_chunks()
    vectors = numbers.flatten().to_numpy().reshape(-1, numbers.type.list_size)
    known: Encoded = {}
    for row, vector in zip(found.select(_FIELDS).to_pylist(), vectors, strict=True):
        known[row["encoded"]] = row | {"vector": vector}
    return known


def _digests(dataset: Any, ids: list[str]) -> dict[str, bytes]:
    """Of these documents those that are there: their digests, by their ids."""
    found: dict[str, bytes] = {}
    keys = [quoted(rows.document_key(id_)) for id_ in ids]
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
    return f"document_id IN ({', '.join(map(quoted, ids))})"
