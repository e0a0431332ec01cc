"""Who is believed of whom, what is told to those who watch over a server, and what is deployed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from asgi import Reply, request
from conftest import REPOSITORY
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp

from web.server.connections import NamedProxies, SubPath
from web.server.serving import application
from web.server.sharing import Sharing, is_root_path

DEPLOY = REPOSITORY / "deploy"


def needed(program: str) -> str:
    """The path of a program, without which a test is left out; CI has it."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{program} isn't installed")
        pytest.skip(f"{program} isn't installed")
    return found


def get(app: ASGIApp, path: str, client: str = "127.0.0.1", **headers: str) -> Reply:
    """What an application answers to a client."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request(app, path, headers={"Host": "127.0.0.1", **named}, client=client)


def told() -> FastAPI:
    """An application that says who asked it for what."""
    app = FastAPI()

    @app.get("/{path:path}")
    def tell(asked: Request, path: str) -> dict[str, str | None]:
        host = asked.headers.get("x-forwarded-host")
        client = asked.client.host if asked.client else None
        return {"path": f"/{path}", "client": client, "scheme": asked.url.scheme, "host": host}

    return app


FORWARDED = {
    "X_Forwarded_For": "203.0.113.9",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "evil.example",
}


@pytest.mark.parametrize(
    ("proxies", "believed"),
    [(["127.0.0.1"], True), (["127.0.0.0/8"], True), (["10.0.0.1"], False), ([], False)],
)
def test_forwarded_headers_are_believed_of_named_proxies_alone(proxies: list[str], believed: bool) -> None:
    reply = get(NamedProxies(told(), proxies), "/x", **FORWARDED)
    forwarded, own = ("203.0.113.9", "https", "evil.example"), ("127.0.0.1", "http", None)
    client, scheme, host = forwarded if believed else own
    assert json.loads(reply.body) == {"path": "/x", "client": client, "scheme": scheme, "host": host}


def test_a_sub_path_is_taken_away_where_the_proxy_left_it() -> None:
    app = SubPath(told(), "/dalil")
    for sent, seen in (("/dalil/a/b", "/a/b"), ("/a", "/a"), ("/dalil/", "/"), ("/dalilx", "/dalilx")):
        assert json.loads(get(app, sent).body)["path"] == seen
    reply = get(app, "/dalil")
    assert (reply.status, reply.headers["location"]) == (307, "/dalil/")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("/dalil", True),
        ("/a/b-c_d", True),
        *((text, False) for text in ("", "/", "dalil", "/a/", "/a b", "//a", "/a?b")),
    ],
)
def test_what_a_root_path_is(text: str, is_one: bool) -> None:
    assert is_root_path(text) == is_one


def test_the_address_has_the_root_path() -> None:
    assert Sharing(root_path="/dalil").address(7860) == "http://127.0.0.1:7860/dalil"


def test_metrics_count_requests_and_are_for_this_machine_alone() -> None:
    app = application(lambda: None)
    assert json.loads(get(app, "/health").body)["status"] == "ok"
    get(app, "/none")
    text = get(app, "/metrics").body.decode()
    assert 'dalil_requests_total{status="200"} 1\ndalil_requests_total{status="404"} 1\n' in text
    assert "\ndalil_requests_running 1\n" in text
    line = re.compile(r"# TYPE \w+ (counter|gauge)|\w+(\{\w+=\"\d+\"\})? [\d.]+")
    assert all(map(line.fullmatch, text.splitlines()))
    assert get(app, "/metrics", "203.0.113.9").status == 404


@pytest.mark.slow
def test_the_systemd_unit_is_valid(tmp_path: Path) -> None:
    unit = (DEPLOY / "dalil.service").read_text("utf-8")
    (command,) = re.findall(r"^ExecStart=(\S+)", unit, re.MULTILINE)
    # The program has to exist where it is checked.
    here = unit.replace(command, "/bin/true").replace("User=dalil\n", "")
    (tmp_path / "dalil.service").write_text(here, "utf-8")
    checked = [needed("systemd-analyze"), "verify", str(tmp_path / "dalil.service")]
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert "dalil.service" not in done.stderr, done.stderr


def test_the_deployed_commands_are_those_that_there_are() -> None:
    """Every option that the unit and the image name is one of `dalil chat`."""
    import typer.main

    from cli.app import app

    chat = typer.main.get_command(app).commands["chat"]  # type: ignore[attr-defined]
    known = {option for parameter in chat.params for option in parameter.opts}
    unit = (DEPLOY / "dalil.service").read_text("utf-8")
    (command,) = re.findall(r"^ExecStart=\S+ chat (.*)$", unit, re.MULTILINE)
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    (arguments,) = re.findall(r"^CMD \[(.*)\]$", image, re.MULTILINE)
    named = set(re.findall(r"--[\w-]+", f"{command} {arguments}"))
    assert named
    assert named <= known
    # What is copied is there, and is all that the package is made of.
    copied = {path for line in re.findall(r"^COPY (.*) \S+$", image, re.MULTILINE) for path in line.split()}
    assert all((REPOSITORY / path).exists() for path in copied)
    assert {"cli", "index", "qa", "seeds", "web", "ui.py", "pyproject.toml"} <= copied
