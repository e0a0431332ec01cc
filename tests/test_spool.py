"""Folders of uploads: removed when their process ends, or by the next one where it was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from web.uploads.spool import Spool, sweep

HOLD = """
import sys
from web.uploads.spool import Spool
spool = Spool()
(spool.new_folder() / "0.txt").write_text("secret")
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def holder(temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has taken a file in."""
    environment = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def contents(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.rglob("*.txt")]


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_isnt(
    temporary: Path, holder: subprocess.Popen[str]
) -> None:
    sweep()
    assert contents(temporary) == ["secret"]
    holder.kill()  # SIGKILL: nothing of its own runs any more
    holder.wait()
    assert contents(temporary) == ["secret"]
    sweep()
    assert list(temporary.iterdir()) == []


def test_each_batch_has_a_folder_that_only_its_user_looks_into(temporary: Path) -> None:
    spool = Spool()
    one, other = spool.new_folder(), spool.new_folder()
    assert one != other
    assert {path.stat().st_mode & 0o777 for path in (one, other, one.parent)} == {0o700}
    (one / "0.txt").write_text("a")
    sweep()  # by this process, which holds the lock
    assert contents(temporary) == ["a"]
    spool.close()
    assert list(temporary.iterdir()) == []
    assert spool.new_folder().is_dir()
    spool.close()


def test_a_folder_that_the_system_cleaned_away_is_made_anew(temporary: Path) -> None:
    spool = Spool()
    folder = spool.new_folder().parent
    subprocess.run(["rm", "-r", str(folder)], check=True)
    assert spool.new_folder().is_dir()
    spool.close()
    assert list(temporary.iterdir()) == []


def test_what_isnt_a_folder_of_uploads_is_left_alone(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.txt").write_text("a")
    (temporary / "dalil-uploads-link").symlink_to(elsewhere)
    (temporary / "dalil-uploads-file").write_text("b")
    sweep()
    assert contents(elsewhere) == ["a"]
    assert sorted(path.name for path in temporary.iterdir()) == [
        "dalil-uploads-file",
        "dalil-uploads-link",
        "elsewhere",
    ]
