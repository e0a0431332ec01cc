"""The bundled model through onnxruntime, held to the same model through sentence-transformers."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY
from export_reference import model_folder
from fake_encoder import TINY_HIDDEN, TINY_POSITIONS, tiny_weights
from numpy.typing import NDArray

from index import EncoderUnavailable
from index.encoding import load as encoders
from index.encoding import onnx_runtime
from index.encoding.base import Encoder, Encoding, Kind
from index.encoding.e5 import onnx_graph, unpack
from index.encoding.e5 import weights as weights_file
from index.encoding.onnx_runtime import OnnxEncoder, _batches
from index.encoding.sentence_transformer import SentenceTransformerEncoder

KINDS: tuple[Kind, ...] = ("query", "passage")
TINY_TEXTS = ["a b", "كتاب", "", " ", "b", "a b كتاب b b", "query: a", "a " * 30, "xyz b", "a\u00a0b"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What onnxruntime runs, of a model of a few kilobytes."""
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
    (tmp_path / "weights.bin").write_bytes(tiny_weights())
    return unpack.runtime_folder(tmp_path / "weights.bin")


@pytest.fixture
def tiny(folder: Path) -> OnnxEncoder:
    return OnnxEncoder("tiny", folder, "tiny:1")


@pytest.fixture
def in_torch(folder: Path, tmp_path: Path) -> SentenceTransformerEncoder:
    """The same weights in float32."""
    assert folder.is_dir()  # and with it, $DALIL_CACHE is a cache of this test's own
    model = model_folder(tmp_path / "weights.bin")
    return SentenceTransformerEncoder("tiny", str(model), "tiny:1")


