"""Who may use a shared chat: names and hashed passwords in one file."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from index.errors import DalilError

SHORTEST_PASSWORD: Final = 8
_LONGEST: Final = 1024  # characters of a name or a password; nobody types more
# What OWASP's Password Storage Cheat Sheet advises for scrypt with 32 MB; some .2 s of one core.
_N, _R, _P = 2**15, 8, 3
_MOST_MEMORY: Final = 256 << 20
_SALT_SIZE: Final = 16
_HASH_SIZE: Final = 32


class InvalidUser(DalilError, ValueError):
    """A name or a password that can't be taken, or a user that there isn't."""


class UsersUnreadable(DalilError):
    """A file of users that is missing, or isn't what was written."""


@dataclass(frozen=True)
class HashedPassword:
    """What is kept of a password: enough to recognise it, with all that its hash depends on.

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
        if 128 * self.n * self.r * self.p > _MOST_MEMORY or self.n & (self.n - 1):
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


# Compared with where there is no such user, so that the time doesn't tell who there is.
_NOBODY: Final = HashedPassword(_N, _R, _P, "00" * _SALT_SIZE, "00" * _HASH_SIZE)


class Users:
    """A file of users; read anew each time, so that changes hold at once.

    Args:
        path: the file, which only its owner may read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self, name: str, password: str) -> bool:
        """Whether a user has this password.

        Raises:
            UsersUnreadable: the file is missing or damaged.
        """
        known = self.load().get(_normal(name))
        if max(len(name), len(password)) > _LONGEST:
            return False
        return (known or _NOBODY).matches(password) and known is not None

    def add(self, name: str, password: str) -> bool:
        """Adds a user, or gives one a new password.

        Returns:
            Whether the user is new.

        Raises:
            InvalidUser: the name is blank, too long or has characters that aren't text, or the password
                is too short.
            UsersUnreadable: the file is damaged. It stays as it is.
        """
        name = _normal(name)
        if not name or len(name) > _LONGEST or not name.isprintable() or name.startswith("-"):
            raise InvalidUser(f"{name!r} can't be a user's name. Take letters, digits, dots or dashes.")
        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST:
            raise InvalidUser(f"A password needs at least {SHORTEST_PASSWORD} characters.")
        users = self.load() if self.path.exists() else {}
        is_new = name not in users
        self._write(users | {name: HashedPassword.of(password)})
        return is_new

    def remove(self, name: str) -> None:
        """Removes a user.

        Raises:
            InvalidUser: there is no such user.
            UsersUnreadable: the file is missing or damaged.
        """
        users = self.load()
        if _normal(name) not in users:
            raise InvalidUser(f"There is no user {name!r} in {self.path}.")
        del users[_normal(name)]
        self._write(users)

    def load(self) -> dict[str, HashedPassword]:
        """All users by name.

        Raises:
            UsersUnreadable: the file is missing or damaged.
        """
        try:
            content = json.loads(self.path.read_text("utf-8"))
            return {str(name): HashedPassword(**kept) for name, kept in content["users"].items()}
        except FileNotFoundError:
            raise UsersUnreadable(
                f"There is no file {self.path}. Make it: dalil user add NAME --auth {self.path}"
            ) from None
        except OSError as error:
            raise UsersUnreadable(f"{self.path} can't be read ({error.strerror}).") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UsersUnreadable(
                f"{self.path} isn't a file of users that `dalil user add` made, or it is damaged. "
                "Move it away and add the users again."
            ) from error

    def _write(self, users: dict[str, HashedPassword]) -> None:
        content = {"users": {name: asdict(users[name]) for name in sorted(users)}}
        # Made for the owner alone; whoever reads sees the old file or the new.
        handle, partial = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).replace(self.path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # The same password typed on another keyboard may come composed otherwise.
    content = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(content, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=_HASH_SIZE)
