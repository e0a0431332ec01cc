"""A Haystack retriever: `pip install -e ".[haystack]"`."""

# Haystack reads the annotations of `run`: they stay evaluated, without `from __future__ import annotations`.
from typing import Any

from index import telemetry
from index.interface import Index
from qa.api.integrations import AnyIndex, find, metadata_of, name_of
from qa.extras import require

require("The Haystack retriever", "haystack", "haystack")

from haystack import Document, component, default_to_dict  # noqa: E402
from haystack.telemetry import _telemetry  # noqa: E402

if telemetry.is_off("HAYSTACK_TELEMETRY_ENABLED"):
    _telemetry.telemetry = None  # if Haystack was imported before Dalil


@component
class DalilRetriever:
    """Dalil's passages as Haystack's documents, best first.

    Args:
        index: an index or the path of one; the built-in article's if not given.
        top_k: how many passages to find.
        within: restricts the search to this scope, such as "folder:contracts type:pdf" (`index.Scope`).
    """

    def __init__(self, index: AnyIndex = None, top_k: int = 5, within: str = "") -> None:
        self.index = index
        self.top_k = top_k
        self.within = within

    @component.output_types(documents=list[Document])  # type: ignore[untyped-decorator]
    def run(
        self, query: str, top_k: int | None = None, within: str | None = None
    ) -> dict[str, list[Document]]:
        """Retrieves passages.

        Args:
            query: a question in Arabic or English.
            top_k: number of passages; the component's own if not given.
            within: as the component's own, which it replaces.
        """
        hits = find(query, top_k or self.top_k, self.index, self.within if within is None else within)
        documents = [
            Document(id=name_of(hit), content=hit["text"], meta=metadata_of(hit), score=hit["score"])
            for hit in hits
        ]
        return {"documents": documents}

    def to_dict(self) -> dict[str, Any]:
        """Serialises the component for a pipeline file: the index as its path or address."""
        place = self.index.location if isinstance(self.index, Index) else self.index
        known = {"index": None if place is None else str(place), "top_k": self.top_k}
        return dict(default_to_dict(self, **known, **({"within": self.within} if self.within else {})))
