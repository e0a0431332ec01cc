"""`LanceIndex`: an index on LanceDB tables, with the same interface as the one in a folder."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from index.encoding import load as encoders
from index.encoding.base import Encoder, check_encoder
from index.interface import Index
from index.lance import build, change, cluster, rows, table
from index.lance.counts import Known, sql_string
from index.lance.search import Within, candidates
from index.progress import Progress
from index.query import Query
from index.retrieval.candidates import Candidates
from index.retrieval.token_codec import QuantizedTokens, TokenVectors
from index.scope import Scope
from index.storage.layout import read_head
from index.storage.lazy_sequence import LazySequence
from index.types import Document, DocumentHead, Passage

_PASSAGE_COLUMNS = ["document_id", "number", "start", "end", "text", "layout"]
_DOCUMENT_COLUMNS = ["document_id", "text", "layout", "head"]
# Sizes of the caches: cited documents, token vectors of candidates (15 KB each), and scopes.
_DOCUMENTS_KEPT, _RECORDS_KEPT, _SCOPES_KEPT = 64, 512, 16

T = TypeVar("T")


class LanceIndex(Index):
    """A collection in LanceDB tables, in a folder or a bucket.

    Any number of processes on any machines may search it, and several may write to it concurrently. It
    is stateless, except for caches of the version that it has opened.
    """

    waits_for_storage = True

    def __init__(self, version: table.Version, encoder: Encoder) -> None:
        """Use `Index.build` or `Index.open`."""
        self.encoder = encoder
        self._take(version)

    def _take(self, version: table.Version) -> None:
        self.view = _View(version)

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        path: str | Path,
        *,
        encoder: Encoder | str | None = None,
        show_progress: bool | Progress | None = None,
    ) -> Index:
        """See `Index.build`."""
        address = str(path).rstrip("/")
        chosen = encoders.load(encoder) if encoder is None or isinstance(encoder, str) else encoder
        if cluster.is_wanted():
            cluster.build_on_cluster(documents, address, encoder, show_progress)
        else:
            build.build(documents, address, chosen, show_progress)
        return cls(table.Version.newest(address), chosen)

    @classmethod
    def open(cls, path: str | Path, *, encoder: Encoder | str | None = None) -> Index:
        """See `Index.open`."""
        version = table.Version.newest(str(path).rstrip("/"))
        name = version.about.encoder_name if encoder is None else encoder
        chosen = encoders.load(name) if isinstance(name, str) else name
        check_encoder(version.address, version.about, chosen)
        return cls(version, chosen)

    def update(self, documents: Iterable[Document], *, show_progress: bool | Progress | None = None) -> None:
        """See `Index.update`; doesn't wait for concurrent writers."""
        self._take(change.update(self.view.version.address, documents, self.encoder, show_progress))

    def remove(self, document_ids: Iterable[str]) -> None:
        """See `Index.remove`."""
        self._take(change.remove(self.view.version.address, set(document_ids), self.encoder))

    @property
    def location(self) -> str:
        """See `Index.location`."""
        return self.view.version.address

    def candidates(self, query: Query, per_leg: int, count: int, also: Passage | None = None) -> Candidates:
        """See `Index.candidates`."""
        view = self.view
        row_ids = None if also is None else np.array([view.row_id(also)], np.uint64)
        within = None if self.scope is None else view.within(self.scope)
        found, records = candidates(
            view.version, view.known, query, per_leg=per_leg, count=count, also=row_ids, within=within
        )
        view.records.add(records.items())
        return found

    def snapshot(self) -> Index:
        """See `Index.snapshot`."""
        copy = LanceIndex.__new__(LanceIndex)
        copy.encoder, copy.view, copy.scope = self.encoder, self.view, self.scope
        return copy

    def query(self, question: str) -> Query:
        """See `Index.query`."""
        view = self.view
        return Query.of(
            question, self.encoder, view.version.about.language_means, view.known.spelling(question)
        )

    def mentions_number(self, digits: str) -> bool:
        """See `Index.mentions_number`; reads through all of the collection's counts."""
        return self.view.known.has_term_with(digits)

    def tokens(self, passage: Passage) -> TokenVectors:
        """See `Index.tokens`."""
        view = self.view
        record = view.records.get(passage.id)
        if record is None:
            record = view.one(rows.passage_key(passage), ["tokens"])["tokens"]
            view.records.add([(passage.id, record)])
        return QuantizedTokens.parse(memoryview(record)).expand()

    def document(self, document_id: str) -> Document:
        """See `Index.document`."""
        view = self.view
        document = view.documents.get(document_id)
        if document is None:
            document = rows.read_document(view.one(rows.document_key(document_id), _DOCUMENT_COLUMNS))
            view.documents.add([(document_id, document)])
        return document

    @property
    def documents(self) -> Sequence[Document]:
        """All documents, read on demand; their order changes with updates."""
        where = self.view.filter_of(rows.DOCUMENT, self.scope)
        return _Rows(self.view.version.dataset, where, _DOCUMENT_COLUMNS, rows.read_document)

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, read on demand; their order changes with updates."""
        where = self.view.filter_of(rows.PASSAGE, self.scope)
        return _Rows(self.view.version.dataset, where, _PASSAGE_COLUMNS, rows.read_passage)

    def heads(self) -> list[DocumentHead]:
        """See `Index.heads`; no text is read."""
        return self.view.heads()

    def refresh(self) -> None:
        """See `Index.refresh`."""
        version = self.view.version
        if table.state(version.address) != (version.name, version.dataset.version):
            newest = table.Version.newest(version.address)
            check_encoder(version.address, newest.about, self.encoder)
            self._take(newest)


class _View:
    """A version, with caches of the data read from it."""

    def __init__(self, version: table.Version) -> None:
        self.version = version
        self.known = Known(version.dataset)
        self.documents: _Kept[Document] = _Kept(_DOCUMENTS_KEPT)
        self.records: _Kept[bytes] = _Kept(_RECORDS_KEPT)
        self.scopes: _Kept[Within] = _Kept(_SCOPES_KEPT)

    def heads(self) -> list[DocumentHead]:
        """The documents without their texts."""
        where = f"kind = '{rows.DOCUMENT}'"
        found = self.version.dataset.to_table(columns=["document_id", "head"], filter=where)
        return [DocumentHead(row["document_id"], **read_head(row["head"])) for row in found.to_pylist()]

    def within(self, scope: Scope) -> Within:
        """The documents within a scope; those of the scopes asked for last are kept.

        Raises:
            InvalidScope: it names what the collection doesn't have, or nothing is within it.
        """
        known = self.scopes.get(str(scope))
        if known is None:
            known = self._select(scope)
            self.scopes.add([(str(scope), known)])
        return known

    def _select(self, scope: Scope) -> Within:
        heads = self.heads()
        chosen = scope.chosen(heads)
        # The shorter list of the two.
        are_most = 2 * sum(chosen) > len(chosen)
        listed = [sql_string(head.id) for head, own in zip(heads, chosen, strict=True) if own != are_most]
        where = f"kind = '{rows.PASSAGE}'"
        if listed:
            where += f" AND document_id {'NOT ' if are_most else ''}IN ({', '.join(listed)})"
        passages = int(self.version.dataset.count_rows(where))
        return Within(where, passages, passages / max(self.known.passages(), 1))

    def filter_of(self, kind: str, scope: Scope | None) -> str:
        """What is true of the rows of one kind, within a scope if one is given, in SQL."""
        where = f"kind = '{rows.PASSAGE}'" if scope is None else self.within(scope).where
        return where.replace(f"kind = '{rows.PASSAGE}'", f"kind = '{kind}'", 1)

    def row_id(self, passage: Passage) -> int:
        """Lance's row id of a passage.

        Raises:
            KeyError: there is no such passage.
        """
        return int(self.one(rows.passage_key(passage), [rows.KEY])["_rowid"])

    def one(self, key: str, columns: list[str]) -> dict[str, Any]:
        """The row with this key.

        Raises:
            KeyError: there is none.
        """
        where = f"{rows.KEY} = {sql_string(key)}"
        found = self.version.dataset.to_table(columns=columns, filter=where, with_row_id=True)
        if not len(found):
            raise KeyError(key[2:])
        row: dict[str, Any] = found.slice(0, 1).to_pylist()[0]
        return row


class _Kept(Generic[T]):
    """A bounded cache of the items added last, by their ids."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, id_: str) -> T | None:
        return self._things.get(id_)

    def add(self, things: Iterable[tuple[str, T]]) -> None:
        with self._lock:
            for id_, thing in things:
                self._things[id_] = thing
                self._things.move_to_end(id_)
            while len(self._things) > self._most:
                self._things.popitem(last=False)


class _Rows(LazySequence[T]):
    """The parsed rows of which a filter is true, in table order."""

    def __init__(self, dataset: Any, where: str, columns: list[str], read: Any) -> None:
        self._dataset, self._columns, self._read = dataset, columns, read
        self._filter = where
        self._length: int | None = None

    def __len__(self) -> int:
        if self._length is None:
            self._length = int(self._dataset.count_rows(self._filter))
        return self._length

    def read_all(self, positions: range) -> Sequence[T]:
        every = tuple(self)  # one scan, rather than one for each row
        return tuple(every[position] for position in positions)

    def read(self, position: int) -> T:
        found = self._dataset.to_table(
            columns=self._columns, filter=self._filter, offset=position, limit=1, scan_in_order=True
        )
        item: T = self._read(found.to_pylist()[0])
        return item

    def __iter__(self) -> Iterator[T]:
        batches = self._dataset.to_batches(columns=self._columns, filter=self._filter, scan_in_order=True)
        return (self._read(row) for batch in batches for row in batch.to_pylist())
