"""How well ordinary documents are answered from: headings, tables, lists, footnotes, forms.

    python benchmarks/documents.py                      the documents of tests/documents
    python benchmarks/documents.py --cases FOLDER       questions.jsonl of a folder, and the files it names

A question is right if something was quoted, the quotations hold all that it `has` and nothing that it
`lacks`; one that nothing answers is right if nothing was quoted. A heading or a title that is quoted alone
is never an answer. Prints each question that went wrong, then the figures: by language, by kind.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import qa
from index import Index
from index.encoding.base import Encoder
from index.encoding.load import load
from index.readers.read_files import read_paths
from index.text.analyzer import language

SET: Final = Path(__file__).resolve().parent.parent / "tests" / "documents"
sys.path.append(str(SET))

from make_documents import headings, make_documents  # noqa: E402


@dataclass(frozen=True)
class Question:
    """A line of questions.jsonl.

    Attributes:
        id, question: its name, and how it is asked.
        path: what it is asked of: a file or a folder, from where questions.jsonl lies.
        has: what the quotations must hold, each literally, but for white space.
        lacks: what none of them may hold.
        found: whether there is an answer; None where either will do.
        kind: what it is a question about, such as "table".
        document: the file that answers it.
        note: more, for a reader.
    """

    id: str
    question: str
    path: str = "."
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    found: bool | None = True
    kind: str = ""
    document: str = ""
    note: str = ""

    @classmethod
    def parse(cls, line: str) -> Question:
        """What a line says."""
        record: dict[str, Any] = json.loads(line)
        return cls(**record | {"has": tuple(record["has"]), "lacks": tuple(record["lacks"])})


@dataclass(frozen=True)
class Outcome:
    """What became of a question.

    Attributes:
        question: as it was asked.
        quotes: what was quoted.
        right: whether that is an answer; of a question without one, whether nothing was quoted.
        is_heading: whether a quotation is a heading or a title alone.
        confidence: of the answer.
    """

    question: Question
    quotes: tuple[str, ...]
    right: bool
    is_heading: bool
    confidence: float


def read_questions(folder: Path = SET) -> list[Question]:
    """The questions of a folder."""
    return [Question.parse(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]


def ask_all(
    questions: Iterable[Question], folder: Path, known: Iterable[str], model: Encoder
) -> list[Outcome]:
    """Indexes what the questions name and asks them.

    Args:
        questions: what to ask.
        folder: where their paths begin.
        known: headings that the files are known to have, beside those that Dalil finds.
        model: the encoder.
    """
    known = {_plain(heading) for heading in known}
    indexes: dict[str, Index | None] = {}
    outcomes = []
    with tempfile.TemporaryDirectory() as temporary:
        for question in questions:
            if question.path not in indexes:
                place = Path(temporary) / str(len(indexes))
                reading = read_paths([folder / question.path])
                for error in reading.unreadable:
                    print(error, file=sys.stderr)
                documents = reading.documents
                made = (
                    Index.build(documents, place, encoder=model, show_progress=False) if documents else None
                )
                indexes[question.path] = made
            index = indexes[question.path]
            outcomes.append(_nothing(question) if index is None else _ask(question, index, known))
    return outcomes


def documents_outcomes(model: Encoder) -> list[Outcome]:
    """What becomes of the questions of tests/documents."""
    with tempfile.TemporaryDirectory() as temporary:
        make_documents(Path(temporary))
        return ask_all(read_questions(), Path(temporary), headings(), model)


def counts(outcomes: Iterable[Outcome]) -> dict[str, tuple[int, int]]:
    """Questions that went right, and all, by name: each language, each kind, those without an answer."""
    found: dict[str, list[bool]] = {}
    for outcome in outcomes:
        question = outcome.question
        names = [question.kind or question.id]
        spoken = language(question.question)
        names.append(f"answered, {spoken}" if question.found is not False else f"refused, {spoken}")
        for name in names:
            found.setdefault(name, []).append(outcome.right)
    return {name: (sum(right), len(right)) for name, right in sorted(found.items())}


def _ask(question: Question, index: Index, known: Iterable[str]) -> Outcome:
    answer = qa.ask(question.question, index=index)
    quotes = tuple(citation.quote for citation in answer.citations)
    all_ = _plain(" ".join(quotes))
    holds = all(_plain(part) in all_ for part in question.has) and not any(
        _plain(part) in all_ for part in question.lacks
    )
    right = {True: answer.found and holds, False: not answer.found, None: holds or not answer.found}
    is_heading = any(
        _plain(citation.quote) in known or _in_heading(index, citation) for citation in _of_text(answer)
    )
    return Outcome(question, quotes, right[question.found] and not is_heading, is_heading, answer.confidence)


def _nothing(question: Question) -> Outcome:
    """Of files that can't be read."""
    return Outcome(question, ("(nothing could be read)",), False, False, 0.0)


def _of_text(answer: qa.Answer) -> list[qa.Citation]:
    """The citations of a document's text, not of its title, author or date."""
    return [one for one in answer.citations if getattr(one, "field", "text") == "text"]


def _in_heading(index: Index, citation: qa.Citation) -> bool:
    blocks = index.document(citation.passage.document_id).blocks
    return any(
        block.kind == "heading" and block.start <= citation.start and citation.end <= block.end
        for block in blocks
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _report(outcomes: Sequence[Outcome], figures: Mapping[str, tuple[int, int]]) -> None:
    for outcome in outcomes:
        if not outcome.right:
            question = outcome.question
            mark = "heading" if outcome.is_heading else "wrong"
            print(f"{mark:8}{question.id} {question.kind:11}{question.question}")
            quoted = " / ".join(map(_plain, outcome.quotes)) or "(nothing)"
            print(f"        {outcome.confidence:.2f} -> {quoted}")
    for name, (right, all_) in figures.items():
        print(f"{name:16}{right:4} of {all_:4}{right / all_:7.0%}")
    alone = sum(outcome.is_heading for outcome in outcomes)
    print(f"headings quoted alone: {alone}")


def main() -> None:
    """Asks, and prints what came back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=Path, metavar="FOLDER", help="a folder with a questions.jsonl")
    cases: Path | None = parser.parse_args().cases
    model = load()
    outcomes = ask_all(read_questions(cases), cases, (), model) if cases else documents_outcomes(model)
    _report(outcomes, counts(outcomes))


if __name__ == "__main__":
    main()
