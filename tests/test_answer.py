"""`ask`: what is quoted, where it stands, when nothing is; every citation is literally there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Document, Hit, Index, IndexNotFound, InvalidQuestion, Passage
from index import encoder as encoders
from index.centers import Centers
from index.sentences import sentences
from index.text import analyze
from qa import Answer, BrokenCitation, Citation, ask, retrieve
from qa.answer import KIND_WEIGHT, LEXICAL_WEIGHT, MOST_CITATIONS, NEARLY_AS_GOOD, READ, answer, read
from qa.article import article_index
from qa.confidence import THRESHOLD
from qa.messages import say

BATTLE = Document(
    "وصلت القوّات إلى «القائم» صباحاً. أَعلَنَ الحشدُ الشعبيّ انطلاقَ معركةِ «التلاقي» بتحرير عكاشات. "
    "بقي الجنود على التلال.",
    title="معركة",
    id="battle",
)
MARKET = Document(
    "The market stands near the gate. Salim sells bread and “blue salt” there. Nobody comes on Fridays.\n\n"
    "Fishermen mend their nets on the quay.",
    title="Market",
    id="market",
)
SALT = "Who sells “blue salt” there?"


@pytest.fixture
def texts(encoder: FakeEncoder, tmp_path: Path) -> Index:
    return Index.build([BATTLE, MARKET], tmp_path / "texts", encoder=encoder, show_progress=False)


@pytest.fixture
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    judge(monkeypatch, 0.9)


def judge(monkeypatch: pytest.MonkeyPatch, probability: float) -> None:
    """Lets every answer have this confidence, if anything was read at all."""
    monkeypatch.setattr("qa.answer.confidence", lambda _, __, found: probability if found else 0.0)


def quotes(reply: Answer) -> list[str]:
    return [citation.quote for citation in reply.citations]


# Citations: hostile ones, in one table.

TEXT = "Before. «قالَ الكاتبُ» هنا، aa aa. After."
DOCUMENT = Document(TEXT, id="d")
PASSAGE = Passage.of(DOCUMENT, 1, 8, 34)
OTHER = Document(TEXT.replace("هنا", "هنآ"), id="other")


def test_a_citation_is_what_stands_there() -> None:
    citation = Citation.of(DOCUMENT, 1, PASSAGE, 8, 22)
    assert citation == Citation(1, PASSAGE, 8, 22)
    assert citation.quote == TEXT[8:22] == "«قالَ الكاتبُ»"


def test_a_citation_may_be_its_whole_passage() -> None:
    assert Citation.of(DOCUMENT, 2, PASSAGE, PASSAGE.start, PASSAGE.end).quote == PASSAGE.text


@pytest.mark.parametrize(
    ("document", "passage", "start", "end"),
    [
        pytest.param(DOCUMENT, PASSAGE, 0, 7, id="before its passage"),
        pytest.param(DOCUMENT, PASSAGE, 35, 41, id="after its passage"),
        pytest.param(DOCUMENT, PASSAGE, 7, 22, id="begins one before its passage"),
        pytest.param(DOCUMENT, PASSAGE, 30, 35, id="ends one behind its passage"),
        pytest.param(DOCUMENT, PASSAGE, 0, 41, id="around its passage"),
        pytest.param(DOCUMENT, PASSAGE, 10, 10, id="empty"),
        pytest.param(DOCUMENT, PASSAGE, 8, 8, id="empty, at the start"),
        pytest.param(DOCUMENT, PASSAGE, 34, 34, id="empty, at the end"),
        pytest.param(DOCUMENT, PASSAGE, 22, 8, id="backwards"),
        pytest.param(DOCUMENT, PASSAGE, -33, -19, id="counted from the end"),
        pytest.param(OTHER, PASSAGE, 8, 22, id="another document's passage, the same words"),
        pytest.param(DOCUMENT, Passage.of(OTHER, 1, 8, 34), 8, 22, id="a passage of another document"),
        pytest.param(
            OTHER, dataclasses.replace(PASSAGE, document_id="other"), 8, 34, id="one letter differs"
        ),
        pytest.param(
            DOCUMENT, dataclasses.replace(PASSAGE, start=9, end=35), 9, 22, id="a passage shifted by one"
        ),
        pytest.param(
            DOCUMENT, dataclasses.replace(PASSAGE, start=7, end=33), 8, 22, id="shifted the other way"
        ),
        pytest.param(
            DOCUMENT, Passage("d:8-19", "d", 1, 8, 19, "«قال الكاتب"), 8, 19, id="the text normalised"
        ),
        pytest.param(
            DOCUMENT, Passage("d:8-18", "d", 1, 8, 18, "I never sa"), 8, 18, id="words that nobody wrote"
        ),
        pytest.param(
            DOCUMENT, Passage("d:36-44", "d", 1, 36, 44, "fter. No"), 36, 44, id="behind the document's end"
        ),
        pytest.param(
            DOCUMENT, Passage("d:99-104", "d", 1, 99, 104, "After"), 99, 104, id="nowhere in the document"
        ),
    ],
)
def test_what_is_not_literally_there_is_refused(
    document: Document, passage: Passage, start: int, end: int
) -> None:
    with pytest.raises(BrokenCitation):
        Citation.of(document, 1, passage, start, end)


@pytest.mark.parametrize(("start", "end"), [(0, 7), (7, 22), (30, 35), (10, 10), (22, 8)])
def test_no_citation_can_be_made_that_leaves_its_passage(start: int, end: int) -> None:
    with pytest.raises(BrokenCitation, match=rf"\[3\] {start}-{end}"):
        Citation(3, PASSAGE, start, end)


def test_whether_something_was_found_is_told_by_the_citations_alone() -> None:
    citation = Citation.of(DOCUMENT, 1, PASSAGE, 8, 22)
    found = Answer("q?", "en", "text", (citation,), (), 0.1)
    assert found.found
    assert not dataclasses.replace(found, citations=(), confidence=0.99).found
    assert "found" not in {field.name for field in dataclasses.fields(Answer)}
    for thing in (found, citation):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, dataclasses.fields(thing)[0].name, None)


# What is quoted.


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize(
    ("question", "language", "quote", "document", "line"),
    [
        (
            "من بدأ «التلاقي» بتحرير عكاشات؟",
            "ar",
            "أَعلَنَ الحشدُ الشعبيّ انطلاقَ معركةِ «التلاقي» بتحرير عكاشات.",
            BATTLE,
            "«أَعلَنَ الحشدُ الشعبيّ انطلاقَ معركةِ «التلاقي» بتحرير عكاشات.» [1]",
        ),
        (
            SALT,
            "en",
            "Salim sells bread and “blue salt” there.",
            MARKET,
            "“Salim sells bread and “blue salt” there.” [1]",
        ),
        (
            "متى بقي الجنود على التلال؟",
            "ar",
            "بقي الجنود على التلال.",
            BATTLE,
            "«بقي الجنود على التلال.» [1]",
        ),
        (
            "Where do fishermen mend nets?",
            "en",
            "Fishermen mend their nets on the quay.",
            MARKET,
            "“Fishermen mend their nets on the quay.” [1]",
        ),
    ],
)
def test_the_sentence_with_the_questions_words_is_quoted_to_the_letter(
    question: str, language: str, quote: str, document: Document, line: str, texts: Index
) -> None:
    reply = ask(question, texts)
    assert (reply.question, reply.language, reply.found) == (question, language, True)
    first = reply.citations[0]
    start = document.text.index(quote)
    assert (first.number, first.quote) == (1, quote)
    assert (first.passage.document_id, first.start, first.end) == (document.id, start, start + len(quote))
    assert reply.text.split("\n")[0] == line


@pytest.mark.usefixtures("sure")
def test_the_passage_of_a_citation_is_one_of_the_indexs(texts: Index) -> None:
    (citation,) = ask("Where do fishermen mend their nets?", texts).citations
    assert citation.passage in texts.passages
    assert citation.passage.number == 2


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_sentences_as_good_as_the_best_are_quoted_too_three_at_most(
    count: int, encoder: FakeEncoder, tmp_path: Path
) -> None:
    documents = [Document("Salim sells salt.", id=f"d{n}") for n in range(count)]
    index = Index.build(
        [*documents, Document("Rain fell. Wind blew. Snow lay.", id="rain")], tmp_path / "i", encoder=encoder
    )
    reply = ask("Who sells salt?", index)
    cited = min(count, 3)
    assert [c.number for c in reply.citations] == list(range(1, cited + 1))
    assert [c.passage.document_id for c in reply.citations] == [f"d{n}" for n in range(cited)]
    assert reply.text == "\n".join(f"“Salim sells salt.” [{n}]" for n in range(1, cited + 1))


@pytest.mark.usefixtures("sure")
def test_each_quotation_has_the_marks_of_its_own_language(encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [Document("سليم Dunford عاد.", id="ar"), Document("Salim Dunford left.", id="en")]
    index = Index.build(documents, tmp_path / "i", encoder=encoder)
    reply = ask("Dunford سليم Salim", index)
    assert sorted(line[:-4] for line in reply.text.split("\n")) == [
        "«سليم Dunford عاد.»",
        "“Salim Dunford left.”",
    ]


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("mark", ["،", "؛", ",", ";", ":", "—", "–", "،—"])
def test_the_comma_at_which_a_long_sentence_is_cut_is_not_quoted(
    mark: str, encoder: FakeEncoder, tmp_path: Path
) -> None:
    first = " ".join(["Salim", "sells", "salt", *(f"w{n}" for n in range(30))])
    second = " ".join(f"v{n}" for n in range(33))
    document = Document(f"{first}{mark} {second}.", id="d")
    encoder.window = 200
    index = Index.build([document], tmp_path / "i", encoder=encoder)
    citation = ask("Who sells salt? Salim?", index).citations[0]
    assert citation.quote == first
    assert (citation.start, citation.end) == (0, len(first))


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize(
    "text", ["He sells salt!", "He sells salt?", "Salt (“sea salt”)", "سعر الملح؟", "salt…"]
)
def test_other_marks_belong_to_the_sentence(text: str, encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build([Document(text)], tmp_path / "i", encoder=encoder)
    assert quotes(ask("salt الملح", index)) == [text]


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("score", [50.0, 1.0, 0.0, -0.5])
def test_a_sentence_of_marks_alone_is_never_quoted(
    score: float, encoder: FakeEncoder, tmp_path: Path
) -> None:
    """Without the marks at its end nothing of it is left to quote, however near it comes to the best."""
    index = Index.build([Document("Rain fell. — ؛")], tmp_path / "i", encoder=encoder)
    hit = Hit(index.passages[0], score, {"bm25": 1, "dense": 1, "late": 1})
    assert quotes(answer(index, index.query("Rain"), [hit], k=1)) == ["Rain fell."]


@pytest.mark.usefixtures("sure")
def test_the_best_sentence_is_quoted_even_where_nothing_is_near(encoder: FakeEncoder, tmp_path: Path) -> None:
    """Whether the answer is there is told by the confidence alone; scores may lie below zero."""
    index = Index.build([Document("salt")], tmp_path / "i", encoder=encoder)
    reply = ask("Salim", index)
    assert reply.hits[0].score < 0
    assert (quotes(reply), reply.text) == (["salt"], "“salt” [1]")


HOSTILE = [
    "<script>alert('salt')</script> & <b>bold</b> &amp; salt.",
    "Salt \u202eevil\u202c \u2066isolated\u2069 \u200fmark \u200b zero.",
    "«Salt is «nested and never closed.",
    "Salt “open» [1] [2] {0} {} %s \\n salt.",
    "سَـــلِيمٌ يبيعُ المِلْحَ salt ﻻ ﷲ.",
    "Salt e\u0301 \u00e9 ﬁ \U0001f9c2\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467 salt.",
    "salt\x00salt\x07 salt\u00a0salt.",
]


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_quoted_as_it_is(text: str, encoder: FakeEncoder, tmp_path: Path) -> None:
    document = Document(f"Rain fell.\n\n{text}\n\nWind blew.", id="d")
    index = Index.build([document], tmp_path / "i", encoder=encoder)
    reply = ask("Who sells salt?", index)
    assert reply.citations[0].quote == text
    assert reply.text.startswith((f"“{text}” [1]", f"«{text}» [1]"))
    assert document.text[reply.citations[0].start : reply.citations[0].end] == text


# When nothing is quoted.


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (SALT, "The texts don't answer this."),
        ("من باع الملح؟", "لا تجيب النصوص عن هذا السؤال."),
        # Of most of its words, whatever it starts with.
        ("ما هو «blue salt» في السوق؟", "لا تجيب النصوص عن هذا السؤال."),
        ("Who is سليم the baker?", "The texts don't answer this."),
        ("Salim: من هو الخباز؟", "لا تجيب النصوص عن هذا السؤال."),
        ("سليم: who sells salt in 2017?", "The texts don't answer this."),
    ],
)
def test_below_the_threshold_it_says_so_and_shows_the_nearest(
    question: str, text: str, texts: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(monkeypatch, THRESHOLD - 1e-6)
    reply = ask(question, texts, k=2)
    assert reply.text == text
    assert (reply.found, reply.citations, reply.confidence) == (False, (), THRESHOLD - 1e-6)
    assert reply.hits == tuple(texts.search(question, 2))


def test_the_threshold_itself_is_enough(texts: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(monkeypatch, THRESHOLD)
    assert ask(SALT, texts).found
    assert 0 < THRESHOLD <= 0.5


@pytest.mark.parametrize("question", [SALT, "ملح؟"])
def test_an_empty_index_holds_no_answer(question: str, encoder: FakeEncoder, tmp_path: Path) -> None:
    reply = ask(question, Index.build([], tmp_path / "i", encoder=encoder))
    assert (reply.found, reply.citations, reply.hits, reply.confidence) == (False, (), (), 0.0)
    assert reply.text == say("not_found", reply.language)


# Arguments.


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize("k", [1, 2, 3, 5, 1000])
def test_hits_are_the_k_nearest(k: int, texts: Index) -> None:
    reply = ask(SALT, texts, k=k)
    assert reply.hits == tuple(texts.search(SALT, k)) == tuple(retrieve(SALT, k, texts))
    assert len(reply.hits) == min(k, 3)
    assert reply.citations == ask(SALT, texts).citations


@pytest.mark.parametrize("k", [0, -1])
def test_k_is_at_least_one(k: int, texts: Index, encoder: FakeEncoder) -> None:
    encoder.encoded.clear()
    with pytest.raises(ValueError, match=f"at least 1, not {k}"):
        ask(SALT, texts, k=k)
    assert encoder.encoded == []


@pytest.mark.parametrize(
    ("question", "reason"),
    [("", "empty"), (" \n", "empty"), ("؟!", "no_words"), ("x" * 2_001, "too_long"), ("a\x00", "not_text")],
)
def test_a_question_that_cannot_be_asked(
    question: str, reason: str, texts: Index, encoder: FakeEncoder
) -> None:
    encoder.encoded.clear()
    with pytest.raises(InvalidQuestion) as caught:
        ask(question, texts)
    assert caught.value.reason == reason
    assert encoder.encoded == []


def test_a_question_is_encoded_once(texts: Index, encoder: FakeEncoder, sure: None) -> None:  # noqa: ARG001
    encoder.encoded.clear()
    ask(SALT, texts)
    assert encoder.encoded == [SALT]


@pytest.fixture
def fake_everywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Indexes that are named are opened with the fake encoder; the article's is made with it."""
    monkeypatch.setattr(encoders, "load", lambda _=None: FakeEncoder())
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path_factory.mktemp("cache")))
    article_index.cache_clear()
    yield
    article_index.cache_clear()


