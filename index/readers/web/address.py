"""Web addresses: their one written form, and which network addresses of a host may be asked."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

import regex

from index.errors import UnreadablePage

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_ADDRESS_LENGTH: Final = 4096
"""Characters of an address."""
PORTS: Final = (80, 443)
"""Those of web servers. On others answer programs that aren't meant for readers."""
_STANDARD: Final = {"http": 80, "https": 443}
_MAX_HOST_LENGTH: Final = 253  # RFC 1035, without the final dot
_NOT_WRITTEN: Final = regex.compile(r"[\s\\\p{Cc}\p{Cs}]")
# What is copied along with an address: spaces, marks of direction.
_AROUND: Final = regex.compile(r"^[\s\p{Cf}]+|[\s\p{Cf}]+$")
# The last label of a host that browsers take for an IPv4 address in decimal, octal or hexadecimal digits.
_NUMBER: Final = regex.compile(r"[0-9]+|0x[0-9a-f]*")
_ENCODED: Final = regex.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_SAFE: Final = "!$%&'()*+,/:;=?@[]~"
# Beside what ipaddress says: IETF assignments, anycast of 6to4 relays, and what a cloud's machines are told
# by, although it isn't a private address (Azure).
_NOT_PUBLIC: Final = tuple(
    map(
        ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2002::/16", "3fff::/20")
    )
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
# Where networks without IPv4 reach it (RFC 6052): the last 32 bits are the IPv4 address.
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class WebAddress:
    """The address of a web page, without a fragment.

    Attributes:
        text: the address as it is written and stored; letters of all scripts stand for themselves in it.
        scheme: "http" or "https".
        host: the host's name in ASCII, or its IP address.
        port: its port.
        target: path and query as they are sent.
    """

    text: str
    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str, ports: Collection[int] = PORTS) -> WebAddress:
        """Parses an address as a person typed or copied it, or as a server redirects to it.

        Args:
            text: the address.
            ports: ports that it may name.

        Raises:
            UnreadablePage: it isn't one of http or https, has a password in it or names another port.
        """
        text = _AROUND.sub("", text)
        if len(text) > MAX_ADDRESS_LENGTH or _NOT_WRITTEN.search(text):
            raise UnreadablePage.because(text, "address")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise UnreadablePage.because(text, "address") from None
        scheme, name = parts.scheme.lower(), parts.hostname or ""
        if scheme not in _STANDARD or not name:
            raise UnreadablePage.because(text, "address")
        if "@" in parts.netloc:
            raise UnreadablePage.because(f"{scheme}://{name}", "credentials")
        host = _host(name, "[" in parts.netloc)
        if not host:
            raise UnreadablePage.because(text, "address")
        port = _STANDARD[scheme] if port is None else port
        if port not in ports:
            raise UnreadablePage.because(text, "port", str(port))
        path = _readable(parts.path or "/") + (f"?{_readable(parts.query)}" if parts.query else "")
        shown = f"[{host}]" if ":" in host else host if name.isascii() else _unicode(host)
        if port != _STANDARD[scheme]:
            shown = f"{shown}:{port}"
        return cls(f"{scheme}://{shown}{path}", scheme, host, port, quote(path, safe=_SAFE))

    @property
    def authority(self) -> str:
        """Host and port as a request names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _STANDARD[self.scheme] else f"{host}:{self.port}"

    def redirected(self, location: str, ports: Collection[int] = PORTS) -> WebAddress:
        """Where a server redirects to.

        Args:
            location: what it says, whole or relative to this address.
            ports: as for `parse`.

        Raises:
            UnreadablePage: as `parse`, or it leads from https to http.
        """
        location = location.strip()
        if len(location) > MAX_ADDRESS_LENGTH or _NOT_WRITTEN.search(location):
            raise UnreadablePage.because(self.text, "redirects")
        try:
            target = urljoin(f"{self.scheme}://{self.authority}{self.target}", location)
        except ValueError:
            raise UnreadablePage.because(self.text, "redirects") from None
        found = WebAddress.parse(target, ports)
        if (self.scheme, found.scheme) == ("https", "http"):
            raise UnreadablePage.because(self.text, "redirects")
        return found


def is_address(text: str) -> bool:
    """Whether a text means a web page, not a file: it begins with http:// or https://."""
    return _AROUND.sub("", text).casefold().startswith(("http://", "https://"))


def is_public(address: IPAddress) -> bool:
    """Whether an IP address is one of the public internet.

    Private networks, this machine, the local link, carriers' shared addresses, multicast and reserved ranges
    aren't, nor are IPv6 addresses that stand for an IPv4 address of these; IPv4-mapped and 6to4 addresses
    never are.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address in _TRANSLATED:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_private)
        and not any(address.version == network.version and address in network for network in _NOT_PUBLIC)
    )


def _host(name: str, is_bracketed: bool) -> str:
    """A host's name in ASCII, or its IP address; empty if it can't be one."""
    try:
        if is_bracketed:
            return "" if "%" in name else str(ipaddress.IPv6Address(name))
        host = name.encode("idna").decode().lower() if len(name) <= _MAX_HOST_LENGTH else ""
        host = host.removesuffix(".")
    except ValueError:  # UnicodeError is one
        return ""
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return ""
    return host if regex.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", host) else ""


def _unicode(host: str) -> str:
    """A host's name in letters of its own script."""
    try:
        return host.encode().decode("idna")
    except ValueError:
        return host


def _readable(part: str) -> str:
    """A path or query in which letters and digits of all scripts stand for themselves (RFC 3987, 3.2)."""

    def decoded(match: regex.Match[str]) -> str:
        try:
            return unquote_to_bytes(match[0]).decode()
        except UnicodeDecodeError:
            return str(match[0])

    shown = _ENCODED.sub(decoded, part)
    return "".join(c if c.isascii() or unicodedata.category(c)[0] in "LMN" else quote(c) for c in shown)
