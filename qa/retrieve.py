"""`retrieve`: the best passages for a question."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from qa.admission import admission
from qa.article import article_index

if TYPE_CHECKING:
    from index.interface import Index
    from index.scope import Scope
    from index.types import Hit

# Keyed by path or address, most recently used last: only the latest state of an index is cached.
_opened: dict[str | Path, tuple[Hashable, Index]] = {}
_opening = threading.Lock()
_MAX_OPENED = 4


def retrieve(
    question: str,
    k: int = 5,
    index: Index | str | Path | None = None,
    within: Scope | str | None = None,
) -> list[Hit]:
    """The `k` best passages for a question, best first.

    Args:
        question: in Arabic or English.
        k: at least 1.
        index: an index, or the path or address of one; the built-in article's if not given.
        within: restricts the search to this scope, such as "folder:contracts type:pdf" (`index.Scope`).

    Raises:
        InvalidQuestion: there is nothing to search for.
        InvalidScope: the scope can't be read, or names what the index doesn't have.
        IndexNotFound: there is no index at the path.
        IndexDamaged: its files aren't what was written.
        ValueError: k is less than 1.
    """
    source = open_index(index)
    with admission(source):
        return source.search(question, k, within)


def open_index(index: Index | str | Path | None) -> Index:
    """Returns the given index, the one at a path or address, or the built-in article's.

    An index opened before is reopened only when it has changed.
    """
    if index is None:
        return article_index()
    if isinstance(index, str | Path):
        from index.interface import Index
        from index.open import settled, state

        place = settled(index)
        now = state(place)
        with _opening:
            known = _opened.pop(place, None)
            opened = known if known and known[0] == now else (now, Index.open(place))
            _opened[place] = opened
            if len(_opened) > _MAX_OPENED:
                del _opened[next(iter(_opened))]
        return opened[1]
    return index
