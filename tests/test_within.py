"""Searches within a scope, held to the search of everything without the other documents."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from test_dense import grouped, unit, written

from index import Document, Hit, Index, InvalidScope, Scope
from index.retrieval import dense
from index.retrieval.dense import DenseIndex
from index.scope import dates, extension, folders
from index.types import DocumentHead

WORDS = ["river", "hill", "bread", "نهر", "النهر", "خبز", "أحمد", "2017", "Hasht", "هشت", "flows", "old"]
QUESTIONS = ["river نهر", "bread of the old hill 2017", "من هشت؟", "Hasht flows"]
FOLDERS = ["", "/home/x/contracts/", "/home/x/contracts/2020/", "/home/x/letters/", "رسائل/"]
TYPES = ["pdf", "docx", "txt"]
DATES = ["", "2019", "2020-05", "2020-05-17", "17 مايو 2021", "March 2021", "١٢ رمضان ١٤٤٥ هـ"]
TAGS = [(), ("lease",), ("lease", "عقد")]

TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Some documents with all that a scope may ask of them; fewer than 32 passages in all."""
    return [
        Document(
            "\n".join(map(" ".join, draw(TEXTS))),
            id=f"d{number}",
            title=draw(st.sampled_from(["", f"Title {number}"])),
            source=f"{draw(st.sampled_from(FOLDERS))}f{number}.{draw(st.sampled_from(TYPES))}",
            date=draw(st.sampled_from(DATES)),
            tags=draw(st.sampled_from(TAGS)),
        )
        for number in range(draw(st.integers(1, 8)))
    ]


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


SCOPES = st.builds(
    Scope,
    documents=some(["d0", "Title 1", "f2.pdf", "d3"]),
    folders=some(["contracts", "contracts/2020", "/home/x", "رسائل"]),
    types=some(["pdf", ".DOCX", "text/plain"]),
    tags=some(["LEASE", "عقد"]),
    after=st.sampled_from(["", "2020", "2020-05-10"]),
    before=st.sampled_from(["", "2021-03-15", "2020-06"]),
)


Scored = dict[str, tuple[float, float]]


def scored(hits: Sequence[Hit]) -> Scored:
    """Passage id -> its fused score and its late interaction, best first."""
    return {hit.passage.id: (hit.score, hit.scores["late"]) for hit in hits}


def assert_same(found: Scored, expected: Scored, k: int) -> None:
    """The same scores in the same order; equal ones may stand in another, as sums are rounded differently."""
    assert len(found) == min(k, len(expected))
    np.testing.assert_allclose([*found.values()], [*expected.values()][: len(found)], atol=1e-5)
    for id_, scores in found.items():
        np.testing.assert_allclose(scores, expected[id_], atol=1e-5)


def assert_as_of_everything(index: Index, scope: Scope, ids: set[str]) -> None:
    """A search within a scope finds what a search of everything finds of these documents."""
    for question in QUESTIONS:
        every = [hit for hit in index.search(question, 1000) if hit.passage.document_id in ids]
        for k in (1, 3, 1000):
            assert_same(scored(index.search(question, k, scope)), scored(every), k)


