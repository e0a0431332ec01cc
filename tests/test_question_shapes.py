"""Questions for a list, a definition, a document's author, date or title; and what is never quoted alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from layouts import laid_out

import qa
from index import Document, Index
from index.encoding.base import Encoder
from index.text.analyzer import analyze
from index.text.split import split
from qa.answering.answer import lacks_key
from qa.answering.dependent_sentences import speaks_on, topics
from qa.answering.metadata import asked_field
from qa.answering.question_type import (
    asked_keys,
    asks_for_list,
    defines,
    has_key,
    labels,
    poses,
    subject,
)
from qa.answering.questions.cells import asks_for_cell
from qa.answering.sentences import Sentence, score_sentences


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("ما الرباب؟", {"رباب"}),
        ("What is a theodolite?", {"theodolit"}),
        ("Who was Ottilie?", {"ottili"}),
        ("What is the name of the river?", set()),
        ("ما عاصمة اليابان؟", set()),
    ],
)
def test_what_is_to_be_explained(question: str, expected: set[str]) -> None:
    assert subject(question) == expected


def test_a_definition_begins_with_the_thing() -> None:
    asked = subject("What is a theodolite?")
    assert defines(asked, "A theodolite is an instrument.", (), False) == 1
    assert defines(asked, "Angles are measured with it.", ("Theodolite",), True) == 0.5
    assert defines(asked, "2. A theodolite is an instrument.", (), False) == 1
    assert defines(asked, "It is an instrument.", ("What is a theodolite?",), True) == 1
    assert defines(asked, "It is an instrument.", ("What is a theodolite?",), False) == 0
    assert defines(asked, "He sold the old theodolite.", (), True) == 0


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Who is the lessor?", "Between Grey Quarries (the lessor) and Ida Marsh (the lessee).", True),
        ("Who is the lessee?", "Between Grey Quarries and Ida Marsh (hereinafter called the lessee).", True),
        ("من المقاول؟", "الفريق الثاني (المقاول): شركة الجسر.", True),
        ("Who is the lessor?", "The lessor (of the quarry) pays.", False),
        ("Who is the lessor?", "(the lessor) pays.", False),
    ],
)
def test_somebody_is_called_so_in_brackets(question: str, sentence: str, expected: bool) -> None:
    assert labels(subject(question), sentence) == expected


def test_an_entry_has_the_thing_as_its_label() -> None:
    asked = subject("ما الرباب؟")
    assert labels(asked, "- الرباب: آلة وترية تُعزف بقوس.")
    assert labels(asked, "3. الرباب: آلة وترية تُعزف بقوس.")
    assert not labels(asked, "أوتار الرباب: وتر واحد أو وتران.")
    assert not labels(asked, "الرباب:")
    assert not labels(frozenset(), "Strings: two.")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What are the recommendations?", True),
        ("Which papers are required?", True),
        ("ما التوصيات؟", True),
        ("ما شروط القبول؟", True),
        ("ما أجزاء الساعة؟", True),
        ("What was agreed about the fair?", True),
        ("What must the tenant bring?", True),
        ("علامَ اتفقت اللجنة؟", True),
        ("What is a theodolite?", False),
        ("what does article 3 say", False),
        ("كم رسم التأخير؟", False),
    ],
)
def test_what_asks_for_a_list(question: str, expected: bool) -> None:
    assert asks_for_list(question) is expected


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Who wrote the report?", "author"),
        ("من كتب هذا المقال؟", "author"),
        ("من ألقى المحاضرة؟", "author"),
        ("من أعدّ هذا التقرير؟", "author"),
        ("Who gave the lecture on levels?", "author"),
        ("من ألقى القبض على اللص؟", None),
        ("Who gave the society its house?", None),
        ("متى نُشر التقرير؟", "date"),
        ("What is the title of the document?", "title"),
        ("ما عنوان الشركة؟", None),
        ("متى أُقرّ النظام؟", None),
        ("When was the trip report written?", "date"),
        ("When was the resolution signed?", "date"),
        ("What is the date of the travel policy?", "date"),
        ("What is the date of the open day?", None),
        ("ما تاريخ التعميم رقم 5؟", "date"),
        ("When was the castle built?", None),
    ],
)
def test_what_asks_for_metadata(question: str, field: str | None) -> None:
    assert asked_field(question) == field


def test_numbers_that_things_are_called_by() -> None:
    assert asked_keys("Where is pump QR-55?") == {"55"}
    assert asked_keys("ماذا تقول المادة (9)؟") == {"9"}
    assert asked_keys("ماذا تقول المادة التاسعة؟") == asked_keys("What does Article IX say?") == {"9"}
    assert asked_keys("What happened in 1951?") == frozenset()
    assert asked_keys("What does the message E09 mean?") == asked_keys("ما معنى الرسالة E٠٩؟") == {"e09"}
    assert asked_keys("What was the revenue of FY2023?") == asked_keys("Who invented MP3?") == frozenset()
    assert asked_keys("Who wrote the first article on otters?") == frozenset()


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("المادة التاسعة", "ماذا تقول المادة 9 عن القوارب؟"),
        ("المادة (9)", "ماذا تقول المادة التاسعة عن القوارب؟"),
        ("الفصل الثاني عشر", "ماذا يقول الفصل 12 عن القوارب؟"),
        ("Article IV", "What does article 4 say of القوارب؟"),
        ("Chapter 2", "What does chapter two say of القوارب؟"),
    ],
)
def test_a_part_is_found_by_its_number_in_words_and_digits(
    heading: str, question: str, encoder: FakeEncoder, tmp_path: Path
) -> None:
    law = laid_out(f"# القانون\n## {heading}\nالقوارب تُفحص كل عام.\n## خاتمة\nيُعمل بهذا القانون.")
    index = Index.build([law], tmp_path / "index", encoder=encoder, show_progress=False)

    hits = index.search(index.query(question), 4)

    assert not lacks_key(index.query(question), hits)
    assert hits[0].passage.text == "القوارب تُفحص كل عام."


def test_a_quotation_goes_on_behind_its_speaker() -> None:
    assert speaks_on('"Not yet," he used to say.', '"Wait for the tide."')
    assert not speaks_on('He read "The Tide".', '"The Moon" came later.')


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    cards = [
        Document(
            f"Instrument card\n\nSerial QR-{n}\n\nBought in May. Kept in {place}.",
            source=f"{n}.txt",
            id=str(n),
        )
        for n, place in ((51, "the loft"), (52, "the mill"), (53, "the barn"), (54, "the stable"))
    ]
    return [
        laid_out(
            """
            # Levels and angles
            ## What is a theodolite?
            A theodolite is an instrument for measuring angles. It stands on three legs.
            ## Advice
            - Oil the screws.
            - Keep the lens covered.
            ## Prices
            | Item | Price |
            | tripod | 310 |
            | lens cap | 12 |
            """,
            title="Levels and angles", author="Ada Fenn", date="1987", id="lecture",
        ),
        *cards,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def index(documents: list[Document], model: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build(documents, tmp_path_factory.mktemp("shapes"), encoder=model, show_progress=False)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("What is a theodolite?", ["A theodolite is an instrument for measuring angles."]),
        ("What is the advice?", ["Oil the screws.", "Keep the lens covered."]),
        ("What does the tripod cost?", ["tripod | 310"]),
        ("Where is instrument QR-53?", ["the barn"]),
    ],
)
def test_what_is_quoted(question: str, quotes: list[str], index: Index) -> None:
    answer = qa.ask(question, index)
    together = "\n".join(citation.quote for citation in answer.citations)
    assert all(quote in together for quote in quotes), together
    headings = {heading for hit in answer.hits for heading in hit.passage.headings}
    assert not {citation.quote for citation in answer.citations} <= headings


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "field", "quote"),
    [
        ("Who wrote the lecture Levels and angles?", "author", "Ada Fenn"),
        ("When was the lecture on levels and angles written?", "date", "1987"),
    ],
)
def test_metadata_are_cited_as_such(question: str, field: str, quote: str, index: Index) -> None:
    (citation,) = qa.ask(question, index).citations
    assert (citation.field, citation.quote) == (field, quote)


@pytest.mark.model
def test_another_authors_work_isnt_answered_from_metadata(index: Index) -> None:
    assert all(citation.field == "text" for citation in qa.ask("Who wrote Hamlet?", index).citations)


def test_a_heading_alone_is_never_quoted(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build([laid_out("# Otters")], tmp_path / "index", encoder=encoder, show_progress=False)
    assert qa.ask("otters", index).citations == ()


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Why did the pump fail?", "They came to find out why the pump had failed.", True),
        ("Why did the pump fail?", "He explained why the pump had failed: because of rust.", False),
        ("How was the pump mended?", "They came to find out why the pump had failed.", False),
        ("How was the pump mended?", "She asked how the pump had been mended.", True),
        ("لماذا توقفت المضخة؟", "شُكّلت لجنة لمعرفة سبب توقف المضخة.", True),
        ("لماذا توقفت المضخة؟", "توقفت المضخة لأن الصدأ أكل محورها.", False),
        ("متى توقفت المضخة؟", "شُكّلت لجنة لمعرفة سبب توقف المضخة.", False),
    ],
)
def test_a_sentence_that_poses_the_question(question: str, sentence: str, expected: bool) -> None:
    assert poses(question, sentence) is expected


LIFE = laid_out(
    """
    # The baker of Quell
    ## Beginnings
    Marta Venn was born in Quell in 1850.
    Her father was a miller.
    ## The bakery
    Marta opened her bakery in 1872.
    ## Last years
    She died of a fever in 1901.
    She was buried in Quell.
    """,
    title="The baker of Quell",
)


def test_what_a_document_is_about(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build([LIFE], tmp_path / "index", encoder=encoder, show_progress=False)
    passages = list(index.passages)
    about = {LIFE.id: frozenset(("marta", "venn"))}
    assert topics(index, "How did Marta Venn die?", passages) == about
    # In one passage only, or not a name.
    assert topics(index, "Was Marta Venn born in Quell?", passages[:1]) == {}
    assert topics(index, "Who was a miller?", passages) == {}
    # Function words are no name, though they stand in the title and everywhere.
    assert topics(index, "What is the baker of Quell?", passages) == {}


def test_sentences_are_told_apart_by_what_is_asked_of_the_documents_subject(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    index = Index.build([LIFE], tmp_path / "index", encoder=encoder, show_progress=False)
    query = index.query("Where was Marta Venn buried?")
    hits = index.search(query, 10)
    names = topics(index, query.text, [hit.passage for hit in hits])
    assert score_sentences(index, query, hits)[0].written == "Marta Venn was born in Quell in 1850."
    assert score_sentences(index, query, hits, names)[0].written == "She was buried in Quell."


def test_a_list_answers_what_its_introduction_announces(encoder: FakeEncoder, tmp_path: Path) -> None:
    minutes = laid_out(
        """
        # Minutes
        ## Fair
        The fair is in May. The members agreed on the following:
        - Cakes will be sold in the great tent.
        - Olga Prinz will lead the tour of the mill.
        """,
        title="Minutes",
    )
    index = Index.build([minutes], tmp_path / "index", encoder=encoder, show_progress=False)

    def best(question: str) -> Sentence:
        query = index.query(question)
        return next(
            s for s in score_sentences(index, query, index.search(query, 5)) if s.written.startswith("Olga")
        )

    assert best("On what have the members agreed?").is_introduced
    assert not best("Who will lead the tour?").is_introduced


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the fee of a skiff?", ["skiff | 12 | shed 4"]),
        ("Where is the place of the long punt?", ["long punt | 9 | "]),
        # Only a cell, only a column, a number.
        ("Who built the skiff?", []),
        ("What is the fee?", []),
        ("Which fee is 12?", []),
    ],
)
def test_a_question_names_a_cell_and_the_column_of_another(question: str, expected: list[str]) -> None:
    table = laid_out("| Boat | Fee | Place |\n| skiff | 12 | shed 4 |\n| long punt | 9 | north pier |")
    rows = split(table, 40, FakeEncoder().count_tokens)
    asked = {term.term for term in analyze(question)}
    found = [row.text for row in rows if asks_for_cell(asked, row)]
    assert len(found) == len(expected)
    assert all(text.startswith(beginning) for text, beginning in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("key", "text", "is_there"),
    [
        ("e09", {"message", "e09"}, True),
        ("e09", {"message", "e", "09"}, True),
        ("e09", {"e01", "09"}, False),
        ("110", {"hx", "110"}, True),
        ("110", {"hx110"}, True),
        ("110", {"2110", "hx11"}, False),
    ],
)
def test_an_identifier_is_one_word_or_two(key: str, text: set[str], is_there: bool) -> None:
    assert has_key(text, key) is is_there
