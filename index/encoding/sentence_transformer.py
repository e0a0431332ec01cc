"""Any sentence-transformers model as an encoder."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.encoding import hub
from index.encoding.base import Encoding, Kind
from index.errors import EncoderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Passages in one forward pass; chosen, not measured.
BATCH = 16
# Texts sorted by length at a time; bounds the memory of pending encodings.
CHUNK = 256


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with its own prompts for questions and passages.

    The model is loaded on first use: constructing an encoder costs nothing.
    """

    def __init__(
        self, name: str, folder: str, fingerprint: str, prompts: Mapping[str, str] | None = None
    ) -> None:
        """Refers to a model without loading it.

        Args:
            name: the name that `load` resolves to it.
            folder: its folder, or its name on the model hub.
            fingerprint: changes whenever its vectors would.
            prompts: "query" and "passage", if the model's own configuration lacks them.
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
            # Texts of similar length share a batch, to keep padding small.
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
        # The tokenizer's padding is state shared between calls: one thread at a time.
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
                states=output["token_embeddings"][i][inside[i]].float().numpy(),
                offsets=np.array(rows["offset_mapping"][i], np.int32),
                surprisal=surprisal[rows["input_ids"][i]],
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
        """Keeps the tokens that represent characters of the text itself, other than white space."""
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
