"""The built-in article: the file as it was given, and what is made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from index.encoding import load as encoders
from index.text.analyzer import arabic_share
from index.text.paragraphs import paragraphs
from qa.article import FILE, article, article_index


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache; the index in it is the fake encoder's."""
    monkeypatch.setattr(encoders, "load", lambda _=None: FakeEncoder())
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
    article_index.cache_clear()
    yield tmp_path / "cache"
    article_index.cache_clear()


def test_the_file_is_byte_for_byte_the_one_that_was_given() -> None:
    content = resources.files("seeds").joinpath(FILE).read_bytes()
    digest = "dab8e503678131dfa28336025984c6d046a9d1588904c66b3fe1e0dba519d081"
    assert hashlib.sha256(content).hexdigest() == digest
    assert len(content) == 7_677


def test_its_title_author_and_source() -> None:
    document = article()
    assert document.title == "بين البوكمال والقائم ما هو المطلوب…؟"
    assert document.author == "مصطفى حكمت العراقي"
    assert document.source == FILE
    assert document.title not in document.text
    assert document.author not in document.text


def test_its_text_is_the_files_from_the_third_line_on() -> None:
    lines = resources.files("seeds").joinpath(FILE).read_bytes().decode().split("\n")
    assert article().text == "\n".join(lines[2:])
    assert article() == article()


def test_its_seven_paragraphs() -> None:
    document = article()
    shown = [document.text[start:end] for start, end in paragraphs(document.text)]
    assert [paragraph.split()[0] for paragraph in shown] == [
        "بالتزامن", "هذا", "وقد", "أمّا", "ومع", "بدوره،", "في",
    ]  # fmt: skip
    assert [paragraph.split()[-1] for paragraph in shown] == [
        "العراق…", "مستقبلاً.", "مرات.", "لها.", "قتال.", "واشنطن…", "برهان…",
    ]  # fmt: skip
    assert [len(paragraph.split()) for paragraph in shown] == [
        len(line.split()) for line in document.text.split("\n")
    ]
    assert all(arabic_share(paragraph) == 1 for paragraph in shown)


@pytest.mark.usefixtures("cache")
def test_its_index_holds_it_alone() -> None:
    index = article_index()
    assert index.documents == (article(),)
    assert {passage.number for passage in index.passages} == set(range(1, 8))
    for passage in index.passages:
        assert article().text[passage.start : passage.end] == passage.text
    assert article_index() is index


def test_its_index_is_made_once_and_then_opened(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = article_index()
    article_index.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(Index, "build", lambda *_, **__: pytest.fail("made again"))
        again = article_index()
    assert again is not made
    assert Path(again.location) == Path(made.location) == cache / "article"
    assert again.search("التلاقي") == made.search("التلاقي")


@pytest.mark.parametrize(
    "state", ["another article", "another encoder", "damaged", "no index", "half removed"]
)
def test_its_index_is_made_again_where_it_does_not_fit(cache: Path, state: str) -> None:
    folder = cache / "article"
    if state == "another article":
        Index.build([Document("An older one.")], folder, encoder=FakeEncoder())
    elif state == "another encoder":
        Index.build([article()], folder, encoder=FakeEncoder(seed=1))
    else:
        built = Index.build([article()], folder, encoder=FakeEncoder())
        (segment,) = Path(built.location).glob("segment-*")
        if state == "damaged":
            (segment / "rows.sqlite").write_text("{}\n")
        elif state == "no index":
            (folder / "manifest.json").unlink()
        else:
            (segment / "vectors.npy").unlink()
    index = article_index()
    assert index.documents == (article(),)
    assert index.encoder.fingerprint == FakeEncoder().fingerprint
    assert index.search("التلاقي")