@pytest.mark.usefixtures("sure", "fake_everywhere")
def test_an_index_may_be_given_by_its_path(texts: Index) -> None:
    given = ask(SALT, texts)
    assert given == ask(SALT, texts.path) == ask(SALT, str(texts.path)) == ask(SALT, index=texts.path)


@pytest.mark.usefixtures("sure", "fake_everywhere")
def test_without_an_index_the_article_is_asked(article: Document) -> None:
    reply = ask("ما هي معركة التلاقي بتحرير عكاشات والتوجّه نحو القائم؟")
    (first, *_) = reply.citations
    assert first.passage.number == 1
    assert first.quote in article.text


def test_there_is_no_index_at_a_path(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="no-index"):
        ask(SALT, tmp_path / "no-index")


# How sentences are scored.


def naive_scores(
    question: str, text: str, encoder: FakeEncoder
) -> list[tuple[str, list[float], float, float]]:
    """Sentence, each question word's best cosine in it, their weighted mean, share of words in common."""
    centers = Centers.known(encoder)
    asked = centers.tokens(encoder.encoding(question), question, "query")
    whole = centers.tokens(encoder.encoding(text), text, "passage")
    terms = {term.term for term in analyze(question)}
    scores = []
    for start, end in sentences(text):
        matches = []
        for vector in asked.vectors:
            cosines = [
                float(vector @ other)
                for other, (first, last) in zip(whole.vectors, whole.spans, strict=True)
                if start <= first and last <= end
            ]
            matches.append(max([0.0, *cosines]))
        semantic = sum(m * w for m, w in zip(matches, asked.weights, strict=True)) / sum(asked.weights)
        here = {term.term for term in analyze(text[start:end])}
        scores.append((text[start:end], matches, float(semantic), len(terms & here) / len(terms)))
    return scores


