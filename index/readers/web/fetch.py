"""Fetches one web page by HTTP, from a public address alone, within limits of size and time.

Nothing is sent but the request for the page: no cookies, no referring page, no language, no name of a user. A
proxy of the environment isn't used. The host's name is looked up once, and the connection is made to the very
address that was checked; so it is for each redirection. What a page links to isn't fetched.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from index.errors import PageFault, UnreadablePage
from index.readers.web.address import PORTS, IPAddress, WebAddress, is_public
from index.readers.web.deadline import Deadline

MAX_BYTES: Final = 50 << 20
"""Of a page, unpacked."""
SECONDS: Final = 60.0
"""For all of it, with redirections."""
MAX_REDIRECTS: Final = 5
_CONNECT_SECONDS: Final = 10.0
_BLOCK: Final = 1 << 16
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_LOGIN: Final = frozenset((401, 402, 403, 407, 451))
_GONE: Final = frozenset((404, 410))
_GZIP: Final = 16 + zlib.MAX_WBITS
_HEADERS: Final = {
    "User-Agent": "Dalil",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)

Resolve = Callable[[str, int], Sequence[IPAddress]]


@dataclass(frozen=True)
class Fetched:
    """What a server gave.

    Attributes:
        content: its bytes, unpacked.
        media_type: their type according to the server, in lower case; empty if it names none.
        charset: their encoding according to the server; empty if it names none.
        name: the last part of the path, where redirections ended.
    """

    content: bytes
    media_type: str
    charset: str
    name: str


def resolve(host: str, port: int) -> list[IPAddress]:
    """All IP addresses of a host.

    Raises:
        OSError: it isn't known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(str(place[0])) for *_, place in found))


