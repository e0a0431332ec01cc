"""What others write against, and how the house is built: names, signatures, who imports whom."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from syntax import syntax_tree

import index
import qa
from index import Document, Hit, Index, Passage
from qa import Answer, Citation, Conversation, Turn

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGES = ("index", "qa", "web", "cli")
PRODUCT = [
    *(path for package in PACKAGES for path in sorted((REPOSITORY / package).rglob("*.py"))),
    REPOSITORY / "ui.py",
]
HEAVY = (
    "torch",
    "sentence_transformers",
    "transformers",
    "gradio",
    "faiss",
    "onnxruntime",
    "scipy",
    "sklearn",
    "lance",
    "pyarrow",
    "ray",
)


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def modules(path: Path) -> frozenset[str]:
    """The top-level names of all that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            found.add((node.module or "").split(".")[0])
    return frozenset(found)


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.Call):
            yield node


# Names and signatures.


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, bool]]:
    """Name, default and whether it is by name only; without self and cls."""
    return [
        (p.name, p.default, p.kind is p.KEYWORD_ONLY)
        for p in inspect.signature(function).parameters.values()
        if p.name != "self"
    ]


EMPTY = inspect.Parameter.empty


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (
            qa.ask,
            [("question", EMPTY, False), ("index", None, False), ("k", 5, False), ("reader", True, True),
             ("writer", None, True), ("within", None, True)],
        ),
        (
            qa.converse,
            [("conversation", EMPTY, False), ("question", EMPTY, False), ("index", None, False),
             ("k", 5, False), ("reader", True, True), ("within", None, True),
             ("is_written_up", False, True)],
        ),
        (
            qa.retrieve,
            [("question", EMPTY, False), ("k", 5, False), ("index", None, False), ("within", None, False)],
        ),
        (Index.search, [("question", EMPTY, False), ("k", 10, False), ("within", None, False)]),
        (
            Index.build,
            [("documents", EMPTY, False), ("path", EMPTY, False), ("encoder", None, True),
             ("show_progress", None, True)],
        ),
        (Index.open, [("path", EMPTY, False), ("encoder", None, True)]),
        (Index.update, [("documents", EMPTY, False), ("show_progress", None, True)]),
        (Index.remove, [("document_ids", EMPTY, False)]),
        (Citation.of, [("document", EMPTY, False), ("number", EMPTY, False), ("passage", EMPTY, False),
                       ("start", EMPTY, False), ("end", EMPTY, False), ("field", "text", True),
                       ("answer", None, True)]),
    ],
)  # fmt: skip
def test_signatures(function: Callable[..., Any], expected: list[tuple[str, Any, bool]]) -> None:
    assert parameters(function) == expected


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        (
            Document,
            ["text", "title", "source", "id", "author", "date", "blocks", "digest", "tags", "fetched"],
        ),
        (
            Passage,
            [
                "id",
                "document_id",
                "number",
                "start",
                "end",
                "text",
                "kind",
                "headings",
                "columns",
                "page",
                "items",
                "recognition",
            ],
        ),
        (Hit, ["passage", "score", "ranks", "scores"]),
        (
            Citation,
            [
                *("number", "passage", "start", "end", "field", "metadata", "answer_start", "answer_end"),
                *("page", "last_page"),
            ],
        ),
        (Turn, ["question", "expanded_question", "answer", "asked", "broken_citations", "collection"]),
        (Conversation, ["turns"]),
        (
            Answer,
            [
                *("question", "language", "text", "citations", "hits", "confidence", "missing", "written"),
                "within",
            ],
        ),
    ],
)
def test_what_flows_is_frozen_and_has_these_fields(type_: Any, fields: list[str]) -> None:
    assert [field.name for field in dataclasses.fields(type_)] == fields
    assert type_.__dataclass_params__.frozen
    assert isinstance(inspect.getattr_static(Citation, "quote"), property)
    assert isinstance(inspect.getattr_static(Answer, "found"), property)


