"""What must not break an index: damage, a full disk, a kill at any instant, writers beside readers.

Run as a script this file is the process that is killed: see `Driver`.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY
from fake_encoder import FakeEncoder

from index import DalilError, Document, Hit, Index, IndexDamaged, IndexLocked, IndexNotFound
from index.folder import merge
from index.folder import segment as segments
from index.folder.manifest import Manifest
from index.types import Block

FILES = ["arrays.safetensors", "rows.sqlite", "tokens.bin", "vectors.npy"]
QUESTIONS = ["When does the river flood?", "من أعلن المعركة؟"]
OLD = [
    Document(
        "The river floods in spring.\nFarmers wait on the hills.",
        id="river",
        blocks=(Block("paragraph", 0, 27), Block("paragraph", 28, 54)),
    ),
    Document("أعلن الحشد انطلاق المعركة.\nوصلت القوّات إلى الحدود.", id="battle"),
]
CHANGE = [
    Document("When winter comes the river freezes. Nobody waits.", id="river"),
    Document("من أعلن المعركة؟ أعلنها الحشد.", id="who"),
]
NEW = [CHANGE[0], OLD[1], CHANGE[1]]
REMOVED = Document("Zanzibar grows cloves.", id="removed")

Answers = list[list[Hit]]


def build(documents: list[Document], folder: Path, dimension: int = 32) -> Index:
    return Index.build(documents, folder, encoder=FakeEncoder(dimension), show_progress=False)


def answers(folder: Path) -> Answers:
    """What a reader who opens the index at this moment is told."""
    index = Index.open(folder, encoder=FakeEncoder())
    return [index.search(question) for question in QUESTIONS]


def leftovers(folder: Path) -> set[str]:
    """What is in an index's folder beyond the live segments and the small files."""
    return {path.name for path in folder.iterdir()} - {
        "manifest.json",
        "merge.lock",
        "write.lock",
        *(entry.name for entry in Manifest.read(folder).segments),
    }


def is_left(folder: Path) -> bool:
    """Whether something of the removed document is left in an index's files."""
    contents = [path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()]
    return any(word in content for word in (b"zanzibar", b"clove") for content in contents)


def change(index: Index, action: str) -> None:
    """Makes the change, or merges everything."""
    if action == "update":
        index.update(CHANGE)
    else:
        index.optimize()


def go_on(folder: Path, action: str) -> list[str]:
    """What a later writer leaves that it shouldn't, after the one that was stopped in this action."""
    index = Index.open(folder, encoder=FakeEncoder())
    if action == "optimize":
        index.optimize()
        return [*leftovers(folder), *(["the removed text"] if is_left(folder) else [])]
    index.update([*CHANGE, Document("And then some.")])
    return [*leftovers(folder)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index that was written twice, as after any update."""
    folder = tmp_path_factory.mktemp("faults") / "index"
    build([Document("What was there before.")], folder)
    build(OLD, folder)
    return folder


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same collection in more segments than a change leaves, with the text of a removed document."""
    folder = tmp_path_factory.mktemp("pieces") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "_SMALL", 0)
        index = build([REMOVED], folder)
        for document in OLD:
            index.update([document])
        index.remove([REMOVED.id])
    assert len(Manifest.read(folder).segments) == 4
    assert is_left(folder)
    return folder


@pytest.fixture(scope="module")
def layouts(base: Path, pieces: Path) -> dict[str, Path]:
    return {"one segment": base, "several": pieces}


@pytest.fixture(scope="module")
def old(base: Path) -> Answers:
    return answers(base)


@pytest.fixture(scope="module")
def new(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("changed") / "index"
    shutil.copytree(base, folder)
    Index.open(folder, encoder=FakeEncoder()).update(CHANGE)
    return answers(folder)


@pytest.fixture
def folder(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "index"))


def live_folder(folder: Path) -> Path:
    """Of the only segment."""
    (entry,) = Manifest.read(folder).segments
    return folder / entry.name


# Damage.


