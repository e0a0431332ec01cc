"""A page's questions: what is kept of them, and how they look in either language."""

from __future__ import annotations

import dataclasses
import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest

import qa
from index import Document, Hit, Passage
from index.query import MAX_QUESTION_LENGTH
from index.text.analyzer import Language
from qa.answering.courtesy import courteous
from qa.conversation.stored_citation import StoredCitation
from qa.feedback.judgements import Verdict
from qa.messages import say
from qa.types import Answer, Citation
from web.sessions import MAX_TURNS, MAX_WAITING, Session, Sessions
from web.views.answers import Source
from web.views.conversation import Exchange, NoSuchTurn, Refusal

RIVER = Document("The river floods.", title="River", author="A.", id="river")
BREAD = Document("Bread needs flour.", source="bread.txt", id="bread")
DOCUMENTS = {"river": RIVER, "bread": BREAD}


def passage(document: Document) -> Passage:
    return Passage.of(document, 1, 0, len(document.text))


NOW = datetime(2026, 11, 25, tzinfo=timezone.utc)
ANSWER = Answer(
    "When?", "en", "", (Citation.of(RIVER, 1, passage(RIVER), 0, 9),), (Hit(passage(BREAD), 1.0),), 0.9
)
TURN = qa.Turn("When?", "When?", ANSWER, NOW)


