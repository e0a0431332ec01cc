"""A real language model on this machine, small enough to invent almost everything: nothing of that is shown.

`make test-writer` installs it and runs this. DALIL_WRITER_QUESTIONS names fewer questions than 60.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import qa
from qa.article import article_index
from qa.gold import article_questions
from qa.writing.client import ChatModel
from qa.writing.write import Writer

pytestmark = [pytest.mark.model, pytest.mark.writer]

QUESTIONS: Final = int(os.environ.get("DALIL_WRITER_QUESTIONS", "60"))
# What it wrote and was shown, read by hand: its quotation says it. Others would have to be read too.
CARRIED: Final[frozenset[str]] = frozenset()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the model's server."""
    pytest.importorskip("xllamacpp", reason="needs the extra dalil[test-writer]")
    from llama_server import model_file

    path = model_file(tmp_path_factory.mktemp("model"))
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "llama_server.py"), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdin
    assert server.stdout
    yield server.stdout.readline().strip()
    server.stdin.close()
    server.wait(60)
    server.stdout.close()


def test_nothing_that_it_invents_is_shown(url: str) -> None:
    index, writer = article_index(), Writer(ChatModel(url, "gemma"))
    answerable = [question for question in article_questions().questions if question.answers]
    # From the whole list: the first ones are in Arabic.
    asked = answerable[:: max(len(answerable) // QUESTIONS, 1)][:QUESTIONS]
    shown, sentences, answered = [], 0, 0
    for question in asked:
        answer = qa.ask(question.text, index, writer=writer)
        if answer.written is None:
            continue  # refused: nothing was given to it
        answered += 1
        sentences += len(answer.written.claims) + len(answer.written.faults)
        shown += [
            (claim.text, [answer.citations[n - 1].quote for n in claim.numbers])
            for claim in answer.written.claims
        ]
        assert answer.written.trouble in ("", "nonsense"), answer.written.trouble
    print(f"{answered} answers, {sentences} sentences written, {len(shown)} shown")
    assert answered > 0.8 * len(asked)
    assert [(text, quotes) for text, quotes in shown if text not in CARRIED] == []
