"""Standard input, output and error as the command line uses them.

Everything that a command, a library, a log or a traceback prints goes through the two classes here, so that
no text from outside (file names, titles, documents, error messages) can send a terminal a control sequence.
"""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import suppress
from typing import Final, TextIO

# C0 without tab and line feed, DEL and C1 (CSI as one character), and lone surrogates.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# The same without the carriage return, with which progress bars begin their line again.
_CONTROLS_BUT_RETURN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# What breaks a line or changes the direction of what follows it, beside the above.
_ARRANGING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


STRONG: Final = "\x1b[1;4m"
"""Bold and underlined, on a terminal."""
NOT_STRONG: Final = "\x1b[22;24m"
"""As before it."""
_STYLES: Final = re.compile(f"({re.escape(STRONG)}|{re.escape(NOT_STRONG)})")


class OutputLost(Exception):
    """Standard output can't be written: closed, on a full disk, or a broken device.

    No OSError: libraries that print take those for something of their own.
    """


class PipeClosed(OutputLost):
    """Standard output was closed by its reader."""


def escaped(text: str) -> str:
    r"""A text without control characters: an escape character becomes the four characters `\x1b`.

    Line feeds and tabs stay, and so do the marks of direction that Dalil's own lines have.
    """
    return _CONTROLS.sub(_escape, text)


def in_one_line(text: str) -> str:
    r"""A text such as a file's name as a part of one line: all that would break or reorder it is escaped.

    Unlike in `escaped` that includes line feeds (`\n`), tabs (`\t`) and marks of direction (`\u202e`).
    """
    return _ARRANGING.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return ascii(character)[1:-1]


class _Stream(io.TextIOWrapper):
    """Standard output or error over the same file descriptor as before, in UTF-8."""

    def __init__(self, stream: TextIO) -> None:
        stream.flush()
        # The descriptor isn't this object's: the interpreter closes it when it ends.
        raw = open(stream.fileno(), "wb", closefd=False)  # noqa: SIM115
        super().__init__(raw, "utf-8", "backslashreplace", line_buffering=stream.isatty())

    def _discard(self) -> None:
        """Discards unwritten output, which the interpreter would otherwise try to write again at exit."""
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self.fileno())
        os.close(null)
        with suppress(OSError):
            super().flush()


class Output(_Stream):
    """Standard output: a terminal gets control characters escaped, a pipe or a file every character.

    Raises:
        OutputLost: it can't be written.
        PipeClosed: its reader has closed it.
    """

    def write(self, text: str) -> int:
        """Writes a text, and returns its length."""
        try:
            super().write(escaped(text) if self.isatty() else text)
        except OSError as error:
            self._lost(error)
        return len(text)

    def write_styled(self, text: str) -> None:
        """Writes a text; on a terminal `STRONG` and `NOT_STRONG` have their effect, and nothing else has.

        Args:
            text: for a terminal; its untrusted parts must have been passed through `escaped`.
        """
        if not self.isatty():
            self.write(text)
            return
        parts = _STYLES.split(text)
        try:
            super().write("".join(part if _STYLES.match(part) else escaped(part) for part in parts))
        except OSError as error:
            self._lost(error)

    def flush(self) -> None:
        """Flushes the stream."""
        try:
            super().flush()
        except OSError as error:
            self._lost(error)

    def _lost(self, error: OSError) -> None:
        self._discard()
        lost = PipeClosed if isinstance(error, BrokenPipeError) else OutputLost
        raise lost(f"standard output: {error.strerror}.") from error


class Errors(_Stream):
    """Standard error. Control characters are escaped always: it ends in logs that terminals show.

    If it can't be written, the text is lost: there is no other channel to report it.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.reconfigure(line_buffering=True)

    def write(self, text: str) -> int:
        """Writes a text, and returns its length."""
        try:
            super().write(_CONTROLS_BUT_RETURN.sub(_escape, text))
        except OSError:
            self._discard()
        return len(text)

    def flush(self) -> None:
        """Flushes the stream."""
        try:
            super().flush()
        except OSError:
            self._discard()


def prepare() -> None:
    """Replaces `sys.stdout` and `sys.stderr` by the classes above, and decodes standard input as UTF-8.

    What isn't Unicode text comes in as lone surrogates, which no question may have, and goes out as escapes.
    A stream that the process was started without (`<&-`, `>&-`) gets a stand-in that can't be used.
    """
    _open_missing()
    # Not where a test has put streams of its own.
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape")
    if isinstance(sys.stdout, io.TextIOWrapper) and not isinstance(sys.stdout, _Stream):
        sys.stdout = Output(sys.stdout)
    if isinstance(sys.stderr, io.TextIOWrapper) and not isinstance(sys.stderr, _Stream):
        sys.stderr = Errors(sys.stderr)


def _open_missing() -> None:
    """Occupies the descriptors 0, 1 and 2 where they are closed.

    Else the next file to be opened would get one of them, and whatever a library prints would go into it.
    They are opened the wrong way round, as gnulib's stdopen does, so that using them is an error.
    """
    for descriptor, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
            continue
        except OSError:
            opened = os.open(os.devnull, mode)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
        else:
            os.set_inheritable(descriptor, True)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
