"""The footnote that a quoted sentence refers to is quoted with it."""

from __future__ import annotations

from pathlib import Path

from fake_encoder import FakeEncoder

import qa
from index import Document, Index
from index.types import Block, Passage
from qa.answering.citations import called_notes

TEXT = "A friend paid for the roof.[2] It leaks.[1]\n\n[1] Since May.\n\n[2] Lord Fenn, 1931.\n\n[1] Another."
DOCUMENT = Document(TEXT, id="d")


def passage(written: str, kind: str = "footnote", document: Document = DOCUMENT) -> Passage:
    start = TEXT.index(written)
    return Passage.of(document, 1, start, start + len(written), kind)  # type: ignore[arg-type]


BODY = passage("A friend paid for the roof.[2] It leaks.[1]", "paragraph")
NOTES = [passage("[1] Another."), passage("[2] Lord Fenn, 1931."), passage("[1] Since May.")]


def test_the_next_note_with_the_mark_is_meant() -> None:
    assert called_notes(BODY.text, BODY, NOTES) == [NOTES[1], NOTES[2]]
    assert called_notes("It leaks.[1]", BODY, NOTES) == [NOTES[2]]
    assert called_notes("It leaks.", BODY, NOTES) == []
    assert called_notes("It leaks.[3]", BODY, NOTES) == []


def test_other_documents_notes_paragraphs_and_long_notes_are_not() -> None:
    other = passage("[1] Since May.", document=Document(TEXT, id="other"))
    assert called_notes("[1]", BODY, [other]) == []
    assert called_notes("[1]", BODY, [passage("[1] Since May.", "paragraph")]) == []
    long = Document(f"A.[1]\n\n[1] {'word ' * 80}", id="long")
    first = Passage.of(long, 1, 0, 5)
    note = Passage.of(long, 2, 7, 100, "footnote")
    assert called_notes("A.[1]", first, [note]) == [note]
    whole = Passage.of(long, 2, 7, len(long.text), "footnote")
    assert called_notes("A.[1]", first, [whole]) == []


def test_it_is_cited_after_its_sentence(tmp_path: Path) -> None:
    paragraphs = [
        "Who paid for the roof? A friend paid for the roof.[1]",
        "The roof is red. The friend paid little for the roof.",
    ]
    text = "\n\n".join((*paragraphs, "[1] Lord Fenn, in 1931."))
    blocks: list[Block] = []
    start = 0
    for written in text.split("\n\n"):
        kind, label = ("footnote", "[1]") if written.startswith("[1]") else ("paragraph", "")
        blocks.append(Block(kind, start, start + len(written), label=label))  # type: ignore[arg-type]
        start += len(written) + 2
    document = Document(text, id="roof", blocks=tuple(blocks))
    index = Index.build([document], tmp_path / "index", encoder=FakeEncoder(), show_progress=False)
    answer = qa.ask("Which friend paid for the roof?", index, reader=False)
    assert [citation.quote for citation in answer.citations][:2] == [
        "A friend paid for the roof.[1]",
        "[1] Lord Fenn, in 1931.",
    ]
