"""`FolderIndex`: an index in a local folder, the default engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.encoding import load as encoders
from index.encoding.base import Encoder, check_encoder
from index.errors import IndexDamaged, IndexLocked, IndexNotFound
from index.folder import live
from index.folder.build import Change
from index.folder.merge import merge, publish
from index.folder.snapshot import Part, Selection, Snapshot
from index.interface import Index
from index.progress import Progress
from index.query import Query
from index.retrieval.candidates import Candidates
from index.retrieval.late_interaction import late_scores
from index.retrieval.token_codec import TokenVectors
from index.retrieval.translations import meanings
from index.scope import Scope
from index.storage.files import expanded
from index.types import Document, DocumentHead, Passage, unique_documents


class FolderIndex(Index):
    """A collection in a local folder; see `Index`."""

    def __init__(self, path: Path, snapshot: Snapshot, encoder: Encoder, scope: Scope | None = None) -> None:
        """Use `Index.build` or `Index.open`."""
        self.path = path
        self.scope = scope
        self.encoder = encoder
        self._snapshot = snapshot
        self._state: tuple[int, int, int] | None = None  # not known to be the live one

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
        folder = expanded(path)
        chosen = encoders.load(encoder) if encoder is None or isinstance(encoder, str) else encoder
        with live.writing(folder):
            try:
                # Damage must be detected now: later, the error would say to build it again.
                old: Snapshot | None = live.load(folder, every_byte=True)
            except (IndexNotFound, IndexDamaged):
                old = None  # it is about to be replaced entirely
            if old is not None and not old.manifest.belongs_to(chosen):
                old = None
            added = enumerate(unique_documents(documents))
            snapshot = publish(folder, Change(added, chosen, show_progress, old, afresh=True))
            return cls(folder.resolve(), snapshot, chosen)

    @classmethod
    def open(cls, path: str | Path, *, encoder: Encoder | str | None = None) -> Index:
        """See `Index.open`."""
        folder = expanded(path)
        snapshot = live.load(folder)
        name = snapshot.manifest.encoder_name if encoder is None else encoder
        chosen = encoders.load(name) if isinstance(name, str) else name
        check_encoder(folder, snapshot.manifest, chosen)
        return cls(folder.resolve(), snapshot, chosen)

    @property
    def location(self) -> str:
        """See `Index.location`."""
        return str(self.path)

    def update(self, documents: Iterable[Document], *, show_progress: bool | Progress | None = None) -> None:
        """See `Index.update`."""
        new = list(unique_documents(documents))
        with live.writing(self.path):
            snapshot = self._reload()
            position = snapshot.next_position
            added: list[tuple[int, Document]] = []
            replaced: list[tuple[Part, int]] = []
            for document in new:
                found = snapshot.find(document.id)
                if found is None:
                    added.append((position, document))
                    position += 1
                elif snapshot.document(*found) != document:
                    replaced.append(found)
                    added.append((snapshot.position(*found), document))
            if added:
                added.sort(key=lambda entry: entry[0])
                self._change(Change(added, self.encoder, show_progress, snapshot, removed=tuple(replaced)))

    def remove(self, document_ids: Iterable[str]) -> None:
        """See `Index.remove`."""
        with live.writing(self.path):
            snapshot = self._reload()
            found = {id_: snapshot.find(id_) for id_ in set(document_ids)}
            if missing := sorted(id_ for id_, place in found.items() if place is None):
                raise KeyError(f"The index has no document {', '.join(missing)}")
            if removed := tuple(place for place in found.values() if place is not None):
                self._change(Change((), self.encoder, False, snapshot, removed=removed))

    def optimize(self, whole: bool = True) -> None:
        """See `Index.optimize`."""
        # A merge that is only due is postponed if another process writes, or the disk is full.
        with nullcontext() if whole else suppress(IndexLocked, OSError):
            merge(self.path, whole)
        self.refresh()

    def candidates(self, query: Query, per_leg: int, count: int, also: Passage | None = None) -> Candidates:
        """See `Index.candidates`."""
        snapshot = self._snapshot
        terms = [term.term for term in query.terms]
        match = snapshot.lexical.match(terms)
        selection = self._selection(snapshot)
        inside = None if selection is None else selection.mask
        matching = match.best(per_leg, inside)
        across = snapshot.lexical.match_meanings(meanings(terms), snapshot.across(query.arabic_share))
        translated = across.best(per_leg, inside)
        nearest = snapshot.nearest(query.vector, per_leg, selection)
        rows = np.union1d(np.union1d(nearest[0], matching[0]), translated[0])
        if also is not None:
            rows = np.union1d(rows, snapshot.row(also))
        rows = rows[np.argsort(snapshot.order(rows))]
        distances = np.abs(snapshot.arabic_shares(rows) - query.arabic_share)
        names = np.zeros(len(rows), np.float32)
        elsewhere = distances > 0  # names count only across scripts
        names[elsewhere] = snapshot.names.scores(query.names, query.tokens, rows[elsewhere])
        best = Candidates(
            passage=snapshot.passage,
            rows=rows,
            matching=matching,
            translated_best=translated,
            nearest=nearest,
            semantic=snapshot.cosines(query.vector, rows),
            has_late=False,
            shares=match.scores(rows),
            best_share=match.best_share,
            names=names,
            distances=distances,
            translated=across.scores(rows),
            best_translated=across.best_share,
        ).best(count)
        late = late_scores(query.tokens, snapshot.records(best.rows))
        return replace(best, semantic=late, has_late=True)

    def snapshot(self) -> Index:
        """See `Index.snapshot`."""
        return FolderIndex(self.path, self._snapshot, self.encoder, self.scope)

    def query(self, question: str) -> Query:
        """See `Index.query`."""
        snapshot = self._snapshot
        return Query.of(question, self.encoder, snapshot.language_means, snapshot.word_forms)

    def mentions_number(self, digits: str) -> bool:
        """See `Index.mentions_number`."""
        return self._snapshot.mentions_number(digits)

    def tokens(self, passage: Passage) -> TokenVectors:
        """See `Index.tokens`."""
        snapshot = self._snapshot
        return snapshot.tokens(snapshot.row(passage))

    def document(self, document_id: str) -> Document:
        """See `Index.document`."""
        snapshot = self._snapshot
        found = snapshot.find(document_id)
        if found is None:
            raise KeyError(document_id)
        return snapshot.document(*found)

    @property
    def documents(self) -> Sequence[Document]:
        """See `Index.documents`."""
        snapshot = self._snapshot
        selection = self._selection(snapshot)
        return snapshot.documents if selection is None else snapshot.documents_of(selection)

    @property
    def passages(self) -> Sequence[Passage]:
        """See `Index.passages`."""
        snapshot = self._snapshot
        selection = self._selection(snapshot)
        return snapshot.passages if selection is None else snapshot.passages_of(selection)

    def heads(self) -> list[DocumentHead]:
        """See `Index.heads`; no text is read."""
        return [head for own in self._snapshot.document_heads() for head in own]

    def sources(self) -> dict[str, str]:
        """See `Index.sources`; no text is read."""
        return {head.id: head.source for head, _ in self._snapshot.heads}

    def refresh(self) -> None:
        """See `Index.refresh`."""
        state = live.state(self.path)
        if state != self._state:
            self._reload()
            self._state = state

    def _selection(self, snapshot: Snapshot) -> Selection | None:
        return None if self.scope is None else snapshot.within(self.scope)

    def _reload(self) -> Snapshot:
        """The live snapshot: another process may have written since this one opened the index."""
        snapshot = live.load(self.path, self._snapshot)
        check_encoder(self.path, snapshot.manifest, self.encoder)
        self._snapshot = snapshot
        return snapshot

    def _change(self, change: Change) -> None:
        self._snapshot = publish(self.path, change)
