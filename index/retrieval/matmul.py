"""Single-threaded matrix products: float32 by BLAS, integers by onnxruntime.

A question needs small products, on one thread: a thread pool is hardly faster, is twenty times slower
while other work keeps the cores busy, and busy-waits afterwards, so that a question took the time of two
processors. numpy has no fast integer product.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# From this many multiplications per product on, OpenBLAS uses several threads.
_THREADED = 1 << 18
# An ONNX model of one MatMulInteger, as written by `onnx.helper`, whose import takes longer than the first
# question of a cold start. A test parses it.
_GRAPH = (
    b'\x08\x08:^\n%\n\x04left\n\x05right\x12\x07product"\rMatMulInteger\x12\x07product'
    b"Z\x0c\n\x04left\x12\x04\n\x02\x08\x02Z\r\n\x05right\x12\x04\n\x02\x08\x03"
    b"b\x0f\n\x07product\x12\x04\n\x02\x08\x06B\x04\n\x00\x10\n"
)


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """The product of two matrices, in blocks too small for OpenBLAS to start threads."""
    rows = max(1, _THREADED // max(right.size, 1))
    blocks = [left[start : start + rows] @ right for start in range(0, len(left), rows)]
    return np.concatenate(blocks) if blocks else np.zeros((0, right.shape[1]), np.float32)


def integer_matmul(left: NDArray[np.uint8], right: NDArray[np.int8]) -> NDArray[np.int32]:
    """The products (..., n, m) of (..., n, d) and (..., d, m) matrices; no value of `left` may exceed 128.

    Exact: with greater values, processors with AVX2 alone give other sums.
    """
    (found,) = _session().run(None, {"left": left, "right": right})
    return np.asarray(found, np.int32)


@lru_cache(maxsize=1)
def _session() -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(_GRAPH, options, providers=["CPUExecutionProvider"])
