"""Candidates of a question: retrieved from Lance's two indices, scored as in the default engine.

Lance's full-text index ranks by its own BM25, so more passages than needed are retrieved and rescored by
BM25Plus with the whole collection's frequencies.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from lance.query import MatchQuery
from numpy.typing import NDArray

from index.array_types import FloatArray, Rows
from index.errors import IndexDamaged, make_again
from index.lance import rows
from index.lance.counts import Known
from index.lance.table import Version, has_vector_index
from index.query import Query
from index.retrieval.bm25 import LexicalIndex
from index.retrieval.candidates import Candidates
from index.retrieval.fusion import is_across
from index.retrieval.late_interaction import late_scores
from index.retrieval.names import NameIndex
from index.retrieval.postings import Frequencies, Postings, hashed
from index.retrieval.translations import Meaning, meanings

# Passages retrieved by Lance's own BM25 per passage that BM25Plus keeps.
_MORE: Final = 4
# Passages rescored exactly per nearest neighbour kept, if there is a vector index: with one bit per
# dimension, 4 of them find .946 of the 10 nearest among a million, 8 find .992.
_REFINED: Final = 8
# Up to this many passages within a scope are compared exhaustively; chosen.
_FEW: Final = 20_000
# Clusters probed; among a million passages in 244 clusters, three times as many find no more.
_PROBES: Final = 32
_COLUMNS: Final = [
    "document_id", "number", "start", "end", "text", "layout", "arabic_share", "terms", "names", "vector",
    "tokens", "checksum",
]  # fmt: skip

# Lance's own row ids.
RowIds = NDArray[np.uint64]


@dataclass(frozen=True)
class Within:
    """The documents that a search is restricted to.

    Attributes:
        where: true of their passages, in SQL.
        passages: the number of their passages.
        share: that number as a share of the collection's.
    """

    where: str
    passages: int
    share: float


def candidates(
    version: Version,
    known: Known,
    query: Query,
    per_leg: int,
    count: int,
    also: RowIds | None = None,
    within: Within | None = None,
) -> tuple[Candidates, Mapping[str, bytes]]:
    """The best `count` of the candidates that the legs propose, `per_leg` each.

    Args:
        version: of the collection.
        known: its counts.
        query: the question.
        per_leg: passages proposed by each leg.
        count: passages scored by late interaction.
        also: row ids of passages included whether or not a leg proposes them.
        within: the documents that the legs propose passages of; all if not given.

    Returns:
        The candidates, and passage id -> record of its token vectors.

    Raises:
        IndexDamaged: a passage's token vectors aren't what was written.
    """
    terms = list(dict.fromkeys(term.term for term in query.terms))
    sounds = [name.term for name in query.names]
    of_terms = meanings(terms)
    translations = list(dict.fromkeys(term for meaning in of_terms for term in meaning))
    frequencies, names = known.frequencies(translations, sounds)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(proposed, version.dataset, query.vector, per_leg, within)
        by_words = _matching(version.dataset, terms, _MORE * per_leg, within)
        lexical = LexicalIndex([_postings(by_words, "terms", terms)], frequencies)
        best, _ = lexical.match(terms).best(per_leg)
        matching = by_words.column("_rowid").to_numpy()[best]
        translated, best_translated = _translated(
            version.dataset, query, of_terms, frequencies=frequencies, count=per_leg, within=within
        )
        best_share = 0.0
        if within is not None:  # the scores are those of the whole collection
            anywhere = _postings(_matching(version.dataset, terms, _MORE * per_leg), "terms", terms)
            best_share = LexicalIndex([anywhere], frequencies).match(terms).best_share
            _, best_translated = _translated(
                version.dataset, query, of_terms, frequencies=frequencies, count=per_leg, within=None
            )
        nearest = waiting.result()
    proposals = np.union1d(np.union1d(matching, nearest), translated)
    found = _rows(version.dataset, proposals if also is None else np.union1d(proposals, also))
    ids = found.column("_rowid").to_numpy()
    every = np.arange(len(ids))
    lexical = LexicalIndex([_postings(found, "terms", translations)], frequencies)
    match = lexical.match(terms)
    distances = np.abs(found.column("arabic_share").to_numpy() - np.float32(query.arabic_share))
    across = lexical.match_meanings(of_terms, is_across(distances)).scores(every)
    cosines = _cosines(found, query.vector)
    passages = [rows.read_passage(row) for row in found.select(_COLUMNS[:6]).to_pylist()]
    records = found.column("tokens").to_pylist()
    shares = match.scores(every)
    chosen = Candidates(
        passage=passages.__getitem__,
        rows=every,
        matching=_leg(np.searchsorted(ids, matching), shares),
        translated_best=_leg(np.searchsorted(ids, translated), across),
        nearest=_leg(np.searchsorted(ids, nearest), cosines),
        semantic=cosines,
        has_late=False,
        shares=shares,
        best_share=max(best_share, float(shares.max(initial=0))),
        names=NameIndex([_postings(found, "names", sounds)], names).scores(query.names, query.tokens, every),
        distances=distances,
        translated=across,
        best_translated=best_translated,
    ).best(count)
    checksums = found.column("checksum").to_numpy()[chosen.rows]
    late = _late(version, [records[row] for row in chosen.rows], checksums, query)
    chosen = replace(chosen, semantic=late, has_late=True)
    return chosen, dict(zip((passage.id for passage in passages), records, strict=True))


def _matching(dataset: Any, terms: list[str], count: int, within: Within | None = None) -> Any:
    """The passages that Lance's BM25 ranks first, in table order: row ids, terms, shares of Arabic."""
    query = MatchQuery(" ".join(terms), "terms")
    options: dict[str, Any] = {} if within is None else {"filter": within.where, "prefilter": True}
    found = dataset.to_table(
        columns=["terms", "arabic_share", "_score"],
        full_text_query=query,
        limit=count,
        with_row_id=True,
        **options,
    )
    return found.sort_by("_rowid")


