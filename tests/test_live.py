"""What is live, who may write, and what the writer leaves behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import REPOSITORY
from fake_encoder import FakeEncoder

from index import Document, Index, IndexDamaged, IndexLocked, IndexNotFound
from index.folder import live
from index.folder.build import Change
from index.folder.manifest import Manifest
from index.folder.merge import publish
from index.folder.snapshot import Snapshot

HOLD = """
import sys
from pathlib import Path
from index.folder import live
with live.writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_PATIENCE", 0.05)


@pytest.fixture
def folder(index: Index) -> Path:
    return Path(index.location)


@contextmanager
def held(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that is writing to the index until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def published(folder: Path, text: str) -> Snapshot:
    """Makes an index of one text."""
    return publish(folder, Change([(0, Document(text, id="only"))], FakeEncoder(), False, afresh=True))


def names(folder: Path) -> set[str]:
    """Of what is in an index's folder, but for its live segments."""
    segments = {entry.name for entry in Manifest.read(folder).segments}
    found = {path.name for path in folder.iterdir()}
    assert segments <= found
    return found - segments


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.suffix != ".lock"
    }


def test_publishing_afresh_removes_what_was_there(tmp_path: Path) -> None:
    states = []
    for text in ("one", "two", "three", "four"):
        with live.writing(tmp_path):
            published(tmp_path, text)
        states.append(live.state(tmp_path))
        assert [document.text for document in live.load(tmp_path).documents] == [text]
        assert names(tmp_path) == {"manifest.json", "merge.lock", "write.lock"}
        assert len(list(tmp_path.glob("*/"))) == 1
    assert len(set(states)) == 4


def test_an_open_snapshot_is_read_on_when_it_has_gone(tmp_path: Path) -> None:
    published(tmp_path, "The river floods in spring.")
    old = live.load(tmp_path)
    published(tmp_path, "Bread needs flour.")
    assert [passage.text for passage in old.passages] == ["The river floods in spring."]
    assert old.lexical.match(["river"]).best(5)[0].tolist() == [0]
    assert len(old.tokens(0).vectors) == 5
    assert old.parts[0].segment.dense.vectors.shape == (1, 32)


def test_the_next_writer_removes_what_a_crash_left(folder: Path, index: Index) -> None:
    for name in ("segment-0123456789abcdef", "merged-0123456789abcdef"):
        (folder / name).mkdir()
        (folder / name / "rows.sqlite").write_text("half a li")
    (folder / ".manifest.json.x8s_1").write_text("{")
    index.update([Document("something new")])
    assert names(folder) == {"manifest.json", "merge.lock", "write.lock"}


def test_an_index_of_a_former_format_is_refused_and_replaced(
    tmp_path: Path, collection: list[Document]
) -> None:
    (tmp_path / "generation-000002").mkdir()
    (tmp_path / "generation-000002" / "manifest.json").write_text('{"format": 5}')
    (tmp_path / "CURRENT").write_text("generation-000002\n")
    before = tree(tmp_path)
    for read in (live.load, live.state):
        with pytest.raises(IndexDamaged, match=r"another version of Dalil \(a format before 6.*--rebuild"):
            read(tmp_path)
    assert tree(tmp_path) == before
    Index.build(collection, tmp_path, encoder=FakeEncoder(), show_progress=False)
    assert names(tmp_path) == {"manifest.json", "merge.lock", "write.lock"}
    assert Index.open(tmp_path, encoder=FakeEncoder()).search("river")


def test_there_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path, tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(IndexNotFound, match=re.escape(str(folder))):
            live.state(folder)
        with pytest.raises(IndexNotFound):
            live.load(folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\xff\xfe", b"\0" * 20, b"something else", b"{}", b"[]", b"null", b"1", b"[" * 100_000],
)
def test_a_manifest_that_is_garbage(content: bytes, folder: Path, collection: list[Document]) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamaged) as caught:
        Index.open(folder, encoder=FakeEncoder())
    assert str(folder) in str(caught.value)
    # The message says to make it again: that has to work.
    made = Index.build(collection, folder, encoder=FakeEncoder(), show_progress=False)
    again = Index.open(folder, encoder=FakeEncoder())
    assert again.search("river") == made.search("river")
    assert names(folder) == {"manifest.json", "merge.lock", "write.lock"}


