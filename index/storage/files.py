"""File handling: checksums, flushing, atomic replacement, locks, and file modes.

Files are written with the mode that the user's umask gives, so that an index or a cache can be shared.
Only private ones are restricted to their owner, whatever the umask: the file of users, verdicts on answers,
and the data folder that Dalil makes for collections (`private=True`, `make_private_folder`).
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import logging
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
    """Folder for regenerable files: `$DALIL_CACHE`, else the platform's cache folder.

    Raises:
        InvalidPath: the variable names the home folder of a user who doesn't exist.
    """
    return chosen_folder("DALIL_CACHE") or Path(platformdirs.user_cache_dir("dalil"))


def chosen_folder(variable: str) -> Path | None:
    """The folder named by an environment variable; None if that is empty or not set.

    Raises:
        InvalidPath: it is in the home folder of a user who doesn't exist.
    """
    chosen = os.environ.get(variable)
    return expanded(chosen, f"{variable}: ") if chosen else None


def expanded(path: str | Path, where: str = "") -> Path:
    """Expands a leading `~` or `~name` to the home folder.

    Args:
        path: as it was typed.
        where: the path comes from, for the error message.

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
    """Opens a file for reading, if it is a regular file.

    Opening a pipe would block indefinitely, and a device may be endless.

    Args:
        path: of the file.
        flags: of `os.open`.

    Raises:
        IsADirectoryError: it is a folder.
        OSError: it isn't a regular file, or can't be opened.
    """
    handle = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return os.fdopen(handle, "r+b" if flags & os.O_RDWR else "rb")


def read_regular(path: Path, max_bytes: int = -1) -> bytes:
    """The content of a regular file, up to `max_bytes`; all of it if negative."""
    with open_regular(path) as file:
        return file.read(max_bytes)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    return "building the font cache" not in record.getMessage()


def keep_font_list() -> None:
    """Makes matplotlib store its font list in the cache folder.

    Otherwise it creates folders in ~/.cache and ~/.config. Nor does it say on standard error that it makes
    the list, as it would where that takes long. Must be called before matplotlib is imported.
    """
    logging.getLogger("matplotlib.font_manager").addFilter(_is_worth_saying)
    os.environ.setdefault("MPLCONFIGDIR", str(cache_folder() / "matplotlib"))


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class FileWriter:
    """Writes a file incrementally; its content is on disk once the context exits without an error.

    Writes go through Python, since numpy's and FAISS's own writers don't always report a full disk.

    Attributes:
        position: bytes written so far.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file and truncates it.

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
    """Writes a numeric array in numpy's .npy format.

    Raises:
        OSError: not all of it could be written.
    """
    array = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    write(path, (header.getvalue(), array.reshape(-1).view(np.uint8).data))


def read_array(path: Path, mapped: bool = False) -> NDArray[Any]:
    """Reads an array written by `write_array`.

    Args:
        path: the file.
        mapped: memory-map the array instead of loading it.

    Raises:
        OSError: it can't be read.
        ValueError: it isn't in that format.
    """
    # numpy parses the header as Python source, and CPython 3.11's parser occasionally fails when two
    # threads use it (SystemError, "AST constructor recursion depth mismatch").
    with _parsing:
        try:
            # As a plain array: numpy's memmap class makes every slice several times slower.
            array = np.asarray(np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False))
        except (EOFError, BadZipFile) as error:
            raise ValueError(f"{path} isn't an array in numpy's .npy format") from error
    return array


def _sync(handle: int) -> None:
    if hasattr(fcntl, "F_FULLFSYNC"):
        # On macOS fsync alone doesn't flush the drive's write cache.
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)


def flush(path: Path) -> None:
    """Flushes a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        _sync(handle)
    finally:
        os.close(handle)


def replace(path: Path, content: bytes, private: bool = False) -> None:
    """Writes a small file atomically: a reader sees the old content or the new, never a part.

    Args:
        path: the file.
        content: its new content.
        private: whether only its owner may read it (mode 0600); else the umask applies.

    Raises:
        OSError: it can't be written; the old content stays.
    """
    partial = path.parent / f".{path.name}.{secrets.token_hex(8)}"
    # Not with tempfile, which gives every file the mode 0600.
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
    """Creates a folder with a unique name and the umask's mode; the caller removes or renames it.

    Raises:
        OSError: it can't be created.
    """
    # Not with tempfile, which gives every folder the mode 0700.
    folder = parent / f"{prefix}{secrets.token_hex(8)}"
    folder.mkdir()
    return folder


def make_private_folder(folder: Path) -> None:
    """Creates a folder that only its owner may access (mode 0700), unless it exists.

    Raises:
        OSError: it can't be created.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def lock(path: Path, timeout: float = -1) -> BaseFileLock:
    """An inter-process lock, as a context manager; it is released when the process ends, however it ends.

    Args:
        path: the lock file, which isn't deleted. Whoever may write the folder's files may take the lock.
        timeout: seconds to wait for another process; unlimited if negative.

    Raises:
        filelock.Timeout: on entering, when another process holds it for longer.
        OSError: on entering, when the lock file can't be created.
    """
    # Imported here, as the import takes a tenth of a cold start.
    from filelock import FileLock

    return FileLock(path, timeout=timeout)
