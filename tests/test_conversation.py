"""A session's turns: what is kept of them, and how they look in either language."""

from __future__ import annotations

import copy
import dataclasses
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from index import Document, Hit, Passage
from index.text import Language
from qa.messages import say
from qa.types import Answer, Citation
from web.conversation import Conversation, Refusal, Turn
from web.page import Source

RIVER = Document("The river floods.", title="River", author="A.", id="river")
BREAD = Document("Bread needs flour.", source="bread.txt", id="bread")
DOCUMENTS = {"river": RIVER, "bread": BREAD}


def passage(document: Document) -> Passage:
    return Passage.of(document, 1, 0, len(document.text))


ANSWER = Answer(
    "When?", "en", "", (Citation.of(RIVER, 1, passage(RIVER), 0, 9),), (Hit(passage(BREAD), 1.0),), 0.9
)


def test_a_turn_keeps_the_answer_and_what_it_names() -> None:
    turn = Turn("When?").replied(ANSWER, DOCUMENTS.__getitem__)
    assert turn == Turn("When?", ANSWER, {"river": Source("River", "A."), "bread": Source("bread.txt", "")})
    with pytest.raises(dataclasses.FrozenInstanceError):
        turn.question = "Why?"  # type: ignore[misc]


def test_turns_are_in_the_order_in_which_they_were_asked() -> None:
    conversation = Conversation()
    assert [conversation.begin("When?"), conversation.begin("Why?")] == [0, 1]
    conversation.change(1, conversation.turns[1].refused("too_long"))
    assert conversation.turns == [Turn("When?"), Turn("Why?", Refusal("too_long"))]
    page = conversation.render("en")
    assert re.findall(r'<article class="turn" id="(.*?)">', page) == ["turn-0", "turn-1"]
    assert re.findall("<h2.*?>(.*?)</h2>", page) == ["When?", "Why?"]
    assert page.index(say("searching", "en")) < page.index(say("too_long", "en"))


def test_dalils_words_follow_the_page_and_a_turn_that_changes_is_shown_anew() -> None:
    conversation = Conversation()
    conversation.begin("When?")
    languages: tuple[Language, ...] = ("en", "ar", "en")
    for language in languages:
        assert say("searching", language) in conversation.render(language)
    conversation.change(0, conversation.turns[0].replied(ANSWER, DOCUMENTS.__getitem__))
    assert say("certain", "en") in conversation.render("en")
    assert say("paragraph", "ar", number=1) in conversation.render("ar")
    conversation.change(0, Turn("When?").refused(text="The disk is <full>."))
    assert "The disk is &lt;full&gt;." in conversation.render("ar")


def test_a_turn_is_rendered_once_in_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[tuple[int, Language]] = []
    render = Turn.render

    def noted(turn: Turn, number: int, language: Language) -> str:
        rendered.append((number, language))
        return render(turn, number, language)

    monkeypatch.setattr(Turn, "render", noted)
    conversation = Conversation()
    for question in ("When?", "Why?"):
        conversation.begin(question)
        conversation.render("en")
    conversation.render("ar")
    assert rendered == [(0, "en"), (1, "en"), (0, "ar"), (1, "ar")]


def test_what_is_rendered_tells_how_new_it_is() -> None:
    conversation = Conversation()

    def changes() -> list[str]:
        return re.findall('data-changes="(.*?)"', conversation.render("en"))

    seen = [changes()]
    conversation.begin("When?")
    seen.append(changes())
    conversation.change(0, Turn("When?").refused("empty"))
    seen += [changes(), changes()]
    assert seen == [["0"], ["1"], ["2"], ["2"]]


def test_a_session_begins_with_a_conversation_of_its_own() -> None:
    conversation = Conversation()
    other = copy.deepcopy(conversation)
    conversation.begin("When?")
    assert (len(conversation.turns), other.turns) == (1, [])


def test_questions_of_many_threads_are_all_there() -> None:
    conversation = Conversation()
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(conversation.begin, (str(n) for n in range(200))))
    assert sorted(numbers) == list(range(200))
    assert {conversation.turns[number].question: number for number in numbers} == {
        str(n): number for n, number in enumerate(numbers)
    }
