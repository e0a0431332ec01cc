"""The reader: whether a passage has the answer, in which sentence and in which words.

`Reader` reads a question and its passages together (`index.encoding.reader_model`) and says what it found in
characters of the passage. It doesn't depend on the encoder that made an index.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import regex
from numpy.typing import NDArray

from index.errors import EncoderUnavailable
from index.text.analyzer import readable
from index.text.sentences import Span

if TYPE_CHECKING:
    from index.encoding.reader_model import ReaderModel, Window

# Tokens of the longest span that is looked for; the training data's answers are shorter.
MAX_SPAN_TOKENS: Final = 40
# The range of logits and log probabilities: beyond it they say no more.
FURTHEST: Final = 15.0

# Pieces of a text that a span doesn't cut: words, numbers with their separators, and whatever else a reader
# sees as one character.
_PIECE: Final = regex.compile(
    r"(?:(?<=\p{Nd})[.,٫٬](?=\p{Nd})|(?=[\p{L}\p{N}\p{M}\p{Pc}\u200c\u200d])\X)+|\X"
)
_AROUND: Final = regex.compile(r"[\s.,;:!?،؛؟…·•*\p{Cf}]+")
_BRACKETS: Final = {"(": ")", "[": "]", "«": "»", "“": "”", "‘": "’", '"': '"', "'": "'"}
_CLOSING: Final = {closing: opening for opening, closing in _BRACKETS.items()}


@dataclass(frozen=True, eq=False)
class Reading:
    """The reader's output for one passage.

    Attributes:
        answerable: the logit of the passage's holding the answer.
        span: the characters of the passage that answer best, whole words; None where there are none.
        words: how many words they are.
        certainty: the logarithm of the span's probability, given that the passage holds the answer.
        windows: the passage's windows, for `evidence`.
    """

    answerable: float
    span: Span | None
    words: int
    certainty: float
    windows: tuple[Window, ...] = ()

    @property
    def likelihood(self) -> float:
        """The logarithm of the probability that the passage holds the answer, and the span is it."""
        return self.certainty - float(np.logaddexp(0, -self.answerable))

    def evidence(self, spans: Sequence[Span]) -> list[float]:
        """For each sentence the logarithm of the probability that the answer begins and ends in it.

        It is given that the passage holds the answer, and not less than -`FURTHEST`.

        Args:
            spans: start and end of each sentence in the passage's text, in characters.
        """
        most = max((window.answerable for window in self.windows), default=0.0)
        return [max((_inside(w, span, most) for w in self.windows), default=-FURTHEST) for span in spans]


class PassageReader(Protocol):
    """Reads passages for the answer to a question."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Reads each passage: what was found in it."""
        ...


class Reader:
    """The reader that comes with Dalil. Thread-safe; its model is opened on first use."""

    def __init__(self, model: ReaderModel) -> None:
        self._model = model

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See `PassageReader`.

        Raises:
            EncoderUnavailable: the model can't be read.
        """
        # Read as the encoder reads: without tashkeel, in the letters that it knows.
        readables = [readable(text) for text in passages]
        found = self._model.read(question, [one.text for one in readables])
        return [
            decode(text, [_in_original(window, one.origins) for window in windows])
            for text, one, windows in zip(passages, readables, found, strict=True)
        ]


def _in_original(window: Window, origins: Sequence[int]) -> Window:
    """A window over a readable text, with its spans in the original."""
    places = np.array(origins, np.int32)
    spans = np.stack([places[window.spans[:, 0]], places[window.spans[:, 1] - 1] + 1], axis=1)
    return replace(window, spans=spans)


@lru_cache(maxsize=1)
def bundled_reader() -> Reader | None:
    """The reader that comes with Dalil; None where it can't be had, which is logged once."""
    from index.encoding.load import load_reader

    try:
        model = load_reader()
    except EncoderUnavailable as error:
        logging.getLogger(__name__).warning("Answers are given without the reader: %s", error)
        return None
    return None if model is None else Reader(model)


def warm_up() -> None:
    """Opens the bundled reader, if there is one, so that the first answer doesn't wait for it.

    Raises:
        EncoderUnavailable: its model can't be read.
    """
    if (reader := bundled_reader()) is not None:
        reader.read("?", ["."])


def chosen_reader(reader: bool | PassageReader) -> PassageReader | None:
    """The reader that an argument names: True for the bundled one, False for none."""
    if isinstance(reader, bool):
        return bundled_reader() if reader else None
    return reader


