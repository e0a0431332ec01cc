"""Files that are whole or absent."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import platformdirs
import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from index.storage import files


def test_the_cache_folder_is_the_one_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DALIL_CACHE", "~/somewhere")
    monkeypatch.setenv("HOME", "/home/reader")
    assert files.cache_folder() == Path("/home/reader/somewhere")
    for unset in ("", None):
        if unset is None:
            monkeypatch.delenv("DALIL_CACHE")
        else:
            monkeypatch.setenv("DALIL_CACHE", unset)
        assert files.cache_folder() == Path(platformdirs.user_cache_dir("dalil"))


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 19])
def test_sha256(size: int, tmp_path: Path) -> None:
    content = bytes(i % 251 for i in range(size))
    (tmp_path / "file").write_bytes(content)
    assert files.sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_flush_takes_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    files.flush(tmp_path / "file")
    files.flush(tmp_path)
    with pytest.raises(FileNotFoundError):
        files.flush(tmp_path / "absent")


def test_replace(tmp_path: Path) -> None:
    path = tmp_path / "CURRENT"
    files.replace(path, b"one")
    assert path.read_bytes() == b"one"
    files.replace(path, b"")
    assert path.read_bytes() == b""
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_replace_that_fails_leaves_the_old_content_and_nothing_else(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "CURRENT"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    if call == "replace":
        monkeypatch.setattr(Path, call, full)
    with pytest.raises(OSError, match="No space left"):
        files.replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("umask", [0o022, 0o027, 0o002, 0o077])
def test_modes_are_the_umasks_but_for_what_is_private(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        files.replace(tmp_path / "CURRENT", b"x")
        files.write(tmp_path / "texts", [b"x"])
        with files.lock(tmp_path / "write.lock"):
            pass
        files.temporary_folder("model.", tmp_path).rename(tmp_path / "model")
        files.replace(tmp_path / "users", b"x", private=True)
        files.make_private_folder(tmp_path / "parent" / "data")
        files.make_private_folder(tmp_path / "parent" / "data")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    modes.setdefault("write.lock", 0o666 & ~umask)  # some versions of filelock remove it
    file, folder = 0o666 & ~umask, 0o777 & ~umask
    assert modes == {
        "CURRENT": file,
        "texts": file,
        "write.lock": file,
        "model": folder,
        "users": 0o600,
        "parent": folder,
    }
    assert stat.S_IMODE((tmp_path / "parent" / "data").stat().st_mode) == 0o700


def test_an_index_can_be_read_by_others_where_the_umask_says_so(tmp_path: Path, encoder: FakeEncoder) -> None:
    before = os.umask(0o022)
    try:
        Index.build([Document("A text.")], tmp_path / "index", encoder=encoder, show_progress=False)
    finally:
        os.umask(before)
    modes = {
        stat.S_IMODE(path.stat().st_mode) & (0o755 if path.is_dir() else 0o644)
        for path in (tmp_path / "index").rglob("*")
    }
    assert modes == {0o755, 0o644}
