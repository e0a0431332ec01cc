"""What was encoded before a crash is there after it, whole, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.folder.journal import Journal

ENTRIES = {bytes([n]) * 16: bytes([n]) * n for n in range(1, 6)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Journal(tmp_path / "journal", "one") as journal:
        for digest, encoding in ENTRIES.items():
            journal.add(digest, encoding)
    return tmp_path / "journal"


def held(path: Path, identity: str = "one") -> dict[bytes, bytes]:
    with Journal(path, identity) as journal:
        return {digest: journal[digest] for digest in ENTRIES if digest in journal}


def test_it_is_read_as_it_was_written(path: Path) -> None:
    assert held(path) == ENTRIES
    with Journal(path, "one") as journal, pytest.raises(KeyError):
        journal[b"\xff" * 16]


def test_what_was_handed_over_outlives_the_process(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal", "one") as journal:
        journal.add(b"a" * 16, b"kept")
        journal.keep()
        (tmp_path / "copy").write_bytes((tmp_path / "journal").read_bytes())
    with Journal(tmp_path / "copy", "one") as copy:
        assert copy[b"a" * 16] == b"kept"


def test_cut_anywhere_it_keeps_what_is_whole(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    kept = set()
    for size in range(len(content)):
        cut = tmp_path / "cut"
        cut.write_bytes(content[:size])
        found = held(cut)
        assert list(found.items()) == list(ENTRIES.items())[: len(found)]
        kept.add(len(found))
        # It goes on from there.
        with Journal(cut, "one") as journal:
            journal.add(b"z" * 16, b"new")
        with Journal(cut, "one") as journal:
            assert journal[b"z" * 16] == b"new"
    assert kept == {0, 1, 2, 3, 4}


def test_a_flipped_bit_anywhere_never_gives_another_encoding(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 0x10
        (tmp_path / "changed").write_bytes(bytes(changed))
        for digest, encoding in held(tmp_path / "changed").items():
            assert encoding == ENTRIES[digest]


def test_another_identity_begins_anew(path: Path) -> None:
    assert held(path, "two") == {}
    assert held(path, "one") == {}
