"""Retrievers for other frameworks: each returns Dalil's passages as that framework's documents.

Their packages are extras: `dalil[langchain]`, `dalil[haystack]`, `dalil[llama-index]`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from index.interface import Index
from qa.api.records import HitRecord, search_record
from qa.retrieve import open_index, retrieve

AnyIndex = Index | str | Path | None
"""An index, the path of one, or None for the built-in article's."""


def find(question: str, k: int, index: AnyIndex, within: str = "") -> list[HitRecord]:
    """The `k` best passages for a question, best first, of what is within a scope (`index.Scope`).

    Raises:
        InvalidQuestion, InvalidScope, IndexNotFound, IndexDamaged, ValueError: as `qa.retrieve` does.
    """
    source = open_index(index)
    source = source.within(within) if within else source.snapshot()
    return search_record(question, retrieve(question, k, source), source.document)["hits"]


def name_of(hit: HitRecord) -> str:
    """The passage's id, unique in an index."""
    return f"{hit['document_id']}:{hit['start']}-{hit['end']}"


def metadata_of(hit: HitRecord) -> dict[str, Any]:
    """A hit's metadata: position, document and scores."""
    return {key: value for key, value in hit.items() if key != "text"}
