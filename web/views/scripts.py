"""The page's JavaScript: ES modules in `static/js`, served under the hash of them all.

They import one another by relative addresses, so a page never mixes two versions; and since an address
always identifies the same text, browsers may cache it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

ENTRY: Final = "main.js"
# The entry of the page that asks for a password.
LOGIN: Final = "login.js"


@cache
def modules() -> Mapping[str, str]:
    """The text of each module by its path below `static/js`, in the order of the paths."""
    found = dict(sorted(_below(resources.files("web").joinpath("static/js"))))
    return MappingProxyType(found)


def version(texts: Mapping[str, str]) -> str:
    """A hash of modules, given as `modules` gives them."""
    return hashlib.sha256(repr(list(texts.items())).encode("utf-8")).hexdigest()[:16]


@cache
def address(name: str) -> str:
    """A module's address, relative to the page's."""
    return f"script/{version(modules())}/{name}"


def loader() -> str:
    """The script of Gradio's component: starts the page, or reports that its modules can't be loaded."""
    return f"""
import(new URL("{address(ENTRY)}", document.baseURI)).then(
  (page) => page.start({{element, trigger, props, server}}),
  () => {{
    const root = document.documentElement;
    element.textContent = props.words[root.dataset.language].out_of_reach;
    root.dataset.started = "";
  }},
);
"""


def preloads() -> str:
    """Preload links, so that all modules are fetched together with the page."""
    return "".join(
        f'<link rel="modulepreload" href="{address(name)}">' for name in modules() if name != LOGIN
    )


def _below(folder: Traversable, path: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".js"):
            yield f"{path}{entry.name}", entry.read_text(encoding="utf-8")
