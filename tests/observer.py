"""Runs a program under strace and tells where it and its children connected, and which files they wrote.

What Python's own sockets show isn't enough: native libraries open theirs. strace sees every system call of
the whole tree of processes, whether it succeeds or not.
"""

from __future__ import annotations

import ast
import ipaddress
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import pytest

STRACE: Final = shutil.which("strace")

_NETWORK: Final = ("connect", "bind", "sendto", "sendmsg", "sendmmsg", "socket", "io_uring_setup")
_FILES: Final = (
    "open", "openat", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2",
    "link", "linkat", "symlink", "symlinkat", "truncate", "unlink", "unlinkat", "rmdir", "chdir", "fchdir",
)  # fmt: skip
# "?": one that this processor doesn't have is left out.
_TRACED: Final = ",".join(f"?{call}" for call in (*_NETWORK, *_FILES))

_CALL: Final = re.compile(r"^(\d+) +(\w+)\((.*)$")
_UNFINISHED: Final = "<unfinished ...>"
_RESUMED: Final = re.compile(r"^\d+ +<\.\.\. \w+ resumed>(.*)$")
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ADDRESS: Final = re.compile(
    r"sa_family=AF_INET6?, sin6?_port=htons\((\d+)\).*?"
    r'(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")'
)
_SOCKET: Final = re.compile(r"\d+<socket:\[(\d+)\]>")
_UNIX: Final = re.compile(r'sa_family=AF_UNIX, sun_path=@?"([^"]+)"')
_FOLDER: Final = re.compile(r"^(?:AT_FDCWD|\d+)(?:<((?:[^>\\]|\\.)*)>)?$")
_FAMILIES: Final = frozenset(("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"))
# Nothing was made or changed.
_WITHOUT_EFFECT: Final = re.compile(r"= -1 (?:ENOENT|EEXIST|ENOTDIR|EISDIR|ENXIO|ENOTEMPTY) ")
# Services on this machine that look names up elsewhere.
_LOOKUPS: Final = ("/systemd/resolve/", "/avahi-daemon/")
_DNS_PORT: Final = 53
# Devices and the kernel's own; semaphores lie in /dev/shm.
_NOT_FILES: Final = (Path("/dev"), Path("/proc"))


@dataclass(frozen=True)
class Seen:
    """What a tree of processes did.

    Attributes:
        packets: attempts to reach something that isn't this machine, look-ups of names among them, and
            sockets that listen to others.
        files: paths outside the allowed folders that were made, written or removed, or should have been.
        routes: where to a datagram socket was connected that then sent nothing: the system is asked which
            of its addresses would be used, and no packet leaves.
    """

    packets: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


class Observed:
    """A running program that is being observed."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, folder: Path) -> None:
        self.process = process
        self._log = log
        self._folder = folder

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Sends a signal to the program itself; strace keeps such signals from itself."""
        for _ in range(200):
            if self._log.exists() and (first := self._log.read_bytes().split(maxsplit=1)):
                os.kill(int(first[0]), number)
                return
            time.sleep(0.05)
        raise AssertionError("strace has seen nothing")

    def seen(self, own: Sequence[Path]) -> Seen:
        """What was done, once all processes have ended.

        Args:
            own: folders in which the program may do what it likes.
        """
        assert self.process.poll() is not None
        log = self._log.read_text("utf-8", "replace")
        assert log, "strace has seen nothing: may it trace processes here?"
        return read_log(log, self._folder, own)


@contextmanager
def observed(
    command: Sequence[str | Path],
    log: Path,
    folder: Path,
    environment: Mapping[str, str],
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.PIPE,
) -> Iterator[Observed]:
    """A program under observation. Afterwards none of its processes is left.

    Args:
        command: the program and its arguments.
        log: where strace writes.
        folder: the working folder.
        environment: all of it.
        stdin, stdout: as for `subprocess.Popen`; standard error is where standard output is.
    """
    assert STRACE is not None
    # --seccomp-bpf: calls that aren't traced run at full speed.
    options = ["-f", "-y", "-q", "-s", "200", "--seccomp-bpf", "-e", "signal=none", "-e", f"trace={_TRACED}"]
    traced = [STRACE, *options, "-o", log, "--", *command]
    process = subprocess.Popen(
        traced, cwd=folder, env=dict(environment), stdin=stdin, stdout=stdout, stderr=subprocess.STDOUT
    )
    try:
        yield Observed(process, log, folder)
    finally:
        if process.poll() is None:  # strace ends when the last of the processes has ended
            for pid in _alive(log):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _alive(log: Path) -> list[int]:
    """Processes and threads that strace has seen and that hadn't ended."""
    alive: dict[int, None] = {}
    for line in log.read_text("utf-8", "replace").splitlines() if log.exists() else ():
        pid, _, what = line.partition(" ")
        if what.lstrip().startswith("+++"):
            alive.pop(int(pid), None)
        elif pid.isdigit():
            alive[int(pid)] = None
    return list(alive)


def need_strace() -> None:
    """Skips a test where there is no strace; under CI that is a failure."""
    if STRACE is None:
        reason = "strace isn't installed; it exists for Linux only"
        if os.environ.get("CI") == "true" and sys.platform == "linux":
            pytest.fail(reason)
        pytest.skip(reason)