@pytest.mark.slow
@settings(max_examples=25)
@given(first=documents(), later=documents(), scope=SCOPES)
def test_the_default_engine_is_exact_whatever_the_segments(
    first: list[Document], later: list[Document], scope: Scope, tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = Index.build(first, tmp_path_factory.mktemp("index"), encoder=FakeEncoder(), show_progress=False)
    index.update(later)
    if len(index.documents) > 1:
        index.remove(["d0"])
    heads = index.heads()
    assert [head.id for head in heads] == [one.id for one in index.documents] or len(first) != len(later)
    try:
        chosen = scope.chosen(heads)
    except InvalidScope:
        with pytest.raises(InvalidScope):
            index.search(QUESTIONS[0], 3, scope)
        return
    ids = {head.id for head, own in zip(heads, chosen, strict=True) if own}
    assert_as_of_everything(index, scope, ids)
    restricted = index.within(scope)
    assert list(restricted.documents) == [one for one in index.documents if one.id in ids]
    assert list(restricted.passages) == [one for one in index.passages if one.document_id in ids]
    assert restricted.snapshot().scope == (scope or None)
    assert list(restricted.within(None).documents) == list(index.documents)


@pytest.fixture
def many() -> list[Document]:
    """400 passages of 80 documents, some of them of one folder."""
    generator = np.random.default_rng(7)
    return [
        Document(
            "\n".join(" ".join(generator.choice(WORDS, 6)) + f" w{generator.integers(99)}" for _ in range(5)),
            id=f"d{number}",
            source=f"/{'abcd'[number % 4]}/{number}.{'pdf' if number % 20 else 'txt'}",
        )
        for number in range(80)
    ]


def by_brute_force(index: Index, question: str, ids: set[str], k: int) -> Scored:
    """The search's own steps over every passage, without the others' before each choice."""
    query = index.query(question)
    count = len(index.passages)
    every = index.candidates(query, count, count)
    inside = np.array([every.passage(int(row)).document_id in ids for row in every.rows])
    place = {int(row): number for number, row in enumerate(every.rows)}
    legs: list[int] = []
    for rows, _ in (every.matching, every.nearest, every.translated_best):
        legs += [int(row) for row in rows if inside[place[int(row)]]][:50]
    by_cosine = dict(zip(every.nearest[0].tolist(), every.nearest[1].tolist(), strict=True))
    first = sorted(set(legs))
    proposed = type(every)(
        passage=every.passage,
        rows=np.array(first),
        matching=every.matching,
        translated_best=every.translated_best,
        nearest=every.nearest,
        semantic=np.array([by_cosine[row] for row in first], np.float32),
        has_late=False,
        shares=every.shares[[place[row] for row in first]],
        best_share=every.best_share,
        names=every.names[[place[row] for row in first]],
        distances=every.distances[[place[row] for row in first]],
        translated=every.translated[[place[row] for row in first]],
        best_translated=every.best_translated,
    ).best(max(k, 32))
    kept = {proposed.passage(row).id for row in proposed.rows.tolist()}
    return scored([hit for hit in every.hits(count) if hit.passage.id in kept])


@pytest.mark.parametrize("within", ["folder:a", "type:txt", "folder:b type:pdf", "document:d5"])
@pytest.mark.parametrize("copied", [0, 1000])
def test_every_leg_chooses_among_the_scope_alone(
    within: str, copied: int, many: list[Document], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "_COPIED", copied)
    index = Index.build(many, tmp_path / "index", encoder=FakeEncoder(), show_progress=False)
    ids = {one.id for one in index.within(within).documents}
    passages = len(index.within(within).passages)
    for question in QUESTIONS:
        for k in (5, 40, 1000):
            found = index.search(question, k, within)
            assert len(found) == min(k, passages)
            assert {hit.passage.document_id for hit in found} <= ids
        assert_same(scored(index.search(question, 5, within)), by_brute_force(index, question, ids, 5), 5)


@pytest.mark.parametrize("copied", [0, 1000])
def test_the_nearest_of_some_vectors_are_those_of_brute_force(
    copied: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "_COPIED", copied)
    vectors = unit(300, 24, seed=1)
    index = written(tmp_path, vectors)
    rows = np.flatnonzero(np.random.default_rng(2).random(300) < 0.3)
    for question in unit(10, 24, seed=3):
        expected = rows[np.argsort(-(index.vectors.astype(np.float32) @ question)[rows])]
        for k in (1, 20, 500):
            found, cosines = index.promising(question, k, within=index.subset(rows))
            assert set(expected[:k].tolist()) <= set(found.tolist()) <= set(rows.tolist())
            np.testing.assert_allclose(cosines, index.cosines(question, found), atol=2e-6)


def test_clusters_find_nearly_all_that_is_nearest_within_a_scope(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "EXACT", 2_000)
    monkeypatch.setattr(dense, "_COPIED", 100)
    vectors = grouped(6_000, 64, seed=1)
    settings_ = DenseIndex.write(tmp_path, vectors, vectors.shape)
    assert settings_["kind"] == "clusters"
    index = DenseIndex.load(tmp_path, settings_)
    stored = np.asarray(index.vectors, np.float32)
    questions = vectors[:40]
    scopes = {
        "half": np.flatnonzero(np.random.default_rng(1).random(6_000) < 0.5),
        "a twentieth": np.flatnonzero(np.random.default_rng(2).random(6_000) < 0.05),
        "what is far from the question": np.sort(np.argsort(stored @ questions[0])[:1_500]),
    }
    for name, rows in scopes.items():
        subset = index.subset(rows)
        assert subset.of_clusters.sum() == len(rows)
        found = 0
        asked = questions[:1] if name.startswith("what") else questions
        for question in asked:
            nearest = rows[np.argsort(-(stored[rows] @ question))][:50]
            promising, _ = index.promising(question, 50, within=subset)
            assert len(promising) >= 50
            assert set(promising.tolist()) <= set(rows.tolist())
            found += len(np.intersect1d(nearest, promising))
        assert found / (50 * len(asked)) > 0.95, name
        everything, _ = index.promising(questions[0], 6_000, within=subset)
        assert everything.tolist() == rows.tolist()


@given(
    st.builds(
        Scope,
        documents=st.lists(st.text(min_size=1).filter(str.strip), max_size=3, unique=True).map(tuple),
        folders=st.lists(st.sampled_from(["a b", 'say "no"', "it's", "C:\\x", "عقود 2020"]), unique=True).map(
            tuple
        ),
        after=st.sampled_from(["", "2020", "٢٠٢٠-٠٥"]),
    )
)
def test_a_scope_is_read_as_it_is_written(scope: Scope) -> None:
    assert Scope.parse(str(scope)) == scope
    assert bool(scope) == (str(scope) != "")


def test_the_keys_are_also_arabic() -> None:
    assert Scope.parse('مجلد:عقود نوع:pdf وسم:إيجار بعد:2020 قبل:2021 وثيقة:"عقد الإيجار"') == Scope(
        ("عقد الإيجار",), ("عقود",), ("pdf",), ("إيجار",), "2020", "2021"
    )


@pytest.mark.parametrize(
    ("text", "reason", "name"),
    [
        ("contracts", "key", "contracts"),
        ("author:Ali", "key", "author:Ali"),
        ("folder:", "key", "folder"),
        ("document:'the file", "quote", "document:'the file"),
        ("after:soon", "date", "soon"),
        ("after:2020-13", "date", "2020-13"),
        ("before:2021-02-30", "date", "2021-02-30"),
        ("after:2020 after:2021", "date", "after"),
        ("document:nowhere.pdf", "document", "nowhere.pdf"),
        ("document:a.pdf folder:Letters", "folder", "Letters"),
        ("folder:/contracts", "folder", "/contracts"),
        ("folder:con", "folder", "con"),
        ("type:epub", "type", "epub"),
        ("tag:leese", "tag", "leese"),
        ("after:2030", "nothing", "after:2030"),
        ("type:pdf tag:food", "nothing", "type:pdf tag:food"),
    ],
)
def test_what_is_wrong_with_a_scope_is_told(text: str, reason: str, name: str, tmp_path: Path) -> None:
    index = Index.build(
        [
            Document("The lease ends in May.", source="/x/contracts/a.pdf", date="2020", tags=("lease",)),
            Document("Bread needs salt.", source="/x/b.txt", tags=("food",)),
        ],
        tmp_path / "index",
        encoder=FakeEncoder(),
        show_progress=False,
    )
    with pytest.raises(InvalidScope) as caught:
        index.search("bread", within=text)
    assert caught.value.reason == reason
    assert caught.value.name == name
    assert name in str(caught.value)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.reason, copy.name, str(copy)) == (reason, caught.value.name, str(caught.value))


