"""Gradio as the chat imports it: it writes no stub files and loads no MCP server."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from conftest import REPOSITORY
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


@pytest.mark.slow
def test_the_package_for_mcp_is_loaded_by_who_needs_it_alone() -> None:
    shown = "print('mcp' in sys.modules)"
    code = f"import sys, ui, gradio.mcp; {shown}; import mcp.server; {shown}"
    seen = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert seen.stdout.split() == ["False", "True"]


def test_the_chat_sees_to_it() -> None:
    assert "web.gradio_import" in imports("ui")
