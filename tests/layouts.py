"""Documents with blocks, written in a few marks: what a reader of files gives, without files."""

from __future__ import annotations

from typing import Any

from index import Document
from index.types import Block


def laid_out(markup: str, **known: Any) -> Document:
    """A document from lines: `# heading`, `- item`, `= label: value`, `| cell | cell |`, paragraphs.

    The first row of a table holds its column headings. Blank lines part blocks; marks aren't in the text.
    """
    text, blocks = "", []
    columns: tuple[str, ...] = ()
    table, before = 0, ""
    for line in markup.strip().splitlines():
        line = line.strip()
        mark = line.partition(" ")[0]
        if not line:
            before = ""
            continue
        kind = (
            "heading"
            if set(mark) == {"#"}
            else {"-": "list_item", "=": "form_field", "|": "table"}.get(mark, "")
        )
        if text:
            text += "\n" if kind and kind == before and kind != "heading" else "\n\n"
        start = len(text)
        if kind == "table":
            cells = [cell.strip() for cell in line.strip("| ").split("|")]
            is_header = before != "table"
            table += is_header
            columns = tuple(cells) if is_header else columns
            spans: list[tuple[int, int]] = []
            for cell in cells:
                text += " | " if spans else ""
                spans.append((len(text), len(text) + len(cell)))
                text += cell
            block = Block(
                "table_header" if is_header else "table_row", start, len(text),
                table=table, cells=tuple(spans), columns=columns,
            )  # fmt: skip
        else:
            text += line.removeprefix(mark).strip() if kind else line
            level = len(mark) if kind == "heading" else int(kind == "list_item")
            block = Block(kind or "paragraph", start, len(text), level=level)  # type: ignore[arg-type]
        blocks.append(block)
        before = kind
    return Document(text, blocks=tuple(blocks), **known)
