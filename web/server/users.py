"""Users of a shared chat: names and hashed passwords in one file."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from index.errors import DalilError
from index.storage import files

MIN_PASSWORD_LENGTH: Final = 8
_MAX_LENGTH: Final = 1024  # characters of a name or a password
# From OWASP's Password Storage Cheat Sheet for scrypt with 32 MB; some .2 s of one core.
_N, _R, _P = 2**15, 8, 3
_MAX_MEMORY: Final = 256 << 20
_SALT_SIZE: Final = 16
_HASH_SIZE: Final = 32
# Seconds that a change waits for the lock; each takes milliseconds.
_MAX_WAIT: Final = 30


class InvalidUser(DalilError, ValueError):
    """An invalid name or password, or an unknown user."""


class UnknownReader(InvalidUser):
    """A collection can't be shared with some: they are no users or groups.

    Attributes:
        names: theirs; groups' begin with "@".
    """

    def __init__(self, names: Sequence[str], path: Path) -> None:
        super().__init__(f"There is no user or group {', '.join(map(repr, names))} in {path}.")
        self.names = tuple(names)


class UsersUnreadable(DalilError):
    """The file of users is missing or damaged."""


@dataclass(frozen=True)
class HashedPassword:
    """A salted password hash with its parameters.

    Attributes:
        n, r, p: scrypt's parameters (RFC 7914).
        salt, hash: in hexadecimal.
    """

    n: int
    r: int
    p: int
    salt: str
    hash: str

    def __post_init__(self) -> None:
        if not all(isinstance(number, int) and number > 0 for number in (self.n, self.r, self.p)):
            raise ValueError("scrypt's parameters are numbers above 0")
        if 128 * self.n * self.r * self.p > _MAX_MEMORY or self.n & (self.n - 1):
            raise ValueError("scrypt's parameters are out of range")
        if len(bytes.fromhex(self.salt)) < _SALT_SIZE or len(bytes.fromhex(self.hash)) != _HASH_SIZE:
            raise ValueError("salt or hash is cut off")

    @classmethod
    def of(cls, password: str) -> HashedPassword:
        """Hashes a password with a salt of its own."""
        salt = secrets.token_bytes(_SALT_SIZE)
        return cls(_N, _R, _P, salt.hex(), _scrypt(password, salt, _N, _R, _P).hex())

    def matches(self, password: str) -> bool:
        """Whether this is the password; takes as long whether or not it is."""
        hashed = _scrypt(password, bytes.fromhex(self.salt), self.n, self.r, self.p)
        return hmac.compare_digest(hashed, bytes.fromhex(self.hash))


# Compared with for unknown users, so that timing doesn't reveal which names exist.
_NOBODY: Final = HashedPassword(_N, _R, _P, "00" * _SALT_SIZE, "00" * _HASH_SIZE)


class Users:
    """A file of users, reread on each use, so that changes apply immediately.

    Args:
        path: the file, readable only by its owner.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self, name: str, password: str) -> bool:
        """Whether a user has this password.

        Raises:
            UsersUnreadable: the file is missing or damaged.
        """
        known = self.load().get(_normal(name))
        if max(len(name), len(password)) > _MAX_LENGTH:
            return False
        return (known or _NOBODY).matches(password) and known is not None

    def add(self, name: str, password: str) -> bool:
        """Adds a user, or changes the password of an existing one.

        Returns:
            Whether the user is new.

        Raises:
            InvalidUser: the name is blank, too long or has characters that aren't text, or the password
                is too short.
            UsersUnreadable: the file is damaged. It isn't changed.
        """
        name = _normal(name)
        if not name or len(name) > _MAX_LENGTH or not name.isprintable() or name.startswith(("@", "-")):
            raise InvalidUser(f"{name!r} can't be a user's name. Take letters, digits, dots or dashes.")
        if not MIN_PASSWORD_LENGTH <= len(password) <= _MAX_LENGTH:
            raise InvalidUser(f"A password needs at least {MIN_PASSWORD_LENGTH} characters.")
        hashed = HashedPassword.of(password)  # before the lock is taken: hashing is slow
        with self._changing():
            users, groups = (self.load(), self.groups()) if self.path.exists() else ({}, {})
            self._write(users | {name: hashed}, groups)
        return name not in users

    def remove(self, name: str) -> None:
        """Removes a user.

        Raises:
            InvalidUser: there is no such user.
            UsersUnreadable: the file is missing or damaged.
        """
        self.load()  # without a file of users, creates no lock file either
        with self._changing():
            users = self.load()
            if _normal(name) not in users:
                raise InvalidUser(f"There is no user {name!r} in {self.path}.")
            del users[_normal(name)]
            groups = {
                group: tuple(m for m in members if m in users) for group, members in self.groups().items()
            }
            self._write(users, {group: members for group, members in groups.items() if members})

    def groups(self) -> dict[str, tuple[str, ...]]:
        """The groups of users, by name, with their members.

        Raises:
            UsersUnreadable: the file is missing or damaged.
        """
        try:
            groups = self._content().get("groups", {})
            return {str(name): tuple(map(str, members)) for name, members in groups.items()}
        except (AttributeError, TypeError) as error:
            raise self._damaged() from error

    def groups_of(self, name: str | None) -> frozenset[str]:
        """The groups of a user; none without a user.

        Raises:
            UsersUnreadable: the file is missing or damaged.
        """
        return frozenset(group for group, members in self.groups().items() if name in members)

    def readers(self, users: Iterable[str], groups: Iterable[str]) -> tuple[str, ...]:
        """The readers of a collection, as `Library.share` takes them: "@" before the names of groups.

        Args:
            users: names of users who may ask it.
            groups: names of groups whose users may.

        Raises:
            UnknownReader: some are no users or groups of this file.
            UsersUnreadable: the file is missing or damaged.
        """
        known = {("", name) for name in self.load()} | {("@", name) for name in self.groups()}
        named = [*(("", _normal(name)) for name in users), *(("@", _normal(name)) for name in groups)]
        if unknown := [one for one in named if one not in known]:
            raise UnknownReader(["".join(one) for one in unknown], self.path)
        return tuple(dict.fromkeys("".join(one) for one in named))

    def set_group(self, group: str, members: Iterable[str]) -> None:
        """Makes a group of these users, or removes it if there are none.

        Raises:
            InvalidUser: the name is blank or there is no such user.
            UsersUnreadable: the file is missing or damaged.
        """
        self.load()
        group = _normal(group)
        if not group.isprintable() or not group or group.startswith(("@", "-")):
            raise InvalidUser(f"{group!r} can't be a group's name. Take letters, digits, dots or dashes.")
        with self._changing():
            users = self.load()
            named = tuple(dict.fromkeys(map(_normal, members)))
            for name in named:
                if name not in users:
                    raise InvalidUser(f"There is no user {name!r} in {self.path}.")
            groups = {**self.groups(), group: named}
            self._write(users, {name: members for name, members in groups.items() if members})

    def device_token(self, name: str) -> str:
        """The device cookie (OWASP) of a browser from which this user has logged in.

        It grants no access. It proves an earlier successful login, so that wrong passwords from elsewhere
        don't lock this browser out
        (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies). It is valid
        until the password is changed.

        Raises:
            KeyError: there is no such user.
            UsersUnreadable: the file is missing or damaged.
        """
        nonce = secrets.token_hex(_SALT_SIZE)
        return f"{nonce}.{_device_code(self.load()[_normal(name)], name, nonce)}"

    def is_device(self, name: str, token: str) -> bool:
        """Whether a token is this user's `device_token`.

        Raises:
            UsersUnreadable: the file is missing or damaged.
        """
        nonce, _, code = token.partition(".")
        hashed = self.load().get(_normal(name))
        if hashed is None or not token.isascii():
            return False
        return hmac.compare_digest(_device_code(hashed, name, nonce), code)

    def load(self) -> dict[str, HashedPassword]:
        """All users by name.

        Raises:
            UsersUnreadable: the file is missing or damaged.
        """
        try:
            return {str(name): HashedPassword(**kept) for name, kept in self._content()["users"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged() from error

    def _content(self) -> Any:
        try:
            return json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            raise UsersUnreadable(
                f"There is no file {self.path}. Make it: dalil user add NAME --auth {self.path}"
            ) from None
        except OSError as error:
            raise UsersUnreadable(f"{self.path} can't be read ({error.strerror}).") from error
        except (ValueError, RecursionError) as error:
            raise self._damaged() from error

    def _damaged(self) -> UsersUnreadable:
        return UsersUnreadable(
            f"{self.path} isn't a file of users that `dalil user add` made, or it is damaged. "
            "Move it away and add the users again."
        )

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Locks the file against other processes, so that no change is lost."""
        from filelock import Timeout

        try:
            with files.lock(self.path.with_name(f".{self.path.name}.lock"), _MAX_WAIT):
                yield
        except Timeout:
            raise UsersUnreadable(
                f"Another process is changing {self.path}. Try again when it has finished."
            ) from None

    def _write(self, users: Mapping[str, HashedPassword], groups: Mapping[str, tuple[str, ...]]) -> None:
        content: dict[str, Any] = {"users": {name: asdict(users[name]) for name in sorted(users)}}
        content |= {"groups": dict(sorted(groups.items()))} if groups else {}
        files.replace(self.path, json.dumps(content, ensure_ascii=False, indent=1).encode(), private=True)


def _device_code(hashed: HashedPassword, name: str, nonce: str) -> str:
    key = bytes.fromhex(hashed.hash)  # which never leaves this machine
    return hmac.new(key, f"device\0{_normal(name)}\0{nonce}".encode(), "sha256").hexdigest()


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # Another keyboard may send the same password in another Unicode composition.
    content = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(content, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=_HASH_SIZE)


def login(path: Path) -> Callable[[str, str], Awaitable[bool]]:
    """Returns the callback for Gradio's `auth`, which checks a name and a password.

    Raises:
        UsersUnreadable: there is no such file of users, or it is damaged.
    """
    users = Users(path)
    users.load()
    one_at_a_time = asyncio.Lock()

    async def check(name: str, password: str) -> bool:
        # Hashing takes 32 MB and a core for a while: in a thread, one at a time.
        async with one_at_a_time:
            try:
                return await run_in_threadpool(users.check, name, password)
            except UsersUnreadable:
                return False

    return check
