"""The tables of a collection: the live one, its versions, its indices.

An address holds one table per build, `passages-000001` and so on, and the table `live` with one row that
names the live one. A build fills its table beside the live one and enters it there when it is complete.
Lance's commits are atomic, in a folder as in a bucket, so that a reader keeps a consistent snapshot, the
version that it has opened, whatever is written meanwhile.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import lance
import numpy as np
import pyarrow as pa

from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.errors import IndexDamaged, IndexLocked, IndexNotFound, make_again
from index.lance import rows
from index.text.analyzer import ANALYZER_VERSION

FORMAT_VERSION: Final = 3
LIVE: Final = "live"
_TABLE: Final = "passages-"
_BUILDER: Final = "dalil.builder"
COUNTED: Final = "dalil.counted"
"""The table's setting with the number of its counts when they were last merged into one per key."""
_ABOUT: Final = b"dalil"
_TERMS_INDEX: Final = {
    "base_tokenizer": "whitespace",  # terms are the analyzer's own
    "stem": False,
    "remove_stop_words": False,
    "ascii_folding": False,
    "lower_case": False,
    "max_token_length": None,
    "with_position": False,
}
_SCALAR_INDICES: Final = {rows.KEY: "BTREE", "document_id": "BTREE", "key": "BTREE", "kind": "BITMAP"}
# From this many passages on, vectors are indexed; fewer are compared exhaustively. That scan includes the
# empty vectors of other rows: 18 ms among 10,000 passages and 300,000 counts.
EXACT: Final = 2_000


@dataclass(frozen=True, eq=False)
class About:
    """The settings of a table, stored in its schema's metadata.

    Attributes:
        encoder_name, encoder_fingerprint: the encoder.
        language_means: its language means.
    """

    encoder_name: str
    encoder_fingerprint: str
    language_means: LanguageMeans

    @classmethod
    def of(cls, encoder: Encoder) -> About:
        """The settings of a new table."""
        return cls(encoder.name, encoder.fingerprint, LanguageMeans.known(encoder))

    def belongs_to(self, encoder: Encoder) -> bool:
        """Whether this encoder made the vectors."""
        return self.encoder_fingerprint == encoder.fingerprint

    def metadata(self) -> bytes:
        """The settings and the format versions, serialized deterministically."""
        means = np.ascontiguousarray(self.language_means.means, "<f4")
        return json.dumps(
            {
                "format": FORMAT_VERSION,
                "analyzer": ANALYZER_VERSION,
                "encoder": self.encoder_name,
                "fingerprint": self.encoder_fingerprint,
                "shape": means.shape,
                "means": base64.b64encode(means.tobytes()).decode(),
            }
        ).encode()

    @classmethod
    def read(cls, address: str, dataset: Any) -> About:
        """Reads the settings of an opened table.

        Raises:
            IndexDamaged: it isn't one of Dalil's, or of another version.
        """
        content = (dataset.schema.metadata or {}).get(_ABOUT)
        if content is None:
            raise IndexDamaged(f"The table at {address} isn't one of Dalil's. {make_again(address)}")
        about = json.loads(content)
        found, wanted = (about["format"], about["analyzer"]), (FORMAT_VERSION, ANALYZER_VERSION)
        if found != wanted:
            raise IndexDamaged(
                f"The index at {address} was made by another version of Dalil "
                f"(format {found[0]}, analyzer {found[1]}). {make_again(address)}"
            )
        means = np.frombuffer(base64.b64decode(about["means"]), "<f4").reshape(about["shape"])
        return cls(about["encoder"], about["fingerprint"], LanguageMeans(means))


@dataclass(frozen=True, eq=False)
class Version:
    """A version of the live table: a reader's snapshot until it refreshes.

    Attributes:
        address: of the index.
        name: of the table.
        dataset: the Lance dataset at that version.
        about: the table's settings.
    """

    address: str
    name: str
    dataset: Any
    about: About

    @classmethod
    def newest(cls, address: str) -> Version:
        """The newest version of the live table.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: its live table can't be read.
        """
        name = live_name(address)
        try:
            dataset = lance.dataset(uri(address, name))
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"The index at {address} is damaged: its table {name} can't be read ({error}). "
                f"{make_again(address)}"
            ) from error
        return cls(address, name, dataset, About.read(address, dataset))


