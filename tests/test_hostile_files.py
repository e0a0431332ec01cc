"""Hostile files: each is read or refused within seconds of processor time; nobody else waits for it."""

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
from typing import Any, Final

import pytest
from bombs import BOMBS
from bombs_of_types import OFFICE, PICTURES, TEXTS
from fake_encoder import FakeEncoder
from pdf_files import endless_pdf
from PIL import Image

from index import UnreadableFile
from index.readers import file_types
from index.readers.converter import process as converter_process
from index.readers.converter.process import ConverterProcess
from index.readers.ocr import tesseract
from index.readers.process_limits import BASE_SECONDS, MAX_SECONDS, processor_seconds
from index.readers.read_files import read_file
from index.text.split import split
from qa.collections.library import Library
from qa.collections.types import Added, Report
from web.uploads.batches import Batch, Uploads

BOUND_SECONDS = 30.0
# Characters of the headings of a passage: of nine levels of headings and nine keys above it.
MAX_HEADINGS = 18 * 500


@pytest.fixture
def converter(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConverterProcess]:
    """Converters of this test's own, with the limits of every day."""
    own, recognizer = ConverterProcess(), ConverterProcess()
    monkeypatch.setattr(converter_process, "shared", own)
    monkeypatch.setattr(converter_process, "recognizer", recognizer)
    # What was recognised before isn't again.
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield own
    own.close()
    recognizer.close()


def used() -> float:
    """Processor seconds of this process and of its children that have ended."""
    processes = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in processes)


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text) // 4 + 1 for text in texts]


EVERY_BOMB: Final = (*BOMBS, *TEXTS, *OFFICE, *PICTURES)


