"""Gold questions: the built-in article's, and those of files in SQuAD format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from index.errors import UnreadableFile
from index.text.analyzer import Language, language
from index.text.paragraphs import paragraphs
from index.types import Document, Passage, text_id
from qa.article import article


@dataclass(frozen=True)
class GoldAnswer:
    """The span of a gold answer: `document.text[start:end]`.

    Attributes:
        document_id: id of the document.
        start, end: in characters.
        paragraph: number of the relevant paragraph; None if the whole document is the unit
            of retrieval.
    """

    document_id: str
    start: int
    end: int
    paragraph: int | None = None

    @property
    def unit(self) -> str:
        """The id of the relevant paragraph or document."""
        return self.document_id if self.paragraph is None else f"{self.document_id}#{self.paragraph}"


@dataclass(frozen=True)
class GoldQuestion:
    """A question and all its gold answers; none if it is unanswerable."""

    id: str
    text: str
    answers: tuple[GoldAnswer, ...]

    @property
    def language(self) -> Language:
        """The language of most of the question's words."""
        return language(self.text)

    def unit(self, passage: Passage) -> str:
        """The id that retrieving this passage counts as: its document's, or its paragraph's."""
        by_paragraph = any(answer.paragraph is not None for answer in self.answers)
        return f"{passage.document_id}#{passage.number}" if by_paragraph else passage.document_id


@dataclass(frozen=True)
class GoldSet:
    """A collection and questions about it.

    Attributes:
        name: its name in a report.
        documents: the documents of the collection.
        questions: questions about them.
    """

    name: str
    documents: tuple[Document, ...]
    questions: tuple[GoldQuestion, ...]


def article_questions() -> GoldSet:
    """The gold questions of the built-in article, including unanswerable ones."""
    document = article()
    spans = list(paragraphs(document.text))
    content = resources.files("seeds").joinpath("questions.jsonl").read_text(encoding="utf-8")
    questions = []
    for line in content.splitlines():
        row: dict[str, Any] = json.loads(line)
        answers = []
        for place in [row, *row.get("also", [])] if row["answerable"] else []:
            first, last = spans[place["paragraph"] - 1]
            start = document.text.index(place["quote"], first, last)
            answers.append(GoldAnswer(document.id, start, start + len(place["quote"]), place["paragraph"]))
        questions.append(GoldQuestion(row["id"], row["question"], tuple(answers)))
    return GoldSet("article", (document,), tuple(questions))


def squad(texts: Sequence[Path], questions: Sequence[Path] = ()) -> GoldSet:
    """Reads questions in SQuAD 1.1 format over the paragraphs of the same or of parallel files.

    Each distinct context is a document. Several files make one collection; a question id that several
    of them share is answered by each one's paragraph.

    Args:
        texts: files whose contexts are the collection.
        questions: files whose questions are asked; those of `texts` if not given.

    Raises:
        UnreadableFile: a file isn't in SQuAD format, or no question's id is in `texts`.
    """
    documents: dict[str, Document] = {}
    answers: dict[str, list[GoldAnswer]] = {}
    for path in texts:
        for title, context, asked in _contexts(path):
            document = Document(context, title=title, source=path.name, id=text_id(context))
            documents.setdefault(document.id, document)
            for question in asked:
                answers.setdefault(question["id"], []).extend(
                    GoldAnswer(document.id, a["answer_start"], a["answer_start"] + len(a["text"]))
                    for a in question["answers"]
                )
    found = [
        GoldQuestion(question["id"], question["question"], tuple(answers[question["id"]]))
        for path in questions or texts
        for _, _, asked in _contexts(path)
        for question in asked
        if question["id"] in answers
    ]
    if not any(question.answers for question in found):
        raise UnreadableFile(
            f"No question of {_names(questions or texts)} has an answer in {_names(texts)}: "
            "their question ids have nothing in common."
        )
    name = f"{_names(questions or texts)} -> {_names(texts)}"
    return GoldSet(name, tuple(documents.values()), tuple(found))


def _contexts(path: Path) -> Iterable[tuple[str, str, list[dict[str, Any]]]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        contexts = [
            (str(article.get("title", "")), paragraph["context"], paragraph["qas"])
            for article in content["data"]
            for paragraph in article["paragraphs"]
        ]
        for _, context, asked in contexts:
            if not isinstance(context, str):
                raise ValueError(f"{context!r} isn't text")
            for question in asked:
                _check(context, question)
    except OSError as error:
        raise UnreadableFile(f"{path} can't be read: {error.strerror}.") from error
    except KeyError as error:
        raise UnreadableFile(f"{path} isn't a file in SQuAD 1.1 format: {error} is missing.") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableFile(f"{path} isn't a file in SQuAD 1.1 format: {error}.") from error
    return contexts


def _check(context: str, question: dict[str, Any]) -> None:
    for text in (question["id"], question["question"]):
        if not isinstance(text, str):
            raise ValueError(f"{text!r} isn't text")
    for answer in question["answers"]:
        if not context.startswith(answer["text"], answer["answer_start"]):
            raise ValueError(f"the answer {answer['text']!r} doesn't stand at {answer['answer_start']}")


def _names(paths: Sequence[Path]) -> str:
    return " + ".join(path.stem for path in paths)
