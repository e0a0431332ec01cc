"""Web addresses: how they are written, which are refused, and which hosts are public."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import UnreadablePage
from index.readers.web.address import WebAddress, is_address, is_public

# As typed, as written, as sent.
WRITTEN = [
    ("https://example.org", "https://example.org/", "/"),
    ("  HTTPS://Example.ORG:443/A?b=c#d \n", "https://example.org/A?b=c", "/A?b=c"),
    ("http://example.org:443/", "http://example.org:443/", "/"),
    ("http://example.org./x", "http://example.org/x", "/x"),
    ("\u200fhttps://example.org/x\u200e", "https://example.org/x", "/x"),
    (
        "https://ar.example.org/wiki/%D8%AF%D9%85%D8%B4%D9%82",
        "https://ar.example.org/wiki/دمشق",
        "/wiki/%D8%AF%D9%85%D8%B4%D9%82",
    ),
    (
        "https://ar.example.org/wiki/دمشق?q=بحث",
        "https://ar.example.org/wiki/دمشق?q=بحث",
        "/wiki/%D8%AF%D9%85%D8%B4%D9%82?q=%D8%A8%D8%AD%D8%AB",
    ),
    # What isn't a letter stays encoded, also what would reorder the line; so do bytes that are no UTF-8.
    (
        "https://example.org/a%2Fb%20c%E2%80%AE",
        "https://example.org/a%2Fb%20c%E2%80%AE",
        "/a%2Fb%20c%E2%80%AE",
    ),
    ("https://example.org/%C7%E1", "https://example.org/%C7%E1", "/%C7%E1"),
    ('https://example.org/a"<b>|', 'https://example.org/a"<b>|', "/a%22%3Cb%3E%7C"),
    ("http://[2606:2800:220:1:248:1893:25C8:1946]/", "http://[2606:2800:220:1:248:1893:25c8:1946]/", "/"),
    ("https://موقع.مصر/", "https://موقع.مصر/", "/"),
]


@pytest.mark.parametrize(("typed", "written", "sent"), WRITTEN)
def test_an_address_has_one_form(typed: str, written: str, sent: str) -> None:
    address = WebAddress.parse(typed)
    assert (address.text, address.target) == (written, sent)
    assert WebAddress.parse(address.text) == address
    assert is_address(typed)


def test_a_name_is_asked_for_in_ascii() -> None:
    address = WebAddress.parse("https://موقع.مصر/صفحة")
    assert (address.host, address.authority) == ("xn--4gbrim.xn--wgbh1c", "xn--4gbrim.xn--wgbh1c")
    assert address.target.isascii()


@given(st.text(max_size=60))
def test_any_path_is_one_line_of_ascii_when_sent_and_the_same_when_read_again(path: str) -> None:
    try:
        address = WebAddress.parse(f"http://example.org/{path}")
    except UnreadablePage:
        return
    assert address.host == "example.org"
    assert address.target.isascii()
    assert address.target.isprintable()
    assert " " not in address.target
    assert WebAddress.parse(address.text) == address


REFUSED = [
    ("", "address"),
    ("example.org/page", "address"),
    ("file:///etc/passwd", "address"),
    ("ftp://example.org/", "address"),
    ("javascript:alert(1)", "address"),
    ("data:text/html,x", "address"),
    ("gopher://127.0.0.1/", "address"),
    ("http://", "address"),
    ("http:///etc/passwd", "address"),
    ("http://exa mple.org/", "address"),
    ("http://example.org/a b", "address"),
    ("http://example.org/\r\nHost: other", "address"),
    ("http://example.org/\0", "address"),
    ("http://example.org\\@other.org/", "address"),
    ("http://exa\u2028mple.org/", "address"),
    ("http://[::1", "address"),
    ("http://[fe80::1%25eth0]/", "address"),
    ("http://[v1.x]/", "address"),
    ("http://example.org:x/", "address"),
    ("http://example.org:99999/", "address"),
    (f"http://{'a' * 64}.org/", "address"),
    (f"http://example.org/{'a' * 5000}", "address"),
    # IPv4 in other forms than four decimal numbers.
    ("http://2130706433/", "address"),
    ("http://0x7f000001/", "address"),
    ("http://0x7f.1/", "address"),
    ("http://0177.0.0.1/", "address"),
    ("http://127.1/", "address"),
    ("http://127.0.0.1.5/", "address"),
    ("http://١٢٧.0.0.1/", "address"),
    ("http://user@example.org/", "credentials"),
    ("http://user:password@example.org/", "credentials"),
    ("http://example.org@127.0.0.1/", "credentials"),
    ("http://example.org:22/", "port"),
    ("http://example.org:8080/", "port"),
    ("http://example.org:0/", "port"),
]


@pytest.mark.parametrize(("typed", "fault"), REFUSED)
def test_what_isnt_the_address_of_a_page_is_refused(typed: str, fault: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        WebAddress.parse(typed)
    assert caught.value.page_fault == fault
    assert "password" not in str(caught.value).replace("a password in this", "")


@pytest.mark.parametrize("typed", ["http://１２７.0.0.1/", "http://127。0.0.1/"])
def test_other_digits_and_dots_are_the_same_address(typed: str) -> None:
    assert WebAddress.parse(typed).host == "127.0.0.1"


@pytest.mark.parametrize("text", ["notes.txt", "http", "./http:/x", "https:x", "C:\\http"])
def test_a_file_is_no_address(text: str) -> None:
    assert not is_address(text)


PUBLIC = ["8.8.8.8", "93.184.215.14", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::808:808"]
NOT_PUBLIC = [
    # This machine, and none.
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "::1", "::",
    # Private networks, the link, what a cloud tells its machines.
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "168.63.129.16",
    "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254",
    # Carriers' shared addresses, multicast, reserved, documentation, benchmarks.
    "100.64.0.1", "100.127.255.255", "100.100.100.200", "224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1",
    "240.0.0.1", "255.255.255.255", "192.0.0.8", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1",
    "198.18.0.1", "192.88.99.1", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
    # IPv6 that stands for IPv4.
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::1",
    "2002:808:808::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
    "2001::1", "2001:0:7f00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_arent_public(address: str) -> None:
    assert not is_public(ip_address(address))


START = WebAddress.parse("https://example.org/a/b?c")


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("d", "https://example.org/a/d"),
        ("/d", "https://example.org/d"),
        ("//other.org/d", "https://other.org/d"),
        ("https://other.org", "https://other.org/"),
        (" ?e ", "https://example.org/a/b?e"),
        ("/صفحة", "https://example.org/صفحة"),
    ],
)
def test_where_a_redirection_leads(location: str, where: str) -> None:
    assert START.redirected(location).text == where


@pytest.mark.parametrize(
    ("location", "fault"),
    [
        ("http://example.org/", "redirects"),  # without encryption
        ("https://[::1", "redirects"),
        ("/" + "a" * 5000, "redirects"),
        ("file:///etc/passwd", "address"),
        ("//example.org:22/", "port"),
        ("//user@example.org/", "credentials"),
    ],
)
def test_redirections_that_arent_followed(location: str, fault: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        START.redirected(location)
    assert caught.value.page_fault == fault
