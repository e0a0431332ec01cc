"""A model that is nowhere: told at once, without the retries of the hub's client."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from index import EncoderUnavailable
from index.encoding import hub
from index.encoding import load as encoders

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """What the hub was asked for, and for how long; it can't be reached."""
    questions: list[tuple[str, float]] = []

    def model_info(_: Any, name: str, *, timeout: float) -> None:
        questions.append((name, timeout))
        raise RuntimeError("no route\nto the hub")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", model_info)
    return questions


def test_a_model_that_is_nowhere_is_asked_for_once(asked: list[tuple[str, float]]) -> None:
    with pytest.raises(hub.NotOnHub, match=r"^no route to the hub$"):
        hub.load("nobody/no-such-model")
    assert [name for name, _ in asked] == ["nobody/no-such-model"]
    assert all(timeout <= 5 for _, timeout in asked)


def test_a_name_without_an_owner_may_be_sentence_transformers(asked: list[tuple[str, float]]) -> None:
    with pytest.raises(hub.NotOnHub):
        hub.load("no-such-model")
    assert [name for name, _ in asked] == ["no-such-model", "sentence-transformers/no-such-model"]


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "../models/mine", "a/b/c", "نموذج"])
def test_a_folder_that_isnt_there_is_not_asked_for(name: str, asked: list[tuple[str, float]]) -> None:
    with pytest.raises(hub.NotOnHub, match="Repo id"):
        hub.load(name)
    assert asked == []


def test_what_an_earlier_download_left_is_taken_before_the_hub_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, float]]
) -> None:
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr(
        huggingface_hub, "try_to_load_from_cache", lambda name, file: str(tmp_path / file) if name else None
    )
    loaded: list[tuple[str, bool]] = []

    def load(name: str, local_files_only: bool) -> str:
        loaded.append((name, local_files_only))
        return "the model"

    monkeypatch.setattr(hub, "_load", load)
    assert hub.load("owner/model") == "the model"  # type: ignore[comparison-overlap]
    assert (loaded, asked) == ([("owner/model", True)], [])

    def broken_off(name: str, local_files_only: bool) -> str:
        load(name, local_files_only)
        raise OSError("weights are missing")

    monkeypatch.setattr(hub, "_load", broken_off)
    with pytest.raises(hub.NotOnHub):
        hub.load("owner/model")
    assert [name for name, _ in asked] == ["owner/model"]


def test_the_error_names_the_model_and_loads_nothing_heavy(asked: list[tuple[str, float]]) -> None:
    with pytest.raises(EncoderUnavailable, match="The model 'nobody/none' can't be loaded: it is neither"):
        _ = encoders.load("nobody/none").dimension
    assert len(asked) == 1


@pytest.mark.slow
def test_the_command_line_says_so_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    program = (
        "import sys; sys.argv = ['dalil', 'index', 'a.txt', '--model', 'no-such/model']\n"
        "from cli.entry import main\n"
        "try: main()\n"
        "finally: print(sorted({'torch', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-Werror", "-c", program],
        cwd=tmp_path,
        # A port that nothing listens on, and a cache that holds nothing.
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "HF_HUB_OFFLINE": "0",
            "HF_ENDPOINT": "http://127.0.0.1:9",
            "HF_HOME": str(tmp_path / "hub"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith("dalil: The model 'no-such/model' can't be loaded: it is neither a folder")
    assert done.stdout == "[]\n"
