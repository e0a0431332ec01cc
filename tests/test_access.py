"""Who reaches a chat that listens beyond this machine."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest
from asgi import request
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from web.server import users
from web.server.host_names import NamedHosts
from web.server.serving import limit_access
from web.server.sharing import Sharing, is_network, is_own
from web.server.users import Users, UsersUnreadable, login

OWN = ["127.0.0.1", "127.0.0.1:7860", "localhost", "LOCALHOST:7860", "localhost.", "[::1]:7860", "[::1]"]
ELSEWHERE = [
    "",
    "attack.example",
    "127.0.0.1.attack.example",
    "localhost.attack.example",
    "attack.example:7860",
    "0.0.0.0",
    "[::]:7860",
    "192.0.2.9:7860",
    "[",
    "[]",
    ":7860",
]


def status(app: NamedHosts, host: str, server: str = "127.0.0.1") -> int:
    return request(app, headers={"Host": host}, server=server).status


@pytest.mark.parametrize("listens", ["127.0.0.1", "localhost", "192.168.1.5", "0.0.0.0", "::"])
def test_this_machine_is_always_let_in_and_strangers_never(listens: str) -> None:
    app = NamedHosts(PlainTextResponse("in"), listens)
    assert {status(app, host) for host in OWN} == {200}
    assert {status(app, host) for host in ELSEWHERE} == {400}
    assert request(app).status == 400


def test_what_was_named_is_let_in_and_no_more() -> None:
    app = NamedHosts(PlainTextResponse("in"), "192.168.1.5", ["Library.example.", "كتب.example"])
    for host in ("192.168.1.5", "192.168.1.5:7860", "library.example", "LIBRARY.example:80"):
        assert status(app, host, server="192.168.1.5") == 200
    for host in ("192.168.1.6", "example", "more.library.example", "xlibrary.example"):
        assert status(app, host, server="192.168.1.5") == 400


def test_where_it_listens_everywhere_each_of_its_addresses_is_a_name() -> None:
    app = NamedHosts(PlainTextResponse("in"), "0.0.0.0")
    assert status(app, "192.168.1.5:7860", server="192.168.1.5") == 200
    assert status(app, "192.168.1.5:7860", server="10.0.0.5") == 400
    both = NamedHosts(PlainTextResponse("in"), "::")
    assert status(both, "192.168.1.5", server="::ffff:192.168.1.5") == 200
    assert status(both, "[2001:DB8:0::5]:7860", server="2001:db8::5") == 200
    one = NamedHosts(PlainTextResponse("in"), "192.168.1.5")
    assert status(one, "10.0.0.5", server="10.0.0.5") == 400


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("library.example", False),
    ],
)
def test_it_warns_where_anybody_could_ask(host: str, own: bool) -> None:
    assert is_own(host) is own
    warned = Sharing(host).warning
    assert (warned is None) is own
    assert Sharing(host, auth=Path("users.json")).warning is None
    if warned:
        assert f"Whoever reaches {host} can read, add to and delete the texts" in warned
        assert f"{host} can read the texts" in str(Sharing(host, read_only=True).warning)
        assert "dalil user add NAME" in warned
        assert "--auth" in warned


@pytest.mark.parametrize(
    ("sharing", "shared"),
    [
        (Sharing(), False),
        (Sharing(read_only=True), False),
        (Sharing("localhost"), False),
        (Sharing(names=("library.example",)), True),
        (Sharing(auth=Path("users.json")), True),
        (Sharing(proxies=("127.0.0.1",)), True),
        (Sharing("0.0.0.0"), True),
    ],
)
def test_who_names_a_proxy_a_name_or_users_shares_it(sharing: Sharing, shared: bool) -> None:
    assert sharing.is_shared is shared
    assert (sharing.warning is not None) is (shared and sharing.auth is None)


def test_the_warning_names_where_others_reach_it() -> None:
    assert "Whoever reaches library.example can" in str(Sharing(names=("library.example",)).warning)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("127.0.0.1", True), ("10.0.0.0/8", True), ("::1", True), ("*", False), ("proxy", False), ("", False)],
)
def test_a_proxy_is_an_address_or_a_network(text: str, is_one: bool) -> None:
    assert is_network(text) is is_one


def test_login_asks_the_file_of_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "_N", 2)
    path = tmp_path / "users.json"
    with pytest.raises(UsersUnreadable, match="There is no file"):
        login(path)
    Users(path).add("salma", "open sesame")
    check = login(path)
    assert inspect.iscoroutinefunction(check)  # as Gradio asks before it awaits

    async def attempts() -> list[bool]:
        pairs = [("salma", "open sesame"), ("salma", "wrong"), ("nobody", "open sesame")]
        first = await asyncio.gather(*(check(*pair) for pair in pairs))
        path.write_text("damaged")
        return [*first, await check("salma", "open sesame")]

    assert asyncio.run(attempts()) == [True, False, False, False]


def test_guard_asks_for_the_name_first_and_then_for_the_rest(tmp_path: Path) -> None:
    def statuses(sharing: Sharing, path: str, host: str = "localhost", size: int = 1) -> set[int]:
        app = FastAPI()
        app.post("/gradio_api/upload")(lambda: None)
        app.post("/login")(lambda: None)
        app.post("/gradio_api/queue/join")(lambda: None)
        limit_access(app, sharing, clock=lambda: 0.0)
        return {
            request(app, path, "POST", {"Host": host, "Content-Length": f"{size}"}).status for _ in range(70)
        }

    upload, join = "/gradio_api/upload", "/gradio_api/queue/join"
    shared = Sharing("0.0.0.0", ("library.example",), tmp_path / "users.json")
    assert statuses(shared, join, "attack.example") == {400}
    assert statuses(shared, join, "library.example") == {200, 429}
    # Whenever anybody but who started it can reach it, also through a proxy or a tunnel.
    for more in (
        Sharing(names=("library.example",)),
        Sharing(auth=tmp_path / "users.json"),
        Sharing(proxies=("127.0.0.1",)),
        Sharing("192.168.1.5"),
    ):
        assert statuses(more, join) == {200, 429}
    assert statuses(Sharing(), join) == {200}
    assert statuses(Sharing(), join, "library.example") == {400}
    assert statuses(Sharing(), join, size=10**7) == {413}
    assert statuses(Sharing(), upload, size=10**7) == {200}
    assert statuses(Sharing(), upload, size=10**9) == {413}
    assert statuses(Sharing(read_only=True), upload) == {403}