@pytest.mark.parametrize(
    "question",
    [SALT, "متى بقي الجنود على التلال؟", "Nobody mends الجنود nets", "salt salt salt bread"],
)
def test_sentences_are_scored_as_a_naive_reader_would(
    question: str, texts: Index, encoder: FakeEncoder
) -> None:
    query = texts.query(question)
    hits = texts.search(query, READ)
    found = read(texts, query, hits)
    expected = {
        (hit.passage.id, sentence): (matches, semantic, lexical, hit.score)
        for hit in hits
        for sentence, matches, semantic, lexical in naive_scores(question, hit.passage.text, encoder)
    }
    assert len(found) == len(expected) == 7
    for sentence in found:
        text = sentence.passage.text[sentence.start : sentence.end]
        matches, semantic, lexical, passage_score = expected[sentence.passage.id, text]
        # The index keeps int8: a cosine is off by a hundredth at most.
        np.testing.assert_allclose(sentence.matches, matches, atol=0.02)
        assert sentence.semantic == pytest.approx(semantic, abs=0.01)
        assert sentence.lexical == lexical
        assert sentence.fit == (0 if not question.startswith("متى") else -1 if sentence.fit < 0 else 1)
        whole = sentence.semantic + LEXICAL_WEIGHT * lexical + KIND_WEIGHT * sentence.fit + passage_score
        assert sentence.score == pytest.approx(whole, abs=1e-6)
    scores = [sentence.score for sentence in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("question", "fitting"),
    [
        ("متى بقي الجنود على التلال؟", ["صباحاً.", "Fridays."]),
        ("When did Salim leave?", ["صباحاً.", "Fridays."]),
        ("كم عدد الجنود؟", []),
        ("How many nets are there?", []),
    ],
)
def test_a_sentence_fits_that_has_the_time_or_number_asked_for(
    question: str, fitting: list[str], texts: Index
) -> None:
    """صباحاً is a time like صباح, and الحشد الشعبيّ is none, although شعبان is."""
    query = texts.query(question)
    found = read(texts, query, texts.search(query, READ))
    said = {s.passage.text[s.start : s.end].split()[-1]: s.fit for s in found}
    assert said == {last: 1 if last in fitting else -1 for last in said}
    assert len(said) == 7


