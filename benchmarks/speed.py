"""Writes the sections on speed of benchmarks/RESULTS.md, and draws how it grows with the collection.

    python benchmarks/speed.py --xquad DIR --tydi FILE [--largest PASSAGES] [--only SECTION ...]

Each section compares within one run, on one machine: Dalil with sentence-transformers, rank-bm25, bm25s,
exact search, LangChain, Haystack, LlamaIndex and txtai. The data is that of benchmarks/quality.py. Half an
hour on two cores with the default of 100,000 passages at most, several hours and 20 GB with a million.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import cold_start
import numpy as np
import scale
from lexical_speed import measure as lexical_speed
from reader_speed import reader_speed
from results import DESTINATION, Section, markdown_table, run
from synthetic import Synthetic
from vector_speed import dense_speed, jittered, late_speed

from index import Document, Index
from index.encoding.base import Encoder, Encoding, Kind
from index.encoding.load import load
from index.storage.files import read_array
from index.types import Hit
from qa.gold import GoldSet, squad

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PEERS_PASSAGES = 10_000


def sections(arguments: argparse.Namespace) -> dict[str, Section]:
    """Each section's name with what makes its text."""
    sizes = [size for size in SIZES if size <= arguments.largest]
    gold = squad([arguments.xquad / "xquad.ar.json"])
    real = [document.text for document in (*gold.documents, *squad([arguments.tydi]).documents)]
    work = arguments.work
    questions = [question.text for question in gold.questions[::20]]
    return {
        "Cold start": _cold_start,
        "Encoding": partial(_encoding, real, questions),
        "The reader": partial(_reader, gold),
        "BM25": partial(_lexical, sizes),
        "Vectors": partial(_vectors, sizes, real, work),
        "A question as the collection grows": partial(_growth, sizes, real, work),
        "Within a scope": partial(_within, sizes, real, work),
        "Questions at once": _together,
        "The chat's users at once": partial(_chat_load, questions),
        "Speed beside peers": partial(_beside_peers, gold, real),
        "Updates": partial(_updates, sizes, real, work),
    }


def _cold_start() -> Iterator[str]:
    starts = cold_start.cold_starts()
    ours, theirs = (starts[way] for way in cold_start.WAYS)
    yield (
        "A new process that answers one question about the built-in article, all files being in the cache; "
        "the best of five, in turn."
    )
    yield markdown_table(
        ["through", "seconds", "peak memory, MB"],
        [[way, f"{start.seconds:.2f}", f"{start.peak_mb:.0f}"] for way, start in starts.items()],
    )
    yield (
        f"{theirs.seconds / ours.seconds:.1f} times quicker than through sentence-transformers. "
        f"`import qa` takes {cold_start.import_seconds():.2f} s."
    )


def _encoding(real: Sequence[str], questions: Sequence[str]) -> Iterator[str]:
    rows = []
    for threads in (1, 2):
        speeds = cold_start.speeds(real[::3], questions, threads)
        ours, theirs = (speeds[way] for way in cold_start.WAYS)
        rows += [
            [way, str(threads), f"{speed.passages_per_second:.1f}", f"{speed.question_ms:.1f}"]
            for way, speed in speeds.items()
        ]
        ratio = ours.passages_per_second / theirs.passages_per_second
        rows.append(["ratio", str(threads), f"{ratio:.1f}", f"{theirs.question_ms / ours.question_ms:.1f}"])
    yield (
        "Every third paragraph of XQuAD and TyDi and every twentieth question of XQuAD, Arabic. "
        "sentence-transformers in float32 with 32 texts a batch, for text vectors only; Dalil's gives token "
        "vectors too."
    )
    yield markdown_table(["through", "threads", "passages a second", "a question, ms"], rows)


def _reader(gold: GoldSet) -> Iterator[str]:
    speed = reader_speed(gold, every=20)
    yield (
        "`ask` over XQuAD's Arabic paragraphs, encoding included: every twentieth question with the reader "
        "and without it, in turn; medians."
    )
    yield markdown_table(
        ["", "a question, ms", "processor time, ms"],
        [
            ["with the reader", _ms(speed.with_reader), _ms(speed.processor_with)],
            ["without", _ms(speed.without), _ms(speed.processor_without)],
        ],
    )
    yield (
        f"Opening it takes {speed.opening:.2f} s, once per process. Unpacked it takes "
        f"{speed.disk / 1e6:.0f} MB of disk beside the encoder."
    )