class Fetcher:
    """Fetches pages. Thread-safe."""

    def __init__(
        self,
        *,
        max_bytes: int = MAX_BYTES,
        seconds: float = SECONDS,
        allowed: Callable[[IPAddress], bool] = is_public,
        ports: Collection[int] = PORTS,
        resolve: Resolve = resolve,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Sets the limits; the defaults are meant for everything but tests.

        Args:
            max_bytes: largest size of a page, unpacked and as it is sent.
            seconds: for all of a page, with redirections.
            allowed: whether an IP address may be asked.
            ports: ports that may be asked.
            resolve: gives the IP addresses of a host.
            context: how certificates are checked; by those that this machine trusts.
        """
        self.ports = ports
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._allowed = allowed
        self._resolve = resolve
        self._context = context

    def fetch(self, address: WebAddress) -> Fetched:
        """Fetches a page.

        Args:
            address: of the page.

        Raises:
            UnreadablePage: it can't be reached, its host isn't public, or it is too large or too slow.
        """
        deadline = Deadline(address, self._seconds)
        place = address
        for _ in range(MAX_REDIRECTS + 1):
            found = self._ask(place, deadline)
            if isinstance(found, Fetched):
                return found
            place = place.redirected(found, self.ports)
        raise UnreadablePage.because(address.text, "redirects")

    def _ask(self, place: WebAddress, deadline: Deadline) -> Fetched | str:
        """Asks one server; returns the page, or where it redirects to."""
        connection = http.client.HTTPConnection(place.host, place.port)
        with deadline.reporting(place), self._connected(place, deadline) as connection.sock:
            connection.putrequest("GET", place.target, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": place.authority, **_HEADERS}.items():
                connection.putheader(name, value)
            connection.endheaders()
            with connection.getresponse() as response:
                location = response.headers.get("Location")
                if response.status in _REDIRECTS and location:
                    # As http.client decodes it; servers send UTF-8 there, or only ASCII.
                    return location.encode("latin-1").decode(errors="replace")
                if response.status != http.client.OK:
                    raise _refusal(place, response.status)
                kind = response.headers.get("Content-Type", "")
                charset = _CHARSET.search(kind)
                return Fetched(
                    self._content(response, place, deadline),
                    kind.partition(";")[0].strip().lower(),
                    charset[1] if charset else "",
                    place.target.partition("?")[0].rpartition("/")[2],
                )

    @contextmanager
    def _connected(self, place: WebAddress, deadline: Deadline) -> Iterator[socket.socket]:
        """A connection to one of a host's addresses, all of which have been checked; encrypted for https."""
        connected = self._connect(place, self._addresses(place, deadline), deadline)
        with connected as bare:
            if place.scheme == "http":
                with deadline.ending(bare):
                    yield bare
                return
            context = self._context or ssl.create_default_context()
            wrapped = context.wrap_socket(bare, server_hostname=place.host, do_handshake_on_connect=False)
            with wrapped as encrypted, deadline.ending(encrypted):
                encrypted.do_handshake()
                yield encrypted

    def _addresses(self, place: WebAddress, deadline: Deadline) -> Sequence[IPAddress]:
        """The addresses of a host, each of which is allowed.

        Raises:
            UnreadablePage: there is none, or one that isn't allowed.
        """
        try:
            found: Sequence[IPAddress] = [ipaddress.ip_address(place.host)]
        except ValueError:
            found = deadline.within(lambda: self._resolve(place.host, place.port))
        if not found:
            raise UnreadablePage.because(place.text, "unresolved", place.host)
        if not all(map(self._allowed, found)):
            raise UnreadablePage.because(place.text, "private", place.host)
        return found

    def _connect(
        self, place: WebAddress, addresses: Sequence[IPAddress], deadline: Deadline
    ) -> socket.socket:
        for address in addresses:
            with suppress(OSError):
                seconds = min(deadline.left(), _CONNECT_SECONDS)
                connected = socket.create_connection((str(address), place.port), seconds)
                own, other = connected.getsockname()[0], connected.getpeername()[0]
                if own == other and not self._allowed_here():
                    connected.close()
                    raise UnreadablePage.because(place.text, "private", place.host)
                connected.settimeout(deadline.left() + 1)  # `ending` comes first
                return connected
        raise UnreadablePage.because(place.text, "unreachable", place.host)

    def _allowed_here(self) -> bool:
        """Whether this machine itself may be asked, whatever its address: in tests alone."""
        return self._allowed(ipaddress.ip_address("127.0.0.1"))

    def _content(self, response: http.client.HTTPResponse, place: WebAddress, deadline: Deadline) -> bytes:
        """The content of a response, unpacked within the limits."""
        packing = response.headers.get("Content-Encoding", "").strip().lower()
        if packing not in ("", "identity", "gzip", "x-gzip"):  # nothing else was asked for
            raise UnreadablePage.because(place.text, "broken")
        unpack = _Unzipped(self._max_bytes) if packing.endswith("gzip") else None
        content, received, announced = bytearray(), 0, response.length
        # Some versions of http.client don't count what `read1` gives.
        while block := response.read1(_BLOCK if announced is None else min(_BLOCK, announced - received)):
            deadline.left()
            received += len(block)
            content += unpack.more(block) if unpack else block
            if max(len(content), received) > self._max_bytes:
                raise UnreadablePage.because(place.text, "too_large", f"{self._max_bytes >> 20:,}")
        deadline.left()
        if received < (announced or 0) or (unpack and not unpack.is_whole):
            raise UnreadablePage.because(place.text, "broken")
        return bytes(content)


class _Unzipped:
    """Unpacks gzip data, never more than is asked for.

    Args:
        most: bytes of all of it; one more is given at most.
    """

    def __init__(self, most: int) -> None:
        self._room = most + 1
        self._member = zlib.decompressobj(_GZIP)

    def more(self, block: bytes) -> bytes:
        """What a block unpacks to; after it more than allowed was given, or the block was all taken in."""
        found = bytearray()
        while block and self._room > 0:
            if self._member.eof:  # another member follows, or padding
                if not block.startswith(b"\x1f"):
                    break
                self._member = zlib.decompressobj(_GZIP)
            piece = self._member.decompress(block, self._room)
            self._room -= len(piece)
            found += piece
            block = self._member.unused_data or self._member.unconsumed_tail
        return bytes(found)

    @property
    def is_whole(self) -> bool:
        """Whether the data ended where it says that it does."""
        return self._member.eof


def _refusal(place: WebAddress, status: int) -> UnreadablePage:
    fault: PageFault = "gone" if status in _GONE else "login" if status in _LOGIN else "status"
    return UnreadablePage.because(place.text, fault, str(status))
