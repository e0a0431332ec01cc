"""The engine on LanceDB tables beside the one in a folder: the same hits, and how long they take.

    python benchmarks/scale_lance.py agreement --xquad DIR
    python benchmarks/scale_lance.py growth --xquad DIR --folder DIR --passages N ...

`agreement` asks the questions of XQuAD, in four pairings of languages and both files as one collection,
and the article's gold questions of both engines. `growth` builds collections of made-up texts whose
vectors are mixtures of real ones (scale.py), and needs 17 KB of disk a passage for each engine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import scale
from synthetic import Synthetic

from index import Document, Hit, Index
from index.dense import NEAREST
from index.encoder import Encoder, Encoding, Kind, load
from index.lance.search import proposed
from index.lance.store import LanceIndex
from index.query import Query
from qa import ask
from qa.gold import GoldQuestion, GoldSet, article_questions, squad

PAIRINGS = (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en"))


class Remembering:
    """An encoder that encodes no text twice, so that two engines are made of the same work."""

    def __init__(self, encoder: Encoder) -> None:
        """Wraps an encoder."""
        self._encoder = encoder
        self._known: dict[tuple[str, Kind], Encoding] = {}
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.window = encoder.dimension, encoder.window

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        """See `Encoder`."""
        missing = [text for text in dict.fromkeys(texts) if (text, kind) not in self._known]
        for text, encoding in zip(missing, self._encoder.encode(missing, kind), strict=True):
            self._known[text, kind] = encoding
        return (self._known[text, kind] for text in texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder`."""
        return self._encoder.count_tokens(texts)


@dataclass(frozen=True)
class Agreement:
    """Two engines asked the same questions.

    Attributes:
        questions: how many.
        same_first: the share of them whose first hit is the same passage.
        same_ten: the share whose ten hits are the same, in the same order.
        recall: R@10 of the engine in a folder, and of the one on LanceDB tables.
    """

    questions: int
    same_first: float
    same_ten: float
    recall: tuple[float, float]


def agreement(gold: GoldSet, encoder: Encoder) -> Agreement:
    """Builds a gold set's documents with both engines and asks its questions of both."""
    with tempfile.TemporaryDirectory() as folder:
        default = Index.build(gold.documents, f"{folder}/index", encoder=encoder, show_progress=False)
        tables = Index.build(gold.documents, f"lance://{folder}/tables", encoder=encoder, show_progress=False)
        first, ten, found = 0, 0, np.zeros(2)
        answered = [question for question in gold.questions if question.answers]
        for question in gold.questions:
            hits = [engine.search(question.text, k=10) for engine in (default, tables)]
            ids = [[hit.passage.id for hit in ranking] for ranking in hits]
            first += ids[0][:1] == ids[1][:1]
            ten += ids[0] == ids[1]
            if question.answers:
                found += [_is_found(question, ranking) for ranking in hits]
    count = len(gold.questions)
    recall = found / max(len(answered), 1)
    return Agreement(count, first / count, ten / count, (float(recall[0]), float(recall[1])))


def _is_found(question: GoldQuestion, hits: Sequence[Hit]) -> bool:
    wanted = {answer.unit for answer in question.answers}
    return any(question.unit(hit.passage) in wanted for hit in hits)


@dataclass(frozen=True)
class Growth:
    """A collection of so many passages on LanceDB tables, beside the default engine. In seconds and bytes.

    Attributes:
        passages: how many.
        build: making it, without the time of `MixedEncoder`.
        size: of the tables.
        search, default_search: `Index.search` for ten, without encoding the question: medians.
        answer: `ask`, likewise.
        recall_10, recall_100: the share of the truly nearest vectors that the vector index finds.
        update, removal: of one document.
    """

    passages: int
    build: float
    size: int
    search: float
    default_search: float | None
    answer: float
    recall_10: float
    recall_100: float
    update: float
    removal: float


