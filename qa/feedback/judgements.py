"""Reader verdicts on answers, right or wrong, stored in a file; gold questions derived from them.

One line of JSON per verdict, appended. A lock serialises writers; a line cut off by a crash is
terminated before the next one is written, and skipped when the file is read. When the file is full, verdicts
that later ones replace are taken out of it; then it takes no more.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO, ClassVar, Final, Literal, get_args

from pydantic import TypeAdapter

from index.errors import UnreadableFile
from index.storage.files import flush, lock, make_private_folder, replace
from index.types import text_id
from qa.collections.types import data_folder
from qa.conversation.converse import Turn
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.gold import GoldAnswer, GoldQuestion

Verdict = Literal["right", "wrong"]

VERSION: Final = 1
MAX_BYTES: Final = 8 << 20
"""Of the file of verdicts; one has 1 to 2 KB."""
# Seconds; a line takes milliseconds.
_MAX_WAIT: Final = 10
# The file that was read last, as it was then, and what stood in it.
_last_read: tuple[object, Feedback] | None = None


class FeedbackFull(OSError):
    """The file of verdicts has as many as it may."""


@dataclass(frozen=True)
class Judged:
    """An answer and its reader's verdict.

    Attributes:
        question: as it was asked.
        searched: the query text: the same or, for a follow-up, the expanded question.
        quoted: the answer's quotations; empty if it said that the texts don't answer.
        verdict: "right" or "wrong".
        time: time of the verdict, in UTC.
    """

    question: str
    searched: str
    quoted: tuple[StoredCitation, ...]
    verdict: Verdict
    time: datetime

    @property
    def key(self) -> tuple[object, ...]:
        """Identifies the judged answer: the question and its quotations."""
        return (self.searched, *((one.document_id, one.start, one.end) for one in self.quoted))


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A verdict as it is stored."""

    __pydantic_config__: ClassVar = {"strict": True}

    version: Literal[1]
    time: str
    verdict: Verdict
    question: str
    searched: str
    confidence: float | None = None
    quoted: tuple[StoredCitation, ...]


_LINES: Final = TypeAdapter(_Line)


@dataclass(frozen=True)
class Feedback:
    """Contents of a file of verdicts.

    Attributes:
        judged: the last verdict on each answer, in the order in which answers were first judged.
        unreadable: number of lines that aren't verdicts, such as one that a crash cut off.
    """

    judged: tuple[Judged, ...]
    unreadable: int


@dataclass(frozen=True)
class Gold:
    """Gold questions derived from verdicts, as far as the texts are unchanged.

    Attributes:
        right: questions answered rightly: the first quotation's paragraph is relevant, and the quotations
            from it are the gold answers. A right refusal has none.
        wrong: questions answered wrongly: their `answers` are the wrongly quoted spans. A wrong refusal
            has none.
        outdated: number of verdicts on quotations that no longer match.
    """

    right: tuple[GoldQuestion, ...]
    wrong: tuple[GoldQuestion, ...]
    outdated: int


def feedback_file() -> Path:
    """The default file of verdicts."""
    return data_folder() / "feedback.jsonl"


