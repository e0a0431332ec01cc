"""Builds the reader's ONNX graph: the encoder's, quantised alike, with two heads of its own.

The reader is the bundled encoder with its upper layers trained further, so that word embeddings, positions
and lower layers are the same numbers. They are taken from the encoder's own file, beside which the reader's
are written: a reader costs 15 MB on disk instead of 83 MB, and both models share the memory that the file
is mapped into.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.encoding.e5.onnx_graph import Builder, add_encoder, stored_numbers
from index.encoding.e5.weights import Weights


def write_reader_graph(weights: Weights, encoder: Path, folder: Path, name: str) -> None:
    """Writes the reader's graph, and a file with those of its tensors that aren't the encoder's.

    They can be used once they are in the encoder's folder.

    The graph takes `ids` and `mask` like the encoder's, and returns `span` (texts, longest, 2), the logits
    of each token as the first and as the last of the answer, and `answerable` (texts,), the logit of the
    answer being there at all, float32.

    Args:
        weights: the reader's: an encoder's tensors, and those of the heads.
        encoder: the encoder's folder.
        folder: where to write.
        name: of the two files: NAME.onnx and NAME.data.

    Raises:
        OSError: not all of it could be written, or the encoder can't be read.
    """
    graph = Builder()
    state = add_encoder(graph, weights, "tokens")
    _dense(graph, weights, "span", state, "span")
    first = graph.node("Gather", [state, graph.number("first", np.array(0, np.int64))], "<s>", axis=1)
    hidden = graph.node("Tanh", [_dense(graph, weights, "hidden", first, "hidden")], "squashed")
    logit = _dense(graph, weights, "answerable", hidden, "logit")
    graph.node("Squeeze", [logit, graph.axis(1)], "answerable")
    outputs: dict[str, list[str | int]] = {"span": ["texts", "longest", 2], "answerable": ["texts"]}
    graph.save(
        folder, name, outputs, file=f"{name}.onnx", numbers=f"{name}.data", stored=stored_numbers(encoder)
    )


def _dense(graph: Builder, weights: Weights, name: str, state: str, output: str) -> str:
    """A linear layer in float32: the heads are small, and their results are compared."""
    matrix = graph.number(f"{name}.weight", weights.tensors[f"{name}.weight"].T)
    bias = graph.number(f"{name}.bias", weights.tensors[f"{name}.bias"])
    return graph.node("Add", [graph.node("MatMul", [state, matrix], f"{output}.product"), bias], output)