def _lexical(sizes: Sequence[int]) -> Iterator[str]:
    yield (
        "Twelve words a question, of made-up Arabic passages of 40 to 120 words (benchmarks/synthetic.py). "
        "Milliseconds: the ten best by Dalil's BM25, rank-bm25 and bm25s; medians."
    )
    rows = []
    for size in sizes:
        figures = lexical_speed(Synthetic(), size, peers=size <= 100_000)
        ratios = [
            f"{other / figures.best:.1f}" if other else "–" for other in (figures.rank_bm25, figures.bm25s)
        ]
        rows.append(
            [
                f"{size:,}",
                *(
                    _ms(seconds)
                    for seconds in (figures.best, figures.slowest, figures.rank_bm25, figures.bm25s)
                ),
                *ratios,
                f"{figures.bytes_a_passage:.0f}",
                _ms(figures.opening),
                f"{figures.build:.1f}",
            ]
        )
    yield markdown_table(
        ["passages", "Dalil", "its slowest", "rank-bm25", "bm25s", "rank-bm25 / Dalil", "bm25s / Dalil",
         "bytes a passage", "opening", "build, s"],
        rows,
    )  # fmt: skip


def _vectors(sizes: Sequence[int], real: Sequence[str], work: Path) -> Iterator[str]:
    yield (
        "The hundred nearest of 384-dimensional vectors: real ones of XQuAD's and TyDi's paragraphs up to "
        "their number, then jittered ones (benchmarks/vector_speed.py). Exact search and Dalil's on one "
        "thread each; recall is of the exact hundred."
    )
    vectors = read_array(_real(real, work) / "vectors.npy")
    rows = []
    for size in sizes:
        path = work / f"jittered-{size}.npy"
        made = np.lib.format.open_memmap(path, "w+", np.float16, (size, vectors.shape[1]))
        end = 0
        for block in jittered(vectors, size):
            made[end : end + len(block)] = block
            end += len(block)
        questions = next(jittered(vectors, 100, seed=2))
        figures = dense_speed(made, questions)
        path.unlink()
        rows.append(
            [
                f"{size:,}", figures.kind, f"{figures.exact_ms:.2f}", f"{figures.ms:.2f}",
                f"{figures.exact_ms / figures.ms:.1f}", f"{figures.recall:.3f}",
                f"{figures.index_bytes / 1e6:.0f}", f"{figures.vector_bytes / 1e6:.0f}",
                f"{figures.write_seconds:.0f}", f"{figures.load_seconds:.2f}",
            ]
        )  # fmt: skip
    yield markdown_table(
        ["passages", "kind", "exact, ms", "Dalil, ms", "ratio", "recall@100", "index, MB", "vectors, MB",
         "build, s", "opening, s"],
        rows,
    )  # fmt: skip
    late = late_speed()
    yield (
        f"Late interaction of a question of {late.words} tokens with {late.candidates} passages of "
        f"{late.tokens} tokens: {late.ms:.1f} ms. A passage of {late.tokens} tokens takes "
        f"{late.passage_bytes / 1000:.1f} KB on disk."
    )


def _growth(sizes: Sequence[int], real: Sequence[str], work: Path) -> Iterator[str]:
    yield (
        "`Index.search` and `ask` without encoding the question, as a share of the time in which the bundled "
        "model encodes it, without the reader; medians of 50 questions of nine words. Opening: from "
        "`Index.open` to an answer in a new process, and that process's memory, without the bundled model. "
        "Passages are made up and their vectors mixtures of real ones (benchmarks/scale.py)."
    )
    folder = _real(real, work)
    bundled = load()
    scale.encoding_time(bundled)
    figures, encodings = [], []
    for size in sizes:
        figures.append(scale.grown(work / f"index-{size}", folder, size))
        encodings.append(scale.encoding_time(bundled))
    yield markdown_table(
        ["passages", "encoding, ms", "search, ms", "share", "ask, ms", "share", "opening to answer, s",
         "memory, MB", "KB a passage on disk", "build a passage, ms"],
        [
            [
                f"{f.passages:,}", _ms(encoding), _ms(f.search), f"{f.search / encoding:.2f}", _ms(f.answer),
                f"{f.answer / encoding:.2f}", f"{f.first_answer:.2f}", f"{f.memory / 1e6:.0f}",
                f"{f.size / f.passages / 1000:.1f}", _ms(f.build / f.passages),
            ]
            for f, encoding in zip(figures, encodings, strict=True)
        ],
    )  # fmt: skip
    yield _plot(figures, statistics.median(encodings))


