"""Selects the engine of an index by its path: a local folder, or an address of LanceDB tables."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final, cast

from index.errors import EngineUnavailable, install_extra
from index.storage.files import expanded

SCHEMES: Final = ("lance", "s3", "gs", "az")
"""The prefixes of addresses: a folder (`lance:///data/collection`), or a bucket of an object storage."""

_NEEDED: Final = ("lance", "pyarrow")


def is_address(place: str | Path) -> bool:
    """Whether a place is an address rather than an index's folder.

    Raises:
        EngineUnavailable: it is an address, and the packages that read it aren't installed.
    """
    scheme, separator, _ = str(place).partition("://") if isinstance(place, str) else ("", "", "")
    if not separator or scheme not in SCHEMES:
        return False
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise EngineUnavailable(
            f"{place} is an address of LanceDB tables, which need {', '.join(missing)}: "
            f"{install_extra('scale')}"
        )
    return True


def engine_at(place: str | Path) -> Any:
    """The class of the index at a place, a subclass of `index.Index`; imported on first use.

    Raises:
        EngineUnavailable: the packages that an address needs aren't installed.
    """
    if is_address(place):
        return importlib.import_module("index.lance.store").LanceIndex
    return importlib.import_module("index.folder.store").FolderIndex


def settled(place: str | Path) -> str | Path:
    """The canonical place of an index: an address unchanged, or a folder's absolute path."""
    return str(place).rstrip("/") if is_address(place) else expanded(place).resolve()


def state(place: str | Path) -> Hashable:
    """A value that changes whenever the index at a place does.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: the record of the live version can't be read.
    """
    if is_address(place):
        return cast("Hashable", importlib.import_module("index.lance.table").state(str(place)))
    return cast("Hashable", importlib.import_module("index.folder.live").state(Path(place)))