def flip(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "empty": empty,
    "cut": cut,
    "lengthened": lengthen,
    "first byte": lambda path: flip(path, 0),
    "middle byte": lambda path: flip(path, path.stat().st_size // 2),
    "last byte": lambda path: flip(path, -1),
}


def test_these_are_all_files(base: Path) -> None:
    assert sorted(path.name for path in live_folder(base).iterdir()) == FILES


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named(name: str, damage: str, folder: Path) -> None:
    path = live_folder(folder) / name
    DAMAGES[damage](path)
    with pytest.raises(IndexDamaged) as caught:
        Index.open(folder, encoder=FakeEncoder())
    assert str(path) in str(caught.value)
    assert "--rebuild" in str(caught.value)


@pytest.mark.parametrize("damage", ["empty", "cut", "lengthened", "first byte", "middle byte", "last byte"])
def test_a_damaged_manifest_is_named(damage: str, folder: Path) -> None:
    DAMAGES[damage](folder / "manifest.json")
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        Index.open(folder, encoder=FakeEncoder())


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


OTHER_THINGS = {"folder": a_folder, "pipe": a_pipe, "loop of links": a_loop}


@pytest.mark.parametrize("thing", OTHER_THINGS)
@pytest.mark.parametrize("name", FILES)
def test_another_thing_in_the_place_of_a_file_is_named(name: str, thing: str, folder: Path) -> None:
    OTHER_THINGS[thing](live_folder(folder) / name)
    with pytest.raises(IndexDamaged) as caught:
        Index.open(folder, encoder=FakeEncoder())
    assert str(live_folder(folder) / name) in str(caught.value)
    assert "--rebuild" in str(caught.value)


@pytest.mark.parametrize("thing", OTHER_THINGS)
def test_another_thing_in_the_place_of_the_manifest_is_named(thing: str, folder: Path) -> None:
    OTHER_THINGS[thing](folder / "manifest.json")
    with pytest.raises(IndexDamaged, match=r"manifest\.json can't be read"):
        Index.open(folder, encoder=FakeEncoder())


@pytest.mark.parametrize("thing", ["folder", "loop of links"])
def test_another_thing_in_the_place_of_the_lock_is_named(thing: str, folder: Path, old: Answers) -> None:
    OTHER_THINGS[thing](folder / "write.lock")
    with pytest.raises(IndexLocked, match=r"can't be written: .*write\.lock"):
        Index.open(folder, encoder=FakeEncoder()).update(CHANGE)
    assert answers(folder) == old


@pytest.mark.parametrize("thing", OTHER_THINGS)
def test_another_thing_in_the_place_of_the_journal_is_named(thing: str, folder: Path, old: Answers) -> None:
    (folder / "encoded.journal").touch()
    OTHER_THINGS[thing](folder / "encoded.journal")
    with pytest.raises(OSError, match=r"encoded\.journal"):
        Index.open(folder, encoder=FakeEncoder()).update(CHANGE)
    assert answers(folder) == old


def test_nothing_is_written_through_a_link(folder: Path, tmp_path: Path) -> None:
    """An index that someone else made may have links to one's own files in it."""
    (tmp_path / "mine").write_text("mine")
    for name in ("encoded.journal", "write.lock"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(tmp_path / "mine")
        with pytest.raises((OSError, IndexLocked)):
            Index.open(folder, encoder=FakeEncoder()).update(CHANGE)
        assert (tmp_path / "mine").read_text() == "mine"
        (folder / name).unlink()


def test_an_index_whose_folder_is_a_loop_of_links_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DalilError, match="loop"):
        Index.open(tmp_path / "loop", encoder=FakeEncoder())
    with pytest.raises(DalilError, match="loop"):
        build(OLD, tmp_path / "loop")


@pytest.mark.parametrize("content", [b"[" * 100_000, b"{", b"1" * 5000, b'"\xff"'])
def test_a_manifest_that_no_parser_reads_is_damaged(content: bytes, folder: Path) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        Index.open(folder, encoder=FakeEncoder())


def test_any_flipped_byte_of_the_manifest_is_noticed(folder: Path) -> None:
    """It names the encoder and counts what there is: no file beside it tells when that is wrong."""
    path = folder / "manifest.json"
    content = path.read_bytes()
    unnoticed = []
    for position in range(0, len(content), 3):
        flip(path, position)
        try:
            Index.open(folder, encoder=FakeEncoder())
            unnoticed.append((position, "opened"))
        except IndexDamaged:
            pass
        except Exception as error:  # any other is what this test looks for
            unnoticed.append((position, type(error).__name__))
        path.write_bytes(content)
    assert unnoticed == []


@pytest.mark.parametrize("name", [*FILES, "../manifest.json"])
def test_damage_is_mended_by_building_again(name: str, folder: Path, old: Answers) -> None:
    flip(live_folder(folder) / name, 0)
    build(OLD, folder)
    assert answers(folder) == old
    assert leftovers(folder) == set()


def test_damage_to_what_isnt_open_is_noticed_by_a_writer(folder: Path) -> None:
    index = Index.open(folder, encoder=FakeEncoder())
    Index.open(folder, encoder=FakeEncoder()).update([Document("And then some.")])
    (added,) = (entry for entry in Manifest.read(folder).segments if entry.files["vectors.npy"][0] == 192)
    flip(folder / added.name / "vectors.npy", -1)
    names = sorted(folder.rglob("*"))
    with pytest.raises(IndexDamaged, match=r"vectors\.npy"):
        index.update(CHANGE)
    with pytest.raises(IndexDamaged, match=r"vectors\.npy"):
        index.remove(["river"])
    assert sorted(folder.rglob("*")) == names


def test_a_segment_that_is_missing(folder: Path, old: Answers) -> None:
    shutil.rmtree(live_folder(folder))
    with pytest.raises(IndexDamaged, match="missing"):
        Index.open(folder, encoder=FakeEncoder())
    build(OLD, folder)
    assert answers(folder) == old


# A disk that is full, and an interrupt, at every single step.


def write_steps(patch: pytest.MonkeyPatch, before: Callable[[str, Any], None]) -> None:
    """Calls `before` ahead of every call that changes the disk, with the path it is about."""
    real_open, real_path_open = os.open, Path.open

    def opened(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            before("os.open", path)
        return real_open(path, flags, *args, **kwargs)

    def path_opened(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if mode[0] in "wax":
            before("Path.open", path)
        return real_path_open(path, mode, *args, **kwargs)

    def plainly_opened(path: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if mode[0] in "wax" and isinstance(path, Path | str):
            before("open", path)
        return io.open(path, mode, *args, **kwargs)  # noqa: UP020 (the one not patched)

    patch.setattr(os, "open", opened)
    patch.setattr(Path, "open", path_opened)
    patch.setattr(builtins, "open", plainly_opened)
    # Path's methods too: on Python 3.10 they don't look into os.
    calls: list[tuple[Any, str]] = [(os, name) for name in ("mkdir", "fsync", "replace", "rename")]
    calls += [(Path, name) for name in ("mkdir", "replace", "rename")]
    for owner, name in calls:
        real = getattr(owner, name)

        def called(path: Any, *args: Any, _real: Any = real, _name: str = name, **kwargs: Any) -> Any:
            before(_name, path)
            return _real(path, *args, **kwargs)

        patch.setattr(owner, name, called)


class FailAt:
    """Raises an error at the n-th step, and at every later one if the fault lasts."""

    def __init__(self, step: int, error: BaseException, lasts: bool) -> None:
        self.step, self.error, self.lasts = step, error, lasts
        self.seen = 0
        self.what = ""

    def __call__(self, what: str, path: Any) -> None:
        self.seen += 1
        if self.seen == self.step or (self.lasts and self.seen > self.step):
            self.what = self.what or f"{what} {path}"
            if what == "Path.open":
                with io.open(path, "wb") as file:  # noqa: UP020 (the others are steps themselves)
                    file.write(b"half of i")
            raise self.error


NO_SPACE = OSError(errno.ENOSPC, "No space left on device")
# What is written to which index: a change of several segments merges them, too.
WRITES = [("one segment", "update"), ("several", "update"), ("several", "optimize")]


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("error", "lasts"),
    [(NO_SPACE, False), (NO_SPACE, True), (KeyboardInterrupt(), False)],
    ids=["disk full for a moment", "disk full", "interrupt"],
)
@pytest.mark.parametrize(("layout", "action"), WRITES)
def test_a_fault_at_any_step_leaves_an_index(
    layout: str,
    action: str,
    error: BaseException,
    lasts: bool,
    layouts: dict[str, Path],
    tmp_path: Path,
    old: Answers,
    new: Answers,
) -> None:
    after = new if action == "update" else old
    step, failures = 0, []
    while True:
        step += 1
        folder = Path(shutil.copytree(layouts[layout], tmp_path / f"index{step}"))
        index = Index.open(folder, encoder=FakeEncoder())
        fault = FailAt(step, error, lasts)
        raised: BaseException | None = None
        with pytest.MonkeyPatch.context() as patch:
            write_steps(patch, fault)
            try:
                change(index, action)
            except (OSError, DalilError, KeyboardInterrupt) as caught:
                raised = caught
        if not fault.what:
            break
        # Whether it failed before the swap or after, there is one index or the other, whole.
        try:
            found = answers(folder)
            if found not in (old, after):
                failures.append(f"{fault.what}: other answers")
            if raised is None and (found != after or (action == "optimize" and is_left(folder))):
                failures.append(f"{fault.what}: the failure was not told")
            if [index.search(question) for question in QUESTIONS] not in (old, after):
                failures.append(f"{fault.what}: the open index answers otherwise")
            if left := go_on(folder, action):
                failures.append(f"{fault.what}: {left} is left")
        except DalilError as damage:
            failures.append(f"{fault.what}: {damage}")
        shutil.rmtree(folder)
    assert failures == []
    # The files, their flushing, the folder, the manifest: fewer would mean that steps are missed.
    assert step > 2 * len(FILES)


# Kills.


def serve() -> None:
    """The driver's side: does each task of standard input in a child, which may kill itself.

    Importing takes a second, so that a child is forked from a process that has done it.
    """
    warm = Path(tempfile.mkdtemp())
    build(OLD, warm / "index").update(CHANGE)
    shutil.rmtree(warm)
    print("ready", flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            report = perform(task)
            os.write(writer, json.dumps(report).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            content = pipe.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        report = json.loads(content) if content else {"error": None, "lines": 0}
        print(json.dumps({"killed": killed, **report}), flush=True)


def perform(task: dict[str, Any]) -> dict[str, Any]:
    """Writes an index; counts the lines of code that run, and dies before the one that was named."""
    traced = {str(REPOSITORY / "index" / f"{name}.py") for name in task["modules"]}
    missing = [path for path in traced if not Path(path).exists()]
    if missing:
        raise FileNotFoundError(missing)
    lines = 0

    def trace(frame: Any, event: str, _argument: object) -> Any:
        nonlocal lines
        if frame.f_code.co_filename not in traced:
            return None
        if event == "line":
            lines += 1
            if lines == task["kill_at"]:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    folder, error = Path(task["folder"]), None
    if task["largest_file"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (task["largest_file"], task["largest_file"]))
    sys.settrace(trace)
    try:
        if task["texts"] is not None:
            build([Document(text) for text in task["texts"]], folder, task["dimension"])
        elif task["action"] == "build":
            build(NEW, folder)
        else:
            change(Index.open(folder, encoder=FakeEncoder(task["dimension"])), task["action"])
    except BaseException as caught:  # told to the test, which judges it
        error = repr(caught)
    sys.settrace(None)
    return {"error": error, "lines": lines}


WRITING_MODULES: list[tuple[str, ...]] = [
    ("folder/live", "folder/manifest", "storage/files"),
    ("folder/store", "folder/build", "folder/journal", "folder/rows", "folder/merge"),
    ("folder/segment", "retrieval/late_interaction", "retrieval/dense", "retrieval/postings"),
]
EVERY_MODULE = tuple(
    name for names in WRITING_MODULES for name in names if name.split("/")[1] not in ("dense", "postings")
)


class Driver:
    """Lets another process write an index, under a limit or until it is killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self,
        action: str,
        folder: Path,
        kill_at: int | None = None,
        largest_file: int | None = None,
        modules: tuple[str, ...] = EVERY_MODULE,
        texts: list[str] | None = None,
        dimension: int = 32,
    ) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {
            "action": action,
            "folder": str(folder),
            "kill_at": kill_at,
            "largest_file": largest_file,
            "modules": modules,
            "texts": texts,
            "dimension": dimension,
        }
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        report: dict[str, Any] = json.loads(self._process.stdout.readline())
        return report


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    # One thread: a process with more can't be forked safely.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")]),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with subprocess.Popen(
        [sys.executable, __file__],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Driver(process)
        process.kill()


@pytest.mark.hostile
@pytest.mark.parametrize(
    "modules",
    WRITING_MODULES,
)
@pytest.mark.parametrize(("layout", "action"), [("one segment", "build"), *WRITES])
def test_a_kill_at_any_instant_leaves_the_old_index_or_the_new(
    layout: str,
    action: str,
    modules: tuple[str, ...],
    driver: Driver,
    layouts: dict[str, Path],
    old: Answers,
    new: Answers,
    tmp_path: Path,
) -> None:
    rehearsal = Path(shutil.copytree(layouts[layout], tmp_path / "rehearsal"))
    total = driver.run(action, rehearsal, modules=modules)["lines"]
    expected = [old, old if action == "optimize" else new]
    assert answers(rehearsal) == expected[1]
    assert old != new
    if layout == "several":
        assert len(Manifest.read(rehearsal).segments) == 1
    seen, killed = set(), 0
    for kill_at in sorted(random.Random(f"{layout}{action}{modules}").sample(range(1, total + 1), 30)):
        folder = Path(shutil.copytree(layouts[layout], tmp_path / f"kill{kill_at}"))
        # What waits for a thread or a lock takes another number of lines each time: some end before it comes.
        is_killed = driver.run(action, folder, kill_at, modules=modules)["killed"]
        killed += is_killed
        found = answers(folder)
        assert found in (expected if is_killed else expected[1:]), kill_at
        seen.add(expected.index(found))
        # The lock went with the process; the next writer sweeps up.
        assert go_on(folder, action) == [], kill_at
        shutil.rmtree(folder)
    assert 0 in seen
    assert killed > 15


@pytest.mark.hostile
def test_a_kill_in_a_first_build_leaves_an_index_or_none(driver: Driver, tmp_path: Path) -> None:
    total = driver.run("build", tmp_path / "rehearsal")["lines"]
    expected = answers(tmp_path / "rehearsal")
    for kill_at in random.Random(5).sample(range(1, total + 1), 20):
        folder = tmp_path / f"kill{kill_at}"
        assert driver.run("build", folder, kill_at)["killed"]
        with contextlib.suppress(IndexNotFound):
            assert answers(folder) == expected, kill_at
        build(NEW, folder)
        assert answers(folder) == expected
        assert leftovers(folder) == set(), kill_at


@pytest.mark.hostile
@pytest.mark.parametrize(
    "texts",
    [
        ["من أعلن المعركة؟ أعلنها الحشد. " * 30, "The river froze. " * 30],
        # With a word a passage the passages' vectors are the largest of all files.
        [f"word{number}" for number in range(40)],
    ],
    ids=["long passages", "short passages"],
)
def test_a_disk_that_fills_up_inside_a_file(texts: list[str], driver: Driver, tmp_path: Path) -> None:
    """A file that can't grow: its opening succeeds, and a write or the closing fails."""
    before = [Document("What was there before.")]
    build(before, tmp_path / "base", dimension=64)
    rehearsal = Path(shutil.copytree(tmp_path / "base", tmp_path / "rehearsal"))
    assert driver.run("build", rehearsal, texts=texts, dimension=64)["error"] is None
    sizes = {path.stat().st_size for path in live_folder(rehearsal).iterdir()}
    failures = []
    for largest in sorted(
        {0, 1, *(max(size - 1, 0) for size in sizes), *(size // 2 for size in sizes), 1 << 20}
    ):
        folder = Path(shutil.copytree(tmp_path / "base", tmp_path / f"limit{largest}"))
        error = driver.run("build", folder, largest_file=largest, texts=texts, dimension=64)["error"]
        expected = before if error is not None else [Document(text) for text in texts]
        # The journal is larger than any file of the index, and smaller than a megabyte.
        if (error is None) != (largest == 1 << 20):
            failures.append(f"{largest} of {max(sizes)}: {error}")
        if error is not None and not error.startswith(("OSError", "IndexLocked")):
            failures.append(f"{largest}: told as {error[:80]}")
        try:
            assert list(Index.open(folder, encoder=FakeEncoder(64)).documents) == expected
        except Exception as damage:  # a raw error of FAISS or numpy is what this test looks for
            failures.append(f"{largest}: {error}, then {damage!r}"[:300])
    assert failures == []


@pytest.mark.hostile
def test_a_disk_that_fills_up_in_a_merge(driver: Driver, tmp_path: Path) -> None:
    texts = [f"The river froze in {year}. من أعلن المعركة؟" for year in range(1900, 1912)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "_SMALL", 0)
        index = build([REMOVED], tmp_path / "base", dimension=64)
        for text in texts:
            index.update([Document(text)])
        index.remove([REMOVED.id])
    rehearsal = Path(shutil.copytree(tmp_path / "base", tmp_path / "rehearsal"))
    assert driver.run("optimize", rehearsal, dimension=64)["error"] is None
    sizes = {path.stat().st_size for path in live_folder(rehearsal).iterdir()}
    failures = []
    for largest in sorted({0, 1, *(size - 1 for size in sizes), *(size // 2 for size in sizes), 1 << 20}):
        folder = Path(shutil.copytree(tmp_path / "base", tmp_path / f"limit{largest}"))
        error = driver.run("optimize", folder, largest_file=largest, dimension=64)["error"]
        if (error is None) != (largest == 1 << 20):
            failures.append(f"{largest} of {max(sizes)}: {error}")
        if error is not None and not error.startswith(("OSError", "IndexLocked")):
            failures.append(f"{largest}: told as {error[:80]}")
        opened = Index.open(folder, encoder=FakeEncoder(64))
        if [document.text for document in opened.documents] != texts:
            failures.append(f"{largest}: other documents")
        opened.optimize()
        if leftovers(folder) or is_left(folder):
            failures.append(f"{largest}: something is left")
    assert failures == []


# Readers beside writers.

WRITE = """
import sys
from pathlib import Path
from fake_encoder import FakeEncoder
from index import Document, Index
index = Index.open(sys.argv[1], encoder=FakeEncoder())
for number in range(1, 31):
    index.update([Document(f"version{number} of {name}", id=name) for name in "abc"])
"""


@pytest.mark.hostile
def test_a_reader_beside_a_writer_sees_whole_versions(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build([Document(f"version0 of {name}", id=name) for name in "abc"], folder)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")]),
    }
    seen: list[int] = []
    with subprocess.Popen([sys.executable, "-c", WRITE, str(folder)], env=environment) as writer:
        while not seen or (seen[-1] < 30 and writer.poll() is None):
            index = Index.open(folder, encoder=FakeEncoder())
            versions = {document.text.split()[0] for document in index.documents}
            found = {hit.passage.text.split()[0] for hit in index.search("version of a")}
            assert versions == found
            assert len(versions) == 1
            seen.append(int(versions.pop().removeprefix("version")))
        assert writer.wait() == 0
    assert seen == sorted(seen)
    final = Index.open(folder, encoder=FakeEncoder())
    assert {document.text for document in final.documents} == {f"version30 of {name}" for name in "abc"}


@pytest.mark.parametrize("updates", [1, 2, 3])
@pytest.mark.parametrize(
    "instant",
    [
        "verify",
        "map_arrays",
        "RowsReader",
        "DenseIndex.load",
        "TokenRecords",
    ],
)
def test_a_segment_that_goes_while_it_is_opened(
    updates: int, instant: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers remove what was there: a slow reader may be in the middle of it."""
    writes = 0

    def meanwhile(call: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*args: Any, **kwargs: Any) -> Any:
            nonlocal writes
            if not writes:
                writes = updates
                for version in range(updates):
                    build([Document(f"version {version}", id="only")], folder)
            return call(*args, **kwargs)

        return slow

    name, _, method = instant.partition(".")
    owner = getattr(segments, name) if method else segments
    monkeypatch.setattr(owner, method or name, meanwhile(getattr(owner, method or name)))
    index = Index.open(folder, encoder=FakeEncoder())
    assert [document.text for document in index.documents] == [f"version {updates - 1}"]
    assert writes == updates


if __name__ == "__main__":
    serve()
