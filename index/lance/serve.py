"""Replicas: several processes of a Ray cluster that serve the same index.

Replicas are stateless: all data are at the index's address. So a call to a replica that has died, or that
doesn't reply in time, is retried on another.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from index.encoding.base import Encoder
from index.errors import DalilError
from index.interface import Index
from index.lance.cluster import started_ray

# Seconds after which the call is also sent to another replica, and after which it fails.
_IMPATIENCE: Final = 2.0
_PATIENCE: Final = 60.0

P = ParamSpec("P")
T = TypeVar("T")


class NoReplica(DalilError):
    """No replica replied in time."""


class Replicas:
    """A pool of processes that serve one index; thread-safe. A context manager.

    `replicas.run(Index.search, "a question", k=5)` searches, and with `def answer(index, question):
    return qa.ask(question, index)` in a module that every machine has, `replicas.run(answer, "a question")`
    answers.
    """

    def __init__(self, address: str, count: int, encoder: Encoder | str | None = None) -> None:
        """Starts the replicas, spread over the cluster's machines.

        Args:
            address: of the index; every machine must reach it.
            count: number of replicas, at least 1.
            encoder: as for `Index.open`; named, or of a class that every machine can import.

        Raises:
            EngineUnavailable: Ray isn't installed.
            ValueError: count is less than 1.
        """
        if count < 1:
            raise ValueError(f"count must be at least 1, not {count}")
        self._ray = started_ray()
        # A replica that dies is restarted wherever there is room.
        kind = self._ray.remote(num_cpus=0.5, max_restarts=-1, scheduling_strategy="SPREAD")(_Replica)
        self._replicas = [kind.remote(address, encoder) for _ in range(count)]
        self._turns = itertools.count()
        self._lock = threading.Lock()

    def run(self, work: Callable[Concatenate[Index, P], T], *arguments: P.args, **options: P.kwargs) -> T:
        """Runs a function on the newest version of the index in one of the replicas; returns its result.

        Args:
            work: called with the index; repeated on another replica if one is lost, so it should only read.
            arguments: its further positional arguments.
            options: its keyword arguments.

        Raises:
            NoReplica: no replica replies within a minute.
        """
        from ray.exceptions import ActorUnavailableError, RayActorError

        asked: list[Any] = []
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            asked.append(self._next().run.remote(work, arguments, options))
            ready, _ = self._ray.wait(asked, num_returns=1, timeout=_IMPATIENCE)
            for reply in ready:
                try:
                    result: T = self._ray.get(reply)
                except (ActorUnavailableError, RayActorError):
                    asked.remove(reply)
                else:
                    return result
        raise NoReplica(f"None of the {len(self._replicas)} replicas replies. Is the Ray cluster running?")

    def _next(self) -> Any:
        with self._lock:
            return self._replicas[next(self._turns) % len(self._replicas)]

    def close(self) -> None:
        """Stops all replicas."""
        for replica in self._replicas:
            self._ray.kill(replica)

    def __enter__(self) -> Replicas:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Replica:
    """An actor that serves the index."""

    def __init__(self, address: str, encoder: Encoder | str | None) -> None:
        self._index = Index.open(address, encoder=encoder)
        self._index.warm_up()

    def run(self, work: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        self._index.refresh()
        return work(self._index.snapshot(), *arguments, **options)
