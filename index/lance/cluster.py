"""Builds with Ray: workers on many machines read documents from storage, encode them and write their rows.

The driver splits the documents into small lists and stores them beside the new table. Ray Data streams the
lists through a pool of actors. Each actor encodes a list and writes its rows to storage as files that
belong to no version yet; the driver commits a list's files as soon as they are reported. So if a worker
dies, only its current lists are lost and another worker takes them over; a restarted driver resumes from
the last commit; and memory holds a few lists per worker.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any, Final
from unittest.mock import patch

import lance
import pyarrow as pa
from lance.fragment import FragmentMetadata, write_fragments

from index.encoding import load as encoders
from index.encoding.base import Encoder
from index.errors import EngineUnavailable, install_extra
from index.lance import build, rows, table
from index.lance.counts import Counts
from index.progress import Progress
from index.storage.layout import read_blocks, write_blocks
from index.types import Document

SOURCES: Final = "sources"
# Lists of documents per file of `SOURCES`, the input of one read task.
_LISTS_IN_FILE: Final = 4
# Per actor or task. With a whole core each, readers and encoders block each other on small machines.
_CORES: Final = 0.5
_COUNTED_AT_ONCE: Final = 4096
_LISTS: Final = pa.schema([pa.field("documents", pa.large_string(), nullable=False)])


def is_wanted() -> bool:
    """Whether a Ray cluster is available: Ray is initialised in this process, or RAY_ADDRESS is set."""
    ray = sys.modules.get("ray")
    return bool(os.environ.get("RAY_ADDRESS")) or (ray is not None and ray.is_initialized())


def build_on_cluster(
    documents: Iterable[Document],
    address: str,
    encoder: Encoder | str | None,
    show_progress: bool | Progress | None,
) -> None:
    """Builds a table of the documents with the cluster's workers and makes it the live one.

    Args:
        documents: the whole collection; iterated once.
        address: of the index; every machine of the cluster must reach it.
        encoder: as for `Index.build`; named, or of a class that every machine can import.
        show_progress: as for `Index.build`.

    Raises:
        EngineUnavailable: Ray isn't installed.
        InvalidDocument: two different documents have the same id.
    """
    ray = started_ray()
    chosen = encoders.load(encoder) if encoder is None or isinstance(encoder, str) else encoder
    about = table.About.of(chosen)
    # Encoding actors, each on half a core.
    pool = max(1, int(ray.cluster_resources().get("CPU", 1)))

    def write(batches: Iterator[list[Document]], dataset: Any, claim: table.Claim) -> Iterator[int]:
        _keep(address, batches)
        for fragments, count in _encoded(address, dataset.uri, encoder, pool):
            claim.check()
            newest = lance.dataset(dataset.uri)
            operation = lance.LanceOperation.Append(fragments)
            lance.LanceDataset.commit(newest, operation, read_version=newest.version)
            yield count
        table.drop(address, SOURCES)

    def count(dataset: Any) -> Counts:
        return _counted(dataset, pool)

    work = build.Work(write, count)
    build.fill(documents, address, about, dimension=chosen.dimension, work=work, show_progress=show_progress)


def started_ray() -> Any:
    """Ray, connected to the cluster at RAY_ADDRESS, or else started on this machine alone.

    Raises:
        EngineUnavailable: Ray isn't installed.
    """
    try:
        import lance_ray  # noqa: F401 - a missing package is reported before work begins
        import ray
    except ImportError as error:
        raise EngineUnavailable(
            f"Building on a cluster needs {error.name}: {install_extra('scale')}"
        ) from None
    if not ray.is_initialized():
        if os.environ.get("RAY_ADDRESS", "local") not in ("", "local"):
            ray.init(log_to_driver=False)
        else:
            _start_alone(ray)
    ray.data.DataContext.get_current().enable_progress_bars = False
    return ray


def _start_alone(ray: Any) -> None:
    """Starts Ray on this machine, isolated from the network in both directions."""
    from ray._private.node import Node

    # Without it Ray writes a token into ~/.ray. Processes that Ray starts inherit it.
    if not {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(os.environ):
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    # Ray's services listen on the node's address. If none is given, it is the network address, which Ray
    # finds by connecting to 8.8.8.8. Ray replaces 127.0.0.1 by that address too, except on macOS.
    loopback = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"
    # Even without a dashboard, and with usage statistics off, this would start a process that asks the
    # metadata services of Azure, Google and Amazon which cloud it is in.
    with patch.object(Node, "start_api_server", lambda *_, **__: None):
        ray.init(address="local", include_dashboard=False, log_to_driver=False, _node_ip_address=loopback)


def _keep(address: str, batches: Iterator[list[Document]]) -> None:
    """Writes lists of documents to where the workers read them."""
    table.drop(address, SOURCES)

    def written() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            content = json.dumps(
                [
                    asdict(replace(document, blocks=())) | {"blocks": write_blocks(document.blocks)}
                    for document in batch
                ],
                ensure_ascii=False,
            )
            yield pa.record_batch([pa.array([content], pa.large_string())], schema=_LISTS)

    reader = pa.RecordBatchReader.from_batches(_LISTS, written())
    lance.write_dataset(reader, table.uri(address, SOURCES), mode="create", max_rows_per_file=_LISTS_IN_FILE)


def _encoded(
    address: str, uri: str, encoder: Encoder | str | None, pool: int
) -> Iterator[tuple[list[FragmentMetadata], int]]:
    """Encodes the lists on the workers; yields the files written by a worker and their document count."""
    from ray.data import ActorPoolStrategy

    made = _read(table.uri(address, SOURCES)).map_batches(
        _Worker,
        fn_constructor_args=(address, uri, encoder),
        batch_size=1,
        batch_format="pyarrow",
        zero_copy_batch=True,
        num_cpus=_CORES,
        compute=ActorPoolStrategy(min_size=1, max_size=pool),
    )
    for row in made.iter_rows():
        fragments = [FragmentMetadata.from_json(fragment) for fragment in row["fragments"]]
        yield fragments, int(row["documents"])


class _Worker:
    """An actor that encodes lists of documents and writes their rows as files of the table."""

    def __init__(self, address: str, uri: str, encoder: Encoder | str | None) -> None:
        dataset = lance.dataset(uri)
        about = table.About.read(address, dataset)
        chosen = encoders.load(encoder) if encoder is None or isinstance(encoder, str) else encoder
        self._uri, self._schema = uri, dataset.schema
        self._maker = rows.Maker(chosen, about.language_means)

    def __call__(self, lists: pa.Table) -> pa.Table:
        fragments, counts = [], []
        for content in lists.column("documents").to_pylist():
            documents = [
                Document(**fields | {"blocks": read_blocks(fields["blocks"]), "tags": tuple(fields["tags"])})
                for fields in json.loads(content)
            ]
            made = self._maker.rows(documents, {}).cast(self._schema)
            written = write_fragments(made, self._uri, schema=self._schema)
            fragments.append([json.dumps(fragment.to_json()) for fragment in written])
            counts.append(len(documents))
        return pa.table({"fragments": fragments, "documents": counts})


def _counted(dataset: Any, pool: int) -> Counts:
    """Counts the words of a table's passages: workers count files, the driver sums."""
    from ray.data import TaskPoolStrategy

    passages = _read(dataset.uri, columns=build.COUNTED, filter=f"kind = '{rows.PASSAGE}'")
    parts = passages.map_batches(
        _count,
        batch_size=_COUNTED_AT_ONCE,
        batch_format="pyarrow",
        num_cpus=_CORES,
        compute=TaskPoolStrategy(size=pool),
    )
    counts = Counts()
    for part in parts.iter_batches(batch_size=None, batch_format="pyarrow"):
        counts.include(part)
    return counts


def _read(uri: str, **options: Any) -> Any:
    """A table as a Ray dataset; its read tasks reserve no core of their own."""
    from lance_ray.datasource import LanceDatasource
    from ray.data import read_datasource

    return read_datasource(LanceDatasource(uri, **options), num_cpus=_CORES / 2)


def _count(passages: pa.Table) -> pa.Table:
    counts = Counts()
    counts.add(passages)
    made = list(counts.rows())
    return pa.table({name: [row[name] for row in made] for name in ("key", "form", "count", "article")})
