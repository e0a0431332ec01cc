"""`retrieve`, and which index is asked: one that is given, one at a path, the article's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index, IndexDamaged, IndexNotFound, InvalidQuestion
from index.encoding import load as encoders
from qa import retrieve
from qa.article import article, article_index
from qa.retrieve import open_index

REPOSITORY = Path(__file__).resolve().parent.parent
RIVER = "When does the river flood?"

ANOTHER_PROCESS = """
import sys
from fake_encoder import FakeEncoder
from index import Document, Index
index = Index.open(sys.argv[1], encoder=FakeEncoder())
index.update([Document("The river flood of 2017.", id="new")], show_progress=False)
index.remove(["bread"])
"""


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever is opened here was made by the fake encoder, the article's index too."""
    monkeypatch.setattr(encoders, "load", lambda _=None: FakeEncoder())
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path_factory.mktemp("cache")))
    article_index.cache_clear()
    yield
    article_index.cache_clear()


def texts(index: Index) -> dict[str, str]:
    return {document.id: document.text for document in index.documents}


@pytest.mark.parametrize("k", [1, 2, 100])
def test_it_is_the_indexs_search(k: int, index: Index) -> None:
    hits = retrieve(RIVER, k=k, index=index)
    assert hits == index.search(RIVER, k)
    assert len(hits) == min(k, 5)
    assert hits[0].passage.document_id == "river"


def test_five_are_given_if_nothing_is_said(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build([Document(f"w{n}") for n in range(9)], tmp_path / "i", encoder=encoder)
    assert retrieve("w1 w2", index=index) == index.search("w1 w2", 5)
    assert len(retrieve("w1 w2", index=index)) == 5


def test_an_index_may_be_given_by_its_path(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = retrieve(RIVER, index=index)
    assert retrieve(RIVER, index=Path(index.location)) == expected
    assert retrieve(RIVER, index=index.location) == expected
    monkeypatch.chdir(Path(index.location).parent)
    assert retrieve(RIVER, index="index") == expected
    monkeypatch.setenv("HOME", str(Path(index.location).parent))
    assert retrieve(RIVER, index="~/index") == expected


def test_without_an_index_the_article_is_searched() -> None:
    hits = retrieve("ما معركة التلاقي بتحرير عكاشات؟", k=7)
    assert {hit.passage.document_id for hit in hits} == {article().id}
    # The fake encoder's windows are shorter than the article's paragraphs.
    assert hits[0].passage.number in (1, 2)
    assert open_index(None) is open_index(None) is article_index()


def test_errors(index: Index, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        retrieve(RIVER, k=0, index=index)
    with pytest.raises(InvalidQuestion):
        retrieve("؟", index=index)
    with pytest.raises(IndexNotFound, match="nowhere"):
        retrieve(RIVER, index=tmp_path / "nowhere")
    (Path(index.location) / "manifest.json").write_text("nonsense")
    with pytest.raises(IndexDamaged):
        retrieve(RIVER, index=Path(index.location))


def test_an_index_itself_is_taken_as_it_is(index: Index) -> None:
    assert open_index(index) is index


def test_an_index_that_has_not_changed_is_opened_once(index: Index) -> None:
    opened = open_index(Path(index.location))
    assert open_index(index.location) is opened
    assert open_index(Path(index.location) / ".." / "index") is opened


def test_what_another_process_changed_is_seen(index: Index) -> None:
    before = open_index(Path(index.location))
    assert set(texts(before)) == {"river", "battle", "bread"}
    subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS, index.location],
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tests'}"},
        check=True,
        timeout=300,
    )
    after = open_index(Path(index.location))
    assert set(texts(after)) == {"river", "battle", "new"}
    assert retrieve(RIVER, 1, Path(index.location))[0].passage.document_id in ("new", "river")
    assert "new" in {hit.passage.document_id for hit in retrieve(RIVER, 9, Path(index.location))}
    # Whoever holds the old one goes on with it.
    assert set(texts(before)) == {"river", "battle", "bread"}


def test_an_index_that_was_removed_and_made_anew_is_seen(index: Index, encoder: FakeEncoder) -> None:
    assert "river" in texts(open_index(Path(index.location)))
    shutil.rmtree(Path(index.location))
    with pytest.raises(IndexNotFound):
        open_index(Path(index.location))
    Index.build([Document("Rain fell.", id="rain")], Path(index.location), encoder=encoder)
    assert texts(open_index(Path(index.location))) == {"rain": "Rain fell."}


def test_two_indexes_are_kept_apart(index: Index, encoder: FakeEncoder, tmp_path: Path) -> None:
    Index.build([Document("Rain fell.", id="rain")], tmp_path / "other", encoder=encoder)
    assert set(texts(open_index(Path(index.location)))) == {"river", "battle", "bread"}
    assert set(texts(open_index(tmp_path / "other"))) == {"rain"}
    assert set(texts(open_index(Path(index.location)))) == {"river", "battle", "bread"}
