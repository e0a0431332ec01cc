"""Behind a real nginx with TLS, below a path of its site."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chatting import browser, new_context
from playwright.sync_api import Browser, expect
from test_deployed import DEPLOY, needed
from test_shared_chat import PASSWORD, WHO, index, serving, users

from index import Index

__all__ = ["browser", "index", "users"]  # fixtures


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(params=["taken away", "left"])
def proxied(request: pytest.FixtureRequest, index: Index, users: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a chat behind nginx, which takes the path away or leaves it."""
    nginx, openssl = needed("nginx"), needed("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=library.example", "-keyout", str(key), "-out", str(certificate)]
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject]
    subprocess.run(made, check=True, capture_output=True)
    behind = ("--root-path", "/dalil", "--proxy", "127.0.0.1", "--auth", str(users))
    for address in serving(index, *behind):
        own, port = urlsplit(address).port, free_port()
        server = (DEPLOY / "nginx.conf").read_text("utf-8")
        passed = f"http://127.0.0.1:{own}" + ("/" if request.param == "taken away" else "")
        for old, new in (
            ("http://127.0.0.1:7860/", passed),
            ("443 ssl", f"127.0.0.1:{port} ssl"),
            ("/etc/ssl/library.example.pem", str(certificate)),
            ("/etc/ssl/library.example.key", str(key)),
        ):
            assert server.count(old) == 1
            server = server.replace(old, new)
        temporary = "\n".join(
            f"{kind}_temp_path {tmp_path}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\n"
            f"http {{ access_log off; {temporary}\n{server} }}",
            "utf-8",
        )
        running = subprocess.Popen(
            [nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], stderr=subprocess.DEVNULL
        )
        for _ in range(600):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"https://127.0.0.1:{port}/dalil/"
        running.terminate()
        running.wait(60)


@pytest.mark.slow
@pytest.mark.browser
def test_a_chat_below_a_path_of_a_real_nginx(proxied: str, browser: Browser) -> None:
    context = new_context(browser, ignore_https_errors=True, locale="en")
    page = context.new_page()
    requested: list[str] = []
    context.on("request", lambda sent: requested.append(sent.url))
    page.goto(proxied.rstrip("/"))
    page.get_by_label("User name").fill("salma")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.get_by_label("Question").fill(WHO)
    page.get_by_label("Question").press("Enter")
    expect(page.locator(".quote").first).to_have_text("أعلن الحشد انطلاق المعركة.")
    page.get_by_role("button", name="العربية").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".quote").first).to_be_visible()
    # All of it lies below the path, as do the cookies of Dalil's own.
    assert [url for url in requested if not url.startswith((proxied, "data:", proxied.rstrip("/")))] == []
    paths = {cookie["name"]: cookie["path"] for cookie in context.cookies(proxied)}
    assert paths["dalil-language"] == "/dalil/"
    device = {cookie["name"]: cookie["path"] for cookie in context.cookies(f"{proxied}login")}["dalil-device"]
    assert device == "/dalil"
    # Logged out, the page asks again.
    page.goto(f"{proxied}logout")
    page.get_by_role("button").click()
    expect(page.get_by_label("اسم المستخدم")).to_be_visible()
    assert page.url.startswith(proxied.rstrip("/"))
    context.close()
    # What is for those who watch over it.
    unchecked = ssl._create_unverified_context()
    with urllib.request.urlopen(f"{proxied}health", context=unchecked) as reply:
        assert b'"status":"ok"' in reply.read()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{proxied}metrics", context=unchecked)
    assert refused.value.code == 404
    refused.value.close()
