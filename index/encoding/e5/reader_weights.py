"""The trained reader's file: differences of its layers from the bundled encoder's, quantised to a few bits.

The reader is the encoder with its upper layers trained on, and three small matrices on top. Nothing but
what training changed is stored, as an .npz that numpy alone reads:

- a matrix of the encoder: a code of `bits` bits per value, packed in planes of one bit, and a float16
  scale per row; a value is the base's plus levels[code] times the row's scale,
- a bias or layer norm of the encoder: the difference in float16,
- the heads: float16.

benchmarks/train_reader.py writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
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
_CODES, _SCALES, _DIFFERENCE, _LEVELS = ":codes", ":scales", ":difference", "levels"
_FITTED_ON = 200_000


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
        levels = stored[_LEVELS].astype(np.float32)
        for key, values in stored.items():
            name, _, part = key.rpartition(":")
            if f":{part}" == _DIFFERENCE:
                tensors[name] = tensors[name] + values.astype(np.float32)
            elif f":{part}" == _CODES:
                scales = stored[name + _SCALES].astype(np.float32)[:, None]
                tensors[name] = tensors[name] + levels[_unpack(values, tensors[name].shape)] * scales
    except (KeyError, IndexError, EOFError, ValueError, BadZipFile) as error:
        raise ValueError(f"{path} isn't a reader for this encoder: {error}") from error
    return tensors


def save_reader(path: Path, base: Weights, tensors: Mapping[str, FloatArray], bits: int) -> None:
    """Writes a reader's file.

    Args:
        path: ends with .npz.
        base: the encoder that training began with.
        tensors: the trained ones by their names in `base`, others unchanged or left out; and the `HEADS`.
        bits: per value of a matrix.

    Raises:
        OSError: it can't be written.
    """
    differences = {name: tensors[name] - base.tensors[name] for name in base.tensors if name in tensors}
    differences = {name: values for name, values in differences.items() if values.any()}
    stored: dict[str, NDArray[np.generic]] = {name: tensors[name].astype(np.float16) for name in HEADS}
    matrices = {name: values for name, values in differences.items() if values.ndim == 2}
    scales = {name: np.sqrt((values**2).mean(1)).astype(np.float16) for name, values in matrices.items()}
    relative = {
        name: values / np.maximum(scales[name].astype(np.float32), np.finfo(np.float16).tiny)[:, None]
        for name, values in matrices.items()
    }
    levels = _fit_levels(np.concatenate([values.ravel() for values in relative.values()]), bits)
    stored[_LEVELS] = levels
    for name, values in differences.items():
        if name in matrices:
            codes = np.searchsorted((levels[1:] + levels[:-1]) / 2, relative[name]).astype(np.uint8)
            stored[name + _CODES] = _pack(codes, bits)
            stored[name + _SCALES] = scales[name]
        else:
            stored[name + _DIFFERENCE] = values.astype(np.float16)
    np.savez_compressed(path, **stored)  # type: ignore[arg-type]


def _fit_levels(values: FloatArray, bits: int) -> FloatArray:
    """The 2^bits levels with the smallest mean squared error (Lloyd 1982), increasing."""
    sample = np.sort(values[:: max(1, len(values) // _FITTED_ON)])
    levels = np.quantile(sample, (np.arange(2**bits) + 0.5) / 2**bits)
    for _ in range(200):
        borders = np.searchsorted(sample, (levels[1:] + levels[:-1]) / 2)
        parts = np.split(sample, borders)
        levels = np.array(
            [part.mean() if len(part) else level for part, level in zip(parts, levels, strict=True)]
        )
    return np.asarray(levels, np.float32)


def _pack(codes: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """(bits, bytes): plane k has bit k of every code."""
    return np.stack([np.packbits(codes.ravel() >> plane & 1) for plane in range(bits)])


def _unpack(planes: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    count = int(np.prod(shape))
    codes = np.zeros(count, np.uint8)
    for plane, packed in enumerate(planes):
        codes |= np.unpackbits(packed, count=count) << plane
    return codes.reshape(shape)
