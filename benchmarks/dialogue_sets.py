"""The dialogues of benchmarks/dialogues: texts, and follow-ups with the paragraph that answers each.

`tuning` was written before anything understood follow-ups, `held_out` with it and looked at when that
worked, `fresh` after the last change that the second set led to. All texts are inventions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from index import Document, Passage
from qa.article import article

FOLDER = Path(__file__).parent / "dialogues"
SETS = ("tuning", "held_out", "fresh")


@dataclass(frozen=True)
class Dialogue:
    """Turns before, a question, and where it is answered; `document` is "article" for the built-in one."""

    id: str
    language: str
    before: tuple[str, ...]
    question: str
    document: str
    paragraph: int
    quote: str

    def is_in(self, passage: Passage) -> bool:
        """Whether this passage is of the paragraph that answers it."""
        document = article().id if self.document == "article" else self.document
        return (passage.document_id, passage.number) == (document, self.paragraph)


def texts() -> list[Document]:
    """The texts of the dialogues, and the built-in article."""
    lines = (FOLDER / "texts.jsonl").read_text("utf-8").splitlines()
    return [*(Document(**json.loads(line)) for line in lines), article()]


def dialogues(name: str) -> list[Dialogue]:
    """The dialogues of a set."""
    rows = map(json.loads, (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines())
    return [Dialogue(**{**row, "before": tuple(row["before"])}) for row in rows]
