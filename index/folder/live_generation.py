"""The live generation of an index: the file CURRENT, the writer's lock, the atomic swap.

A writer builds a generation beside the live one, then replaces the one-line CURRENT by atomic rename: a
reader sees the old index or the new one, never a mixture, and a crash at any instant leaves the old
one. The next writer removes everything that a crash left behind, except the journal.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexDamaged, IndexLocked, IndexNotFound, make_again
from index.folder.generation import Generation
from index.storage.files import flush, lock, read_regular, replace

_CURRENT = "CURRENT"
_LOCK = "write.lock"
_JOURNAL = "encoded.journal"
_GENERATION = "generation-"
_GENERATION_NAME = re.compile(rf"{_GENERATION}\d{{6,12}}")
# Maximum size of CURRENT in bytes: longer than any name.
_LONGEST = 1000
# Seconds that a writer waits for the lock: enough for a small update, not for a build.
_PATIENCE = 5


def load(folder: Path, every_byte: bool = False) -> Generation:
    """The live generation.

    Args:
        folder: the index's.
        every_byte: as for `Generation.load`.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: its files aren't what was written.
    """
    while True:
        name = version(folder)
        try:
            return Generation.load(folder / name, every_byte)
        except Exception as error:
            if name != version(folder):
                continue  # a writer has replaced and removed it in the meantime
            if isinstance(error, FileNotFoundError):
                raise IndexDamaged(
                    f"The index in {folder} is damaged: {error.filename or name} is missing. "
                    f"{make_again(folder)}"
                ) from error
            raise


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Takes the index's writer lock; it is released when the process ends, however it ends.

    Raises:
        IndexLocked: another process is writing, or the folder can't be written to.
        IndexNotFound: the folder holds something other than an index; nothing is changed.
    """
    if folder.exists() and not folder.is_dir():
        raise IndexNotFound(f"{folder} is a file; an index needs a folder of its own.")
    if folder.exists() and _foreign(folder):
        raise IndexNotFound(
            f"{folder} holds other things than an index; nothing was written. Name a new folder."
        )
    # Imported here, as it takes a tenth of a cold start.
    from filelock import Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = lock(folder / _LOCK, _PATIENCE)
        held.acquire()
    except Timeout:
        raise IndexLocked(
            f"Another process is writing to the index in {folder}. Try again when it has finished."
        ) from None
    except OSError as error:
        raise IndexLocked(f"The index in {folder} can't be written: {error}.") from error
    try:
        yield
    finally:
        held.release()


def publish(folder: Path, write: Callable[[Path], None]) -> None:
    """Writes a generation and makes it the live one. Call it inside `writing`.

    Args:
        folder: the index's.
        write: writes the generation into an empty folder.

    Raises:
        OSError: the disk is full or can't be written; the live generation stays as it was.
    """
    existing = _generations(folder)
    number = 1 + max((int(path.name.removeprefix(_GENERATION)) for path in existing), default=0)
    if old := _live_name(folder):
        # Leftovers of a crash may be what fills the disk.
        for path in existing:
            if path.name != old:
                shutil.rmtree(path, ignore_errors=True)
    new = folder / f"{_GENERATION}{number:06d}"
    try:
        new.mkdir()
        write(new)
        flush(folder)
        replace(folder / _CURRENT, f"{new.name}\n".encode())
    except BaseException:
        # The error may have occurred after the swap.
        if _live_name(folder) != new.name:
            shutil.rmtree(new, ignore_errors=True)
        raise
    # A reader has all files of its generation open, or opens the new generation when they are gone.
    for path in existing:
        shutil.rmtree(path, ignore_errors=True)
    for path in (*folder.glob(f".{_CURRENT}.*"), journal(folder)):
        path.unlink(missing_ok=True)


def journal(folder: Path) -> Path:
    """The journal file, in which a writer keeps its encodings until they are live."""
    return folder / _JOURNAL


def version(folder: Path) -> str:
    """The name of the live generation; it differs after every change.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: CURRENT isn't what was written.
    """
    try:
        name = read_regular(folder / _CURRENT, _LONGEST).decode().strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexNotFound(
            f"There is no index in {folder}. Make one: dalil index PATH... --index {folder}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{folder / _CURRENT} can't be read: {error}.") from error
    if not _GENERATION_NAME.fullmatch(name):
        raise IndexDamaged(
            f"The index in {folder} is damaged: {_CURRENT} names {name[:40]!r}, which isn't a "
            f"generation. {make_again(folder)}"
        )
    return name


def state(folder: Path) -> tuple[str, int]:
    """A value that changes with the live generation, also if an index was removed and rebuilt.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: CURRENT isn't what was written.
    """
    return version(folder), (folder / _CURRENT).stat().st_mtime_ns


def _live_name(folder: Path) -> str | None:
    try:
        return version(folder)
    except (IndexNotFound, IndexDamaged):
        return None


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _GENERATION_NAME.fullmatch(path.name)]


def _foreign(folder: Path) -> bool:
    """Whether a folder isn't an index but holds something that no index writer leaves behind."""
    if _live_name(folder) or _generations(folder):
        return False
    ours = (_LOCK, _JOURNAL)
    return any(
        path.name not in ours and not path.name.startswith(f".{_CURRENT}.") for path in folder.iterdir()
    )
