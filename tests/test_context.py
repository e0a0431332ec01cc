"""A table row's cells under their column headings."""

from __future__ import annotations

import pytest

from index.text.context import row_cells


def test_cells_have_their_columns_and_spans() -> None:
    text = "skiff |  | 25"
    cells = row_cells(text, ("Boat", "", "Fee"))
    assert cells == [("Boat", 0, 5), ("", 8, 8), ("Fee", 11, 13)]
    assert [text[start:end] for _, start, end in cells] == ["skiff", "", "25"]


@pytest.mark.parametrize("columns", [(), ("", ""), ("Boat",), ("Boat", "Fee", "Note")])
def test_no_cells_where_the_columns_arent_known(columns: tuple[str, ...]) -> None:
    assert row_cells("skiff | 25", columns) is None
