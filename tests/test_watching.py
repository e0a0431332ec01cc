"""A folder kept in step: what has stopped changing is taken up by its content."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

import index.encoding.load
from cli import watching
from cli.index_files import index_texts
from cli.watching import Watched
from index import Index, IndexLocked
from index.folder import live
from index.readers.read_files import Reading
from index.readers.watching import Changes, Settling
from qa.collections.types import FolderNotFound

# A shell's background job, which the tests may be, ignores Ctrl-C, and so would this process.
WATCH = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import index.encoding.load
from fake_encoder import FakeEncoder
index.encoding.load.load = lambda name=None: FakeEncoder()
from index.readers import watching
watching.Settling.__init__.__defaults__ = (0.3, watching.time.monotonic)
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


class Folder:
    """Texts, an index of them, and what keeps it in step; files don't have to wait here."""

    def __init__(self, place: Path) -> None:
        self.texts = place / "texts"
        self.texts.mkdir()
        self.index = str(place / "index")

    def write(self, **texts: str) -> None:
        """Writes files, by their names without the type."""
        for name, text in texts.items():
            (self.texts / f"{name}.txt").write_text(text)

    def first(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Indexes the folder as `dalil index` does; something happens when that is nearly done."""
        self.watched = Watched([self.texts], self.index, None)

        def note(reading: Reading) -> None:
            self.watched.note_reading(reading)
            meanwhile()

        index_texts([self.texts], self.index, None, note_reading=note)

    def settle(self) -> None:
        self.watched.synchronise(self.watched.differing())

    def indexed(self) -> dict[str, str]:
        documents = Index.open(self.index).documents
        assert len({document.source for document in documents}) == len(documents)
        place = self.texts.resolve()
        return {Path(one.source).relative_to(place).as_posix(): one.text for one in documents}


@pytest.fixture
def folder(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(index.encoding.load, "load", lambda _name=None: encoder)
    return Folder(tmp_path)


RIVER, BREAD = "The river floods.", "Bread needs flour."


def test_what_is_moved_is_not_encoded_again(folder: Folder, encoder: FakeEncoder) -> None:
    folder.write(a=RIVER, b=BREAD)
    (folder.texts / "sub").mkdir()
    (folder.texts / "sub" / "c.txt").write_text("Farmers wait.")
    folder.first()
    (folder.texts / "sub").rename(folder.texts / "other")
    folder.write(a="The river dried up.")
    (folder.texts / "b.txt").unlink()
    encoder.encoded.clear()
    folder.settle()
    assert folder.indexed() == {"a.txt": "The river dried up.", "other/c.txt": "Farmers wait."}
    assert encoder.encoded == ["a", "The river dried up."]


@pytest.mark.parametrize("at_once", [1, 50])
@pytest.mark.parametrize("is_there_before", [True, False])
def test_of_two_files_with_one_text_one_is_indexed_and_the_other_stays(
    is_there_before: bool,
    at_once: int,
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(watching, "_AT_ONCE", at_once)
    folder.write(a=RIVER, c=BREAD)
    if is_there_before:
        folder.write(b=RIVER)
    folder.first()
    if not is_there_before:
        folder.write(b=RIVER)
        folder.settle()
    assert folder.indexed() == {"a.txt": RIVER, "c.txt": BREAD}
    source = folder.texts.resolve()
    told = f"dalil: {source / 'b.txt'}: the same text as {source / 'a.txt'}; it was left out.\n"
    assert capsys.readouterr().err.endswith(told)
    (folder.texts / "a.txt").unlink()
    folder.settle()
    assert folder.indexed() == {"b.txt": RIVER, "c.txt": BREAD}
    assert capsys.readouterr().err == f"{source / 'b.txt'}: indexed.\n{source / 'a.txt'}: removed.\n"


def test_a_file_that_becomes_a_copy_leaves_no_older_version(folder: Folder) -> None:
    folder.write(a=RIVER, b=BREAD)
    folder.first()
    folder.write(b=RIVER)
    folder.settle()
    assert folder.indexed() == {"a.txt": RIVER}
    folder.write(a="The river dried up.")
    folder.settle()
    assert folder.indexed() == {"a.txt": "The river dried up.", "b.txt": RIVER}


def test_what_changes_while_all_is_indexed_is_seen_without_being_told(folder: Folder, tmp_path: Path) -> None:
    folder.write(a=RIVER, b=BREAD)
    old = tmp_path / "old.txt"
    old.write_text("Farmers wait.")
    os.utime(old, (1, 1))

    def meanwhile() -> None:
        (folder.texts / "b.txt").unlink()
        old.rename(folder.texts / "old.txt")
        folder.write(a="The river dried up.")

    folder.first(meanwhile)
    now = 0.0
    changes = Changes(folder.watched.differing, lambda: now)
    assert changes.look(is_changed=False) == []
    now = 2.0
    folder.watched.synchronise(changes.look(is_changed=False))
    assert folder.indexed() == {"a.txt": "The river dried up.", "old.txt": "Farmers wait."}


def test_everything_is_looked_at_first_and_now_and_then(tmp_path: Path) -> None:
    now, looks = 0.0, 0
    differing: set[Path] = set()

    def look() -> set[Path]:
        nonlocal looks
        looks += 1
        return differing

    changes = Changes(look, lambda: now)
    for seconds, expected in ((0.0, 1), (59.0, 1), (60.0, 2), (61.0, 2), (120.0, 3)):
        now = seconds
        assert changes.look(is_changed=False) == []
        assert looks == expected
    differing = {tmp_path / "gone.txt"}
    for seconds, is_changed, found in ((121.0, True, False), (122.0, True, False), (123.0, False, True)):
        now = seconds
        assert bool(changes.look(is_changed)) == found


def test_what_could_not_be_read_is_told_and_older_versions_stay(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write(a=RIVER, b=BREAD)
    folder.first()
    capsys.readouterr()
    (folder.texts / "a.txt").write_bytes(b"")
    (folder.texts / "b.txt").write_bytes(("أعلن الحشد انطلاق المعركة. " * 9).encode() + b"\xff\n")
    folder.settle()
    told = capsys.readouterr().err
    assert "a.txt: it has no words in it." in told
    assert "b.txt: " in told
    assert "can't be read, the first in line 1" in told
    assert folder.indexed()["a.txt"] == RIVER
    assert folder.watched.differing() == set()


def test_a_folder_that_is_gone_takes_nothing_with_it(folder: Folder) -> None:
    folder.write(a=RIVER)
    folder.first()
    folder.texts.rename(folder.texts.with_name("away"))
    with pytest.raises(FolderNotFound):
        folder.settle()
    folder.texts.with_name("away").rename(folder.texts)
    folder.settle()
    assert folder.indexed() == {"a.txt": RIVER}


def test_an_empty_folder_gets_an_index_with_its_first_file(folder: Folder) -> None:
    folder.first()
    folder.write(a=RIVER)
    folder.settle()
    assert folder.indexed() == {"a.txt": RIVER}


def test_a_change_that_fails_is_made_later(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write(a=RIVER, b=BREAD)
    folder.first()
    folder.write(a="The river dried up.")
    (folder.texts / "b.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(live, "_PATIENCE", 0.05)
        with live.writing(Path(folder.index)), pytest.raises(IndexLocked):
            folder.settle()
    folder.settle()
    assert folder.indexed() == {"a.txt": "The river dried up."}


def test_only_files_that_are_read_are_looked_at(folder: Folder, tmp_path: Path) -> None:
    folder.write(a=RIVER)
    folder.first()
    for name in ("sub/B.PDF", ".hidden.txt", ".git/a.txt", "c.exe", "~$word.docx", "index/a.txt"):
        (folder.texts / name).parent.mkdir(exist_ok=True)
        (folder.texts / name).write_text("text")
    (folder.texts / "folder.txt").mkdir()
    shutil.copy(Path(folder.index) / "manifest.json", folder.texts / "index")
    (folder.texts / "linked.txt").symlink_to(tmp_path / "nowhere.txt")
    assert folder.watched.differing() == {folder.texts.resolve() / "sub" / "B.PDF"}


def test_a_named_file_is_watched_too(folder: Folder) -> None:
    folder.write(a=RIVER, b=BREAD)
    named = folder.texts / "a.txt"
    folder.watched = Watched([named, folder.texts / "none.txt"], folder.index, None)
    index_texts([named], folder.index, None, note_reading=folder.watched.note_reading)
    folder.write(a="The river dried up.", b="Bread needs water.")
    folder.settle()
    assert folder.indexed() == {"a.txt": "The river dried up."}
    named.unlink()
    folder.settle()
    assert folder.indexed() == {}


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