@pytest.mark.parametrize(
    ("words", "time", "quantity"),
    [
        ("صباحاً مساءً", True, False),
        ("ثلاثين يوماً", True, True),
        ("منذ عام", True, False),
        ("في شعبان", True, False),
        ("on Friday", True, False),
        ("eleven nets", False, True),
        ("مئة رجل", False, True),
        ("مائة رجل", False, True),
        ("ألفان وثمانية", False, True),
        # Words that a light stemmer makes like شعبان, مائة, ثمان and ألفان.
        ("الحشد الشعبيّ", False, False),
        ("ما عاد", False, False),
        ("ثمّ عاد", False, False),
        ("فإنّ الجنود", False, False),
        ("the net", False, False),
    ],
)
def test_words_that_tell_a_time_or_a_number(
    words: str, time: bool, quantity: bool, encoder: FakeEncoder, tmp_path: Path
) -> None:
    index = Index.build([Document(words)], tmp_path / "i", encoder=encoder)

    def fit(question: str) -> float:
        query = index.query(question)
        (sentence,) = read(index, query, index.search(query, READ))
        return sentence.fit

    assert fit("متى؟") == fit("When?") == (1 if time else -1)
    assert fit("كم؟") == fit("How many?") == (1 if quantity else -1)
    assert fit("How long?") == (1 if time or quantity else -1)
    assert fit("من؟") == fit("Who?") == 0
    # What the question itself names isn't the answer.
    assert fit(f"When {words}?") == fit(f"How many {words}?") == -1


