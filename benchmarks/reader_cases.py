"""Questions over collections, looked at with the reader: what it learns from, and what it is measured on.

A case is a question with what was found for it and whether the answer is there. It isn't where the
document that holds it was left out ("far"), where a thing in the question was exchanged by rule ("swap",
near_misses.py), or a word for one that stands in its place elsewhere ("sibling"), or where people wrote the
question to look answerable ("people").
"""

from __future__ import annotations

import pickle
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Literal, cast

import numpy as np
from near_misses import Pool, Siblings, document_frequencies, swapped
from numpy.typing import NDArray
from tqdm import tqdm

from index.interface import Index
from index.query import Query
from index.ranking_parameters import SENTENCES
from index.text.analyzer import language
from index.types import Hit, Passage
from qa.answering.confidence import MAX_CANDIDATES, pairing
from qa.answering.reader import PassageReader, Reading, bundled_reader
from qa.answering.reader_evidence import readings_of
from qa.answering.sentences import Sentence, score_sentences

Kind = Literal["there", "far", "swap", "sibling", "people"]
Setting = Literal["paragraphs", "documents"]
NEAR: tuple[Kind, ...] = ("swap", "sibling", "people")
# Hits among which a small collection's are looked for.
DEPTH = 200
# One document of so many is in a small collection, beside those that answer.
SMALL = 12


@dataclass(frozen=True)
class Asked:
    """A question to be looked at.

    Attributes:
        text: the question.
        document_id: of the document that answers it, or seems to.
        spans: of the answers in that document; none where there is none.
        group: what shares its article, for folds.
        paragraph: of a document of several, where the one that it is about stands; (0, 0) if the whole is
            that.
    """

    text: str
    document_id: str
    spans: tuple[tuple[int, int], ...]
    group: str
    paragraph: tuple[int, int] = (0, 0)


@dataclass(frozen=True, eq=False)
class Case:
    """What was found for a question over one collection.

    Attributes:
        asked: the question.
        kind: whether the answer is there, or why not.
        pairing: languages of question and best passage.
        whole: over all documents, not over a small collection.
        setting: whether the collection is of bare paragraphs or of documents.
        query, hits, found, readings: as in `qa.answering.answer`; `found` is scored without the reader.
    """

    asked: Asked
    kind: Kind
    pairing: str
    whole: bool
    query: Query
    hits: Sequence[Hit]
    found: Sequence[Sentence]
    readings: dict[str, Reading] = field(default_factory=dict)
    setting: Setting = "paragraphs"

    @property
    def label(self) -> int:
        """1 if the answer is there."""
        return int(self.kind == "there")

    def is_right(self, sentence: Sentence) -> bool:
        """Whether a quotation of the sentence would hold an answer."""
        passage = sentence.passage
        first, last = passage.start + sentence.quote_start, passage.start + sentence.quote_end
        return passage.document_id == self.asked.document_id and any(
            first <= start and end <= last for start, end in self.asked.spans
        )


def kept(path: Path | None, make: Callable[[], list[Case]]) -> list[Case]:
    """The cases that a file keeps; made and written there if there is none.

    Args:
        path: of the file, which this program wrote itself; None to keep nothing.
        make: makes them.
    """
    if path is not None and path.exists():
        return cast("list[Case]", pickle.loads(path.read_bytes()))
    cases = make()
    if path is not None:
        path.write_bytes(pickle.dumps(cases))
    return cases


def some(cases: Sequence[Case], most: int, small: bool = True) -> list[Case]:
    """The cases of at most so many documents of each pairing, and of the same whatever is made of them.

    Args:
        cases: all of them.
        most: documents that are asked about, of each pairing and of each kind of question.
        small: whether small collections count.
    """
    by: dict[tuple[str, bool], set[str]] = {}
    for case in sorted(cases, key=lambda case: zlib.crc32(case.asked.document_id.encode())):
        chosen = by.setdefault((case.pairing, case.kind == "people"), set())
        if len(chosen) < most:
            chosen.add(case.asked.document_id)
    return [
        case
        for case in cases
        if (small or case.whole) and case.asked.document_id in by[case.pairing, case.kind == "people"]
    ]