def read_log(log: str, folder: Path, own: Sequence[Path]) -> Seen:
    """What strace wrote, read.

    Args:
        log: by `strace -f -y`, with the calls that `observed` traces.
        folder: the working folder that the program was started in.
        own: folders in which it may write.
    """
    # A path may be relative to whichever folder a process has changed to.
    folders = [folder]
    packets: dict[str, None] = {}
    files: dict[str, None] = {}
    # Datagram sockets by their inodes, and where to they were connected.
    datagrams: dict[str, list[str]] = {}
    for line in _whole_calls(log):
        found = _CALL.match(line)
        if found is None:  # the end of a process
            continue
        call, rest = found[2], found[3]
        if call in _NETWORK:
            packets |= dict.fromkeys(_packets(call, rest, datagrams))
        elif call in ("chdir", "fchdir"):
            if path := _string(rest):
                folders += [base / path for base in tuple(folders) if base / path not in folders]
        elif not _WITHOUT_EFFECT.search(rest):
            for path, bases in _written(call, rest, folders):
                outside = [base / path for base in bases if not _is_own(base / path, own)]
                files |= dict.fromkeys(f"{call} {os.path.normpath(one)}" for one in outside)
    routes = dict.fromkeys(place for places in datagrams.values() for place in places)
    return Seen(tuple(packets), tuple(files), tuple(routes))


def _whole_calls(log: str) -> Iterator[str]:
    """The lines of a log, a call that others came between joined to one line where it ends."""
    begun: dict[str, str] = {}
    for line in log.splitlines():
        pid = line.partition(" ")[0]
        if line.endswith(_UNFINISHED):
            begun[pid] = line.removesuffix(_UNFINISHED)
        elif (resumed := _RESUMED.match(line)) and pid in begun:
            yield f"{begun.pop(pid)} {resumed[1]}"
        else:
            yield line
    yield from begun.values()  # killed meanwhile


def _packets(call: str, rest: str, datagrams: dict[str, list[str]]) -> list[str]:
    """Where to a call sent something or opened a connection, if it isn't a place on this machine.

    Args:
        call: its name.
        rest: its arguments.
        datagrams: inode of a datagram socket -> where to it is connected, which sends nothing; updated.
    """
    number = inode[1] if (inode := _SOCKET.search(rest)) else ""
    reached = list(_reached(call, rest))
    if call == "socket" and "SOCK_DGRAM" in rest:
        datagrams[number] = []
    elif call == "connect" and number in datagrams:
        datagrams[number] += reached
        return []
    elif call.startswith("send") and datagrams.get(number):
        sent = _string(rest)
        reached += [f"{one.replace('connect', call)} {sent}".rstrip() for one in datagrams.pop(number)]
    return reached


def _reached(call: str, rest: str) -> Iterator[str]:
    """Where to a call tried to send, if it isn't a place on this machine."""
    if call == "io_uring_setup":
        yield "io_uring: its calls can't be seen"
    elif call == "socket":
        family = rest.split(",")[0]
        if family not in _FAMILIES:
            yield f"socket {family}"
    else:
        for port, old, new in _ADDRESS.findall(rest):
            address = ipaddress.ip_address(old or new)
            mapped = getattr(address, "ipv4_mapped", None) or address
            # To connect to 0.0.0.0 is to connect to this machine; to listen there is to listen to all.
            is_here = mapped.is_loopback or (mapped.is_unspecified and (call != "bind" or port == "0"))
            if not is_here or (int(port) == _DNS_PORT and call != "bind"):
                names = f" {_string(rest)}" if call.startswith("send") else ""
                yield f"{call} {mapped} port {port}{names}"
        for path in _UNIX.findall(rest):
            if any(part in path for part in _LOOKUPS):
                yield f"{call} {path}"


def _written(call: str, rest: str, folders: list[Path]) -> Iterator[tuple[str, list[Path]]]:
    """Paths that a call writes to, each with the folders that it may be relative to."""
    if call in ("open", "openat") and not re.search(r"\bO_(?:WRONLY|RDWR|CREAT|TRUNC|TMPFILE)\b", rest):
        return
    strings = list(_STRING.finditer(rest))
    if call in ("symlink", "symlinkat"):  # what it points to isn't written
        strings = strings[1:]
    elif call not in ("rename", "renameat", "renameat2", "link", "linkat"):
        strings = strings[:1]
    for found in strings:
        before = rest[: found.start()].rstrip(", ").rpartition(", ")[2]
        base = _FOLDER.match(before) if call.endswith(("at", "at2")) else None
        yield _decoded(found[1]), [Path(_decoded(base[1]))] if base and base[1] else folders


def _is_own(path: Path, own: Sequence[Path]) -> bool:
    """Whether a path is in one of the folders, leads to one, or is no file."""
    normal = Path(os.path.normpath(path))
    return any(normal.is_relative_to(one) or one.is_relative_to(normal) for one in own) or any(
        normal.is_relative_to(one) for one in _NOT_FILES
    )


def _string(rest: str) -> str:
    found = _STRING.search(rest)
    return _decoded(found[1]) if found else ""


def _decoded(shown: str) -> str:
    """A path as strace shows it, with octal escapes for all that isn't ASCII."""
    content: bytes = ast.literal_eval(f'b"{shown}"')
    return os.fsdecode(content)
