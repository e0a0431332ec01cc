"""`Index`: the interface of an index, implemented by the engines in `folder/` and `lance/`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from index.encoding.base import Encoder
from index.open import engine_at
from index.progress import Progress
from index.query import Query
from index.ranking_parameters import RANKING
from index.retrieval.candidates import Candidates
from index.retrieval.fusion import ScoreParts
from index.retrieval.token_codec import TokenVectors
from index.scope import Scope
from index.types import Document, DocumentHead, Hit, Passage


class Index(ABC):
    """A searchable collection of documents.

    Created by `Index.build` or `Index.open`, which choose the engine by the path: a local folder, or an
    address of LanceDB tables. Any number of processes may search an index while one writes to it; threads
    may share one object.

    Attributes:
        encoder: the encoder that made its vectors.
        waits_for_storage: whether a question waits for its storage more than for a processor.
        scope: what `within` has restricted it to; None for everything.
    """

    encoder: Encoder
    waits_for_storage: ClassVar[bool] = False
    scope: Scope | None = None

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        path: str | Path,
        *,
        encoder: Encoder | str | None = None,
        show_progress: bool | Progress | None = None,
    ) -> Index:
        """Builds an index of the documents, replacing the one at `path` if there is one.

        Documents are read one at a time and written in a stream. If the build is interrupted, its encodings
        are kept: the next build of the same texts resumes from there.

        Args:
            documents: the whole collection. The same document given twice counts once.
            path: the index's folder, created if necessary, or an address of LanceDB tables, such as
                `s3://bucket/collection` or `lance:///data/collection` (docs/scale.md).
            encoder: an encoder, or the name of a sentence-transformers model; the bundled
                multilingual-e5-small if not given.
            show_progress: on standard error; only in a terminal if not given. Or a function called with the
                number of encoded passages and the total; an exception that it raises ends the build.

        Raises:
            InvalidDocument: two different documents have the same id.
            IndexLocked: another process is writing to it.
            IndexNotFound: the folder holds something other than an index.
            EncoderUnavailable: there is no such model on this machine.
            EngineUnavailable: the packages that an address needs aren't installed.
            OSError: the disk is full, or can't be written.
        """
        index: Index = engine_at(path).build(documents, path, encoder=encoder, show_progress=show_progress)
        return index

    @classmethod
    def open(cls, path: str | Path, *, encoder: Encoder | str | None = None) -> Index:
        """Opens the index at `path`.

        Args:
            path: the index's folder or address.
            encoder: as in `build`; the one that built the index if not given.

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
        """The folder's absolute path, or the address; `Index.open` accepts it."""

    @abstractmethod
    def update(self, documents: Iterable[Document], *, show_progress: bool | Progress | None = None) -> None:
        """Adds the documents, replacing those with the same ids.

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

    def optimize(self, whole: bool = True) -> None:  # noqa: B027 - an engine may have nothing to do
        """Merges what changes have left in pieces, so that searches are quick and removed texts are gone.

        Searches and changes go on meanwhile.

        Args:
            whole: whether everything is merged, so that nothing of a removed document is left on disk; if
                not, only what is due, or nothing where that isn't possible now.

        Raises:
            IndexLocked: another process is writing to it.
            OSError: the disk is full, or can't be written.
        """

    def within(self, scope: Scope | str | None) -> Index:
        """A snapshot whose searches find only what is within a scope, and as much of it as there is.

        Its hits and their scores are those of the whole index without the passages of other documents; every
        leg proposes passages of the scope alone. Word counts stay those of the whole index. Its `documents`
        and `passages` are those within the scope.

        Args:
            scope: a scope, or one as text (`Scope.parse`); nothing, or an empty one, for the whole index,
                whatever this index was restricted to.

        Raises:
            InvalidScope: it can't be read, names what the index doesn't have, or nothing is within it.
        """
        restricted = self.snapshot()
        restricted.scope = Scope.of(scope)
        len(restricted.documents)  # raises what is wrong with it
        return restricted

    def search(self, question: str | Query, k: int = 10, within: Scope | str | None = None) -> list[Hit]:
        """The `k` passages that answer a question best, best first; all if there are fewer.

        Args:
            question: in Arabic or English, or the result of `query`.
            k: at least 1. From 33 on more passages are compared, and the first ones may differ.
            within: as for the method `within`; if not given, what the index was restricted to.

        Raises:
            InvalidQuestion: there is nothing to search for.
            InvalidScope: as the method `within`.
            ValueError: k is less than 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if within is not None:
            return self.within(within).search(question, k)
        query = self.query(question) if isinstance(question, str) else question
        return self.candidates(query, max(k, RANKING.candidates), max(k, RANKING.reranked)).hits(k)

    @abstractmethod
    def candidates(self, query: Query, per_leg: int, count: int, also: Passage | None = None) -> Candidates:
        """The candidates of a question: the best of the passages proposed by the legs.

        Args:
            query: the question.
            per_leg: passages proposed per leg.
            count: passages scored by late interaction: the best of those proposed.
            also: a passage included whether or not a leg proposes it, also from outside the scope.

        Raises:
            KeyError: the index doesn't have the passage `also`.
        """

    def score_parts(self, query: Query, passage: Passage) -> ScoreParts:
        """The score parts of one of the index's passages, as a search would score it.

        Raises:
            KeyError: the index has no such passage.
        """
        every = RANKING.proposals + 1  # so that no proposed passage is dropped
        return self.candidates(query, RANKING.candidates, every, passage).score_parts(passage)

    @abstractmethod
    def snapshot(self) -> Index:
        """A snapshot of the index for several related calls; updates don't change it."""

    @abstractmethod
    def query(self, question: str) -> Query:
        """Analyses and encodes a question, to be shared by several calls.

        Raises:
            InvalidQuestion: there is nothing to search for.
        """

    @abstractmethod
    def mentions_number(self, digits: str) -> bool:
        """Whether these digits stand next to each other in a passage, its headings or its document's title.

        In all of the index, whatever its scope; in whatever digits the text has them or in words, also within
        a longer number or a word such as "1990s". Where spaces separate them, as the thousands of 1 897, they
        aren't found.

        Args:
            digits: of 0 to 9.
        """

    @abstractmethod
    def tokens(self, passage: Passage) -> TokenVectors:
        """The token vectors of one of the index's passages; spans count from its start.

        They are computed if the index doesn't store them.
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
        """All documents, read on demand."""

    @property
    @abstractmethod
    def passages(self) -> Sequence[Passage]:
        """All passages, read on demand."""

    def heads(self) -> list[DocumentHead]:
        """The documents of the whole index, whatever its scope, without their texts."""
        whole = self.within(None) if self.scope else self
        return list(map(DocumentHead.of, whole.documents))

    def sources(self) -> dict[str, str]:
        """The source of each document, by id, in the order of the documents."""
        return {document.id: document.source for document in self.documents}

    def warm_up(self) -> None:
        """Preloads everything that the first question would otherwise wait for."""
        self.search("دليل", k=1)

    @abstractmethod
    def refresh(self) -> None:
        """Switches to the newest version if other processes have written; fast if there is none.

        Raises:
            IndexNotFound: the index no longer exists.
            IndexDamaged: its files aren't what was written.
            EncoderMismatch: it was rebuilt with another encoder.
        """
