"""The examples of docs/api.md do what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from index import Document, Index

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
ACCORD = "The accord was signed by Salma Haddad in Amman in March 1998."
CEASEFIRE = "The ceasefire that followed held for three years."


def block(language: str, containing: str) -> str:
    """The code block of a language that contains something."""
    (found,) = (b for b in re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL) if containing in b)
    return str(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with an index of one text by the real model, questions, a password and `dalil`."""
    place = tmp_path_factory.mktemp("api")
    document = Document(f"{ACCORD}\n\n{CEASEFIRE}", title="Accord", source="accord.txt", id="accord")
    Index.build([document], place / "dalil-index", show_progress=False)
    (place / "questions.txt").write_text(f"Who signed the accord?\n\n{'من وقّع الاتفاق؟'}\n", "utf-8")
    (place / "password.txt").write_text("open sesame\n")
    command = place / "bin" / "dalil"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\nfrom cli.entry import main\nmain()\n")
    command.chmod(0o755)
    return place


def run(arguments: list[str], folder: Path) -> str:
    """What a program prints in the folder."""
    done = subprocess.run(
        arguments,
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONUTF8": "1",
            "PYTHONWARNINGS": "ignore",
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.model
def test_python(folder: Path) -> None:
    printed = run([sys.executable, "-c", block("python", "from qa import ask, retrieve")], folder)
    assert printed.startswith("True 0.")
    assert f"Accord 1 {ACCORD}" in printed.splitlines()
    assert CEASEFIRE in printed.splitlines()[-2]


@pytest.mark.model
def test_command_line(folder: Path) -> None:
    asked, searched = run(["sh", "-e", "-c", block("sh", "answers.jsonl")], folder).splitlines()
    assert json.loads(asked)["citations"][0]["quote"] == ACCORD
    assert json.loads(searched)["hits"][0]["text"] == CEASEFIRE
    answers = [json.loads(line) for line in (folder / "answers.jsonl").read_text("utf-8").splitlines()]
    assert [(answer["language"], answer["citations"][0]["quote"]) for answer in answers] == [
        ("en", ACCORD),
        ("ar", ACCORD),
    ]
    described = dict(re.findall(r"^\| (citation|hit|place|error) \| (.+) \|$", DOCS, re.MULTILINE))
    for kind, record in (("citation", answers[0]["citations"][0]), ("hit", answers[0]["hits"][0])):
        assert set(record) <= set(re.findall(r"`(\w+)`", described[kind] + described["place"]))


@pytest.mark.model
def test_within_a_scope(folder: Path) -> None:
    asked = run(["sh", "-e", "-c", block("sh", "--within")], folder)
    assert ACCORD in asked
    printed = run([sys.executable, "-c", block("python", "narrowed = ")], folder)
    assert printed == "2 ['Accord']\n"


@pytest.mark.model
def test_mcp(folder: Path) -> None:
    settings = json.loads(block("json", "mcpServers"))["mcpServers"]["dalil"]
    assert [settings["command"], *settings["args"][:2]] == ["dalil", "mcp", "--index"]
    # The client gives a server no environment but what it is told.
    shim = folder / "bin" / "dalil"
    program = block("python", "StdioServerParameters").replace(
        'command="dalil", ',
        f'command="dalil", env={{"PATH": {str(shim.parent)!r}, "PYTHONPATH": {str(REPOSITORY)!r}, '
        f'"DALIL_CACHE": {os.environ["DALIL_CACHE"]!r}}}, ',
    )
    assert run([sys.executable, "-c", program], folder) == f"“{ACCORD}” [1]\n"


@pytest.mark.model
@pytest.mark.parametrize("framework", ["langchain", "haystack", "llama_index"])
def test_frameworks(framework: str, folder: Path) -> None:
    printed = run([sys.executable, "-c", block("python", f"qa.api.integrations.{framework}")], folder)
    assert printed.splitlines()[0].startswith(ACCORD)
    assert len(printed.splitlines()) == 2


@pytest.mark.model
def test_users_are_made_as_it_says(folder: Path) -> None:
    added, _ = block("sh", "dalil user add").splitlines()
    assert run(["sh", "-c", added], folder) == "dalil-users.json: salma was added.\n"


def test_every_extra_that_it_names_exists() -> None:
    extras = set(re.findall(r"\.\[([\w-]+)\]", DOCS))
    project = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    assert extras == {"mcp", "langchain", "haystack", "llama-index"}
    for extra in extras:
        assert f"\n{extra} = [" in project
