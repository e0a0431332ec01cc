"""The README's commands do what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_screen_has_a_picture_and_the_two_commands() -> None:
    first_screen = README.splitlines()[:16]
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", "\n".join(first_screen))
    assert (REPOSITORY / picture).is_file()
    assert re.findall(r"^make (\w+)", "\n".join(first_screen), re.MULTILINE) == ["chat", "test"]


def test_every_make_target_that_it_names_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?\bmake (\w+)", README)) <= targets


def test_every_file_that_it_names_exists() -> None:
    for name in re.findall(r"`((?:index|qa|benchmarks)/[\w./]+|ui\.py)`", README):
        assert (REPOSITORY / name).exists(), name


@pytest.mark.model
def test_the_python_example_runs(tmp_path: Path) -> None:
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True 0.")
    assert "أعلن الحشد الشعبيّ انطلاق معركة التلاقي" in done.stdout


@pytest.mark.model
def test_the_shell_commands_run(tmp_path: Path) -> None:
    (tmp_path / "my-texts").mkdir()
    (tmp_path / "my-texts" / "accord.txt").write_text(
        "وُقّع الاتفاق في 12 مارس 1998 في عمّان.\nThe ceasefire held for three years.\n", "utf-8"
    )
    _, block = blocks("sh")
    commands = [line.partition("  #")[0] for line in block.splitlines() if line.startswith("dalil ")]
    assert [command.split()[1] for command in commands] == [
        "index", "ask", "search", "search", "ask", "chat", "index", "doctor"
    ]  # fmt: skip
    said = []
    # The chat, collections and watching have tests of their own.
    for command in [*commands[:3], commands[-1]]:
        done = subprocess.run(
            [sys.executable, "-c", "from cli.entry import main; main()", *shlex.split(command)[1:]],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert "dalil-index" in said[0]
    assert "وُقّع الاتفاق في 12 مارس 1998 في عمّان" in said[1]
    assert "The ceasefire held for three years." in said[2].split("1998")[0]
    assert "1 document" in said[3]
