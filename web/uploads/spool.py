"""Temporary folders for uploaded files, cleaned up after a crash.

Each process has its own folder in the system's temporary directory, and holds a lock in it for
its lifetime: the kernel releases the lock however the process ends, even by `kill -9`. A process that
starts removes the folders whose lock is free.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

_PREFIX: Final = "dalil-uploads-"
_LOCK: Final = "lock"


class Spool:
    """This process's upload folder, created on first use."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._folder: Path | None = None
        self._lock: FileLock | None = None

    def new_folder(self) -> Path:
        """Creates an empty folder that only this user can read.

        Raises:
            OSError: the disk is full or can't be written.
        """
        with self._making:
            if self._folder is None or not self._folder.is_dir():
                self._folder, self._lock = _locked_folder()
            return Path(tempfile.mkdtemp(dir=self._folder))

    def close(self) -> None:
        """Removes the folder and its contents."""
        with self._making:
            folder, lock, self._folder, self._lock = self._folder, self._lock, None, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            lock.release()


def sweep() -> None:
    """Removes the folders of processes that have ended."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            state = folder.lstat()
            if stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid():
                _remove_unless_locked(folder)


def _remove_unless_locked(folder: Path) -> None:
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:  # its process is running
        return
    try:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.release()


def _locked_folder() -> tuple[Path, FileLock]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = FileLock(folder / _LOCK, timeout=0)
        # Until it is locked, another process may take it for an abandoned one, and remove it.
        with suppress(Timeout, FileNotFoundError):
            lock.acquire()
            if (folder / _LOCK).exists():
                return folder, lock
            lock.release()
