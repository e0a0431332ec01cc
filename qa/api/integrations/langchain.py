"""A LangChain retriever: `pip install -e ".[langchain]"`."""

from __future__ import annotations

from typing import Any

from qa.api.integrations import AnyIndex, find, metadata_of, name_of
from qa.extras import require

require("The LangChain retriever", "langchain", "langchain_core")

from langchain_core.documents import Document  # noqa: E402
from langchain_core.retrievers import BaseRetriever  # noqa: E402


class DalilRetriever(BaseRetriever):  # type: ignore[misc]  # of a class that isn't always installed
    """Dalil's passages as LangChain's documents, best first.

    Attributes:
        index: an index or the path of one; the built-in article's if not given.
        k: how many passages to find.
        within: restricts the search to this scope, such as "folder:contracts type:pdf" (`index.Scope`).
    """

    index: AnyIndex = None
    k: int = 5
    within: str = ""

    def _get_relevant_documents(self, query: str, **_: Any) -> list[Document]:
        return [
            Document(hit["text"], id=name_of(hit), metadata=metadata_of(hit))
            for hit in find(query, self.k, self.index, self.within)
        ]
