"""What was made linear gives what it gave: each against the plain quadratic way of finding it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from index import Document
from index.readers.markdown import extract
from index.text import sentences as sentences_module
from index.text.paragraphs import lines_of
from index.text.sentences import sentences
from index.text.split import _cut, split
from index.text.structure import lines as lines_module
from index.text.structure.blocks import find_blocks
from index.text.structure.labels import field_key

TERMINAL = regex.compile(r"[.!?؟…。]+(?:[\"'”’»)\]]|\[\p{Nd}{1,3}\]|[⁰¹²³⁴-⁹*†‡])*(?=\s|$)")


def count_characters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


@given(st.text(".!?)]»*[12 a", max_size=30))
def test_terminal_marks(text: str) -> None:
    found = [match.span() for match in sentences_module._TERMINAL.finditer(text)]
    assert found == [match.span() for match in TERMINAL.finditer(text)]


@given(
    st.lists(st.sampled_from(["a", "bb", "c,", "d;", "e-", "—", "f؛"]), min_size=1, max_size=60),
    st.integers(1, 6),
)
def test_clauses(words: list[str], longest: int) -> None:
    text = " ".join(words)
    marks = [match.end() for match in sentences_module._CLAUSE.finditer(text)]
    parts = -(-len(words) // longest)
    cuts: list[int] = []
    for part in range(1, parts):
        wanted = len(text) * part // parts
        if later := [mark for mark in marks if mark > (cuts[-1] if cuts else 0)]:
            cuts.append(min(later, key=lambda mark: abs(mark - wanted)))
    edges = [0, *cuts, len(text)] if len(words) > longest else [0, len(text)]
    expected = [text[a:b].strip() for a, b in pairwise(edges) if text[a:b].strip()]
    assert [text[a:b] for a, b in sentences_module._clauses(text, (0, len(text)), longest)] == expected


@given(st.text("ab \n", max_size=40), st.integers(1, 5))
def test_cuts_between_words(text: str, window: int) -> None:
    def cut(start: int, end: int) -> list[tuple[int, int]]:
        if end - start < 2 or end - start <= window:
            return [(start, end)]
        middle = (start + end) // 2
        spaces = [place for place in range(start + 1, end - 1) if text[place].isspace()]
        at = min(spaces, key=lambda space: abs(space - middle), default=middle)
        left, right = text[start:at].rstrip(), text[at:end].lstrip()
        return [*cut(start, start + len(left)), *cut(end - len(right), end)]

    assert _cut(text, (0, len(text)), window, count_characters) == cut(0, len(text))


LINES = st.lists(st.sampled_from(["a: 1", "b: 2", "c: 3.", "d: 4", "a: 5", "text", "e: 6"]), max_size=14)


@given(LINES)
def test_forms_are_told_from_dialogues(said: list[str]) -> None:
    text = "\n".join(said)
    lines = list(lines_of(text))
    group = list(range(len(lines)))
    known = [0] * 4
    for place in group:
        keys: list[str] = []
        ended = 0
        for line in lines[place:]:
            key = text[line.start : line.start + field_key(text[line.start : line.end])]
            if not key or key in keys:
                keys = [] if key else keys
                break
            keys.append(key)
            ended += text[line.start : line.end].endswith(".")
        expected = len(keys) if len(keys) > 1 and 2 * ended <= len(keys) else 0
        assert len(lines_module._fields_at(text, lines, group, place, {}, known)) == expected


def test_a_mark_after_white_space_is_an_enumerator() -> None:
    text = "It was so.   2. The second. foo"
    assert [text[a:b] for a, b in sentences(text)] == ["It was so.", "2. The second. foo"]


def test_dates_above_dates_arent_repeated_in_each_other() -> None:
    text = "\n\n".join(f"{day} January" for day in range(1, 400))
    passages = split(Document(text, id="d"), 500, count_characters)
    assert len(passages) == 399
    assert passages[-1].headings == tuple(f"{day} January" for day in range(390, 399))


@pytest.mark.parametrize("heading", ["x" * 3000, "word " * 600])
def test_a_long_heading_isnt_repeated_in_each_passage(heading: str) -> None:
    found = extract(f"# {heading}\n\n" + "\n\n".join(f"This is text number {n}." for n in range(20)))
    passages = split(Document(found.text, id="d", blocks=found.blocks), 5000, count_characters)
    assert max(len(one) for passage in passages for one in passage.headings) <= 500
    # It is a passage of its own.
    assert any(heading.strip() in " ".join(passage.text.split()) for passage in passages)


def test_a_long_column_heading_isnt_repeated_in_each_row() -> None:
    rows = "".join(f"a | {number}\n" for number in range(30))
    blocks = find_blocks(f"{'x' * 5000} | y\n---|---\n{rows}")
    assert {len(column) for block in blocks for column in block.columns} == {200, 1}