def _translated(
    dataset: Any,
    query: Query,
    of_terms: list[Meaning],
    frequencies: Frequencies,
    count: int,
    within: Within | None,
) -> tuple[RowIds, float]:
    """The best `count` passages in another script by translated terms.

    Returns:
        Their row ids in table order, and the greatest share.
    """
    own = {term.term for term in query.terms}
    if not any(count and term not in own for term, count in frequencies.found.items()):
        return np.zeros(0, np.uint64), 0.0
    found = _matching(dataset, list(frequencies.found), _MORE * count, within)
    lexical = LexicalIndex([_postings(found, "terms", frequencies.found)], frequencies)
    distances = np.abs(found.column("arabic_share").to_numpy() - np.float32(query.arabic_share))
    best, shares = lexical.match_meanings(of_terms, is_across(distances)).best(count)
    ids: RowIds = np.sort(found.column("_rowid").to_numpy()[best])
    return ids, float(shares.max(initial=0))


def proposed(dataset: Any, vector: FloatArray, count: int, within: Within | None = None) -> RowIds:
    """The row ids of the `count` passages nearest to a vector."""
    wanted = {"column": "vector", "q": vector.astype(np.float16), "k": count, "metric": "cosine"}
    options: dict[str, Any] = {}
    has_index = has_vector_index(dataset)
    if has_index and (within is None or within.passages > _FEW):
        # Within a scope as many passages are compared, in more clusters.
        probes = _PROBES if within is None else math.ceil(_PROBES / within.share)
        wanted |= {"nprobes": probes, "refine_factor": _REFINED}
    else:
        wanted |= {"use_index": False} if has_index else {}
        options = {"filter": f"kind = '{rows.PASSAGE}'", "prefilter": True}
    if within is not None:
        options = {"filter": within.where, "prefilter": True}
    found = dataset.to_table(columns=["_distance"], nearest=wanted, with_row_id=True, **options)
    ids: RowIds = found.column("_rowid").to_numpy()
    return ids


def _rows(dataset: Any, ids: RowIds) -> Any:
    """These rows, in table order."""
    if not len(ids):
        return dataset.schema.empty_table().select(_COLUMNS).append_column("_rowid", [[]])
    listed = ", ".join(map(str, ids.tolist()))
    found = dataset.to_table(columns=_COLUMNS, filter=f"_rowid IN ({listed})", with_row_id=True)
    return found.sort_by("_rowid")


def _postings(found: Any, column: str, keys: Collection[str]) -> Postings:
    """The postings of only these keys in the rows' terms or names."""
    wanted = dict(zip(keys, hashed(keys), strict=True))
    pairs, lengths = [], []
    for row, text in enumerate(found.column(column).to_pylist()):
        written = text.split()
        lengths.append(len(written))
        counts = Counter(filter(wanted.__contains__, written))
        pairs += [(wanted[key], row, count) for key, count in counts.items()]
    of_keys, rows, counts_ = zip(*pairs, strict=True) if pairs else ((), (), ())
    return Postings.counted(
        np.array(of_keys, np.uint64),
        np.array(rows, np.int64),
        np.array(counts_, np.int64),
        np.array(lengths, np.int32),
    )


def _cosines(found: Any, vector: FloatArray) -> FloatArray:
    vectors = found.column("vector").combine_chunks().flatten().to_numpy().reshape(-1, len(vector))
    # Not BLAS: see `NameIndex.scores`.
    return np.asarray(np.einsum("ij,j->i", vectors.astype(np.float32), vector), np.float32)


def _late(version: Version, records: list[bytes], checksums: NDArray[np.integer], query: Query) -> FloatArray:
    """Late-interaction scores of the question with the passages of these records.

    Raises:
        IndexDamaged: their token vectors aren't what was written.
    """
    if any(zlib.crc32(record) != sum_ for record, sum_ in zip(records, checksums.tolist(), strict=True)):
        raise IndexDamaged(
            f"The index at {version.address} is damaged: its table {version.name} has other token vectors "
            f"than were written. {make_again(version.address)}"
        )
    return late_scores(query.tokens, [memoryview(record) for record in records])


def _leg(places: Rows, scores: FloatArray) -> tuple[Rows, FloatArray]:
    """A leg's rows and their scores, best first, ties in row order."""
    places = np.sort(places)
    order = np.argsort(-scores[places], kind="stable")
    return places[order], scores[places][order]
