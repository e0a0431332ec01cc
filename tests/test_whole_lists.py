"""A list stays one where an item calls a note or has a second paragraph; a term with what it means."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdf_files import Text, pdf
from test_docx import docx, item, level, numbering, p, run
from test_office import odt

from index import Document
from index.readers import markdown
from index.readers.extracted_text import Extract
from index.readers.file_types import convert
from index.readers.html import page as html
from index.readers.read_files import read_file
from index.text.structure.blocks import find_blocks


def told(found: Extract | Document) -> list[tuple[str, str]]:
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]


def test_notes_stand_after_the_list_that_calls_them(tmp_path: Path) -> None:
    text = "1. Mend the roof.[^1]\n2. Paint the gate.[^2]\n\nEnd.\n\n[^1]: The slates.\n[^2]: In red.\n"
    assert told(markdown.extract(text)) == [
        ("list_item", "1. Mend the roof.[1]"),
        ("list_item", "2. Paint the gate.[2]"),
        ("footnote", "[1] The slates."),
        ("footnote", "[2] In red."),
        ("paragraph", "End."),
    ]
    call = '<w:r><w:footnoteReference w:id="5"/></w:r>'
    body = item(f"{run('Mend the roof.')}{call}") + item("Paint the gate.")
    notes = f'<w:footnote w:id="5">{p("The slates.")}</w:footnote>'
    lists = numbering(level(0, "decimal", "%1."))
    expected = [
        ("list_item", "1. Mend the roof.[1]"),
        ("list_item", "2. Paint the gate."),
        ("footnote", "[1] The slates."),
    ]
    assert told(convert(".docx", docx(body, footnotes=notes, numbering=lists))) == expected
    rich = rb"""{\rtf1 {\listtext 1.\tab}Mend the roof.{\footnote The slates.}\par
{\listtext 2.\tab}Paint the gate.\par}"""
    assert told(convert(".rtf", rich)) == expected
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>The slates.</text:p>"
        "</text:note-body></text:note>"
    )
    items = (
        f"<text:list><text:list-item><text:p>Mend the roof.{note}</text:p></text:list-item>"
        "<text:list-item><text:p>Paint the gate.</text:p></text:list-item></text:list>"
    )
    assert [kind for kind, _ in told(read_file(odt(tmp_path / "a.odt", items)))] == [
        "list_item",
        "list_item",
        "footnote",
    ]


def test_further_paragraphs_of_an_item_are_in_it() -> None:
    text = "1. Mend the roof.\n\n   The slates are loose.\n\n2. Paint the gate.\n"
    whole = [("list_item", "1. Mend the roof.\nThe slates are loose."), ("list_item", "2. Paint the gate.")]
    assert told(markdown.extract(text)) == whole
    page = "<ol><li><p>Mend the roof.<p>The slates are loose.</p><li>Paint the gate.</ol>"
    assert told(html.extract(page)) == whole
    nested = "- a\n\n  - b\n\n  c\n"
    assert told(markdown.extract(nested)) == [("list_item", "a"), ("list_item", "b"), ("paragraph", "c")]
    long = f"- {'a ' * 50}\n\n  {'b ' * 50}\n"
    assert [kind for kind, _ in told(markdown.extract(long))] == ["list_item", "paragraph"]


def test_a_term_and_what_it_means_are_one_block() -> None:
    page = "<dl><dt>Weir:<dd>a low wall<dt>Sluice<dd><p>a gate</p><p>of wood</p><dt>Lock</dl><p>End."
    found = html.extract(page)
    assert [(block.kind, block.label, found.text[block.start : block.end]) for block in found.blocks] == [
        ("paragraph", "Weir", "Weir: a low wall"),
        ("paragraph", "Sluice", "Sluice: a gate"),
        ("paragraph", "", "of wood"),
        ("paragraph", "", "Lock"),
        ("paragraph", "", "End."),
    ]


def test_dashes_in_a_row_are_items_of_a_pdf() -> None:
    lines = ("The committee recommends:", "- Mend the roof.", "- Paint the gate.", "The rest follows.")
    page = [Text(50, 540 - 30 * place, line) for place, line in enumerate(lines)]
    assert told(convert(".pdf", pdf([page])))[1:] == [
        ("list_item", "- Mend the roof."),
        ("list_item", "- Paint the gate."),
        ("paragraph", "The rest follows."),
    ]
    alone = told(convert(".pdf", pdf([[page[0], page[1], page[3]]])))
    assert alone[1:] == [("paragraph", "- Mend the roof."), ("paragraph", "The rest follows.")]


@pytest.mark.parametrize(
    "lines",
    [
        ("١ـ صورة الهوية.", "٢ـ شهادة الميلاد.", "٣ـ عقد الإيجار."),
        ("1— a rope", "2— a lamp", "3— a map"),
        ("\uf0b7 a rope", "\uf0b7 a lamp", "\uf0b7 a map"),
        ("•صورة الهوية", "•شهادة الميلاد", "•عقد الإيجار"),
    ],
)
def test_markers_of_items(lines: tuple[str, ...]) -> None:
    text = "\n".join(("Bring these:", *lines))
    blocks = find_blocks(text)
    assert [block.kind for block in blocks[1:]] == ["list_item"] * 3
    assert tuple(text[block.start : block.end] for block in blocks[1:]) == lines


def test_fields_of_a_form_one_after_the_other_are_fields() -> None:
    lines = (
        "Device card",
        "Serial: HX-101",
        "Location: Roof",
        "Checked by: Ada Quill",
        "It stands.",
        "Note: wet",
    )
    page = "".join(f"<p>{line}" for line in lines)
    for found in (html.extract(page), convert(".docx", docx("".join(map(p, lines))))):
        fields = [(b.label, found.text[b.start : b.end]) for b in found.blocks if b.kind == "form_field"]
        assert fields == [
            ("Serial", "Serial: HX-101"),
            ("Location", "Location: Roof"),
            ("Checked by", "Checked by: Ada Quill"),
        ]
