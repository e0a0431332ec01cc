"""The rows of a collection's table: one per passage, and one per document.

One table holds a collection, so that one version of it is a consistent snapshot of its documents, its
passages and the counts that its rankings need (counts.py).
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.encoding.passages import PassageInput, encode_passages
from index.retrieval.token_codec import QuantizedTokens
from index.storage.layout import content_of, read_blocks, read_head, read_place, write_blocks, write_place
from index.text.context import context
from index.text.split import split
from index.types import Document, Passage

KEY: Final = "row"
PASSAGE, DOCUMENT, COUNT = "passage", "document", "count"

# The fields of a passage that don't depend on its position and may be copied from an older row.
REUSED: Final = ("encoded", "terms", "names", "arabic_share", "vector", "tokens", "checksum")
_BATCH_CHARACTERS = 250_000


def schema(dimension: int) -> pa.Schema:
    """The columns of a table with vectors of this dimension.

    Every row has `row`, a unique key, and `kind`. The other columns depend on the kind: a passage (terms and
    names from the analyzer, separated by spaces; `layout` is its layout context; `encoded` is the digest of
    the text its vectors are made from), a document (its full text, its blocks as `layout`, its other fields
    as JSON, and a digest of everything), or a count.
    """
    # By this key Lance detects that two writers add the same row concurrently.
    unique = {b"lance-schema:unenforced-primary-key": b"true"}
    return pa.schema(
        [
            pa.field(KEY, pa.string(), nullable=False, metadata=unique),
            pa.field("kind", pa.string(), nullable=False),
            pa.field("document_id", pa.string()),
            pa.field("number", pa.int32()),
            pa.field("start", pa.int64()),
            pa.field("end", pa.int64()),
            pa.field("text", pa.large_string()),
            pa.field("layout", pa.large_string()),
            pa.field("written", pa.large_string()),
            pa.field("encoded", pa.binary(16)),
            pa.field("arabic_share", pa.float32()),
            pa.field("terms", pa.string()),
            pa.field("names", pa.string()),
            pa.field("vector", pa.list_(pa.float16(), dimension)),
            pa.field("tokens", pa.large_binary()),
            pa.field("checksum", pa.uint32()),
            pa.field("head", pa.string()),
            pa.field("digest", pa.binary(16)),
            pa.field("key", pa.string()),
            pa.field("form", pa.string()),
            pa.field("count", pa.int64()),
            pa.field("article", pa.int64()),
        ]
    )


@dataclass(frozen=True, eq=False)
class Maker:
    """Builds a collection's rows.

    Attributes:
        encoder: makes the vectors.
        language_means: its language means.
    """

    encoder: Encoder
    language_means: LanguageMeans

    def rows(self, documents: Sequence[Document], known: Mapping[bytes, Mapping[str, Any]]) -> pa.Table:
        """The rows of some documents: each document's row, then those of its passages, in order.

        Args:
            documents: a few; all of their rows are in memory.
            known: `PassageInput.digest` -> the fields `REUSED` of older rows, which aren't recomputed.
        """
        made: list[dict[str, Any]] = []
        inputs: dict[bytes, PassageInput] = {}
        for document in documents:
            made.append(_document_row(document))
            passages = split(document, self.encoder.window, self.encoder.count_tokens)
            for passage in passages:
                item = PassageInput(passage, context(document, passage))
                digest = item.digest
                inputs.setdefault(digest, item)
                made.append(_passage_row(passage) | {"encoded": digest})
        new: dict[bytes, dict[str, Any]] = {}
        missing = [digest for digest in inputs if digest not in known]
        items = [inputs[digest] for digest in missing]
        encodings = encode_passages(items, self.encoder, self.language_means)
        for digest, item, (vector, tokens) in zip(missing, items, encodings, strict=True):
            record = QuantizedTokens.of(tokens).record()
            new[digest] = {
                "encoded": digest,
                "terms": " ".join(item.terms),
                "names": " ".join(item.names),
                "arabic_share": item.arabic_share,
                "vector": vector.astype(np.float16),
                "tokens": record,
                "checksum": zlib.crc32(record),
            }
        for row in made:
            if row["kind"] == PASSAGE:
                row.update(known.get(row["encoded"]) or new[row["encoded"]])
        return table(made, self.encoder.dimension)


def table(rows: Sequence[Mapping[str, Any]], dimension: int) -> pa.Table:
    """Rows as a table; fields missing from a row are null."""
    wanted = schema(dimension)
    columns = []
    for field in wanted:
        values = [row.get(field.name) for row in rows]
        columns.append(
            _vectors(values, field.type) if field.name == "vector" else pa.array(values, field.type)
        )
    return pa.Table.from_arrays(columns, schema=wanted)


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Yields documents in batches of similar total length, so that their rows have similar sizes."""
    waiting: list[Document] = []
    size = 0
    for document in documents:
        waiting.append(document)
        size += len(document.text)
        if size >= _BATCH_CHARACTERS:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def document_key(document_id: str) -> str:
    """The value of `row` for a document."""
    return f"d:{document_id}"


def passage_key(passage: Passage) -> str:
    """The value of `row` for a passage."""
    return f"p:{passage.id}"


def digest(document: Document) -> bytes:
    """The 16-byte digest of all fields of a document, to detect changes under the same id."""
    content = json.dumps([content_of(document), _head(document)], ensure_ascii=False)
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def read_document(row: Mapping[str, Any]) -> Document:
    """Parses a document from a row with `document_id`, `text`, `layout` and `head`."""
    blocks = read_blocks(row["layout"])
    return Document(text=row["text"], id=row["document_id"], blocks=blocks, **read_head(row["head"]))


def read_passage(row: Mapping[str, Any]) -> Passage:
    """Parses a passage from a row with `document_id`, `number`, `start`, `end`, `text` and `layout`."""
    id_ = f"{row['document_id']}:{row['start']}-{row['end']}"
    place = read_place(row["layout"])
    return Passage(
        id_, row["document_id"], row["number"], start=row["start"], end=row["end"], text=row["text"], **place
    )


def _head(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "source": document.source,
        "author": document.author,
        "date": document.date,
        # Left out where there are none, as versions without them did: the document hasn't changed.
        **({"tags": document.tags} if document.tags else {}),
        **({"fetched": document.fetched} if document.fetched else {}),
    }


def _document_row(document: Document) -> dict[str, Any]:
    return {
        KEY: document_key(document.id),
        "kind": DOCUMENT,
        "document_id": document.id,
        "text": document.text,
        "layout": write_blocks(document.blocks),
        "head": json.dumps(_head(document), ensure_ascii=False),
        "digest": digest(document),
    }


def _passage_row(passage: Passage) -> dict[str, Any]:
    return {
        KEY: passage_key(passage),
        "kind": PASSAGE,
        "document_id": passage.document_id,
        "number": passage.number,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "layout": write_place(passage),
        "written": passage.written if passage.headings else None,
    }


def _vectors(values: Sequence[NDArray[np.float16] | None], kind: Any) -> pa.Array:
    """A column of vectors; null where a row has none."""
    present = np.array([value is not None for value in values], np.bool_)
    numbers = np.zeros((len(values), kind.list_size), np.float16)
    if present.any():
        numbers[present] = np.stack([value for value in values if value is not None])
    return pa.FixedSizeListArray.from_arrays(pa.array(numbers.ravel()), type=kind, mask=pa.array(~present))
