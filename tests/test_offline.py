"""Nothing leaves the machine, and nothing is written outside Dalil's folders: the real commands under strace.

onnxruntime's telemetry looked a name up 9 s after the start and again later, so each program is kept alive
for `SECONDS` after it has done its work.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import pytest
from chatting import ask, box, browser, opened, reader
from export_reference import model_folder
from fake_encoder import tiny_weights
from observer import Seen, need_strace, observed, read_log
from own_documents import add, create
from paper import write_docx
from pdf_files import arabic, pdf
from playwright.sync_api import Browser, expect
from test_file_types import BOOK, CORE, archive
from test_mutants import MAKERS
from test_recognition import ARABIC, ENGLISH, picture, saved
from writing_server import Script, perfect, writing

from index import Document, Index, telemetry
from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.readers.file_types import PICTURES
from index.readers.ocr import tesseract
from index.readers.read_files import TYPES
from index.types import text_id

__all__ = ["browser"]  # a fixture

REPOSITORY = Path(__file__).resolve().parent.parent
SECONDS: Final = 30.0
QUESTION: Final = "من أعلن انطلاق معركة التلاقي؟"
# A program that has done its work goes on living, as a server would, and says how it ended.
# A shell's background job, which the tests may be, ignores Ctrl-C, and so would this process.
STAY: Final = f"""
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    from cli.entry import main
    main()
finally:
    time.sleep({SECONDS})
