"""How the house is built: no circles of imports, no folder with too many modules."""

from __future__ import annotations

import dis
from collections import Counter
from pathlib import Path
from types import CodeType

import pytest
from conftest import REPOSITORY

ROOMS = ("index", "qa", "web", "cli", "seeds")
MODULES = {
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
    for path in [
        *(path for room in ROOMS for path in (REPOSITORY / room).rglob("*.py")),
        REPOSITORY / "ui.py",
    ]
}
MOST_MODULES_PER_FOLDER = 12


def imports(name: str) -> set[str]:
    """The modules of this house that one imports, wherever in it: at its top, in a function, for types.

    They are read from the compiled code: `ast.parse` raises SystemError in Python 3.11 when another thread of
    the tests is in it at the same time (python/cpython issue 106905).
    """
    found = set()
    codes = [compile(MODULES[name].read_text("utf-8"), name, "exec")]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        names: object = None
        for instruction in dis.get_instructions(code):
            if instruction.opname == "IMPORT_NAME":
                module = instruction.argval
                # What isn't a module is a name in one.
                full = [f"{module}.{one}" for one in names] if isinstance(names, tuple) else [module]
                found |= {one if one in MODULES else module for one in full}
            names = instruction.argval if instruction.opname == "LOAD_CONST" else None
    return (found & MODULES.keys()) - {name}


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Groups of names that reach one another, by repeatedly taking away what nothing leads on from."""
    left = {name: set(targets) for name, targets in arrows.items()}
    while done := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in done:
            del left[name]
    # What only leads into a circle goes too.
    while done := [name for name in left if not any(name in targets for targets in left.values())]:
        for name in done:
            del left[name]
    return [sorted(left)] if left else []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"c"}}) == [["b", "c"]]


def test_modules_dont_import_each_other_in_a_circle() -> None:
    assert circles({name: imports(name) for name in MODULES}) == []


@pytest.mark.parametrize("room", ["index", "qa", "web"])
def test_subpackages_dont_import_each_other_in_a_circle(room: str) -> None:
    def package(name: str) -> str:
        return ".".join(name.split(".")[:2])

    arrows: dict[str, set[str]] = {}
    for name in MODULES:
        if name.startswith(f"{room}."):
            targets = {package(other) for other in imports(name) if other.startswith(f"{room}.")}
            arrows.setdefault(package(name), set()).update(targets - {package(name)})
    assert circles(arrows) == []


def test_a_folder_can_be_overlooked() -> None:
    counts = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    too_many = {folder: count for folder, count in counts.items() if count > MOST_MODULES_PER_FOLDER}
    assert too_many == {}


def test_the_rooms_exist() -> None:
    assert {Path(room).name for room in ROOMS} == {
        path.name for path in REPOSITORY.iterdir() if (path / "__init__.py").exists()
    }