def _within(sizes: Sequence[int], real: Sequence[str], work: Path) -> Iterator[str]:
    yield (
        "`Index.search` of everything, within half of the documents and within one in a hundred, without "
        "encoding the question: medians of 200 questions, each asked in all three ways in turn. Preparing a "
        "scope comes before the first search within it. The made-up collections of the section above."
    )
    folder = _real(real, work)
    for size in sizes:
        scale.grown(work / f"index-{size}", folder, size)
    figures = [scale.within(work / f"index-{size}", folder, size) for size in sizes]
    yield markdown_table(
        ["passages", "everything, ms", "half, ms", "ratio", "a hundredth, ms", "ratio", "preparing half, ms",
         "preparing a hundredth, ms"],
        [
            [
                f"{f.passages:,}", _ms(f.search), _ms(f.wide), f"{f.wide / f.search:.2f}", _ms(f.narrow),
                f"{f.narrow / f.search:.2f}", _ms(f.preparing_wide), _ms(f.preparing_narrow),
            ]
            for f in figures
        ],
    )  # fmt: skip


def _plot(figures: Sequence[scale.Grown], encoding: float) -> str:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    sizes = [f.passages for f in figures]
    plot, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    left.plot(sizes, [1000 * f.search for f in figures], "o-", label="search")
    left.plot(sizes, [1000 * f.answer for f in figures], "s-", label="ask")
    left.axhline(1000 * encoding, color="gray", linestyle="--", label="encoding the question")
    left.set(xscale="log", xlabel="passages", ylabel="milliseconds", ylim=0, title="A question")
    left.legend()
    right.plot(sizes, [f.memory / 1e6 for f in figures], "o-", label="memory, MB")
    right.plot(sizes, [1000 * f.first_answer for f in figures], "s-", label="opening to an answer, ms")
    right.set(xscale="log", yscale="log", xlabel="passages", title="Opening an index")
    right.legend()
    path = DESTINATION.with_name("growth.png")
    plot.savefig(path, dpi=110)
    return f"![How a question and opening grow with the collection]({path.name})"


def _together() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="dalil-speed-") as folder:
        figures = scale.together(Path(folder) / "index")
    yield (
        f"`ask` over the built-in article with the bundled model, {figures.clients} clients at "
        f"once (threads of one "
        f"process): {figures.together:.1f} questions a second, one client {figures.alone:.1f}: "
        f"{figures.together / figures.alone:.2f} times as many. The slowest of them took "
        f"{_ms(figures.slowest)} ms, {figures.slowest / figures.lone_median:.1f} times a lone question."
    )


def _chat_load(questions: Sequence[str]) -> Iterator[str]:
    from chat_load import load as chat_load

    figures = chat_load(questions)
    yield (
        f"{figures.questions} questions of {figures.users} users at once to `dalil chat` over its HTTP API, "
        f"the clients on the same machine: {figures.failed} failed. Median {_ms(figures.median)} ms, 95th "
        f"percentile {_ms(figures.slow)} ms, {figures.slow / figures.alone:.1f} times the median of one user "
        f"alone ({_ms(figures.alone)} ms)."
    )
    if figures.usable is not None:
        yield f"From the chat's start line until an open browser can ask: {figures.usable:.2f} s."
    if figures.first_paint is not None:
        yield (
            "From navigation to the first contentful paint in Chromium, nothing of the page in its cache: "
            f"{figures.first_paint:.2f} s."
        )


