"""Documents -> a generation: split, analyse, encode; what an older generation has isn't made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index.centers import Centers
from index.dense import DenseIndex
from index.encode import encode
from index.encoder import Encoder
from index.generation import Generation
from index.late import LateIndex, TokenVectors
from index.lexical import LexicalIndex
from index.names import NameIndex, name_keys
from index.spelling import Spelling
from index.split import split
from index.text import analyze
from index.types import Document, Passage


def make(
    documents: dict[str, Document],
    encoder: Encoder,
    old: Generation | None,
    show_progress: bool | None,
) -> Generation:
    """The generation that holds these documents.

    Args:
        documents: the whole collection, by id.
        encoder: makes the vectors.
        old: what it has of the same documents and texts is taken over instead of made again.
        show_progress: as in `Index.build`.
    """
    if old is not None and not old.belongs_to(encoder):
        old = None
    passages = list(_split_all(documents, encoder, old))
    centers = old.centers if old is not None else Centers.known(encoder)
    vectors = np.zeros((len(passages), encoder.dimension), np.float32)

    def tokens() -> Iterator[TokenVectors]:
        encoded = _encode_all(passages, encoder, centers, old, show_progress)
        for row, (vector, token_vectors) in enumerate(encoded):
            vectors[row] = vector
            yield token_vectors

    late = LateIndex.build(tokens(), encoder.dimension)
    return Generation(
        documents=documents,
        passages=passages,
        lexical=LexicalIndex([[term.term for term in analyze(p.text)] for p in passages]),
        names=NameIndex([[key.term for key in name_keys(p.text)] for p in passages]),
        spelling=Spelling.of(p.text for p in passages),
        dense=DenseIndex.build(vectors),
        late=late,
        centers=centers,
        encoder_name=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
    )


def _split_all(documents: dict[str, Document], encoder: Encoder, old: Generation | None) -> Iterator[Passage]:
    known: dict[str, list[Passage]] = {}
    for passage in old.passages if old is not None else ():
        known.setdefault(passage.document_id, []).append(passage)
    for id_, document in documents.items():
        if old is not None and id_ in known and old.documents[id_].text == document.text:
            yield from known[id_]
        else:
            yield from split(document, encoder.window, encoder.count_tokens)


def _encode_all(
    passages: Sequence[Passage],
    encoder: Encoder,
    centers: Centers,
    old: Generation | None,
    show_progress: bool | None,
) -> Iterator[tuple[NDArray[np.float32], TokenVectors]]:
    """The vector and the token vectors of each passage; those of a text seen before are reused."""
    known = {passage.text: row for row, passage in enumerate(old.passages)} if old else {}
    vectors = old.dense.vectors() if old else np.zeros((0, encoder.dimension), np.float32)
    new = [passage.text for passage in passages if passage.text not in known]
    encodings = encode(new, "passage", encoder, centers)
    hidden = not new or (None if show_progress is None else not show_progress)
    bar = tqdm(desc="encoding", unit=" passages", total=len(new), disable=hidden)
    for passage in passages:
        row = known.get(passage.text)
        if old is not None and row is not None:
            yield vectors[row], old.late[row]
        else:
            encoding = next(encodings)
            bar.update()
            yield encoding
    bar.close()