def growth(folder: Path, real: Path, passages: int, with_default: bool) -> Growth:
    """Builds a collection of so many passages in `folder`, if it isn't there, and measures it.

    Args:
        folder: for the tables and, beside it, the default engine's index.
        real: what `scale.prepare` wrote.
        passages: how many.
        with_default: whether to measure the default engine too.
    """
    encoder = scale.MixedEncoder(real)
    place, record = folder / f"tables-{passages}", folder / f"tables-{passages}.json"
    address = f"lance://{place}"
    if not record.exists():
        start = time.perf_counter()
        Index.build(scale.documents(passages), address, encoder=encoder)
        record.write_text(json.dumps(time.perf_counter() - start - encoder.seconds))
    tables = Index.open(address, encoder=encoder)
    default = None
    if with_default:
        beside = folder / f"index-{passages}"
        if not beside.exists():
            Index.build(scale.documents(passages), beside, encoder=encoder)
        default = Index.open(beside, encoder=encoder)
    questions = [" ".join(words) for words in Synthetic().questions(110, 9)]
    queries = [tables.query(question) for question in questions]
    ours, theirs = [], []
    for question in questions:
        ours.append(_timed(encoder, lambda: tables.search(question)))  # noqa: B023
        if default is not None:
            theirs.append(_timed(encoder, lambda: default.search(question)))  # noqa: B023
    answers = [_timed(encoder, lambda: ask(question, tables)) for question in questions[:50]]  # noqa: B023
    recall = [_recall(tables, queries[10:], k) for k in (10, NEAREST)]
    changed = Document("The reed boats came back in autumn.", id="changed")
    update = _timed(encoder, lambda: tables.update([changed]))
    removal = _timed(encoder, lambda: tables.remove(["changed"]))
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    return Growth(
        passages,
        json.loads(record.read_text()),
        size,
        statistics.median(ours[10:]),
        statistics.median(theirs[10:]) if theirs else None,
        statistics.median(answers[10:]),
        recall[0],
        recall[1],
        update,
        removal,
    )


def _timed(encoder: scale.MixedEncoder, call: Callable[[], object]) -> float:
    before = encoder.seconds
    start = time.perf_counter()
    call()
    return time.perf_counter() - start - (encoder.seconds - before)


def _recall(index: Index, queries: Sequence[Query], k: int) -> float:
    """The share of the k truly nearest passages that are proposed when k are asked for."""
    assert isinstance(index, LanceIndex)
    dataset = index.view.version.dataset
    vectors, ids = [], []
    for batch in dataset.to_batches(columns=["vector"], filter="kind = 'passage'", with_row_id=True):
        column = batch.column("vector")
        vectors.append(column.flatten().to_numpy().reshape(-1, column.type.list_size))
        ids.append(batch.column("_rowid").to_numpy())
    rows = np.concatenate(ids)
    asked = np.stack([query.vector for query in queries])
    cosines = np.concatenate([block.astype(np.float32) @ asked.T for block in vectors])
    found = 0
    for number, query in enumerate(queries):
        nearest = rows[np.argpartition(-cosines[:, number], k)[:k]]
        found += len(np.intersect1d(nearest, proposed(dataset, query.vector, k)))
    return found / (k * len(queries))


def main() -> None:
    """Prints what was measured, a line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("agreement", "growth"))
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--no-default", action="store_true")
    arguments = parser.parse_args()
    files = {language: arguments.xquad / f"xquad.{language}.json" for language in ("ar", "en")}
    if arguments.what == "agreement":
        encoder = Remembering(load())
        golds = {"article": article_questions(), "both": squad(list(files.values()))}
        golds |= {f"{a} -> {t}": squad([files[t]], [files[a]]) for a, t in PAIRINGS}
        for name, gold in golds.items():
            print(json.dumps({"name": name} | asdict(agreement(gold, encoder))), flush=True)
        return
    real = arguments.folder / "real"
    if not real.exists():
        real.mkdir(parents=True)
        scale.prepare([document.text for document in squad(list(files.values())).documents], real)
    for passages in arguments.passages:
        figures = growth(arguments.folder, real, passages, not arguments.no_default)
        print(json.dumps(asdict(figures)), flush=True)


if __name__ == "__main__":
    main()
