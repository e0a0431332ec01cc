"""Hostile files: each is read or refused within 30 seconds of processor time; nobody else waits for it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from bombs import BOMBS
from fake_encoder import FakeEncoder
from pdf_files import endless_pdf

from index import UnreadableFile
from index.readers import converter_process
from index.readers.converter_process import ConverterProcess
from index.readers.process_limits import BASE_SECONDS, MAX_SECONDS, processor_seconds
from index.readers.read_files import read_file
from qa.collections.library import Library
from qa.collections.types import Added, Report
from web.uploads.batches import Batch, Uploads

MOST_SECONDS = 30.0


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConverterProcess]:
    """A converter of this test's own, with the limits of every day."""
    own = ConverterProcess()
    monkeypatch.setattr(converter_process, "shared", own)
    yield own
    own.close()


def used() -> float:
    """Processor seconds of this process's children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


@pytest.mark.hostile
@pytest.mark.parametrize(("name", "content", "expected"), BOMBS, ids=[name for name, *_ in BOMBS])
def test_a_hostile_file_is_read_or_refused_in_time(
    tmp_path: Path, converter: ConverterProcess, name: str, content: Callable[[], bytes], expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    before = used()
    try:
        found = f"= {read_file(path).text}"
    except UnreadableFile as error:
        found = error.fault
    converter.close()
    assert used() - before <= MOST_SECONDS
    # What is read, or the faults with which it is refused; or either, where processors decide.
    texts = tuple(each for each in expected.split("|") if each.startswith("= "))
    faults = [fault for each in expected.split("|") if each not in texts for fault in each.split()]
    assert found in faults or (texts and found.startswith(texts)), found[:200]
    assert "root:" not in found  # of /etc/passwd
    assert [each.name for each in tmp_path.iterdir()] == [name]  # nothing was unpacked


def test_limits_of_processor_time_grow_with_the_file() -> None:
    for suffix in (".pdf", ".docx", ".epub", ".html"):
        assert processor_seconds(suffix, 0) == BASE_SECONDS <= MOST_SECONDS
        seconds = [processor_seconds(suffix, size << 20) for size in (0, 1, 2, 5, 200)]
        assert seconds == sorted(seconds)
        assert seconds[0] < seconds[1]
    # A book of 1,500 pages of .4 seconds has some 6 MB.
    assert processor_seconds(".pdf", 6 << 20) == processor_seconds(".pdf", 200 << 20) == MAX_SECONDS == 600


def waiting_for(done: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it isn't done"
        time.sleep(0.02)


def arrived(arrivals: Uploads, collection: str, person: str, paths: Sequence[Path]) -> Batch:
    """A batch of these files."""
    batch, _ = arrivals.begin(collection, [(path.name, path.stat().st_size) for path in paths], person)
    for number, path in enumerate(paths):
        batch.arrived[number] = batch.folder / f"{number}{path.suffix}"
        batch.arrived[number].write_bytes(path.read_bytes())
    arrivals.finish(batch)
    return batch


@pytest.mark.slow
@pytest.mark.parametrize("where", ["the same collection", "another one"])
def test_while_a_hostile_file_is_read_another_persons_text_comes_in(
    tmp_path: Path, encoder: FakeEncoder, converter: ConverterProcess, where: str
) -> None:
    library = Library(tmp_path / "library", encoder=encoder)
    names = {info.id: info.name for info in map(library.create, ("theirs", "mine"))}
    theirs, mine = names
    hostile = [endless_pdf(tmp_path / f"{n}.pdf") for n in range(3)]
    text = tmp_path / "text.txt"
    text.write_text("The society was founded in 1998.")

    def add(collection: str, paths: Sequence[Path], report: Report, known: Mapping[Path, str]) -> Added:
        return library.add_files(names[collection], paths, report, known)

    arrivals = Uploads(add)
    slow = arrived(arrivals, theirs, "hostile", hostile)
    waiting_for(lambda: slow.stage == "reading" and converter._process is not None)
    batch = arrived(arrivals, theirs if where == "the same collection" else mine, "honest", [text])
    waiting_for(lambda: batch.stage == "done")
    assert (slow.stage, slow.faults) == ("reading", {})
    assert [info.source for info in batch.added.added] == ["text.txt"]

    def is_ended() -> bool:
        converter.kill()  # what holds them up, file by file
        return slow.stage == "done"

    waiting_for(is_ended)
    assert slow.faults == dict.fromkeys(range(3), "file_too_slow")
    arrivals.close()


CONVERT = """
import sys
from pathlib import Path
from index.readers import converter_process
converter_process.shared.convert(Path(sys.argv[1]))
"""
CHAT = """
import shutil, sys, threading
from pathlib import Path
from fake_encoder import FakeEncoder
import ui
from index import Document, Index
from qa.collections.library import Library
from web.server.collection_calls import Collections