def _updates(sizes: Sequence[int], real: Sequence[str], work: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="dalil-speed-") as folder:
        figures = scale.updates(Path(folder) / "index", 10_000)
    yield f"{figures.passages:,} passages; building the index took {figures.build:.0f} s."
    changes = {
        "update, nothing changed": figures.nothing,
        "update, one document changed": figures.one,
        "update, 1 % changed": figures.percent,
        "1 % removed": figures.removal,
    }
    yield markdown_table(
        ["", "seconds", "share of the build"],
        [[name, f"{seconds:.2f}", f"{seconds / figures.build:.2%}"] for name, seconds in changes.items()],
    )
    yield (
        "As the collection grows, without encoding: adding and removing one document of one passage; then a "
        "search over two segments of each size, as many as merging leaves, and over as many as changes leave "
        "where nothing else merges, each beside one over the same passages in one segment. Made-up passages."
    )
    vectors = _real(real, work)
    for size in sizes:
        scale.grown(work / f"index-{size}", vectors, size)
    grown = [scale.changes(work / f"index-{size}", vectors, size) for size in sizes]
    yield markdown_table(
        ["passages", "adding, ms", "removing, ms", "slowest, ms", "segments", "search, ms", "in one, ms",
         "ratio", "segments at worst", "search, ms", "in one, ms", "ratio", "merging all, s"],
        [
            [
                f"{f.passages:,}", _ms(f.adding), _ms(f.removing), _ms(f.slowest), *_pieces(f.policy),
                *_pieces(f.worst), f"{f.merging:.1f}",
            ]
            for f in grown
        ],
    )  # fmt: skip


def _pieces(pieces: scale.Pieces) -> list[str]:
    return [str(pieces.segments), _ms(pieces.search), _ms(pieces.merged), f"{pieces.ratio:.2f}"]


def _beside_peers(gold: GoldSet, real: Sequence[str]) -> Iterator[str]:
    """The same questions over real paragraphs among made-up ones, by Dalil and by every peer."""
    from peers import peers, score

    filling = Synthetic().texts(PEERS_PASSAGES - len(real))
    others = (*real[len(gold.documents) :], *filling)
    documents = [*gold.documents, *(Document(text) for text in others)]
    pooled = GoldSet(gold.name, tuple(documents), tuple(islice(gold.questions, 200)))
    encoder = Remembering(load())
    yield (
        f"{len(pooled.questions)} questions of XQuAD over {len(documents):,} Arabic passages: XQuAD's and "
        "TyDi's paragraphs, and made-up ones. Milliseconds a question without encoding it, median; all with "
        "the same encoder."
    )
    rows = []
    with tempfile.TemporaryDirectory(prefix="dalil-speed-") as folder:
        index = Index.build(documents, folder, encoder=encoder)
        rankings, seconds = _timed(lambda text: _ids(index.search(text)), pooled)
    rows.append(["Dalil", f"{score(pooled, rankings)['R@1'].mean:.3f}", _ms(seconds)])
    for peer in peers(encoder):
        rankings, seconds = _timed(peer.searcher(pooled), pooled)
        rows.append([peer.name, f"{score(pooled, rankings)['R@1'].mean:.3f}", _ms(seconds)])
    yield markdown_table(["", "R@1", "ms"], rows)


class Remembering:
    """An encoder that encodes a question once, so that searching for it again takes the search's time."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Encoding] = {}
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.window = encoder.dimension, encoder.window
        self.count_tokens = encoder.count_tokens

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        """See `Encoder`."""
        if kind == "passage":
            yield from self._encoder.encode(texts, kind)
            return
        new = [text for text in texts if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new, kind), strict=True))
        yield from (self._known[text] for text in texts)


def _ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.document_id for hit in hits]


def _timed(search: Callable[[str], Sequence[str]], gold: GoldSet) -> tuple[list[tuple[str, ...]], float]:
    """What is found for each question, and the median seconds of asking it again."""
    found = [tuple(dict.fromkeys(search(question.text)))[:10] for question in gold.questions]
    times = []
    for question in gold.questions:
        start = time.perf_counter()
        search(question.text)
        times.append(time.perf_counter() - start)
    return found, statistics.median(times)


def _real(texts: Sequence[str], work: Path) -> Path:
    """The folder with real vectors, made if there is none."""
    folder = work / "real"
    if not (folder / "vectors.npy").exists():
        folder.mkdir(parents=True, exist_ok=True)
        scale.prepare(texts, folder)
    return folder


def _ms(seconds: float | None) -> str:
    return "–" if seconds is None else f"{1000 * seconds:.2f}"


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--tydi", type=Path, required=True, help="Arabic, SQuAD format")
    parser.add_argument("--largest", type=int, default=100_000, help="passages of the largest collection")
    parser.add_argument(
        "--work", type=Path, help="a folder for large indexes, kept; a temporary one if not given"
    )
    with tempfile.TemporaryDirectory(prefix="dalil-speed-") as folder:
        parser.set_defaults(work=Path(folder))
        run(parser, sections)


if __name__ == "__main__":
    main()
