"""Users of a shared chat: what is kept of a password, and what isn't."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from index.storage import files
from web.server import users as users_module
from web.server.users import HashedPassword, InvalidUser, Users, UsersUnreadable


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Users:
    """An empty file of users, whose passwords are hashed in no time."""
    monkeypatch.setattr(users_module, "_N", 2)
    monkeypatch.setattr(users_module, "_NOBODY", HashedPassword.of("nobody's password"))
    return Users(tmp_path / "users.json")


def test_a_password_is_recognised_and_no_other(users: Users) -> None:
    assert users.add("salma", "open sesame")
    assert users.add("سلمى", "افتح يا سمسم")
    assert users.check("salma", "open sesame")
    assert users.check(" salma ", "open sesame")  # as Gradio's page sends it, or not
    assert users.check("سلمى", "افتح يا سمسم")
    for name, password in [
        ("salma", "open sesamE"),
        ("salma", ""),
        ("salma", "افتح يا سمسم"),
        ("Salma", "open sesame"),
        ("nobody", "open sesame"),
        ("", ""),
        ("salma", "x" * 100_000),
        ("salma", "\udcff" * 10),
    ]:
        assert not users.check(name, password)


def test_letters_may_be_typed_composed_or_not(users: Users) -> None:
    users.add("آمنة", "أأأأأأأأ")
    assert users.check("\u0627\u0653منة", "\u0627\u0654" * 8)


def test_a_new_password_takes_the_old_ones_place(users: Users) -> None:
    users.add("salma", "first password")
    assert not users.add("salma", "second password")
    assert not users.check("salma", "first password")
    assert users.check("salma", "second password")
    users.remove("salma")
    assert not users.check("salma", "second password")
    with pytest.raises(InvalidUser, match="no user 'salma'"):
        users.remove("salma")


def test_what_is_kept_is_scrypt_with_a_salt_of_its_own(tmp_path: Path) -> None:
    """With the real parameters: once, since it takes its time on purpose."""
    path = tmp_path / "users.json"
    Users(path).add("salma", "open sesame")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_text("utf-8")
    assert "open sesame" not in content
    kept = json.loads(content)["users"]["salma"]
    assert (kept["n"], kept["r"], kept["p"]) == (32768, 8, 3)
    assert kept["hash"] == (
        hashlib.scrypt(
            b"open sesame", salt=bytes.fromhex(kept["salt"]), n=32768, r=8, p=3, maxmem=64 << 20, dklen=32
        ).hex()
    )
    assert HashedPassword.of("open sesame").salt != kept["salt"]
    # Beside it there is nothing but the lock, which keeps changes apart.
    assert {p.name for p in tmp_path.iterdir()} <= {"users.json", ".users.json.lock"}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_its_owner_may_read_the_file_whatever_the_umask(users: Users, umask: int) -> None:
    before = os.umask(umask)
    try:
        users.add("salma", "open sesame")
    finally:
        os.umask(before)
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600


def test_users_added_at_once_are_all_there(users: Users) -> None:
    """Each by an object of its own, as by a process of its own."""
    start = Barrier(8)

    def add(number: int) -> bool:
        start.wait()
        return Users(users.path).add(f"user {number}", "open sesame")

    with ThreadPoolExecutor(8) as people:
        assert all(people.map(add, range(8)))
    assert sorted(users.load()) == [f"user {number}" for number in range(8)]


@pytest.mark.slow
def test_eight_commands_at_once_add_eight_users(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    commands = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from cli.entry import main; main()",
                "user",
                "add",
                f"user{number}",
                "--auth",
                str(path),
            ],
            stdin=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for command in commands:
        command.communicate("open sesame\n", timeout=120)
    assert [command.returncode for command in commands] == [0] * 8
    assert sorted(Users(path).load()) == [f"user{number}" for number in range(8)]


def test_who_waits_too_long_is_told(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_module, "_MAX_WAIT", 0)
    users.add("salma", "open sesame")
    with files.lock(users.path.with_name(".users.json.lock")):  # as another process does
        with pytest.raises(UsersUnreadable, match="Another process is changing"):
            users.add("omar", "open sesame")
        with pytest.raises(UsersUnreadable, match="Another process is changing"):
            users.remove("salma")
    assert sorted(users.load()) == ["salma"]


def test_an_unknown_name_costs_as_much_as_a_known_one(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add("salma", "open sesame")
    hashed: list[tuple[int, int, int]] = []
    scrypt = users_module._scrypt

    def counted(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
        hashed.append((n, r, p))
        return scrypt(password, salt, n, r, p)

    monkeypatch.setattr(users_module, "_scrypt", counted)
    assert not users.check("nobody", "nobody's password")  # whatever it is
    assert not users.check("salma", "nobody's password")
    assert hashed == [(2, 8, 3), (2, 8, 3)]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "\u202esalma", "-salma", "n" * 1025, "\udcff"])
def test_names_that_cant_be_taken(users: Users, name: str) -> None:
    with pytest.raises(InvalidUser):
        users.add(name, "long enough")
    assert not users.path.exists()


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_passwords_that_cant_be_taken(users: Users, password: str) -> None:
    users.add("salma", "open sesame")
    with pytest.raises(InvalidUser, match="at least 8 characters"):
        users.add("salma", password)
    assert users.check("salma", "open sesame")


GOOD: dict[str, Any] = {"n": 2, "r": 8, "p": 1, "salt": "00" * 16, "hash": "00" * 32}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"users": []}',
        '{"users": {"a": "password"}}',
        *(
            json.dumps({"users": {"a": GOOD | wrong}})
            for wrong in (
                {"n": 3},
                {"n": 2**40},
                {"n": "2"},
                {"p": 0},
                {"salt": ""},
                {"hash": ""},
                {"hash": "zz"},
                {"more": 1},
            )
        ),
    ],
)
def test_a_damaged_file_lets_nobody_in_and_stays(users: Users, content: str) -> None:
    users.path.write_text(content)
    with pytest.raises(UsersUnreadable, match="isn't a file of users"):
        users.check("a", "password")
    with pytest.raises(UsersUnreadable, match="isn't a file of users"):
        users.add("b", "password")
    assert users.path.read_text() == content


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(UsersUnreadable, match=r"Make it: dalil user add NAME --auth .*none\.json"):
        Users(tmp_path / "none.json").check("salma", "open sesame")
