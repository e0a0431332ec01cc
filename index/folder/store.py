"""`FolderIndex`: an index in a local folder, the default engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from index.admission import TURNS
from index.encoding import load as encoders
from index.encoding.base import Encoder, check_encoder
from index.errors import IndexDamaged, IndexNotFound
from index.folder import live_generation
from index.folder.build import publish
from index.folder.generation import Generation
from index.interface import Index
from index.progress import Progress
from index.query import Query
from index.retrieval.candidates import Candidates
from index.retrieval.token_codec import TokenVectors
from index.storage.files import expanded
from index.types import Document, Passage, unique_documents


class FolderIndex(Index):
    """A collection in a local folder; see `Index`."""

    def __init__(self, path: Path, generation: Generation, encoder: Encoder) -> None:
        """Use `Index.build` or `Index.open`."""
        self.path = path
        self.encoder = encoder
        self._generation = generation
        self._state: tuple[str, int] | None = None  # not known to be the live one

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
        with live_generation.writing(folder):
            try:
                # Damage must be detected now: later, the error would say to build it again.
                old = live_generation.load(folder, every_byte=True)
            except (IndexNotFound, IndexDamaged):
                old = None  # it is about to be replaced entirely
            publish(folder, unique_documents(documents), chosen, old, show_progress)
            return cls(folder.resolve(), live_generation.load(folder), chosen)

    @classmethod
    def open(cls, path: str | Path, *, encoder: Encoder | str | None = None) -> Index:
        """See `Index.open`."""
        folder = expanded(path)
        generation = live_generation.load(folder)
        name = generation.encoder_name if encoder is None else encoder
        chosen = encoders.load(name) if isinstance(name, str) else name
        check_encoder(folder, generation, chosen)
        return cls(folder.resolve(), generation, chosen)

    @property
    def location(self) -> str:
        """See `Index.location`."""
        return str(self.path)

    def update(self, documents: Iterable[Document], *, show_progress: bool | Progress | None = None) -> None:
        """See `Index.update`."""
        new = list(unique_documents(documents))
        with live_generation.writing(self.path):
            generation = self._reload()
            texts = generation.texts
            rows = [texts.row(document.id) for document in new]
            changed = {
                row: document
                for row, document in zip(rows, new, strict=True)
                if row is not None and texts.document(row) != document
            }
            added = [document for row, document in zip(rows, new, strict=True) if row is None]
            if changed or added:
                kept = (changed.get(row, row) for row in range(len(texts.documents)))
                self._replace(generation, chain(kept, added), show_progress)

    def remove(self, document_ids: Iterable[str]) -> None:
        """See `Index.remove`."""
        ids = set(document_ids)
        with live_generation.writing(self.path):
            generation = self._reload()
            rows = {id_: generation.texts.row(id_) for id_ in ids}
            if missing := sorted(id_ for id_, row in rows.items() if row is None):
                raise KeyError(f"The index has no document {', '.join(missing)}")
            if unwanted := set(rows.values()):
                kept = (row for row in range(len(generation.texts.documents)) if row not in unwanted)
                self._replace(generation, kept, show_progress=False)

    def candidates(self, query: Query, per_leg: int, count: int, also: Passage | None = None) -> Candidates:
        """See `Index.candidates`."""
        generation = self._generation
        match = generation.lexical.match([term.term for term in query.terms])
        matching = match.best(per_leg)
        nearest = generation.dense.search(query.vector, per_leg)
        rows = np.union1d(nearest[0], matching[0])
        if also is not None:
            rows = np.union1d(rows, generation.texts.passage_row(also))
        distances = np.abs(generation.texts.arabic_shares[rows] - query.arabic_share)
        names = np.zeros(len(rows), np.float32)
        elsewhere = distances > 0  # names count only across scripts
        names[elsewhere] = generation.names.scores(query.names, query.tokens, rows[elsewhere])
        best = Candidates(
            passage=generation.texts.passages.__getitem__,
            rows=rows,
            matching=matching,
            nearest=nearest,
            semantic=generation.dense.cosines(query.vector, rows),
            has_late=False,
            shares=match.scores(rows),
            best_share=float(matching[1].max(initial=0)),
            names=names,
            distances=distances,
        ).best(count)
        return replace(best, semantic=generation.late.scores(query.tokens, best.rows), has_late=True)

    def turn(self) -> AbstractContextManager[None]:
        """See `Index.turn`."""
        return TURNS

    def snapshot(self) -> Index:
        """See `Index.snapshot`."""
        return FolderIndex(self.path, self._generation, self.encoder)

    def query(self, question: str) -> Query:
        """See `Index.query`."""
        generation = self._generation
        return Query.of(question, self.encoder, generation.centers, generation.spelling)

    def mentions_number(self, digits: str) -> bool:
        """See `Index.mentions_number`."""
        return self._generation.lexical.postings.keys.contains(digits)

    def tokens(self, passage: Passage) -> TokenVectors:
        """See `Index.tokens`."""
        generation = self._generation
        return generation.late[generation.texts.passage_row(passage)]

    def document(self, document_id: str) -> Document:
        """See `Index.document`."""
        texts = self._generation.texts
        row = texts.row(document_id)
        if row is None:
            raise KeyError(document_id)
        return texts.document(row)

    @property
    def documents(self) -> Sequence[Document]:
        """See `Index.documents`."""
        return self._generation.texts.documents

    @property
    def passages(self) -> Sequence[Passage]:
        """See `Index.passages`."""
        return self._generation.texts.passages

    def refresh(self) -> None:
        """See `Index.refresh`."""
        state = live_generation.state(self.path)
        if state != self._state:
            self._reload()
            self._state = state

    def _reload(self) -> Generation:
        """The live generation: another process may have written since this one opened the index."""
        generation = live_generation.load(self.path)
        check_encoder(self.path, generation, self.encoder)
        self._generation = generation
        return generation

    def _replace(
        self, old: Generation, documents: Iterable[Document | int], show_progress: bool | Progress | None
    ) -> None:
        publish(self.path, documents, self.encoder, old, show_progress)
        self._generation = live_generation.load(self.path)
