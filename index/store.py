"""`Index`: build, open, update and search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import encoder as encoders
from index import live
from index.build import make
from index.encoder import Encoder
from index.errors import EncoderMismatch, IndexDamaged, IndexNotFound, InvalidDocument, make_again
from index.fusion import fuse
from index.generation import Generation
from index.late import TokenVectors
from index.query import Query
from index.types import Document, Hit, Passage

# Passages that each leg proposes; late interaction looks at all of them. Chosen, not measured.
CANDIDATES = 100


class Index:
    """A collection of documents that can be searched.

    Made by `Index.build` or `Index.open`. Any number of processes may search an index while one
    writes to it; threads may share one object.
    """

    def __init__(self, path: Path, generation: Generation, encoder: Encoder) -> None:
        """Use `build` or `open`."""
        self.path = path
        self.encoder = encoder
        self._generation = generation

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        path: str | Path,
        *,
        encoder: Encoder | str | None = None,
        show_progress: bool | None = None,
    ) -> Index:
        """Makes an index of the documents, in place of the one at `path` if there is one.

        Args:
            documents: the whole collection. The same document given twice counts once.
            path: the index's folder, made if need be.
            encoder: an encoder, or the name of a sentence-transformers model; the bundled
                multilingual-e5-small if not given.
            show_progress: on standard error; only in a terminal if not given.

        Raises:
            InvalidDocument: two different documents have the same id.
            IndexLocked: another process is writing to it.
            IndexNotFound: the folder holds other things than an index.
            EncoderUnavailable: there is no such model on this machine.
        """
        folder = Path(path).expanduser()
        chosen = encoders.load(encoder) if encoder is None or isinstance(encoder, str) else encoder
        collection = _by_id(documents)
        with live.writing(folder):
            try:
                old = live.load(folder)
            except (IndexNotFound, IndexDamaged):
                old = None  # it is about to be replaced as a whole
            generation = make(collection, chosen, old, show_progress)
            live.publish(folder, generation)
        return cls(folder.resolve(), generation, chosen)

    @classmethod
    def open(cls, path: str | Path, *, encoder: Encoder | str | None = None) -> Index:
        """Opens the index at `path`.

        Args:
            path: the index's folder.
            encoder: as in `build`; the one that made the index if not given.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: its files aren't what was written; the message names which and why.
            EncoderMismatch: another encoder made it.
        """
        folder = Path(path).expanduser()
        generation = live.load(folder)
        name = generation.encoder_name if encoder is None else encoder
        chosen = encoders.load(name) if isinstance(name, str) else name
        _check_encoder(folder, generation, chosen)
        return cls(folder.resolve(), generation, chosen)

    def update(self, documents: Iterable[Document], *, show_progress: bool | None = None) -> None:
        """Adds the documents; one whose id the index has already takes the old one's place.

        Only passages whose text is new are encoded. If anything fails the index stays as it was.

        Raises:
            InvalidDocument: two different documents have the same id.
            IndexLocked: another process is writing to it.
        """
        new = _by_id(documents)
        self._rewrite(lambda old: {**old, **new}, show_progress)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Removes the documents with these ids.

        Raises:
            KeyError: the index has no such document; nothing is removed then.
            IndexLocked: another process is writing to it.
        """
        unwanted = set(document_ids)

        def without(old: dict[str, Document]) -> dict[str, Document]:
            if missing := sorted(unwanted - old.keys()):
                raise KeyError(f"The index has no document {', '.join(missing)}")
            return {id_: document for id_, document in old.items() if id_ not in unwanted}

        self._rewrite(without, show_progress=False)

    def search(self, question: str | Query, k: int = 10) -> list[Hit]:
        """The `k` passages that answer a question best, best first; all if there are fewer.

        Args:
            question: in Arabic or English, or what `query` made of it.
            k: at least 1.

        Raises:
            InvalidQuestion: there is nothing to search for.
            ValueError: k is less than 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        query = self.query(question) if isinstance(question, str) else question
        generation = self._generation
        lexical = generation.lexical.scores([term.term for term in query.terms])
        nearest, cosines = generation.dense.search(query.vector, max(k, CANDIDATES))
        holding = np.flatnonzero(lexical)
        matching = holding[np.argsort(-lexical[holding], kind="stable")][: max(k, CANDIDATES)]
        rows = np.union1d(nearest, matching)
        distance = np.abs(generation.arabic_shares[rows] - query.arabic_share)
        late = generation.late.scores(query.tokens, rows)
        names = generation.names.scores(query.names, query.tokens, rows)
        scores = fuse(late, lexical[rows], names, distance)
        by_late = np.argsort(-late, kind="stable")
        legs = {
            "bm25": _places(matching, lexical[matching]),
            "dense": _places(nearest, cosines),
            "late": _places(rows[by_late], late[by_late]),
        }
        return [
            Hit(
                generation.passages[rows[i]],
                float(scores[i]),
                {leg: places[rows[i]][0] if rows[i] in places else None for leg, places in legs.items()},
                {leg: places[rows[i]][1] for leg, places in legs.items() if rows[i] in places},
            )
            for i in np.argsort(-scores, kind="stable")[:k]
        ]

    def snapshot(self) -> Index:
        """The index as it is now, for several calls that belong together: updates don't change it."""
        return Index(self.path, self._generation, self.encoder)

    def query(self, question: str) -> Query:
        """A question made ready, for several calls to share: it is encoded once.

        Raises:
            InvalidQuestion: there is nothing to search for.
        """
        generation = self._generation
        return Query.of(question, self.encoder, generation.centers, generation.spelling)

    def tokens(self, passage: Passage) -> TokenVectors:
        """The token vectors of one of the index's passages; spans count from its start."""
        return self._generation.late[self._generation.rows[passage.id]]

    def document(self, document_id: str) -> Document:
        """The document with this id.

        Raises:
            KeyError: there is none.
        """
        return self._generation.documents[document_id]

    @property
    def documents(self) -> Sequence[Document]:
        """All documents, in the order in which they came."""
        return tuple(self._generation.documents.values())

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, in the order of the documents and of reading."""
        return tuple(self._generation.passages)

    def warm_up(self) -> None:
        """Loads what the first question would otherwise wait for."""
        self.search("دليل", k=1)

    def _rewrite(
        self,
        change: Callable[[dict[str, Document]], dict[str, Document]],
        show_progress: bool | None,
    ) -> None:
        with live.writing(self.path):
            # Another process may have written since this one opened the index.
            generation = live.load(self.path)
            _check_encoder(self.path, generation, self.encoder)
            documents = change(generation.documents)
            if documents != generation.documents:
                generation = make(documents, self.encoder, generation, show_progress)
                live.publish(self.path, generation)
            self._generation = generation


def _check_encoder(folder: Path, generation: Generation, encoder: Encoder) -> None:
    if not generation.belongs_to(encoder):
        raise EncoderMismatch(
            f"The index in {folder} was made by {generation.encoder_name} "
            f"({generation.encoder_fingerprint}), not by {encoder.name} ({encoder.fingerprint}). "
            f"Open it with the one that made it. {make_again(folder)}"
        )


def _by_id(documents: Iterable[Document]) -> dict[str, Document]:
    collection: dict[str, Document] = {}
    for document in documents:
        other = collection.setdefault(document.id, document)
        if other.text != document.text:
            raise InvalidDocument(
                f"Two different documents have the id {document.id!r}: "
                f"{other.source or other.title!r} and {document.source or document.title!r}."
            )
    return collection


def _places(rows: NDArray[np.int64], scores: NDArray[np.float32]) -> dict[int, tuple[int, float]]:
    """Row -> its rank and score in a leg, given best first."""
    pairs = zip(rows.tolist(), scores.tolist(), strict=True)
    return {row: (rank, score) for rank, (row, score) in enumerate(pairs, 1)}
