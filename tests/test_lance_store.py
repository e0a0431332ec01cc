"""The engine on LanceDB tables: what it finds is held to the default engine, on the same texts."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from test_integrations import expected, run

from index import (
    Document,
    EncoderMismatch,
    EngineUnavailable,
    Hit,
    Index,
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    InvalidDocument,
    InvalidScope,
)
from index.encoding.base import Encoding, Kind

pytest.importorskip("lance", reason="needs the extra dalil[scale]")

from index.lance import change, counts, rows, search, table, upkeep
from index.lance.store import LanceIndex

QUESTIONS = ["When does the river flood?", "من أعلن المعركة؟", "flour الحدود", "Whither, Hasht?", "احمد salt"]
MORE = [
    Document("Ahmed's ferry crosses the river at dawn.\n\nThe Hasht road is closed.", id="ferry"),
    Document("قال أحمد إن الطريق مغلق.\nReeds grow by the ferry.", id="it's closed"),
    Document("***\n---", title="Nothing to search", id="stars"),
]


def plain(hits: Sequence[Hit]) -> list[tuple[object, ...]]:
    """Hits without what differs where sums are taken in another order."""
    return [
        (
            hit.passage,
            round(hit.score, 5),
            dict(hit.ranks),
            {leg: round(s, 5) for leg, s in hit.scores.items()},
        )
        for hit in hits
    ]


def scores(hits: Sequence[Hit]) -> dict[str, tuple[object, ...]]:
    """What hits weigh, without ranks: of equal passages the earlier comes first, and a change moves them."""
    return {str(passage.id): (score, of_legs) for passage, score, _, of_legs in plain(hits)}  # type: ignore[attr-defined]


def same(one: Index, other: Index) -> bool:
    return all(plain(one.search(question)) == plain(other.search(question)) for question in QUESTIONS)


def alike(one: Index, other: Index) -> bool:
    return all(scores(one.search(question)) == scores(other.search(question)) for question in QUESTIONS)


def counted(index: Index) -> dict[tuple[str, str], tuple[int, int]]:
    """All counts of a collection that aren't nothing."""
    assert isinstance(index, LanceIndex)
    made = counts.merged(index.view.version.dataset)
    return {(row["key"], row["form"]): (row["count"], row["article"]) for row in made.rows()}


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"lance://{tmp_path}/tables"


@pytest.fixture
def tables(address: str, collection: list[Document], encoder: FakeEncoder) -> Index:
    made = Index.build([*collection, *MORE], address, encoder=encoder, show_progress=False)
    encoder.encoded.clear()
    return made


@pytest.fixture
def default(collection: list[Document], encoder: FakeEncoder, tmp_path: Path) -> Index:
    return Index.build([*collection, *MORE], tmp_path / "default", encoder=encoder, show_progress=False)


def test_it_finds_what_the_default_engine_finds(tables: Index, default: Index) -> None:
    assert isinstance(tables, LanceIndex)
    assert same(tables, default)
    assert tables.passages == list(default.passages)
    assert tables.documents == list(default.documents)
    assert (len(tables.documents), len(tables.passages)) == (6, 9)
    assert tables.passages[-1] == default.passages[-1]
    assert tables.passages[1:3] == default.passages[1:3]


@pytest.mark.parametrize("few", [0, 20_000])
@pytest.mark.parametrize(
    "within",
    ["document:river document:ferry", 'document:"it\'s closed"', "type:md", "tag:bread", "after:2020"],
)
def test_within_a_scope_it_finds_what_the_default_engine_finds(
    within: str,
    few: int,
    tmp_path: Path,
    address: str,
    collection: list[Document],
    encoder: FakeEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "_FEW", few)
    told = [Document("Salt and flour by the river.", id=f"told{n}", source=f"{n}.md") for n in range(3)]
    dated = Document("خبز من نهر أحمد.", id="dated", date="أيار 2021", tags=("Bread",), fetched="2026-11-30")
    every = [*collection, *MORE, *told, dated]
    tables = Index.build(every, address, encoder=encoder, show_progress=False)
    default = Index.build(every, tmp_path / "default", encoder=encoder, show_progress=False)
    assert plain_heads(tables) == plain_heads(default)
    ours, theirs = tables.within(within), default.within(within)
    assert list(ours.documents) == list(theirs.documents)
    assert list(ours.passages) == list(theirs.passages)
    assert scores_of_all(ours) == scores_of_all(theirs)
    for question in QUESTIONS:
        found = scores(tables.search(question, within=within))
        assert len(found) == len(theirs.passages)
        anywhere = scores(tables.search(question, 1000))
        assert {id_: anywhere[id_][0] for id_ in found} == {id_: one[0] for id_, one in found.items()}
    with pytest.raises(InvalidScope, match="no document 'nowhere'"):
        tables.search("flour", within="document:nowhere")


