"""Writes a trained reader's file, which `index.encoding.e5.reader_weights.load_reader` reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.encoding.e5.reader_weights import CODES, DIFFERENCE, HEADS, LEVELS, SCALES
from index.encoding.e5.weights import Weights

_FITTED_ON = 200_000


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
    stored[LEVELS] = levels
    for name, values in differences.items():
        if name in matrices:
            codes = np.searchsorted((levels[1:] + levels[:-1]) / 2, relative[name]).astype(np.uint8)
            stored[name + CODES] = _pack(codes, bits)
            stored[name + SCALES] = scales[name]
        else:
            stored[name + DIFFERENCE] = values.astype(np.float16)
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
