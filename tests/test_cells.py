"""A row's cells are known, wherever its columns come from and whatever is empty or holds a bar."""

from __future__ import annotations

import pytest

from index.readers.file_types import convert
from index.text.analyzer import analyze, analyzed
from index.text.context import row_pieces
from index.text.split import split
from index.text.structure.blocks import find_blocks
from index.text.structure.cells import row_cells
from index.types import Document, Passage
from qa.answering.questions.cells import asked_cells, asks_for_cell, asks_only_for_cell
from web.views.answers import _Row


def rows(text: str, suffix: str = ".csv", window: int = 200) -> list[Passage]:
    """The rows of a file with this content."""
    if suffix == ".txt":
        document = Document(text, blocks=find_blocks(text))
    else:
        found = convert(suffix, text.encode())
        document = Document(found.text, blocks=found.blocks)
    passages = split(document, window, lambda texts: [len(one.split()) for one in texts])
    return [passage for passage in passages if passage.kind == "table_row"]


def read(row: Passage) -> str:
    """The row as the encoder and the reader read it."""
    return "".join(piece for piece, _ in row_pieces(row) or [("?", -1)])


TABLES = {
    ".csv": 'Item,Size,Price\nPump,,310\nHose,long,\n,short,5\nValve,a | b,7\n',
    ".md": "| Item | Size | Price |\n|---|---|---|\n| Pump | | 310 |\n| Hose | long | |\n| | short | 5 |\n"
    "| Valve | a \\| b | 7 |\n",
    ".html": "<table><tr><th>Item<th>Size<th>Price<tr><td>Pump<td><td>310<tr><td>Hose<td>long<td>"
    "<tr><td><td>short<td>5<tr><td>Valve<td>a | b<td>7</table>",
}  # fmt: skip


@pytest.mark.parametrize("suffix", TABLES)
def test_a_row_is_read_with_its_columns_also_where_cells_are_empty(suffix: str) -> None:
    assert [read(row) for row in rows(TABLES[suffix], suffix)] == [
        "Item: Pump; Price: 310",
        "Item: Hose; Size: long",
        "Size: short; Price: 5",
        "Item: Valve; Size: a | b; Price: 7",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "| Item | Price |\n|------|-------|\n| Pump | 310 |\n| Hose | 12 |",
        "Item\tPrice\nPump\t310\nHose\t12",
        "Item        Price    Stock\nPump        310      4\nHose        12       9",
    ],
)
def test_a_table_in_plain_text_is_read_with_its_columns(text: str) -> None:
    said = [read(row).split("; ")[:2] for row in rows(text, ".txt")]

    assert said == [["Item: Pump", "Price: 310"], ["Item: Hose", "Price: 12"]]


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        (
            "<table><tr><td>TA<td>Omar Said<tr><td>Office hours:<td>Mon 10-12<tr><td>Status<td></table>",
            ".html",
        ),
        ("TA\tOmar Said\nOffice hours:\tMon 10-12\nStatus\topen to all", ".txt"),
    ],
)
def test_a_key_and_its_value_are_read_as_in_prose(text: str, suffix: str) -> None:
    found = rows(text, suffix)

    assert [read(row) for row in found[:2]] == ["TA: Omar Said", "Office hours: Mon 10-12"]
    assert [
        row.text[place:][: len(piece)]
        for row in found[:2]
        for piece, place in row_pieces(row) or []
        if place >= 0
    ] == ["TA", "Omar Said", "Office hours:", "Mon 10-12"]


def test_a_row_is_shown_with_its_columns_and_without_its_empty_cells() -> None:
    row = rows(TABLES[".csv"])[0]
    shown = _Row.of(row.text, row.columns, (9, 12), row.items)

    assert shown is not None
    assert shown.cells == (("Item", "Pump", None), ("Price", "310", (0, 3)))
    # From a conversation kept without the cells' places.
    assert _Row.of(row.text, row.columns, (9, 12)) == shown


def test_a_cell_may_be_asked_for_in_a_row_with_an_empty_one() -> None:
    pump, hose = rows(TABLES[".csv"])[:2]

    def asks(question: str, row: Passage) -> bool:
        return asks_for_cell({term.term for term in analyze(question)}, row)

    assert asks("What is the price of the pump?", pump)
    assert not asks("What is the price of the hose?", hose)


def test_a_question_may_be_nothing_but_a_row_and_a_column() -> None:
    text = (
        "Code,Item,Price,Warranty\nP-5,Balance (0.001 g),875,2 years\nP-6,Portable pH meter,132,18 months\n"
    )
    balance, meter = rows(text)

    assert asks_only_for_cell("What is the price of the balance?", balance)
    assert asks_only_for_cell("How much is the balance?", balance)
    assert asks_only_for_cell("What warranty has the portable pH meter?", meter)
    assert asks_only_for_cell("warranty P-6", meter)
    # Not all of its name, another column, something more, or a column that there isn't.
    assert not asks_only_for_cell("What warranty has the meter?", meter)
    assert not asks_only_for_cell("How heavy is the portable pH meter?", meter)
    assert not asks_only_for_cell("What was the price of the balance in Lyon?", balance)
    assert not asks_only_for_cell("What is the price?", balance)
    # Its opposite, or something else than its value.
    assert not asks_only_for_cell("What is the price of what is not a balance?", balance)
    assert not asks_only_for_cell("Why has the balance a price?", balance)
    assert not asks_only_for_cell("من أين سعر balance؟", balance)
    (resident,) = rows("الفئة,الرسم\nالمقيم,10\n")
    assert asks_only_for_cell("ما رسم المقيم؟", resident)
    assert not asks_only_for_cell("ما رسم غير المقيم؟", resident)


def test_a_column_with_a_negation_is_told_from_the_one_without() -> None:
    (row,) = rows("الرحلة,البالغ المقيم,البالغ غير المقيم\nصور,19,28\n")

    def cell(question: str) -> list[str]:
        asked = {term.term for term in analyze(question)}
        said = {word.term for word in analyzed(question).words}
        return [row.text[slice(*span)] for span in asked_cells(asked, row, 0.5, said)]

    assert cell("كم ثمن رحلة صور للبالغ غير المقيم؟") == ["28"]
    assert cell("كم ثمن رحلة صور للبالغ المقيم؟") == ["19"]


def test_a_row_too_long_for_one_passage_has_no_cells() -> None:
    parts = rows(f"Item,Note\nPump,{'It hums. ' * 30}\n", window=20)

    assert len(parts) > 1
    assert not any(part.items for part in parts)


@pytest.mark.parametrize(
    ("text", "columns", "cells"),
    [
        ("a | b", ("x", "y"), ["a", "b"]),
        ("a | | c", ("x", "y", "z"), ["a", "", "c"]),
        ("| b | c", ("x", "y", "z"), ["", "b", "c"]),
        ("| a | b |", ("x", "y"), ["a", "b"]),
        ("a\tb", ("x", "y"), ["a", "b"]),
        ("a|b | c", ("x", "y"), ["a|b", "c"]),
        ("a | b", ("x", "y", "z"), None),
        ("a | b", ("", ""), None),
    ],
)
def test_cells_of_a_text_alone(text: str, columns: tuple[str, ...], cells: list[str] | None) -> None:
    found = row_cells(text, columns)
    assert (None if found is None else [text[start:end] for start, end in found]) == cells
