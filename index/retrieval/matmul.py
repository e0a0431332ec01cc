"""Products of matrices on the thread that asks for them: of float32 by BLAS, of whole numbers by onnxruntime.

A question needs small ones, and on one thread: a pool of threads is hardly quicker, twenty times slower
where other work keeps the cores busy, and goes on waiting at full speed after it, so that a question took
the time of two processors. numpy has no quick product of whole numbers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FloatArray = NDArray[np.float32]

# Multiplications in a product of matrices from which on OpenBLAS takes several threads.
_THREADED = 1 << 18
# An ONNX model of one MatMulInteger, as `onnx.helper` writes it: importing that takes longer than a cold
# start's question. A test takes it apart.
_GRAPH = (
    b'\x08\x08:^\n%\n\x04left\n\x05right\x12\x07product"\rMatMulInteger\x12\x07product'
    b"Z\x0c\n\x04left\x12\x04\n\x02\x08\x02Z\r\n\x05right\x12\x04\n\x02\x08\x03"
    b"b\x0f\n\x07product\x12\x04\n\x02\x08\x06B\x04\n\x00\x10\n"
)


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """The product of two matrices, in blocks that OpenBLAS doesn't start threads for."""
    rows = max(1, _THREADED // max(right.size, 1))
    blocks = [left[start : start + rows] @ right for start in range(0, len(left), rows)]
    return np.concatenate(blocks) if blocks else np.zeros((0, right.shape[1]), np.float32)


def integer_matmul(left: NDArray[np.uint8], right: NDArray[np.int8]) -> NDArray[np.int32]:
    """The products of (..., n, d) and (..., d, m) matrices, (..., n, m), where `left` has no number over 128.

    Exactly: with greater ones, processors with AVX2 alone give other sums.
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
