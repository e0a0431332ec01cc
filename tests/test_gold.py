"""Gold questions: the article's are what the project asks for; SQuAD files are read, or named."""

from __future__ import annotations

import json
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from index import Document, Passage, UnreadableFile
from index.text.analyzer import language
from index.text.paragraphs import paragraphs
from index.types import text_id
from qa.article import article
from qa.gold import GoldAnswer, GoldQuestion, article_questions, squad

KINDS = {"who", "what", "which", "where", "when", "why", "how", "how many", "how long", "yes/no"}


def rows() -> list[dict[str, Any]]:
    lines = resources.files("seeds").joinpath("questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


# The article's gold questions.


def test_every_answer_is_at_its_place() -> None:
    document, gold = article(), {question.id: question for question in article_questions().questions}
    shown = [document.text[start:end] for start, end in paragraphs(document.text)]
    for row in rows():
        places = [row, *row.get("also", [])] if row["answerable"] else []
        answers = gold[row["id"]].answers
        assert [a.paragraph for a in answers] == [place["paragraph"] for place in places]
        for answer, place in zip(answers, places, strict=True):
            assert document.text[answer.start : answer.end] == place["quote"]
            paragraph = shown[place["paragraph"] - 1]
            assert paragraph.count(place["quote"]) == 1
            assert document.text.index(paragraph) <= answer.start
            assert answer.end <= document.text.index(paragraph) + len(paragraph)
            assert answer.document_id == document.id
            assert answer.unit == f"{document.id}#{place['paragraph']}"


def test_questions_are_taken_over_as_they_are() -> None:
    gold = article_questions()
    assert gold.documents == (article(),)
    assert [(q.id, q.text) for q in gold.questions] == [(row["id"], row["question"]) for row in rows()]
    assert len({q.id for q in gold.questions}) == len({q.text for q in gold.questions}) == len(gold.questions)


@pytest.mark.parametrize("asked_in", ["ar", "en"])
def test_there_are_enough_of_each(asked_in: str) -> None:
    mine = [row for row in rows() if row["language"] == asked_in]
    answerable = [row for row in mine if row["answerable"]]
    unanswerable = [row for row in mine if not row["answerable"]]
    near_misses = [row for row in unanswerable if row["near_miss"]]
    assert len(answerable) >= 30
    assert len(unanswerable) >= 12
    assert 2 * len(near_misses) == len(unanswerable)
    assert {row["kind"] for row in answerable} == KINDS
    assert {row["kind"] for row in unanswerable} <= KINDS
    assert all(language(row["question"]) == asked_in for row in mine)
    assert all(q.language == asked_in for q in article_questions().questions if q.id.startswith(asked_in))
    # Every paragraph is asked about, none by most questions.
    about = Counter(row["paragraph"] for row in answerable)
    assert set(about) == set(range(1, 8))
    assert max(about.values()) <= len(answerable) / 2


# What has to be found.


def test_by_paragraph_or_by_document() -> None:
    passage = Passage.of(Document("One.\n\nTwo.", id="d"), 2, 6, 10)
    by_paragraph = GoldQuestion("1", "q", (GoldAnswer("d", 6, 9, paragraph=2),))
    by_document = GoldQuestion("2", "q", (GoldAnswer("d", 6, 9),))
    assert by_paragraph.unit(passage) == by_paragraph.answers[0].unit == "d#2"
    assert by_document.unit(passage) == by_document.answers[0].unit == "d"
    assert GoldQuestion("3", "q", ()).unit(passage) == "d"


# Files in SQuAD format.

RIVER = "The river floods in spring. Farmers wait on the hills."
BREAD = "Bread needs flour."
NAHR = "يفيض النهر في الربيع. ينتظر الفلاحون على التلال."


def question(id_: str, text: str, *answers: tuple[str, int]) -> dict[str, Any]:
    return {"id": id_, "question": text, "answers": [{"text": t, "answer_start": s} for t, s in answers]}


def write(path: Path, *contexts: tuple[str, str, list[dict[str, Any]]]) -> Path:
    data = [
        {"title": title, "paragraphs": [{"context": context, "qas": asked}]}
        for title, context, asked in contexts
    ]
    path.write_text(json.dumps({"version": "1.1", "data": data}, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def english(tmp_path: Path) -> Path:
    return write(
        tmp_path / "river.en.json",
        (
            "River",
            RIVER,
            [
                question("when", "When does it flood?", ("in spring", 17), ("spring", 20)),
                question("who", "Who waits?", ("Farmers", 28)),
            ],
        ),
        ("Bread", BREAD, [question("what", "What does bread need?", ("flour", 12))]),
    )


@pytest.fixture
def arabic(tmp_path: Path) -> Path:
    return write(
        tmp_path / "river.ar.json",
        (
            "نهر",
            NAHR,
            [
                question("who", "من ينتظر؟", ("الفلاحون", NAHR.index("الفلاحون"))),
                question("when", "متى يفيض؟", ("في الربيع", NAHR.index("في الربيع"))),
                question("elsewhere", "أين القمر؟", ("النهر", 5)),
            ],
        ),
    )


def test_a_file_by_itself(english: Path) -> None:
    gold = squad([english])
    river, bread = text_id(RIVER), text_id(BREAD)
    assert gold.name == "river.en -> river.en"
    assert gold.documents == (
        Document(RIVER, title="River", source="river.en.json", id=river),
        Document(BREAD, title="Bread", source="river.en.json", id=bread),
    )
    assert gold.questions == (
        GoldQuestion("when", "When does it flood?", (GoldAnswer(river, 17, 26), GoldAnswer(river, 20, 26))),
        GoldQuestion("who", "Who waits?", (GoldAnswer(river, 28, 35),)),
        GoldQuestion("what", "What does bread need?", (GoldAnswer(bread, 12, 17),)),
    )
    assert [RIVER[a.start : a.end] for a in gold.questions[0].answers] == ["in spring", "spring"]


def test_the_questions_of_a_parallel_file_are_answered_in_the_texts(english: Path, arabic: Path) -> None:
    """By their ids; a question that the texts don't have isn't asked."""
    gold = squad([english], [arabic])
    assert gold.name == "river.ar -> river.en"
    assert [document.text for document in gold.documents] == [RIVER, BREAD]
    assert [(q.id, q.text, q.language) for q in gold.questions] == [
        ("who", "من ينتظر؟", "ar"),
        ("when", "متى يفيض؟", "ar"),
    ]
    assert gold.questions[0].answers == (GoldAnswer(text_id(RIVER), 28, 35),)
    back = squad([arabic], [english])
    (who,) = (q for q in back.questions if q.id == "who")
    (answer,) = who.answers
    assert (who.text, NAHR[answer.start : answer.end]) == ("Who waits?", "الفلاحون")


def test_several_files_are_one_collection(english: Path, arabic: Path) -> None:
    gold = squad([english, arabic], [arabic])
    assert gold.name == "river.ar -> river.en + river.ar"
    assert [document.text for document in gold.documents] == [RIVER, BREAD, NAHR]
    answers = {q.id: q.answers for q in gold.questions}
    start = NAHR.index("الفلاحون")
    assert answers["who"] == (
        GoldAnswer(text_id(RIVER), 28, 35),
        GoldAnswer(text_id(NAHR), start, start + len("الفلاحون")),
    )
    assert set(answers) == {"who", "when", "elsewhere"}


def test_without_other_questions_those_of_all_files_are_asked(english: Path, arabic: Path) -> None:
    gold = squad([english, arabic])
    assert [q.text for q in gold.questions] == [
        "When does it flood?", "Who waits?", "What does bread need?", "من ينتظر؟", "متى يفيض؟", "أين القمر؟",
    ]  # fmt: skip


def test_a_context_that_stands_in_two_files_is_one_document(english: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again.json", ("Again", BREAD, [question("x", "What?", ("Bread", 0))]))
    gold = squad([english, again])
    assert [document.title for document in gold.documents] == ["River", "Bread"]
    assert gold.questions[-1].answers == (GoldAnswer(text_id(BREAD), 0, 5),)


def test_a_question_without_answers_is_one_that_the_texts_do_not_answer(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.json", ("t", BREAD, [question("a", "What?", ("Bread", 0)), question("b", "Why?")])
    )
    assert [q.answers for q in squad([path]).questions] == [(GoldAnswer(text_id(BREAD), 0, 5),), ()]


def test_files_whose_ids_have_nothing_in_common(english: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.json", ("t", BREAD, [question("zzz", "What?", ("Bread", 0))]))
    with pytest.raises(UnreadableFile, match=r"other .*river\.en.*ids have nothing in common"):
        squad([english], [other])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not json", id="not JSON"),
        pytest.param(b"\xff\xfe\x00", id="not UTF-8"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"3", id="a number"),
        pytest.param(b"{}", id="no data"),
        pytest.param(b'{"data": 3}', id="data is a number"),
        pytest.param(b'{"data": ["x"]}', id="an article is a string"),
        pytest.param(b'{"data": [[]]}', id="an article is a list"),
        pytest.param(b'{"data": [{"title": "t"}]}', id="no paragraphs"),
        pytest.param(b'{"data": [{"paragraphs": [{"qas": []}]}]}', id="no context"),
        pytest.param(b'{"data": [{"paragraphs": [{"context": "c"}]}]}', id="no questions"),
        pytest.param(b'{"data": [{"paragraphs": [{"context": "c", "qas": [{}]}]}]}', id="no id"),
        pytest.param(
            b'{"data": [{"paragraphs": [{"context": "c", "qas": 3}]}]}', id="questions are a number"
        ),
        pytest.param(b'{"data": [{"paragraphs": [{"context": 3, "qas": []}]}]}', id="context is a number"),
        pytest.param(
            b'{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1", "question": "q"}]}]}]}',
            id="no answers",
        ),
        pytest.param(
            b'{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1", "question": "q",'
            b' "answers": [{"text": "c"}]}]}]}]}',
            id="no answer_start",
        ),
        pytest.param(
            b'{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1", "answers": []}]}]}]}',
            id="no question",
        ),
    ],
)
def test_a_file_that_is_not_in_the_format_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"broken\.json"):
        squad([path])


def test_an_answer_that_does_not_stand_where_it_says_is_refused(tmp_path: Path) -> None:
    """With it every figure on quotations would be wrong, and nobody would notice."""
    path = write(tmp_path / "shifted.json", ("t", BREAD, [question("a", "What?", ("flour", 11))]))
    with pytest.raises(UnreadableFile, match=r"shifted\.json"):
        squad([path])


def test_a_file_that_is_not_there_is_named(tmp_path: Path, english: Path) -> None:
    for texts, asked in (([tmp_path / "none.json"], []), ([english], [tmp_path / "none.json"])):
        with pytest.raises(UnreadableFile, match=r"none\.json"):
            squad(texts, asked)
