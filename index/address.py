"""Where an index is: a folder of this machine, or an address that LanceDB's tables are at."""

from __future__ import annotations

import importlib.util
from collections.abc import Hashable
from pathlib import Path
from typing import Final

from index.errors import EngineUnavailable, install_extra
from index.storage.files import expanded

SCHEMES: Final = ("lance", "s3", "gs", "az")
"""What an address begins with: a folder (`lance:///data/collection`), or a bucket of an object storage."""

_NEEDED: Final = ("lance", "pyarrow")


def is_address(place: str | Path) -> bool:
    """Whether a place is an address, rather than an index's folder.

    Raises:
        EngineUnavailable: it is one, and the packages that read it aren't installed.
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


def settled(place: str | Path) -> str | Path:
    """An address as it is, or a folder's path in full: the same for the same index."""
    return str(place).rstrip("/") if is_address(place) else expanded(place).resolve()


def state(place: str | Path) -> Hashable:
    """Changes whenever the index at a place does.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: what says which version is the live one can't be read.
    """
    if is_address(place):
        from index.lance import table

        return table.state(str(place))
    from index.folder import live_generation

    return live_generation.state(Path(place))
