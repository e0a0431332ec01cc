"""Measures of quality, held to values worked out by hand on made-up outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

import qa.evaluation.evaluate
from index import Document, Hit, Index, Passage
from index.query import Query
from qa.answering.answer import answer
from qa.answering.reader import PassageReader
from qa.evaluation.evaluate import LEGS, WHOLE, Outcome, evaluate, observe, quoted
from qa.evaluation.evaluate import summarise as report_on
from qa.gold import GoldAnswer, GoldQuestion
from qa.types import Answer, Citation

TEXT = "The river floods in spring. Farmers wait on the hills. The river floods in spring."
RIVER = Document(TEXT, id="river")
OTHER = Document(TEXT, id="other")


def passage_of(document: Document) -> Passage:
    return Passage.of(document, 1, 0, len(document.text))


def citation(start: int, end: int, document: Document = RIVER, number: int = 1) -> Citation:
    return Citation.of(document, number, passage_of(document), start, end)


def outcome(
    id_: str,
    ranking: Sequence[str] = (),
    gold: Sequence[GoldAnswer] = (),
    citations: Sequence[Citation] = (),
    confidence: float = 0.5,
    without: float | None = None,
    seconds: float = 1.0,
    other: Sequence[str] = (),
    is_answered_without: bool = False,
    **legs: Sequence[str],
) -> Outcome:
    question = GoldQuestion(id_, "Who?", tuple(gold))
    reply = Answer("Who?", "en", "", tuple(citations), (), confidence)
    rankings = {leg: tuple(legs.get(leg, ())) for leg in LEGS} | {WHOLE: tuple(ranking)}
    return Outcome(question, rankings, reply, without, seconds, frozenset(other), is_answered_without)


def found_at(*ids: str) -> tuple[GoldAnswer, ...]:
    return tuple(GoldAnswer(id_, 0, 5) for id_ in ids)


FLOODS = GoldAnswer("river", 4, 16)  # "river floods", in the first sentence
FARMERS = GoldAnswer("river", 28, 35)

# Ranks of the right document: 1, 3, none, 7, 12, and first and third of two.
RANKED = [
    outcome("a", ["x", "y"], found_at("x"), confidence=0.9, without=0.2, seconds=1),
    outcome("b", ["y", "z", "x"], found_at("x"), confidence=0.8, without=0.3, seconds=2),
    outcome("c", ["y"], found_at("x"), confidence=0.3, without=0.1, seconds=9),
    outcome("d", [*"123456", "x"], found_at("x"), confidence=0.6, without=0.6, seconds=3),
    outcome("e", [*"123456789", "10", "11", "x"], found_at("x"), confidence=0.4, without=0.0, seconds=4),
    outcome("f", ["x", "z", "y"], found_at("x", "y"), confidence=1.0, without=0.5, seconds=5),
]


def test_retrieval_by_hand() -> None:
    measured = {name: e.mean for name, e in report_on(RANKED).retrieval[WHOLE].items()}
    ndcg = [1, 1 / math.log2(4), 0, 1 / math.log2(8), 0, (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3))]
    assert measured == pytest.approx(
        {
            "R@1": (1 + 0 + 0 + 0 + 0 + 0.5) / 6,
            "R@5": (1 + 1 + 0 + 0 + 0 + 1) / 6,
            "R@10": (1 + 1 + 0 + 1 + 0 + 1) / 6,
            "MRR@10": (1 + 1 / 3 + 0 + 1 / 7 + 0 + 1) / 6,
            "nDCG@10": sum(ndcg) / 6,
        },
        abs=1e-6,
    )


def test_every_leg_is_measured_by_its_own_ranking() -> None:
    outcomes = [
        outcome("a", ["x"], found_at("x"), bm25=["y", "x"], dense=["x"], without=0.1),
        outcome("b", ["x"], found_at("x"), bm25=["y"], dense=["z", "w", "y", "x"], without=0.1),
    ]
    retrieval = report_on(outcomes).retrieval
    assert list(retrieval) == ["bm25", "dense", "late", "whole"]
    assert {leg: measured["MRR@10"].mean for leg, measured in retrieval.items()} == pytest.approx(
        {"bm25": 0.25, "dense": 0.625, "late": 0.0, "whole": 1.0}
    )


def test_a_question_for_which_nothing_was_found_counts_as_zero() -> None:
    outcomes = [
        outcome("a", ["x"], found_at("x"), without=0.1),
        outcome("b", [], found_at("x"), without=0.1),
        outcome("c", [], found_at("x"), without=0.1),
        outcome("d", ["x"], found_at("x"), without=0.1),
    ]
    for measured in report_on(outcomes).retrieval[WHOLE].values():
        assert measured.mean == 0.5


def test_questions_that_share_an_id_count_each() -> None:
    """As the Arabic and the English question of parallel files do, asked of both files."""
    outcomes = [
        outcome("a", ["x"], found_at("x", "y"), without=0.1),
        outcome("a", ["y"], found_at("x", "y"), without=0.1),
        outcome("b", ["x"], found_at("x"), without=0.1),
        outcome("b", ["z"], found_at("x"), without=0.1),
    ]
    measured = report_on(outcomes).retrieval[WHOLE]
    assert measured["R@1"].mean == (0.5 + 0.5 + 1 + 0) / 4
    assert measured["MRR@10"].mean == (1 + 1 + 1 + 0) / 4


# Quotations.


@pytest.mark.parametrize(
    ("start", "end", "document", "expected"),
    [
        (0, 27, RIVER, True),
        (4, 16, RIVER, True),
        (0, 82, RIVER, True),
        # The very words, elsewhere in the document, or in another one.
        (55, 82, RIVER, False),
        (0, 27, OTHER, False),
        (28, 54, RIVER, False),
        # Not all of it.
        (5, 27, RIVER, False),
        (0, 15, RIVER, False),
    ],
)
def test_an_answer_is_quoted_where_it_stands(
    start: int, end: int, document: Document, expected: bool
) -> None:
    question = GoldQuestion("a", "What?", (FLOODS,))
    assert TEXT[FLOODS.start : FLOODS.end] == TEXT[59:71] == "river floods"
    assert quoted([citation(start, end, document)], question) is expected


def test_any_citation_and_any_gold_answer_will_do() -> None:
    question = GoldQuestion("a", "What?", (FLOODS, FARMERS))
    assert quoted([citation(55, 82), citation(28, 54)], question)
    assert not quoted([citation(55, 82)], question)
    assert not quoted([], question)
    assert not quoted([citation(0, 82)], GoldQuestion("b", "What?", ()))


def test_quotations_and_refusals_by_hand() -> None:
    outcomes = [
        outcome("first", gold=[FLOODS], citations=[citation(0, 27)], without=0.1),
        outcome("second", gold=[FARMERS], citations=[citation(0, 27), citation(28, 54)], without=0.1),
        outcome("elsewhere", gold=[FLOODS], citations=[citation(55, 82)], without=0.1),
        outcome("refused", gold=[FLOODS], without=0.1),
        outcome("refused too", gold=[FLOODS], without=0.1),
        outcome("not there", citations=[citation(0, 27)]),
        outcome("not there, refused"),
        outcome("not there, refused too"),
    ]
    report = report_on(outcomes)
    assert (report.questions, report.unanswerable) == (8, 3)
    assert report.first_quote.mean == 1 / 5
    assert report.any_quote.mean == 2 / 5
    assert report.answerable_refused.mean == 2 / 5
    assert report.unanswerable_refused is not None
    assert report.unanswerable_refused.mean == pytest.approx(2 / 3)


def test_without_unanswerable_questions_nothing_is_said_of_them() -> None:
    report = report_on(RANKED)
    assert (report.questions, report.unanswerable) == (6, 0)
    assert report.unanswerable_refused is None
    assert report.seconds == 3.5


# Confidence.


def test_auroc_by_hand() -> None:
    # Of the 6 x 6 pairs of RANKED these are the wrong way round, or equal:
    # .3 is below .5 and .6 and equal to .3; .4 is below .5 and .6; .6 is equal to .6.
    assert report_on(RANKED).auroc.mean == pytest.approx((36 - 4 - 2 * 0.5) / 36)


def test_near_and_far_misses_are_judged_apart() -> None:
    near, far = [0.05, 0.2, 0.4], [0.1, 0.3, 0.3, 0.02]
    outcomes = [
        *(outcome(f"{i}", gold=[FLOODS], confidence=0.3 + i / 10, without=far[i]) for i in range(4)),
        *(outcome(f"not {i}", confidence=near[i]) for i in range(3)),
    ]
    report = report_on(outcomes)
    # .3 is the lowest of the answerable: .4, .4 and .3 are wrong or equal to one of these.
    assert report.auroc.mean == pytest.approx(1 - 2 * 0.5 / 16)
    assert report.far_refused.mean == 2 / 4
    assert report.near_auroc is not None
    assert report.near_auroc.mean == pytest.approx(1 - 1.5 / 12)
    assert report.near_refused is not None
    assert report.near_refused.mean == pytest.approx(2 / 3)
    assert report.near_auroc.low < report.near_auroc.mean <= report.near_auroc.high
    assert report_on(outcomes[:4]).near_auroc is None


def test_confidence_is_judged_with_the_answer_and_without() -> None:
    outcomes = [
        outcome("a", gold=[FLOODS], confidence=0.95, without=0.05),
        outcome("b", gold=[FLOODS], confidence=0.95, without=0.45),
        # A question that the texts don't answer isn't part of leave-gold-out.
        outcome("c", confidence=0.99),
    ]
    report = report_on(outcomes)
    assert report.auroc.mean == 1.0
    assert report.calibration_error.mean == pytest.approx(0.5 * 0.05 + 0.25 * 0.05 + 0.25 * 0.45)


def test_the_bins_are_reported() -> None:
    outcomes = [
        outcome("a", gold=[FLOODS], confidence=0.95, without=0.05),
        outcome("b", gold=[FLOODS], confidence=0.95, without=0.45),
    ]
    bins = report_on(outcomes).reliability
    assert [bin_.confidence for bin_ in bins] == pytest.approx([0.05, 0.45, 0.95])
    assert [(bin_.share, bin_.count) for bin_ in bins] == [(0, 1), (0, 1), (1, 2)]


# Risk and coverage.


def test_risk_and_coverage_by_hand() -> None:
    """Five ways to answer: one right, one wrong, two with the answer left out, one that never was there."""
    right, wrong = [citation(0, 27)], [citation(28, 54)]
    report = report_on(
        [
            outcome("right", gold=[FLOODS], citations=right, confidence=0.9, without=0.05),
            outcome(
                "wrong", gold=[FLOODS], citations=wrong, confidence=0.6, without=0.7, is_answered_without=True
            ),
            outcome("not there", citations=right, confidence=0.3),
        ]
    )
    assert [(p.confidence, p.coverage, p.risk) for p in report.risk_coverage] == [
        (0.9, 1 / 5, 0),
        (0.7, 2 / 5, 1 / 2),
        (0.6, 3 / 5, 2 / 3),
        (0.3, 4 / 5, 3 / 4),
        (0.05, 1, 4 / 5),
    ]
    assert report.aurc.mean == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5) / 5)
    assert report.least_aurc == pytest.approx(report.aurc.mean)  # the right one was the surest
    # Of the five four were answered.
    assert report.at_threshold == report.risk_coverage[3]


def test_what_is_refused_was_not_answered_rightly() -> None:
    """Nothing was quoted, so nothing is known of it; and where all is refused there is no risk to tell."""
    report = report_on([outcome("refused", gold=[FLOODS], confidence=0.1, without=0.05)])
    assert [(p.coverage, p.risk) for p in report.risk_coverage] == [(0.5, 1), (1, 1)]
    assert report.at_threshold is None


def test_the_curve_is_thinned_and_the_area_is_not() -> None:
    outcomes = [
        outcome(str(n), gold=[FLOODS], citations=[citation(0, 27)], confidence=0.5 + n / 500, without=n / 500)
        for n in range(200)
    ]
    report = report_on(outcomes)
    assert len(report.risk_coverage) == 100
    assert (report.risk_coverage[0].coverage, report.risk_coverage[-1].coverage) == (1 / 400, 1)
    assert report.aurc.mean == pytest.approx(sum((n - 200) / n for n in range(201, 401)) / 400)
    assert report.least_aurc == pytest.approx(report.aurc.mean)


# Collections in two languages.


def test_success_in_two_languages_by_hand() -> None:
    """x is right in the question's language, y in the other one."""
    outcomes = [
        outcome("a", ["x", "y"], found_at("x", "y"), without=0.1, other=["y"]),
        outcome("b", ["y", *"1234", "x"], found_at("x", "y"), without=0.1, other=["y"]),
        outcome("c", ["z", *"1234", "y"], found_at("x", "y"), without=0.1, other=["y"]),
        outcome("d", ["x", *"123", "y"], found_at("x", "y"), without=0.1, other=["y"]),
        outcome("e", [], found_at("x", "y"), without=0.1, other=["y"]),
        # Answered in one language only: not counted, neither its own nor the other.
        outcome("f", ["x", "y"], found_at("x"), without=0.1),
        outcome("g", ["z", "y"], found_at("y"), without=0.1, other=["y"]),
    ]
    report = report_on(outcomes)
    assert report.either_first is not None
    assert report.either_first.mean == 3 / 5
    assert report.other_in_five is not None
    assert report.other_in_five.mean == 3 / 5
    retrieval = report.retrieval[WHOLE]
    assert retrieval["R@1"].mean == pytest.approx((0.5 + 0.5 + 0 + 0.5 + 0 + 1 + 0) / 7)
    assert retrieval["Success@1"].mean == pytest.approx((1 + 1 + 0 + 1 + 0 + 1 + 0) / 7)


