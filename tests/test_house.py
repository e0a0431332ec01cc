"""How the house is built: no circles of imports, no folder with too many modules."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from conftest import REPOSITORY
from syntax import syntax_tree

ROOMS = ("index", "qa", "web", "cli", "seeds")
MODULES = {
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
    for path in [
        *(path for room in ROOMS for path in (REPOSITORY / room).rglob("*.py")),
        REPOSITORY / "ui.py",
    ]
}
MAX_MODULES_PER_FOLDER = 12


def imports(name: str) -> set[str]:
    """The modules of this house that one imports, wherever in it: at its top, in a function, for types."""
    found = set()
    for node in ast.walk(syntax_tree(MODULES[name])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # What isn't a module is a name in one.
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one in MODULES else str(node.module) for one in full}
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


def among(package: str, arrows: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows between what stands in a package: its modules and its subpackages, each as one."""

    def part(name: str) -> str:
        return ".".join(name.split(".")[: package.count(".") + 2])

    inner: dict[str, set[str]] = {}
    for name, targets in arrows.items():
        if name.startswith(f"{package}."):
            parts = {part(other) for other in targets if other.startswith(f"{package}.")}
            inner.setdefault(part(name), set()).update(parts - {part(name)})
    return inner


def test_a_circle_of_subpackages_is_found_at_any_depth() -> None:
    arrows = {
        "a.b.c.one": {"a.b.d.two"},
        "a.b.d.three": {"a.b.c.four"},
        "a.b.d.two": set(),
        "a.b.c.four": set(),
    }
    assert circles(arrows) == []
    assert circles(among("a", arrows)) == []
    assert circles(among("a.b", arrows)) == [["a.b.c", "a.b.d"]]


def test_subpackages_dont_import_each_other_in_a_circle() -> None:
    arrows = {name: imports(name) for name in MODULES}
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    assert {p: found for p in packages if (found := circles(among(p, arrows)))} == {}


def test_a_folder_can_be_overlooked() -> None:
    counts = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    too_many = {folder: count for folder, count in counts.items() if count > MAX_MODULES_PER_FOLDER}
    assert too_many == {}


def test_the_rooms_exist() -> None:
    assert {Path(room).name for room in ROOMS} == {
        path.name for path in REPOSITORY.iterdir() if (path / "__init__.py").exists()
    }
