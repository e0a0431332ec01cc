"""An explanation as HTML: what is highlighted, what the charts say, and that texts are shown and no more."""

from __future__ import annotations

import dataclasses
import re

import pytest
from chatting import browser, new_context
from playwright.sync_api import Browser
from test_hostile import ATTACKS
from test_page import Reader

from index import Document, Passage
from index.retrieval.fusion import ScoreParts
from index.text.analyzer import Language
from qa.explanation.explain import Explanation, Match
from qa.explanation.word_alignment import AlignedWord, Span
from web.views.explanation import render_why
from web.views.layout import asset

__all__ = ["browser"]  # a fixture

TEXT = 'بدأت معركةُ "التلاقي" قرب عكاشات & غيرها.'
QUESTION = "ما المعارك قرب Akashat؟"


def at(text: str, part: str) -> Span:
    return Span(text.index(part), text.index(part) + len(part))


def asked(part: str, nearest: str, weight: float, cosine: float) -> AlignedWord:
    return AlignedWord(at(QUESTION, part), weight, weight * cosine, weight < 0.1, at(TEXT, nearest), cosine)


def passage(text: str) -> Passage:
    return Passage.of(Document(text, id="d"), 1, 0, len(text))


EXPLANATION = Explanation(
    question=QUESTION,
    passage=passage(TEXT),
    words=(
        asked("ما", "بدأت", 0.05, 0.2),
        asked("المعارك", "معركةُ", 0.4, 0.75),
        asked("قرب", "قرب", 0.15, 0.9),
        asked("Akashat", "عكاشات", 0.2, 0.5),
    ),
    marks=0.02,
    matches=(
        Match("meaning", at(QUESTION, "المعارك"), at(TEXT, "معركةُ"), False),
        Match("same_word", at(QUESTION, "قرب"), at(TEXT, "قرب"), True),
        Match("same_name", at(QUESTION, "Akashat"), at(TEXT, "عكاشات"), False),
    ),
    score_parts=ScoreParts(0.6, 0.15, 0.05, 0.0),
    ranks={"bm25": 1, "dense": None, "late": 51},
    scores={"bm25": 0.3, "late": 0.6},
    shares_words=True,
)


def render(language: Language = "ar", **changes: object) -> str:
    return render_why(dataclasses.replace(EXPLANATION, **changes), language)  # type: ignore[arg-type]


def labels(page: str) -> list[str]:
    """What a screen reader says of each chart."""
    return [
        attributes["aria-label"] or ""
        for _, attributes, _ in Reader(page).elements
        if attributes.get("role") == "img"
    ]


