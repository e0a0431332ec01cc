"""The engine on LanceDB tables beside the one in a folder: the same hits, and how long they take.

    python benchmarks/scale_lance.py agreement --xquad DIR
    python benchmarks/scale_lance.py growth --xquad DIR --folder DIR --passages N ... [--beside N ...]

`agreement` asks the questions of XQuAD, in four pairings of languages and both files as one collection,
and the article's gold questions of both engines. `growth` builds a collection of made-up texts whose
vectors are mixtures of real ones (scale.py), and larger ones of copies of it with jittered vectors; it needs
20 KB of disk a passage for each engine.
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
import pyarrow as pa
import pyarrow.compute as pc
import scale
from synthetic import Synthetic

from index import Document, Hit, Index
from index.encoding.base import Encoder, Encoding, Kind
from index.encoding.load import load
from index.lance import rows, table
from index.lance.search import proposed
from index.lance.store import LanceIndex
from index.query import Query
from index.ranking_parameters import RANKING
from index.retrieval.dense import NEAREST
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
        build: making it, without the time of `MixedEncoder`; of a copied one, making its indices.
        size: of the tables.
        search, default_search: `Index.search` for ten, without encoding the question: medians, the two
            engines asked in turns.
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


def built(place: Path, encoder: scale.MixedEncoder, passages: int) -> None:
    """Builds a collection of so many made-up passages, and notes how long it took."""
    start = time.perf_counter()
    Index.build(scale.documents(passages), f"lance://{place}", encoder=encoder)
    place.with_suffix(".json").write_text(json.dumps(time.perf_counter() - start - encoder.seconds))


def copied(place: Path, source: Path, copies: int) -> None:
    """Makes a collection of copies of another one, each with other vectors, and notes how long it took.

    Every vector is jittered, by noise of half its length, so that no two are the same. Texts are: so a
    word's posting is as long as in a collection of that size, and a hit has its likes beside it.
    """
    version = table.Version.newest(f"lance://{source}")
    address, dimension = f"lance://{place}", version.dataset.schema.field("vector").type.list_size
    name, dataset = table.unfinished(address, version.about, dimension)
    generator = np.random.default_rng(0)
    for number in range(copies):
        for batch in version.dataset.to_batches(filter=f"kind != '{rows.COUNT}'", batch_size=4096):
            table.append(dataset, _copy(pa.Table.from_batches([batch]), number, generator))
    counts = pa.Table.from_batches(list(version.dataset.to_batches(filter=f"kind = '{rows.COUNT}'")))
    for column in ("count", "article"):
        place_of = counts.schema.get_field_index(column)
        counts = counts.set_column(place_of, counts.schema.field(column), pc.multiply(counts[column], copies))
    table.append(dataset, counts)
    dataset.optimize.compact_files()
    passages = dataset.count_rows(f"kind = '{rows.PASSAGE}'")
    start = time.perf_counter()
    table.create_indices(dataset, passages)
    place.with_suffix(".json").write_text(json.dumps(time.perf_counter() - start))
    table.forget_versions(dataset)
    table.make_live(address, name)


def _copy(batch: pa.Table, number: int, generator: np.random.Generator) -> pa.Table:
    for name in (rows.KEY, "document_id"):
        place = batch.schema.get_field_index(name)
        again = pc.binary_join_element_wise(batch[name].cast(pa.string()), f"~{number}", "")
        batch = batch.set_column(place, batch.schema.field(name), again)
    column = batch["vector"].combine_chunks()
    has_vector = column.is_valid().to_numpy(zero_copy_only=False)
    vectors = np.zeros((len(batch), column.type.list_size), np.float32)
    vectors[has_vector] = column.flatten().to_numpy().reshape(-1, column.type.list_size)
    noise = generator.standard_normal(vectors.shape, np.float32)
    vectors += 0.5 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    halves = np.asarray(vectors, np.float16).ravel()
    made = pa.FixedSizeListArray.from_arrays(pa.array(halves), type=column.type, mask=pa.array(~has_vector))
    return batch.set_column(batch.schema.get_field_index("vector"), batch.schema.field("vector"), made)


def growth(folder: Path, encoder: scale.MixedEncoder, passages: int, default: Index | None) -> Growth:
    """Measures a collection that `built` or `copied` made.

    Args:
        folder: where the tables are.
        encoder: of the collection.
        passages: how many it has.
        default: the default engine's index of as many.
    """
    place = folder / f"tables-{passages}"
    tables = Index.open(f"lance://{place}", encoder=encoder)
    questions = [" ".join(words) for words in Synthetic().questions(60, 9)]
    queries = [tables.query(question) for question in questions]
    ours, theirs = [], []
    for question in questions:
        ours.append(_timed(encoder, lambda: tables.search(question)))  # noqa: B023
        if default is not None:
            theirs.append(_timed(encoder, lambda: default.search(question)))  # noqa: B023
    answers = [_timed(encoder, lambda: ask(question, tables, reader=False)) for question in questions[:30]]  # noqa: B023
    recall = [_recall(tables, queries[10:], k) for k in (10, NEAREST)]
    changed = Document("The reed boats came back in autumn.", id="changed")
    update = _timed(encoder, lambda: tables.update([changed]))
    removal = _timed(encoder, lambda: tables.remove(["changed"]))
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    # The first questions read what the others find in memory.
    return Growth(
        passages,
        json.loads(place.with_suffix(".json").read_text()),
        size,
        search=statistics.median(ours[10:]),
        default_search=statistics.median(theirs[10:]) if theirs else None,
        answer=statistics.median(answers[10:]),
        recall_10=recall[0],
        recall_100=recall[1],
        update=update,
        removal=removal,
    )


def _timed(encoder: scale.MixedEncoder, call: Callable[[], object]) -> float:
    before = encoder.seconds
    start = time.perf_counter()
    call()
    return time.perf_counter() - start - (encoder.seconds - before)


def _recall(index: Index, queries: Sequence[Query], k: int) -> float:
    """The share of the k truly nearest passages that are among the k best that are proposed."""
    assert isinstance(index, LanceIndex)
    dataset = index.view.version.dataset
    vectors, ids = [], []
    for batch in dataset.to_batches(columns=["vector"], filter="kind = 'passage'", with_row_id=True):
        column = batch.column("vector")
        vectors.append(column.flatten().to_numpy().reshape(-1, column.type.list_size))
        ids.append(batch.column("_rowid").to_numpy())
    row_ids = np.concatenate(ids)
    order = np.argsort(row_ids)
    asked = np.stack([query.vector for query in queries])
    cosines = np.concatenate([block.astype(np.float32) @ asked.T for block in vectors])
    found = 0
    for number, query in enumerate(queries):
        # Of equal ones any will do; those of `MixedEncoder` often are.
        least = np.partition(cosines[:, number], -k)[-k]
        # As in a search: more are proposed than ten, and compared exactly.
        asked_for = proposed(dataset, query.vector, max(k, RANKING.candidates))
        places = order[np.searchsorted(row_ids[order], asked_for)]
        found += min(k, int((cosines[places, number] >= least - 1e-6).sum()))
    return found / (k * len(queries))


def main() -> None:
    """Prints what was measured, a line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("agreement", "growth"))
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000], help="larger ones are copies")
    parser.add_argument("--beside", type=int, nargs="*", default=[], help="for which the default engine, too")
    arguments = parser.parse_args()
    files = {language: arguments.xquad / f"xquad.{language}.json" for language in ("ar", "en")}
    if arguments.what == "agreement":
        encoder = Remembering(load())
        golds = {"article": article_questions(), "both": squad(list(files.values()))}
        golds |= {f"{a} -> {t}": squad([files[t]], [files[a]]) for a, t in PAIRINGS}
        for name, gold in golds.items():
            print(json.dumps({"name": name} | asdict(agreement(gold, encoder))), flush=True)
        return
    folder = arguments.folder
    real = folder / "real"
    if not real.exists():
        real.mkdir(parents=True)
        scale.prepare([document.text for document in squad(list(files.values())).documents], real)
    encoder_of_mixtures = scale.MixedEncoder(real)
    base, *larger = sorted(arguments.passages)
    for passages in (base, *larger):
        place = folder / f"tables-{passages}"
        if not place.with_suffix(".json").exists():
            if passages == base:
                built(place, encoder_of_mixtures, passages)
            else:
                copied(place, folder / f"tables-{base}", passages // base)
        default = None
        if passages in arguments.beside:
            beside = folder / f"index-{passages}"
            if not beside.exists():
                given = Index.open(f"lance://{place}", encoder=encoder_of_mixtures).documents
                Index.build(given, beside, encoder=encoder_of_mixtures)
            default = Index.open(beside, encoder=encoder_of_mixtures)
        print(json.dumps(asdict(growth(folder, encoder_of_mixtures, passages, default))), flush=True)


if __name__ == "__main__":
    main()
