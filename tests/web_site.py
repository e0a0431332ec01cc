"""A web site of this machine for tests: what it answers, byte for byte, and what it was asked."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from ipaddress import ip_address
from typing import Any, Final

from index.readers.web.address import IPAddress
from index.readers.web.fetch import Fetcher

Answer = bytes | Callable[[socket.socket], None]
NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
LOOPBACK: Final = [ip_address("127.0.0.1")]


class Site:
    """Answers on a free port of 127.0.0.1.

    Attributes:
        answers: path -> what is sent; a function is given the connection.
        asked: the head of each request.
        wrap: what is made of a connection before it is read, such as an encrypted one.
        port: its port.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.wrap: Callable[[socket.socket], AbstractContextManager[socket.socket]] = nullcontext
        self.port = 0
        self.over = threading.Event()

    def address(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def fetcher(self, **more: Any) -> Fetcher:
        """What may ask this site, and no other."""

        def is_here(address: IPAddress) -> bool:
            # An IPv6 address that stands for it isn't, though it is of the loopback from Python 3.13 on.
            return address.is_loopback and not getattr(address, "ipv4_mapped", None)

        return Fetcher(**{"allowed": is_here, "ports": {self.port}, **more})

    def answer(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (block := connection.recv(4096)):
                return
            head += block
        self.asked.append(head.decode())
        answer = self.answers.get(head.split()[1].decode(), NOT_FOUND)
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)


@contextmanager
def site_served() -> Iterator[Site]:
    """A site, until it isn't needed any more."""
    site = Site()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), site.wrap(self.request) as connection:
                site.answer(connection)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield site
        site.over.set()
        server.shutdown()
        thread.join(60)


def http(
    body: bytes | str, kind: str = "text/html; charset=utf-8", status: str = "200 OK", **headers: str
) -> bytes:
    """A server's answer."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": kind, "Content-Length": str(len(content)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content


def moved(where: str, status: str = "302 Found") -> bytes:
    """A redirection."""
    return f"HTTP/1.1 {status}\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()


def html(text: str, title: str = "Page", head: str = "") -> bytes:
    """A web page of one paragraph, as an answer."""
    return http(f"<!doctype html><title>{title}</title>{head}<p>{text}</p>")
