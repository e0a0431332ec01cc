"""What a converter process answers is what its parent gets."""

from __future__ import annotations

import json

from index.readers.extracted_text import Extract, Flaw
from index.types import Block

TEXT = "Head\n\nsugar | 3\nsalt | \n\nA line of two pages."
COLUMNS = ("Goods", "Price")
BLOCKS = (
    Block("heading", 0, 4, level=1),
    Block("table_row", 6, 15, table=1, cells=((6, 11), (14, 15)), columns=COLUMNS),
    Block("table_row", 16, 22, table=1, cells=((16, 20), (22, 22)), columns=("Goods", "")),
    Block("table_row", 16, 22, table=2, cells=((16, 20), (22, 22)), columns=COLUMNS),
    Block("paragraph", 25, 45, page=3, confidences=(90, 0, 80, 70, 60), page_starts=((32, 4),), boxes="x"),
)


def test_an_extract_is_restored_from_its_record() -> None:
    flaw = Flaw("parts", "a picture is missing", 1, "a.png")
    made = Extract(TEXT, heading="Head", blocks=BLOCKS)
    for extract in (made, Extract(text="", blocks=(), flaws=(flaw,), pictures=(2,), tags=("a", "b"))):
        record = json.loads(json.dumps(extract.to_record()))
        assert Extract.from_record(record) == extract
    # Column headings are written once, however many rows have them.
    assert made.to_record()["columns"] == [COLUMNS, ("Goods", "")]
