"""What kind of measure a question asks for, and sentences that can't answer it since they have others."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from qa import ask
from qa.answering.question_type import has_key
from qa.answering.questions.measures import asked_measure, has_other_measures_alone, measures


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much does the ferry cost?", "money"),
        ("What did the new roof of the school cost?", "money"),
        ("What is the annual fee?", "money"),
        ("كم بلغت كلفة ترميم الجسر؟", "money"),
        ("ما رسم الاشتراك؟", "money"),
        ("بكم التذكرة؟", "money"),
        ("How tall is the tower?", "length"),
        ("ما طول النفق؟", "length"),
        ("How heavy is the bell?", "mass"),
        ("How many litres does the tank hold?", "volume"),
        ("كم طنًّا من القمح بيع؟", "mass"),
        ("كم يومًا تدوم الإجازة؟", "time"),
        # Something else is asked for, though a price or a length is named.
        ("When is the fee paid?", None),
        ("How long does the price list apply?", None),
        ("How often is the rent raised?", None),
        ("متى يدفع الرسم؟", None),
        ("Who sets the price?", None),
        ("How many visitors came?", None),
        ("What is the length of time for the course?", None),
        ("How high are the levels of lead?", None),
        ("من حدد السعر؟", None),
    ],
)
def test_the_kind_of_measure_that_a_question_asks_for(question: str, kind: str | None) -> None:
    assert asked_measure(question) == kind


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The road is 1.3 km long.", {"length"}),
        ("سعته ستون ألف متر مكعب.", {"length"}),
        ("يُدفع مبلغ ألفي دينار.", {"money"}),
        ("It costs £9.00 and lasts two hours.", {"money", "time"}),
        ("The sack of 40 pounds.", {"money", "mass"}),
        ("The roof was finished in 1998.", set()),
        ("It is five per cent of the price.", {"number"}),
        ("There were 640 bells.", {"number"}),
    ],
)
def test_the_kinds_of_the_measures_of_a_text(text: str, kinds: set[str]) -> None:
    assert measures(text) == kinds


def test_only_what_is_certain_rules_a_sentence_out() -> None:
    assert has_other_measures_alone("money", "The road is 1.3 km long.")
    assert has_other_measures_alone("mass", "بيع بمئة ألف دينار.")
    for sentence in (
        "The road of 1.3 km cost 200,000.",
        "The road of 1.3 km cost four times as much, €3 million.",
        "It was dear.",
    ):
        assert not has_other_measures_alone("money", sentence)
    assert not has_other_measures_alone(None, "The road is 1.3 km long.")


def test_a_length_is_no_price(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.answering.answer.is_enough", lambda _, __, found, *___: bool(found))
    length, price = "The crane road is 1.3 km long.", "The crane road cost 90,000 euros."
    for texts, found in ((length, False), (f"{length}\n\n{price}", True)):
        index = Index.build([Document(texts)], tmp_path / str(found), encoder=encoder, show_progress=False)
        answer = ask("How much did the crane road cost?", index)
        assert answer.found is found
        assert [one.quote for one in answer.citations][:1] == [price] * found


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
