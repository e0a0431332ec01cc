"""The same search through what people use today: LangChain, Haystack, LlamaIndex and txtai.

Each is set up for hybrid search as its own documentation shows, with the defaults that it comes with
(its BM25, its tokenizer, its fusion) and with Dalil's encoder, which reads the text as it stands. So
what differs is the search, not the model. Where the documentation asks how many a retriever returns,
it is as many as are asked for.
Needs the extra `dalil[peers]`, which `make bench` installs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import metadata

import numpy as np
from tqdm import tqdm

from index.array_types import FloatArray
from index.encoding import load as encoders
from index.encoding.base import Encoder, Kind
from index.errors import install_extra
from index.types import Document
from qa.evaluation.measures import Estimate, estimate, ranking_scores
from qa.extras import ExtraMissing
from qa.gold import GoldSet

# How many are asked for. With a hundred, nDCG@10 on XQuAD was lower for all of them.
DEPTH = 10
MEASURES = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10")

# Haystack sends statistics of use unless told not to, LangChain traces where a user has set it up,
# and the hub's client, which txtai imports, names the packages it is used with.
SILENCED = {
    "HAYSTACK_TELEMETRY_ENABLED": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}

Search = Callable[[str], Sequence[str]]


class Vectors:
    """The encoder's vectors, each text encoded once however many peers ask for it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[Kind, str], FloatArray] = {}

    def of(self, texts: Sequence[str], kind: Kind) -> FloatArray:
        """(texts, dimension) float32, each row of unit length; the caller's own to change."""
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self._known]
        encodings = tqdm(self._encoder.encode(new, kind), total=len(new), unit=" texts", disable=None)
        for text, encoding in zip(new, encodings, strict=True):
            self._known[kind, text] = encoding.vector.copy()  # without the batch that it is a row of
        return np.stack([self._known[kind, text] for text in texts])

    def question(self, text: str) -> list[float]:
        """One question's vector, as the peers want it."""
        return self._one(text, "query")

    def passage(self, text: str) -> list[float]:
        """One passage's vector."""
        return self._one(text, "passage")

    def _one(self, text: str, kind: Kind) -> list[float]:
        numbers: list[float] = self.of([text], kind)[0].tolist()
        return numbers


@dataclass(frozen=True)
class Peer:
    """A package that can search, set up as its documentation shows.

    Attributes:
        name: what people call it.
        packages: those that it consists of, by their names on PyPI.
    """

    name: str
    packages: tuple[str, ...]
    _build: Callable[[Sequence[Document], Vectors], Search] = field(repr=False)
    _vectors: Vectors = field(repr=False)

    @property
    def version(self) -> str:
        """Each package with its version, as in "txtai 9.14.0"."""
        return ", ".join(f"{package} {metadata.version(package)}" for package in self.packages)

    def rankings(self, gold: GoldSet) -> list[tuple[str, ...]]:
        """For each question the ids of the documents found: ten, or fewer if it finds fewer, best first.

        Args:
            gold: each of its documents is one passage, so no answer may ask for a paragraph of one.
        """
        self._vectors.of([question.text for question in gold.questions], "query")
        search = self.searcher(gold)
        shown = tqdm(gold.questions, desc=self.name, unit=" questions", disable=None)
        return [tuple(search(question.text)[:DEPTH]) for question in shown]

    def searcher(self, gold: GoldSet) -> Search:
        """Indexes the documents, each of which is one passage; the function that finds the ids of some."""
        if any(answer.paragraph is not None for question in gold.questions for answer in question.answers):
            raise ValueError(f"{gold.name} asks for paragraphs; the peers find whole documents.")
        # All at once: the encoder is quicker with many than with one.
        self._vectors.of([document.text for document in gold.documents], "passage")
        return self._build(gold.documents, self._vectors)


def peers(encoder: Encoder | None = None) -> list[Peer]:
    """All peers; they share what is encoded.

    Sets environment variables that switch telemetry off, for this process.

    Args:
        encoder: the bundled one if not given.

    Raises:
        ExtraMissing: one of the packages isn't installed.
    """
    os.environ.update(SILENCED)  # before the first import: Haystack looks when it is imported
    vectors = Vectors(encoder or encoders.load())
    found = [
        Peer("LangChain", ("langchain-classic", "langchain-community"), _langchain, vectors),
        Peer("Haystack", ("haystack-ai",), _haystack, vectors),
        Peer("LlamaIndex", ("llama-index-core", "llama-index-retrievers-bm25"), _llama_index, vectors),
        Peer("txtai", ("txtai",), _txtai, vectors),
    ]
    if missing := [package for peer in found for package in peer.packages if not _is_installed(package)]:
        raise ExtraMissing(
            f"The comparison with other packages needs {', '.join(missing)}: "
            f"{install_extra('peers')} in a virtual environment of its own, or run make bench"
        )
    return found


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def score(gold: GoldSet, rankings: Sequence[Sequence[str]]) -> dict[str, Estimate]:
    """Measure ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10") -> its mean over the answerable questions.

    Args:
        gold: the questions, at least one of them answerable.
        rankings: for each of them, in their order, the ids of what was found, best first.
    """
    pairs = [
        ({answer.unit for answer in question.answers}, ranking)
        for question, ranking in zip(gold.questions, rankings, strict=True)
        if question.answers
    ]
    scores = ranking_scores(MEASURES, [right for right, _ in pairs], [ranking for _, ranking in pairs])
    return {measure: estimate(values) for measure, values in scores.items()}