def test_a_place_is_any_of_those_named_and_the_rest_narrows_it() -> None:
    heads = [
        DocumentHead("1", title="A", source="/x/contracts/2020/a.PDF", date="2020", tags=("Lease",)),
        DocumentHead("2", title="B", source="/x/contracts/b.docx", date="2021-03"),
        DocumentHead("3", title="C", source="C:\\letters\\c.pdf", tags=("lease", "law")),
    ]

    def within(text: str) -> str:
        chosen = Scope.parse(text).chosen(heads)
        return "".join(head.id for head, own in zip(heads, chosen, strict=True) if own)

    assert within("") == "123"
    assert within("folder:contracts") == within("folder:/x/CONTRACTS") == "12"
    assert within("folder:contracts document:C") == "123"
    assert within("folder:contracts/2020 document:c.pdf type:pdf") == "13"
    assert within("type:application/pdf type:docx") == "123"
    assert within("tag:lease folder:letters") == "3"
    # A date that is only a year is within if any of its days is.
    assert within("after:2020-06") == "12"
    assert within("after:2020 before:2021") == "1"
    assert within("before:2021-03-02") == "12"
    assert within("after:2021-03-31") == "2"
    assert folders(heads[:2]) == ["2020"]
    assert folders(heads) == ["C:", "C:/letters", "x", "x/contracts", "x/contracts/2020"]
    assert [extension(head) for head in heads] == ["pdf", "docx", "pdf"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-12", date(2020, 12, 1), date(2020, 12, 31)),
        ("2020-05-17T10:00:00Z", date(2020, 5, 17), date(2020, 5, 17)),
        ("١٧ أيّار ٢٠٢٠", date(2020, 5, 17), date(2020, 5, 17)),
        ("17/5/2020", date(2020, 5, 17), date(2020, 5, 17)),
        ("May 2020", date(2020, 5, 1), date(2020, 5, 31)),
    ],
)
def test_dates_are_read_as_documents_write_them(text: str, first: date, last: date) -> None:
    assert dates(text) == (first, last)


@pytest.mark.parametrize("text", ["", "soon", "2021-13", "2021-02-30", "١٢ رمضان ١٤٤٥ هـ", "0000", "9999-12"])
def test_what_is_no_date_has_no_days(text: str) -> None:
    assert dates(text) is None


def test_tags_are_kept(tmp_path: Path) -> None:
    index = Index.build(
        [Document("Bread.", id="b", tags=("food", "خبز"))], tmp_path / "i", encoder=FakeEncoder()
    )
    opened = Index.open(tmp_path / "i", encoder=FakeEncoder())
    assert opened.document("b").tags == ("food", "خبز")
    assert opened.documents == index.documents
    index.update([Document("Bread.", id="b", tags=("baking",))])
    assert index.document("b").tags == ("baking",)
    (head,) = index.heads()
    assert head.tags == ("baking",)
    assert head == DocumentHead("b", tags=("baking",))