def bars(page: str) -> dict[str, list[tuple[float, float]]]:
    """Lengths and depths of the bars, by their class."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name, attributes, _ in Reader(page).elements:
        if name == "rect":
            size = float(attributes["width"] or ""), float(attributes["height"] or "")
            found.setdefault(attributes["class"] or "", []).append(size)
    return found


def test_the_passage_stays_as_it_is_and_its_matches_are_marked() -> None:
    reader = Reader(render())
    assert reader.texts("p", "why-text") == [TEXT]
    (shown,) = (attributes for _, attributes, _ in reader.elements if attributes.get("class") == "why-text")
    assert shown == {"class": "why-text", "lang": "ar", "dir": "rtl"}
    marks = [(a["class"], a.get("title"), "".join(d)) for n, a, d in reader.elements if n == "mark"]
    assert marks == [
        # The legend: from the surest on, what there is.
        ("same-word", None, "الكلمة نفسها"),
        ("same-name", None, "الاسم نفسه بحروف أخرى"),
        ("meaning", None, "معنى قريب"),
        ("meaning", "المعارك", "معركةُ"),
        ("same-word faint", "قرب", "قرب"),
        ("same-name", "Akashat", "عكاشات"),
    ]


def test_the_quotation_is_marked_in_the_passage_even_through_a_match() -> None:
    for start, end in ((0, 5), (2, len(TEXT)), (0, len(TEXT))):
        reader = Reader(render_why(EXPLANATION, "ar", (start, end)))
        assert reader.texts("p", "why-text") == [TEXT]
        assert reader.texts("span", "why-quoted") == [TEXT[start:end]]


def test_charts_are_said_in_a_sentence_each() -> None:
    assert labels(render("en")) == [
        "The question's words, and the passage's word nearest to each: "
        "ما – بدأت 0.20, المعارك – معركةُ 0.75, قرب – قرب 0.90, Akashat – عكاشات 0.50.",
        "The passage's rank in each way of searching: words in common – rank 1, "
        "meaning of the whole – not among the first 50, meaning of the words – rank 51.",
        "What the score is made of: meaning 0.60, words 0.15, names 0.05, score 0.80.",
    ]
    assert labels(render("ar"))[1:] == [
        "ترتيب المقطع في كلّ طريقة من طرائق البحث: الكلمات المشتركة – المرتبة 1، "
        "معنى المقطع كلّه – ليس بين أوّل 50، معاني الكلمات – المرتبة 51.",
        "مكوّنات الدرجة: المعنى 0.60، الكلمات 0.15، الأسماء 0.05، الدرجة 0.80.",
    ]


def test_bars_are_as_long_as_what_they_show() -> None:
    found = {name: [pytest.approx(bar, abs=0.11) for bar in sizes] for name, sizes in bars(render()).items()}
    assert found == {
        "track": [(100, 1)] * 10,
        # The heaviest word's bar is 20 deep, and no bar is less than 4.
        "far": [(20, 6)],
        "meaning": [(75, 20)],
        "same-word": [(90, 10)],
        "same-name": [(50, 12)],
        "leg": [(100, 10), (2, 10)],
        "none": [(0, 10)],
        "part-semantic": [(75, 10)],
        "part-words": [(18.7, 10)],
        "part-names": [(6.2, 10)],
    }


def test_ranks_that_are_not_there() -> None:
    ranks = {"bm25": None, "dense": 2, "late": None}
    assert "no word in common" in labels(render("en", ranks=ranks, shares_words=False))[1]
    assert "words in common – not among the first 50" in labels(render("en", ranks=ranks))[1]
    assert "meaning of the words – not searched" in labels(render("en", ranks=ranks))[1]


def test_translations_are_shown_where_the_search_had_any() -> None:
    ranks = {"bm25": None, "translations": 3, "dense": 2, "late": 1}
    said = labels(render("en", ranks=ranks, score_parts=ScoreParts(0.6, 0.1, 0, 0.05)))
    assert "words in common – not among the first 50, words translated – rank 3, meaning" in said[1]
    assert "words 0.10, translations 0.05, score 0.75" in said[2]
    assert "translat" not in "".join(labels(render("en")))


def test_words_are_granted_across_scripts() -> None:
    assert "another script" in render("en", shares_words=False)
    assert "another script" not in render("en")
    assert "another script" not in render("en", shares_words=False, score_parts=ScoreParts(0.6, 0, 0, 0))


def test_nothing_in_common() -> None:
    page = render("en", matches=(), words=())
    assert Reader(page).texts("p", "why-legend") == [
        "No word of it matches one of the question's; it is near in meaning as a whole."
    ]
    assert len(labels(page)) == 2


def test_of_a_long_question_the_heaviest_words() -> None:
    question = " ".join(f"w{number}" for number in range(20))
    words = tuple(
        AlignedWord(at(question, f"w{n}"), 0.1 - n / 1000, 0, False, Span(0, 4), 0.5)
        for n in reversed(range(20))
    )
    (first, *_) = labels(render("en", question=question, words=words))
    assert first.startswith("The 12 words of the question that count most")
    assert re.findall(r"w\d+", first) == [f"w{number}" for number in range(12)]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_texts_do_nothing_but_be_shown(attack: str) -> None:
    whole = Span(0, len(attack))
    page = render(
        question=attack,
        passage=passage(attack),
        words=(AlignedWord(whole, 1, 1, False, whole, 1),),
        matches=(Match("same_word", whole, whole, False),),
    )
    reader = Reader(page)
    assert reader.texts("p", "why-text") == [attack]
    assert reader.texts("bdi") == [attack, attack]
    plain = Reader(render(matches=EXPLANATION.matches[:1], words=EXPLANATION.words[:1]))
    assert [name for name, *_ in reader.elements] == [name for name, *_ in plain.elements]


# In a browser.


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1100])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_as_it_is_seen(browser: Browser, language: Language, width: int) -> None:
    style = "".join(asset(name) for name in ("chat.css", "why.css"))
    page = new_context(browser, viewport={"width": width, "height": 900}).new_page()
    page.set_content(f'<style>{style}</style><article class="turn">{render(language)}</article>')
    assert page.evaluate("document.documentElement.scrollWidth") == width
    rows = page.get_by_role("img").first
    starts = []
    for selector in (".why-label", "svg", ".why-value"):
        box = rows.locator(selector).nth(1).bounding_box()
        assert box is not None
        starts.append(box["x"])
    bar = rows.locator("rect.meaning").bounding_box()
    track = rows.locator("rect.track").nth(1).bounding_box()
    page.close()
    assert bar is not None
    assert track is not None
    assert bar["width"] == pytest.approx(0.75 * track["width"], rel=0.01)
    # From the side where the line begins: the question's word, the bar, the passage's word.
    if language == "en":
        assert starts == sorted(starts)
        assert bar["x"] == pytest.approx(track["x"], abs=1)
    else:
        assert starts == sorted(starts, reverse=True)
        assert bar["x"] + bar["width"] == pytest.approx(track["x"] + track["width"], abs=1)