def plain_heads(index: Index) -> list[tuple[object, ...]]:
    names = ("id", "title", "source", "date", "tags")
    return [tuple(getattr(head, name) for name in names) for head in index.heads()]


def scores_of_all(index: Index) -> list[dict[str, float]]:
    """What hits weigh."""
    found = [scores(index.search(question)) for question in QUESTIONS]
    return [{id_: float(str(score)) for id_, (score, _) in each.items()} for each in found]


def test_within_a_scope_of_many_passages_it_finds_as_many_as_there_are(
    address: str, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_FEW", 10)
    monkeypatch.setattr(table, "EXACT", 100)
    every = [
        Document(
            "\n\n".join(f"Word{n} is other{m} by the river." for m in range(10)),
            id=str(n),
            source=f"{n % 4}/{n}.md",
        )
        for n in range(60)
    ]
    tables = Index.build(every, address, encoder=encoder, show_progress=False)
    for within, passages in (("folder:1", 150), ("document:7", 10)):
        found = tables.search("word7 river", 200, within)
        assert len(found) == passages == len(tables.within(within).passages)
        ids = {one.id for one in tables.within(within).documents}
        assert {hit.passage.document_id for hit in found} == ids


def test_what_is_around_a_search_is_the_same(tables: Index, default: Index) -> None:
    query, expected = tables.query("قال احمد؟"), default.query("قال احمد؟")
    assert query.reading == expected.reading == "قال أحمد؟"
    for question in ("2al a7mad?", "قال أحند؟", "سنة ألف وتسعمئة وست"):
        assert tables.query(question).reading == default.query(question).reading
    assert tables.query("2al a7mad?").reading == "قال أحمد?"
    assert tables.document("it's closed") == default.document("it's closed")
    for passage in default.passages:
        one, other = tables.tokens(passage), default.tokens(passage)
        assert (one.vectors == other.vectors).all()
        assert (one.spans == other.spans).all()
    for passage in default.passages:
        ours, theirs = tables.score_parts(query, passage), default.score_parts(expected, passage)
        assert ours.semantic == pytest.approx(theirs.semantic, abs=1e-5)
        assert ours.words == pytest.approx(theirs.words, abs=1e-5)
        assert ours.names == pytest.approx(theirs.names, abs=1e-5)
        assert ours.translations == pytest.approx(theirs.translations, abs=1e-5)
    with pytest.raises(KeyError):
        tables.document("river:0")


@pytest.mark.parametrize("kind", ["tables", "default"])
def test_numbers_are_found_wherever_they_stand_and_no_longer_when_removed(
    kind: str, request: pytest.FixtureRequest
) -> None:
    index: Index = request.getfixturevalue(kind)
    assert not index.mentions_number("1912")
    index.update([Document("It burned in ١٩١٢, the mill of the 1880s.", title="Of 1977", id="mill")])
    assert [index.mentions_number(n) for n in ("1912", "912", "1880", "1977", "1913")] == [True] * 4 + [False]
    index.remove(["mill"])
    assert not index.mentions_number("1912")


def test_changes_are_found_as_if_built_anew(tables: Index, default: Index, encoder: FakeEncoder) -> None:
    river = Document("The river dries up.\nFarmers wait on the hills.", title="River", id="river")
    changes = [river, Document("A road.")]
    for index in (tables, default):
        encoder.encoded.clear()
        index.update(changes)
        # The farmers' paragraph is known already.
        assert [text for text in encoder.encoded if text != "River"] == ["The river dries up.", "A road."]
    assert alike(tables, default)
    for index in (tables, default):
        index.remove(["ferry", "it's closed"])
    assert alike(tables, default)
    assert sorted(p.id for p in tables.passages) == sorted(p.id for p in default.passages)
    assert {d.id for d in tables.documents} == {d.id for d in default.documents}


def test_counts_after_changes_are_those_of_a_new_index(
    tables: Index, encoder: FakeEncoder, tmp_path: Path
) -> None:
    tables.update([Document("The river dries up.\nقال محمد والأحمد.", id="river"), MORE[0]])
    tables.remove(["battle", "stars"])
    anew = Index.build(
        list(tables.documents), f"lance://{tmp_path}/anew", encoder=encoder, show_progress=False
    )
    assert counted(tables) == counted(anew)
    assert counted(tables)["passages", ""] == (7, 0)


def test_nothing_is_written_where_nothing_changes(tables: Index, collection: list[Document]) -> None:
    assert isinstance(tables, LanceIndex)
    before = tables.view.version.dataset.version
    tables.update(collection)
    tables.remove([])
    assert tables.view.version.dataset.version == before
    with pytest.raises(KeyError, match="nowhere"):
        tables.remove(["river", "nowhere"])
    assert tables.document("river") == collection[0]


def test_a_snapshot_stays_and_a_refresh_follows(tables: Index, address: str, encoder: FakeEncoder) -> None:
    reader = Index.open(address, encoder=encoder)
    kept, before = reader.snapshot(), plain(reader.search("When does the river flood?"))
    tables.remove(["river"])
    assert len(reader.documents) == 6
    reader.refresh()
    assert len(reader.documents) == 5
    Index.build(MORE, address, encoder=encoder, show_progress=False)
    reader.refresh()
    assert reader.documents == MORE
    assert plain(kept.search("When does the river flood?")) == before
    assert len(kept.documents) == 6


def test_two_writers_of_one_document_take_turns(
    address: str, tables: Index, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one's rows were worked out from what the first has replaced meanwhile."""
    other = Index.open(address, encoder=encoder)
    replace = change._replace
    late = [lambda: other.update([Document("The river is salt.\n\nIt was sweet.", id="river")])]

    def replaced(*arguments: object) -> None:
        if late:
            late.pop()()
        replace(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(change, "_replace", replaced)
    tables.update([Document("The river is sweet.", id="river")])
    assert [p.text for p in tables.passages if p.document_id == "river"] == ["The river is sweet."]
    assert len(tables.passages) == len({p.id for p in tables.passages}) == 8
    other.refresh()
    assert counted(other)["t:salt", ""] == (1, 0)  # the bread's


def test_appends_of_three_writers_are_all_there(address: str, tables: Index) -> None:
    def write(writer: int) -> None:
        index = Index.open(address, encoder=FakeEncoder())
        for number in range(5):
            index.update([Document(f"Writer {writer} saw heron {number}.", id=f"{writer}.{number}")])

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    tables.refresh()
    written = [d.id for d in tables.documents if d.text.startswith("Writer")]
    assert sorted(written) == [f"{writer}.{number}" for writer in range(3) for number in range(5)]
    assert counted(tables)["t:heron", ""] == (15, 0)
    assert counted(tables)["passages", ""] == (9 + 15, 0)


class Stopping(FakeEncoder):
    """Stops after so many texts, as if by Ctrl-C."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        for encoding in super().encode(texts, kind):
            if len(self.encoded) > self.after:
                raise KeyboardInterrupt
            yield encoding


@pytest.mark.usefixtures("tables")
def test_a_build_goes_on_where_it_was_stopped(
    address: str, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_BATCH_CHARACTERS", 1)
    herons = [Document(f"Heron number {number} stands still.", id=str(number)) for number in range(8)]
    with pytest.raises(KeyboardInterrupt):
        Index.build(herons, address, encoder=Stopping(5), show_progress=False)
    # What was there is there still.
    assert len(Index.open(address, encoder=encoder).documents) == 6
    # One has changed since, one is gone, one is new.
    herons[1:3] = [Document("Heron number 1 flies.", id="1"), Document("Stork.", id="stork")]
    resumed = Index.build(herons, address, encoder=encoder, show_progress=False)
    assert encoder.encoded == ["Heron number 1 flies.", "Stork.", *(d.text for d in herons[5:])]
    assert sorted(d.id for d in resumed.documents) == sorted(d.id for d in herons)
    assert counted(resumed)["t:heron", ""] == (7, 0)
    assert counted(resumed)["passages", ""] == (8, 0)


def test_of_two_builds_at_once_the_later_goes_on_alone(
    address: str, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, others = (
        table.append,
        [lambda: Index.build(MORE, address, encoder=FakeEncoder(), show_progress=False)],
    )
    monkeypatch.setattr(rows, "_BATCH_CHARACTERS", 1)

    def appended(*arguments: object) -> None:
        append(*arguments)
        if others:
            others.pop()()

    monkeypatch.setattr(table, "append", appended)
    with pytest.raises(IndexLocked, match="taken over"):
        Index.build(MORE, address, encoder=encoder, show_progress=False)
    index = Index.open(address, encoder=encoder)
    assert sorted(d.id for d in index.documents) == sorted(d.id for d in MORE)
    assert len(index.passages) == 4


def test_upkeep_changes_nothing_that_is_found(
    tables: Index, address: str, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_MAX_COUNTS", 1)
    for number in range(4):
        tables.update([Document(f"Heron {number} stands in the river.", id=f"heron {number}")])
    before, known = [plain(tables.search(question)) for question in QUESTIONS], counted(tables)
    upkeep.look_after(table.Version.newest(address).dataset)
    kept = Index.open(address, encoder=encoder)
    assert isinstance(kept, LanceIndex)
    assert [plain(kept.search(question)) for question in QUESTIONS] == before
    assert counted(kept) == known
    assert kept.view.version.dataset.count_rows("kind = 'count'") == len(known)
    assert upkeep._unindexed(kept.view.version.dataset) == 0
    assert len(kept.view.version.dataset.get_fragments()) < 5


def test_vectors_in_an_index_are_found_too(
    address: str, encoder: FakeEncoder, default: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "EXACT", 5)
    tables = Index.build(list(default.documents), address, encoder=encoder, show_progress=False)
    assert isinstance(tables, LanceIndex)
    assert table.has_vector_index(tables.view.version.dataset)
    assert same(tables, default)


def test_errors_say_what_to_do(
    address: str, tables: Index, encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(IndexNotFound, match="dalil index"):
        Index.open(f"lance://{tmp_path}/nowhere", encoder=encoder)
    with pytest.raises(EncoderMismatch, match="made by fake"):
        Index.open(address, encoder=FakeEncoder(seed=1))
    with pytest.raises(InvalidDocument, match="have the id '1'"):
        tables.update([Document("One.", id="1"), Document("Two.", id="1")])
    monkeypatch.setattr(table, "ANALYZER_VERSION", "0")
    with pytest.raises(IndexDamaged, match="another version"):
        Index.open(address, encoder=encoder)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    for call in (Index.open, lambda place: Index.build(MORE, place)):
        with pytest.raises(EngineUnavailable, match=r"\[scale\]"):
            call("s3://bucket/collection")


def test_damage_is_told(tables: Index, address: str, encoder: FakeEncoder) -> None:
    assert isinstance(tables, LanceIndex)
    dataset = tables.view.version.dataset
    dataset.update({"tokens": "X'00000000'"}, where="document_id = 'bread'")
    damaged = Index.open(address, encoder=encoder)
    with pytest.raises(IndexDamaged, match="other token vectors"):
        damaged.search("bread")


def test_a_saved_haystack_pipeline_opens_its_tables(tables: Index, address: str, tmp_path: Path) -> None:
    printed = run(
        """
os.environ["HAYSTACK_DESERIALIZATION_ALLOWLIST"] = "qa.api.integrations.haystack"
from haystack import Pipeline
from index import Index
from qa.api.integrations.haystack import DalilRetriever

pipeline = Pipeline()
pipeline.add_component("dalil", DalilRetriever(Index.open(PATH), top_k=3))
pipeline = Pipeline.loads(pipeline.dumps())
for document in pipeline.run({"dalil": {"query": QUESTION}})["dalil"]["documents"]:
    print((document.id, document.content, document.meta))
""",
        address,
        tmp_path,
    )
    assert printed == expected(tables, 3)