def cosines(mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(mine, axis=-1) * np.linalg.norm(theirs, axis=-1)
    return np.asarray((mine * theirs).sum(axis=-1) / lengths, np.float32)


def assert_like(mine: Sequence[Encoding], theirs: Sequence[Encoding], vector: float, token: float) -> None:
    """The same tokens, and vectors whose cosines with theirs are at least so much."""
    assert len(mine) == len(theirs)
    for my, their in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(my.spans, their.spans)
        np.testing.assert_allclose(my.surprisal, their.surprisal, rtol=1e-6)
        assert cosines(my.vector, their.vector) >= vector
        assert (cosines(my.tokens, their.tokens) >= token).all()
        # Lengths too: token vectors are as the model gives them.
        if my.tokens.size:
            lengths = np.linalg.norm(my.tokens, axis=1) / np.linalg.norm(their.tokens, axis=1)
            np.testing.assert_allclose(lengths, 1, atol=0.05)


@pytest.mark.model
@pytest.mark.parametrize("kind", KINDS)
def test_a_small_model_says_what_it_says_in_torch(
    kind: Kind, tiny: OnnxEncoder, in_torch: SentenceTransformerEncoder
) -> None:
    mine, theirs = list(tiny.encode(TINY_TEXTS, kind)), list(in_torch.encode(TINY_TEXTS, kind))
    assert_like(mine, theirs, vector=0.999, token=0.998)
    assert tiny.count_tokens(TINY_TEXTS) == in_torch.count_tokens(TINY_TEXTS)
    assert tiny.dimension == in_torch.dimension == TINY_HIDDEN


def by_hand(weights: weights_file.Weights, ids: Sequence[int]) -> NDArray[np.float64]:
    """(n, hidden): BERT's forward pass in float64, straight from its definition."""
    tensors = {name: tensor.astype(np.float64) for name, tensor in weights.tensors.items()}

    def norm(state: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        state = state - state.mean(axis=-1, keepdims=True)
        state = state / np.sqrt((state**2).mean(axis=-1, keepdims=True) + weights.epsilon)
        return np.asarray(state * tensors[f"{name}.LayerNorm.weight"] + tensors[f"{name}.LayerNorm.bias"])

    def linear(state: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return np.asarray(state @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"])

    state = tensors["embeddings.word_embeddings.weight"][list(ids)]
    state = state + tensors["embeddings.position_embeddings.weight"][: len(ids)]
    state = norm(state + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings")
    for layer in range(weights.layers):
        name = f"encoder.layer.{layer}"
        heads = [
            linear(state, f"{name}.attention.self.{part}").reshape(len(ids), weights.heads, -1)
            for part in ("query", "key", "value")
        ]
        scores = np.einsum("ihd,jhd->hij", heads[0], heads[1]) / np.sqrt(heads[0].shape[-1])
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        attended = np.einsum("hij,jhd->ihd", shares, heads[2]).reshape(len(ids), -1)
        attended = linear(attended, f"{name}.attention.output.dense")
        state = norm(attended + state, f"{name}.attention.output")
        wide = linear(state, f"{name}.intermediate.dense")
        erf = np.vectorize(__import__("math").erf)
        wide = wide * (1 + erf(wide / np.sqrt(2))) / 2
        state = norm(linear(wide, f"{name}.output.dense") + state, f"{name}.output")
    return state


def test_token_vectors_are_those_of_the_definition(tiny: OnnxEncoder) -> None:
    weights = weights_file.parse(tiny_weights())
    # <s> ▁passage : ▁a b ▁كتاب </s>
    state = by_hand(weights, [0, 9, 10, 5, 6, 7, 2])
    (encoding,) = tiny.encode(["ab كتاب"], "passage")
    assert encoding.spans.tolist() == [[0, 1], [1, 2], [2, 7]]
    assert encoding.surprisal.tolist() == [5, 6, 7]
    assert (cosines(encoding.tokens, state[3:6].astype(np.float32)) > 0.998).all()
    mean = state.mean(axis=0).astype(np.float32)
    assert cosines(encoding.vector, mean) > 0.999
    assert np.linalg.norm(encoding.vector) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_has_the_same_vectors_whatever_shares_its_batch(kind: Kind, tiny: OnnxEncoder) -> None:
    """Quantisation looks at one token at a time; only a mean's last bit depends on the padding."""
    together = list(tiny.encode(TINY_TEXTS * 3, kind))
    for text, batched in zip(TINY_TEXTS * 3, together, strict=True):
        (alone,) = tiny.encode([text], kind)
        np.testing.assert_allclose(batched.vector, alone.vector, rtol=0, atol=1e-6)
        np.testing.assert_array_equal(batched.tokens, alone.tokens)
        np.testing.assert_array_equal(batched.spans, alone.spans)


def test_long_texts_are_cut_off_at_the_window(tiny: OnnxEncoder) -> None:
    # <s> ▁passage : ... </s>
    assert tiny.window == TINY_POSITIONS - 4
    for words, kept in ((tiny.window - 1, tiny.window - 1), (tiny.window, tiny.window), (60, tiny.window)):
        text = "a " * (words - 1) + "a"
        assert tiny.count_tokens([text]) == [words]
        (encoding,) = tiny.encode([text], "passage")
        assert len(encoding.tokens) == kept
        assert encoding.spans[-1].tolist() == [2 * kept - 3, 2 * kept - 1]


def test_texts_without_words_and_no_texts(tiny: OnnxEncoder) -> None:
    assert list(tiny.encode([], "query")) == []
    assert tiny.count_tokens([]) == []
    assert tiny.count_tokens(["", " ", "a "]) == [0, 1, 2]
    for encoding in tiny.encode([" ", "\n\t", "", "\u0001"], "query"):
        assert encoding.tokens.shape == (0, TINY_HIDDEN)
        assert encoding.spans.shape == (0, 2)
        assert encoding.surprisal.shape == (0,)
        assert np.isfinite(encoding.vector).all()


def test_batches_hold_texts_of_like_length_and_no_more_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_runtime, "BATCH_TOKENS", 60)
    lengths = [5, 500, 25, 10, 11, 25, 0, 5]
    batches = list(_batches(lengths))
    # Each text has five more tokens: the prompt's and the special ones.
    assert batches == [[1], [2, 5], [4, 3, 0], [7, 6]]
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert list(_batches([])) == []


class Endless(Sequence[str]):
    """A million texts, which remembers how many were looked at."""

    def __init__(self) -> None:
        self.looked_at = 0

    def __len__(self) -> int:
        return 1_000_000

    def __getitem__(self, i: int | slice) -> list[str]:  # type: ignore[override]
        assert isinstance(i, slice)
        self.looked_at = max(self.looked_at, i.stop)
        return ["a b"] * (i.stop - i.start)


def test_texts_are_encoded_as_they_are_asked_for(tiny: OnnxEncoder) -> None:
    texts = Endless()
    encodings: Iterator[Encoding] = tiny.encode(texts, "passage")
    next(encodings)
    assert texts.looked_at == onnx_runtime.CHUNK


def test_threads_share_the_model(tiny: OnnxEncoder) -> None:
    expected = {text: next(tiny.encode([text], "query")) for text in TINY_TEXTS}
    failures: list[str] = []

    def ask(seed: int) -> None:
        for i in range(20):
            text = TINY_TEXTS[(seed + i) % len(TINY_TEXTS)]
            (encoding,) = tiny.encode([text], "query")
            if not np.array_equal(encoding.tokens, expected[text].tokens):
                failures.append(text)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_graph_by_itself_is_one_that_onnx_accepts(folder: Path) -> None:
    import onnx

    model = onnx.load(folder / onnx_graph.GRAPH)
    assert [put.name for put in model.graph.output] == ["tokens", "vector"]
    names = [output for node in model.graph.node for output in node.output]
    assert len(names) == len(set(names))
    given = {put.name for put in model.graph.input} | {number.name for number in model.graph.initializer}
    for node in model.graph.node:
        assert {name for name in node.input if name} <= given
        given.update(node.output)


def test_no_operation_depends_on_the_width_of_a_register(folder: Path) -> None:
    """Those whose kernels were read to give the same bits with AVX2 and AVX-512; softmax doesn't."""
    import onnx

    elementwise = {"Abs", "Add", "Cast", "Clip", "Div", "Exp", "Gelu", "Max", "Mul", "QuantizeLinear"}
    shapes = {"Concat", "GatherBlockQuantized", "Reshape", "Shape", "Slice", "Split", "Squeeze", "Transpose"}
    products = {"FusedMatMul", "MatMul", "MatMulIntegerToFloat"}
    reductions = {"LayerNormalization", "LpNormalization", "ReduceMax"}
    used = {node.op_type for node in onnx.load(folder / onnx_graph.GRAPH).graph.node}
    assert used <= elementwise | shapes | products | reductions | {"Unsqueeze"}


def inexact_products(folder: Path, ids: NDArray[np.int64]) -> tuple[list[str], int]:
    """The products of integers in a graph that differ from numpy's for a text, and how many were compared."""
    import onnx
    import onnxruntime
    from onnx import numpy_helper

    model = onnx.load(folder / onnx_graph.GRAPH)
    constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type == "MatMulIntegerToFloat"]
    for name, kind in {node.input[0]: onnx.TensorProto.UINT8 for node in nodes}.items():
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, None))
    for node in nodes:
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(node.output[0], onnx.TensorProto.FLOAT, None)
        )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    given = {"ids": ids, "mask": np.ones(ids.shape, np.int32)}
    values = dict(zip(names, session.run(names, given), strict=True))
    wrong = []
    for node in nodes:
        left, matrix, _, scales, zero = node.input
        # Whole numbers below 2**53: float64 holds them exactly.
        centred = values[left].astype(np.float64) - float(constants[zero])
        sums = centred @ constants[matrix].astype(np.float64)
        if not np.array_equal(values[node.output[0]], sums.astype(np.float32) * constants[scales]):
            wrong.append(node.output[0])
    return wrong, len(nodes)


