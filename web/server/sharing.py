"""Sharing of the chat: the addresses under which it is reached, and who may use which collection."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qa.collections.types import CollectionInfo

OWN_NAMES: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Sharing:
    """The chat's addresses and access settings; by default only this machine has access.

    Attributes:
        host: address or host name to listen on; 0.0.0.0 or :: for all addresses.
        names: further host names under which it is reached.
        auth: file of authorised users; everybody if not given.
        read_only: whether writes are refused: no uploads, no removal, no verdicts on answers.
        proxies: addresses, or networks such as 10.0.0.0/8, of trusted proxies. `X-Forwarded-For` from
            anybody else is ignored.
        root_path: the path below which a proxy serves it, such as "/dalil"; empty for a host of its own.
        folders: folders of this machine; owners of collections may keep them in step with these and those
            in them. Where nobody else has access, the home folder if none is given.
        web_pages: whether web pages may be fetched for collections; if not given, where nobody else has
            access.
    """

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    auth: Path | None = None
    read_only: bool = False
    proxies: tuple[str, ...] = ()
    root_path: str = ""
    folders: tuple[Path, ...] = ()
    web_pages: bool | None = None

    @property
    def followable(self) -> tuple[Path, ...]:
        """The folders that collections may follow, including their subfolders."""
        return self.folders or (() if self.is_shared else (Path.home(),))

    @property
    def fetches_pages(self) -> bool:
        """Whether web pages are fetched for collections when somebody asks for it."""
        allowed = not self.is_shared if self.web_pages is None else self.web_pages
        return allowed and not self.read_only

    @property
    def is_shared(self) -> bool:
        """Whether others may reach it: through an address, a proxy or a tunnel.

        Users, another name or a proxy imply sharing, even on a loopback address.
        """
        return bool(not is_own(self.host) or self.names or self.auth or self.proxies)

    def address(self, port: int) -> str:
        """The URL to open in a browser."""
        name = self.names[0] if self.names else self.host
        return f"http://{f'[{name}]' if ':' in name else name}:{port}{self.root_path}"

    @property
    def warning(self) -> str | None:
        """A warning if it is shared without passwords, else None."""
        if not self.is_shared or self.auth is not None:
            return None
        where = self.names[0] if is_own(self.host) and self.names else self.host
        may = "read" if self.read_only else "read, add to and delete"
        return (
            f"Whoever reaches {where} can {may} the texts of this chat: no password is asked for. Add "
            "users with `dalil user add NAME` and start the chat with --auth dalil-users.json, or leave "
            "--host, --name and --proxy out."
        )


OWN_MACHINE: Final = Sharing()


def is_root_path(text: str) -> bool:
    """Whether a text is a path, as `Sharing.root_path` takes."""
    return re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)+", text) is not None


def is_network(text: str) -> bool:
    """Whether a text is an IP address or a network of them, as `Sharing.proxies` takes."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def is_own(host: str) -> bool:
    """Whether a host is a loopback name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def may_change(info: CollectionInfo, user: str | None) -> bool:
    """Whether a user may change a collection: it is theirs, or has no owner."""
    return info.owner in ("", user)


def may_read(
    info: CollectionInfo, user: str | None, groups_of: Callable[[str | None], Container[str]]
) -> bool:
    """Whether a user may see and ask a collection: it is theirs, shared with them or one of their groups."""
    if may_change(info, user):
        return True
    groups = groups_of(user)
    return any(
        one.removeprefix("@") in groups if one.startswith("@") else one == user for one in info.readers
    )