def live_name(address: str) -> str:
    """The name of the live table.

    Raises:
        IndexNotFound: there is no index.
    """
    live = opened(address, LIVE)
    names = live.to_table().column("name").to_pylist() if live is not None else []
    if not names:
        raise IndexNotFound(
            f"There is no index at {address}. Make one: dalil index PATH... --index {address}"
        )
    return str(names[-1])


def state(address: str) -> Hashable:
    """A value that changes whenever the index at an address does.

    Raises:
        IndexNotFound: there is no index.
    """
    name = live_name(address)
    live = opened(address, name)
    return name, None if live is None else live.version


def make_live(address: str, name: str) -> None:
    """Makes a table the live one, and drops all others but the previous one."""
    try:
        before: str | None = live_name(address)
    except IndexNotFound:
        before = None
    mode = "create" if opened(address, LIVE) is None else "overwrite"
    lance.write_dataset(pa.table({"name": [name]}), uri(address, LIVE), mode=mode)
    if before is not None:
        for number in range(1, _number(before)):
            drop(address, f"{_TABLE}{number:06d}")


def unfinished(address: str, about: About, dimension: int) -> tuple[str, Any]:
    """The table for a build: that of an interrupted build with the same encoder, or a new one.

    Returns:
        Its name and the dataset.
    """
    try:
        number = _number(live_name(address)) + 1
    except IndexNotFound:
        number = 1
    name = f"{_TABLE}{number:06d}"
    left = opened(address, name)
    if left is not None:
        if (left.schema.metadata or {}).get(_ABOUT) == about.metadata():
            return name, left
        drop(address, name)
    empty = rows.schema(dimension).with_metadata({_ABOUT: about.metadata()}).empty_table()
    return name, lance.write_dataset(empty, uri(address, name))


class Claim:
    """A build's right to write to its table, until another build resumes the same table."""

    def __init__(self, address: str, name: str) -> None:
        """Takes the claim from its current holder."""
        self._address, self._name, self._mark = address, name, uuid.uuid4().hex
        lance.dataset(uri(address, name)).update_config({_BUILDER: self._mark})

    def check(self) -> None:
        """Checks that this build still holds the claim.

        Raises:
            IndexLocked: another build holds it now.
        """
        if lance.dataset(uri(self._address, self._name)).config().get(_BUILDER) != self._mark:
            raise IndexLocked(
                f"Another process builds the index at {self._address}, and has taken over what this one has "
                "written. Try again when it has finished."
            )


def opened(address: str, name: str) -> Any:
    """A table's newest version, or None if there is no such table."""
    try:
        return lance.dataset(uri(address, name))
    except (FileNotFoundError, ValueError) as error:
        if "not found" in str(error).lower() or isinstance(error, FileNotFoundError):
            return None
        raise


def drop(address: str, name: str) -> None:
    """Removes a table and all of its versions, if it exists."""
    if opened(address, name) is not None:
        lance.LanceDataset.drop(uri(address, name))


def append(dataset: Any, table: Any) -> None:
    """Appends rows in one commit, which doesn't conflict with other writers'."""
    if len(table):
        dataset.insert(table.replace_schema_metadata(dataset.schema.metadata), mode="append")


def create_indices(dataset: Any, passages: int) -> None:
    """Creates or rebuilds the indices of a table."""
    for column, kind in _SCALAR_INDICES.items():
        dataset.create_scalar_index(column, kind, replace=True)
    dataset.create_scalar_index("terms", "INVERTED", replace=True, **_TERMS_INDEX)
    if passages >= EXACT:
        dataset.create_index("vector", replace=True, **vector_index(passages))


def forget_versions(dataset: Any) -> None:
    """Removes all but the newest version of a table without readers yet, and files of no version."""
    dataset.cleanup_old_versions(older_than=timedelta(0), delete_unverified=True)


def vector_index(passages: int) -> Mapping[str, Any]:
    """The settings of the vector index for this many passages."""
    # Some 4,096 passages per cluster, as Lance's own guide recommends.
    clusters = max(1, round(passages / 4096))
    return {"index_type": "IVF_RQ", "metric": "cosine", "num_partitions": clusters, "num_bits": 1}


def has_vector_index(dataset: Any) -> bool:
    """Whether a table has a vector index."""
    return any("vector" in index.field_names for index in dataset.describe_indices())


def uri(address: str, name: str) -> str:
    """The URI of a table for Lance."""
    root = address.removeprefix("lance://") if address.startswith("lance://") else address
    return f"{root.rstrip('/')}/{name}.lance"


def _number(name: str) -> int:
    return int(name.removeprefix(_TABLE))
