"""A LlamaIndex retriever: `pip install -e ".[llama-index]"`."""

from __future__ import annotations

from qa.api.integrations import AnyIndex, find, metadata_of, name_of
from qa.extras import require

require("The LlamaIndex retriever", "llama-index", "llama_index")

from llama_index.core.base.base_retriever import BaseRetriever  # noqa: E402
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode  # noqa: E402


class DalilRetriever(BaseRetriever):  # type: ignore[misc]  # of a class that isn't always installed
    """Dalil's passages as LlamaIndex's nodes, best first.

    Args:
        index: an index or the path of one; the built-in article's if not given.
        k: how many passages to find.
        within: restricts the search to this scope, such as "folder:contracts type:pdf" (`index.Scope`).
    """

    def __init__(self, index: AnyIndex = None, k: int = 5, within: str = "") -> None:
        super().__init__()
        self._index = index
        self._k = k
        self._within = within

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(id_=name_of(hit), text=hit["text"], metadata=metadata_of(hit)),
                score=hit["score"],
            )
            for hit in find(query_bundle.query_str, self._k, self._index, self._within)
        ]