endless, folder = map(Path, sys.argv[1:])
library = Library(folder / "library", encoder=FakeEncoder())

def upload(arrivals):
    batch, _ = arrivals.begin(library.create("c").id, [("a.pdf", 200)], "someone")
    batch.arrived[0] = shutil.copy(endless, batch.folder / "0.pdf")
    arrivals.finish(batch)

opened = []

class Visited(Collections):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        opened.append(self.arrivals)

ui.Collections = Visited
# Called when the server starts: from then on it has its own answer to signals.
ui.sweep = lambda: threading.Thread(target=upload, args=opened, daemon=True).start()
index = Index.build([Document("A text.")], folder / "index", encoder=FakeEncoder(), show_progress=False)
ui.launch(index, 0, library=library)
"""


def converters(process: int) -> list[int]:
    """Process ids of those that convert for a process."""
    command = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = (line.split(maxsplit=2) for line in listed.splitlines())
    return [
        int(row[0]) for row in rows if int(row[1]) == process and "converter_process import serve" in row[-1]
    ]


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended may be listed until its parent asks for it."""
    command = ["ps", "-o", "stat=", "-p", str(process)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return state != "" and not state.startswith("Z")


def converter_of(process: subprocess.Popen[bytes]) -> int:
    """The process that converts for another one, when it has begun."""
    waiting_for(lambda: bool(converters(process.pid)) or process.poll() is not None)
    (converting,) = converters(process.pid)
    return converting


@pytest.mark.hostile
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("command", ["index", "library", "chat"])
def test_no_signal_leaves_a_converter_behind(tmp_path: Path, number: signal.Signals, command: str) -> None:
    endless = str(endless_pdf(tmp_path / "endless.pdf"))
    (temporary := tmp_path / "temporary").mkdir()
    arguments = {
        "index": ["from cli.entry import main; main()", "index", endless, "--index", str(tmp_path / "index")],
        "library": [CONVERT, endless],
        "chat": [CHAT, endless, str(tmp_path)],
    }[command]
    here = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        [sys.executable, "-c", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": here, "TMPDIR": str(temporary)},
    ) as process:
        try:
            converting = converter_of(process)
            os.kill(process.pid, number)
            process.wait(60)
        finally:
            process.kill()
    waiting_for(lambda: not is_alive(converting), 30)
    uploads = list(temporary.glob("dalil-uploads-*"))
    # The next server removes what one left behind that was ended without a word (tests/test_spool.py).
    assert bool(uploads) == (command == "chat" and number in (signal.SIGHUP, signal.SIGKILL))


ALONE = """
import sys, types
from index.readers import process_limits as limits
{without}
limits.end_with_parent(int(sys.argv[1]))
print("ready", flush=True)
while True:
    pass
"""
STARTS = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.readline()
"""


NO_THREAD = "limits.threading = types.SimpleNamespace(Thread=lambda **_: types.SimpleNamespace(start=int))"
NO_KERNEL = "limits.sys = types.SimpleNamespace(platform='darwin')"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel does that on Linux alone")


@pytest.mark.slow
@pytest.mark.parametrize("without", [NO_KERNEL, pytest.param(NO_THREAD, marks=on_linux)])
def test_each_of_both_ways_ends_a_busy_process_with_its_parent(without: str) -> None:
    """The thread that looks for its parent, as on macOS, and the kernel, as on Linux."""
    command = [sys.executable, "-c", STARTS, ALONE.format(without=without)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            child = int(parent.stdout.readline())
            assert is_alive(child)
        finally:
            parent.kill()
        parent.wait()
    waiting_for(lambda: not is_alive(child), 30)


@pytest.mark.slow
def test_a_converter_ends_itself_when_its_parent_is_stopped(tmp_path: Path) -> None:
    """Its parent's clock doesn't run then: the limit is the converter's own."""
    endless = str(endless_pdf(tmp_path / "endless.pdf"))
    hurried = CONVERT.replace("converter_process.shared.", "converter_process.ConverterProcess(seconds=1).")
    with subprocess.Popen([sys.executable, "-c", hurried, endless], stderr=subprocess.DEVNULL) as process:
        try:
            converting = converter_of(process)
            os.kill(process.pid, signal.SIGSTOP)
            waiting_for(lambda: not is_alive(converting), 120)
        finally:
            process.kill()


@pytest.mark.slow
def test_a_converter_outlives_the_thread_that_first_wanted_it(tmp_path: Path) -> None:
    """The kernel takes the end of the thread that started a process for the end of its parent."""
    path = tmp_path / "a.html"
    path.write_text("<p>text")
    own = ConverterProcess()
    try:
        thread = threading.Thread(target=own.convert, args=(path,))
        thread.start()
        thread.join()
        first = own._process
        assert first is not None
        assert own.convert(path).text == "text"
        assert own._process is first
        assert first.poll() is None
    finally:
        own.close()
