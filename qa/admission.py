"""Admission control: at most one question per processor is processed at once; the others wait in FIFO order.

More at once would contend for the interpreter's lock: with 8 on 2 processors the slowest took 17 times as
long as alone, now 8 times, and the throughput is 1.4 times as high (benchmarks/speed.py).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final

from index.concurrency import FairSemaphore, processors

if TYPE_CHECKING:
    from index.interface import Index

_QUESTIONS: Final = FairSemaphore(processors())


def admission(index: Index) -> AbstractContextManager[None]:
    """A reentrant context manager in which to process a question; admits all where the storage is slow."""
    return nullcontext() if index.waits_for_storage else _QUESTIONS
