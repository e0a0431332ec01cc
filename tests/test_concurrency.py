"""Who may work on a question, and who waits."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

import qa.admission
from index import Index
from index.concurrency import FairSemaphore, processors
from qa.admission import admission


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def waiting(turns: FairSemaphore, count: int) -> None:
    """Until so many wait."""
    while len(turns._waiting) < count:
        time.sleep(0.001)


def test_no_more_are_in_than_there_are_places() -> None:
    turns = FairSemaphore(2)
    inside: list[int] = []
    most: list[int] = []
    order: list[int] = []
    let_go = threading.Event()

    def hold() -> None:
        with turns:
            let_go.wait(120)

    def work(number: int) -> None:
        with turns:
            inside.append(number)
            order.append(number)
            most.append(len(inside))
            inside.remove(number)

    holders = [started(hold), started(hold)]
    while turns._free:
        time.sleep(0.001)
    threads = []
    for number in range(6):
        threads.append(started(lambda number=number: work(number)))  # type: ignore[misc]
        waiting(turns, number + 1)
    assert order == []
    let_go.set()
    for thread in (*holders, *threads):
        thread.join(120)
    assert sorted(order) == [0, 1, 2, 3, 4, 5]
    assert max(most) <= 2


def test_with_one_place_they_come_in_order() -> None:
    turns, order = FairSemaphore(1), []

    def work(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        threads = []
        for number in range(5):
            threads.append(started(lambda number=number: work(number)))  # type: ignore[misc]
            waiting(turns, number + 1)
    for thread in threads:
        thread.join(120)
    assert order == [0, 1, 2, 3, 4]


def test_who_is_in_may_enter_again_and_leaves_at_the_end() -> None:
    turns, entered = FairSemaphore(1), threading.Event()

    def work() -> None:
        with turns:
            entered.set()

    with turns:
        with turns:
            other = started(work)
            waiting(turns, 1)
        assert not entered.is_set()
    other.join(120)
    assert entered.is_set()


def test_a_fault_gives_the_place_back() -> None:
    turns = FairSemaphore(1)
    with pytest.raises(RuntimeError), turns:
        raise RuntimeError
    with turns:
        pass


def test_who_is_interrupted_while_waiting_keeps_nobody_waiting() -> None:
    turns, let_go = FairSemaphore(1), threading.Event()
    # The workers of a parallel test run take no notice of it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def hold() -> None:
        with turns:
            waiting(turns, 1)
            os.kill(os.getpid(), signal.SIGINT)
            let_go.wait(120)

    holder = started(hold)
    while turns._free:
        time.sleep(0.001)
    try:
        with pytest.raises(KeyboardInterrupt), turns:
            pass
    finally:
        signal.signal(signal.SIGINT, before)
        let_go.set()
        holder.join(120)
    assert not turns._waiting
    with turns:
        pass


def test_there_is_a_processor() -> None:
    assert processors() >= 1


def test_only_questions_that_need_a_processor_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.admission, "_QUESTIONS", FairSemaphore(1))
    near, far = (cast(Index, SimpleNamespace(waits_for_storage=waits)) for waits in (False, True))
    entered: list[str] = []

    def ask(index: Index, name: str) -> None:
        with admission(index):
            entered.append(name)

    with admission(near):
        waits = started(lambda: ask(near, "near"))
        waiting(qa.admission._QUESTIONS, 1)
        started(lambda: ask(far, "far")).join(120)
        assert entered == ["far"]
    waits.join(120)
    assert entered == ["far", "near"]
