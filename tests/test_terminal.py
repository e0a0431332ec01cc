"""Answers as lines of text: the answer within a quotation is bold on a terminal, and nothing is in a pipe."""

from __future__ import annotations

import os
import pty

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.streams import NOT_STRONG, STRONG, Output
from cli.terminal import TextRenderer
from index import Document, Passage
from index.text.analyzer import Language
from qa import Answer, Citation
from qa.answering.citations import quotations
from qa.messages import say_not_found

MILL = Document("The mill burned down in 1912.", title="The mill", author="Ann Bell", id="mill")
CLUB = Document("تأسّست الجمعية بعكاشات عام ١٩٥٣م.", title="الجمعية", id="club")
DOCUMENTS = {document.id: document for document in (MILL, CLUB)}


def cite(document: Document, number: int, asked: str | None) -> Citation:
    whole = Passage.of(document, 1, 0, len(document.text))
    answer = None
    if asked is not None:
        start = document.text.index(asked)
        answer = start, start + len(asked)
    return Citation.of(document, number, whole, 0, len(document.text), answer=answer)


def replied(language: Language, *citations: Citation) -> Answer:
    return Answer("?", language, quotations(citations, language), citations, (), 0.9)


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


def written(answer: Answer, is_terminal: bool) -> list[str]:
    return TextRenderer(DOCUMENTS.__getitem__, is_terminal).answer(answer).split("\n")


BOTH = replied("en", cite(MILL, 1, "1912"), cite(CLUB, 2, "عكاشات"), cite(MILL, 3, None))


def test_on_a_terminal_the_answer_is_bold_in_whole_words() -> None:
    assert written(BOTH, is_terminal=True)[:3] == [
        f"\u200e“The mill burned down in {STRONG}1912{NOT_STRONG}.” [1]",
        f"\u200f«تأسّست الجمعية {STRONG}بعكاشات{NOT_STRONG} عام ١٩٥٣م.» [2]",
        "\u200e“The mill burned down in 1912.” [3]",
    ]


def test_in_a_pipe_it_is_as_it_stands() -> None:
    assert written(BOTH, is_terminal=False)[:3] == BOTH.text.split("\n")
    assert "\x1b" not in "\n".join(written(BOTH, is_terminal=False))


def test_so_is_what_is_quoted_of_metadata() -> None:
    author = Citation.of(MILL, 1, Passage.of(MILL, 1, 0, 8), 0, 8, field="author", answer=(4, 8))
    reply = replied("en", author)
    assert written(reply, is_terminal=True)[0] == f"\u200eAuthor: Ann {STRONG}Bell{NOT_STRONG} [1]"
    assert written(reply, is_terminal=False)[0] == "Author: Ann Bell [1]"


@pytest.mark.parametrize("kind", ["dumb", None])
def test_a_terminal_that_has_no_bold_gets_none(kind: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM") if kind is None else monkeypatch.setenv("TERM", kind)
    assert written(BOTH, is_terminal=True)[0] == "\u200e“The mill burned down in 1912.” [1]"


def test_a_refusal_says_what_no_text_mentions() -> None:
    refused = Answer("?", "en", say_not_found(("1867",), "en"), (), (), 0.1, ("1867",))
    lines = ["No answer was found in the texts.", "These texts don't mention “1867”."]
    assert written(refused, is_terminal=False) == lines
    assert written(refused, is_terminal=True) == [f"\u200e{line}" for line in lines]


def on_a_terminal(text: str) -> str:
    """What a terminal is sent."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        stream = Output(terminal)
        stream.write_styled(text)
        stream.flush()
    shown = os.read(ours, 100_000).decode().replace("\r\n", "\n")
    os.close(ours)
    return shown


@given(
    st.lists(
        st.sampled_from([STRONG, NOT_STRONG, "\x1b", "[1;4m", "[0m", "\x9b", "a", "ب", "\x07"]),
        min_size=1,
        max_size=8,
    )
)
def test_no_text_sends_a_terminal_a_sequence(pieces: list[str]) -> None:
    """A document may hold the sequences that Dalil itself uses."""
    text = "x".join(pieces)
    document = Document(text, id="d")
    whole = Passage.of(document, 1, 0, len(text))
    citation = Citation.of(document, 1, whole, 0, len(text), answer=(0, len(text)))
    reply = Answer("?", "en", quotations([citation], "en"), (citation,), (), 0.9)
    shown = TextRenderer({"d": document}.__getitem__, is_terminal=True).answer(reply)
    assert shown.count("\x1b") == 2
    assert shown.index(STRONG) < shown.index(NOT_STRONG)


def test_a_terminal_is_sent_these_styles_and_nothing_else() -> None:
    sent = on_a_terminal(f"a {STRONG}b{NOT_STRONG} \x1b[2J\x9b c\n")
    assert sent == f"a {STRONG}b{NOT_STRONG} \\x1b[2J\\x9b c\n"


def test_a_pipe_is_sent_every_character() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w") as pipe:
        stream = Output(pipe)
        stream.write_styled("a \x1b[2J b\n")
        stream.flush()
    assert os.read(ours, 100) == b"a \x1b[2J b\n"
    os.close(ours)
