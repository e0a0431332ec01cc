"""Where the chat listens, and to whom it answers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OWN_NAMES: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Sharing:
    """Where the chat listens, and to whom it answers. By default to this machine alone.

    Attributes:
        host: the address where it listens, or the name of one; 0.0.0.0 or :: for all that there are.
        names: further names by which others reach it.
        auth: the file of users who may; everybody if there is none.
        read_only: whether nothing is taken in: no uploads, no removal, no verdicts on answers.
        proxies: addresses, or networks such as 10.0.0.0/8, of the proxies before it. What anybody else says
            of where a request comes from (`X-Forwarded-For`) isn't believed.
    """

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    auth: Path | None = None
    read_only: bool = False
    proxies: tuple[str, ...] = ()

    @property
    def is_shared(self) -> bool:
        """Whether anybody but who started it may reach it: through an address, a proxy or a tunnel.

        Who names users, another name or a proxy means to share it, although it listens on a loopback
        address.
        """
        return bool(not is_own(self.host) or self.names or self.auth or self.proxies)

    def address(self, port: int) -> str:
        """What to type into a browser."""
        name = self.names[0] if self.names else self.host
        return f"http://{f'[{name}]' if ':' in name else name}:{port}"

    @property
    def warning(self) -> str | None:
        """What to say where anybody could ask: it is shared and wants no password."""
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


def is_network(text: str) -> bool:
    """Whether a text is an IP address or a network of them, as `Sharing.proxies` takes."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def is_own(host: str) -> bool:
    """Whether a host is this machine as only itself can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
