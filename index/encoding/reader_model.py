"""Runs the reader: a model that reads a question and a passage together.

The encoder compares vectors of texts that it has seen apart; it can't tell an answer from a sentence that
only looks like one. The reader sees both, and says of each token of the passage how likely the answer begins
and ends there, and whether there is an answer at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.concurrency import processors
from index.encoding.e5.tokenizer import Pieces, Unigram
from index.encoding.e5.unpack import PROMPTS, Settings
from index.encoding.onnx_runtime import open_session
from index.errors import EncoderUnavailable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

T = TypeVar("T")

# Tokens of question and passage together, special ones included, and those of the question with its prompt:
# as in training. A longer passage is read in windows that overlap, so that an answer that one window cuts
# is whole in the next.
MAX_TOKENS: Final = 192
MAX_QUESTION_TOKENS: Final = 48
OVERLAP: Final = 32


@dataclass(frozen=True, eq=False)
class Window:
    """The reader's output for one window of a passage.

    Attributes:
        spans: (n, 2) int32, the characters of the passage that each token represents, as in `Pieces`.
        starts, ends: (n,) the logits of each token as the first and as the last of the answer.
        answerable: the logit of the window's holding an answer.
    """

    spans: NDArray[np.int32]
    starts: FloatArray
    ends: FloatArray
    answerable: float


class ReaderModel:
    """A reader unpacked by `unpack.reader_graph`. Thread-safe; opened on first use."""

    def __init__(self, graph: Path) -> None:
        """Refers to a model without opening it.

        Args:
            graph: its file, in the encoder's folder.
        """
        self._graph = graph
        self._opening = threading.Lock()
        self._opened: InferenceSession | None = None

    def read(self, question: str, passages: Sequence[str]) -> list[list[Window]]:
        """Reads each passage for the answer to the question: its windows, from the first to the last.

        A passage without a token has no window.

        Raises:
            EncoderUnavailable: the files aren't what was unpacked.
        """
        settings = self._settings
        (asked,) = self._vocabulary.cut([question], follows_space=True)
        before = [settings.first, *self._prompt, *asked.ids.tolist()]
        before = [*before[: 1 + MAX_QUESTION_TOKENS], settings.last, settings.last]
        room = min(MAX_TOKENS, settings.positions) - len(before) - 1
        work = [
            (i, Pieces(cut.ids[start:end], cut.spans[start:end]))
            for i, cut in enumerate(self._vocabulary.cut(passages))
            for start, end in windows(len(cut.ids), room)
        ]
        # One window per run, so that nothing is padded, and runs on all processors: long ones first, so that
        # none is left for the end.
        order = sorted(range(len(work)), key=lambda j: -len(work[j][1].ids))
        at_once = self._pool.map if len(work) > 1 else map
        done = dict(zip(order, at_once(lambda j: self._run(before, work[j][1]), order), strict=True))
        found: list[list[Window]] = [[] for _ in passages]
        for j, (i, _) in enumerate(work):
            found[i].append(done[j])
        return found

    def _run(self, before: Sequence[int], pieces: Pieces) -> Window:
        ids = np.array([[*before, *pieces.ids.tolist(), self._settings.last]], np.int64)
        span, answerable = self._session.run(
            ["span", "answerable"], {"ids": ids, "mask": np.ones(ids.shape, np.int32)}
        )
        starts, ends = span[0, len(before) : -1].T
        return Window(pieces.spans, starts, ends, float(answerable[0]))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(processors(), thread_name_prefix="read")

    @cached_property
    def _prompt(self) -> list[int]:
        (pieces,) = self._vocabulary.cut([PROMPTS["query"].rstrip()])
        ids: list[int] = pieces.ids.tolist()
        return ids

    @cached_property
    def _settings(self) -> Settings:
        return self._read(Settings.load)

    @cached_property
    def _vocabulary(self) -> Unigram:
        return self._read(lambda folder: Unigram.load(folder, self._settings.unknown))

    @property
    def _session(self) -> InferenceSession:
        with self._opening:
            if self._opened is None:
                self._opened = self._read(lambda _: open_session(self._graph))
            return self._opened

    def _read(self, open_: Callable[[Path], T]) -> T:
        folder = self._graph.parent
        try:
            return open_(folder)
        except (OSError, ValueError) as error:
            raise EncoderUnavailable(
                f"The unpacked reader in {folder} can't be read ({error}). "
                "Delete this folder: it is unpacked again."
            ) from error


def windows(tokens: int, room: int) -> list[tuple[int, int]]:
    """The first token of each window over a passage of `tokens` tokens, and one past its last.

    They are as few as possible and about equally long, with `OVERLAP` tokens in common, or half of a window
    if there is only room for that.
    """
    if tokens <= room:
        return [(0, tokens)] if tokens else []
    overlap = min(OVERLAP, room // 2)
    count = -(-(tokens - overlap) // (room - overlap))
    size = -(-(tokens + (count - 1) * overlap) // count)
    firsts = [min(i * (size - overlap), tokens - size) for i in range(count)]
    return [(first, first + size) for first in firsts]
