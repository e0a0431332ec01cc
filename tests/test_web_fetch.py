"""Fetching: what is sent, to whom, and what a hostile or broken site can't do."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, get_args

import pytest
from web_site import LOOPBACK, Site, html, http, moved, site_served

from index import UnreadablePage
from index.errors import PageFault
from index.readers.web import fetch
from index.readers.web.address import IPAddress, WebAddress
from index.readers.web.fetch import Fetcher
from qa.messages import has_message


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with site_served() as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    server.answers.clear()
    server.asked.clear()
    server.wrap = nullcontext
    return server


def fetched(site: Site, path: str = "/", host: str = "127.0.0.1", **more: Any) -> fetch.Fetched:
    fetcher = site.fetcher(**more)
    return fetcher.fetch(WebAddress.parse(site.address(path, host), fetcher.ports))


def refused(site: Site, path: str = "/", host: str = "127.0.0.1", **more: Any) -> UnreadablePage:
    with pytest.raises(UnreadablePage) as caught:
        fetched(site, path, host, **more)
    return caught.value


class Names:
    """Looks names up in a table; each further look-up of a name gives the next answer."""

    def __init__(self, **answers: Sequence[Sequence[IPAddress]]) -> None:
        self.answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[IPAddress]:
        assert port
        self.asked.append(host)
        if not self.answers.get(host):
            raise socket.gaierror("no such host")
        return self.answers[host].pop(0)


def addresses(*texts: str) -> list[IPAddress]:
    return [ip_address(text) for text in texts]


# What is sent, and to whom.


def test_nothing_is_sent_but_the_request(site: Site) -> None:
    site.answers["/%D8%B5?q=1"] = html("word")
    assert fetched(site, "/ص?q=1#part").media_type == "text/html"
    (asked,) = site.asked
    line, *headers, _, _ = asked.split("\r\n")
    assert line == "GET /%D8%B5?q=1 HTTP/1.1"
    assert dict(header.split(": ", 1) for header in headers) == {
        "Host": f"127.0.0.1:{site.port}",
        "User-Agent": "Dalil",
        "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def test_cookies_arent_kept_and_no_page_is_named_as_the_one_before(site: Site) -> None:
    site.answers["/"] = moved("/b").replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n")
    site.answers["/b"] = html("word")
    fetched(site)
    assert len(site.asked) == 2
    assert not {"cookie", "referer"} & {line.split(":")[0].lower() for line in site.asked[1].split("\r\n")}


def test_proxies_of_the_environment_arent_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    site.answers["/"] = html("word")
    assert b"word" in fetched(site).content


def test_the_address_that_was_checked_is_the_one_that_is_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means another host at the second look-up isn't looked up a second time."""
    names = Names(site_test=[LOOPBACK, addresses("10.0.0.1")])
    found = socket.getaddrinfo

    def numbers_alone(host: str, *more: Any, **others: Any) -> Any:
        ip_address(host)
        return found(host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", numbers_alone)
    site.answers["/"] = html("word")
    assert b"word" in fetched(site, host="site.test", resolve=names).content
    assert names.asked == ["site.test"]
    assert f"Host: site.test:{site.port}" in site.asked[0]


def test_a_redirection_is_checked_as_the_first_address_was(site: Site) -> None:
    names = Names(site_test=[LOOPBACK, addresses("10.0.0.1")])
    site.answers["/"] = moved("/again")
    error = refused(site, host="site.test", resolve=names)
    assert (error.page_fault, error.detail) == ("private", "site.test")
    assert names.asked == ["site.test", "site.test"]
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "where",
    ["http://10.0.0.1:{0}/", "http://169.254.169.254:{0}/latest/meta-data/", "http://[fe80::1]:{0}/"],
)
def test_a_redirection_into_a_private_network_isnt_followed(site: Site, where: str) -> None:
    site.answers["/"] = moved(where.format(site.port))
    assert refused(site).page_fault == "private"


