"""Files on their way into a collection: who may send what, what is refused, what is left behind."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
from asgi import request
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from index import IndexLocked, UnreadableFile
from qa.collections.types import Added, Progress, Report
from qa.messages import say
from web.uploads.batches import MAX_FILES, Batch, Uploads, shown_name
from web.views import collection_views


class Shelf:
    """Takes in what is added, as `Library.add_files` would; what is called `damaged` can't be read."""

    def __init__(self) -> None:
        self.added: list[tuple[str, dict[str, bytes]]] = []
        self.paths: list[Path] = []
        self.error: Exception | None = None
        self.let_go = threading.Event()
        self.let_go.set()

    def add(self, collection: str, paths: Sequence[Path], report: Report, names: Mapping[Path, str]) -> Added:
        report(Progress("reading", 0, len(paths), None))
        assert self.let_go.wait(120)
        if self.error:
            raise self.error
        self.paths += paths
        self.added.append((collection, {names[path]: path.read_bytes() for path in paths}))
        damaged = [path for path in paths if names[path].startswith("damaged")]
        return Added(failed=tuple(UnreadableFile.of(path, "it is damaged.", "damaged") for path in damaged))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def uploads(shelf: Shelf) -> Uploads:
    return Uploads(shelf.add, max_bytes=1000, max_total=2500)


def send(uploads: Uploads, batch: Batch | str, number: object, *body: bytes) -> int:
    """The status that a file is answered with."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (await uploads.receive(Request(scope, receive)))(scope, receive, send)

    secret = batch if isinstance(batch, str) else batch.id
    headers = {"X-Batch": secret, "X-Number": str(number)}
    return request(app, "/library/upload", "POST", headers, body or (b"",)).status


def wait(done: Callable[[], bool]) -> None:
    for _ in range(12_000):  # two minutes; only ends a test that hangs
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it isn't done")


def test_files_are_added_under_the_names_that_the_page_gave(uploads: Uploads, shelf: Shelf) -> None:
    batch, accepted = uploads.begin("c", [("قلعة.txt", 4), ("notes.MD", 5)])
    assert accepted == [0, 1]
    assert [send(uploads, batch, 1, b"ab", b"cde"), send(uploads, batch, 0, b"abcd")] == [200, 200]
    assert sorted(path.name for path in batch.folder.iterdir()) == ["0.txt", "1.md"]
    assert batch.folder.stat().st_mode & 0o777 == 0o700
    uploads.finish(batch)
    wait(lambda: batch.stage == "done")
    assert shelf.added == [("c", {"قلعة.txt": b"abcd", "notes.MD": b"abcde"})]
    assert batch.faults == {}
    assert not batch.folder.exists()


def test_only_what_was_announced_is_taken_and_once(uploads: Uploads) -> None:
    batch, _ = uploads.begin("c", [("a.txt", 1), ("b.exe", 1)])
    for number in (1, 2, -1, "x", "", "²", "1" * 5000):
        assert send(uploads, batch, number, b"a") == 403
    assert send(uploads, "", 0, b"a") == send(uploads, "guess", 0, b"a") == 403
    assert [send(uploads, batch, 0, b"a"), send(uploads, batch, 0, b"b")] == [200, 403]
    assert [path.read_bytes() for path in batch.folder.iterdir()] == [b"a"]
    uploads.finish(batch)
    assert send(uploads, batch, 0, b"a") == 403


@pytest.mark.parametrize(
    ("name", "size", "fault"),
    [
        ("a.txt", 1000, ""),
        ("a.txt", 1001, "file_too_large"),
        ("film.mp4", 1, "file_type"),
        ("folder", 4096, "file_type"),
        ("../../x.txt", 1, "file_name"),
        ("C:\\x.txt", 1, "file_name"),
        (".hidden.txt", 1, "file_name"),
        ("CON.txt", 1, "file_name"),
        ("a\n.txt", 1, "file_name"),
        ("x" * 300 + ".txt", 1, "file_name"),
        ("", 1, "file_name"),
        ("ما هو؟.txt", 1, ""),
        ('what? "this".txt', 1, ""),
    ],
)
def test_what_cant_be_added_is_refused_before_it_is_sent(
    uploads: Uploads, name: str, size: int, fault: str
) -> None:
    batch, accepted = uploads.begin("c", [(name, size)])
    assert (accepted, batch.faults) == (([], {0: fault}) if fault else ([0], {}))
    assert batch.stage == ("done" if fault else "sending")
    # Of refused files the page has been told; nothing of them is kept.
    assert uploads.batch(batch.id) is (None if fault else batch)


def test_no_more_files_than_a_thousand_at_once(uploads: Uploads) -> None:
    batch, accepted = uploads.begin("c", [(f"{n}.txt", 1) for n in range(MAX_FILES + 2)])
    assert accepted == list(range(MAX_FILES))
    # Of the others only their number is kept.
    assert (batch.faults, len(batch.names), batch.surplus, batch.total) == ({}, MAX_FILES, 2, MAX_FILES + 2)
    assert send(uploads, batch, MAX_FILES, b"a") == 403


def kept_names(uploads: Uploads) -> int:
    return sum(len(batch.names) for batch in uploads._batches.values())


def test_names_of_refused_files_are_kept_within_bounds(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file that may be sent would keep the names of all that were refused with it."""
    monkeypatch.setattr("web.uploads.batches.MAX_NAMES", 30)
    monkeypatch.setattr("web.uploads.batches.MAX_TOTAL_NAMES", 50)
    files = [("a.txt", 1), *[("film.mp4", 1)] * 9]
    begun = [uploads.begin("c", files, "one") for _ in range(5)]
    assert [accepted for _, accepted in begun] == [[0]] * 3 + [[]] * 2
    refused, _ = begun[3]
    assert refused.faults == {0: "file_quota", **dict.fromkeys(range(1, 10), "file_type")}
    others = [uploads.begin("c", files, name) for name in ("another", "a third", "a fourth")]
    assert [accepted for _, accepted in others] == [[0], [0], []]
    assert kept_names(uploads) == 50
    # There is room again when files have come in.
    uploads.finish(begun[0][0])
    wait(lambda: begun[0][0].stage == "done")
    assert uploads.begin("c", files, "one")[1] == [0]