def decode(text: str, windows: Sequence[Window]) -> Reading:
    """The best span of a passage, and whether it holds the answer.

    Args:
        text: the passage.
        windows: the model's output for it.
    """
    if not windows:
        return Reading(-FURTHEST, None, 0, -FURTHEST)
    most = max(window.answerable for window in windows)
    certainty, first, last = max(_best(window, most) for window in windows)
    span = whole_words(text, first, last)
    words = len(text[span[0] : span[1]].split()) if span else 0
    return Reading(_bounded(most), span, words, _bounded(certainty), tuple(windows))


def in_passage(reading: Reading, text: str, places: NDArray[np.int32]) -> Reading:
    """What a reading says of a passage, if it is of the passage's text with other text added.

    Args:
        reading: of the text with what was added.
        text: the passage's.
        places: (n,) for each character that was read its position in the passage's text; -1 for added ones.
    """
    if len(places) == len(text):
        return reading
    windows = []
    for window in reading.windows:
        first, last = window.spans[:, 0], window.spans[:, 1] - 1
        # A token may begin with the space before its word.
        starts = np.where(places[first] < 0, places[np.minimum(first + 1, last)], places[first])
        ends = places[last] + 1
        inside = (starts >= 0) & (ends > starts)
        if inside.any():
            spans = np.stack([starts, ends], axis=1)[inside]
            windows.append(
                replace(window, spans=spans, starts=window.starts[inside], ends=window.ends[inside])
            )
    return decode(text, windows)


def _best(window: Window, most: float) -> tuple[float, int, int]:
    """A window's best span: its log probability in the passage, its first character, one past its last."""
    size = len(window.starts)
    scores = window.starts[:, None] + window.ends[None, :]
    first, last = np.ogrid[:size, :size]
    scores = np.where((first <= last) & (last < first + MAX_SPAN_TOKENS), scores, -np.inf)
    best = int(scores.argmax())
    certainty = float(scores.flat[best]) - _total(window.starts) - _total(window.ends)
    start, end = window.spans[best // size, 0], window.spans[best % size, 1]
    return certainty + _share(window, most), int(start), int(end)


def _inside(window: Window, span: Span, most: float) -> float:
    """The log probability of an answer that begins and ends in a span of a window's passage."""
    middle = window.spans.mean(axis=1)
    inside = (middle > span[0]) & (middle < span[1])
    if not inside.any():
        return -FURTHEST
    starts, ends = (_total(logits[inside]) - _total(logits) for logits in (window.starts, window.ends))
    return _bounded(starts + ends + _share(window, most))


def _share(window: Window, most: float) -> float:
    """The logarithm of how likely a window holds the answer, compared to the passage's likeliest."""
    return float(np.logaddexp(0, -most) - np.logaddexp(0, -window.answerable))


def _total(logits: NDArray[np.float32]) -> float:
    """The logarithm of the sum of exponentials."""
    most = float(logits.max())
    return most + float(np.log(np.exp(logits - most).sum()))


def _bounded(logit: float) -> float:
    return float(np.clip(logit, -FURTHEST, FURTHEST))


def whole_words(text: str, start: int, end: int) -> Span | None:
    """Widens a span to whole words, and takes white space, punctuation and lone brackets off its ends.

    Args:
        text: the text.
        start: the span's first character.
        end: one past its last.

    Returns:
        None if nothing is left.
    """
    pieces = [match.span() for match in _PIECE.finditer(text)]
    firsts = [first for first, _ in pieces]
    if not 0 <= start < end <= len(text):
        return None
    low, high = bisect_right(firsts, start) - 1, bisect_right(firsts, end - 1) - 1
    written = [text[first:last] for first, last in pieces[low : high + 1]]
    while written and (stripped := _stripped(written)):
        front, back = stripped
        low, high = low + front, high - back
        written = written[front : len(written) - back]
    return (pieces[low][0], pieces[high][1]) if written else None


def _stripped(written: Sequence[str]) -> tuple[int, int] | None:
    """The number of pieces to cut off the front and the back, at most one each; None if none."""
    first, last = written[0], written[-1]
    if _AROUND.fullmatch(first):
        return 1, 0
    if _AROUND.fullmatch(last):
        return 0, 1
    inner = "".join(written[1:-1])
    if len(written) > 1 and _BRACKETS.get(first) == last and last not in inner:
        return 1, 1
    if first in _CLOSING and first not in _BRACKETS:
        return 1, 0
    if first in _BRACKETS and _BRACKETS[first] not in written[1:]:
        return 1, 0
    if last in _BRACKETS and last not in _CLOSING:
        return 0, 1
    if last in _CLOSING and _CLOSING[last] not in written[:-1]:
        return 0, 1
    return None
