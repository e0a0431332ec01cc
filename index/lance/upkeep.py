"""Maintenance of a table after many changes: compacts files, extends indices, merges counts.

None of it changes search results. On a conflict with another writer it is left to the next change.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any, Final

from index.lance import rows, table
from index.lance.counts import merged

# Number of files above which small ones are compacted.
_MAX_FRAGMENTS: Final = 64
# Number of unindexed rows, which each search scans, above which the indices are extended.
_MAX_UNINDEXED: Final = 10_000
# Growth of the number of counts since the last merge above which they are merged.
_MAX_COUNTS: Final = 2
# Retention of replaced versions: a reader that doesn't refresh for longer loses its own.
_KEPT: Final = timedelta(days=7)


def keep_quick(address: str) -> None:
    """Maintains the live table if it exceeds a bound."""
    dataset = table.Version.newest(address).dataset
    if len(dataset.get_fragments()) > _MAX_FRAGMENTS or _unindexed(dataset) > _MAX_UNINDEXED:
        # After a conflict, maintenance is left to the next change.
        with contextlib.suppress(OSError):
            look_after(dataset)


def look_after(dataset: Any) -> None:
    """Compacts files, adds new rows to the indices, and merges each key's counts.

    Raises:
        OSError: a concurrent writer has changed the same data.
    """
    merge_counts(dataset)
    dataset.optimize.compact_files()
    dataset.optimize.optimize_indices()
    dataset.cleanup_old_versions(older_than=_KEPT)


def merge_counts(dataset: Any) -> None:
    """Merges each key's counts into one row, if there are many more.

    Raises:
        OSError: a concurrent writer has merged them.
    """
    known = int(dataset.config().get(table.COUNTED, 0))
    if dataset.count_rows(f"kind = '{rows.COUNT}'") > _MAX_COUNTS * known:
        made = list(merged(dataset).rows())
        dimension = dataset.schema.field("vector").type.list_size
        dataset.update_config({table.COUNTED: str(len(made))})
        merge = dataset.merge_insert(rows.KEY).when_not_matched_insert_all()
        merge.when_not_matched_by_source_delete(f"kind = '{rows.COUNT}'").conflict_retries(0).execute(
            rows.table(made, dimension)
        )


def _unindexed(dataset: Any) -> int:
    """The number of rows missing from the full-text index."""
    (name,) = [index.name for index in dataset.describe_indices() if index.field_names == ["terms"]]
    return int(dataset.stats.index_stats(name)["num_unindexed_rows"])
