"""Runs the bundled model with onnxruntime: no torch, no transformers, a tenth of the start-up time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.concurrency import processors
from index.encoding.base import Encoding, Kind
from index.encoding.e5.onnx_graph import GRAPH
from index.encoding.e5.tokenizer import Pieces, Unigram
from index.encoding.e5.unpack import PROMPTS, Settings
from index.errors import EncoderUnavailable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

T = TypeVar("T")

# Tokens in one forward pass, including padding, unless a single text has more. Measured on XQuAD's
# paragraphs (200 tokens): batches of 4 took 3.6 s of CPU time, of 8 4.2 s, of 16 5.3 s: a layer's working
# set then no longer fits the CPU cache.
BATCH_TOKENS = 1024
# Texts tokenized and sorted by length at a time; bounds the memory of pending encodings.
CHUNK = 256


class OnnxEncoder:
    """A model unpacked by `unpack.runtime_folder`. See `Encoder`; thread-safe.

    The model is opened on first use: constructing an encoder costs nothing.
    """

    def __init__(self, name: str, folder: Path, fingerprint: str) -> None:
        """Refers to a model without opening it.

        Args:
            name: the name that `index.encoding.load` resolves to it.
            folder: where it was unpacked.
            fingerprint: changes whenever its vectors would.
        """
        self.name = name
        self.fingerprint = fingerprint
        self._folder = folder
        self._opening = threading.Lock()
        self._opened: InferenceSession | None = None

    @property
    def dimension(self) -> int:
        """See `Encoder`."""
        return self._settings.hidden

    @property
    def window(self) -> int:
        """See `Encoder`."""
        return self._settings.positions - 2 - len(self._prompt("passage").ids)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder`."""
        return [len(pieces.ids) for pieces in self._vocabulary.cut(texts)]

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        """See `Encoder`."""
        room = self._settings.positions - 2 - len(self._prompt(kind).ids)
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            cut = self._vocabulary.cut(chunk, follows_space=True)
            cut = [Pieces(pieces.ids[:room], pieces.spans[:room]) for pieces in cut]
            batches = list(_batches([len(pieces.ids) for pieces in cut]))
            # Each batch runs on one thread, with as many batches in parallel as there are processors: a third
            # faster than sequential batches on all of them; a single query is as fast on one.
            at_once = self._pool.map if len(batches) > 1 else map
            results = at_once(partial(self._encode_batch, chunk, cut, kind), batches)
            encodings: dict[int, Encoding] = {}
            for rows, batch in zip(batches, results, strict=True):
                encodings.update(zip(rows, batch, strict=True))
            yield from (encodings.pop(i) for i in range(len(chunk)))

    def _encode_batch(
        self, chunk: Sequence[str], all_cut: Sequence[Pieces], kind: Kind, rows_of_batch: Sequence[int]
    ) -> list[Encoding]:
        texts, cut = [chunk[i] for i in rows_of_batch], [all_cut[i] for i in rows_of_batch]
        settings, prompt = self._settings, self._prompt(kind).ids
        before = 1 + len(prompt)
        longest = before + max(len(pieces.ids) for pieces in cut) + 1
        ids = np.full((len(texts), longest), settings.padding, np.int64)
        mask = np.zeros((len(texts), longest), np.int32)
        for row, pieces in enumerate(cut):
            own = np.concatenate([[settings.first], prompt, pieces.ids, [settings.last]])
            ids[row, : len(own)], mask[row, : len(own)] = own, 1
        tokens, vectors = self._session.run(["tokens", "vector"], {"ids": ids, "mask": mask})
        encodings = []
        for row, (text, pieces) in enumerate(zip(texts, cut, strict=True)):
            kept = np.array(
                [i for i, (start, end) in enumerate(pieces.spans) if text[start:end].strip()], int
            )
            encodings.append(
                Encoding(
                    vectors[row].copy(),
                    tokens[row, before + kept],
                    pieces.spans[kept],
                    self._surprisal[pieces.ids[kept]],
                )
            )
        return encodings

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(processors(), thread_name_prefix="encode")

    def _prompt(self, kind: Kind) -> Pieces:
        """The prompt's pieces; its trailing space belongs to the text's first word."""
        return self._prompts[kind]

    @cached_property
    def _prompts(self) -> dict[str, Pieces]:
        return {
            kind: pieces
            for kind, prompt in PROMPTS.items()
            for pieces in self._vocabulary.cut([prompt.rstrip()])
        }

    @cached_property
    def _settings(self) -> Settings:
        return self._read(Settings.load)

    @cached_property
    def _vocabulary(self) -> Unigram:
        return self._read(lambda folder: Unigram.load(folder, self._settings.unknown))

    @cached_property
    def _surprisal(self) -> NDArray[np.float32]:
        return self._vocabulary.surprisal

    @property
    def _session(self) -> InferenceSession:
        with self._opening:
            if self._opened is None:
                self._opened = self._read(lambda folder: open_session(folder / GRAPH))
            return self._opened

    def _read(self, open_: Callable[[Path], T]) -> T:
        try:
            return open_(self._folder)
        except (OSError, ValueError) as error:
            raise EncoderUnavailable(
                f"The unpacked model in {self._folder} can't be read ({error}). "
                "Delete this folder: it is unpacked again."
            ) from error


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Groups texts of similar length, longest first, to keep padding small."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        # The first of a batch is its longest.
        if batch and (len(batch) + 1) * (lengths[batch[0]] + 5) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def open_session(graph: Path) -> InferenceSession:
    """Opens the graph of a model unpacked by `index.encoding.e5.unpack`.

    Raises:
        ValueError: the model can't be read.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # The graph is written in its final form; optimizing it takes longer than encoding a query.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions have no other common base
        raise ValueError(str(error)) from error
