"""Named arrays in one file, memory-mapped, in the safetensors format."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.storage.files import write

_NAMES: Final = {
    "<f2": "F16", "<f4": "F32", "<i4": "I32", "<i8": "I64", "<u2": "U16", "<u4": "U32", "<u8": "U64",
}  # fmt: skip
_TYPES: Final = {name: np.dtype(kind) for kind, name in _NAMES.items()}
# The header's size, and what its end is a multiple of.
_SIZE = 8


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes arrays and flushes them to disk.

    Raises:
        OSError: not all of it could be written.
    """
    # The widest first, so that each begins at a multiple of its width.
    names = sorted(arrays, key=lambda name: -arrays[name].itemsize)
    header, parts, end = {}, [], 0
    for name in names:
        array = np.ascontiguousarray(arrays[name])
        start, end = end, end + array.nbytes
        kind = _NAMES[array.dtype.newbyteorder("<").str]
        header[name] = {"dtype": kind, "shape": arrays[name].shape, "data_offsets": (start, end)}
        parts.append(array.astype(_TYPES[kind], copy=False).reshape(-1).view(np.uint8).data)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % _SIZE)
    write(path, (len(head).to_bytes(_SIZE, "little"), head, *parts))


def map_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Memory-maps what `write_arrays` wrote.

    Raises:
        OSError: the file can't be read.
        ValueError: it isn't in the format.
    """
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    start = _SIZE + int.from_bytes(content[:_SIZE], "little")
    arrays = {}
    for name, entry in json.loads(content[_SIZE:start]).items():
        kind, shape = _TYPES[entry["dtype"]], entry["shape"]
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(content, kind, count, start + entry["data_offsets"][0]).reshape(shape)
    return arrays
