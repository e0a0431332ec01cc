"""`ask`: what is quoted, where it stands, when nothing is; every citation is literally there."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import Document, Hit, Index, IndexNotFound, InvalidQuestion, Passage
from index.encoding import load as encoders
from index.encoding.language_means import LanguageMeans
from index.ranking_parameters import RANKING, SENTENCES
from index.retrieval.token_codec import QuantizedTokens, TokenVectors, rotated
from index.text.analyzer import analyze
from index.text.sentences import sentences
from qa import Answer, BrokenCitation, Citation, ask, retrieve
from qa.answering.answer import answer
from qa.answering.confidence import THRESHOLDS
from qa.answering.sentences import MAX_SENTENCES, Sentence, score_sentences
from qa.article import article_index
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
    monkeypatch.setattr(
        "qa.answering.answer.confidence", lambda _, __, found, *___: probability if found else 0.0
    )


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


@given(st.lists(st.integers(8, 34), min_size=4, max_size=4).map(sorted))
def test_an_answer_is_what_stands_within_its_quotation(places: list[int]) -> None:
    start, first, last, end = places
    if first == last:
        with pytest.raises(BrokenCitation):
            Citation.of(DOCUMENT, 1, PASSAGE, start, end, answer=(first, last))
        return
    citation = Citation.of(DOCUMENT, 1, PASSAGE, start, end, answer=(first, last))
    assert (citation.answer_start, citation.answer_end) == (first, last)
    assert citation.answer == TEXT[first:last]


@given(st.tuples(st.integers(-41, 50), st.integers(-41, 50)))
def test_an_answer_that_leaves_its_quotation_is_refused(answer: tuple[int, int]) -> None:
    if 10 <= answer[0] < answer[1] <= 20:
        return
    with pytest.raises(BrokenCitation):
        Citation.of(DOCUMENT, 1, PASSAGE, 10, 20, answer=answer)


def test_an_answer_within_metadata_is_counted_in_the_metadata() -> None:
    dated = dataclasses.replace(DOCUMENT, date="written in 1897")
    citation = Citation.of(dated, 1, PASSAGE, 0, 15, field="date", answer=(11, 15))
    assert citation.answer == "1897"
    with pytest.raises(BrokenCitation, match=r"its answer 11-16 leaves 0-15"):
        Citation.of(dated, 1, PASSAGE, 0, 15, field="date", answer=(11, 16))


@pytest.mark.parametrize(("first", "last"), [(9, None), (None, 12)])
def test_half_an_answer_is_refused(first: int | None, last: int | None) -> None:
    with pytest.raises(BrokenCitation, match="not both"):
        Citation(1, PASSAGE, 8, 22, "text", "", first, last)


def test_a_citation_without_a_known_answer_has_none() -> None:
    citation = Citation.of(DOCUMENT, 1, PASSAGE, 8, 22)
    assert (citation.answer, citation.marked, citation.answer_start, citation.answer_end) == (None,) * 4


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
        (SALT, "No answer was found in the texts."),
        ("من باع الملح؟", "لم يُعثر في النصوص على جواب."),
        # Of most of its words, whatever it starts with.
        ("ما هو «blue salt» في السوق؟", "لم يُعثر في النصوص على جواب."),
        ("Who is سليم the baker?", "No answer was found in the texts."),
        ("Salim: من هو الخباز؟", "لم يُعثر في النصوص على جواب."),
        (
            "سليم: who sells salt in 2017?",
            "No answer was found in the texts.\nThese texts don't mention “2017”.",
        ),
    ],
)
def test_below_the_threshold_it_says_so_and_shows_the_nearest(
    question: str, text: str, texts: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    least = min(THRESHOLDS.values())
    judge(monkeypatch, least - 1e-6)
    reply = ask(question, texts, k=2)
    assert reply.text == text
    assert (reply.found, reply.citations, reply.confidence) == (False, (), least - 1e-6)
    assert reply.hits == tuple(texts.search(question, 2))


@pytest.mark.parametrize(
    ("question", "pairing"),
    [(SALT, "en-en"), ("من أعلن المعركة؟", "ar-ar"), ("من يبيع الملح؟", "ar-en"), ("Who began it?", "en-ar")],
)
def test_the_threshold_of_its_pairing_is_enough(
    question: str, pairing: str, tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = BATTLE if pairing.endswith("ar") else MARKET
    index = Index.build([document], tmp_path / "one", encoder=encoder, show_progress=False)
    judge(monkeypatch, THRESHOLDS[pairing])
    assert ask(question, index).found
    judge(monkeypatch, THRESHOLDS[pairing] - 1e-6)
    assert not ask(question, index).found
    assert 0 < THRESHOLDS[pairing] <= 0.5


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
    assert (
        given
        == ask(SALT, Path(texts.location))
        == ask(SALT, str(Path(texts.location)))
        == ask(SALT, index=Path(texts.location))
    )


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


@dataclasses.dataclass(frozen=True)
class Naive:
    """What a sentence is compared by."""

    matches: list[float]
    semantic: float
    before: float
    after: float
    pooled: float
    asked: float
    lexical: float


def naive_scores(question: str, text: str, title: str, encoder: FakeEncoder) -> dict[str, Naive]:
    """Each sentence of a text under a title, scored with loops over words and float vectors."""
    language_means = LanguageMeans.known(encoder)
    question, text = unmarked(question), unmarked(text)
    asked = rotated(language_means.tokens(encoder.encoding(question), question, "query"))
    # Rounded as it is where it is stored; tests/test_token_codec.py says how far.
    known = language_means.tokens(encoder.encoding(title), title, "passage")
    own_tokens = language_means.tokens(encoder.encoding(text), text, "passage")
    parts = [
        dataclasses.replace(known, spans=0 * known.spans, sentences=0 * known.sentences - 2),
        own_tokens,
    ][not title :]
    joined = TokenVectors(
        *(np.concatenate([getattr(p, f.name) for p in parts]) for f in dataclasses.fields(own_tokens))
    )
    whole = QuantizedTokens.of(rotated(joined)).expand()
    surprisal = [float(weight) ** RANKING.surprisal_power for weight in asked.weights]
    weights = [weight / sum(surprisal) for weight in surprisal]
    terms = {term.term for term in analyze(question)}
    scores = {}

    def inside(start: int, end: int) -> list[NDArray[np.float32]]:
        return [
            vector
            for vector, (first, last) in zip(whole.vectors, whole.spans, strict=True)
            # A title's words stand nowhere: no sentence is told from another by them.
            if start <= first < last <= end
        ]

    def met(others: list[NDArray[np.float32]]) -> list[float]:
        return [max([0.0, *(float(vector @ other) for other in others)]) for vector in asked.vectors]

    def weighted(matches: list[float]) -> float:
        return float(sum(match * weight for match, weight in zip(matches, weights, strict=True)))

    spans = sentences(text)
    for number, (start, end) in enumerate(spans):
        here = inside(start, end)
        earlier = inside(*spans[number - 1]) if number else []
        later = inside(*spans[number + 1]) if number + 1 < len(spans) else []
        mean = sum(weight * vector for weight, vector in zip(weights, asked.vectors, strict=True))
        total = np.sum(here, axis=0)
        own = {term.term for term in analyze(text[start:end])}
        scores[text[start:end]] = Naive(
            matches=met(here),
            semantic=weighted(met(here)),
            # Read together with the sentence before it, less read alone.
            before=weighted(met([*earlier, *here])) - weighted(met(here)),
            after=weighted(met([*here, *later])) - weighted(met(here)),
            asked=float(np.mean([max(0.0, *(float(word @ v) for v in asked.vectors)) for word in here])),
            pooled=float(mean @ total / np.linalg.norm(mean) / np.linalg.norm(total)),
            lexical=len(terms & own) / len(terms),
        )
    return scores


def unmarked(text: str) -> str:
    """Without tashkeel, as an encoder reads these texts."""
    return "".join(c for c in text if unicodedata.category(c) != "Mn")


@pytest.mark.parametrize(
    "question",
    [SALT, "متى بقي الجنود على التلال؟", "Nobody mends الجنود nets", "salt salt salt bread"],
)
def test_sentences_are_scored_as_a_naive_reader_would(
    question: str, texts: Index, encoder: FakeEncoder, tmp_path: Path
) -> None:
    # Titles would be read with each sentence; tests/test_passages_by_blocks.py is about what stands above.
    untitled = [dataclasses.replace(document, title="", author="") for document in texts.documents]
    texts = Index.build(untitled, tmp_path / "untitled", encoder=encoder, show_progress=False)
    query = texts.query(question)
    hits = texts.search(query, SENTENCES.read)
    found = score_sentences(texts, query, hits)
    expected = {
        (hit.passage.id, sentence): (naive, hit.score)
        for hit in hits
        for sentence, naive in naive_scores(
            question, hit.passage.text, texts.document(hit.passage.document_id).title, encoder
        ).items()
    }
    assert len(found) == len(expected) == 7
    for sentence in found:
        text = unmarked(sentence.passage.text[sentence.start : sentence.end])
        naive, passage_score = expected[sentence.passage.id, text]
        np.testing.assert_allclose(sentence.matches, naive.matches, atol=1e-5)
        assert sentence.semantic == pytest.approx(naive.semantic, abs=1e-5)
        assert sentence.before == pytest.approx(naive.before, abs=1e-5)
        assert sentence.after == pytest.approx(naive.after, abs=1e-5)
        assert sentence.asked == pytest.approx(naive.asked, abs=1e-5)
        assert sentence.pooled == pytest.approx(naive.pooled, abs=1e-5)
        assert sentence.lexical == naive.lexical
        assert sentence.type_match == (
            0 if not question.startswith("متى") else -1 if sentence.type_match < 0 else 1
        )
        whole = (
            sentence.semantic
            + SENTENCES.before_weight * sentence.before
            + SENTENCES.after_weight * sentence.after
            + SENTENCES.pooled_weight * sentence.pooled
            + SENTENCES.lexical_weight * naive.lexical
            + SENTENCES.type_weight * sentence.type_match
            + passage_score
        )
        assert sentence.score == pytest.approx(whole, abs=1e-6)
        if sentence.start == 0:
            assert sentence.before == 0
        if sentence.end == len(sentence.passage.text):
            assert sentence.after == 0
    assert any(sentence.before > 0.05 for sentence in found)
    assert any(sentence.after > 0.05 for sentence in found)
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
    found = score_sentences(texts, query, texts.search(query, SENTENCES.read))
    said = {s.passage.text[s.start : s.end].split()[-1]: s.type_match for s in found}
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
        (sentence,) = score_sentences(index, query, index.search(query, SENTENCES.read))
        return sentence.type_match

    assert fit("متى؟") == fit("When?") == (1 if time else -1)
    assert fit("كم؟") == fit("How many?") == (1 if quantity else -1)
    assert fit("How long?") == (1 if time or quantity else -1)
    assert fit("من؟") == fit("Who?") == 0
    # What the question itself names isn't the answer.
    assert fit(f"When {words}?") == fit(f"How many {words}?") == -1


def test_only_the_first_passages_are_read(encoder: FakeEncoder, tmp_path: Path, sure: None) -> None:  # noqa: ARG001
    documents = [Document("Salim sells salt.", id=f"d{n}") for n in range(SENTENCES.read + 2)]
    index = Index.build(documents, tmp_path / "i", encoder=encoder)
    query = index.query("Who sells salt?")
    hits = index.search(query, 10)
    reply = answer(index, query, hits, k=10)
    assert [c.passage for c in reply.citations] == [hit.passage for hit in hits[: SENTENCES.read]]
    assert len(reply.hits) == SENTENCES.read + 2


def test_what_only_the_sentence_before_names_counts_for_the_one_after(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    """By hand: of «Salim salt», each word is met in one of the two sentences alone."""
    index = Index.build([Document("Salim came. Salt sold. Rain fell.")], tmp_path / "i", encoder=encoder)
    query = index.query("Salim salt")
    found = {s.passage.text[s.start : s.end]: s for s in score_sentences(index, query, index.search(query))}
    salim, salt, rain = (found[text] for text in ("Salim came.", "Salt sold.", "Rain fell."))
    weights = query.tokens.weights / query.tokens.weights.sum()
    assert weights.tolist() == pytest.approx([5**1.5 / (5**1.5 + 8), 8 / (5**1.5 + 8)])
    assert salim.before == rain.after == 0
    # Salim is met in the first sentence; the rise is its weight times how much better it is met there.
    rise = [max(a - b, 0) for a, b in zip(salim.matches, salt.matches, strict=True)]
    assert salt.before == pytest.approx(weights @ rise, abs=1e-6)
    assert salt.before > 0.3
    # Only the one before: «Salim» is two sentences away.
    rise = [max(a - b, 0) for a, b in zip(salt.matches, rain.matches, strict=True)]
    assert rain.before == pytest.approx(weights @ rise, abs=1e-6)
    # And the other way round, what the next sentence has.
    rise = [max(a - b, 0) for a, b in zip(salt.matches, salim.matches, strict=True)]
    assert salim.after == pytest.approx(weights @ rise, abs=1e-6)
    assert salim.after > 0.3


# Sentences that can't stand alone.

CHAIN = "Salim came. He sat. He sold salt. He slept. He left."


def sentences_read(text: str, encoder: FakeEncoder, folder: Path) -> dict[str, Sentence]:
    """The sentences of a passage as they were read, by what they say."""
    index = Index.build([Document(text, id="d")], folder, encoder=encoder, show_progress=False)
    assert len(index.passages) == 1
    query = index.query("salt")
    return {text[s.start : s.end]: s for s in score_sentences(index, query, index.search(query))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Salim came. He sold salt.", {"Salim came.": (1, ""), "He sold salt.": (2, "Salim came. ")}),
        ("Salim came. Zaid left.", {"Salim came.": (1, ""), "Zaid left.": (1, "")}),
        # Marks alone are no sentence to lean on.
        (
            "Salim came. … He sold salt.",
            {"Salim came.": (1, ""), "He sold salt.": (2, "Salim came. … ")},
        ),
        # The first sentence of a passage has nothing to lean on.
        ("He sold salt. Rain fell.", {"He sold salt.": (1, ""), "Rain fell.": (1, "")}),
        # Three sentences at most, the nearest ones.
        (
            CHAIN,
            {
                "Salim came.": (1, ""),
                "He sat.": (2, "Salim came. "),
                "He sold salt.": (3, "Salim came. He sat. "),
                "He slept.": (3, "He sat. He sold salt. "),
                "He left.": (3, "He sold salt. He slept. "),
            },
        ),
        (
            "أعلن الحشد. وقال إنه عاد. وأضاف أنّ الطريق مفتوح.",
            {
                "أعلن الحشد.": (1, ""),
                "وقال إنه عاد.": (2, "أعلن الحشد. "),
                "وأضاف أنّ الطريق مفتوح.": (3, "أعلن الحشد. وقال إنه عاد. "),
            },
        ),
        ("عاد محمد. وقال محمد ذلك.", {"عاد محمد.": (1, ""), "وقال محمد ذلك.": (1, "")}),
    ],
)
def test_a_quotation_begins_with_what_its_sentence_leans_on(
    text: str, expected: dict[str, tuple[int, str]], encoder: FakeEncoder, tmp_path: Path
) -> None:
    found = sentences_read(text, encoder, tmp_path / "i")
    lead = {said: (s.length, text[s.quote_start : s.start]) for said, s in found.items()}
    assert lead == expected


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize(
    ("text", "question", "quoted"),
    [
        ("Rain fell. Salim came. He sold salt. Wind blew.", "Who sold salt?", "Salim came. He sold salt."),
        (CHAIN, "Who sold salt?", "Salim came. He sat. He sold salt."),
        (CHAIN, "Who slept?", "He sat. He sold salt. He slept."),
        # Across a line and a mark, as it stands there.
        (
            "Salim — the baker — came!\tThey say\n“this” salt; sold…",
            "Who sold this salt?",
            "Salim — the baker — came!\tThey say\n“this” salt; sold…",
        ),
        (
            "نزل المطر. عاد الحشدُ أمس. وأَضافَ أنّ الملح نفد؛",
            "هل نفد الملح؟",
            "عاد الحشدُ أمس. وأَضافَ أنّ الملح نفد",
        ),
        ("عاد الحشد. وقال: «الملح نفد».", "هل نفد الملح؟", "عاد الحشد. وقال: «الملح نفد»."),
        ("عاد الحشد. وقال سليم: «الملح نفد».", "هل نفد الملح؟", "وقال سليم: «الملح نفد»."),
        ("عاد الحشد. وهران باعت الملح.", "من باعت الملح؟", "وهران باعت الملح."),
    ],
)
def test_what_leans_is_quoted_with_what_it_leans_on(
    text: str, question: str, quoted: str, encoder: FakeEncoder, tmp_path: Path
) -> None:
    documents = [Document("Another text.", id="other"), Document(f"Title\n\n{text}", id="d")]
    encoder.window = 200
    index = Index.build(documents, tmp_path / "i", encoder=encoder)
    citation = ask(question, index).citations[0]
    assert citation.quote == quoted
    assert documents[1].text[citation.start : citation.end] == quoted


def test_a_passage_does_not_lean_on_the_one_before(encoder: FakeEncoder, tmp_path: Path, sure: None) -> None:  # noqa: ARG001
    """A quotation stays in its passage; the reader sees the paragraph."""
    index = Index.build([Document("Salim came.\n\nHe sold salt.")], tmp_path / "i", encoder=encoder)
    assert len(index.passages) == 2
    assert quotes(ask("sold salt?", index))[0] == "He sold salt."


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize(
    ("text", "question", "quoted"),
    [
        # Each brings the one before: the second begins with what the first has already said.
        ("Salim came. He sold salt. He sold salt too.", "sold salt", ["Salim came. He sold salt."]),
        # What another one leans on isn't quoted again, although it is as good.
        ("Salt sold. It sold salt.", "salt sold", ["Salt sold."]),
        # Side by side they share nothing.
        ("Salt sold. Salt sold.", "salt sold", ["Salt sold.", "Salt sold."]),
    ],
)
def test_no_two_quotations_share_words(
    text: str, question: str, quoted: list[str], encoder: FakeEncoder, tmp_path: Path
) -> None:
    index = Index.build([Document(text)], tmp_path / "i", encoder=encoder)
    assert quotes(ask(question, index)) == quoted


@pytest.mark.usefixtures("sure")
@pytest.mark.parametrize(
    ("texts_", "quoted"),
    [
        # Three sentences in all.
        (["Rain fell. He sold salt."] * 2, ["Rain fell. He sold salt."]),
        (["He sold salt."] * 4, ["He sold salt."] * 3),
        (["Rain fell. It rained. He sold salt."] * 2, ["Rain fell. It rained. He sold salt."]),
    ],
)
def test_three_sentences_in_all(
    texts_: list[str], quoted: list[str], encoder: FakeEncoder, tmp_path: Path
) -> None:
    """With two of two sentences each there would be four."""
    documents = [Document(text, id=f"d{n}") for n, text in enumerate(texts_)]
    index = Index.build(documents, tmp_path / "i", encoder=encoder)
    assert quotes(ask("sold salt?", index)) == quoted


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        ((0, 10), (10, 20), False),
        ((0, 11), (10, 20), True),
        ((0, 30), (10, 20), True),
        ((10, 20), (10, 20), True),
        ((19, 25), (10, 20), True),
        ((20, 25), (10, 20), False),
    ],
)
@pytest.mark.parametrize("is_same_passage", [True, False])
def test_quotations_overlap_where_they_share_characters(
    one: tuple[int, int],
    other: tuple[int, int],
    is_shared: bool,
    is_same_passage: bool,
    encoder: FakeEncoder,
    tmp_path: Path,
) -> None:
    (first,) = sentences_read("Salim sold salt.", encoder, tmp_path / "i").values()
    passage = first.passage if is_same_passage else PASSAGE
    a = dataclasses.replace(first, quote_start=one[0], start=one[1] - 1, end=one[1], quote_end=one[1])
    b = dataclasses.replace(
        first, passage=passage, quote_start=other[0], start=other[0], end=other[1], quote_end=other[1]
    )
    assert a.overlaps(b) == b.overlaps(a) == (is_shared and is_same_passage)


# By property.

PIECES = [
    "salt", "Salim", "sells", "ملح", "المِلْحُ", "سليم", "باع", "2017", ".", "!", "؟", "…", "،", "؛", ":", "—",
    "«", "»", "“", "”", "(", ")", " ", " ", " ", "\n", "\n\n", "\u202e", "\u200f", "\u0640", "<b>", "&lt;",
    "He", "This", "وأضاف", "وقال إنه", "هو", ". ", "! ", "؟ ",
    "{0}", "[1]", "\u00a0", "\u2028", "\U0001f9c2", "e\u0301", "\x00", "ﷲ",
]  # fmt: skip
TEXTS = (
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
).filter(lambda text: bool(text.strip()))
QUESTIONS = st.lists(st.sampled_from(["salt", "Salim", "من", "ملح", "؟", "القائم", "who"]), min_size=1).map(
    " ".join
)


@pytest.mark.slow
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
    assert len(reply.citations) <= MAX_SENTENCES
    places = [(c.passage.document_id, at) for c in reply.citations for at in range(c.start, c.end)]
    assert len(places) == len(set(places))
    quoted = [
        (c.passage.id, start)
        for c in reply.citations
        for start, end in sentences(c.passage.text)
        if start < c.end - c.passage.start and end > c.start - c.passage.start
    ]
    assert len(quoted) <= MAX_SENTENCES
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
    assert (SENTENCES.read, MAX_SENTENCES) == (3, 3)
    assert 0 < SENTENCES.nearly_as_good < 1
