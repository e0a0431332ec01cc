"""Ways of writing and first hits: counted by hand, with an encoder that knows words by their letters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from matplotlib.patches import Rectangle
from perturbations import VARIANTS, Variant
from robustness import Effect, breakdown, draw, table
from test_report import figure

from index import Document, Index
from index.folder.store import FolderIndex
from index.query import Query
from qa.evaluation.measures import Estimate
from qa.gold import GoldAnswer, GoldQuestion

RIVER, BATTLE = "يفيض النهر في الربيع", "أعلن الجيش المعركة"
NONE, ALL = Estimate(0, 0, 0), Estimate(1, 1, 1)

DOCUMENTS = [
    Document(RIVER, id="river"),
    Document(BATTLE, id="battle"),
    Document("The river floods in spring", id="english"),
]


def asked(id_: str, text: str, *documents: str) -> GoldQuestion:
    return GoldQuestion(id_, text, tuple(GoldAnswer(document, 0, 4) for document in documents))


QUESTIONS = [
    asked("a", "متى يفيض النهر", "river"),
    asked("b", "من أعلن المعركة", "battle"),
    asked("c", "When does the river flood?", "english"),
    asked("d", "متى يفيض القمر"),
]


def exchanged(text: str) -> str:
    """... and the battle's the river's."""
    return other_words(text) if "يفيض النهر" in text else text.replace("أعلن الجيش المعركة", "يفيض النهر")


@pytest.fixture
def pool(encoder: FakeEncoder, tmp_path: Path) -> Index:
    index = Index.build(DOCUMENTS, tmp_path / "index", encoder=encoder, show_progress=False)
    encoder.encoded.clear()
    return index


def other_words(text: str) -> str:
    """The river's words become the battle's."""
    return text.replace("يفيض النهر", "أعلن الجيش المعركة")


def test_a_question_that_was_changed_is_asked_both_ways(pool: Index) -> None:
    (effect,) = breakdown(pool, QUESTIONS, [Variant("other words", "question", other_words)])
    assert (effect.name, effect.side, effect.questions) == ("other words", "question", 1)
    assert (effect.before, effect.after, effect.same) == (ALL, NONE, NONE)
    assert effect.difference == Estimate(-1, -1, -1)


def test_only_answerable_arabic_questions_are_asked_once_each(pool: Index, encoder: FakeEncoder) -> None:
    twice = [*QUESTIONS, *QUESTIONS]
    (effect,) = breakdown(pool, twice, [Variant("mark", "question", lambda text: f"{text}؟")])
    assert (effect.questions, effect.before, effect.after, effect.same) == (2, ALL, ALL, ALL)
    assert encoder.encoded == [
        "متى يفيض النهر", "من أعلن المعركة", "متى يفيض النهر؟", "من أعلن المعركة؟",
    ]  # fmt: skip


def test_texts_are_changed_in_an_index_of_their_own(pool: Index, encoder: FakeEncoder) -> None:
    """What didn't change isn't encoded again."""
    before = {document.id: document.text for document in pool.documents}
    (effect,) = breakdown(pool, QUESTIONS, [Variant("exchanged", "text", exchanged)])
    assert (effect.side, effect.questions) == ("text", 2)
    assert (effect.before, effect.after) == (ALL, NONE)
    assert [text for text in encoder.encoded if text in before.values()] == []
    assert {"أعلن الجيش المعركة في الربيع", "يفيض النهر"} < set(encoder.encoded)
    assert {document.id: document.text for document in pool.documents} == before
    assert pool.search("متى يفيض النهر", 1)[0].passage.document_id == "river"


def test_counted_is_whose_document_was_changed(pool: Index) -> None:
    (effect,) = breakdown(pool, QUESTIONS, [Variant("other words", "text", other_words)])
    assert (effect.questions, effect.before) == (1, ALL)


def test_a_question_is_read_by_the_index_that_it_is_asked_of(
    pool: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How a question is read may depend on the collection, so a query isn't handed from one to another."""
    made_by: list[Path] = []
    query = FolderIndex.query

    def watched(index: FolderIndex, question: str) -> Query:
        made_by.append(Path(index.location))
        return query(index, question)

    monkeypatch.setattr(FolderIndex, "query", watched)
    breakdown(pool, QUESTIONS, [Variant("exchanged", "text", exchanged)])
    assert made_by[:2] == [Path(pool.location)] * 2
    assert len(made_by) == 4
    assert Path(pool.location) not in made_by[2:]


