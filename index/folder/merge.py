"""Merging of segments, so that a search looks into few: which, when, and how.

Segments are in tiers by their number of passages, each tier eight times as large as the one before, as with
Lucene's tiered policy: where there are too many in a tier, they become one. Small ones are merged by the
change that adds them; others by `merge`, beside readers and writers, whose segments stay as they are until
the merged one takes their place.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import log
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.folder import live
from index.folder.build import Change, write_segment
from index.folder.form_filter import FormFilterBuilder
from index.folder.manifest import Manifest, SegmentEntry
from index.folder.rows import ROWS, RowsWriter
from index.folder.segment import Places, Structures, write_structures
from index.folder.snapshot import Part, Snapshot
from index.retrieval.postings import Postings
from index.text.spelling import Count

# Passages of a segment in the first tier, how much larger those of the next are, and how many segments of a
# tier are merged.
_FIRST: Final = 64
_RATIO: Final = 8
_PER_TIER: Final = 3
# The most passages that a change merges by itself.
_SMALL: Final = 512
MAX_SEGMENTS: Final = 24
"""The most segments that a change leaves to be merged later."""
# The share of a segment's passages that may be removed before it is written anew.
_REMOVED: Final = 1 / 4


@dataclass(frozen=True)
class Size:
    """A segment's number of passages, and of those that are removed."""

    passages: int
    removed: int

    @property
    def left(self) -> int:
        """The passages that aren't removed."""
        return self.passages - self.removed


def due(sizes: Sequence[Size], most: int | None = None) -> list[int]:
    """The segments to be merged next: none if there are few enough in each tier.

    Args:
        sizes: of all segments.
        most: the most passages that the merged segment may have.
    """
    tiers: dict[int, list[int]] = {}
    for number, size in enumerate(sizes):
        tier = max(0, int(log(max(size.left, 1) / _FIRST, _RATIO)) + (size.left >= _FIRST))
        tiers.setdefault(tier, []).append(number)
    full = [found for found in tiers.values() if len(found) >= _PER_TIER]
    holey = [
        [number]
        for number, size in enumerate(sizes)
        if size.passages >= _FIRST and size.removed > _REMOVED * size.passages
    ]
    for numbers in (*sorted(full, key=lambda found: sizes[found[0]].left), *holey):
        if most is None or sum(sizes[number].left for number in numbers) <= most:
            return numbers
    return []


def merge(folder: Path, whole: bool = False, clean: bool = False) -> None:
    """Merges segments until none are due, or all of them into one.

    Readers and writers aren't in its way: a merge that a change has overtaken is done again. Nothing is done
    if another process merges, unless more is asked for than what is due.

    Args:
        folder: the index's.
        whole: whether all segments are merged, so that nothing of a removed document is left in the folder,
            nor of what a writer or a merge that was killed has left behind.
        clean: whether the same is done at the least cost: only segments with removed documents, and what is
            due, are written anew.

    Raises:
        IndexDamaged: a merged file isn't what was written.
        IndexLocked: another process is writing, or merges what was asked for.
        OSError: the disk is full, or can't be written; the index stays as it was.
    """
    is_asked = whole or clean
    with live.merging(folder, needed=is_asked) as is_free, live.new_segments(folder, merged=True) as new:
        snapshot: Snapshot | None = None
        while is_free:
            snapshot = live.load(folder, snapshot)
            numbers = _all(snapshot) if whole else _due(snapshot, clean)
            if not numbers:
                break
            merged = write_merged(new(), [snapshot.parts[number] for number in numbers])
            with live.writing(folder):
                manifest = Manifest.read(folder)
                if merged.fits(manifest):
                    merged.instead(manifest).write(folder)
                live.sweep(folder, is_merger=True)
        if is_asked:
            # What a killed process has left, too, even where there was nothing to merge.
            with live.writing(folder):
                live.sweep(folder, is_merger=True, must_succeed=True)


def is_clean(folder: Path) -> bool:
    """Whether an index's folder has nothing of removed documents, nor of a killed writer.

    Raises:
        IndexNotFound, IndexDamaged: there is no index, or its manifest isn't what was written.
    """
    segments = Manifest.read(folder).segments
    names = {entry.name for entry in segments}
    is_swept = all(path.name in names for path in folder.iterdir() if live.is_segment(path))
    return is_swept and not any(entry.removed for entry in segments)


def sizes_of(snapshot: Snapshot) -> list[Size]:
    """The sizes of a snapshot's segments."""
    return [Size(len(part.segment.places.spans), len(part.removed_rows)) for part in snapshot.parts]


def _due(snapshot: Snapshot, clean: bool) -> list[int]:
    with_removed = [number for number, part in enumerate(snapshot.parts) if clean and len(part.removed)]
    return with_removed or due(sizes_of(snapshot))


def _all(snapshot: Snapshot) -> list[int]:
    parts = snapshot.parts
    return list(range(len(parts))) if len(parts) > 1 or len(parts[0].removed) else []


