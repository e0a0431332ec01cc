"""What tests share: a cache of their own, no network, the fake encoder, small collections."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from hypothesis import settings

from index import Document, Index
from index.concurrency import processors
from index.encoding import load as encoders
from index.encoding.base import Encoder
from qa.answering import reader
from web import gradio_import  # noqa: F401 - before a test module imports Gradio

REPOSITORY = Path(__file__).resolve().parent.parent
# Before a test module imports what reads them: the hub's client looks when it is imported.
os.environ.setdefault("DALIL_CACHE", str(REPOSITORY / ".cache" / "tests"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

# The same examples on every run; machines that run the tests may be slow.
settings.register_profile("dalil", deadline=None, derandomize=True)
settings.load_profile("dalil")


@pytest.fixture(autouse=True)
def _no_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are given without the bundled reader, except where the real models are used."""
    if "model" not in request.keywords:
        monkeypatch.setattr(reader, "bundled_reader", lambda: None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers per core on small machines: tests wait for disks, pages, processes half of their time.

    With `--numprocesses logical`, for tests that don't wait, one: each worker imports all test modules.
    """
    cores = processors()
    return 2 * cores if cores <= 4 and config.option.numprocesses == "auto" else cores


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def model() -> Encoder:
    """The bundled multilingual-e5-small, loaded once."""
    return encoders.load()


@pytest.fixture(scope="session")
def article() -> Document:
    """The article that Dalil answers from out of the box."""
    (path,) = (REPOSITORY / "seeds").glob("*.txt")
    return Document(path.read_text("utf-8"), title="بين البوكمال والقائم", source=path.name)


@pytest.fixture
def collection() -> list[Document]:
    """Three short documents in two languages; no paragraph is longer than the fake window."""
    return [
        Document("The river floods in spring.\nFarmers wait on the hills.", title="River", id="river"),
        Document("أعلن الحشد انطلاق المعركة.\nوصلت القوّات إلى الحدود.", title="معركة", id="battle"),
        Document("Bread needs flour, water and salt.", title="Bread", id="bread"),
    ]


@pytest.fixture
def index(collection: list[Document], encoder: FakeEncoder, tmp_path: Path) -> Index:
    """An index of `collection`; the encoder's count starts after it was built."""
    made = Index.build(collection, tmp_path / "index", encoder=encoder, show_progress=False)
    encoder.encoded.clear()
    return made