def test_only_the_first_passages_are_read(encoder: FakeEncoder, tmp_path: Path, sure: None) -> None:  # noqa: ARG001
    documents = [Document("Salim sells salt.", id=f"d{n}") for n in range(READ + 2)]
    index = Index.build(documents, tmp_path / "i", encoder=encoder)
    query = index.query("Who sells salt?")
    hits = index.search(query, 10)
    reply = answer(index, query, hits, k=10)
    assert [c.passage for c in reply.citations] == [hit.passage for hit in hits[:READ]]
    assert len(reply.hits) == READ + 2


# By property.

PIECES = [
    "salt", "Salim", "sells", "ملح", "المِلْحُ", "سليم", "باع", "2017", ".", "!", "؟", "…", "،", "؛", ":", "—",
    "«", "»", "“", "”", "(", ")", " ", " ", " ", "\n", "\n\n", "\u202e", "\u200f", "\u0640", "<b>", "&lt;",
    "{0}", "[1]", "\u00a0", "\u2028", "\U0001f9c2", "e\u0301", "\x00", "ﷲ",
]  # fmt: skip
TEXTS = (
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
).filter(lambda text: bool(text.strip()))
QUESTIONS = st.lists(st.sampled_from(["salt", "Salim", "من", "ملح", "؟", "القائم", "who"]), min_size=1).map(
    " ".join
)


