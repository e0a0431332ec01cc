"""Files that are whole or absent: checksums, flushing, atomic replacement, locks, and one rule for modes.

What Dalil writes has the mode that the user's umask gives it, so that an index or a cache can be shared.
Only what is private is for its owner alone, whatever the umask: the file of users, verdicts on answers, and
the data folder that Dalil makes for collections (`private=True`, `make_private_folder`).
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import secrets
import stat
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
import platformdirs
from numpy.typing import NDArray

from index.errors import InvalidPath

if TYPE_CHECKING:
    from filelock import BaseFileLock

_parsing = threading.Lock()


def cache_folder() -> Path:
    """Folder for what Dalil can make again: `$DALIL_CACHE`, else the platform's cache folder.

    Raises:
        InvalidPath: the variable names the home folder of a user who doesn't exist.
    """
    return chosen_folder("DALIL_CACHE") or Path(platformdirs.user_cache_dir("dalil"))


def chosen_folder(variable: str) -> Path | None:
    """The folder that an environment variable names; None where it is empty or not set.

    Raises:
        InvalidPath: it is in the home folder of a user who doesn't exist.
    """
    chosen = os.environ.get(variable)
    return expanded(chosen, f"{variable}: ") if chosen else None


def expanded(path: str | Path, where: str = "") -> Path:
    """A path with the home folder in the place of a leading `~` or `~name`.

    Args:
        path: as it was typed.
        where: it stands, for the message.

    Raises:
        InvalidPath: there is no such user.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        user = Path(path).parts[0]
        raise InvalidPath(
            f"{where}{path}: there is no home folder {user} on this machine. Name another folder."
        ) from None


def open_regular(path: Path, flags: int = os.O_RDONLY) -> BinaryIO:
    """A file's content, if it is a regular file when it is opened.

    A pipe would be waited for without end, and a device may have no end.

    Args:
        path: of the file.
        flags: of `os.open`.

    Raises:
        IsADirectoryError: it is a folder.
        OSError: it is another thing than a file, or can't be opened.
    """
    handle = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return os.fdopen(handle, "r+b" if flags & os.O_RDWR else "rb")


def read_regular(path: Path, most_bytes: int = -1) -> bytes:
    """What `open_regular` gives, up to so many bytes; all if that is negative."""
    with open_regular(path) as file:
        return file.read(most_bytes)


def keep_font_list() -> None:
    """Has matplotlib keep its list of the machine's fonts in the cache folder.

    Otherwise it makes folders in ~/.cache and ~/.config. To be called before matplotlib is imported.
    """
    os.environ.setdefault("MPLCONFIGDIR", str(cache_folder() / "matplotlib"))


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class FileWriter:
    """Writes a file bit by bit; what was written is on disk when the context ends without an error.

    Through Python, since numpy and FAISS, when they write by themselves, don't always tell that the
    disk is full.

    Attributes:
        position: bytes written so far.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file, which loses what it held.

        Raises:
            OSError: it can't be written.
        """
        self.position = 0
        self._file = path.open("wb")

    def write(self, part: bytes | memoryview) -> None:
        """Appends to the file.

        Raises:
            OSError: not all of it could be written.
        """
        self.position += len(part)
        self._file.write(part)

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                self._file.flush()
                _sync(self._file.fileno())


def write(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Writes a file and flushes it to disk.

    Raises:
        OSError: not all of it could be written.
    """
    with FileWriter(path) as file:
        for part in parts:
            file.write(part)


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Writes an array of numbers in numpy's .npy format.

    Raises:
        OSError: not all of it could be written.
    """
    array = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    write(path, (header.getvalue(), array.reshape(-1).view(np.uint8).data))


def read_array(path: Path, mapped: bool = False) -> NDArray[Any]:
    """Reads what `write_array` wrote.

    Args:
        path: the file.
        mapped: leave the numbers on disk until they are asked for.

    Raises:
        OSError: it can't be read.
        ValueError: it isn't in that format.
    """
    # numpy parses the header as Python source, and CPython 3.11's parser fails now and then when two
    # threads are in it (SystemError, "AST constructor recursion depth mismatch").
    with _parsing:
        try:
            # As a plain array: numpy's memmap class makes every slice several times slower.
            array = np.asarray(np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False))
        except (EOFError, BadZipFile) as error:
            raise ValueError(f"{path} isn't an array in numpy's .npy format") from error
    return array


def _sync(handle: int) -> None:
    if hasattr(fcntl, "F_FULLFSYNC"):
        # On macOS fsync alone leaves it to the drive when it writes.
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)


def flush(path: Path) -> None:
    """Makes sure that a file or folder has reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        _sync(handle)
    finally:
        os.close(handle)


def replace(path: Path, content: bytes, private: bool = False) -> None:
    """Writes a small file so that a reader sees the old content or the new, never a part.

    Args:
        path: the file.
        content: what it holds then.
        private: whether only its owner may read it (mode 0600); else the umask says who may.

    Raises:
        OSError: it can't be written; the old content stays.
    """
    partial = path.parent / f".{path.name}.{secrets.token_hex(8)}"
    # Not by tempfile, which gives every file the mode 0600.
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            _sync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    flush(path.parent)


def temporary_folder(prefix: str, parent: Path) -> Path:
    """A new folder with a name of its own, with the mode that the umask gives; remove it, or rename it.

    Raises:
        OSError: it can't be made.
    """
    # Not by tempfile, which gives every folder the mode 0700.
    folder = parent / f"{prefix}{secrets.token_hex(8)}"
    folder.mkdir()
    return folder


def make_private_folder(folder: Path) -> None:
    """Makes a folder that only its owner may look into (mode 0700), unless there is one.

    Raises:
        OSError: it can't be made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def lock(path: Path, timeout: float = -1) -> BaseFileLock:
    """A lock between processes, as a context manager; it ends with the process, however it ends.

    Args:
        path: the lock's file, which stays. Whoever may write the folder's files may take the lock.
        timeout: seconds to wait for another process; without an end if negative.

    Raises:
        filelock.Timeout: on entering, when another process has it for longer.
        OSError: on entering, when its file can't be made.
    """
    # Here, as it takes a tenth of a cold start to import.
    from filelock import FileLock

    return FileLock(path, timeout=timeout)