def _langchain(documents: Sequence[Document], vectors: Vectors) -> Search:
    """BM25Retriever and FAISS in an EnsembleRetriever, in this order and with equal weights.

    https://reference.langchain.com/python/langchain-classic/retrievers/ensemble/EnsembleRetriever
    """
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings

    class Shared(Embeddings):  # type: ignore[misc]  # its base is unknown where it isn't installed
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vectors.passage(text) for text in texts]

        def embed_query(self, text: str) -> list[float]:
            return vectors.question(text)

    texts = [document.text for document in documents]
    ids = [{"id": document.id} for document in documents]
    lexical = BM25Retriever.from_texts(texts, metadatas=ids, k=DEPTH)
    store = FAISS.from_texts(texts, Shared(), metadatas=ids)
    dense = store.as_retriever(search_kwargs={"k": DEPTH})
    ensemble = EnsembleRetriever(retrievers=[lexical, dense], weights=[0.5, 0.5])
    return lambda question: [str(found.metadata["id"]) for found in ensemble.invoke(question)]


def _haystack(documents: Sequence[Document], vectors: Vectors) -> Search:
    """Both retrievers of the InMemoryDocumentStore, then a DocumentJoiner.

    https://docs.haystack.deepset.ai/docs/documentjoiner
    """
    from haystack import Document as HaystackDocument
    from haystack import Pipeline, component
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    @component
    class Embedder:
        @component.output_types(embedding=list[float])  # type: ignore[untyped-decorator]
        def run(self, text: str) -> dict[str, list[float]]:
            return {"embedding": vectors.question(text)}

    store = InMemoryDocumentStore()
    store.write_documents(
        [
            HaystackDocument(id=document.id, content=document.text, embedding=vectors.passage(document.text))
            for document in documents
        ]
    )
    pipeline = Pipeline()
    pipeline.add_component("text_embedder", Embedder())
    pipeline.add_component("bm25_retriever", InMemoryBM25Retriever(store, top_k=DEPTH))
    pipeline.add_component("embedding_retriever", InMemoryEmbeddingRetriever(store, top_k=DEPTH))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH))
    pipeline.connect("text_embedder.embedding", "embedding_retriever.query_embedding")
    pipeline.connect("bm25_retriever", "joiner")
    pipeline.connect("embedding_retriever", "joiner")

    def search(question: str) -> list[str]:
        found = pipeline.run({"text_embedder": {"text": question}, "bm25_retriever": {"query": question}})
        return [str(document.id) for document in found["joiner"]["documents"]]

    return search


def _llama_index(documents: Sequence[Document], vectors: Vectors) -> Search:
    """A vector index's retriever and BM25Retriever in a QueryFusionRetriever, in this order.

    https://developers.llamaindex.ai/python/framework/integrations/retrievers/reciprocal_rerank_fusion
    """
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.core.schema import TextNode
    from llama_index.retrievers.bm25 import BM25Retriever

    class Shared(BaseEmbedding):  # type: ignore[misc]  # its base is unknown where it isn't installed
        def _get_text_embedding(self, text: str) -> list[float]:
            return vectors.passage(text)

        def _get_query_embedding(self, query: str) -> list[float]:
            return vectors.question(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return vectors.question(query)

    # Nodes, not documents: documents would be cut by a splitter that counts another model's tokens.
    nodes = [TextNode(id_=document.id, text=document.text) for document in documents]
    index = VectorStoreIndex(nodes, embed_model=Shared(model_name="shared"))
    depth = min(DEPTH, len(nodes))  # BM25Retriever warns if it is asked for more than there are
    fusion = QueryFusionRetriever(
        [
            index.as_retriever(similarity_top_k=depth),
            BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=depth),
        ],
        # With one query no language model is asked; without naming one, OpenAI's would be wanted.
        llm=MockLLM(),
        num_queries=1,
        mode="reciprocal_rerank",
        similarity_top_k=DEPTH,
        use_async=False,
    )
    return lambda question: [str(found.node.node_id) for found in fusion.retrieve(question)]


def _txtai(documents: Sequence[Document], vectors: Vectors) -> Search:
    """Embeddings with hybrid=True: its BM25 and FAISS, scores scaled and averaged.

    https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid
    """
    from txtai import Embeddings

    prompts: dict[Kind, str] = {"query": "query: ", "passage": "passage: "}

    def transform(texts: list[str]) -> FloatArray:
        # A transform isn't told whether these are questions. The instructions that txtai puts before
        # them say so; the encoder has its own.
        kind: Kind = "query" if texts[0].startswith(prompts["query"]) else "passage"
        return vectors.of([text.removeprefix(prompts[kind]) for text in texts], kind)

    embeddings = Embeddings(
        hybrid=True,
        method="external",
        transform=transform,
        instructions={"query": prompts["query"], "data": prompts["passage"]},
    )
    embeddings.index((document.id, document.text, None) for document in documents)
    return lambda question: [str(id_) for id_, _ in embeddings.search(question, DEPTH)]