"""
# Addresses that nobody has (RFC 5737): what a text points to is never fetched.
ELSEWHERE: Final = "http://192.0.2.1/picture.png"
PAGE: Final = "http://192.0.2.1/page"
# Done, but a page that was named wasn't fetched.
CODES: Final = {"private page": 4}

LEAVES: Final = [
    ("import socket; socket.getaddrinfo('nowhere.example.com', 80)", "nowhere"),
    ("import socket; socket.create_connection(('192.0.2.1', 443), timeout=.1)", "connect 192.0.2.1 port 443"),
    (
        "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('192.0.2.1', 9))",
        "sendto 192.0.2.1 port 9 x",
    ),
    (
        "import socket; socket.create_connection(('2001:db8::1', 443), timeout=.1)",
        "connect 2001:db8::1 port 443",
    ),
    ("import socket; socket.create_server(('', 0))", None),
    ("import socket; socket.create_server(('0.0.0.0', 45871))", "bind 0.0.0.0 port 45871"),
    (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "'import socket; socket.create_connection((\"192.0.2.1\", 80), timeout=.1)'])",
        "connect 192.0.2.1 port 80",
    ),
]


@dataclass(frozen=True)
class Place:
    """A user's machine with nothing on it: an empty home folder, a working and a temporary folder."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    @property
    def own(self) -> tuple[Path, ...]:
        """Where Dalil may write."""
        return (
            self.home / ".cache" / "dalil",
            self.home / ".local" / "share" / "dalil",
            self.work,
            self.temporary,
        )

    @property
    def environment(self) -> dict[str, str]:
        """No more than a login has: CI, for one, would turn some packages' telemetry off."""
        return {
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'tests'}",
            "PYTHONDONTWRITEBYTECODE": "1",  # else Python writes beside the modules
        }

    def foreign(self) -> list[str]:
        """Files in the home folder that aren't Dalil's."""
        found = (path for path in self.home.rglob("*") if not path.is_dir() and path not in self.own)
        return sorted(
            path.relative_to(self.home).as_posix()
            for path in found
            if not any(path.is_relative_to(one) for one in self.own)
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    need_strace()
    made = Place(tmp_path)
    for folder in (made.home, made.work, made.temporary):
        folder.mkdir()
    return made


@pytest.fixture
def machine(place: Place, model: Encoder) -> Place:
    """With the bundled model and its languages' means, as both take seconds to make."""
    LanguageMeans.known(model)
    cache = place.home / ".cache" / "dalil"
    cache.mkdir(parents=True)
    for name in ("models", "language_means"):
        (cache / name).symlink_to(Path(os.environ["DALIL_CACHE"]).resolve() / name)
    return place


# The observer itself: what it has to see, it sees.


def seen_of(program: str, place: Place) -> Seen:
    command = [sys.executable, "-c", program]
    with observed(command, place.folder / "log", place.work, place.environment) as running:
        running.process.communicate(timeout=60)
    return running.seen(place.own)


@pytest.mark.parametrize(("program", "expected"), LEAVES)
def test_the_observer_sees_what_leaves(program: str, expected: str | None, place: Place) -> None:
    packets = seen_of(program, place).packets
    if expected is None:
        assert all(packet.startswith("bind") for packet in packets)
    else:
        assert any(expected in packet for packet in packets), packets


@pytest.mark.parametrize(
    "program",
    [
        "(Path.home() / '.cache').mkdir(); (Path.home() / '.cache' / 'x').write_text('')",
        "os.mkdir(Path.home() / 'x')",
        "Path('x').write_text(''); os.rename('x', Path.home() / 'x')",
        "os.chdir(Path.home()); os.mkdir('x')",
        "os.symlink('/', Path.home() / 'x')",
        "open(os.open('x', os.O_CREAT | os.O_WRONLY, dir_fd=os.open(Path.home(), os.O_RDONLY)))",
        "subprocess.run(['sh', '-c', 'echo > ../home/x'])",
        "(Path.home() / 'دليل').touch(); (Path.home() / 'دليل').unlink(); (Path.home() / 'x').touch()",
    ],
)
def test_the_observer_sees_foreign_files(program: str, place: Place) -> None:
    seen = seen_of(f"import os, subprocess\nfrom pathlib import Path\n{program}", place)
    assert any(file.endswith("/x") for file in seen.files), seen.files
    assert all(str(place.home) in file for file in seen.files)
    assert seen.packets == ()


def test_the_observer_is_content_with_what_stays_here(place: Place) -> None:
    program = """
import socket, tempfile
from pathlib import Path
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).sendall(b"192.0.2.1")
socket.create_connection(("localhost", server.getsockname()[1]))
Path("x").write_text("x")
Path.home().joinpath(".cache", "dalil").mkdir(parents=True)
Path.home().joinpath(".cache", "dalil", "x").touch()
tempfile.NamedTemporaryFile().write(b"x")
open("/dev/null", "w").write("x")
open("/etc/hostname").read()
"""
    assert seen_of(program, place) == Seen()


def test_the_log_of_another_strace_is_read_too(tmp_path: Path) -> None:
    """Calls that others interrupted, and a look-up through systemd's service."""
    log = f"""\
7 connect(3<socket:[1]>, {{sa_family=AF_UNIX, sun_path="/run/systemd/resolve/io.systemd.Resolve"}}, 42) = 0
8 openat(AT_FDCWD<{tmp_path}>, "\\331\\202", O_WRONLY|O_CREAT, 0666 <unfinished ...>
7 connect(3<socket:[1]>, {{sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), \
inet_pton(AF_INET6, "::ffff:192.0.2.1", &sin6_addr), sin6_scope_id=0}}, 28) = -1 ENETUNREACH (unreachable)
7 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 4<socket:[2]>
7 connect(4<socket:[2]>, {{sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}}, 16) = 0
7 sendto(4<socket:[2]>, "name", 4, MSG_NOSIGNAL, NULL, 0) = 4
7 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP <unfinished ...>
9 openat(AT_FDCWD<{tmp_path}>, "/home/c", O_WRONLY <unfinished ...>
7 <... socket resumed>) = 5<socket:[3]>
9 <... openat resumed>) = -1 ENOENT (No such file or directory)
7 connect(5<socket:[3]>, {{sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}}, 16) = 0
8 <... openat resumed>) = 3</x>
9 mkdir("/home/a", 0777) = -1 EACCES (Permission denied)
9 mkdir("/home/b", 0777) = -1 EEXIST (File exists)
"""
    assert read_log(log, tmp_path, [tmp_path]) == Seen(
        (
            "connect /run/systemd/resolve/io.systemd.Resolve",
            "connect 192.0.2.1 port 443",
            "sendto 127.0.0.53 port 53 name",
        ),
        ("mkdir /home/a",),
        ("connect 8.8.8.8 port 53",),
    )
    assert read_log(log, tmp_path, [tmp_path / "a"]).files == (f"openat {tmp_path / 'ق'}", "mkdir /home/a")


# The settings, and when they are made.


@pytest.mark.slow
@pytest.mark.parametrize(
    "first", ["index", "cli.app", "index.readers.converter.process", "web.server.serving", "ui"]
)
def test_telemetry_is_off_before_anything_reads_it(first: str) -> None:
    """Of the packages that read a variable, none is imported before all are set."""
    program = f"""
import os, sys
from index_names import READERS, VARIABLES
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in READERS:
            missing = [one for one in VARIABLES if one not in os.environ]
            assert not missing, (name, missing)
sys.meta_path.insert(0, Watch())
import {first}
assert not [one for one in VARIABLES if one not in os.environ]
"""
    names = f"READERS = {READERS!r}\nVARIABLES = {sorted(telemetry.VARIABLES)!r}"
    program = program.replace("from index_names import READERS, VARIABLES", names)
    environment = {name: value for name, value in os.environ.items() if name not in telemetry.VARIABLES}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


READERS: Final = ("onnxruntime", "gradio", "haystack", "huggingface_hub", "transformers", "ray", "torch")


def test_what_a_user_has_chosen_stays() -> None:
    environment = {"DO_NOT_TRACK": "0", "RAY_USAGE_STATS_ENABLED": "", "ORT_DISABLE_TELEMETRY": "1"}
    telemetry.turn_off(environment)
    assert environment == {**telemetry.VARIABLES, "DO_NOT_TRACK": "0"}


# The commands.


def write_files(folder: Path) -> None:
    """A file of every type, each with links to what isn't here."""
    folder.mkdir()
    (folder / "a.txt").write_text(f"The ceasefire was signed in Amman. {ELSEWHERE}", "utf-8")
    (folder / "b.md").write_text(f"# The river\n\nIt floods. ![]({ELSEWHERE}) [a]({ELSEWHERE})", "utf-8")
    (folder / "c.html").write_text(
        f'<!DOCTYPE html SYSTEM "{ELSEWHERE}"><head><base href="{ELSEWHERE}"><link rel=stylesheet '
        f'href="{ELSEWHERE}"></head><p>A page.<img src="{ELSEWHERE}"><iframe src="{ELSEWHERE}"></iframe>',
        "utf-8",
    )
    (folder / "d.pdf").write_bytes(
        pdf([[arabic(300, 500, "يفيض النهر")]], extra=f"/F <</FS /URL /F ({ELSEWHERE})>>")
    )
    write_docx(folder / "e.docx", ["وصل التقرير إلى المجلس."])
    archive(folder / "e.docx", {"docProps/core.xml": CORE.format("تقرير", "ليلى")})
    _link_picture(folder / "e.docx")
    linked = BOOK["OPS/text/one.xhtml"].replace("<p>", f'<img src="{ELSEWHERE}"/><p>')
    doctype = f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "{ELSEWHERE}">'
    archive(folder / "f.epub", {**BOOK, "OPS/text/one.xhtml": doctype + linked})
    for suffix in (".htm", ".xhtml"):
        (folder / f"g{suffix}").write_text(
            f'<html xmlns="http://www.w3.org/1999/xhtml"><head><link rel="stylesheet" href="{ELSEWHERE}"/>'
            f'</head><body><p>Another page, {suffix}.</p><img src="{ELSEWHERE}"/></body></html>',
            "utf-8",
        )
    there = {path.suffix for path in folder.iterdir()}
    for suffix in MAKERS.keys() - there:
        MAKERS[suffix](folder / f"made{suffix}")
    others = (f"The report {suffix[1:]} was read in the council." for suffix in PICTURES)
    for suffix, line in zip(PICTURES, (*ENGLISH, *ARABIC, *others), strict=False):
        saved(folder / f"scan{suffix}", picture([line], arabic=line in ARABIC))
    assert {path.suffix for path in folder.iterdir()} == set(TYPES)


def read_of_them() -> int:
    """How many of these files can be read here."""
    return len(TYPES) - (0 if tesseract.is_installed() else len(PICTURES))


def _link_picture(path: Path) -> None:
    """Gives a Word document a picture that lies elsewhere, and a template to fetch."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    name = "word/_rels/document.xml.rels"
    empty = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    )
    parts[name] = parts.get(name, empty).replace(
        "</Relationships>",
        f'<Relationship Id="far" Type="{office}/image" Target="{ELSEWHERE}" TargetMode="External"/>'
        f'<Relationship Id="mould" Type="{office}/attachedTemplate" Target="{ELSEWHERE}" '
        'TargetMode="External"/></Relationships>',
    )
    drawing = (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:blipFill><a:blip xmlns:r="{office}" r:link="far"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    parts["word/document.xml"] = parts["word/document.xml"].replace("</w:p>", drawing, 1)
    path.unlink()
    archive(path, parts)


def write_questions(path: Path) -> None:
    """Two questions in SQuAD's format."""
    context = "Salma Haddad signed the accord in Amman. It held for three years."
    questions = [
        {
            "id": str(number),
            "question": question,
            "answers": [{"text": answer, "answer_start": context.index(answer)}],
        }
        for number, (question, answer) in enumerate(
            [("Who signed the accord?", "Salma Haddad"), ("How long did it hold?", "three years")]
        )
    ]
    articles = [{"title": "Accord", "paragraphs": [{"context": context, "qas": questions}]}]
    path.write_text(json.dumps({"version": "1.1", "data": articles}), "utf-8")


def write_models(machine: Place) -> Mapping[str, Path]:
    """A sentence-transformers model of a few kilobytes in a folder, and as a download left it."""
    weights = machine.folder / "weights.bin"
    weights.write_bytes(tiny_weights())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DALIL_CACHE", str(machine.folder / "unpacked"))
        made = model_folder(weights)
    folder = Path(shutil.copytree(made, machine.work / "tiny"))
    hub = machine.home / ".cache" / "huggingface" / "hub" / "models--someone--tiny"
    shutil.copytree(made, hub / "snapshots" / "0123abcd")
    (hub / "refs").mkdir()
    (hub / "refs" / "main").write_text("0123abcd")
    return {"folder": folder, "hub": hub}


INTEGRATION: Final = """
import time
from qa.api.integrations.{0} import DalilRetriever
retriever = DalilRetriever()
assert {1}
time.sleep({2})
"""


# Several commands, one after the other.
SEVERAL: Final = f"""
import json, sys, time
from cli.entry import main
try:
    for arguments in json.loads(sys.argv[1]):
        sys.argv[1:] = arguments
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                raise
finally:
    time.sleep({SECONDS})
"""
# The picture of a page of a PDF file, and where a sentence stands on it.
PAGE_PICTURE: Final = f"""
import time
from pathlib import Path
from index.readers.converter.page_pictures import PagePictures
from index.readers.read_files import read_file
path = Path("files/d.pdf")
document = read_file(path)
shown = PagePictures().get(path, document, 1, 0, len(document.text))
assert (shown.pages, len(shown.boxes)) == (1, 1), shown
time.sleep({SECONDS})
"""


def programs(writer: str) -> dict[str, list[str]]:
    """Name -> a Python program and its arguments: what a user starts, apart from servers.

    Args:
        writer: the address of a language model on this machine.
    """
    commands = {
        "ask": ["ask", QUESTION],
        "search": ["search", "--why", QUESTION],
        "index": ["index", "files"],
        "page that is there": ["index", PAGE, "files", "--index", "with-page"],
        "private page": ["index", "http://10.0.0.1/", "files", "--index", "without-page"],
        "model in a folder": ["index", "files", "--index", "by-folder", "--model", "tiny"],
        "model of the hub": ["index", "files", "--index", "by-name", "--model", "someone/tiny"],
        "eval": ["eval", "squad.json", "--plots", "pictures"],
        "user": ["user", "add", "salma"],
        "writer": ["ask", "--write", "--writer", writer, "--writer-model", "m", QUESTION],
    }
    asked = {
        "langchain": "retriever.invoke('Akashat')",
        "haystack": "retriever.run('Akashat')['documents']",
        "llama_index": "retriever.retrieve('Akashat')",
    }
    found = {name: ["-c", STAY, *arguments] for name, arguments in commands.items()}
    looked_into = ["--index", "looked-into"]
    several = [["index", "files/a.txt", *looked_into], ["doctor", *looked_into]]
    found |= {"doctor": ["-c", SEVERAL, json.dumps(several)], "page": ["-c", PAGE_PICTURE]}
    return found | {
        name: ["-c", INTEGRATION.format(name, question, SECONDS)] for name, question in asked.items()
    }


def run(name: str, program: Sequence[str], machine: Place) -> tuple[int, str, Seen]:
    """How a program ended, what it printed, what was seen of it."""
    command = [sys.executable, *program]
    log = machine.folder / f"{name}.log"
    with observed(command, log, machine.work, machine.environment, stdin=subprocess.PIPE) as running:
        printed, _ = running.process.communicate(b"open sesame\n", timeout=1200)
    return running.process.returncode, printed.decode(), running.seen(machine.own)


@pytest.mark.slow
@pytest.mark.model
def test_a_question_leaves_neither_the_machine_nor_its_folders(machine: Place) -> None:
    """The shortest of the commands below, which the long tests have: without the wait after its work."""
    program = ["-c", "from cli.entry import main; main()", "ask", QUESTION]
    code, printed, seen = run("ask", program, machine)
    assert (code, seen) == (0, Seen()), printed
    assert machine.foreign() == []


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.hostile
def test_no_command_leaves_the_machine_or_its_folders(machine: Place, model: Encoder) -> None:
    write_files(machine.work / "files")
    write_questions(machine.work / "squad.json")
    kept = Document("It was here.", source=PAGE, id=text_id(PAGE), fetched="2026-11-30")
    Index.build([kept], machine.work / "with-page", encoder=model, show_progress=False)
    write_models(machine)
    before = machine.foreign()
    # All at the same time: they mostly wait.
    script = Script(perfect)
    with writing(script) as url:
        each = programs(url)
        with ThreadPoolExecutor(len(each)) as pool:
            ended = pool.map(lambda name: run(name, each[name], machine), each)
            done = dict(zip(each, ended, strict=True))
    for name, (code, printed, _) in done.items():
        assert code == CODES.get(name, 0), f"{name}: {printed}"
    assert {name: seen for name, (_, _, seen) in done.items() if seen != Seen()} == {}
    assert machine.foreign() == before
    assert f"{read_of_them()} documents" in done["index"][1], done["index"][1]
    assert "every byte is as it was written" in done["doctor"][1]
    assert "not fetched again" in done["page that is there"][1]
    assert script.bodies


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.hostile
def test_a_watched_folder_leaves_nothing(machine: Place) -> None:
    folder = machine.work / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("The ceasefire was signed in Amman.", "utf-8")
    command = [sys.executable, "-c", STAY, "index", "files", "--watch"]
    with observed(command, machine.folder / "log", machine.work, machine.environment) as running:
        told = ""
        while "Watching" not in told:
            line = read_line(running.process.stdout)
            assert line, told
            told += line
        (folder / "b.md").write_text(f"# The river\n\nIt floods. ![]({ELSEWHERE})", "utf-8")
        while "indexed" not in told:
            line = read_line(running.process.stdout)
            assert line, told
            told += line
        running.signal(signal.SIGINT)
        running.process.communicate(timeout=60 + SECONDS)
    assert running.seen(machine.own) == Seen()
    assert machine.foreign() == []


def read_line(pipe: IO[bytes] | None) -> str:
    assert pipe is not None
    return pipe.readline().decode()


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.hostile
def test_the_mcp_server_leaves_nothing(machine: Place) -> None:
    requests: list[dict[str, object]] = [
        {
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        {
            "id": 2,
            "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": QUESTION}},
        },
    ]
    command = [sys.executable, "-c", "from cli.entry import main; main()", "mcp"]
    log = machine.folder / "log"
    with observed(command, log, machine.work, machine.environment, stdin=subprocess.PIPE) as running:
        assert running.process.stdin is not None
        for request in requests:
            running.process.stdin.write(json.dumps({"jsonrpc": "2.0", **request}).encode() + b"\n")
            running.process.stdin.flush()
            if "id" in request:
                reply = json.loads(read_line(running.process.stdout))
                assert reply["id"] == request["id"], reply
        assert reply["result"]["structuredContent"]["found"], reply
        time.sleep(SECONDS)
        running.process.communicate(timeout=60)
    assert running.process.returncode == 0
    assert running.seen(machine.own) == Seen()
    assert machine.foreign() == []