@pytest.mark.parametrize(
    "found",
    [
        addresses("10.0.0.1"),
        addresses("127.0.0.1", "10.0.0.1"),
        addresses("10.0.0.1", "127.0.0.1"),
        addresses("::ffff:127.0.0.1", "127.0.0.1"),
    ],
)
def test_one_address_of_a_host_that_isnt_allowed_is_enough(site: Site, found: list[IPAddress]) -> None:
    assert refused(site, host="site.test", resolve=Names(site_test=[found])).page_fault == "private"
    assert site.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST.", "[::1]"])
def test_this_machine_isnt_asked(site: Site, host: str) -> None:
    """By the rule that holds everywhere but in these tests."""
    fetcher = Fetcher(ports={site.port})
    with pytest.raises(UnreadablePage) as caught:
        fetcher.fetch(WebAddress.parse(site.address(host=host), fetcher.ports))
    assert caught.value.page_fault == "private"
    assert site.asked == []


def test_this_machine_isnt_asked_by_a_public_address_of_its_own_either(site: Site) -> None:
    said = iter([True, False])  # the address is public; this machine may not be asked
    assert refused(site, allowed=lambda _: next(said)).page_fault == "private"
    assert site.asked == []


def test_a_host_that_there_isnt(site: Site) -> None:
    error = refused(site, host="nowhere.test", resolve=Names())
    assert (error.page_fault, error.detail) == ("unresolved", "nowhere.test")
    assert refused(site, host="nowhere.test", resolve=Names(nowhere_test=[[]])).page_fault == "unresolved"


def test_a_host_that_doesnt_answer(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    fetcher = site.fetcher(ports={port})
    with pytest.raises(UnreadablePage) as caught:
        fetcher.fetch(WebAddress.parse(f"http://127.0.0.1:{port}/", fetcher.ports))
    assert caught.value.page_fault == "unreachable"


def test_a_hosts_other_addresses_are_tried(site: Site) -> None:
    site.answers["/"] = html("word")
    names = Names(site_test=[addresses("::1", "127.0.0.1")])  # nothing listens at the first
    assert b"word" in fetched(site, host="site.test", resolve=names).content


# Redirections.


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_redirections_are_followed(site: Site, status: str) -> None:
    site.answers |= {"/": moved("/one", status), "/one": moved(site.address("/two")), "/two": html("word")}
    assert b"word" in fetched(site).content
    assert [asked.split()[1] for asked in site.asked] == ["/", "/one", "/two"]


def test_five_redirections_are_followed_and_six_arent(site: Site) -> None:
    site.answers |= {f"/{n}": moved(f"/{n - 1}") for n in range(1, 7)} | {"/0": html("word")}
    assert b"word" in fetched(site, "/5").content
    assert refused(site, "/6").page_fault == "redirects"
    assert [asked.split()[1] for asked in site.asked[6:]] == ["/6", "/5", "/4", "/3", "/2", "/1"]


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("file:///etc/passwd", "address"),
        ("http://127.0.0.1:9/", "port"),
        ("http://user:password@127.0.0.1/", "credentials"),
        ("http://2130706433/", "address"),
        ("/" + "a" * 5000, "redirects"),
        ("/" + "a" * 70_000, "broken"),
        ("http://[", "redirects"),
        ("\x01", "redirects"),
    ],
)
def test_redirections_that_lead_nowhere(site: Site, where: str, fault: str) -> None:
    site.answers["/"] = moved(where)
    assert refused(site).page_fault == fault
    assert len(site.asked) == 1


def test_a_redirection_in_utf_8(site: Site) -> None:
    site.answers |= {"/": moved("/صفحة"), "/%D8%B5%D9%81%D8%AD%D8%A9": html("word")}
    assert b"word" in fetched(site).content


# What a site answers.


@pytest.mark.parametrize(
    ("status", "fault", "detail"),
    [
        ("404 x", "gone", "404"),
        ("410 x", "gone", "410"),
        ("401 x", "login", "401"),
        ("403 x", "login", "403"),
        ("500 x", "status", "500"),
        ("204 x", "status", "204"),
        ("206 x", "status", "206"),
        ("304 x", "status", "304"),
        ("302 x", "status", "302"),  # without saying where
    ],
)
def test_errors_of_a_site(site: Site, status: str, fault: str, detail: str) -> None:
    site.answers["/"] = http("", status=status)
    error = refused(site)
    assert (error.page_fault, error.detail) == (fault, detail)
    assert detail in str(error)


