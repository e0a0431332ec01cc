"""An index in segments: the answers of one built at once, merges beside readers and writers, nothing left."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Document, Index, IndexDamaged, IndexLocked
from index.encoding.base import Encoder
from index.folder import live, merge
from index.folder import snapshot as snapshots
from index.folder.manifest import Manifest
from index.folder.merge import Size, due
from index.folder.snapshot import Snapshot
from index.folder.store import FolderIndex
from index.retrieval import dense
from index.storage.arrays import map_arrays
from qa.gold import article_questions

QUESTIONS = ["river نهر", "bread of the hill 2017", "خبز النهر في 1990s", "Hasht flows"]
WORDS = ["river", "hill", "bread", "نهر", "النهر", "خبز", "أحمد", "احمد", "2017", "1990s", "Hasht", "."]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=4)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("update"), st.lists(st.tuples(st.sampled_from("abcdefgh"), TEXTS), max_size=3)),
        st.tuples(st.just("remove"), st.lists(st.sampled_from("abcdefgh"), max_size=3)),
        st.tuples(st.just("merge"), st.booleans()),
    ),
    max_size=9,
)


def snapshot(index: Index) -> Snapshot:
    return cast(FolderIndex, index)._snapshot


def apply(index: Index, changes: list[tuple[str, Any]]) -> dict[str, Document]:
    """Makes the changes, and returns what is there then, in the order in which it came."""
    there: dict[str, Document] = {}
    for change, what in changes:
        if change == "update":
            documents = {id_: Document("\n".join(map(" ".join, text)), id=id_) for id_, text in what}
            there |= documents
            index.update(documents.values())
        elif change == "remove":
            gone = [id_ for id_ in dict.fromkeys(what) if id_ in there]
            for id_ in gone:
                del there[id_]
            index.remove(gone)
        else:
            index.optimize(whole=what)
    return there


def assert_same_as_built(index: Index, documents: list[Document], folder: Path) -> None:
    """Hit by hit and score by score, to the last digit."""
    built = Index.build(documents, folder, encoder=FakeEncoder(), show_progress=False)
    assert list(index.documents) == documents
    assert list(index.passages) == list(built.passages)
    assert (len(index.documents), len(index.passages)) == (len(documents), len(built.passages))
    for question in QUESTIONS:
        assert index.query(question).reading == built.query(question).reading
        for k in (3, 100):
            assert index.search(question, k=k) == built.search(question, k=k)
    for digits in ("2017", "199", "3"):
        assert index.mentions_number(digits) == built.mentions_number(digits)
    for passage in index.passages:
        assert index.score_parts(index.query(QUESTIONS[0]), passage) == built.score_parts(
            built.query(QUESTIONS[0]), passage
        )
    lexical, others = snapshot(index).lexical, snapshot(built).lexical
    assert (lexical.corpus_size, lexical.avgdl) == (others.corpus_size, others.avgdl)
    assert sorted(lexical.get_scores(["river", "نهر"])) == sorted(others.get_scores(["river", "نهر"]))


@pytest.mark.slow
@settings(max_examples=60)
@given(CHANGES, st.sampled_from([2, 3, 4]), st.sampled_from([0, 4, 512]))
def test_any_changes_lead_where_a_build_does(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[str, Any]],
    per_tier: int,
    small: int,
) -> None:
    """Whatever has been merged; with so few candidates that equally good ones compete for the last place."""
    folder = tmp_path_factory.mktemp("changes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "_PER_TIER", per_tier)
        patch.setattr(merge, "_FIRST", 2)
        patch.setattr(merge, "_SMALL", small)
        index = Index.build([], folder / "index", encoder=FakeEncoder(), show_progress=False)
        there = list(apply(index, changes).values())
        for one in (index, Index.open(folder / "index", encoder=FakeEncoder())):
            assert_same_as_built(one, there, folder / "built")
        built = Index.open(folder / "built", encoder=FakeEncoder())
        for question in QUESTIONS:
            few, fewer = (one.candidates(one.query(question), 3, 2) for one in (index, built))
            assert few.hits(2) == fewer.hits(2)


@pytest.mark.model
@pytest.mark.parametrize("seed", range(3))
def test_with_the_real_model_segments_are_searched_as_an_index_built_at_once(
    seed: int, model: Encoder, article: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its vectors may differ in their last digits with what is encoded beside them; nothing else may."""
    monkeypatch.setattr(merge, "_SMALL", 0)
    texts = [text for text in article.text.split("\n") if text.strip()]
    documents = [Document(text, id=str(number)) for number, text in enumerate(texts)]
    chance = random.Random(seed)
    index = Index.build([], tmp_path / "index", encoder=model, show_progress=False)
    start = 0
    while start < len(documents):
        if chance.random() < 0.3:
            index.optimize(whole=False)
        end = start + chance.randint(1, 4)
        # Some come in another version first, beside a document that is removed again.
        changed = [
            Document(one.text[::2], id=one.id) for one in documents[start:end] if chance.random() < 0.3
        ]
        index.update([*documents[start:end], Document(f"Number {start}.", id="gone")])
        index.update(changed)
        index.update(documents[start:end])
        index.remove(["gone"])
        start = end
    assert len(snapshot(index).parts) > 1
    built = Index.build(documents, tmp_path / "built", encoder=model, show_progress=False)
    assert list(index.documents) == documents
    for question in article_questions().questions[seed::3]:
        expected, found = (one.search(question.text, k=5) for one in (built, index))
        assert found[0].passage == expected[0].passage
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-3)