@pytest.mark.parametrize("other", [[], ["x"]])
def test_in_one_language_nothing_is_said_of_two(other: list[str]) -> None:
    """Neither where question and text are in one language, nor where all texts are in the other one."""
    report = report_on([outcome("a", ["x"], found_at("x"), without=0.1, other=other)])
    assert (report.either_first, report.other_in_five) == (None, None)
    assert list(report.retrieval[WHOLE]) == ["R@1", "R@5", "R@10", "MRR@10", "nDCG@10"]


@pytest.mark.usefixtures("watch")
def test_the_language_of_what_is_right_is_its_documents(index: Index) -> None:
    answers = (GoldAnswer("river", 0, 9), GoldAnswer("battle", 0, 5))
    assert observe(index, GoldQuestion("a", "Which river?", answers)).other_language == {"battle"}
    assert observe(index, GoldQuestion("a", "ما النهر؟", answers)).other_language == {"river"}
    assert observe(index, GoldQuestion("a", "Which river?", ())).other_language == frozenset()


# Observing.


class Watch:
    """In place of `qa.evaluation.evaluate.answer`: keeps which hits answers were made from."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[list[Hit]] = []
        monkeypatch.setattr("qa.answering.answer.confidence", self._confidence)
        monkeypatch.setattr(qa.evaluation.evaluate, "answer", self._answer)

    def _answer(
        self, index: Index, query: Query, hits: Sequence[Hit], k: int, reader: PassageReader | None
    ) -> Answer:
        self.asked.append(list(hits))
        return answer(index, query, hits, k, reader=reader)

    @staticmethod
    def _confidence(_: Query, hits: Sequence[Hit], *__: object) -> float:
        """So that one can tell from it how many passages there were."""
        return len(hits) / 100


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


@pytest.mark.parametrize(
    ("answers", "left_out"),
    [
        ((GoldAnswer("river", 0, 9),), {("river", 1), ("river", 2)}),
        ((GoldAnswer("river", 0, 9), GoldAnswer("battle", 0, 5)),
         {("river", 1), ("river", 2), ("battle", 1), ("battle", 2)}),
        ((GoldAnswer("river", 0, 9, paragraph=1),), {("river", 1)}),
        ((GoldAnswer("river", 28, 35, paragraph=2), GoldAnswer("battle", 0, 5, paragraph=1)),
         {("river", 2), ("battle", 1)}),
    ],
)  # fmt: skip
def test_leave_gold_out_leaves_out_whatever_answers_the_question(
    answers: tuple[GoldAnswer, ...], left_out: set[tuple[str, int]], index: Index, watch: Watch
) -> None:
    question = GoldQuestion("a", "When does the river flood?", answers)
    seen = observe(index, question)
    everything = index.search(question.text, 100)
    assert len(everything) == 5
    others = [hit for hit in everything if (hit.passage.document_id, hit.passage.number) not in left_out]
    assert watch.asked == [everything, others]
    assert (seen.answer.confidence, seen.confidence_without) == (0.05, len(others) / 100)


def test_nothing_is_left_out_of_what_is_not_there(index: Index, watch: Watch) -> None:
    seen = observe(index, GoldQuestion("a", "When does the river flood?", ()))
    assert len(watch.asked) == 1
    assert seen.confidence_without is None
    assert seen.seconds > 0


@pytest.mark.usefixtures("watch")
def test_rankings_are_those_of_the_search(index: Index) -> None:
    text = "Farmers wait: the river, bread"
    hits = index.search(text, 100)
    seen = observe(index, GoldQuestion("a", text, (GoldAnswer("river", 0, 9, paragraph=1),)))
    assert set(seen.rankings) == {"bm25", "dense", "late", "whole"}
    assert seen.rankings[WHOLE] == tuple(f"{h.passage.document_id}#{h.passage.number}" for h in hits)
    for leg in LEGS:
        by_rank = {rank: hit.passage for hit in hits if (rank := hit.ranks[leg])}
        expected = [f"{by_rank[n].document_id}#{by_rank[n].number}" for n in range(1, len(by_rank) + 1)]
        assert seen.rankings[leg] == tuple(expected)
    assert 0 < len(seen.rankings["bm25"]) < len(seen.rankings["dense"]) == 5


@pytest.mark.usefixtures("watch")
def test_what_is_found_twice_counts_once_at_its_first_place(index: Index) -> None:
    question = GoldQuestion("a", "When does the river flood?", (GoldAnswer("river", 0, 9),))
    ids = [hit.passage.document_id for hit in index.search(question.text, 100)]
    assert len(ids) == 5
    assert observe(index, question).rankings[WHOLE] == tuple(dict.fromkeys(ids))
    assert len(observe(index, question).rankings[WHOLE]) == 3


def test_evaluate_asks_every_question(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three questions over three documents, worked out by hand."""
    monkeypatch.setattr(
        "qa.answering.answer.confidence",
        lambda _, __, found, *___: 0.85 if found and found[0].lexical > 0.6 else 0.05,
    )
    river = next(d for d in index.documents if d.id == "river").text
    farmers = river.index("Farmers")
    report = evaluate(
        index,
        [
            GoldQuestion("a", "Farmers wait on hills", (GoldAnswer("river", farmers, farmers + 7),)),
            GoldQuestion("b", "Bread needs flour", (GoldAnswer("bread", 0, 5),)),
            GoldQuestion("c", "Whose ocean?", ()),
        ],
        show_progress=True,
    )
    assert (report.questions, report.unanswerable) == (3, 1)
    assert report.retrieval[WHOLE]["R@1"].mean == 1
    assert report.first_quote.mean == report.any_quote.mean == 1
    assert report.answerable_refused.mean == 0
    assert report.unanswerable_refused is not None
    assert report.unanswerable_refused.mean == 1
    assert report.auroc.mean == 1
    assert report.calibration_error.mean == pytest.approx(0.5 * 0.15 + 0.5 * 0.05)
    assert 0 < report.seconds < 30
    assert "3/3" in capsys.readouterr().err


def test_an_index_of_one_document_has_nothing_left_without_it(
    encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index.build([RIVER], tmp_path / "i", encoder=encoder)
    monkeypatch.setattr("qa.answering.answer.confidence", lambda _, __, found, *___: 0.9 if found else 0.0)
    seen = observe(index, GoldQuestion("a", "When does the river flood?", (FLOODS,)))
    assert (seen.answer.confidence, seen.confidence_without) == (0.9, 0.0)
