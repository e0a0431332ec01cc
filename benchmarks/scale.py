"""How long a question, an update and opening an index take as a collection grows to a million passages.

More passages than can be encoded in reasonable time: texts are made up (synthetic.py), and vectors are
mixtures of real ones that the bundled model made of real paragraphs. Everything else is what users get:
`Index.build`, `update`, `open`, `search` and `ask`.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import regex
from synthetic import Synthetic

from index import Document, Index
from index.array_types import FloatArray
from index.encoding.base import Encoder, Encoding, Kind
from index.encoding.load import load
from index.folder import live, merge
from index.folder.merge import Size, due, sizes_of
from index.storage.files import read_array, write_array
from qa import ask
from qa.article import article

# As the bundled model cuts Arabic: a word of more than six letters is two tokens.
_PIECE = regex.compile(r"[\p{L}\p{M}\p{N}]{1,6}")
_OF_FIRST, _OF_SECOND = np.float32(0.8), np.float32(0.6)
# Passages of an update of which three have more than a change merges by itself.
_LARGER = 200


class MixedEncoder:
    """An encoder for made-up texts: quick, the same everywhere, its vectors mixtures of real ones.

    The same stretch of letters has the same token vector wherever it stands: a mixture of two real tokens.
    A text's own vector is a mixture of two real paragraphs'.

    Attributes:
        seconds: spent here, so that it can be taken off.
    """

    name = "mixed"
    fingerprint = "mixed:1"
    window = 507

    def __init__(self, folder: Path) -> None:
        """Reads what `prepare` wrote into a folder."""
        self._tokens = read_array(folder / "tokens.npy")
        self._vectors = read_array(folder / "vectors.npy")
        self.dimension = int(self._tokens.shape[1])
        self.seconds = 0.0

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:  # noqa: ARG002
        """See `Encoder`."""
        for text in texts:
            start = time.perf_counter()
            encoding = self._encode(text)
            self.seconds += time.perf_counter() - start
            yield encoding

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder`."""
        return [len(_PIECE.findall(text)) for text in texts]

    def _encode(self, text: str) -> Encoding:
        pieces = list(_PIECE.finditer(text))
        tokens = self._mixed(self._tokens, [piece.group() for piece in pieces])
        spans = np.array([piece.span() for piece in pieces], np.int32).reshape(-1, 2)
        (vector,) = self._mixed(self._vectors, [text])
        surprisal = np.array([5 + len(piece.group()) for piece in pieces], np.float32)
        return Encoding(vector, tokens, spans, surprisal)

    @staticmethod
    def _mixed(real: FloatArray, texts: Sequence[str]) -> FloatArray:
        """(len(texts), dimension): each the mixture of two rows that its text stands for."""
        sums = np.array([zlib.crc32(text.encode()) for text in texts], np.int64)
        mixed = _OF_FIRST * real[sums % len(real)] + _OF_SECOND * real[sums // 7 % len(real)]
        return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def prepare(texts: Sequence[str], folder: Path) -> None:
    """Encodes real paragraphs with the bundled model, for `MixedEncoder`."""
    encodings = list(load().encode(texts, "passage"))
    tokens = np.concatenate([encoding.tokens[::8] for encoding in encodings])
    write_array(folder / "tokens.npy", tokens / np.linalg.norm(tokens, axis=1, keepdims=True))
    write_array(folder / "vectors.npy", np.stack([encoding.vector for encoding in encodings]))


@dataclass(frozen=True)
class Grown:
    """An index of so many passages, and a question asked of it. Times in seconds, sizes in bytes.

    Attributes:
        passages: how many.
        build: making it, without the time of `MixedEncoder`.
        size: on disk.
        search, answer: `Index.search` for ten, and `ask`, without encoding the question: medians.
        first_answer: a new process from opening the index to an answer, without imports; the bundled
            model isn't loaded.
        memory: that process's greatest resident set.
    """

    passages: int
    build: float
    size: int
    search: float
    answer: float
    first_answer: float
    memory: int


def documents(count: int) -> Iterator[Document]:
    """So many made-up documents of one passage, in a hundred folders in turn, every other one of a type."""
    return (
        Document(text, id=str(number), source=f"{number % 100:02}/{number}.{'txt' if number % 2 else 'pdf'}")
        for number, text in enumerate(Synthetic().texts(count))
    )


def grown(folder: Path, real: Path, passages: int) -> Grown:
    """Builds an index of so many passages in `folder` if there is none, and measures it.

    Args:
        folder: of the index.
        real: what `prepare` wrote.
        passages: how many.
    """
    encoder = MixedEncoder(real)
    record = folder.with_suffix(".json")
    if not record.exists():
        start = time.perf_counter()
        Index.build(documents(passages), folder, encoder=encoder)
        record.write_text(json.dumps(time.perf_counter() - start - encoder.seconds))
    index = Index.open(folder, encoder=encoder)
    questions = [" ".join(words) for words in Synthetic().questions(60, 9)]
    search, answer = [], []
    for question in questions:
        search.append(_without_encoding(encoder, lambda: index.search(question)))  # noqa: B023
        answer.append(_without_encoding(encoder, lambda: ask(question, index, reader=False)))  # noqa: B023
    opened = subprocess.run(
        [sys.executable, __file__, str(folder), str(real), questions[0]],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    first = json.loads(opened.stdout)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    # The first questions read what the others find in memory.
    warm = slice(10, None)
    return Grown(
        passages,
        json.loads(record.read_text()),
        size,
        search=statistics.median(search[warm]),
        answer=statistics.median(answer[warm]),
        first_answer=first["seconds"],
        memory=first["memory"],
    )


def _without_encoding(encoder: MixedEncoder, call: Callable[[], object]) -> float:
    before = encoder.seconds
    start = time.perf_counter()
    call()
    return time.perf_counter() - start - (encoder.seconds - before)


@dataclass(frozen=True)
class Within:
    """Searches of everything and within scopes, in turn; seconds without encoding the question, medians.

    Attributes:
        passages: how many there are.
        search: ten best of everything.
        wide, narrow: of half of the documents, and of one in a hundred.
        preparing_wide, preparing_narrow: beyond that, the first search within each.
    """

    passages: int
    search: float
    wide: float
    narrow: float
    preparing_wide: float
    preparing_narrow: float


def within(folder: Path, real: Path, passages: int, count: int = 200) -> Within:
    """Measures scopes in the index that `grown` built, with so many questions."""
    encoder = MixedEncoder(real)
    index = Index.open(folder, encoder=encoder)
    scopes = {"search": None, "wide": "type:pdf", "narrow": "folder:07"}
    questions = [" ".join(words) for words in Synthetic().questions(count + 10, 9)]
    times: dict[str, list[float]] = {name: [] for name in scopes}
    for question in questions:
        for name, scope in scopes.items():
            searched = index if scope is None else index.within(scope)
            times[name].append(_without_encoding(encoder, lambda: searched.search(question)))  # noqa: B023
    medians = {name: statistics.median(of[10:]) for name, of in times.items()}
    preparing = {}
    for name, scope in scopes.items():
        start = time.perf_counter()
        Index.open(folder, encoder=encoder).within(scope)
        preparing[name] = time.perf_counter() - start
    return Within(
        passages,
        **medians,
        preparing_wide=preparing["wide"] - preparing["search"],
        preparing_narrow=preparing["narrow"] - preparing["search"],
    )


def encoding_time(encoder: Encoder, count: int = 60) -> float:
    """Median seconds that the encoder takes for a question."""
    times = []
    for words in Synthetic().questions(count, 9):
        start = time.perf_counter()
        list(encoder.encode([" ".join(words)], "query"))
        times.append(time.perf_counter() - start)
    return statistics.median(times[5:])


@dataclass(frozen=True)
class Updates:
    """Writing to an index of so many passages, in seconds.

    Attributes:
        passages: how many.
        build: with the bundled model.
        nothing: `update` with all documents as they are.
        one: with one changed.
        percent: with every hundredth changed.
        removal: removing every hundredth.
    """

    passages: int
    build: float
    nothing: float
    one: float
    percent: float
    removal: float


def updates(folder: Path, passages: int) -> Updates:
    """Builds an index with the bundled model in an empty folder, and changes it."""
    given = list(documents(passages))

    def changed(step: int) -> list[Document]:
        return [Document(d.text + " تغير.", id=d.id) if i % step == 0 else d for i, d in enumerate(given)]

    def timed(call: Callable[..., object], *arguments: object) -> float:
        start = time.perf_counter()
        call(*arguments)
        return time.perf_counter() - start

    build = timed(Index.build, given, folder)
    index = Index.open(folder)
    return Updates(
        passages,
        build,
        nothing=timed(index.update, given),
        one=timed(index.update, changed(passages)),
        percent=timed(index.update, changed(100)),
        removal=timed(index.remove, [str(i) for i in range(0, passages, 100)]),
    )


@dataclass(frozen=True)
class Pieces:
    """Searches of an index in pieces, ten best; seconds without encoding the question, medians.

    Attributes:
        segments: how many.
        search: over these segments.
        merged: over the same passages in one segment.
    """

    segments: int
    search: float
    merged: float

    @property
    def ratio(self) -> float:
        """How many times as long as over one segment."""
        return self.search / self.merged


@dataclass(frozen=True)
class Changes:
    """Changing an index of so many passages by one, in seconds without encoding; medians.

    Attributes:
        passages: how many there are.
        adding, removing: one document of one passage, the index being open.
        slowest: of those, including the merges that a change does by itself.
        policy: over as many segments as merging leaves at most.
        worst: over as many as changes leave where nothing is merged but by themselves.
        merging: those of `policy` into one.
    """

    passages: int
    adding: float
    removing: float
    slowest: float
    policy: Pieces
    worst: Pieces
    merging: float


def changes(folder: Path, real: Path, passages: int, count: int = 20) -> Changes:
    """Changes a copy of the index that `grown` built.

    Args:
        folder: of the index; the copy is made beside it, and removed.
        real: what `prepare` wrote.
        passages: how many the index has.
        count: how many documents are added and removed one by one.
    """
    encoder = MixedEncoder(real)
    copy = folder.with_suffix(".changed")
    shutil.copytree(folder, copy)
    try:
        index = Index.open(copy, encoder=encoder)
        texts = Synthetic(seed=7).texts(2 * passages + 8_000)
        new = (Document(text, id=f"new{number}") for number, text in enumerate(texts))

        def add(size: int) -> None:
            index.update(list(islice(new, size)), show_progress=False)

        add(1)

        def timed(call: Callable[[], object]) -> float:
            return _without_encoding(encoder, call)

        one_by_one = [list(islice(new, 1)) for _ in range(count)]
        adding = [timed(lambda: index.update(one, show_progress=False)) for one in one_by_one]  # noqa: B023
        removing = [timed(lambda: index.remove([str(i)])) for i in range(count)]  # noqa: B023
        questions = [" ".join(words) for words in Synthetic().questions(60, 9)]

        def searching() -> float:
            times = [timed(lambda: index.search(question)) for question in questions]  # noqa: B023
            return statistics.median(times[10:])

        def in_pieces() -> tuple[Pieces, float]:
            segments, search = len(sizes_of(live.load(copy))), searching()
            start = time.perf_counter()
            index.optimize()
            merging = time.perf_counter() - start
            return Pieces(segments, search, searching()), merging

        for size in addable(sizes_of(live.load(copy))):
            add(size)
        policy, merging = in_pieces()
        # Too large for a change to merge three of them by itself.
        while len(sizes_of(live.load(copy))) < merge.MAX_SEGMENTS:
            add(_LARGER)
        worst, _ = in_pieces()
        return Changes(
            passages,
            statistics.median(adding),
            statistics.median(removing),
            slowest=max(adding + removing),
            policy=policy,
            worst=worst,
            merging=merging,
        )
    finally:
        shutil.rmtree(copy)


def addable(sizes: Sequence[Size]) -> list[int]:
    """The passages of segments that can be added to others until one more would be merged, largest first.

    Args:
        sizes: of the segments that are there.
    """
    there, added = list(sizes), []
    largest = max(size.left for size in sizes)
    # The smallest of each tier.
    for size in (8**6, 8**5, 8**4, 8**3, 8**2, 1):
        while size <= largest and not due([*there, Size(size, 0)]):
            there.append(Size(size, 0))
            added.append(size)
    return added


@dataclass(frozen=True)
class Together:
    """Questions of several clients at once against one client's, over the article with the bundled model.

    Attributes:
        clients: how many at once.
        alone, together: questions a second of one client, and of all of them.
        lone_median: seconds a question of one client.
        slowest: of the clients that ask at once.
    """

    clients: int
    alone: float
    together: float
    lone_median: float
    slowest: float


def together(folder: Path, clients: int = 8, each: int = 40) -> Together:
    """Asks questions of one client, then of several at once."""
    index = Index.build([article()], folder, show_progress=False)
    questions = [" ".join(words) for words in Synthetic().questions(each, 9)]

    def one(question: str) -> float:
        start = time.perf_counter()
        ask(question, index, reader=False)
        return time.perf_counter() - start

    for question in questions:
        one(question)
    start = time.perf_counter()
    lone = [one(question) for question in questions]
    alone = len(lone) / (time.perf_counter() - start)
    with ThreadPoolExecutor(clients) as pool:
        start = time.perf_counter()
        times = list(pool.map(one, questions * clients))
        rate = len(times) / (time.perf_counter() - start)
    return Together(clients, alone, rate, statistics.median(lone), max(times))


def _first_answer(folder: str, real: str, question: str) -> None:
    """In a process of its own: opens an index, asks it, and prints how long that took."""
    import faiss  # noqa: F401 - what is timed is the index

    encoder = MixedEncoder(Path(real))
    start = time.perf_counter()
    ask(question, Index.open(folder, encoder=encoder), reader=False)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "memory": _max_memory()}))


def _max_memory() -> int:
    """The greatest resident set of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux's ru_maxrss counts what the parent had when it started this process.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    _first_answer(*sys.argv[1:])