def test_so_many_names_of_finished_batches_are_remembered(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.uploads.batches.MAX_NAMES_REMEMBERED", 25)
    done: list[Batch] = []
    for _ in range(4):
        batch, _ = uploads.begin("c", [("a.txt", 1), *[("film.mp4", 1)] * 9])
        uploads.finish(batch)
        wait(lambda batch=batch: batch.stage == "done")  # type: ignore[misc]
        done.append(batch)
    waiting, _ = uploads.begin("c", [("a.txt", 1)])
    known = [uploads.batch(batch.id) is batch for batch in (*done, waiting)]
    assert known == [False, False, True, True, True]


def test_a_report_says_how_many_files_were_too_many() -> None:
    batch = Batch("id", "c", ("a.mp4",), {0: "file_type"}, surplus=7, stage="done")
    report = collection_views.progress(batch, True, "en")
    assert report["said"] == "Files added: 0, not added: 8"
    assert say("and_more", "en", number=7) in report["shown"]
    assert say("file_too_many", "en") in report["shown"]
    assert not report["complete"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("قلعة حلب.txt", "قلعة حلب.txt"),
        ("safe\u202egnp.txt", "safegnp.txt"),
        ('what? "this".txt', "what_ _this_.txt"),
        ("../../x.txt", "../../x.txt"),
        ("a\n\u202eb\x00.txt", "a b .txt"),
        ("\u2066", "…"),
    ],
)
def test_a_name_is_shown_so_that_it_reorders_nothing(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_a_file_is_cut_off_where_it_becomes_too_large(uploads: Uploads, shelf: Shelf) -> None:
    """Whatever it said of its size."""
    batch, _ = uploads.begin("c", [("a.txt", 1), ("b.txt", 1)])
    assert send(uploads, batch, 0, b"a" * 600, b"a" * 401) == 413
    assert send(uploads, batch, 1, b"b" * 1000) == 200
    uploads.finish(batch)
    wait(lambda: batch.stage == "done")
    assert batch.faults == {0: "file_too_large"}
    assert shelf.added == [("c", {"b.txt": b"b" * 1000})]


def test_all_that_wait_have_room_for_so_much_together(uploads: Uploads, shelf: Shelf) -> None:
    shelf.let_go.clear()
    first, _ = uploads.begin("c", [("a.txt", 1000), ("b.txt", 1000)])
    assert [send(uploads, first, n, b"a" * 1000) for n in (0, 1)] == [200, 200]
    uploads.finish(first)
    second, _ = uploads.begin("d", [("a.txt", 1000), ("b.txt", 1000)])
    assert send(uploads, second, 0, b"a" * 1000) == 413
    assert second.faults == {0: "file_full"}
    shelf.let_go.set()
    wait(lambda: first.stage == "done")
    assert send(uploads, second, 1, b"a" * 1000) == 200


def break_off(uploads: Uploads, batch: Batch, number: int, part: bytes) -> None:
    """Sends the first part of a file; then the connection is gone."""
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    headers = [(b"x-batch", batch.id.encode()), (b"x-number", str(number).encode())]
    asyncio.run(uploads.receive(Request({"type": "http", "method": "POST", "headers": headers}, receive)))


def test_a_connection_that_breaks_off_doesnt_end_its_batch(uploads: Uploads, shelf: Shelf) -> None:
    batch, _ = uploads.begin("c", [("a.txt", 2), ("b.txt", 4), ("c.txt", 1), ("d.txt", 1)])
    assert send(uploads, batch, 0, b"aa") == 200
    for number in (1, 2):
        break_off(uploads, batch, number, b"half")
    assert sorted(path.name for path in batch.folder.iterdir()) == ["0.txt"]
    assert batch.bytes == 2
    # The page tries one of them again.
    assert [send(uploads, batch, n, b"whole") for n in (1, 3)] == [200, 200]
    uploads.finish(batch)
    wait(lambda: batch.stage == "done")
    assert shelf.added == [("c", {"a.txt": b"aa", "b.txt": b"whole", "d.txt": b"whole"})]
    assert batch.faults == {2: "file_not_sent"}
    assert not batch.folder.exists()


def an_hour_later(uploads: Uploads, *batches: Batch) -> None:
    """What is done when the last file came an hour ago."""
    for batch in batches:
        batch.touched -= 3600
    uploads._watch(is_due=True)


def test_what_came_of_several_batches_is_added_when_nothing_more_comes(shelf: Shelf) -> None:
    """By one thread: a thread a batch would be one that a page may ask for without end."""
    uploads = Uploads(shelf.add, patience=3600)
    before = threading.active_count()
    batches = [uploads.begin(f"c{n}", [("a.txt", 2), ("b.txt", 1)])[0] for n in range(20)]
    assert threading.active_count() <= before + 1
    for batch in batches:
        assert send(uploads, batch, 0, b"aa") == 200
    an_hour_later(uploads, *batches)
    wait(lambda: all(batch.stage == "done" for batch in batches))
    assert sorted(shelf.added) == sorted((f"c{n}", {"a.txt": b"aa"}) for n in range(20))
    later, _ = uploads.begin("later", [("a.txt", 1)])
    an_hour_later(uploads, later)
    wait(lambda: later.stage == "done")
    assert later.faults == {0: "file_not_sent"}


def test_what_came_is_added_when_nothing_more_comes(shelf: Shelf) -> None:
    batch, _ = (uploads := Uploads(shelf.add, patience=3600)).begin("c", [("a.txt", 2), ("b.txt", 1)])
    assert send(uploads, batch, 0, b"aa") == 200
    an_hour_later(uploads, batch)
    wait(lambda: batch.stage == "done")
    assert shelf.added == [("c", {"a.txt": b"aa"})]
    assert batch.faults == {1: "file_not_sent"}


def test_batches_of_which_nothing_comes_take_one_thread_together(shelf: Shelf) -> None:
    uploads = Uploads(shelf.add, patience=3600)
    before = threading.active_count()
    for _ in range(50):
        uploads.begin("c", [("a.txt", 2)])
    assert threading.active_count() <= before + 1
    uploads.close()
    # It ends with the last of them, and begins again with the next.
    uploads = Uploads(shelf.add, patience=0.05)
    for _ in range(2):
        batches = [uploads.begin("c", [("a.txt", 2)])[0] for _ in range(3)]
        wait(lambda batches=batches: all(batch.stage == "done" for batch in batches))  # type: ignore[misc]
        wait(lambda: not uploads._watching)


def test_what_is_on_its_way_when_the_server_stops_is_removed(uploads: Uploads) -> None:
    batch, _ = uploads.begin("one", [("a.txt", 4)])
    assert send(uploads, batch, 0, b"text") == 200
    uploads.close()
    assert not batch.folder.exists()
    refused, _ = uploads.begin("one", [("a.exe", 4)])
    uploads.close()
    assert not refused.folder.is_absolute()


def test_if_nothing_came_nothing_is_added(uploads: Uploads, shelf: Shelf) -> None:
    batch, _ = uploads.begin("c", [("a.txt", 2)])
    uploads.finish(batch)
    wait(lambda: batch.stage == "done")
    assert (shelf.added, batch.faults) == ([], {0: "file_not_sent"})


def test_a_damaged_file_is_known_by_its_number(uploads: Uploads) -> None:
    batch, _ = uploads.begin("c", [("a.txt", 1), ("damaged.pdf", 1)])
    assert [send(uploads, batch, n, b"x") for n in (0, 1)] == [200, 200]
    uploads.finish(batch)
    wait(lambda: batch.stage == "done")
    assert batch.faults == {1: "file_damaged"}


@pytest.mark.parametrize("error", [IndexLocked("busy"), OSError("full"), RuntimeError("a fault")], ids=repr)
def test_after_a_failure_the_next_files_are_added(
    uploads: Uploads, shelf: Shelf, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.error = error
    first, _ = uploads.begin("c", [("a.txt", 1)])
    second, _ = uploads.begin("d", [("a.txt", 1)])
    assert [send(uploads, batch, 0, b"x") for batch in (first, second)] == [200, 200]
    uploads.finish(first)
    wait(lambda: first.stage == "done")
    assert first.error is error
    assert [record.name for record in caplog.records] == ["web.uploads.batches"] * isinstance(
        error, RuntimeError
    )
    shelf.error = None
    uploads.finish(second)
    wait(lambda: second.stage == "done")
    assert shelf.added == [("d", {"a.txt": b"x"})]
    assert not first.folder.exists()


def test_batches_are_added_one_after_another(uploads: Uploads, shelf: Shelf) -> None:
    shelf.let_go.clear()
    batches = [uploads.begin(name, [("a.txt", 1)])[0] for name in "cd"]
    for batch in batches:
        send(uploads, batch, 0, b"x")
        uploads.finish(batch)
        uploads.finish(batch)  # it can be said twice
    wait(lambda: batches[0].stage == "reading")
    assert batches[1].stage == "waiting"
    assert uploads.of_collection("d") is batches[1]
    shelf.let_go.set()
    wait(lambda: batches[1].stage == "done")
    assert [collection for collection, _ in shelf.added] == ["c", "d"]
    assert uploads.of_collection("d") is None
    assert cast("Batch", uploads.batch(batches[1].id)) is batches[1]


class Lanes:
    """Adds what each collection's gate lets through; tells the order in which turns began and ended."""

    def __init__(self, *closed: str) -> None:
        self.gates = {name: threading.Event() for name in closed}
        self.began: list[tuple[str, int]] = []
        self.ended: list[tuple[str, int]] = []

    def add(self, collection: str, paths: Sequence[Path], report: Report, names: Mapping[Path, str]) -> Added:
        report(Progress("reading", 0, len(paths), None))
        self.began.append((collection, len(paths)))
        if gate := self.gates.get(collection):
            assert gate.wait(20)
        self.ended.append((collection, len(paths)))
        failed = [path for path in paths if names[path].startswith("damaged")]
        return Added(failed=tuple(UnreadableFile.of(path, "it is damaged.", "damaged") for path in failed))


def sent(uploads: Uploads, collection: str, count: int, person: str, name: str = "a") -> Batch:
    """A batch of small files that has arrived."""
    batch, accepted = uploads.begin(collection, [(f"{name}{n}.txt", 1) for n in range(count)], person)
    assert [send(uploads, batch, number, b"x") for number in accepted] == [200] * len(accepted)
    uploads.finish(batch)
    return batch


def test_while_one_persons_file_takes_long_anothers_is_added() -> None:
    lanes = Lanes("slow")
    uploads = Uploads(lanes.add)
    slow = sent(uploads, "slow", 1, "one")
    wait(lambda: lanes.began == [("slow", 1)])
    later = sent(uploads, "later", 1, "one")
    other = sent(uploads, "other", 1, "another")
    wait(lambda: other.stage == "done")
    # One person has one turn at a time.
    assert (slow.stage, later.stage) == ("reading", "waiting")
    lanes.gates["slow"].set()
    wait(lambda: later.stage == "done")
    assert [name for name, _ in lanes.ended] == ["other", "slow", "later"]


def test_a_large_batch_is_added_in_turns_with_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.uploads.batches.LANES", 1)
    lanes = Lanes("large")
    uploads = Uploads(lanes.add)
    large = sent(uploads, "large", 120, "one", name="damaged")
    wait(lambda: lanes.began == [("large", 50)])
    small = [sent(uploads, name, 1, name) for name in ("two", "three")]
    lanes.gates["large"].set()
    wait(lambda: large.stage == "done")
    assert lanes.ended == [("large", 50), ("two", 1), ("three", 1), ("large", 50), ("large", 20)]
    assert [batch.stage for batch in small] == ["done", "done"]
    # What became of the files of each turn is told of all together.
    assert len(large.added.failed) == 120
    assert large.faults == dict.fromkeys(range(120), "file_damaged")
    assert large.bytes == 0
    assert not large.folder.exists()


def test_how_far_a_batch_is_counts_over_all_its_turns() -> None:
    batch = Batch("id", "c", ("a.txt",) * 120, arrived={n: Path(f"{n}") for n in range(120)})
    batch.unread.extend(range(50, 120))
    batch.started = time.monotonic() - 10
    batch.note(Progress("reading", 10, 50, 3.0))
    assert batch.progress == Progress("reading", 10, 120, 3.0)
    batch.note(Progress("encoding", 5, 80, 1.0))
    assert batch.progress is not None
    assert batch.progress.seconds_left is not None
    assert 14 <= batch.progress.seconds_left < 100  # 50 files took 10 seconds, so 70 take 14
    batch.unread.clear()
    batch.note(Progress("encoding", 5, 80, 1.0))
    assert batch.progress == Progress("encoding", 5, 80, 1.0)


def test_encoding_takes_turns() -> None:
    """One encodes at a time, and who comes to it later isn't behind all of another's passages."""
    encoded: list[str] = []
    begun = threading.Barrier(2, timeout=20)

    def add(collection: str, paths: Sequence[Path], report: Report, names: Mapping[Path, str]) -> Added:
        del paths, names
        report(Progress("reading", 1, 1, 0.0))
        begun.wait()
        for number in range(5):
            report(Progress("encoding", number, 5, None))
            encoded.append(collection)
            time.sleep(0.05)
            encoded.append(collection)
        return Added()

    uploads = Uploads(add)
    batches = [sent(uploads, name, 1, name) for name in ("a", "b")]
    wait(lambda: all(batch.stage == "done" for batch in batches))
    pairs = list(zip(encoded[::2], encoded[1::2], strict=True))
    assert all(one == other for one, other in pairs)  # nobody encoded meanwhile
    # From when both have come to it until one is done, each lets the other go before.
    order = "".join(one for one, _ in pairs)
    both = order[max(order.index("a"), order.index("b")) : min(order.rindex("a"), order.rindex("b"))]
    assert "aa" not in both
    assert "bb" not in both


def test_one_person_may_have_so_many_files_waiting() -> None:
    lanes = Lanes("c")
    uploads = Uploads(lanes.add, max_waiting=3, max_waiting_bytes=1000)
    first = sent(uploads, "c", 2, "one")
    second, accepted = uploads.begin("c", [("a.txt", 1), ("b.mp4", 1), ("c.txt", 1)], "one")
    assert (accepted, second.faults) == ([0], {1: "file_type", 2: "file_quota"})
    other, accepted = uploads.begin("c", [(f"{n}.txt", 1) for n in range(4)], "another")
    assert (accepted, other.faults) == ([0, 1, 2], {3: "file_quota"})
    assert send(uploads, second, 0, b"x" * 999) == 413
    assert second.faults[0] == "file_quota"
    assert send(uploads, other, 0, b"x" * 999) == 200
    lanes.gates["c"].set()
    wait(lambda: first.stage == "done")
    _, accepted = uploads.begin("c", [(f"{n}.txt", 1) for n in range(4)], "one")
    assert accepted == [0, 1, 2]


def test_without_room_on_the_disk_no_batch_begins(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    with pytest.raises(OSError, match="No space"):
        uploads.begin("c", [("a.txt", 1)])
    monkeypatch.undo()
    assert uploads.of_collection("c") is None
    assert uploads.begin("c", [("a.txt", 1)])[1] == [0]
