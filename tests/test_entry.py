"""The process of the command line: its streams, its signals, and how each way of failing ends."""

from __future__ import annotations

import ast
import io
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY
from syntax import syntax_tree
from test_cli import AGREEMENT, FAKE_DALIL, WHO_SIGNED, dalil, process, surrounding, surroundings, texts
from test_cli import cache as cache

from cli import exit_codes, streams
from index.errors import IndexDamaged, InvalidPath
from qa.collections.types import data_folder

__all__ = ["surroundings", "texts"]  # fixtures

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\x08\x7f\r"


def shell(command: str, environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, output and errors of a shell command in which $DALIL is the command line."""
    inside = " ".join(f"'{part}'" for part in FAKE_DALIL)
    done = subprocess.run(
        ["bash", "-c", command.replace("$DALIL", inside)],
        capture_output=True,
        env=surrounding(environment or {}),
        timeout=120,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


# Streams.


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [f'ask "{WHO_SIGNED}"', f'search "{WHO_SIGNED}"', "--help", "--version"]
)
@pytest.mark.parametrize(
    ("where", "why"), [(">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")]
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cant_be_written_is_told(arguments: str, where: str, why: str) -> None:
    assert shell(f"$DALIL {arguments} {where}") == (74, "", f"dalil: standard output: {why}.\n")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", ["--help", f'ask "{WHO_SIGNED}"'])
def test_a_pipe_that_nobody_reads_any_more_is_no_error(arguments: str) -> None:
    code, shown, said = shell(f"$DALIL {arguments} | true; exit ${{PIPESTATUS[0]}}")
    assert (code in (0, 141), shown, said) == (True, "", "")  # 0 where all was written before `true` ended


@pytest.mark.slow
def test_without_standard_input_there_are_no_questions() -> None:
    assert shell("$DALIL ask - <&-") == (3, "", "dalil: standard input: Bad file descriptor.\n")


@pytest.mark.slow
def test_without_standard_error_answers_are_the_same() -> None:
    told = shell(f'$DALIL ask "{WHO_SIGNED}"')
    assert told[0] == 0
    assert told[2] == ""
    assert shell(f'$DALIL ask "{WHO_SIGNED}" 2>&-') == told
    assert shell(f'$DALIL ask "{WHO_SIGNED}" 2>/dev/full') == told
    assert shell("$DALIL ask who --index nowhere 2>/dev/full") == (3, "", "")


def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    """Else what a library prints would go into an index."""
    program = (
        "from cli import streams; streams.prepare(); import os; "
        "file = open('first', 'w'); assert file.fileno() > 2, file.fileno(); os.write(2, b'')"
    )
    done = subprocess.run(
        ["bash", "-c", f'exec "{sys.executable}" -c "{program}" <&- >&- 2>&-'],
        cwd=tmp_path,
        env=surrounding({}),
        timeout=60,
    )
    assert done.returncode == 0


@pytest.mark.slow
def test_a_line_without_end_is_one_question_that_is_too_long() -> None:
    done = process("ask", "-", stdin=b"a" * 300_000 + f"\n{WHO_SIGNED}\n".encode())
    assert done.returncode == 2
    assert (
        done.stderr.decode() == "dalil: line 1: The question is too long. Shorten it to a sentence or two.\n"
    )
    assert f"\n? {WHO_SIGNED}\n" in done.stdout.decode()


@pytest.mark.slow
def test_questions_with_nul_and_what_isnt_text_are_refused_one_by_one() -> None:
    done = process("ask", "-", "--json", stdin=b"who\0 did\n\xff\xfe\n\x1b[2J\n\0\n")
    assert (done.returncode, done.stderr) == (2, b"")
    assert done.stdout.count(b'"error": "not_text"') == 4
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.stdout)


# What a terminal gets.


def test_control_characters_are_escaped() -> None:
    assert streams.escaped(f"a{ESCAPES}b\tc\nd") == (r"a\x1b]0;owned\x07\x1b[2J\x9b31m\x08\x7f\rb" + "\tc\nd")
    assert streams.in_one_line("a\u202eb\nc\td\u2028e\u2066\x1b") == r"a\u202eb\nc\td\u2028e\u2066\x1b"
    assert streams.escaped("«نصّ» \u200f\u2068A\u2069 é 漢 😀") == "«نصّ» \u200f\u2068A\u2069 é 漢 😀"
    assert streams.in_one_line("نصّ می\u200cخواهم 👨\u200d👩") == "نصّ می\u200cخواهم 👨\u200d👩"


def on_a_terminal(*arguments: str | bytes) -> str:
    """What a terminal is sent on standard output and error together."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen([*FAKE_DALIL, *arguments], stdout=theirs, stderr=theirs, env=surrounding({}))
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 10_000)
        except OSError:  # Linux's end of a terminal
            break
        if not part:
            break
        shown += part
    os.close(ours)
    running.wait(60)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.slow
