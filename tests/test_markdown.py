"""Markdown -> what a reader sees, and its blocks."""

from __future__ import annotations

import pytest

from index.readers.markdown import extract

REPORT = """\
---
title: تقرير الرحلة
author: [سلمى, Ali]
date: 2019-03-05
---

# الوادي

## 8 March

We saw **one** [leopard](http://x "y")[^a] near
the *spring*. ![A map of the wadi](map.png)

1. first
   - inner

   more
2. second

| City | People |
|:-----|-------:|
| Selwan | 41200 |
| `x` | a \\| b |

> quoted\\
> twice

```python
# not a heading
  x = 1
```

- [x] done

Setext
------

<table><tr><th>a<th>b<tr><td>1<td>2</table>

End[^b] &amp; [^none].

[^a]: The *Arabian*
    leopard.
[^b]: Last.
"""


def blocks(source: str) -> list[tuple[str, int, str, str]]:
    found = extract(source)
    return [(b.kind, b.level, b.label, found.text[b.start : b.end]) for b in found.blocks]


def test_a_reader_sees_no_marks() -> None:
    assert blocks(REPORT) == [
        ("heading", 1, "", "الوادي"),
        ("heading", 2, "", "8 March"),
        ("paragraph", 0, "", "We saw one leopard[1] near the spring. A map of the wadi"),
        ("footnote", 0, "[1]", "[1] The Arabian leopard."),
        ("list_item", 1, "1.", "1. first"),
        ("list_item", 2, "•", "inner"),
        ("paragraph", 0, "", "more"),
        ("list_item", 1, "2.", "2. second"),
        ("table_header", 0, "", "City | People"),
        ("table_row", 0, "", "Selwan | 41200"),
        ("table_row", 0, "", "x | a | b"),
        ("paragraph", 0, "", "quoted\ntwice"),
        ("paragraph", 0, "", "# not a heading\n  x = 1"),
        ("list_item", 1, "☒", "☒ done"),
        ("heading", 2, "", "Setext"),
        ("table_header", 0, "", "a | b"),
        ("table_row", 0, "", "1 | 2"),
        ("paragraph", 0, "", "End[2] & [^none]."),
        ("footnote", 0, "[2]", "[2] Last."),
    ]
    found = extract(REPORT)
    assert (found.title, found.author, found.date) == ("تقرير الرحلة", "سلمى; Ali", "2019-03-05")
    row = next(block for block in found.blocks if block.kind == "table_row")
    assert row.columns == ("City", "People")
    assert [found.text[slice(*cell)] for cell in row.cells] == ["Selwan", "41200"]
    assert [block.table for block in found.blocks if block.table] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("source", "title", "author", "date", "text"),
    [
        ('+++\ntitle = "A"\nauthor = "B"\ndate = 2019-03-05\n+++\ntext', "A", "B", "2019-03-05", "text"),
        ("---\ntitle: A: B\n---\ntext", "A: B", "", "", "text"),
        ("---\nauthor: {name: Salma}\n...\n# One\n\n# Two", "One", "Salma", "", "One\n\nTwo"),
        ("---\n\ntext\n\n---\n\nmore", "", "", "", "text\n\nmore"),
        ("Words first.\n\n# The border ##", "The border", "", "", "Words first.\n\nThe border"),
        ("---\na: &x [1, 2]\nb: [*x, *x]\ntitle: *x\n---\ntext", "1; 2", "", "", "text"),
    ],
)
def test_front_matter_is_metadata(source: str, title: str, author: str, date: str, text: str) -> None:
    found = extract(source)
    assert (found.title, found.author, found.date, found.text) == (title, author, date, text)


@pytest.mark.slow
def test_hostile_texts_are_read() -> None:
    for source in (
        ">" * 5000 + " a",
        "- " * 5000 + "a",
        "[" * 20_000,
        "*a " * 10_000,
        "[^a]: " * 5000,
        "---\n" * 5000,
    ):
        extract(source + "\n\nend")


def test_lines_that_begin_with_labels_in_bold_are_fields() -> None:
    found = extract(
        "# Minutes\n\n**Held:** in the barn, on 9 May\n**Present**: Ada Marsh\n**Apologies:** Tom Hill\n\n"
        "The roof **leaks:** it has\nto be **mended:** soon."
    )
    said = [(block.kind, found.text[block.start : block.end]) for block in found.blocks]
    assert said[1:4] == [
        ("form_field", "Held: in the barn, on 9 May"),
        ("form_field", "Present: Ada Marsh"),
        ("form_field", "Apologies: Tom Hill"),
    ]
    assert said[4][1] == "The roof leaks: it has to be mended: soon."
