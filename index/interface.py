"""`Index`: what an index can do. The engines that do it stand beside each other in `folder/` and `lance/`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from index.encoding.base import Encoder
from index.open import engine_at
from index.progress import Progress
from index.query import Query
from index.retrieval.candidates import Candidates
from index.retrieval.fusion import ScoreParts
from index.retrieval.token_codec import TokenVectors
from index.types import Document, Hit, Passage

# Passages that each leg proposes.
CANDIDATES = 50
# Passages that late interaction compares: of those proposed the best by their vectors, words and names. On
# XQuAD, on TyDi and in a pool of both no nDCG@10 differs by more than .003 from that with all of them.
RERANKED = 32


class Index(ABC):
    """A collection of documents that can be searched.

    Made by `Index.build` or `Index.open`, which choose the engine by the path: a folder of this machine, or
    an address of LanceDB tables. Any number of processes may search an index while one writes to it; threads
    may share one object.

    Attributes:
        encoder: the encoder that made its vectors.
    """

    encoder: Encoder

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
            EngineUnavailable: the packages that an address needs aren't installed.
            OSError: the disk is full, or can't be written.
        """
        index: Index = engine_at(path).build(
            documents, path, encoder=encoder, token_vectors=token_vectors, show_progress=show_progress
        )
        return index

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
            EngineUnavailable: the packages that an address needs aren't installed.
        """
        index: Index = engine_at(path).open(path, encoder=encoder)
        return index

    @property
    @abstractmethod
    def location(self) -> str:
        """Where it is: the folder's path in full, or the address. `Index.open` opens it from there again."""

    @abstractmethod
    def update(self, documents: Iterable[Document], *, show_progress: bool | Progress | None = None) -> None:
        """Adds the documents; one whose id the index has already takes the old one's place.

        Only passages whose text is new are encoded. If anything fails the index stays as it was.

        Raises:
            InvalidDocument: two different documents have the same id.
            IndexLocked: another process is writing to it.
        """

    @abstractmethod
    def remove(self, document_ids: Iterable[str]) -> None:
        """Removes the documents with these ids.

        Raises:
            KeyError: the index has no such document; nothing is removed then.
            IndexLocked: another process is writing to it.
        """

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
            return self.candidates(query, max(k, CANDIDATES), max(k, RERANKED)).hits(k)

    @abstractmethod
    def candidates(self, query: Query, per_leg: int, count: int, also: Passage | None = None) -> Candidates:
        """What is ranked for a question: the best of what each way of searching proposes.

        Args:
            query: the question.
            per_leg: passages that each leg proposes.
            count: passages that late interaction compares: the best of those proposed.
            also: a passage that is proposed whether or not a leg does.

        Raises:
            KeyError: the index hasn't got the passage `also`.
        """

    def score_parts(self, query: Query, passage: Passage) -> ScoreParts:
        """What the score of one of the index's passages is the sum of, where a search finds it.

        Raises:
            KeyError: the index has no such passage.
        """
        every = 2 * CANDIDATES + 1  # so that none of those proposed is left out
        return self.candidates(query, CANDIDATES, every, passage).score_parts(passage)

    @abstractmethod
    def turn(self) -> AbstractContextManager[None]:
        """Where all that belongs to a question is done: among many at once, in the order they came.

        `search` does so by itself.
        """

    @abstractmethod
    def snapshot(self) -> Index:
        """The index as it is now, for several calls that belong together: updates don't change it."""

    @abstractmethod
    def query(self, question: str) -> Query:
        """A question analysed and encoded, for several calls to share.

        Raises:
            InvalidQuestion: there is nothing to search for.
        """

    @abstractmethod
    def tokens(self, passage: Passage) -> TokenVectors:
        """The token vectors of one of the index's passages; spans count from its start.

        Where the index keeps none they are made.
        """

    @abstractmethod
    def document(self, document_id: str) -> Document:
        """The document with this id.

        Raises:
            KeyError: there is none.
        """

    @property
    @abstractmethod
    def documents(self) -> Sequence[Document]:
        """All documents, read as they are asked for."""

    @property
    @abstractmethod
    def passages(self) -> Sequence[Passage]:
        """All passages, read as they are asked for."""

    def warm_up(self) -> None:
        """Loads what the first question would otherwise wait for."""
        self.search("دليل", k=1)

    @abstractmethod
    def refresh(self) -> None:
        """Takes in what other processes have written since the index was opened; quick if nothing was.

        Raises:
            IndexNotFound: there is no index any more.
            IndexDamaged: its files aren't what was written.
            EncoderMismatch: another encoder made it anew.
        """
