"""Progress of long jobs: a bar on standard error, or a callback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

# Called with the number done and the total; if documents are streamed, the total is the number so far.
Progress = Callable[[int, int], None]


@contextmanager
def encoding(
    unit: str, wanted: bool | Progress | None, done: int = 0, total: int | None = None
) -> Iterator[Callable[[int], object]]:
    """Shows encoding progress while the block runs; yields a function to call with each increment.

    Args:
        unit: the name of the counted items.
        wanted: as `show_progress` of `Index.build`.
        done: number of items encoded at the start.
        total: number of items, if known.
    """
    if not callable(wanted):
        # tqdm takes None for "in a terminal only".
        is_hidden = done == total or (None if wanted is None else not wanted)
        with tqdm(desc="encoding", unit=f" {unit}", total=total, initial=done, disable=is_hidden) as bar:
            yield bar.update
        return
    tell, reached = wanted, done

    def advance(count: int) -> None:
        nonlocal reached
        reached += count
        tell(reached, reached if total is None else total)

    advance(0)
    yield advance
