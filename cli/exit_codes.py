"""Exit codes and error reports: one line on standard error."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from typing import Final

from cli.streams import OutputLost, PipeClosed, in_one_line

DONE: Final = 0
NOT_FOUND: Final = 1
BAD_INPUT: Final = 2
NO_INDEX: Final = 3
INCOMPLETE: Final = 4
FAULT: Final = 70  # the first four of those from 64 on are those of BSD's sysexits.h
NO_MEMORY: Final = 71
OUTPUT_LOST: Final = 74
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

MEANINGS: Final = {
    DONE: "done; for ask: the texts answer the question",
    NOT_FOUND: "ask: the texts don't answer it",
    BAD_INPUT: "wrong usage, or a question or files that can't be read",
    NO_INDEX: "the index or its model can't be used: missing, damaged, locked ...",
    INCOMPLETE: "index: done, but some of the files could not be read",
    FAULT: "a fault in Dalil itself",
    NO_MEMORY: "too little memory",
    OUTPUT_LOST: "output can't be written",
    INTERRUPTED: "stopped with Ctrl-C",
}

_INDEX_FAULTS: Final = (
    "EncoderMismatch",
    "EncoderUnavailable",
    "IndexDamaged",
    "IndexLocked",
    "IndexNotFound",
)
# How the system's refusal of memory looks from libraries that don't raise MemoryError.
_NO_MEMORY: Final = (
    "failed to map segment",
    "cannot allocate memory",
    "can't start new thread",
    "bad_alloc",
    "bad allocation",
    "failed to allocate memory",
    "memory allocation",
    "out of memory",
)


def print_note(message: str) -> None:
    """Prints a note, which is no error, on one line of standard error."""
    print(in_one_line(" ".join(message.splitlines())), file=sys.stderr, flush=True)


def print_error(message: str) -> None:
    """Prints an error on one line of standard error."""
    print_note(f"dalil: {message}")


def report_error(error: BaseException) -> int:
    """Reports the error that ended a command, and returns its exit code.

    Args:
        error: the exception. An unexpected one is a bug in Dalil, and is shown with its traceback.
    """
    # An exception group, which Python 3.10 doesn't have.
    inside: tuple[BaseException, ...]
    while len(inside := getattr(error, "exceptions", ())) == 1:
        error = inside[0]
    chain = list(_chain(error))
    if any(isinstance(link, KeyboardInterrupt) for link in chain):
        return INTERRUPTED
    if isinstance(error, PipeClosed | BrokenPipeError):
        return PIPE_CLOSED
    if isinstance(error, OutputLost):
        print_error(str(error))
        return OUTPUT_LOST
    if any(map(_lacks_memory, chain)):
        return no_memory()
    if _is_ours(error):
        print_error(str(error))
        return NO_INDEX if type(error).__name__ in _INDEX_FAULTS else BAD_INPUT
    if isinstance(error, OSError):
        print_error(_words(error))
        return NO_INDEX
    traceback.print_exception(error)
    print_error("This is a fault in Dalil, not in what you asked of it. Please report the lines above.")
    return FAULT


def no_memory() -> int:
    """Reports too little memory, and returns the exit code."""
    print_error("There isn't enough memory. Close other programs, or raise the limit (ulimit -v).")
    return NO_MEMORY


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, what it was raised from, and what was being handled when it was raised."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__]


def _lacks_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    words = str(error).casefold()
    return not _is_ours(error) and any(word in words for word in _NO_MEMORY)


def _is_ours(error: BaseException) -> bool:
    """Whether an error is one of those that Dalil raises on purpose."""
    # Looked up rather than imported: if it isn't loaded, it can't have raised anything.
    errors = sys.modules.get("index.errors")
    return errors is not None and isinstance(error, errors.DalilError)


def _words(error: OSError) -> str:
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}."
    if error.errno == errno.EBADF:
        return "Standard input or output is closed."
    if error.errno == errno.ENOENT and not _folder_is_there():
        return "The current folder is gone. Change to another one."
    return f"{error.strerror or error}."


def _folder_is_there() -> bool:
    try:
        os.getcwd()  # noqa: PTH109
    except OSError:
        return False
    return True
