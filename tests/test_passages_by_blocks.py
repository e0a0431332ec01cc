"""Passages of documents that have a layout: what stands under what, lists, forms, rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from layouts import laid_out

from index import Document, Index, Passage
from index.readers.file_types import convert
from index.text.context import context, headings_below
from index.text.sentences import sentences
from index.text.split import split
from qa.answering.sentences.split import split_passage

STATUTE = laid_out(
    """
    # Rules of the rowing club
    ## Part one
    ### Article 1
    Boats are kept in the long shed.
    ### Article 2
    Membership ends:
    - by letter
    - after two unpaid years
    ## Fees
    | Boat | Fee |
    | skiff | 12 |
    | eight | 40 |
    ## Annex
    """,
    title="Rules",
)


def passages(document: Document, window: int = 40) -> list[Passage]:
    return split(document, window, FakeEncoder().count_tokens)


def test_what_stands_under_a_heading_knows_it_and_the_heading_is_no_passage() -> None:
    found = [(p.kind, p.headings, p.text) for p in passages(STATUTE)]
    club, one = "Rules of the rowing club", "Part one"
    assert found == [
        ("paragraph", (club, one, "Article 1"), "Boats are kept in the long shed."),
        # The sentence before a list belongs to it.
        ("list_item", (club, one, "Article 2"), "Membership ends:\n\nby letter\nafter two unpaid years"),
        ("table_header", (club, "Fees"), "Boat | Fee"),
        ("table_row", (club, "Fees"), "skiff | 12"),
        ("table_row", (club, "Fees"), "eight | 40"),
        # Nothing stands under it: its words aren't lost.
        ("heading", (club,), "Annex"),
    ]


def test_an_item_that_introduces_others_is_quoted_with_them() -> None:
    found = convert(
        ".md",
        b"# Prices\n\nPay in cash. The museum asks this:\n\n- Fees:\n  - Adult 5 pounds\n  - Child 3 pounds\n"
        b"- Deposits:\n  - Adult 50 pounds\n  - Child 30 pounds\n- Tickets at the gate\n- No dogs\n",
    )
    _, fees, deposits, others = split(
        Document(found.text, blocks=found.blocks), 200, lambda texts: [len(text.split()) for text in texts]
    )

    assert fees.headings == deposits.headings == others.headings == ("Prices", "The museum asks this:")
    assert (fees.text, fees.items) == ("Fees:\nAdult 5 pounds\nChild 3 pounds", (6, 21))
    assert (others.text, others.items) == ("Tickets at the gate\nNo dogs", (0, 20))
    quoted = [deposits.text[slice(*text.lead_in)] for text in split_passage(deposits) if text.lead_in]
    assert quoted == ["Deposits:", "Deposits:"]


def test_items_begin_where_they_say() -> None:
    (found,) = (p for p in passages(STATUTE) if p.items and p.kind == "list_item")
    assert [found.text[item:].split("\n")[0] for item in found.items] == [
        "by letter",
        "after two unpaid years",
    ]


def test_a_long_list_is_parted_between_items() -> None:
    found = passages(laid_out("- one two three\n- four five six\n- seven eight nine"), window=6)
    assert [(p.text, p.items) for p in found] == [
        ("one two three\nfour five six", (0, 14)),
        ("seven eight nine", (0,)),
    ]


def test_a_number_heads_what_follows_it_until_the_next() -> None:
    found = passages(laid_out("Serial AX-7\nKept in the loft.\nSerial AX-8\nKept in the mill."))
    assert [p.headings for p in found if p.text.startswith("Kept")] == [("Serial AX-7",), ("Serial AX-8",)]


def test_the_fields_of_each_form_are_one_passage() -> None:
    found = passages(laid_out("= Device: lamp\n= Place: loft\n= Device: pump\n= Place: mill"))
    assert [p.text for p in found] == ["Device: lamp\nPlace: loft", "Device: pump\nPlace: mill"]
    assert all(p.is_record for p in found)


def test_a_term_and_its_meaning_are_one_passage_where_several_follow_one_another() -> None:
    found = passages(laid_out("Bow\nThe front of a boat.\nStern\nThe end of it."))
    assert [p.text for p in found] == ["Bow\n\nThe front of a boat.", "Stern\n\nThe end of it."]
    # A line alone above a paragraph is a paragraph of its own.
    assert len(passages(laid_out("Bow\nThe front of a boat."))) == 2


def test_context_is_cut_and_doesnt_say_the_title_twice() -> None:
    long = " ".join(f"word{i}" for i in range(18))
    document = laid_out(f"# Rules\n## {long}\nText.", title="Rules", author="A. Writer", date="1999")
    (passage,) = passages(document)
    known = context(document, passage)
    assert known.document == "Rules · A. Writer · 1999"
    assert known.headings == " ".join(f"word{i}" for i in range(16))


@pytest.mark.parametrize("engine", ["folder", "lance"])
def test_a_passage_is_found_by_its_headings_and_comes_back_as_it_was(
    engine: str, encoder: FakeEncoder, tmp_path: Path
) -> None:
    if engine == "lance":
        pytest.importorskip("lance")
    place = f"lance://{tmp_path}/tables" if engine == "lance" else tmp_path / "index"
    other = laid_out("# Rules\n## Article 9\nBoats are kept in the long shed.", title="Other", id="other")
    index = Index.build([STATUTE, other], place, encoder=encoder, show_progress=False)
    assert sorted(index.passages, key=lambda p: p.id) == sorted(
        [*passages(STATUTE), *passages(other)], key=lambda p: p.id
    )
    assert index.document(STATUTE.id) == STATUTE
    # The same text twice: its own heading decides.
    for number, document in (("1", STATUTE), ("9", other)):
        hit = index.search(f"boats kept article {number}")[0]
        assert (hit.passage.document_id, hit.passage.headings[-1]) == (document.id, f"Article {number}")
    row = index.search("fee skiff")[0].passage
    assert row.text == "skiff | 12"
    tokens = index.tokens(row)
    # Title, headings and column headings first; of the row itself its cells where they stand.
    assert tokens.sentences.tolist() == sorted(tokens.sentences.tolist())
    assert [row.text[a:b] for a, b in tokens.spans[tokens.sentences >= 0]] == ["skiff", "12"]
    assert not tokens.spans[tokens.sentences < 0].any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Camera no. 3 saw a fox. It left.", ["Camera no. 3 saw a fox.", "It left."]),
        ("دفع ع. ن. مبلغ 2.750 د.ك. في البنك.", ["دفع ع. ن. مبلغ 2.750 د.ك. في البنك."]),
        ("اجتمعوا في 4/2/1440هـ. الموافق يوم الأحد.", ["اجتمعوا في 4/2/1440هـ. الموافق يوم الأحد."]),
        ("مات سنة 401هـ. ودفن في بلده.", ["مات سنة 401هـ.", "ودفن في بلده."]),
        ('"It rains. It pours," she said. She left.', ['"It rains. It pours," she said.', "She left."]),
    ],
)  # fmt: skip
def test_abbreviations_and_quotations_end_no_sentence(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize(
    ("title", "headings", "expected"),
    [
        ("Leave Policy – Halden Ltd", ("Leave Policy", "Fees"), ("Fees",)),
        ("Leave  policy", ("Leave Policy", "Leave Policy"), ("Leave Policy",)),
        ("Leave Policy", ("Leave", "Fees"), ("Fees",)),
        ("Leavers", ("Leave", "Fees"), ("Leave", "Fees")),
        ("Rules on leave", ("Leave", "Fees"), ("Leave", "Fees")),
        ("", ("Leave",), ("Leave",)),
        ("Leave", (), ()),
    ],
)
def test_a_path_has_the_title_once(title: str, headings: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert tuple(headings_below(title, headings)) == expected


@pytest.mark.parametrize(
    ("above", "headings"),
    [
        ("## Fees\nFees:", ("Fees", "Fees:")),
        ("## Fees\nThe fees are shared out as the table shows:", ("Fees",)),
        # Nothing else says what the table is about.
        ("These are the fees of each boat:", ("These are the fees of each boat:",)),
    ],
)
def test_a_sentence_that_introduces_a_table_is_no_heading(above: str, headings: tuple[str, ...]) -> None:
    found = passages(laid_out(f"{above}\n| Boat | Fee |\n| skiff | 12 |\n| eight | 40 |"))
    assert {p.headings for p in found if p.kind == "table_row"} == {headings}