def test_equal_vectors_compete_in_the_order_of_the_collection(tmp_path: Path) -> None:
    """More of them than FAISS is asked for, in several segments."""
    index = Index.build([], tmp_path / "index", encoder=FakeEncoder(), show_progress=False)
    texts = ["the same text", "the same text", "another one"]
    for start in range(0, 60, 6):
        documents = [Document(texts[n % 3], id=f"{n:02}") for n in range(start, start + 6)]
        index.update(documents[::-1])
    ids = [document.id for document in index.documents]
    query = index.query("the same text")
    hits = index.candidates(query, 7, 50).hits(50)
    same = [id_ for id_ in ids if index.document(id_).text == "the same text"]
    assert [hit.passage.document_id for hit in hits] == same[:7]


def test_a_change_writes_what_is_new(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "_SMALL", 0)
    folder = Path(index.location)
    before = {entry.name for entry in Manifest.read(folder).segments}
    (name,) = before
    files = {path: path.stat() for path in (folder / name).iterdir()}
    index.update([Document("Cheese needs milk.", id="cheese")])
    index.remove(["river"])
    entries = {entry.name: entry for entry in Manifest.read(folder).segments}
    assert {path: path.stat() for path in (folder / name).iterdir()} == files
    assert before < set(entries)
    assert entries[name].removed == (0,)
    assert [part.passages for part in snapshot(index).parts] == [3, 1, 0]


def test_an_unopened_segment_is_shared_with_the_last_snapshot(index: Index) -> None:
    first = snapshot(index).parts[0].segment
    index.update([Document("Cheese needs milk.", id="cheese")])
    assert snapshot(index).parts[0].segment is first