@dataclass(frozen=True, eq=False)
class Merged:
    """A segment that can take the place of others.

    Attributes:
        entry: of the manifest.
        numbers: for each of the others, by name, the new number of each of its documents; -1 if that was
            removed.
    """

    entry: SegmentEntry
    numbers: dict[str, NDArray[np.int64]]

    def fits(self, manifest: Manifest) -> bool:
        """Whether all of the others are still there."""
        return self.numbers.keys() <= {entry.name for entry in manifest.segments}

    def instead(self, manifest: Manifest) -> Manifest:
        """A manifest that it fits, with it in their place."""
        there = {entry.name: entry for entry in manifest.segments}
        # Documents may have been removed while it was written.
        removed = [numbers[list(there[name].removed)] for name, numbers in self.numbers.items()]
        marks = np.sort(np.concatenate(removed).astype(np.int64))
        entry = replace(self.entry, removed=tuple(marks[marks >= 0].tolist()))
        others = (entry for name, entry in there.items() if name not in self.numbers)
        return replace(manifest, segments=(*others, entry))


def write_merged(own: Path, parts: Sequence[Part]) -> Merged:
    """Writes one segment with the remaining documents of others into its folder.

    Raises:
        IndexDamaged: a merged file isn't what was written.
        OSError: it can't be written.
    """
    documents = [part.documents for part in parts]
    positions = np.concatenate([p.segment.places.positions[d] for p, d in zip(parts, documents, strict=True)])
    order = np.argsort(positions, kind="stable")
    of_part = np.repeat(np.arange(len(parts)), list(map(len, documents)))[order]
    numbers = np.concatenate(documents)[order]
    new_numbers = [np.full(len(part.segment.places.positions), -1) for part in parts]
    new_rows = [np.full(len(part.segment.places.spans), -1) for part in parts]
    first_rows, sources, forms = [0], [], FormFilterBuilder()
    with RowsWriter(own / ROWS) as rows:
        for new, (i, number) in enumerate(zip(of_part.tolist(), numbers.tolist(), strict=True)):
            segment, begin = parts[i].segment, first_rows[-1]
            first, end = segment.places.first_rows[number : number + 2].tolist()
            rows.copy(new, segment.rows.stored(number))
            stored = segment.rows.stored_passages(first, end)
            rows.copy_passages((row, new, *passage) for row, passage in enumerate(stored, begin))
            new_numbers[i][number] = new
            new_rows[i][first:end] = np.arange(begin, begin + end - first)
            sources += [(segment, row) for row in range(first, end)]
            first_rows.append(begin + end - first)
        rows.add_counts(forms.seen(_summed([part.segment.rows.all_counts() for part in parts])))

    count = len(sources)
    spans, shares = np.empty((count, 2), np.int64), np.empty(count, np.float32)
    for part, moved in zip(parts, new_rows, strict=True):
        kept = moved >= 0
        spans[moved[kept]] = part.segment.places.spans[kept]
        shares[moved[kept]] = part.segment.places.arabic_shares[kept]
    entry = write_structures(
        own,
        Structures(
            Places(positions[order], np.array(first_rows, np.int32), spans, shares),
            Postings.merged([(p.segment.terms, new) for p, new in zip(parts, new_rows, strict=True)]),
            Postings.merged([(p.segment.names, new) for p, new in zip(parts, new_rows, strict=True)]),
            form_filter=forms.build(),
            language_means=parts[0].segment.language_means,
            vector=lambda row: sources[row][0].dense.vectors[sources[row][1]],
            record=lambda row: sources[row][0].late.record(sources[row][1]),
        ),
    )
    return Merged(entry, {p.segment.name: new for p, new in zip(parts, new_numbers, strict=True)})


def _summed(counts: Sequence[Iterator[Count]]) -> Iterator[Count]:
    """The sums of counts that come in the order of their keys, without those that are 0."""
    key = itemgetter(0, 1, 2)
    for (kind, form, word), same in groupby(heapq.merge(*counts, key=key), key):
        sums = [sum(found) for found in zip(*(row[3:] for row in same), strict=True)]
        if any(sums):
            yield (kind, form, word, sums[0], sums[1])


def publish(folder: Path, change: Change) -> Snapshot:
    """Writes a change and makes it visible. Call it inside `live.writing`.

    Args:
        folder: the index's.
        change: without an older index the documents are all that there is then.

    Raises:
        IndexDamaged: a merged file isn't what was written.
        OSError: the disk is full or can't be written; the index stays as it was.
    """
    live.sweep(folder)
    with live.new_segments(folder) as new:
        entry = write_segment(new(), change)
        snapshot = Snapshot(folder, _after(change, entry), change.old)
        # Few enough for a search even without any merge.
        while numbers := due(sizes_of(snapshot), _SMALL if len(snapshot.parts) <= MAX_SEGMENTS else None):
            merged = write_merged(new(), [snapshot.parts[number] for number in numbers])
            snapshot = Snapshot(folder, merged.instead(snapshot.manifest), snapshot)
        live.commit(folder, snapshot.manifest)
    return snapshot


def _after(change: Change, entry: SegmentEntry) -> Manifest:
    """The manifest after a change."""
    older = change.old.manifest.segments if change.old and not change.afresh else ()
    gone: dict[str, list[int]] = {}
    for part, number in change.removed:
        gone.setdefault(part.segment.name, []).append(number)
    marked = [
        replace(known, removed=tuple(sorted((*known.removed, *gone.get(known.name, ()))))) for known in older
    ]
    return Manifest(change.encoder.name, change.encoder.fingerprint, (*marked, entry))
