"""Buckets, clusters and losses, for real: an S3 server and a Ray cluster of three nodes on this machine.

`make test-scale` runs these; they need the extras `scale` and `test-scale`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fake_encoder import FakeEncoder
from observer import need_strace, observed
from test_offline import SECONDS, Place

from index import Document, Index, InvalidQuestion
from index.encoding.base import Encoding, Kind
from index.text.analyzer import words
from qa import ask, retrieve

pytestmark = [
    pytest.mark.scale,
    # Ray's own: it sets options that it deprecates, and leaves files and sockets to its end.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

for needed in ("lance", "lancedb", "moto", "ray"):
    pytest.importorskip(needed, reason="needs the extras dalil[scale] and dalil[test-scale]")

from index.lance import rows, table  # noqa: E402 - only where it is installed
from index.lance.serve import Replicas  # noqa: E402
from index.lance.store import LanceIndex  # noqa: E402

TESTS = Path(__file__).resolve().parent
# Where the processes of a cluster find what these tests import, as pytest does.
MODULES = (TESTS.parent, TESTS, TESTS / "documents", TESTS.parent / "benchmarks")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of an empty bucket of an S3 server on loopback."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        boto3.client("s3", region_name="us-east-1", endpoint_url=f"http://{host}:{port}").create_bucket(
            Bucket="texts"
        )
        yield "s3://texts"
    server.stop()


def herons(count: int, first: int = 0) -> list[Document]:
    """Documents of several passages, no two of them alike."""
    return [
        Document(
            "\n".join(f"Heron {number} saw boat {part} at pier {number * part}." for part in range(1, 9)),
            id=f"heron {number}",
        )
        for number in range(first, first + count)
    ]


def words_of(text: str) -> set[str]:
    return {word.term for word in words(text)}


def test_a_bucket_holds_an_index(
    bucket: str, collection: list[Document], encoder: FakeEncoder, tmp_path: Path
) -> None:
    address = f"{bucket}/collection"
    index = Index.build(collection, address, encoder=encoder, show_progress=False)
    default = Index.build(collection, tmp_path / "index", encoder=encoder, show_progress=False)
    reader = Index.open(address, encoder=encoder)
    for engine in (index, default):
        engine.update(herons(3))
        engine.remove(["bread"])
    assert len(reader.passages) == 5
    reader.refresh()
    assert len(reader.passages) == len(default.passages) == 4 + 24
    for question in ("When does the river flood?", "من أعلن المعركة؟", "heron boat pier 14"):
        ours, theirs = (engine.search(question) for engine in (reader, default))
        assert [round(hit.score, 5) for hit in ours] == [round(hit.score, 5) for hit in theirs]
        assert ours[0].passage == theirs[0].passage
        assert retrieve(question, 1, reader)[0].passage == ours[0].passage
    reply = ask("Who waits on the hills? Farmers wait on the hills.", reader)
    assert reply.citations[0].quote in reader.document("river").text


def test_any_client_of_lancedb_reads_the_table(bucket: str, encoder: FakeEncoder) -> None:
    import lancedb

    index = Index.build(herons(2), f"{bucket}/plain", encoder=encoder, show_progress=False)
    assert isinstance(index, LanceIndex)
    table = lancedb.connect(f"{bucket}/plain").open_table(index.view.version.name)
    assert table.count_rows("kind = 'passage'") == 16
    (found,) = table.search("pier").where("kind = 'passage'").limit(1).select(["text"]).to_list()
    assert "pier" in found["text"]


WRITER = """
import sys
from fake_encoder import FakeEncoder
from index import Document, Index, InvalidQuestion
index = Index.open(sys.argv[1], encoder=FakeEncoder())
for number in range(5):
    index.update([Document(f"Writer {sys.argv[2]} saw heron {number}.", id=f"{sys.argv[2]}.{number}")])