@pytest.mark.hostile
@pytest.mark.parametrize(("name", "content", "expected"), EVERY_BOMB, ids=[name for name, *_ in EVERY_BOMB])
def test_a_hostile_file_is_read_or_refused_in_time(
    tmp_path: Path, converter: ConverterProcess, name: str, content: Callable[[], bytes], expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    before = used()
    try:
        document = read_file(path)
        found = f"= {document.text}"
    except UnreadableFile as error:
        document, found = None, error.fault
    converter.close()
    converter_process.recognizer.close()
    assert used() - before <= BOUND_SECONDS
    # In the server's own process.
    before = used()
    passages = split(document, 500, count_tokens) if document else []
    assert sum(sum(map(len, passage.headings)) for passage in passages) <= MAX_HEADINGS * len(passages)
    assert used() - before <= BOUND_SECONDS
    # What is read, or the faults with which it is refused; or either, where processors decide.
    texts = tuple(each for each in expected.split("|") if each.startswith("= "))
    faults = [fault for each in expected.split("|") if each not in texts for fault in each.split()]
    if path.suffix in file_types.PICTURES and not tesseract.is_installed():
        faults.append("scan")
    assert found in faults or (texts and found.startswith(texts)), found[:200]
    assert "root:" not in found  # of /etc/passwd
    assert [each.name for each in tmp_path.iterdir()] == [name]  # nothing was unpacked


def test_limits_of_processor_time_grow_with_the_file() -> None:
    for suffix in (".pdf", ".docx", ".epub", ".html"):
        assert processor_seconds(suffix, 0) == BASE_SECONDS <= BOUND_SECONDS
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


def arrived(uploads: Uploads, collection: str, person: str, paths: Sequence[Path]) -> Batch:
    """A batch of these files."""
    batch, _ = uploads.begin(collection, [(path.name, path.stat().st_size) for path in paths], person)
    for number, path in enumerate(paths):
        batch.arrived[number] = batch.folder / f"{number}{path.suffix}"
        batch.arrived[number].write_bytes(path.read_bytes())
    uploads.finish(batch)
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

    uploads = Uploads(add)
    slow = arrived(uploads, theirs, "hostile", hostile)
    waiting_for(lambda: slow.stage == "reading" and converter._process is not None)
    batch = arrived(uploads, theirs if where == "the same collection" else mine, "honest", [text])
    waiting_for(lambda: batch.stage == "done")
    assert (slow.stage, slow.faults) == ("reading", {})
    assert [info.source for info in batch.added.added] == ["text.txt"]

    def is_ended() -> bool:
        converter.kill()  # what holds them up, file by file
        return slow.stage == "done"

    waiting_for(is_ended)
    assert slow.faults == dict.fromkeys(range(3), "file_too_slow")
    uploads.close()


CONVERT = """
import sys
from pathlib import Path
from index.readers.converter import process as converter_process
converter_process.shared.convert(Path(sys.argv[1]))
"""
CHAT = """
import shutil, sys, threading
from pathlib import Path
from fake_encoder import FakeEncoder
import ui
from index import Document, Index
from qa.collections.library import Library
from web.calls.collection_calls import Collections

endless, folder = map(Path, sys.argv[1:])
library = Library(folder / "library", encoder=FakeEncoder())

def upload(uploads):
    batch, _ = uploads.begin(library.create("c").id, [("a.pdf", 200)], "someone")
    batch.arrived[0] = shutil.copy(endless, batch.folder / "0.pdf")
    uploads.finish(batch)

opened = []

class Visited(Collections):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        opened.append(self.uploads)

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
        int(row[0]) for row in rows if int(row[1]) == process and "converter.service import serve" in row[-1]
    ]


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended may be listed until its parent asks for it."""
    command = ["ps", "-o", "stat=", "-p", str(process)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return state != "" and not state.startswith("Z")


def by_default() -> None:
    """For a program that pytest starts: pytest itself may run where these are ignored, as under nohup."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


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
        preexec_fn=by_default,
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


RECOGNIZE = """
import sys
from pathlib import Path
from index.readers.converter import process as converter_process
converter_process.recognizer.convert(Path(sys.argv[1]), lambda *_: None)
"""
PAINT = """
import sys, time
from pathlib import Path
from index.readers.converter import process as converter_process
from index.readers.file_types import digest_of
from index.readers.page.picture import PageRequest
path = Path(sys.argv[1])
request = PageRequest(digest_of(path.read_bytes()), 1)
print(converter_process.painter.draw(path, request).pages, flush=True)
time.sleep(600)
"""
# In Tesseract's place: says which process it is, and takes its time.
BUSY = """#!/bin/sh
if [ "$1" = --list-langs ]; then printf "ara\\neng\\n"; exit; fi
if [ "$1" = --version ]; then echo 1; exit; fi
echo $$ > "$NUMBER.new"; mv "$NUMBER.new" "$NUMBER"
exec sleep 600
"""


@pytest.mark.hostile
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGINT])
def test_no_signal_leaves_text_recognition_behind(tmp_path: Path, number: signal.Signals) -> None:
    program = tmp_path / "tesseract"
    program.write_text(BUSY)
    program.chmod(0o755)
    named = tmp_path / "number"
    Image.new("L", (900, 300), 255).save(tmp_path / "a.png")
    here = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        [sys.executable, "-c", RECOGNIZE, str(tmp_path / "a.png")],
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "NUMBER": str(named),
            "DALIL_CACHE": str(tmp_path / "cache"),
            "PYTHONPATH": here,
        },
        preexec_fn=by_default,
    ) as process:
        try:
            waiting_for(lambda: named.exists() or process.poll() is not None)
            recognizing = int(named.read_text())
            assert is_alive(recognizing)
            converting = converter_of(process)
            os.kill(process.pid, number)
            process.wait(60)
        finally:
            process.kill()
    waiting_for(lambda: not is_alive(converting) and not is_alive(recognizing), 30)


@pytest.mark.hostile
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGINT])
def test_no_signal_leaves_what_draws_pages_behind(tmp_path: Path, number: signal.Signals) -> None:
    Image.new("L", (900, 300), 255).save(tmp_path / "a.png")
    here = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        [sys.executable, "-c", PAINT, str(tmp_path / "a.png")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": here},
        preexec_fn=by_default,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"1\n"
            drawing = converter_of(process)
            os.kill(process.pid, number)
            process.wait(60)
        finally:
            process.kill()
    waiting_for(lambda: not is_alive(drawing), 30)


def interrupting(monkeypatch: pytest.MonkeyPatch, own: ConverterProcess, where: str) -> None:
    """Has Ctrl-C come while a clock is being started, or while one waits for a process to be."""
    if where == "clock":
        start = threading.Timer.start

        def begin(self: threading.Timer) -> None:
            start(self)
            raise KeyboardInterrupt

        monkeypatch.setattr(threading.Timer, "start", begin)
    else:
        submit = own._starter.submit

        def wait(function: Callable[[], object]) -> None:
            submit(function).result()
            raise KeyboardInterrupt

        monkeypatch.setattr(own._starter, "submit", wait)


@pytest.mark.parametrize("where", ["clock", "process"])
def test_an_interrupt_leaves_nothing_that_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>text")
    own = ConverterProcess()
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen.__init__

    def note(self: subprocess.Popen[bytes], *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        started.append(self)

    monkeypatch.setattr(subprocess.Popen, "__init__", note)
    with monkeypatch.context() as patch:
        interrupting(patch, own, where)
        with pytest.raises(KeyboardInterrupt):
            own.convert(path)
    (process,) = started
    assert process.poll() is not None
    clocks = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert all(clock.daemon or clock.finished.is_set() for clock in clocks)
    assert own.convert(path).text == "text"
    own.close()


ALONE = """
import sys, types
from index.readers import process_limits
{without}
process_limits.end_with_parent(int(sys.argv[1]))
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


# Starts a program first, as a converter does Tesseract, which the kernel ends with no one.
WITH_ANOTHER = """
import os, subprocess, sys, types
from index.readers import process_limits
process_limits.sys = types.SimpleNamespace(platform='darwin')
os.setsid()
other = subprocess.Popen(["sleep", "600"])
process_limits.end_with_parent(int(sys.argv[1]))
print(other.pid, flush=True)
while True:
    pass
"""
STARTS_ANOTHER = STARTS.replace("child.stdout.readline()", "print(child.stdout.readline().decode(), end='')")


@pytest.mark.slow
def test_without_the_kernels_help_a_converter_takes_tesseract_with_it() -> None:
    command = [sys.executable, "-c", STARTS_ANOTHER, WITH_ANOTHER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            other, child = int(parent.stdout.readline()), int(parent.stdout.readline())
            assert is_alive(other)
            assert is_alive(child)
        finally:
            parent.kill()
        parent.wait()
    waiting_for(lambda: not is_alive(child) and not is_alive(other), 30)


NO_THREAD = (
    "process_limits.threading = types.SimpleNamespace(Thread=lambda **_: types.SimpleNamespace(start=int))"
)
NO_KERNEL = "process_limits.sys = types.SimpleNamespace(platform='darwin')"
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
