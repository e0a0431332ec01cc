"""How good the answers over the built-in article are, with the real model; and that it needs no network.

The floors lie one question below what was measured. Raise them with the figures; lower one only with
a reason.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index import Index
from index.encoding.base import Encoder
from index.text.analyzer import Language
from qa.answering.confidence import THRESHOLDS
from qa.article import article
from qa.evaluation.evaluate import WHOLE, Outcome, Report, observe, summarise
from qa.gold import GoldQuestion, article_questions

pytestmark = pytest.mark.model

REPOSITORY = Path(__file__).resolve().parent.parent
LANGUAGES: tuple[Language, ...] = ("ar", "en")

# Questions, of 34 answerable ones a language. Measured: 27 and 26. While the encoder still read the
# article's own tashkeel it was 29 in Arabic: three questions more by late interaction and two fewer by
# the pooled vectors, which may be chance (on XQuAD and TyDi it makes no difference). Where tashkeel is
# read, a text or question that is vocalised throughout loses 17 to 31 first hits of 100.
RIGHT_PARAGRAPH_FIRST = {"ar": 26, "en": 25}
# The best sentence, and the best three at most, hold the answer. Measured: 26 and 22, 32 and 27.
FIRST_QUOTE = {"ar": 25, "en": 21}
ANY_QUOTE = {"ar": 31, "en": 26}
# The same where the confidence decides whether anything is quoted. Measured: 29 and 27.
ANSWERED = {"ar": 28, "en": 26}
# Of 14 unanswerable ones, half of them near misses. Measured: 8 and 10.
REFUSED = {"ar": 7, "en": 9}
# Of 7 that have nothing to do with the article. Measured: all.
REFUSED_FAR = {"ar": 7, "en": 7}
# Confidence with the answering paragraph against without it. Measured: .734 and .767.
AUROC = {"ar": 0.70, "en": 0.73}


@pytest.fixture(scope="module")
def index(model: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build([article()], tmp_path_factory.mktemp("quality"), encoder=model, show_progress=False)


@pytest.fixture(scope="module")
def outcomes(index: Index) -> dict[Language, list[Outcome]]:
    """What became of every gold question if Dalil quoted its best sentences each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.answering.answer.is_enough", lambda _, __, found: bool(found))
        seen = [observe(index, question) for question in article_questions().questions]
    return {language: [o for o in seen if o.question.language == language] for language in LANGUAGES}


@pytest.fixture(scope="module")
def quoting(outcomes: dict[Language, list[Outcome]]) -> dict[Language, Report]:
    return {language: summarise(outcomes[language]) for language in LANGUAGES}


@pytest.fixture(scope="module")
def deciding(outcomes: dict[Language, list[Outcome]]) -> dict[Language, Report]:
    """As it is: nothing is quoted below the threshold."""
    return {language: summarise([decided(o) for o in outcomes[language]]) for language in LANGUAGES}


def decided(outcome: Outcome) -> Outcome:
    if outcome.answer.confidence >= THRESHOLDS[f"{outcome.question.language}-ar"]:
        return outcome
    return replace(outcome, answer=replace(outcome.answer, citations=()))


def answerable(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.question.answers]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_paragraph_is_first(language: Language, outcomes: dict[Language, list[Outcome]]) -> None:
    asked = answerable(outcomes[language])
    wrong = [
        outcome.question.id
        for outcome in asked
        if outcome.rankings[WHOLE][0] not in {gold.unit for gold in outcome.question.answers}
    ]
    assert len(asked) - len(wrong) >= RIGHT_PARAGRAPH_FIRST[language], wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_best_sentences_hold_the_answer(language: Language, quoting: dict[Language, Report]) -> None:
    report = quoting[language]
    asked = report.questions - report.unanswerable
    assert report.answerable_refused.mean == 0
    assert round(report.first_quote.mean * asked) >= FIRST_QUOTE[language]
    assert round(report.any_quote.mean * asked) >= ANY_QUOTE[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_answered_and_what_is_refused(language: Language, deciding: dict[Language, Report]) -> None:
    report = deciding[language]
    assert round(report.any_quote.mean * (report.questions - report.unanswerable)) >= ANSWERED[language]
    assert report.unanswerable_refused is not None
    assert round(report.unanswerable_refused.mean * report.unanswerable) >= REFUSED[language]
    assert report.auroc.mean >= AUROC[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_nothing_to_do_with_the_article_is_refused(
    language: Language, outcomes: dict[Language, list[Outcome]]
) -> None:
    far = {f"{language}-u{number:02}" for number in range(8, 15)}
    refused = {o.question.id for o in outcomes[language] if not decided(o).answer.found}
    assert len(far & refused) >= REFUSED_FAR[language], far - refused


def test_ask_says_what_was_measured(index: Index, outcomes: dict[Language, list[Outcome]]) -> None:
    """The figures are of `ask` as people use it: the same quotations, the same confidence."""
    from qa import ask

    for language in LANGUAGES:
        for outcome in outcomes[language][::6]:
            reply = ask(outcome.question.text, index)
            measured = decided(outcome).answer
            assert reply.citations == measured.citations
            assert reply.confidence == pytest.approx(measured.confidence, abs=1e-6)


def test_the_examples_of_the_chat_are_answered(index: Index) -> None:
    from qa import ask
    from ui import EXAMPLES

    assert {question: ask(question, index).found for question in EXAMPLES} == dict.fromkeys(EXAMPLES, True)


def test_every_quotation_is_literally_there(outcomes: dict[Language, list[Outcome]]) -> None:
    text = article().text
    for outcome in (o for language in LANGUAGES for o in outcomes[language]):
        assert 1 <= len(outcome.answer.citations) <= 3
        for citation in outcome.answer.citations:
            assert text[citation.start : citation.end] == citation.quote
            assert citation.quote in outcome.answer.text


def test_these_are_all_questions(outcomes: dict[Language, list[Outcome]]) -> None:
    for language in LANGUAGES:
        asked: list[GoldQuestion] = [outcome.question for outcome in outcomes[language]]
        assert len(asked) == 48
        assert sum(bool(question.answers) for question in asked) == 34


ASK_WITHOUT_A_NETWORK = """
import socket

def refuse(*arguments, **_):
    raise AssertionError(f"Dalil looks for the network: {arguments!r}")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
try:
    socket.create_connection(("127.0.0.1", 9))
except AssertionError:
    pass
else:
    raise SystemExit("the network isn't blocked")

from qa import ask, retrieve
for question in ("من أعلن انطلاق معركة التلاقي؟", "How long did it take to capture Akashat?"):
    print(ask(question).text)
    print(retrieve(question, k=1)[0].passage.number)
"""


def test_answers_need_no_network() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_OFFLINE")}
    run = subprocess.run(
        [sys.executable, "-c", ASK_WITHOUT_A_NETWORK],
        env=environment | {"PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    shown = run.stdout.splitlines()
    assert shown[-1] == "2"
    assert "1" in shown
    assert "network" not in run.stderr
