"""Products of matrices, held to numpy's."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from index.retrieval import matmul
from index.retrieval.matmul import integer_matmul, product


@pytest.mark.parametrize(("rows", "inner", "columns"), [(0, 4, 3), (1, 384, 16), (500, 384, 16), (7, 3, 0)])
def test_products_are_those_of_numpy(rows: int, inner: int, columns: int) -> None:
    """In blocks: 384 times 16 leave room for 42 rows in one."""
    generator = np.random.default_rng(rows)
    left = generator.standard_normal((rows, inner)).astype(np.float32)
    right = generator.standard_normal((inner, columns)).astype(np.float32)
    found = product(left, right)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, left @ right, atol=1e-4)


@given(st.integers(0, 40), st.integers(1, 100), st.integers(1, 40), st.sampled_from([3, 128]))
def test_products_of_integers_are_exact(rows: int, inner: int, columns: int, most: int) -> None:
    generator = np.random.default_rng(rows)
    left = generator.integers(0, most, (4, rows, inner), dtype=np.uint8, endpoint=True)
    right = generator.integers(-127, 127, (4, inner, columns), dtype=np.int8, endpoint=True)
    found = integer_matmul(left, right)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, left.astype(np.int32) @ right.astype(np.int32))


def test_the_graph_is_one_product_of_integers() -> None:
    values = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["product"])],
        "product",
        [values("left", TensorProto.UINT8, None), values("right", TensorProto.INT8, None)],
        [values("product", TensorProto.INT32, None)],
    )
    expected = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 10)], ir_version=8)
    assert onnx.load_from_string(matmul._GRAPH) == expected