@pytest.fixture
def chat(machine: Place) -> Iterator[tuple[str, Place]]:
    """The address of `dalil chat`, which is observed until the test is over, and for `SECONDS` at least."""
    write_files(machine.work / "files")
    command = [
        sys.executable,
        "-c",
        "from cli.entry import main; main()",
        "chat",
        "--folders",
        str(machine.work),
    ]
    with observed(command, machine.folder / "log", machine.work, machine.environment) as running:
        started = time.monotonic()
        line = read_line(running.process.stdout)
        assert line.startswith("Dalil listens on http://127.0.0.1:"), line
        yield line.split()[3], machine
        time.sleep(max(0.0, started + SECONDS - time.monotonic()))
        running.signal()
        printed, _ = running.process.communicate(timeout=60)
    assert printed == b""
    assert running.seen(machine.own) == Seen()
    assert machine.foreign() == []


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.hostile
@pytest.mark.browser
def test_the_chat_leaves_nothing(chat: tuple[str, Place], browser: Browser) -> None:
    address, machine = chat
    followed = machine.work / "followed"
    followed.mkdir()
    (followed / "bridge.txt").write_text(f"The bridge was opened in 1931. {ELSEWHERE}", "utf-8")
    with opened(browser, address) as page:
        page.set_default_timeout(120_000)
        box(page).fill(QUESTION)
        box(page).press("Enter")
        expect(page.locator(".turn .answer")).to_be_visible(timeout=60_000)
        pane = create(page, "Everything")
        said = add(page, *sorted((machine.work / "files").iterdir()))
        expect(pane.locator(".document"), said.inner_text()).to_have_count(read_of_them(), timeout=120_000)
        # A page of a PDF file is drawn.
        turn = ask(page, "من أين يفيض النهر؟")
        turn.locator("[data-act=picture]").first.click()
        expect(reader(page).locator("figure img")).to_be_visible(timeout=60_000)
        pane = create(page, "Followed")
        pane.locator("[data-act=follow-folder]").click()
        page.locator("#asking input").fill(str(followed))
        page.keyboard.press("Enter")
        expect(pane.locator(".document")).to_have_text(["bridge"], timeout=120_000)