"""


def test_nothing_of_three_writing_processes_is_lost(bucket: str, encoder: FakeEncoder) -> None:
    address = f"{bucket}/written"
    index = Index.build(herons(2), address, encoder=encoder, show_progress=False)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, MODULES))}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, address, str(number)], env=environment)
        for number in range(3)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    index.refresh()
    written = sorted(document.id for document in index.documents if document.text.startswith("Writer"))
    assert written == [f"{writer}.{number}" for writer in range(3) for number in range(5)]
    assert len({passage.id for passage in index.passages}) == len(index.passages) == 16 + 15


class SlowEncoder(FakeEncoder):
    """Takes its time, so that something can happen meanwhile."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        for encoding in super().encode(texts, kind):
            if kind == "passage":
                time.sleep(0.02)
            yield encoding


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A Ray cluster of three nodes with a core each, on loopback, with a temporary folder of its own."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="ray") as folder:
        (Path(folder) / "ray").mkdir()
        patch.setenv("RAY_TMPDIR", folder)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, MODULES)))
        import ray
        from ray.cluster_utils import Cluster

        # Ray takes 127.0.0.1 for the machine's own address in a network, but on macOS.
        loopback = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"
        node = {"num_cpus": 1, "node_ip_address": loopback, "object_store_memory": 80 << 20}
        made = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
        made.workers = [made.add_node(**node) for _ in range(2)]
        ray.init(address=made.address, _node_ip_address=loopback, log_to_driver=False, logging_level="error")
        yield made
        ray.shutdown()
        made.shutdown()


def test_a_cluster_builds_and_serves_though_nodes_are_lost(cluster: Any, tmp_path: Path) -> None:
    address = f"lance://{tmp_path}/tables"
    documents = herons(96)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_BATCH_CHARACTERS", 1000)
        lists = len(list(rows.batches(documents)))
        check = table.Claim.check
        commits = []

        def then(claim: table.Claim) -> None:
            """What happens before a commit: the driver is stopped, and later a node is lost."""
            commits.append(claim)
            if len(commits) == 5:
                raise KeyboardInterrupt
            if len(commits) == 12:
                cluster.remove_node(cluster.workers.pop(), allow_graceful=False)
            check(claim)

        patch.setattr(table.Claim, "check", then)
        with pytest.raises(KeyboardInterrupt):
            Index.build(documents, address, encoder=SlowEncoder(), show_progress=False)
        index = Index.build(documents, address, encoder=SlowEncoder(), show_progress=False)
    # Four lists were committed before; the second build had the others to do, cut anew, and two checks.
    assert 16 < lists - 4 <= len(commits) - 5 - 2 <= lists - 4 + 1
    assert sorted(document.id for document in index.documents) == sorted(d.id for d in documents)
    ids = [passage.id for passage in index.passages]
    assert len(ids) == len(set(ids)) == 96 * 8

    # And the same cluster, with a new node, answers while it loses one of its replicas.
    cluster.workers.append(cluster.add_node(num_cpus=1, node_ip_address=cluster.head_node.node_ip_address))
    with Replicas(address, 3, SlowEncoder()) as replicas:
        with pytest.raises(InvalidQuestion, match="no words"):
            replicas.run(Index.search, "؟؟")
        with ThreadPoolExecutor(4) as pool:
            questions = [f"Heron {number} saw boat 7 at pier {7 * number}." for number in range(50)]
            asked = [pool.submit(replicas.run, Index.search, question, k=1) for question in questions]
            asked[10].result(60)
            cluster.remove_node(cluster.workers.pop(), allow_graceful=False)
            found = [question.result(60)[0].passage.text for question in asked]
    # Another passage may have the same words in another order.
    assert all(words_of(question) <= words_of(text) for question, text in zip(questions, found, strict=True))


BUILD_ALONE = """
import sys, time
from fake_encoder import FakeEncoder
from index import Document, Index
from index.lance import cluster
herons = [Document(f"Heron {number} saw a boat.", id=f"heron {number}") for number in range(6)]
cluster.build_on_cluster(herons, sys.argv[1], FakeEncoder(), False)
print("passages:", len(Index.open(sys.argv[1], encoder=FakeEncoder()).passages), flush=True)
time.sleep(float(sys.argv[2]))
"""


def test_a_build_with_ray_leaves_nothing() -> None:
    """No cloud's metadata is asked for, nobody else can reach Ray, and no token is put in the home folder."""
    need_strace()
    # Ray's sockets lie in the temporary folder; their paths mustn't be long.
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:
        place = Place(Path(folder))
        for part in (place.home, place.work, place.temporary):
            part.mkdir()
        command = [sys.executable, "-c", BUILD_ALONE, f"lance://{place.work}/herons", str(SECONDS)]
        with observed(command, place.folder / "log", place.work, place.environment) as running:
            printed, _ = running.process.communicate(timeout=1200)
        assert "passages: 6" in printed.decode().splitlines(), printed.decode()
        assert running.process.returncode == 0
        seen = running.seen(place.own)
        # It asks the system for its address in the network, and sends nothing.
        assert set(seen.routes) <= {"connect 8.8.8.8 port 53"}
        assert (seen.packets, seen.files) == ((), ())
        assert place.foreign() == []