def chunked(*parts: bytes, headers: str = "") -> bytes:
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}Transfer-Encoding: chunked\r\n\r\n".encode()
        + body
    )


GZIP = "Content-Encoding: gzip\r\n"
WHOLE = [
    chunked(b"one ", b"word"),
    chunked(*(bytes([letter]) for letter in b"one word")),
    b"HTTP/1.1 200 OK\r\n\r\none word",
    b"HTTP/1.0 200 OK\r\n\r\none word",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none word",
    b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none word and what isn't the page's",
    http(gzip.compress(b"one word"), Content_Encoding="gzip"),
    http(gzip.compress(b"one ") + gzip.compress(b"word"), Content_Encoding="GZIP"),
    http(gzip.compress(b"one word") + bytes(20), Content_Encoding="x-gzip"),
    chunked(*(bytes([byte]) for byte in gzip.compress(b"one word")), headers=GZIP),
    http("one word", Content_Encoding="identity"),
]


@pytest.mark.parametrize("answer", WHOLE)
def test_a_page_comes_in_many_ways(site: Site, answer: bytes) -> None:
    site.answers["/"] = answer
    assert fetched(site).content == b"one word"


BROKEN = [
    b"",
    b"nonsense\r\n\r\n",
    b"\0" * 1000,
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    chunked(b"one")[:-5],
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nword\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\nword",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\nword",
    b"HTTP/1.1 " + b"2" * 70_000,
    http("one word", Content_Encoding="gzip"),
    http(gzip.compress(b"one word")[:-9], Content_Encoding="gzip"),
    http(gzip.compress(b"one word")[:-1] + b"x", Content_Encoding="gzip"),
    http("one word", Content_Encoding="br"),
    http(gzip.compress(gzip.compress(b"one word")), Content_Encoding="gzip, gzip"),
]


@pytest.mark.parametrize("answer", BROKEN)
def test_what_cant_be_read_or_broke_off(site: Site, answer: bytes) -> None:
    site.answers["/"] = answer
    assert refused(site).page_fault == "broken"


def test_what_a_site_says_of_a_page(site: Site) -> None:
    site.answers["/a/b.PDF?c.d"] = http("x", 'Text/HTML ;x=y; Charset="windows-1256"')
    found = fetched(site, "/a/b.PDF?c.d")
    assert (found.media_type, found.charset, found.name) == ("text/html", "windows-1256", "b.PDF")
    site.answers["/"] = http("x", "")
    found = fetched(site)
    assert (found.media_type, found.charset, found.name) == ("", "", "")


# Size and time.


