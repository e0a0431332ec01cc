"""Dalil in other frameworks: each real, each in a process of its own, which may reach no other machine."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from index import Index
from qa.api.integrations import find, metadata_of, name_of
from qa.extras import ExtraMissing, require

REPOSITORY = Path(__file__).resolve().parent.parent
QUESTION = "من أعلن انطلاق المعركة؟"
# Before everything else: a look-up of a name or a connection to elsewhere ends the process.
ALONE = """
import os, socket, sys, warnings

def refuse(*arguments, **named):
    sys.stderr.write(f"asked for {arguments}\\n")
    os._exit(9)

socket.getaddrinfo = socket.create_connection = socket.socket.connect = socket.socket.connect_ex = refuse
import index.encoding.load
from fake_encoder import FakeEncoder
index.encoding.load.load = lambda name=None: FakeEncoder()
warnings.simplefilter("ignore")  # the frameworks' own
"""


def run(program: str, place: Path | str, home: Path | None = None) -> str:
    """What a program prints that is given the index at `place` (a folder, or an address) as PATH."""
    done = subprocess.run(
        [sys.executable, "-c", f"{ALONE}\nPATH, QUESTION = {str(place)!r}, {QUESTION!r}\n{program}"],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("HAYSTACK_")},
            "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests"))),
            "PYTHONUTF8": "1",
            "HOME": str(home or Path(place).parent),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def expected(index: Index, k: int) -> str:
    """Id, text and metadata of what `index` finds, as the programs print them."""
    hits = find(QUESTION, k, index)
    assert [hit["text"] for hit in hits] == [hit.passage.text for hit in index.search(QUESTION, k)]
    return "".join(f"{(name_of(hit), hit['text'], metadata_of(hit))!r}\n" for hit in hits)


def test_metadata_tells_where_a_passage_stands(index: Index) -> None:
    (hit,) = find(QUESTION, 1, index)
    (found,) = index.search(QUESTION, 1)
    assert name_of(hit) == found.passage.id
    assert metadata_of(hit) == {
        "rank": 1,
        "score": found.score,
        "ranks": found.ranks,
        "scores": found.scores,
        "document_id": "battle",
        "title": "معركة",
        "author": "",
        "date": "",
        "headings": [],
        "kind": "paragraph",
        "columns": [],
        "page": 0,
        "last_page": 0,
        "recognition": 0,
        "fetched": "",
        "source": "",
        "paragraph": 1,
        "start": 0,
        "end": len("أعلن الحشد انطلاق المعركة."),
    }


@pytest.mark.slow
def test_langchain(index: Index) -> None:
    printed = run(
        """
from qa.api.integrations.langchain import DalilRetriever
for document in (DalilRetriever(index=PATH, k=3) | list).invoke(QUESTION):
    print((document.id, document.page_content, document.metadata))
import asyncio
assert len(asyncio.run(DalilRetriever(index=PATH).ainvoke(QUESTION))) == 5
""",
        Path(index.location),
    )
    assert printed == expected(index, 3)


@pytest.mark.slow
@pytest.mark.parametrize("first", ["qa.api.integrations.haystack", "haystack"])
def test_haystack(index: Index, first: str) -> None:
    """In a pipeline, which would be told of elsewhere, and through its file."""
    printed = run(
        f"""
os.environ["HAYSTACK_DESERIALIZATION_ALLOWLIST"] = "qa.api.integrations.haystack"
import {first}
from haystack import Pipeline
from haystack.telemetry import _telemetry
from qa.api.integrations.haystack import DalilRetriever
assert _telemetry.telemetry is None
pipeline = Pipeline()
pipeline.add_component("dalil", DalilRetriever(PATH, top_k=3))
pipeline = Pipeline.loads(pipeline.dumps())
for document in pipeline.run({{"dalil": {{"query": QUESTION}}}})["dalil"]["documents"]:
    print((document.id, document.content, document.meta))
    assert document.score == document.meta["score"]
(only,) = pipeline.run({{"dalil": {{"query": QUESTION, "top_k": 1}}}})["dalil"]["documents"]
from index import Index
assert DalilRetriever(Index.open(PATH)).to_dict()["init_parameters"] == {{"index": PATH, "top_k": 5}}
assert DalilRetriever().to_dict()["init_parameters"]["index"] is None
""",
        Path(index.location),
    )
    assert printed == expected(index, 3)


@pytest.mark.slow
def test_haystack_keeps_to_what_was_chosen(index: Index) -> None:
    run(
        """
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "True"
import qa.api.integrations.haystack
from haystack.telemetry import _telemetry
assert _telemetry.telemetry is not None
""",
        Path(index.location),
    )


@pytest.mark.slow
def test_llama_index(index: Index) -> None:
    printed = run(
        """
from qa.api.integrations.llama_index import DalilRetriever
for found in DalilRetriever(PATH, k=3).retrieve(QUESTION):
    print((found.node.node_id, found.node.text, found.node.metadata))
    assert found.score == found.node.metadata["score"]
""",
        Path(index.location),
    )
    assert printed == expected(index, 3)


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("qa.api.integrations.langchain", "langchain_core", "langchain"),
        ("qa.api.integrations.haystack", "haystack", "haystack"),
        ("qa.api.integrations.llama_index", "llama_index", "llama-index"),
    ],
)
def test_without_the_package_the_error_names_the_extra(
    module: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find_spec(name)
    )
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(
        ExtraMissing, match=rf"needs {package}: pip install --editable .*\[{extra}\]"
    ) as raised:
        importlib.import_module(module)
    assert isinstance(raised.value, ImportError)
    require("Nothing", "none", "json")


def test_the_frameworks_leave_the_analyzers_stemmer_alone() -> None:
    """LlamaIndex's BM25 package would take it back to 2.x, whose English stems differ."""
    assert metadata.version("PyStemmer").split(".")[0] == "3"
    assert importlib.util.find_spec("llama_index.retrievers") is None