def test_nothing_from_outside_reaches_a_terminal_as_it_is(tmp_path: Path) -> None:
    hostile = ESCAPES.replace("\r", "")
    folder = tmp_path / f"f{hostile}"
    folder.mkdir()
    (folder / f"good{hostile}\n.md").write_text(
        f"# Title {hostile}\n{AGREEMENT}Text {hostile} here.\n", "utf-8"
    )
    (folder / f"bad{hostile}.pdf").write_bytes(b"no")
    (folder / f"empty{hostile}\u202e.txt").write_text("")
    place = f"i{hostile}"
    shown = [
        on_a_terminal("index", folder.name, "--index", place),
        on_a_terminal("ask", "What text is here?", "--index", place),
        on_a_terminal("search", WHO_SIGNED, "--why", "--index", place),
        on_a_terminal("search", "Text here", "--json", "--index", place),
        on_a_terminal("index", str(folder / f"bad{hostile}.pdf"), "--index", place, "--remove"),
        on_a_terminal(f"no{hostile}"),
        on_a_terminal("ask", "who", "-k", hostile),
        on_a_terminal("ask", "who", f"--no{hostile}"),
        on_a_terminal("user", "remove", hostile, "--auth", place),
        on_a_terminal("user", "list", "--auth", f"none{hostile}"),
        on_a_terminal("eval", f"none{hostile}"),
    ]
    for text in shown:
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text), text
    for text in shown[:2]:
        assert r"\x1b]0;owned\x07" in text


@pytest.mark.slow
@pytest.mark.usefixtures("texts")
def test_a_pipe_gets_every_character_and_json_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_text("Text \x1b[1m here\x9b.\n", "utf-8")
    assert dalil("index", "odd.txt", "--index", "odd").exit_code == 0
    assert "Text \x1b[1m here\x9b." in process("search", "text here", "--index", "odd").stdout.decode()
    as_json = process("search", "text here", "--index", "odd", "--json").stdout.decode()
    assert r"Text \u001b[1m here\u009b." in as_json


def test_logs_and_tracebacks_are_escaped_too() -> None:
    program = (
        "from cli import streams; streams.prepare(); import logging; "
        r"logging.warning('a \x1b[2J'); raise ValueError('b \x9b2J')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=surrounding({}), timeout=60
    )
    said = done.stderr.decode()
    assert r"a \x1b[2J" in said
    assert r"b \x9b2J" in said


def test_only_the_console_prints() -> None:
    """So that whatever a command shows goes one way."""
    allowed = {"cli/exit_codes.py": 1, "cli/console.py": 3, "ui.py": 2, "qa/api/mcp_server.py": 1}
    found = {}
    for path in [
        *(p for room in ("cli", "index", "qa", "web") for p in (REPOSITORY / room).rglob("*.py")),
        REPOSITORY / "ui.py",
    ]:
        calls = [
            node
            for node in ast.walk(syntax_tree(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        ]
        if calls:
            found[path.relative_to(REPOSITORY).as_posix()] = len(calls)
    assert found == allowed


# Signals.


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.3, 0.6, 1.0, 1.5])
def test_control_c_at_any_moment_of_the_start_ends_quietly(delay: float) -> None:
    """Wherever it comes: while modules are loaded, or later. The process says when it has begun."""
    program = "import cli.entry as e, os; p = e.streams.prepare; "
    program += "e.streams.prepare = lambda: (p(), os.write(2, b'.')); e.main()"
    running = subprocess.Popen(
        [sys.executable, "-c", program, "search", "-", "--index", "nowhere"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surrounding({}),
        # A shell's background job, which the tests may be, ignores Ctrl-C, and so would this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert running.stderr
    assert running.stderr.read(1) == b"."
    time.sleep(delay - 0.3)
    running.send_signal(signal.SIGINT)
    shown, said = running.communicate(timeout=60)
    assert shown == b""
    if running.returncode == exit_codes.NO_INDEX:  # it came too late
        assert said.count(b"\n") == 1
    else:
        # Ended by the signal where the interpreter was already putting itself away.
        assert running.returncode in (exit_codes.INTERRUPTED, -signal.SIGINT)
        assert said == b"" or said.startswith(b"dalil: There is no index in nowhere.")


def test_an_ignored_control_c_stays_ignored() -> None:
    program = "import signal, cli.entry as e; e._on_interrupt(e._leave, signal.default_int_handler); "
    program += "print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        env=surrounding({}),
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert done.stdout == b"True\n"


# Surroundings.


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["DALIL_CACHE", "DALIL_INDEX"])
def test_a_home_folder_that_there_isnt_is_told(variable: str) -> None:
    code, shown, said = shell("$DALIL ask who", {variable: "~nouser/x"})
    assert (code, shown, said.count("\n")) == (2, "", 1)
    assert said.startswith("dalil: ")
    assert said.endswith("~nouser/x: there is no home folder ~nouser on this machine. Name another folder.\n")


def test_a_data_folder_that_there_isnt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DALIL_DATA", "~nouser/x")
    with pytest.raises(InvalidPath, match="DALIL_DATA: ~nouser/x: there is no home folder"):
        data_folder()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["/dev/null", "/dev/null/x", "file", "loop", "pipe"])