def test_either_of_two_right_documents_will_do(pool: Index) -> None:
    question = asked("a", "متى يفيض النهر", "river", "battle")
    (effect,) = breakdown(pool, [question], [Variant("other words", "question", other_words)])
    assert (effect.before, effect.after, effect.difference, effect.same) == (ALL, ALL, NONE, NONE)


def test_what_changes_nothing_is_left_out(pool: Index, encoder: FakeEncoder) -> None:
    same = [Variant("same", "question", str), Variant("same", "text", str)]
    english = Variant("English", "text", str.upper)  # only a document that no Arabic question is about
    assert breakdown(pool, QUESTIONS, [*same, english]) == ()
    assert len(encoder.encoded) == 2
    assert breakdown(pool, QUESTIONS[2:]) == ()


def test_a_paragraph_of_a_document_is_found_as_a_paragraph(encoder: FakeEncoder, tmp_path: Path) -> None:
    document = Document(f"{RIVER} كل سنة.\n{BATTLE} في المساء عند الحدود.", id="both")
    index = Index.build([document], tmp_path / "i", encoder=encoder, show_progress=False)
    question = GoldQuestion("a", "متى يفيض النهر", (GoldAnswer("both", 0, 4, paragraph=1),))
    (effect,) = breakdown(index, [question], [Variant("other words", "question", other_words)])
    assert (effect.questions, effect.before, effect.after) == (1, ALL, NONE)


def test_progress_is_shown(pool: Index, capsys: pytest.CaptureFixture[str]) -> None:
    variants = [Variant("mark", "question", lambda text: f"{text}؟")]
    breakdown(pool, QUESTIONS, variants, show_progress=True)
    assert "question: mark: 100%" in (shown := capsys.readouterr().err)
    assert "2/2" in shown
    breakdown(pool, QUESTIONS, variants, show_progress=False)
    assert capsys.readouterr().err == ""


def test_all_ways_of_writing_run(pool: Index) -> None:
    """With words known by their letters the lexical leg still finds what was only spelled otherwise."""
    effects = {(effect.name, effect.side): effect for effect in breakdown(pool, QUESTIONS)}
    assert set(effects) <= {(variant.name, variant.side) for variant in VARIANTS}
    assert effects["vocalised", "question"].questions == effects["vocalised", "text"].questions == 2
    assert effects["Egyptian", "question"].questions == 2
    assert effects["hamza left off", "text"].questions == 1


EFFECTS = (
    Effect("tatweel", "text", 1190, figure(950), figure(850), figure(-100), figure(870)),
    Effect("hamza left off", "question", 7, figure(900), figure(960), figure(60), figure(500)),
)


def test_the_table_to_the_letter() -> None:
    *_, empty, heading, tatweel, hamza = table(EFFECTS).split("\n")
    assert empty == ""
    titles = ["questions", "first hit right", "so written", "difference", "same first hit"]
    assert re.split(r"  +", heading.strip()) == titles
    assert re.split(r"  +", tatweel) == [
        "text: tatweel",
        "1190",
        "0.950 [0.900, 1.000]",
        "0.850 [0.800, 0.900]",
        "-0.100 [-0.150, -0.050]",
        "0.870 [0.820, 0.920]",
    ]
    assert re.split(r"  +", hamza) == [
        "question: hamza left off",
        "7",
        "0.900 [0.850, 0.950]",
        "0.960 [0.910, 1.010]",
        "+0.060 [+0.010, +0.110]",
        "0.500 [0.450, 0.550]",
    ]
    assert len(heading) == len(tatweel) == len(hamza)
    for title, value in zip(titles[1:], ("1.000]", "0.900]", "-0.050]", "0.920]"), strict=True):
        assert heading.index(title) + len(title) == tatweel.index(value) + len(value)


def test_the_picture_shows_what_was_measured() -> None:
    (axes,) = draw(EFFECTS).axes
    # Bars from below: before, then after, the last way of writing first.
    assert [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)] == pytest.approx(
        [0.9, 0.95, 0.96, 0.85]
    )
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["question: hamza left off (n = 7)", "text: tatweel (n = 1,190)"]
    assert [text.get_text() for text in axes.texts] == ["+0.060", "-0.100"]