def test_products_of_integers_are_exact(folder: Path) -> None:
    assert inexact_products(folder, np.array([[0, 9, 10, 5, 6, 7, 2]])) == ([], 6)


@pytest.mark.parametrize("name", ["model.onnx", "model.data", "piece_keys.npy", "settings.json"])
@pytest.mark.parametrize("content", [None, b"", b"{ garbage"])
def test_a_file_that_is_damaged_while_dalil_runs(name: str, content: bytes | None, folder: Path) -> None:
    """`runtime_folder` mends what was damaged before; this is told."""
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(EncoderUnavailable, match="can't be read"):
        next(OnnxEncoder("tiny", folder, "tiny:1").encode(["a"], "query"))


def test_loading_and_asking_imports_neither_torch_nor_transformers(folder: Path) -> None:
    """They take nine seconds; the folder is unpacked already."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from index.encoding.onnx_runtime import OnnxEncoder\n"
        "next(OnnxEncoder('tiny', Path(sys.argv[1]), 'x').encode(['a'], 'query'))\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'tokenizers', 'onnx', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert process.stdout == "[]\n", process.stderr


@pytest.mark.slow
def test_unpacking_needs_no_torch(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(tiny_weights())
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "os.environ['DALIL_CACHE'] = sys.argv[1]\n"
        "from index.encoding.e5 import unpack\n"
        "unpack.runtime_folder(Path(sys.argv[1]) / 'weights.bin')\n"
        "print(sorted({'torch', 'transformers', 'tokenizers', 'safetensors'} & set(sys.modules)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert process.stdout == "[]\n", process.stderr


# The real model.


@pytest.fixture(scope="module")
def reference() -> Encoder:
    """The bundled model in float32, through sentence-transformers."""
    source = unpack.weights_file()
    assert source is not None
    return encoders.load(str(model_folder(source)))


@pytest.mark.model
@pytest.mark.parametrize("kind", KINDS)
def test_the_bundled_model_says_what_it_says_in_torch(kind: Kind, model: Encoder, reference: Encoder) -> None:
    article = (REPOSITORY / "seeds" / "000_ab97100a69363a3a.txt").read_text("utf-8")
    texts = [
        "من أعلن انطلاق معركة تحرير عكاشات؟",
        "Who announced the battle of Akashat?",
        "كِتَابٌ مُحَمَّدٍ الـ»داعشيّة» ٢٠١٧",
        "😀 mixed نصّ text, 3.14 × 10²",
        *(line for line in article.splitlines() if len(line) > 100),
    ]
    assert isinstance(model, OnnxEncoder)
    mine, theirs = list(model.encode(texts, kind)), list(reference.encode(texts, kind))
    assert_like(mine, theirs, vector=0.997, token=0.97)
    tokens = cosines(
        np.concatenate([encoding.tokens for encoding in mine]),
        np.concatenate([encoding.tokens for encoding in theirs]),
    )
    assert float(tokens.mean()) > 0.997


@pytest.mark.model
def test_the_bundled_models_products_of_integers_are_exact(model: Encoder) -> None:
    """Without VNNI, two products are added in 16 bits: with weights of 8 bits they'd saturate."""
    assert isinstance(model, OnnxEncoder)
    text = (REPOSITORY / "seeds" / "000_ab97100a69363a3a.txt").read_text("utf-8")[:1500]
    (pieces,) = model._vocabulary.cut([text])
    wrong, compared = inexact_products(model._folder, pieces.ids[None, :400].astype(np.int64))
    assert (wrong, compared) == ([], 72)
