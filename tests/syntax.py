"""The syntax trees of source files, for tests that read the code."""

from __future__ import annotations

import ast
import gc
from functools import cache
from pathlib import Path


@cache
def syntax_tree(path: Path) -> ast.Module:
    """A file's syntax tree.

    In Python 3.11 `ast.parse` raises SystemError when a garbage collection within it lets another thread
    parse something (python/cpython issue 106905); without a collection no other thread gets a turn.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(path.read_text("utf-8"), str(path))
    finally:
        if collecting:
            gc.enable()