@given(st.lists(TEXTS, max_size=5), QUESTIONS.filter(lambda q: bool(analyze(q))), st.sampled_from([0.0, 1.0]))
@settings(max_examples=60)
def test_every_citation_is_literally_there(
    tmp_path_factory: pytest.TempPathFactory, given_texts: Sequence[str], question: str, probability: float
) -> None:
    documents = {f"d{n}": Document(text, id=f"d{n}") for n, text in enumerate(given_texts)}
    folder = tmp_path_factory.mktemp("property")
    index = Index.build(documents.values(), folder, encoder=FakeEncoder(window=12), show_progress=False)
    with pytest.MonkeyPatch.context() as patch:
        judge(patch, probability)
        reply = ask(question, index, k=5)
    readable = bool(index.passages)
    assert reply.confidence == (probability if readable else 0.0)
    assert reply.found == (readable and probability == 1.0)
    assert len(reply.citations) <= MOST_CITATIONS
    assert [c.number for c in reply.citations] == list(range(1, len(reply.citations) + 1))
    for citation in reply.citations:
        document = documents[citation.passage.document_id]
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.quote == citation.quote.strip()
        assert citation.quote
        assert f"{citation.quote}» [{citation.number}]" in reply.text or (
            f"{citation.quote}” [{citation.number}]" in reply.text
        )
    if not reply.found:
        assert reply.text == say("not_found", reply.language)
    assert reply.hits == tuple(index.search(question, 5))


def test_constants_are_what_the_documentation_says() -> None:
    assert (READ, MOST_CITATIONS) == (3, 3)
    assert 0 < NEARLY_AS_GOOD < 1
