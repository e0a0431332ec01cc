"""What benchmarks/ makes for training: passages as documents look, invented records, small collections."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.append(str(BENCHMARKS))

from invented_records import KEPT_BACK, KINDS, LANGUAGES, Spoken, invented, passage, things  # noqa: E402
from presentation import presented, topics  # noqa: E402

TEXT = "The old bridge was built in 1956. John Smith paid for it. It fell in 1990. Nobody was hurt."


@pytest.mark.parametrize("seed", range(200))
def test_the_answer_stays_where_a_passage_is_changed(seed: int) -> None:
    start = TEXT.index("John Smith")
    place = (TEXT, start, start + len("John Smith"))
    text, first, last = presented(place, "Who paid for the bridge?", ("en", "en"), random.Random(seed))
    assert text[first:last] == "John Smith"
    # Whether there is an answer isn't told by what is around it: the same is done without one.
    other, *span = presented((TEXT, -1, -1), "Who paid for the bridge?", ("en", "en"), random.Random(seed))
    assert span == [-1, -1]
    assert ("\n" in other) or other in TEXT


def test_passages_are_cut_listed_and_headed() -> None:
    made = [presented((TEXT, -1, -1), "Who paid?", ("en", "en"), random.Random(i))[0] for i in range(200)]
    assert any(text in TEXT and text != TEXT for text in made)
    assert any("\n- John Smith paid for it." in text for text in made)
    assert sum(text.endswith(TEXT) and text != TEXT for text in made) > 60
    assert sum(text == TEXT for text in made) > 40


def test_topics_are_names_and_nouns() -> None:
    assert "John Smith" in topics("They thanked John Smith.", "en")
    assert topics("شرح الأستاذ نظام الحصص المائية الجديد", "ar") == ["الأستاذ", "الحصص المائية الجديد"]


def test_half_of_the_invented_questions_have_an_answer_that_stands_in_the_record() -> None:
    made = list(invented(400, random.Random(1)))
    answered = [one for one in made if one.start >= 0]
    assert len(answered) == 200
    assert all(one.context[one.start : one.end].strip() for one in answered)
    assert {one.languages for one in made} == {(a, b) for a in LANGUAGES for b in LANGUAGES}
    assert not any("{" in one.question + one.context for one in made)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_values_stand_where_a_record_says(kind: str, language: Spoken) -> None:
    side = LANGUAGES.index(language)
    (thing,) = things(kind, 1, random.Random(5))
    for seed in range(20):
        text, places = passage(thing, list(thing.values)[:3], language, ["A heading"], random.Random(seed))
        assert text.startswith("A heading\n")
        assert {name: text[slice(*place)] for name, place in places.items()} == {
            name: thing.values[name][side] for name in list(thing.values)[:3]
        }


def test_things_that_confidence_learns_from_are_kept_from_the_reader() -> None:
    written = "\n".join(one.context + one.question for one in invented(500, random.Random(2)))
    assert set(KEPT_BACK) < set(KINDS)
    assert "tablets" not in written
    assert "library" not in written
