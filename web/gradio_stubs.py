"""Gradio without its stub files.

For each class of a component Gradio parses its source and writes a `.pyi` beside it, for editors: a third of
the time of `import gradio`, at each start, in a folder of packages that may be nobody's to write to. It ships
the same files, and has no setting for it; so its function is replaced when its module is imported
(gradio/component_meta.py, `create_or_modify_pyi`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Final

MODULE: Final = "gradio.component_meta"


def write_no_stub(*_: object) -> None:
    """Stands in for Gradio's function that writes a stub file."""


class Loader(SourceFileLoader):
    """Loads the module, and replaces the function."""

    def exec_module(self, module: ModuleType) -> None:
        """See importlib.abc.Loader."""
        super().exec_module(module)
        module.create_or_modify_pyi = write_no_stub  # type: ignore[attr-defined]


class Finder(MetaPathFinder):
    """Finds this one module where Python would."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        spec = PathFinder.find_spec(fullname, path) if fullname == MODULE else None
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


sys.meta_path.insert(0, Finder())
