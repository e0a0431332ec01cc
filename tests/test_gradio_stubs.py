"""Gradio as the chat imports it: without the stub files that it writes beside its components."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from test_house import imports

COMPONENT = """
import ui, gradio

class Own(gradio.Textbox):
    EVENTS = ["change"]
"""


def test_no_stub_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_component.py").write_text(COMPONENT, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert import_module("own_component").Own.EVENTS
    assert [path.name for path in tmp_path.iterdir()] == ["own_component.py"]


def test_the_chat_sees_to_it() -> None:
    assert "web.gradio_stubs" in imports("ui")
