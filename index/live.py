"""Which generation of an index is live: the file CURRENT, the writer's lock, the swap.

Writing makes a generation beside the live one, then replaces the one-line CURRENT by atomic rename: a
reader sees the old index or the new one, never a mixture, and a crash at any instant leaves the old
one. Whatever a crash left beside it is removed by the next writer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.disk import replace
from index.errors import IndexDamaged, IndexLocked, IndexNotFound, make_again
from index.generation import Generation

_CURRENT = "CURRENT"
_LOCK = "write.lock"
_GENERATION = "generation-"
# Seconds that a writer waits for another one: enough for a small update, not for a build.
_PATIENCE = 5


def load(folder: Path) -> Generation:
    """The live generation.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: its files aren't what was written.
    """
    while True:
        name = version(folder)
        try:
            return Generation.load(folder / name)
        except FileNotFoundError as error:
            # A writer may have replaced and removed it between the two lines above.
            if name == version(folder):
                raise IndexDamaged(
                    f"The index in {folder} is damaged: {error.filename or name} is missing. "
                    f"{make_again(folder)}"
                ) from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Makes this process the index's one writer; the lock ends with the process, however it ends.

    Raises:
        IndexLocked: another process is writing, or the folder can't be written to.
        IndexNotFound: the folder holds other things than an index; nothing is touched.
    """
    if folder.exists() and not folder.is_dir():
        raise IndexNotFound(f"{folder} is a file; an index needs a folder of its own.")
    if folder.exists() and not (folder / _CURRENT).exists() and _foreign(folder):
        raise IndexNotFound(
            f"{folder} holds other things than an index; nothing was written. Name a new folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=_PATIENCE)
        lock.acquire()
    except Timeout:
        raise IndexLocked(
            f"Another process is writing to the index in {folder}. Try again when it has finished."
        ) from None
    except OSError as error:
        raise IndexLocked(f"The index in {folder} can't be written: {error}.") from error
    try:
        yield
    finally:
        lock.release()


def publish(folder: Path, generation: Generation) -> None:
    """Writes a generation and makes it the live one. Call it while `writing`.

    Raises:
        OSError: the disk is full or can't be written; the live generation stays as it was.
    """
    existing = sorted(folder.glob(f"{_GENERATION}*"))
    try:
        live = version(folder)
    except (IndexNotFound, IndexDamaged):
        live = None
    number = 1 + max((_number(path) for path in existing), default=0)
    new = folder / f"{_GENERATION}{number:06d}"
    try:
        new.mkdir()
        generation.save(new)
        replace(folder / _CURRENT, f"{new.name}\n".encode())
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    for path in existing:
        # The last one stays for those who are opening it at this moment.
        if path.name != live:
            shutil.rmtree(path, ignore_errors=True)


def version(folder: Path) -> str:
    """The name of the live generation; another one after every change.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: CURRENT isn't what was written.
    """
    try:
        name = (folder / _CURRENT).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexNotFound(
            f"There is no index in {folder}. Make one: dalil index PATH... --index {folder}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{folder / _CURRENT} can't be read: {error}.") from error
    if not name.startswith(_GENERATION) or "/" in name or "\\" in name:
        raise IndexDamaged(
            f"The index in {folder} is damaged: {_CURRENT} names {name[:40]!r}, which isn't a "
            f"generation. {make_again(folder)}"
        )
    return name


def _foreign(folder: Path) -> bool:
    """Whether a folder holds anything that a writer of an index wouldn't leave behind."""
    return any(
        path.name != _LOCK and not path.name.startswith((_GENERATION, f".{_CURRENT}"))
        for path in folder.iterdir()
    )


def _number(path: Path) -> int:
    digits = path.name.removeprefix(_GENERATION)
    return int(digits) if digits.isdecimal() else 0