def test_a_cache_that_cant_be_one_is_one_line(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    code, shown, said = shell("$DALIL ask who", {"DALIL_CACHE": place})
    assert (code, shown, said.count("\n")) == (3, "", 1)
    assert said.startswith("dalil: ")
    assert place in said


@pytest.mark.slow
def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    code, shown, said = shell(f"cd there && rmdir ../there && $DALIL index {tmp_path}/text.txt")
    assert (code, shown, said.count("\n")) == (2, "", 2), said  # there is no such file
    (tmp_path / "text.txt").write_text(AGREEMENT, "utf-8")
    (tmp_path / "there").mkdir()
    code, shown, said = shell(f"cd there && rmdir ../there && $DALIL index {tmp_path}/text.txt")
    assert (code, shown, said.count("\n")) == (3, "", 1)
    assert said.startswith("dalil: The index in dalil-index can't be written: ")


def limited(most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no limit of address space")
@pytest.mark.parametrize("megabytes", [60, 100, 300, 500, 800])
def test_too_little_memory_is_one_line(megabytes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "ask", "who"],
        capture_output=True,
        env=surrounding({}),
        timeout=60,
        preexec_fn=limited(megabytes << 20),
    )
    assert (done.returncode, done.stdout) == (exit_codes.NO_MEMORY, b"")
    assert done.stderr == (
        b"dalil: There isn't enough memory. Close other programs, or raise the limit (ulimit -v).\n"
    )


def cause(error: Exception, of: Exception) -> Exception:
    of.__cause__ = error
    return of


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (MemoryError(), 71, "There isn't enough memory."),
        (ImportError("libx.so: failed to map segment from shared object"), 71, "There isn't enough memory."),
        (RuntimeError("can't start new thread"), 71, "There isn't enough memory."),
        (OSError(12, "Cannot allocate memory"), 71, "There isn't enough memory."),
        (cause(RuntimeError("std::bad_alloc"), IndexDamaged("x")), 71, "There isn't enough memory."),
        (IndexDamaged("out of memory.txt is damaged"), 3, "out of memory.txt is damaged"),
        (PermissionError(13, "Permission denied", "/x\x1b"), 3, r"/x\x1b: Permission denied."),
        (OSError(28, "No space left on device"), 3, "No space left on device."),
        (OSError(9, "Bad file descriptor"), 3, "Standard input or output is closed."),
        (streams.OutputLost("standard output: x."), 74, "standard output: x."),
        (streams.PipeClosed("standard output: x."), 141, ""),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_each_error_has_its_line_and_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_codes.report_error(error) == code
    said = capsys.readouterr().err
    assert said.count("\n") == (1 if line else 0)
    assert said.startswith(f"dalil: {line}" if line else "")


def test_an_interrupt_that_a_library_wrapped_is_still_one(capsys: pytest.CaptureFixture[str]) -> None:
    error = ImportError("numpy couldn't be imported")
    error.__context__ = KeyboardInterrupt()
    assert exit_codes.report_error(error) == exit_codes.INTERRUPTED
    assert capsys.readouterr().err == ""


def test_streams_of_tests_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = io.StringIO()
    monkeypatch.setattr(sys, "stdout", mine)
    monkeypatch.setattr(sys, "stderr", mine)
    streams.prepare()
    assert sys.stdout is mine


# What is asked.


@pytest.mark.usefixtures("texts")
def test_who_asks_the_article_beside_an_index_is_told() -> None:
    shown = dalil("ask", WHO_SIGNED)
    assert shown.stderr == (
        "dalil: This asks the built-in article. To ask the index in ./dalil-index: --index dalil-index\n"
    )
    assert dalil("ask", WHO_SIGNED, "--index", "dalil-index").stderr == ""


def test_without_an_index_beside_it_nothing_is_said() -> None:
    assert dalil("ask", WHO_SIGNED).stderr == ""
