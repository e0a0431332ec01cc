"""What a refusal says that no text has: certain of it, or silent; in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from qa import ask
from qa.answering.missing import missing
from qa.messages import say, say_not_found

TEXTS = (
    Document("The mill burned down in 1912, and 1,897 sacks of flour with it.", title="The mill", id="mill"),
    Document("تأسّست الجمعية عام ١٩٥٣م، وبلغ أعضاؤها ٤٥٧ عضواً في تسعينيات القرن.", title="الجمعية", id="club"),
    Document("The pump HX-210 replaced the HX-120 in the 1990s.", title="Pumps of 1988", date="2019", id="p"),
    Document("Nobody counted.", title="Notes", source="notes-1931.txt", id="notes"),
)  # fmt: skip


@pytest.fixture
def texts(encoder: FakeEncoder, tmp_path: Path) -> Index:
    return Index.build(TEXTS, tmp_path / "texts", encoder=encoder, show_progress=False)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What happened to the mill in 1867?", ("1867",)),
        ("ماذا حدث للجمعية سنة ١٨٦٧؟", ("١٨٦٧",)),
        ("ماذا حدث سنة 1867م؟", ("1867",)),
        ("Who paid 643 coins in 1867, and 643 in 1868?", ("643", "1867", "1868")),
        ("Who were the 18,673 people?", ("18,673",)),
        ("Does HX-350 fit?", ("HX-350",)),
        ("هل تناسب HX-٣٥٠ المضخّة؟", ("HX-٣٥٠",)),
        ("What does article 318 say?", ("article 318",)),
        ("ماذا تقول المادة ٣١٨؟", ("المادة ٣١٨",)),
        # In the texts: as it is, in other digits, within a word, a title, a date, a file's name.
        ("What happened in 1912?", ()),
        ("What happened in ١٩١٢?", ()),
        ("What happened to the club in 1953?", ()),
        ("ماذا حدث سنة 1953؟", ()),
        ("How many of 457 members came?", ()),
        ("Which pump came in 1990?", ()),
        ("Which pumps were sold in 1988 and 2019?", ()),
        ("Does HX-210 fit?", ()),
        ("Who counted in 1931? Nobody?", ()),
        # In the texts with a comma; or it may be there in words, or in another form.
        ("Where are the 1897 sacks?", ()),
        ("Where are the 1,897 sacks?", ()),
        ("What of 3 mills, 42 pumps, 600 members and 12,000 sacks in 1900?", ()),
        ("What does article 9 say?", ()),
        ("Who lived in the 1860s?", ()),
        ("Is H2O or B612 in it?", ()),
        ("Is it 3.14?", ()),
        ("Who milled the flour?", ()),
    ],
)
def test_what_no_text_mentions(texts: Index, question: str, names: tuple[str, ...]) -> None:
    assert missing(texts, question, texts.search(question, 5)) == names


def test_a_number_with_its_thousands_apart_is_seen_in_the_nearest_passages(texts: Index) -> None:
    hits = texts.search("the sacks of the mill", 5)
    assert missing(texts, "Who lost 1897 sacks?", hits) == ()
    assert missing(texts, "Who lost 1897 sacks?", []) == ()
    assert missing(texts, "Who lost 1898 sacks?", []) == ("1898",)


def test_a_long_number_may_be_apart_anywhere(encoder: FakeEncoder, tmp_path: Path) -> None:
    """Its last three digits are then a word of their own."""
    index = Index.build(
        [Document("It cost 18 673 in all.", id="a")], tmp_path / "i", encoder=encoder, show_progress=False
    )
    assert missing(index, "Who paid 18673?", []) == missing(index, "Who paid 18,673?", []) == ()
    assert missing(index, "Who paid 18674?", []) == ("18674",)


@pytest.fixture
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.answering.answer.confidence", lambda *_: 0.0)


@pytest.mark.usefixtures("unsure")
def test_a_refusal_says_it_in_the_askers_language(texts: Index) -> None:
    arabic = ask("ماذا حدث للجمعية سنة ١٨٦٧ وسنة ١٨٦٨؟", texts)
    english = ask("Did the mill buy HX-350 in 1867?", texts)
    assert arabic.missing == ("١٨٦٧", "١٨٦٨")
    assert arabic.text == "لم يُعثر في النصوص على جواب.\nلا تذكر هذه النصوص «١٨٦٧» ولا «١٨٦٨»."
    assert english.missing == ("HX-350", "1867")
    assert english.text == "No answer was found in the texts.\nThese texts don't mention “HX-350” or “1867”."
    assert ask("Did the mill burn?", texts).text == say("not_found", "en") == say_not_found((), "en")


def test_it_explains_a_refusal_and_causes_none(texts: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.answering.answer.confidence", lambda *_: 0.9)
    reply = ask("What burned down in 1867?", texts)
    assert reply.found
    assert reply.missing == ()


def test_parts_of_numbers_are_found_but_not_across_two(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build([Document("1 8961 897 x1990y")], tmp_path / "i", encoder=encoder, show_progress=False)
    assert all(map(index.mentions_number, ["1", "896", "8961", "61", "897", "1990"]))
    assert not any(map(index.mentions_number, ["18", "1897", "61897", "1991", "2"]))
    index.update([Document("2 3")])
    assert index.mentions_number("2")
    index.remove([document.id for document in index.documents][:1])
    assert not index.mentions_number("1990")
    assert index.mentions_number("3")
