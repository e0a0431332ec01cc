"""What keeps a table quick that was changed many times: files joined, indices extended, counts merged.

None of it changes what a search finds. Where another writer is in the way it is left to the next change.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any, Final

from index.lance import rows, table
from index.lance.counts import merged

# Files that a table may have before small ones are joined.
_MOST_FRAGMENTS: Final = 64
# Rows that no index has yet, and that each search goes through.
_MOST_UNINDEXED: Final = 10_000
# Counts that a table may have for each that it had when they were merged last.
_MOST_COUNTS: Final = 2
# How long versions that were replaced stay: a reader that doesn't refresh for longer loses its own.
_KEPT: Final = timedelta(days=7)


def keep_quick(address: str) -> None:
    """Looks after the live table if it needs it."""
    dataset = table.Version.newest(address).dataset
    if len(dataset.get_fragments()) > _MOST_FRAGMENTS or _unindexed(dataset) > _MOST_UNINDEXED:
        # What another writer has just changed is looked after when it is changed again.
        with contextlib.suppress(OSError):
            look_after(dataset)


def look_after(dataset: Any) -> None:
    """Joins files, takes new rows into the indices, and makes one count of each word's.

    Raises:
        OSError: another writer has changed the same at the same time.
    """
    merge_counts(dataset)
    dataset.optimize.compact_files()
    dataset.optimize.optimize_indices()
    dataset.cleanup_old_versions(older_than=_KEPT)


def merge_counts(dataset: Any) -> None:
    """Makes one row of each key's counts, where there are many more.

    Raises:
        OSError: another writer has merged them at the same time.
    """
    known = int(dataset.config().get(table.COUNTED, 0))
    if dataset.count_rows(f"kind = '{rows.COUNT}'") > _MOST_COUNTS * known:
        made = list(merged(dataset).rows())
        dimension = dataset.schema.field("vector").type.list_size
        dataset.update_config({table.COUNTED: str(len(made))})
        merge = dataset.merge_insert(rows.KEY).when_not_matched_insert_all()
        merge.when_not_matched_by_source_delete(f"kind = '{rows.COUNT}'").conflict_retries(0).execute(
            rows.table(made, dimension)
        )


def _unindexed(dataset: Any) -> int:
    """Rows that the full-text index doesn't have."""
    (name,) = [index.name for index in dataset.describe_indices() if index.field_names == ["terms"]]
    return int(dataset.stats.index_stats(name)["num_unindexed_rows"])
