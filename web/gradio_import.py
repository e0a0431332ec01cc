"""Gradio without two things that cost each start half of its time and that nobody here uses.

- For each class of a component Gradio parses its source and writes a `.pyi` beside it, for editors, in a
  folder of packages that may be nobody's to write to. It ships the same files, and has no setting for it; so
  its function is replaced when its module is imported (gradio/component_meta.py, `create_or_modify_pyi`).
- Gradio's own MCP server, which isn't started here, imports the package `mcp` where it is installed. Gradio
  runs without it (gradio/mcp.py, `GradioMCPServer`), so it isn't found while that module is imported: for
  that moment by no other thread either, and Gradio's MCP server can't be started in this process.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Final

COMPONENTS: Final = "gradio.component_meta"
MCP: Final = "gradio.mcp"


def write_no_stub(*_: object) -> None:
    """Stands in for Gradio's function that writes a stub file."""


class Loader(SourceFileLoader):
    """Loads one of the two modules without what it does at each start."""

    def exec_module(self, module: ModuleType) -> None:
        """See importlib.abc.Loader."""
        if module.__name__ == COMPONENTS:
            super().exec_module(module)
            module.create_or_modify_pyi = write_no_stub  # type: ignore[attr-defined]
            return
        hidden = "mcp" not in sys.modules
        if hidden:
            sys.modules["mcp"] = None  # type: ignore[assignment] # importing it raises ModuleNotFoundError
        try:
            super().exec_module(module)
        finally:
            if hidden:
                sys.modules.pop("mcp", None)


class Finder(MetaPathFinder):
    """Finds the two modules where Python would."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        spec = PathFinder.find_spec(fullname, path) if fullname in (COMPONENTS, MCP) else None
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


sys.meta_path.insert(0, Finder())
