"""Types of numpy arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Rows = NDArray[np.int64]
"""Row numbers: of passages in an index or a segment, or of vectors in a matrix."""