def words_left(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """The words that stand somewhere in an index's files, and in which."""
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for word in words:
            if any(word.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be")):
                found.append((word, path.name))
    return found


SECRET = Document(
    "Zanzibar grows cloves, 4711 sacks.\nالقرنفل يزرع في زنجبار.",
    title="Quetzalcoatl",
    source="/home/salma/secret-papers.txt",
    author="Scheherazade",
    date="1812-07-04",
    id="confidential-id",
)
SECRETS = [
    "Zanzibar", "cloves", "clove", "4711", "القرنفل", "قرنفل", "زنجبار", "Quetzal", "secret",
    "Scheherazade", "1812", "confidential",
]  # fmt: skip


@pytest.mark.parametrize("is_replaced", [False, True])
def test_nothing_of_a_removed_document_is_left(is_replaced: bool, index: Index) -> None:
    folder = Path(index.location)
    index.update([SECRET])
    index.update([Document("Something else.", id="else")])
    assert {word for word, _ in words_left(folder, SECRETS)} == set(SECRETS)
    left = list(SECRETS)
    if is_replaced:
        index.update([Document("What may be read.", id=SECRET.id)])
        left.remove("confidential")
    else:
        index.remove([SECRET.id])
    index.optimize()
    assert words_left(folder, left) == []
    assert [len(part.removed) for part in snapshot(index).parts] == [0]
    assert index.search("Zanzibar")[0].scores.get("bm25") is None


@pytest.mark.parametrize("change", ["merge", "build"])
def test_what_a_kill_has_left_is_gone_when_all_is_merged(
    change: str, index: Index, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the manifest's replacement and the removal of what it no longer names."""
    monkeypatch.setattr(merge, "_SMALL", 0)
    folder = Path(index.location)
    index.update([SECRET])
    if change == "merge":
        index.remove([SECRET.id])
    else:
        index.optimize()
    write = Manifest.write

    def write_and_die(manifest: Manifest, folder: Path) -> None:
        write(manifest, folder)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "write", write_and_die)
        killed = pytest.raises(KeyboardInterrupt)
        if change == "merge":
            with killed:
                index.optimize()
        else:
            with killed:
                Index.build([Document("Else.")], folder, encoder=encoder, show_progress=False)
    assert {word for word, _ in words_left(folder, SECRETS)} == set(SECRETS)
    assert len(Manifest.read(folder).segments) == 1
    Index.open(folder, encoder=encoder).optimize()
    assert words_left(folder, SECRETS) == []


def test_what_cant_be_removed_when_all_is_merged_is_told(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Path(index.location) / "segment-0123456789abcdef"
    left.mkdir()

    def refused(path: Path, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise PermissionError(f"{path} can't be removed.")

    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(PermissionError, match=left.name):
        index.optimize()


def test_a_merge_takes_in_what_is_removed_meanwhile(
    index: Index, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.update([Document("Cheese needs milk.", id="cheese"), Document("Wine needs grapes.", id="wine")])
    other = Index.open(index.location, encoder=encoder)
    write = merge.write_merged

    def overtaken(own: Path, parts: Any) -> Any:
        monkeypatch.setattr(merge, "write_merged", write)
        merged = write(own, parts)
        other.remove(["river", "wine"])
        return merged

    monkeypatch.setattr(merge, "write_merged", overtaken)
    index.optimize()
    assert [document.id for document in index.documents] == ["battle", "bread", "cheese"]
    assert len(snapshot(index).parts) == 1
    assert len(list(Path(index.location).glob("*/"))) == 1


def test_a_merge_that_is_overtaken_is_done_again(
    index: Index, encoder: FakeEncoder, collection: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    index.update([Document("Cheese needs milk.", id="cheese")])
    write = merge.write_merged

    def overtaken(own: Path, parts: Any) -> Any:
        monkeypatch.setattr(merge, "write_merged", write)
        merged = write(own, parts)
        Index.build(collection[:1], index.location, encoder=encoder, show_progress=False)
        return merged

    monkeypatch.setattr(merge, "write_merged", overtaken)
    index.optimize()
    assert [document.id for document in index.documents] == ["river"]
    assert len(list(Path(index.location).glob("*/"))) == 1


def test_a_writer_leaves_a_merge_alone(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever merges at the same time is told, or does nothing if nobody asked for it."""
    monkeypatch.setattr(live, "_PATIENCE", 0.05)
    folder = Path(index.location)
    index.update([Document("Cheese needs milk.", id="cheese")])
    with live.merging(folder) as is_free, live.new_segments(folder, merged=True) as new:
        assert is_free
        (new() / "rows.sqlite").write_text("half of i")
        index.update([Document("Wine needs grapes.", id="wine")])
        assert len(list(folder.glob("merged-*/rows.sqlite"))) == 1
        index.optimize(whole=False)
        with pytest.raises(IndexLocked, match="can't be merged now"):
            index.optimize()
    assert list(folder.glob("merged-*")) == []


def test_what_is_only_due_is_left_to_the_next_time(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_PATIENCE", 0.05)
    monkeypatch.setattr(merge, "_SMALL", 0)
    for number in range(2):
        index.update([Document(f"Cheese number{number}.")])
    with live.writing(Path(index.location)):
        index.optimize(whole=False)
        with pytest.raises(IndexLocked, match="is writing"):
            index.optimize()
    assert len(snapshot(index).parts) == 3
    index.optimize(whole=False)
    assert len(snapshot(index).parts) == 1


def test_the_next_writer_removes_what_a_merge_left(index: Index) -> None:
    left = Path(index.location) / "merged-0123456789abcdef"
    left.mkdir()
    (left / "rows.sqlite").write_text("half of i")
    index.update([Document("Cheese needs milk.", id="cheese")])
    assert not left.exists()


def test_readers_keep_their_snapshot_while_all_is_merged(index: Index, encoder: FakeEncoder) -> None:
    for number in range(5):
        index.update([Document(f"Cheese number{number} needs milk.", id=str(number))])
    reader = Index.open(index.location, encoder=encoder)
    before = [reader.search(question) for question in ("milk", "the river")]
    index.remove(["river", "0"])
    index.optimize()
    assert [reader.search(question) for question in ("milk", "the river")] == before
    assert reader.document("0").text == "Cheese number0 needs milk."
    assert [document.id for document in reader.documents][-5:] == list("01234")
    reader.refresh()
    assert [document.id for document in reader.documents] == ["battle", "bread", *"1234"]


def test_searches_and_changes_go_on_beside_a_merge(index: Index) -> None:
    stop = threading.Event()
    failures: list[Exception] = []

    def keep_merging() -> None:
        try:
            while not stop.is_set():
                Index.open(index.location, encoder=FakeEncoder()).optimize()
        except Exception as error:  # a thread's own traceback would be lost
            failures.append(error)

    thread = threading.Thread(target=keep_merging)
    thread.start()
    for number in range(12):
        index.update([Document(f"Cheese number{number} needs milk.", id=str(number))])
        assert index.search(f"number{number}", k=1)[0].passage.document_id == str(number)
    stop.set()
    thread.join()
    assert failures == []
    index.optimize()
    assert len(index.documents) == 15
    assert len(Manifest.read(Path(index.location)).segments) == 1


def test_damage_is_not_merged(index: Index, encoder: FakeEncoder) -> None:
    index.update([Document("Cheese needs milk.", id="cheese")])
    path = next(Path(index.location).glob("*/rows.sqlite"))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"river", b"rivet").replace(b"milk", b"silk"))
    with pytest.raises(IndexDamaged, match=r"rows\.sqlite"):
        Index.open(index.location, encoder=encoder)
    with pytest.raises(IndexDamaged, match=r"rows\.sqlite"):
        merge.merge(Path(index.location), whole=True)


@pytest.mark.parametrize(
    ("sizes", "most", "expected"),
    [
        ([], None, []),
        ([1, 1], None, []),
        ([1, 0, 63], None, [0, 1, 2]),
        ([1, 64, 1], None, []),
        ([64, 511, 70, 512], None, [0, 1, 2]),
        ([9000, 5000, 6000, 7000, 1, 2], None, [0, 1, 2, 3]),
        ([9000, 5000, 6000, 7000, 1, 2], 512, []),
        ([9000, 5000, 6000, 7000, 1, 2, 3, 4], 512, [4, 5, 6, 7]),
        ([9000, 5000, 6000, 7000, 1, 2, 3, 4], None, [4, 5, 6, 7]),
        ([100_000, 1_000_000, 10_000, 1000, 100, 10], None, []),
    ],
)
def test_which_are_merged(sizes: list[int], most: int | None, expected: list[int]) -> None:
    assert due([Size(size, 0) for size in sizes], most) == expected


def test_a_segment_with_many_removed_is_written_anew() -> None:
    assert due([Size(1000, 250), Size(100, 0)]) == []
    assert due([Size(1000, 251), Size(100, 0)]) == [0]
    assert due([Size(1000, 251), Size(100, 0)], 700) == []
    # Removed passages don't count for the tier.
    assert due([Size(1000, 990), Size(1, 0), Size(2, 1), Size(3, 0)]) == [0, 1, 2, 3]
    assert due([Size(1000, 1000)]) == [0]
    assert due([Size(63, 63)]) == []


@pytest.mark.slow
def test_there_are_few_segments_however_many_changes(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "_FIRST", 2)
    monkeypatch.setattr(merge, "_SMALL", 4)
    monkeypatch.setattr(merge, "MAX_SEGMENTS", 6)
    most = 0
    for number in range(40):
        index.update([Document(f"Cheese number{number}.", id=str(number))])
        most = max(most, len(snapshot(index).parts))
    assert most <= 8
    assert len(index.documents) == 43


@pytest.mark.parametrize("search", [lambda index: index.search("river"), lambda index: list(index.passages)])
def test_a_segment_is_read_on_when_it_has_gone(search: Callable[[Index], object], index: Index) -> None:
    shutil.rmtree(index.location)
    assert search(index)


def test_a_large_segment_without_some_of_its_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "EXACT", 5_000)
    generator = np.random.default_rng(0)
    vectors = generator.standard_normal((6_000, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = dense.DenseIndex.load(tmp_path, dense.DenseIndex.write(tmp_path, vectors, (6_000, 32)))
    removed = np.sort(generator.choice(6_000, 1_400, replace=False))
    left = np.setdiff1d(np.arange(6_000), removed)
    found = 0
    for question in vectors[:50]:
        rows, _ = index.search(question, 100, removed)
        assert len(set(rows.tolist())) == 100
        assert not np.isin(rows, removed).any()
        expected = left[np.argsort(-(index.vectors[left].astype(np.float32) @ question))[:100]]
        found += len(np.intersect1d(rows, expected))
    assert found / 5_000 > 0.9
    assert len(index.search(vectors[0], 6_000, removed)[0]) == 4_600


def test_spelling_of_a_question_is_that_of_all_segments(index: Index) -> None:
    index.update([Document("عاد أحمد إلى المدينة.", id="a")])
    index.update([Document("احمد هنا. أحمد.", id="b")])
    found = snapshot(index).word_forms
    assert found.look_up(["احمد", "المدينه", "مدينه", "باب"]) == {
        "احمد": {"أحمد": (2, 0), "احمد": (1, 0)},
        "المدينه": {"المدينة": (1, 0)},
        "مدينه": {"مدينة": (0, 1)},
    }
    index.remove(["b"])
    assert snapshot(index).word_forms.look_up(["احمد"]) == {"احمد": {"أحمد": (1, 0)}}
    assert [found.is_written(letter) for letter in "أئ"] == [True, False]


def test_a_segment_without_a_filter_of_forms_is_looked_into(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those are that were written before there was one."""
    index.update([Document("عاد أحمد إلى المدينة.", id="a")])

    def without(path: Path) -> dict[str, Any]:
        return {name: array for name, array in map_arrays(path).items() if name != "form_filter"}

    monkeypatch.setattr("index.folder.segment.map_arrays", without)
    opened = Index.open(index.location, encoder=FakeEncoder())
    assert snapshot(opened).word_forms.look_up(["احمد", "باب"]) == {"احمد": {"أحمد": (1, 0)}}
    assert opened.query("احمد").reading == "أحمد"


def test_segments_too_large_to_be_joined_are_searched_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "_JOINED", 3)
    monkeypatch.setattr(merge, "_SMALL", 0)
    index = Index.build([], tmp_path / "index", encoder=FakeEncoder(), show_progress=False)
    documents = [Document(f"river {n} hill {n % 3}", id=str(n)) for n in range(9)]
    for start, end in ((0, 4), (4, 6), (6, 7), (7, 9)):
        index.update(documents[start:end])
    index.remove(["1", "6"])
    sizes = [len(run.dense) for run in snapshot(index)._runs]
    assert sizes == [0, 4, 3, 2]
    assert_same_as_built(index, [d for d in documents if d.id not in ("1", "6")], tmp_path / "built")
