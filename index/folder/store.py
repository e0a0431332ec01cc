"""`Index`: build, open, update and search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from index.address import is_address
from index.admission import TURNS
from index.encoding import base as encoders
from index.encoding.base import Encoder
from index.encoding.passages import PassageInput, encode_passages
from index.errors import IndexDamaged, IndexNotFound
from index.folder import live_generation
from index.folder.build import each_once, publish
from index.folder.generation import Generation, check_encoder
from index.progress import Progress
from index.query import Query
from index.retrieval.candidates import Candidates, rank
from index.retrieval.fusion import Summands
from index.retrieval.score_parts import summands
from index.retrieval.token_codec import TokenVectors
from index.text.context import context
from index.types import Document, Hit, Passage

# Passages that each leg proposes.
CANDIDATES = 50
# Passages that late interaction looks at: of those proposed the best by their vectors, words and names. On
# XQuAD, on TyDi and in a pool of both no nDCG@10 differs by more than .003 from that with all of them.
RERANKED = 32


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
        self._state: tuple[str, int] | None = None  # not known to be the live one

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        path: str | Path,
        *,
        encoder: Encoder | str | None = None,
        token_vectors: bool = True,
        show_progress: bool | Progress | None = None,
    ) -> Index:
        """Makes an index of the documents, in place of the one at `path` if there is one.

        Documents are taken one at a time and written as they come. What was encoded is kept if the build
        is interrupted: the next one of the same texts goes on from there.

        Args:
            documents: the whole collection. The same document given twice counts once.
            path: the index's folder, made if need be, or an address of LanceDB tables, such as
                `s3://bucket/collection` or `lance:///data/collection` (docs/scale.md).
            encoder: an encoder, or the name of a sentence-transformers model; the bundled
                multilingual-e5-small if not given.
            token_vectors: whether to keep a vector for each token. Without them an index is a good deal
                smaller and search is worse: by the vectors of whole passages, not by late interaction.
                Confidence wasn't trained for that. An update keeps to what the index was made with.
            show_progress: on standard error; only in a terminal if not given. Or a function that is told
                how many passages are encoded, and of how many; what it raises ends the build.

        Raises:
            InvalidDocument: two different documents have the same id.
            IndexLocked: another process is writing to it.
            IndexNotFound: the folder holds other things than an index.
            EncoderUnavailable: there is no such model on this machine.
            OSError: the disk is full, or can't be written.
        """
        if is_address(path):
            from index.lance.store import LanceIndex

            return LanceIndex.build(
                documents, path, encoder=encoder, token_vectors=token_vectors, show_progress=show_progress
            )
        folder = Path(path).expanduser()
        chosen = encoders.load(encoder) if encoder is None or isinstance(encoder, str) else encoder
        with live_generation.writing(folder):
            try:
                # What is damaged must be found out now: the error would say to build it again.
                old = live_generation.load(folder, every_byte=True)
            except (IndexNotFound, IndexDamaged):
                old = None  # it is about to be replaced as a whole
            publish(folder, each_once(documents), chosen, old, token_vectors, show_progress)
            return cls(folder.resolve(), live_generation.load(folder), chosen)

    @classmethod
    def open(cls, path: str | Path, *, encoder: Encoder | str | None = None) -> Index:
        """Opens the index at `path`.

        Args:
            path: the index's folder or address.
            encoder: as in `build`; the one that made the index if not given.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: its files aren't what was written; the message names which and why.
            EncoderMismatch: another encoder made it.
        """
        if is_address(path):
            from index.lance.store import LanceIndex

            return LanceIndex.open(path, encoder=encoder)
        folder = Path(path).expanduser()
        generation = live_generation.load(folder)
        name = generation.encoder_name if encoder is None else encoder
        chosen = encoders.load(name) if isinstance(name, str) else name
        check_encoder(folder, generation, chosen)
        return cls(folder.resolve(), generation, chosen)

    def update(self, documents: Iterable[Document], *, show_progress: bool | Progress | None = None) -> None:
        """Adds the documents; one whose id the index has already takes the old one's place.

        Only passages whose text is new are encoded. If anything fails the index stays as it was.

        Raises:
            InvalidDocument: two different documents have the same id.
            IndexLocked: another process is writing to it.
        """
        new = list(each_once(documents))
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
        """Removes the documents with these ids.

        Raises:
            KeyError: the index has no such document; nothing is removed then.
            IndexLocked: another process is writing to it.
        """
        ids = set(document_ids)
        with live_generation.writing(self.path):
            generation = self._reload()
            rows = {id_: generation.texts.row(id_) for id_ in ids}
            if missing := sorted(id_ for id_, row in rows.items() if row is None):
                raise KeyError(f"The index has no document {', '.join(missing)}")
            if unwanted := set(rows.values()):
                kept = (row for row in range(len(generation.texts.documents)) if row not in unwanted)
                self._replace(generation, kept, show_progress=False)

    def search(self, question: str | Query, k: int = 10) -> list[Hit]:
        """The `k` passages that answer a question best, best first; all if there are fewer.

        Args:
            question: in Arabic or English, or what `query` made of it.
            k: at least 1. From 33 on more passages are compared, and the first may be others.

        Raises:
            InvalidQuestion: there is nothing to search for.
            ValueError: k is less than 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        with self.turn():
            query = self.query(question) if isinstance(question, str) else question
            return rank(self._candidates(query, max(k, CANDIDATES), max(k, RERANKED)), k)

    def _candidates(self, query: Query, each: int, count: int) -> Candidates:
        """What is to be ranked: of what the legs propose, `each` a leg, the best `count`, or all."""
        generation = self._generation
        match = generation.lexical.match([term.term for term in query.terms])
        matching = match.best(each)
        nearest = generation.dense.search(query.vector, each)
        rows = np.union1d(nearest[0], matching[0])
        distances = np.abs(generation.texts.arabic_shares[rows] - query.arabic_share)
        names = np.zeros(len(rows), np.float32)
        elsewhere = distances > 0  # only there do names count
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
        if not generation.has_tokens:
            return best
        return replace(best, semantic=generation.late.scores(query.tokens, best.rows), has_late=True)

    def turn(self) -> AbstractContextManager[None]:
        """Where all that belongs to a question is done: among many at once, in the order they came.

        `search` does so by itself.
        """
        return TURNS

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
        """The token vectors of one of the index's passages; spans count from its start.

        Where the index keeps none they are made.
        """
        generation = self._generation
        if generation.has_tokens:
            return generation.late[generation.texts.passage_row(passage)]
        item = PassageInput(passage, context(self.document(passage.document_id), passage))
        ((_, tokens),) = encode_passages([item], self.encoder, generation.centers)
        return tokens

    def summands(self, query: Query, passage: Passage) -> Summands:
        """What the score of one of the index's passages is the sum of, where a search finds it.

        Raises:
            KeyError: the index has no such passage.
        """
        return summands(self._generation, query, passage)

    def document(self, document_id: str) -> Document:
        """The document with this id.

        Raises:
            KeyError: there is none.
        """
        texts = self._generation.texts
        row = texts.row(document_id)
        if row is None:
            raise KeyError(document_id)
        return texts.document(row)

    @property
    def documents(self) -> Sequence[Document]:
        """All documents, in the order in which they came, read from disk as they are asked for."""
        return self._generation.texts.documents

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, in the order of the documents and of reading, read as they are asked for."""
        return self._generation.texts.passages

    def warm_up(self) -> None:
        """Loads what the first question would otherwise wait for."""
        self.search("دليل", k=1)

    def refresh(self) -> None:
        """Takes in what other processes have written since the index was opened; quick if nothing was.

        Raises:
            IndexNotFound: there is no index any more.
            IndexDamaged: its files aren't what was written.
            EncoderMismatch: another encoder made it anew.
        """
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
        publish(self.path, documents, self.encoder, old, old.has_tokens, show_progress)
        self._generation = live_generation.load(self.path)