def test_an_exchange_keeps_the_answer_and_what_it_names() -> None:
    exchange = Exchange("When?", verdict="right").replied(TURN, DOCUMENTS.__getitem__)
    assert exchange == Exchange(
        "When?", TURN, {"river": Source("River", "A."), "bread": Source("bread.txt", "")}
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        exchange.question = "Why?"  # type: ignore[misc]


def test_a_link_leads_to_its_passage() -> None:
    exchange = Exchange("When?").replied(TURN, DOCUMENTS.__getitem__)
    assert exchange.passage("1") == passage(RIVER)
    assert exchange.passage("near1") == passage(BREAD)
    for name in ("2", "near2"):
        with pytest.raises(LookupError):
            exchange.passage(name)
    with pytest.raises(LookupError):
        Exchange("When?").passage("1")


def test_questions_are_in_the_order_in_which_they_were_asked() -> None:
    session = Session()
    assert [session.begin("When?"), session.begin("Why?")] == [0, 1]
    session.change(1, session.exchanges[1].refused("too_long"))
    assert session.exchanges == {0: Exchange("When?"), 1: Exchange("Why?", Refusal("too_long"))}
    page = session.render("en")
    assert re.findall(r'<article class="turn" id="(.*?)">', page) == ["turn-0", "turn-1"]
    assert re.findall("<h2.*?>(.*?)</h2>", page) == ["When?", "Why?"]
    assert page.index(say("searching", "en")) < page.index(say("too_long", "en"))


def test_dalils_words_follow_the_page_and_what_changes_is_shown_anew() -> None:
    session = Session()
    session.begin("When?")
    languages: tuple[Language, ...] = ("en", "ar", "en")
    for language in languages:
        assert say("searching", language) in session.render(language)
    session.change(0, session.exchanges[0].replied(TURN, DOCUMENTS.__getitem__))
    assert say("certain", "en") in session.render("en")
    assert say("paragraph", "ar", number=1) in session.render("ar")
    session.change(0, Exchange("When?").refused(text="The disk is <full>."))
    assert "The disk is &lt;full&gt;." in session.render("ar")


def test_what_was_searched_for_is_shown_where_it_is_more_than_the_question() -> None:
    exchange = Exchange("When?").replied(TURN, DOCUMENTS.__getitem__)
    assert say("searched_for", "en") not in exchange.render(0, "en")
    more = dataclasses.replace(TURN, expanded_question="When? <الفيضان>")
    page = Exchange("When?").replied(more, DOCUMENTS.__getitem__).render(0, "en")
    asked, added = '<bdi lang="en" dir="ltr">When?</bdi>', '<bdi lang="ar" dir="rtl">&lt;الفيضان&gt;</bdi>'
    assert f'<p>Searched for: <bdi lang="en" dir="ltr">{asked} {added}</bdi></p>' in page
    assert page.index("</h2>") < page.index('data-act="alone"') < page.index('class="answer"')


@pytest.mark.parametrize("verdict", [None, "right", "wrong"])
def test_the_verdict_is_shown_where_there_may_be_one(verdict: Verdict | None) -> None:
    exchange = dataclasses.replace(Exchange("When?").replied(TURN, DOCUMENTS.__getitem__), verdict=verdict)
    pressed = re.findall(
        'data-verdict="(\\w+)" aria-pressed="true" aria-label="(.*?)"', exchange.render(0, "ar")
    )
    assert pressed == ([] if verdict is None else [(verdict, say(verdict, "ar"))])
    assert "data-verdict" not in exchange.render(0, "ar", may_judge=False)
    session = Session(may_judge=False)
    session.restore([exchange])
    assert "data-verdict" not in session.render("ar")


def test_of_dalils_own_words_nothing_is_judged_and_no_collection_said_them() -> None:
    reply = courteous("thanks")
    assert reply is not None
    turn = qa.Turn("thanks", "thanks", reply, NOW, collection="Rivers")
    page = Exchange("thanks").replied(turn, DOCUMENTS.__getitem__).render(0, "en")
    assert say("thanks", "en") in html.unescape(page)
    assert "data-verdict" not in page
    assert "Rivers" not in page
    answered = Exchange("When?").replied(
        dataclasses.replace(TURN, collection="Rivers"), DOCUMENTS.__getitem__
    )
    assert "data-verdict" in answered.render(0, "en")
    assert "Rivers" in answered.render(0, "en")


def test_what_no_longer_holds_is_told_as_such() -> None:
    lost = StoredCitation.of(TURN.answer.citations[0], DOCUMENTS.__getitem__)
    unquoted = dataclasses.replace(ANSWER, citations=(), hits=())
    gone = dataclasses.replace(TURN, answer=unquoted, broken_citations=(lost,))
    page = Exchange("When?").replied(gone, DOCUMENTS.__getitem__).render(0, "en")
    assert say("no_longer_there", "en").replace("'", "&#39;") in page
    assert page.index('class="lost"') < page.index("The river") < page.index("River</bdi> — ")
    # Nothing leads to where it isn't any more.
    assert "<a " not in page
    assert say("certain", "en") not in page


def test_what_did_not_change_is_rendered_once_in_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[tuple[int, Language]] = []
    render = Exchange.render

    def noted(exchange: Exchange, number: int, language: Language, *more: bool) -> str:
        rendered.append((number, language))
        return render(exchange, number, language, *more)

    monkeypatch.setattr(Exchange, "render", noted)
    session = Session()
    for question in ("When?", "Why?"):
        session.begin(question)
        session.render("en")
    session.render("ar")
    assert rendered == [(0, "en"), (1, "en"), (0, "ar"), (1, "ar")]


def test_what_is_rendered_tells_how_new_it_is() -> None:
    session = Session()

    def changes() -> list[str]:
        return re.findall('data-changes="(.*?)"', session.render("en"))

    seen = [changes()]
    session.begin("When?")
    seen.append(changes())
    session.change(0, Exchange("When?").refused("empty"))
    seen += [changes(), changes()]
    session.clear()
    seen.append(changes())
    assert seen == [["0"], ["1"], ["2"], ["2"], ["3"]]


def test_an_answer_that_comes_after_a_new_beginning_is_not_shown() -> None:
    session = Session()
    late = session.begin("When?")
    session.clear()
    assert session.begin("Why?") != late
    session.change(late, Exchange("When?").replied(TURN, DOCUMENTS.__getitem__))
    assert [exchange.question for exchange in session.exchanges.values()] == ["Why?"]


def test_a_follow_up_leans_on_what_was_answered_before_it() -> None:
    session = Session()
    for question in ("When?", "Refused", "Searching", "Why?"):
        session.begin(question)
    for number in (0, 3):
        turn = dataclasses.replace(TURN, question=session.exchanges[number].question)
        session.change(number, session.exchanges[number].replied(turn, DOCUMENTS.__getitem__))
    session.change(1, session.exchanges[1].refused("too_long"))
    assert [turn.question for turn in session.conversation().turns] == ["When?", "Why?"]
    assert [turn.question for turn in session.conversation(before=3).turns] == ["When?"]
    assert session.conversation(before=0).turns == ()


def test_an_earlier_conversation_is_taken_up_unless_another_has_begun() -> None:
    session = Session()
    earlier = Exchange("When?").replied(TURN, DOCUMENTS.__getitem__)
    session.restore([earlier, earlier])
    assert session.exchanges == {0: earlier, 1: earlier}
    session.restore([earlier])
    assert len(session.exchanges) == 2
    assert session.begin("Why?") == 2


def test_each_page_has_its_own_session_and_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.sessions._MAX_SESSIONS", 2)
    sessions = Sessions()
    first = sessions.of("a")
    first.begin("When?")
    assert sessions.of("b") is not first
    assert sessions.of("a") is first
    sessions.of("c")  # now "b" is the one that was used least recently
    assert sessions.of("a") is first
    assert sessions.of("b").exchanges == {}
    assert sessions.of("c").exchanges == {}
    assert sessions.of("a").exchanges == {}


def test_questions_of_many_threads_are_all_there() -> None:
    session = Session()
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(session.begin, (str(n) for n in range(MAX_WAITING))))
    assert sorted(numbers) == list(range(MAX_WAITING))
    assert {session.exchanges[number].question: number for number in numbers} == {
        str(n): number for n, number in enumerate(numbers)
    }


