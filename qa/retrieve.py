"""`retrieve`: a question -> the passages that answer it best."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from qa.article import article_index

if TYPE_CHECKING:
    from index.store import Index
    from index.types import Hit

# By path, the one that was asked last at the end: an older state of an index isn't kept.
_opened: dict[Path, tuple[tuple[str, int], Index]] = {}
_opening = threading.Lock()
_MOST_OPENED = 4


def retrieve(question: str, k: int = 5, index: Index | str | Path | None = None) -> list[Hit]:
    """The `k` passages that answer a question best, best first.

    Args:
        question: in Arabic or English.
        k: at least 1.
        index: an index or the path of one; the built-in article's if not given.

    Raises:
        InvalidQuestion: there is nothing to search for.
        IndexNotFound: there is no index at the path.
        IndexDamaged: its files aren't what was written.
        ValueError: k is less than 1.
    """
    return open_index(index).search(question, k)


def open_index(index: Index | str | Path | None) -> Index:
    """The index itself, the one at a path, or the built-in article's.

    One that was opened before is opened again only when it has changed on disk.
    """
    if index is None:
        return article_index()
    if isinstance(index, str | Path):
        from index.live import state
        from index.store import Index

        path = Path(index).expanduser().resolve()
        now = state(path)
        with _opening:
            known = _opened.pop(path, None)
            opened = known if known and known[0] == now else (now, Index.open(path))
            _opened[path] = opened
            if len(_opened) > _MOST_OPENED:
                del _opened[next(iter(_opened))]
        return opened[1]
    return index
