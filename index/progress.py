"""How far a long job is: a bar on standard error, or a function that is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

# Given how many are done and how many there are; of documents that come one at a time, that came so far.
Progress = Callable[[int, int], None]


@contextmanager
def encoding(
    unit: str, wanted: bool | Progress | None, done: int = 0, total: int | None = None
) -> Iterator[Callable[[int], object]]:
    """Shows how many are encoded while the block runs; it calls what it is given with how many more are.

    Args:
        unit: what is counted.
        wanted: as `show_progress` of `Index.build`.
        done: how many are when it begins.
        total: how many there are, where that is known.
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