def test_of_questions_that_wait_for_ever_the_last_are_kept() -> None:
    session = Session()
    for number in range(3 * MAX_WAITING):
        assert session.begin(f"Question {number}") == number
    assert list(session.exchanges) == list(range(2 * MAX_WAITING, 3 * MAX_WAITING))
    session.change(0, Exchange("Question 0").replied(TURN, DOCUMENTS.__getitem__))  # too late
    assert 0 not in session.exchanges


def test_a_session_keeps_its_last_turns() -> None:
    session = Session()
    for number in range(MAX_TURNS + 20):
        session.begin(f"Question {number}")
        session.change(number, Exchange(f"Question {number}").replied(TURN, DOCUMENTS.__getitem__))
        session.render("en")
    assert list(session.exchanges) == list(range(20, MAX_TURNS + 20))
    assert len(session.conversation().turns) == MAX_TURNS
    shown = session.render("en")
    assert shown.count("<article") == MAX_TURNS
    assert ("Question 19<" in shown, "Question 20<" in shown) == (False, True)
    assert len(session._rendered) == MAX_TURNS


def test_of_a_question_that_is_too_long_no_more_is_kept_than_tells_so() -> None:
    session = Session()
    session.begin("x" * 1_000_000)
    assert len(session.exchanges[0].question) == MAX_QUESTION_LENGTH + 1


def test_all_sessions_together_have_so_many_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.sessions._MAX_TOTAL_TURNS", 10)
    sessions = Sessions()
    for page in "abc":
        for number in range(4):
            sessions.of(page).begin(f"{page}{number}")
    sessions.of("d")
    assert len(sessions.of("c").exchanges) == 4
    assert len(sessions.of("b").exchanges) == 4
    assert sessions.of("a").exchanges == {}
    monkeypatch.setattr("web.sessions._MAX_TOTAL_TURNS", 1)
    assert len(sessions.of("b").exchanges) == 4  # the page's own is never taken from it


def test_there_is_no_such_question() -> None:
    session = Session()
    with pytest.raises(NoSuchTurn):
        session.exchange(0)
    session.begin("When?")
    assert session.exchange(0) == Exchange("When?")
    for name in ("1", "near1", "0", "near0"):
        with pytest.raises(NoSuchTurn):
            session.exchange(0).passage(name)