def endless(head: bytes, block: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        with suppress(OSError):
            while True:
                connection.sendall(block)

    return send


MAX_BYTES = 200_000
TOO_LARGE: list[bytes | Callable[[socket.socket], None]] = [
    http(bytes(MAX_BYTES + 1)),
    endless(b"HTTP/1.1 200 OK\r\n\r\n", b"word " * 1000),
    endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nword \r\n"),
    endless(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"word " * 1000),
    http(gzip.compress(bytes(50 << 20)), Content_Encoding="gzip"),
    http(b"".join(gzip.compress(bytes(MAX_BYTES // 10)) for _ in range(11)), Content_Encoding="gzip"),
    # Packed data that never ends, and holds nothing.
    endless(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 200),
]


@pytest.mark.parametrize("answer", TOO_LARGE)
def test_a_page_has_so_many_bytes(site: Site, answer: bytes | Callable[[socket.socket], None]) -> None:
    site.answers["/"] = answer
    error = refused(site, max_bytes=MAX_BYTES)
    assert error.page_fault == "too_large"


def test_the_largest_page_comes(site: Site) -> None:
    content = bytes(MAX_BYTES)
    site.answers |= {"/": http(content), "/z": http(gzip.compress(content), Content_Encoding="gzip")}
    assert fetched(site, max_bytes=MAX_BYTES).content == content
    assert fetched(site, "/z", max_bytes=MAX_BYTES).content == content


def test_no_more_is_unpacked_than_is_allowed() -> None:
    unpack = fetch._Unzipped(1000)
    packed = gzip.compress(bytes(10 << 20))
    assert sum(len(unpack.more(packed[at : at + 64])) for at in range(0, len(packed), 64)) == 1001
    with pytest.raises(zlib.error):
        fetch._Unzipped(1000).more(b"word")


def dripping(head: bytes, drop: bytes, over: threading.Event) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        with suppress(OSError):
            while not over.wait(0.02):
                connection.sendall(drop)

    return send


DRIPS = [
    (b"", b""),  # silence
    (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    (b"HTTP/1.1 302 x\r\nLocation: ", b"/"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("head", "drop"), DRIPS)
def test_a_page_has_so_much_time(site: Site, head: bytes, drop: bytes) -> None:
    site.answers["/"] = dripping(head, drop, site.over)
    assert refused(site, seconds=0.4).page_fault == "too_slow"


def test_redirections_share_the_time(site: Site) -> None:
    def late(connection: socket.socket) -> None:
        site.over.wait(0.15)
        connection.sendall(moved("/"))

    site.answers["/"] = late
    assert refused(site, seconds=0.4).page_fault == "too_slow"


def test_a_look_up_has_so_much_time(site: Site) -> None:
    over = threading.Event()

    def stuck(host: str, port: int) -> list[IPAddress]:  # noqa: ARG001
        over.wait(60)
        return []

    assert refused(site, host="site.test", resolve=stuck, seconds=0.2).page_fault == "too_slow"
    over.set()


# Encryption.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of site.test that nobody has signed, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl isn't installed")
    path = tmp_path_factory.mktemp("certificate") / "site.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=site.test", "-addext", "subjectAltName=DNS:site.test",
         "-keyout", str(path), "-out", str(path.with_suffix(".crt"))],
        check=True,
        capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def encrypted(site: Site, certificate: Path) -> Site:
    """The site with encryption."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site.wrap = partial(context.wrap_socket, server_side=True)
    return site


def over_tls(site: Site, host: str, **more: Any) -> fetch.Fetched:
    names = Names(site_test=[LOOPBACK], other_test=[LOOPBACK])
    fetcher = site.fetcher(resolve=names, **more)
    address = site.address(host=host).replace("http:", "https:")
    return fetcher.fetch(WebAddress.parse(address, fetcher.ports))


def test_a_certificate_has_to_be_valid(encrypted: Site, certificate: Path) -> None:
    encrypted.answers["/"] = html("word")
    trusting = ssl.create_default_context(cafile=str(certificate.with_suffix(".crt")))
    assert b"word" in over_tls(encrypted, "site.test", context=trusting).content
    for host, context in (("other.test", trusting), ("127.0.0.1", trusting), ("site.test", None)):
        with pytest.raises(UnreadablePage) as caught:
            over_tls(encrypted, host, context=context)
        assert caught.value.page_fault == "certificate"
    assert len(encrypted.asked) == 1


def test_a_handshake_has_so_much_time(site: Site) -> None:
    @contextmanager
    def silent(connection: socket.socket) -> Iterator[socket.socket]:
        site.over.wait(60)
        yield connection

    site.wrap = silent
    with pytest.raises(UnreadablePage) as caught:
        over_tls(site, "site.test", seconds=0.3)
    assert caught.value.page_fault == "too_slow"


def test_a_server_without_encryption(site: Site) -> None:
    @contextmanager
    def plain(connection: socket.socket) -> Iterator[socket.socket]:
        connection.sendall(b"HTTP/1.1 400 x\r\n\r\n")
        yield connection

    site.wrap = plain
    with pytest.raises(UnreadablePage) as caught:
        over_tls(site, "site.test")
    assert caught.value.page_fault == "broken"


@pytest.mark.parametrize("fault", get_args(PageFault))
def test_every_fault_has_a_message(fault: PageFault) -> None:
    if fault == "content":
        return
    error = UnreadablePage.because("http://x.test/", fault, "7")
    assert (error.page_fault, error.path, error.fault) == (fault, "http://x.test/", "unreadable")
    assert str(error).startswith("http://x.test/: ")
    assert "{" not in str(error)
    assert has_message(f"fetch_{fault}")
