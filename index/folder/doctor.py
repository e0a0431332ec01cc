"""Diagnosis of an index: its state, and what may need attention."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Final

from index.folder import live
from index.folder.merge import due, sizes_of
from index.folder.snapshot import Snapshot
from index.text.analyzer import normalise

# The share of the passages of two documents, counted once, that both have if they are nearly the same.
_NEARLY_THE_SAME: Final = 0.5
# A passage shared by more documents belongs to a form or a footer, and identifies nothing.
_MAX_DOCUMENTS: Final = 20


@dataclass(frozen=True)
class Report:
    """The state of an index.

    Attributes:
        encoder_name, encoder_fingerprint: of the encoder that made it.
        documents, passages: what it has.
        size: of its folder, in bytes.
        segments: the passages of each segment, and how many of them are removed.
        is_merge_due: whether segments should be merged.
        gone: sources whose files aren't there any more: paths, and names of files that `examine` was told of.
        near_duplicates: pairs of documents with mostly the same passages: their sources or titles, and the
            share of passages in common.
        left_behind: what doesn't belong to the index: leftovers of a crash, or someone else's.
    """

    encoder_name: str
    encoder_fingerprint: str
    documents: int
    passages: int
    size: int
    segments: tuple[tuple[int, int], ...]
    is_merge_due: bool
    gone: tuple[str, ...]
    near_duplicates: tuple[tuple[str, str, float], ...]
    left_behind: tuple[str, ...]


def examine(folder: Path, files: Mapping[str, Path] = MappingProxyType({})) -> Report:
    """Reads an index through, and verifies every byte.

    Args:
        folder: the index's.
        files: where the files of sources are that aren't whole paths; others of these aren't looked for.

    Raises:
        IndexNotFound: there is none.
        IndexDamaged: it isn't what was written; the message names the file and says what to do.
    """
    snapshot = live.load(folder, every_byte=True)
    sizes = sizes_of(snapshot)
    names = {head.id: head.source or head.title or head.id for head, _ in snapshot.heads}
    sources = [head.source for head, _ in snapshot.heads]
    places = {source: files.get(source, Path(source)) for source in sources if source}
    own = {entry.name for entry in snapshot.manifest.segments} | live.SMALL_FILES
    return Report(
        encoder_name=snapshot.manifest.encoder_name,
        encoder_fingerprint=snapshot.manifest.encoder_fingerprint,
        documents=len(names),
        passages=sum(size.left for size in sizes),
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        segments=tuple((size.passages, size.removed) for size in sizes),
        is_merge_due=bool(due(sizes)),
        gone=tuple(
            source for source, place in places.items() if place.is_absolute() and not os.path.lexists(place)
        ),
        near_duplicates=tuple(
            (names[one], names[other], share) for (one, other), share in _near_duplicates(snapshot).items()
        ),
        left_behind=tuple(sorted(path.name for path in folder.iterdir() if path.name not in own)),
    )


def _near_duplicates(snapshot: Snapshot) -> Mapping[tuple[str, str], float]:
    """Pairs of ids of documents with mostly the same passages, letter variants and marks aside."""
    having: defaultdict[bytes, dict[str, None]] = defaultdict(dict)
    sizes: Counter[str] = Counter()
    for passage in snapshot.passages:
        text = " ".join(normalise(passage.text).text.split())
        documents = having[hashlib.blake2b(text.encode(), digest_size=16).digest()]
        if passage.document_id not in documents:
            documents[passage.document_id] = None
            sizes[passage.document_id] += 1
    common: Counter[tuple[str, str]] = Counter()
    for documents in having.values():
        if 1 < len(documents) <= _MAX_DOCUMENTS:
            # In the order of the collection, as passages are.
            common.update(combinations(documents, 2))
    shares = {pair: count / (sizes[pair[0]] + sizes[pair[1]] - count) for pair, count in common.items()}
    return {pair: share for pair, share in shares.items() if share >= _NEARLY_THE_SAME}