def record(turn: Turn, verdict: Verdict, document: GetDocument, path: Path | None = None) -> None:
    """Records a reader's verdict on an answer; it is on disk when this returns.

    On reading, a later verdict on the same answer replaces an earlier one.

    Args:
        turn: the question and its answer.
        verdict: "right" or "wrong".
        document: returns the document with an id, such as `Index.document`.
        path: the file; `feedback_file()` if not given.

    Raises:
        FeedbackFull: the file has `MAX_BYTES`, although replaced verdicts were taken out.
        OSError: it can't be written.
        ValueError: there is no such verdict.
    """
    if verdict not in get_args(Verdict):
        raise ValueError(f'a verdict is "right" or "wrong", not {verdict!r}')
    line = _Line(
        version=VERSION,
        time=datetime.now(timezone.utc).isoformat(),
        verdict=verdict,
        question=turn.question,
        searched=turn.expanded_question,
        confidence=turn.answer.confidence,
        quoted=turn.quoted(document),
    )
    _append(path or feedback_file(), json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n")


def _append(path: Path, line: bytes) -> None:
    make_private_folder(path.parent)
    with lock(Path(f"{path}.lock"), _MAX_WAIT):
        room = MAX_BYTES - len(line) - 1
        if path.exists() and path.stat().st_size > room and _compacted(path) > room:
            why = f"It has {MAX_BYTES >> 20} MB of verdicts. Move it elsewhere; a new one is begun then"
            raise FeedbackFull(errno.EFBIG, why, str(path))
        with _opened(path) as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            file.write(line)
            file.flush()
            flush(path)


def _compacted(path: Path) -> int:
    """Takes verdicts that later ones replace out of the file; returns its size then.

    Lines that aren't verdicts stay: a later version may know them.
    """
    kept: dict[object, bytes] = {}
    for number, line in enumerate(filter(None, path.read_bytes().splitlines())):
        one = _parsed(line)
        kept[number if one is None else one.key] = line
    content = b"".join(line + b"\n" for line in kept.values())
    if len(content) < path.stat().st_size:
        replace(path, content, private=True)
    return len(content)


def _opened(path: Path) -> BinaryIO:
    """Opens the file for appending; a new one is readable only by its owner."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "ab+")


def read(path: Path | None = None) -> Feedback:
    """Reads a file of verdicts; one that hasn't changed since the last time isn't read again.

    Args:
        path: the file; `feedback_file()` if not given.

    Raises:
        UnreadableFile: there is no such file, or it can't be read.
    """
    global _last_read
    path = path or feedback_file()
    try:
        found = path.stat()
        state = (path, found.st_mtime_ns, found.st_size, found.st_ino)
        if (known := _last_read) is not None and known[0] == state:
            return known[1]
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UnreadableFile(f"{path} can't be read: {error.strerror}.") from error
    judged: dict[tuple[object, ...], Judged] = {}
    unreadable = 0
    for line in filter(None, lines):
        if (one := _parsed(line)) is None:
            unreadable += 1
        else:
            judged[one.key] = one
    feedback = Feedback(tuple(judged.values()), unreadable)
    _last_read = (state, feedback)
    return feedback


def _parsed(line: bytes) -> Judged | None:
    try:
        saved = _LINES.validate_json(line)
        time = datetime.fromisoformat(saved.time)
    except ValueError:
        return None
    return Judged(saved.question, saved.searched, saved.quoted, saved.verdict, time)


def gold(judged: Iterable[Judged], document: GetDocument) -> Gold:
    """Converts verdicts to gold questions.

    A follow-up becomes its expanded question, since alone it couldn't be understood.

    Args:
        judged: the verdicts.
        document: returns the current document with an id; raises KeyError if there is none.
    """
    questions: dict[Verdict, list[GoldQuestion]] = {"right": [], "wrong": []}
    outdated = 0
    for one in judged:
        if not all(quoted.citation(document) for quoted in one.quoted):
            outdated += 1
            continue
        # Titles, authors and dates have no span in the text that a retrieved passage could contain.
        places = tuple(quoted for quoted in one.quoted if quoted.field == "text")
        if one.verdict == "right":
            first = [(quoted.document_id, quoted.paragraph) for quoted in places[:1]]
            places = tuple(quoted for quoted in places if (quoted.document_id, quoted.paragraph) in first)
        answers = tuple(GoldAnswer(q.document_id, q.start, q.end, q.paragraph) for q in places)
        id_ = text_id(f"{one.verdict} {one.key!r}")
        questions[one.verdict].append(GoldQuestion(id_, one.searched, answers))
    return Gold(tuple(questions["right"]), tuple(questions["wrong"]), outdated)
