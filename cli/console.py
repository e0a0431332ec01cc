"""What all commands share: exit codes, errors on one line, UTF-8 in and out, questions line by line."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import typer
from typer.core import TyperGroup

from cli.terminal import heading
from index.errors import (
    DalilError,
    EncoderMismatch,
    EncoderUnavailable,
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    InvalidQuestion,
)
from index.text.analyzer import language
from qa.api.records import RefusalRecord
from qa.messages import say

DONE, NOT_FOUND, BAD_INPUT, NO_INDEX, INCOMPLETE, FAULT, INTERRUPTED, PIPE_CLOSED = (
    0,
    1,
    2,
    3,
    4,
    70,
    130,
    141,
)

_MEANINGS: Final = {
    DONE: "done; for ask: the texts answer the question",
    NOT_FOUND: "ask: the texts don't answer it",
    BAD_INPUT: "wrong usage, or a question or files that can't be read",
    NO_INDEX: "the index or its model can't be used: missing, damaged, locked ...",
    INCOMPLETE: "index: done, but some of the files could not be read",
    FAULT: "a fault in Dalil itself",
    INTERRUPTED: "stopped with Ctrl-C",
}
_INDEX_FAULTS = (EncoderMismatch, EncoderUnavailable, IndexDamaged, IndexLocked, IndexNotFound)


class Commands(TyperGroup):
    """Turns what a user can mend into one line on standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Runs a command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Else the interpreter would try to write the rest when it ends, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE_CLOSED) from None
        except DalilError as error:
            complain(str(error))
            raise typer.Exit(NO_INDEX if isinstance(error, _INDEX_FAULTS) else BAD_INPUT) from None
        except OSError as error:
            complain(f"{error.filename}: {error.strerror}." if error.filename else f"{error}.")
            raise typer.Exit(NO_INDEX) from None
        return result


def epilog(*examples: str) -> str:
    """What stands below a command's options: examples, and what the exit codes say."""
    codes = [f"{code:<4} {meaning}" for code, meaning in _MEANINGS.items()]
    blocks = {"Examples:": examples, "Exit codes:": codes}
    # The backspace keeps the help's lines as they are.
    return "\n\n".join("\n  ".join((f"\b\n{title}", *lines)) for title, lines in blocks.items())


def reply_to_all(question: str, reply: Callable[[str], int], as_json: bool) -> int:
    """Replies to a question, or for "-" to each line of standard input that isn't blank.

    Args:
        question: as it was typed.
        reply: prints what one question gives, and returns its exit code.
        as_json: how to say that a question can't be searched for.

    Returns:
        The highest of the exit codes.
    """
    several = question == "-"
    codes = []
    for number, line in _lines() if several else ((1, _as_text(question)),):
        if several and not as_json:
            print(heading(line, sys.stdout.isatty()))
        try:
            codes.append(reply(line))
        except InvalidQuestion as error:
            codes.append(BAD_INPUT)
            refusal = say(error.reason, language(line))
            if as_json:
                refused: RefusalRecord = {"question": line, "error": error.reason, "message": refusal}
                print_json(refused)
            else:
                complain(f"line {number}: {refusal}" if several else refusal)
        if several and not as_json:
            print()
        sys.stdout.flush()
    if not codes:
        complain("There is no question on standard input. Write one a line.")
    return max(codes, default=BAD_INPUT)


def print_json(record: Mapping[str, object]) -> None:
    """Prints one line of JSON Lines."""
    print(json.dumps(record, ensure_ascii=False))


def complain(message: str) -> None:
    """Says on one line of standard error what is wrong."""
    print("dalil:", " ".join(message.splitlines()), file=sys.stderr)


def speak_utf8() -> None:
    """Makes standard input, output and error UTF-8, whatever the locale.

    What isn't Unicode text comes in as lone surrogates, which no question may have, and goes out as
    escapes.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _lines() -> Iterator[tuple[int, str]]:
    """The lines of standard input that hold something, with their numbers."""
    return ((number, line.rstrip("\r\n")) for number, line in enumerate(sys.stdin, 1) if line.strip())


def _as_text(argument: str) -> str:
    """An argument's bytes as UTF-8, whatever the locale made of them; as it is where they aren't."""
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        return argument
