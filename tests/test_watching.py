"""A folder kept in step: what has stopped changing is taken up by its content."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

import index.encoding.load
from cli import watching
from cli.watching import take_up
from index import Index
from index.readers.settling import Settling

WATCH = """
import sys
import index.encoding.load
from fake_encoder import FakeEncoder
index.encoding.load.load = lambda name=None: FakeEncoder()
from index.readers import settling
settling.Settling.__init__.__defaults__ = (0.3, settling.time.monotonic)
from cli.app import app
app(["index", "texts", "--watch"])
"""


def test_a_path_waits_until_it_has_stopped_changing(tmp_path: Path) -> None:
    now = 0.0
    settling = Settling(2.0, lambda: now)
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text("half")
    settling.add([one, other])  # the other is gone
    now = 1.9
    assert settling.settled() == []
    one.write_text("half of it, and more")  # without being told
    now = 2.0
    assert settling.settled() == [other]
    now = 3.9
    assert settling.settled() == []
    now = 4.0
    assert settling.settled() == [one]
    assert settling.settled() == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", True), ("sub/b.PDF", True), ("sub", True), (".hidden.txt", False), (".git/a.txt", False),
        ("c.exe", False), ("gone-folder", True), ("~$word.docx.tmp", False), ("sub/index/a.txt", False),
    ],
)  # fmt: skip
def test_what_is_looked_at(name: str, expected: bool, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert watching._is_text(tmp_path / name, [tmp_path], tmp_path / "sub" / "index") == expected


def test_what_is_moved_is_not_encoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = FakeEncoder()
    monkeypatch.setattr(index.encoding.load, "load", lambda _name=None: encoder)
    texts, place = tmp_path / "texts", str(tmp_path / "index")
    texts.mkdir()
    (texts / "a.txt").write_text("The river floods.")
    (texts / "b.txt").write_text("Bread needs flour.")
    (texts / "sub").mkdir()
    (texts / "sub" / "c.txt").write_text("Farmers wait.")
    Index.build([], place, encoder=encoder, show_progress=False)
    take_up([texts], place, None)
    (texts / "sub").rename(texts / "other")
    (texts / "a.txt").write_text("The river dried up.")
    (texts / "b.txt").unlink()
    encoder.encoded.clear()
    take_up([texts / "a.txt", texts / "b.txt", texts / "sub", texts / "other"], place, None)
    opened = Index.open(place, encoder=encoder)
    assert {Path(d.source).relative_to(texts.resolve()).as_posix(): d.text for d in opened.documents} == {
        "a.txt": "The river dried up.",
        "other/c.txt": "Farmers wait.",
    }
    assert encoder.encoded == ["a", "The river dried up."]


@pytest.mark.slow
def test_a_folder_is_kept_in_step_until_it_is_interrupted(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text("The river floods.")
    root = Path(__file__).resolve().parent
    environment = {**os.environ, "PYTHONPATH": f"{root.parent}{os.pathsep}{root}"}
    with subprocess.Popen(
        [sys.executable, "-c", WATCH], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "Watching" not in (line := process.stderr.readline()):
            assert line
        (texts / "b.md").write_text("Bread needs flour.")
        (texts / "a.txt").unlink()
        told = ""
        while ": indexed." not in told or ": removed." not in told:
            line = process.stderr.readline()
            assert line
            told += line
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    opened = Index.open(tmp_path / "dalil-index", encoder=FakeEncoder())
    assert [document.text for document in opened.documents] == ["Bread needs flour."]
