"""The trained reader's file: differences of its layers from the bundled encoder's, quantised to a few bits.

The reader is the encoder with its upper layers trained on, and three small matrices on top. Nothing but
what training changed is stored, as an .npz that numpy alone reads:

- a matrix of the encoder: a code of `bits` bits per value, packed in planes of one bit, and a float16
  scale per row; a value is the base's plus levels[code] times the row's scale,
- a bias or layer norm of the encoder: the difference in float16,
- the heads: float16.

benchmarks/train_reader.py trains it, and benchmarks/reader_file.py writes it.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.encoding.e5.weights import Weights

# The shapes are (2, hidden), (2), (hidden, hidden), (hidden), (1, hidden) and (1).
HEADS = (
    "span.weight",  # logits of an answer's first and last token, from each token's state
    "span.bias",
    "hidden.weight",  # "answerable": answerable(tanh(hidden(state of <s>)))
    "hidden.bias",
    "answerable.weight",
    "answerable.bias",
)
CODES, SCALES, DIFFERENCE, LEVELS = ":codes", ":scales", ":difference", "levels"
"""Endings of the names in the file of a tensor that was trained, and the name of the codes' levels."""


def load_reader(path: Path, base: Weights) -> dict[str, FloatArray]:
    """The reader's tensors, float32: those of `base` by the same names, trained on, and the `HEADS`.

    Tensors that weren't trained are those of `base` themselves.

    Raises:
        OSError: the file can't be read.
        ValueError: it isn't a reader's, or belongs to another encoder.
    """
    tensors = dict(base.tensors)
    try:
        # Opened here, as numpy leaves a damaged file open.
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
        tensors |= {name: stored[name].astype(np.float32) for name in HEADS}
        levels = stored[LEVELS].astype(np.float32)
        for key, values in stored.items():
            name, _, part = key.rpartition(":")
            if f":{part}" == DIFFERENCE:
                tensors[name] = tensors[name] + values.astype(np.float32)
            elif f":{part}" == CODES:
                scales = stored[name + SCALES].astype(np.float32)[:, None]
                tensors[name] = tensors[name] + levels[_unpack(values, tensors[name].shape)] * scales
    except (KeyError, IndexError, EOFError, ValueError, BadZipFile) as error:
        raise ValueError(f"{path} isn't a reader for this encoder: {error}") from error
    return tensors


def _unpack(planes: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    count = int(np.prod(shape))
    codes = np.zeros(count, np.uint8)
    for plane, packed in enumerate(planes):
        codes |= np.unpackbits(packed, count=count) << plane
    return codes.reshape(shape)