def test_public_names() -> None:
    types = {"Answer", "BrokenCitation", "Citation", "Conversation", "Turn"}
    assert set(qa.__all__) == types | {"ask", "converse", "retrieve"}
    errors = {
        "DalilError", "EncoderMismatch", "EncoderUnavailable", "EngineUnavailable", "IndexDamaged",
        "IndexLocked", "IndexNotFound", "InvalidDocument", "InvalidQuestion", "InvalidScope",
        "UnreadableFile",
        "UnreadablePage",
    }  # fmt: skip
    assert set(index.__all__) == errors | {"Document", "FileWarning", "Hit", "Index", "Passage", "Scope"}
    for error in errors:
        assert issubclass(getattr(index, error), index.DalilError)
    assert not issubclass(qa.BrokenCitation, index.DalilError)


def test_public_things_are_documented() -> None:
    for package in (index, qa):
        for public in package.__all__:
            thing = getattr(package, public)
            assert thing.__doc__
            if inspect.isclass(thing):
                for attribute, value in vars(thing).items():
                    if not attribute.startswith("_") and (callable(value) or isinstance(value, property)):
                        assert inspect.getdoc(value), f"{public}.{attribute}"


# What is loaded when.


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh process has after this."""
    run = subprocess.run(
        [sys.executable, "-Werror", "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        timeout=300,
        check=True,
    )
    assert run.stderr == ""
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.slow
@pytest.mark.parametrize(
    "code", ["import qa", "import index", "from qa import ask, retrieve", "import cli.app"]
)
def test_an_import_is_quick(code: str) -> None:
    assert loaded_by(code).isdisjoint(HEAVY)


# Who imports whom.


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_arrows_point_one_way(path: Path) -> None:
    imported = modules(path)
    forbidden = {"benchmarks", "tests"}
    package = path.relative_to(REPOSITORY).parts[0]
    if package == "index":
        forbidden |= {"qa", "web", "ui", "gradio", "seeds"}
    if package == "qa":
        forbidden |= {"web", "gradio"}
    if package != "cli":  # the command line starts the chat
        forbidden |= {"ui", "cli"} | ({"gradio"} if path.name != "ui.py" else set())
    assert imported.isdisjoint(forbidden)


def test_only_the_chat_imports_gradio() -> None:
    assert [name(path) for path in PRODUCT if "gradio" in modules(path)] == ["ui.py"]


def test_all_files_are_looked_at() -> None:
    names = {name(path) for path in PRODUCT}
    assert {
        "index/folder/store.py",
        "index/text/analyzer.py",
        "qa/answering/answer.py",
        "cli/app.py",
        "qa/types.py",
        "ui.py",
    } <= names
    assert modules(REPOSITORY / "cli" / "commands" / "chat.py") >= {"qa", "ui", "typer"}
    assert modules(REPOSITORY / "cli" / "options.py") >= {"index", "qa", "typer"}


def test_a_module_is_named_for_what_it_holds() -> None:
    assert {path.stem for path in PRODUCT}.isdisjoint({"util", "utils", "helpers", "misc", "common"})


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_nothing_is_pickled(path: Path) -> None:
    picklers = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    assert modules(path).isdisjoint(picklers)
    for call in calls(path):
        for keyword in call.keywords:
            if keyword.arg == "allow_pickle":
                assert isinstance(keyword.value, ast.Constant)
                assert keyword.value.value is False
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            function = f"{call.func.value.id}.{call.func.attr}"
            assert function not in ("torch.load", "torch.save", "np.savez")
            if function in ("np.load", "np.save"):
                assert "allow_pickle" in {keyword.arg for keyword in call.keywords}


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_citations_do_not_hang_on_assert(path: Path) -> None:
    """`python -O` takes assert statements away; what must hold is checked by `if` and raised."""
    assert not [node for node in ast.walk(syntax_tree(path)) if isinstance(node, ast.Assert)]
