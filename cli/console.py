"""Shared by all commands: exit codes, errors on one line, UTF-8 input and output, questions by line."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import typer
from typer.core import TyperGroup

from cli.exit_codes import BAD_INPUT, MEANINGS, print_error, report_error
from cli.streams import Output, OutputLost
from cli.terminal import heading
from index.errors import DalilError, InvalidQuestion
from index.text.analyzer import language
from qa.api.records import RefusalRecord
from qa.messages import say

# Characters of a line of standard input that are kept; a question may have far fewer.
_MAX_LINE_SHARE: Final = 1 << 16
# JSON leaves DEL and C1 as they are, and some terminals obey them.
_NOT_ESCAPED_BY_JSON: Final = re.compile("[\x7f-\x9f]")


class Commands(TyperGroup):
    """Turns a user's errors into one line on standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Runs a command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (DalilError, OSError, OutputLost, MemoryError, KeyboardInterrupt) as error:
            raise typer.Exit(report_error(error)) from None
        return result


def epilog(*examples: str) -> str:
    """The text below a command's options: examples and exit codes."""
    codes = [f"{code:<4} {meaning}" for code, meaning in MEANINGS.items()]
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
            show(heading(line, sys.stdout.isatty()))
        try:
            codes.append(reply(line))
        except InvalidQuestion as error:
            codes.append(BAD_INPUT)
            refusal = say(error.reason, language(line))
            if as_json:
                refused: RefusalRecord = {"question": line, "error": error.reason, "message": refusal}
                print_json(refused)
            else:
                print_error(f"line {number}: {refusal}" if several else refusal)
        if several and not as_json:
            show()
        sys.stdout.flush()
    if not codes:
        print_error("There is no question on standard input. Write one a line.")
    return max(codes, default=BAD_INPUT)


def show(text: str = "") -> None:
    """Prints lines on standard output; where it is a terminal control characters are escaped."""
    print(text)


def show_styled(text: str) -> None:
    """Prints lines of `cli.terminal.TextRenderer`; on a terminal its styles have their effect."""
    if isinstance(sys.stdout, Output):
        sys.stdout.write_styled(f"{text}\n")
    else:
        print(text)


def print_json(record: Mapping[str, object]) -> None:
    """Prints one line of JSON Lines."""
    line = json.dumps(record, ensure_ascii=False)
    print(_NOT_ESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", line))


def _lines() -> Iterator[tuple[int, str]]:
    """The lines of standard input that hold something, with their numbers; of a long one the beginning."""
    number = 0
    try:
        while line := sys.stdin.readline(_MAX_LINE_SHARE):
            number += 1
            rest = line
            while rest and not rest.endswith("\n"):
                rest = sys.stdin.readline(_MAX_LINE_SHARE)
            if line.strip():
                yield number, line.rstrip("\r\n")
    except OSError as error:
        raise OSError(error.errno, error.strerror, "standard input") from error


def _as_text(argument: str) -> str:
    """An argument decoded as UTF-8 regardless of the locale; unchanged if it isn't UTF-8."""
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        return argument
