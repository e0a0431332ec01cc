"""What the reader costs: `ask` with it and without it, over XQuAD's Arabic paragraphs."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from index import Index
from qa import ask
from qa.answering.reader import PassageReader, bundled_reader
from qa.gold import GoldSet


@dataclass(frozen=True)
class ReaderSpeed:
    """Seconds, medians over questions.

    Attributes:
        with_reader, without: a question's wall-clock time, encoding included.
        processor_with, processor_without: processor time of all threads.
        opening: from nothing open to the first passage read.
        disk: bytes that the unpacked reader adds to the encoder's.
    """

    with_reader: float
    without: float
    processor_with: float
    processor_without: float
    opening: float
    disk: int


def reader_speed(gold: GoldSet, every: int) -> ReaderSpeed:
    """Asks every so many questions with and without the reader, in turn."""
    reader, opening, disk = _opened()
    with tempfile.TemporaryDirectory(prefix="dalil-speed-") as folder:
        index = Index.build(gold.documents, folder)
        questions = [question.text for question in gold.questions[::every]]
        timed: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for question in [questions[0], *questions]:
            for uses in (True, False):
                timed[uses].append(_timed(question, index, reader if uses else False))
    (wall, processor), (wall_without, processor_without) = (
        _medians(timed[uses][1:]) for uses in (True, False)
    )
    return ReaderSpeed(
        wall, wall_without, processor, processor_without=processor_without, opening=opening, disk=disk
    )


def _opened() -> tuple[PassageReader, float, int]:
    from index.encoding.e5 import unpack
    from index.encoding.load import READER

    source = unpack.weights_file()
    if source is None:
        raise SystemExit("There is no reader.")
    graph = unpack.reader_graph(source, READER)
    disk = sum(graph.with_suffix(suffix).stat().st_size for suffix in (".onnx", ".data"))
    began = time.perf_counter()
    reader = bundled_reader()
    if reader is None:
        raise SystemExit("There is no reader.")
    reader.read("?", ["."])
    return reader, time.perf_counter() - began, disk


def _timed(question: str, index: Index, reader: PassageReader | bool) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    ask(question, index, reader=reader)
    return time.perf_counter() - wall, time.process_time() - processor


def _medians(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    walls, processors = zip(*times, strict=True)
    return statistics.median(walls), statistics.median(processors)