def read_all(cases: Sequence[Case], processes: int = 1) -> list[Case]:
    """The cases with what the bundled reader says of their first passages, by so many processes."""
    size = -(-len(cases) // (processes * 8))
    parts = [cases[start : start + size] for start in range(0, len(cases), size)]
    done: list[Case] = []
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for part in tqdm(pool.map(_read, parts), total=len(parts), desc="reading", mininterval=10):
            done += part
    return done


def _read(cases: Sequence[Case]) -> list[Case]:
    bundled = bundled_reader()
    if bundled is None:
        raise SystemExit("There is no reader.")
    reader = Remembering(bundled)
    done = []
    for case in cases:
        readings = readings_of(reader, case.query, case.hits[: SENTENCES.read], case.found)
        done.append(replace(case, readings=readings))
    return done


class Remembering:
    """A reader that reads no passage twice for the same question."""

    def __init__(self, reader: PassageReader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, str], Reading] = {}

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See `PassageReader`."""
        new = [passage for passage in passages if (question, passage) not in self._known]
        for passage, reading in zip(new, self._reader.read(question, new), strict=True):
            self._known[question, passage] = reading
        return [self._known[question, passage] for passage in passages]


class Looker:
    """Looks at questions over an index.

    Args:
        index: of all documents.
        small: whether to look at small collections too.
        swaps: whether to exchange things in answerable questions.
        siblings: of each language, what a word is exchanged for once more; none if not given.
    """

    def __init__(
        self, index: Index, small: bool, swaps: bool, siblings: Mapping[str, Siblings] | None = None
    ) -> None:
        self._index, self._small, self._swaps = index, small, swaps
        self._siblings = siblings or {}
        self._texts = {document.id: document.text for document in index.documents}
        arabic = [text for text in self._texts.values() if language(text) == "ar"]
        self._frequencies = document_frequencies(arabic)

    def cases(self, questions: Iterable[Asked], title: str) -> Iterator[Case]:
        """The cases of each question, not yet read."""
        for asked in tqdm(questions, unit=" questions", desc=title, mininterval=30):
            query = self._index.query(asked.text)
            hits = self._index.search(query, DEPTH if self._small else MAX_CANDIDATES + 1)
            if not asked.spans:
                yield from self._case(asked, "people", query, hits, True)
                continue
            for whole in (True, False) if self._small else (True,):
                chosen = [hit for hit in hits if whole or self._is_near(asked, hit)]
                yield from self._case(asked, "there", query, chosen, whole)
                others = [hit for hit in chosen if hit.passage.document_id != asked.document_id]
                yield from self._case(asked, "far", query, others, whole)
            yield from self._changed(asked)

    def document_cases(self, questions: Iterable[Asked]) -> Iterator[Case]:
        """The cases of questions about paragraphs of longer documents, not yet read.

        An answerable one is asked with its paragraph, without it, and without its document; then changed.
        """
        for case in self._document_cases(questions):
            yield replace(case, setting="documents")

    def _document_cases(self, questions: Iterable[Asked]) -> Iterator[Case]:
        for asked in questions:
            query = self._index.query(asked.text)
            hits = self._index.search(query, DEPTH)
            if not asked.spans:
                yield from self._case(asked, "people", query, hits, True)
                continue
            yield from self._case(asked, "there", query, hits, True)
            beside = [hit for hit in hits if not _overlap(asked, hit)]
            yield from self._case(asked, "far", query, beside, True)
            elsewhere = [hit for hit in beside if hit.passage.document_id != asked.document_id]
            if len(elsewhere) < len(beside):
                yield from self._case(asked, "far", query, elsewhere, True)
            yield from self._changed(asked)

    @staticmethod
    def _is_near(asked: Asked, hit: Hit) -> bool:
        id_ = hit.passage.document_id
        return id_ == asked.document_id or zlib.crc32(f"{asked.text}{id_}".encode()) % SMALL == 0

    def _case(
        self, asked: Asked, kind: Kind, query: Query, hits: Sequence[Hit], whole: bool
    ) -> Iterator[Case]:
        hits = hits[:MAX_CANDIDATES]
        found = score_sentences(self._index, query, hits[: SENTENCES.read])
        if found:
            yield Case(asked, kind, pairing(query, found), whole=whole, query=query, hits=hits, found=found)

    def _changed(self, asked: Asked) -> Iterator[Case]:
        """The cases of an answerable question with something exchanged."""
        siblings = self._siblings.get(language(asked.text))
        made: dict[Kind, str | None] = {
            "swap": self._swapped(asked) if self._swaps else None,
            "sibling": siblings.exchanged(asked.text, self._about(asked)) if siblings else None,
        }
        for kind, text in made.items():
            if text:
                query = self._index.query(text)
                other = replace(asked, text=text, spans=())
                yield from self._case(other, kind, query, self._index.search(query, MAX_CANDIDATES), True)

    def _about(self, asked: Asked) -> str:
        """The paragraph that a question is about."""
        start, end = asked.paragraph
        return self._texts[asked.document_id][start : end or None]

    def _swapped(self, asked: Asked) -> str | None:
        """The question with a thing exchanged for one of passages like its own."""
        spoken = language(asked.text)
        like = [hit.passage.text for hit in self._index.search(asked.text, 8)]
        like = [text for text in like if language(text) == spoken]
        pool = Pool.of([self._about(asked), *like], spoken, self._frequencies)
        return swapped(asked.text, spoken, pool)


def _overlap(asked: Asked, hit: Hit) -> bool:
    """Whether a passage is of the paragraph that a question is about, or holds an answer of it."""
    passage = hit.passage
    return passage.document_id == asked.document_id and any(
        passage.start < end and start < passage.end for start, end in (asked.paragraph, *asked.spans)
    )


def span_f1(case: Case, passage: Passage, reading: Reading) -> float:
    """F1 over characters of a passage's best span and the answer; 0 where there is none of either."""
    if passage.document_id != case.asked.document_id or reading.span is None:
        return 0.0
    start, end = passage.start + reading.span[0], passage.start + reading.span[1]
    return max(
        (
            2 * max(0, min(end, last) - max(start, first)) / (end - start + last - first)
            for first, last in case.asked.spans
        ),
        default=0.0,
    )


def folds(groups: Sequence[str], count: int = 5) -> NDArray[np.int64]:
    """(n,) the fold of each group; a group is in one."""
    names = sorted(set(groups))
    random.Random(0).shuffle(names)
    number = {name: i % count for i, name in enumerate(names)}
    return np.array([number[group] for group in groups])
