"""Files that are whole or absent: checksums, flushing, atomic replacement."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import stat
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
import platformdirs
from numpy.typing import NDArray

from index.errors import InvalidPath

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


def replace(path: Path, content: bytes) -> None:
    """Writes a small file so that a reader sees the old content or the new, never a part."""
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            _sync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    flush(path.parent)