def test_a_manifest_that_is_a_folder(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()
    with pytest.raises(IndexDamaged, match="manifest"):
        live.load(folder)


def test_a_file_in_the_place_of_a_folder(tmp_path: Path, encoder: FakeEncoder) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(IndexNotFound, match="is a file"):
        Index.build([Document("x")], tmp_path / "file", encoder=encoder)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "names",
    [["notes.txt"], [".hidden"], ["photos/cat.jpg"], ["segment-photos/cat.jpg"], ["generation-x.txt"]],
)
def test_a_folder_with_other_things_is_left_alone(
    names: list[str], tmp_path: Path, encoder: FakeEncoder
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(IndexNotFound, match="holds other things"):
        Index.build([Document("x")], tmp_path, encoder=encoder)
    assert tree(tmp_path) == before


def test_another_databases_current_is_left_alone(tmp_path: Path, encoder: FakeEncoder) -> None:
    """LevelDB has a file of this name too, and others have a manifest."""
    (tmp_path / "CURRENT").write_text("MANIFEST-000004\n")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "MANIFEST-000004").write_text("theirs")
    (tmp_path / "000005.ldb").write_text("theirs")
    before = tree(tmp_path)
    with pytest.raises((IndexNotFound, IndexDamaged)):
        Index.build([Document("x")], tmp_path, encoder=encoder)
    assert tree(tmp_path) == before


def test_what_others_put_beside_an_index_stays(folder: Path, index: Index) -> None:
    (folder / "notes.txt").write_text("mine")
    (folder / "segment-photos").mkdir()
    (folder / "segment-photos" / "cat.jpg").write_text("mine")
    index.update([Document("something new")])
    index.update([Document("something newer")])
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "segment-photos" / "cat.jpg").read_text() == "mine"


def test_one_writer_at_a_time(folder: Path, index: Index, collection: list[Document]) -> None:
    before = index.search("river")
    with held(folder):
        version = live.state(folder)
        for write in (
            lambda: index.update([Document("x")]),
            lambda: index.remove(["river"]),
            lambda: Index.build(collection, folder, encoder=FakeEncoder()),
        ):
            with pytest.raises(IndexLocked, match="Another process is writing"):
                write()
        # Readers don't care.
        assert live.state(folder) == version
        assert Index.open(folder, encoder=FakeEncoder()).search("river") == before
    index.update([Document("x")])
    assert live.state(folder) != version


def test_the_lock_ends_with_the_process_that_held_it(folder: Path, index: Index) -> None:
    with held(folder) as process:
        process.kill()
        process.wait()
        index.update([Document("x")])
    assert len(Index.open(folder, encoder=FakeEncoder()).documents) == 4


def test_the_lock_is_given_back_after_an_error(folder: Path, index: Index) -> None:
    with pytest.raises(RuntimeError, match="a fault"), live.writing(folder):
        raise RuntimeError("a fault")
    index.update([Document("x")])


def test_threads_wait_for_each_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_PATIENCE", 30)

    failures: list[str] = []

    def add(name: str) -> None:
        try:
            Index.open(folder, encoder=FakeEncoder()).update([Document(f"text {name}", id=name)])
        except Exception as error:  # a thread's own traceback would be lost
            failures.append(repr(error))

    threads = [threading.Thread(target=add, args=(f"thread{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    ids = {document.id for document in Index.open(folder, encoder=FakeEncoder()).documents}
    assert ids == {"river", "battle", "bread", *(f"thread{i}" for i in range(6))}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into read-only folders")
def test_a_read_only_folder(folder: Path, index: Index) -> None:
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with pytest.raises(IndexLocked, match="can't be written"):
            index.update([Document("x")])
        assert Index.open(folder, encoder=FakeEncoder()).search("river")
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


def test_a_read_only_file_system(folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(folder)
    real = os.open

    def read_only(path: str, flags: int, *args: int, **kwargs: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system", path)
        return real(path, flags, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        with pytest.raises(IndexLocked, match=r"can't be written.*Read-only file system"):
            index.update([Document("x")])
        assert Index.open(folder, encoder=FakeEncoder()).search("river") == index.search("river")
    assert tree(folder) == before
