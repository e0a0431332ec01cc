"""What the chat's server lets in: its own pages' requests, and no more of Gradio than Dalil uses."""

from __future__ import annotations

import pytest
from asgi import request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from web.server.browser_security import LogoutByPost, OwnPagesOnly

OWN = {"Host": "127.0.0.1:7860", "Origin": "http://127.0.0.1:7860"}


async def method(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the method that arrives."""
    await PlainTextResponse(str(scope["method"]))(scope, receive, send)


@pytest.mark.parametrize("path", ["/gradio_api/token", "/gradio_api/token/", "/gradio_api/upload"])
def test_what_dalil_has_no_use_for_is_closed(path: str) -> None:
    assert request(OwnPagesOnly(method), path).status == 403


def test_a_paths_parts_are_no_longer_than_a_files_name() -> None:
    app = OwnPagesOnly(method)
    assert request(app, f"/assets/{'9' * 255}").status == 200
    assert request(app, f"/assets/{'9' * 256}").status == 404
    assert request(app, f"/assets/{'س' * 128}").status == 404


@pytest.mark.parametrize("path", ["/\0", "/a\n", "/gradio_api/heartbeat/\x7f", "/\x1b[2J"])
def test_control_characters_name_nothing(path: str) -> None:
    assert request(OwnPagesOnly(method), path).status == 404


def test_a_session_ends_by_the_button_of_the_logout_page_alone() -> None:
    app = OwnPagesOnly(LogoutByPost(method))
    for path in ("/logout", "/logout/"):
        shown = request(app, path)
        assert (shown.status, b'<form method="post"><button' in shown.body) == (200, True)
        # Else a browser would send "null" as the form's origin.
        assert shown.headers["referrer-policy"] == "same-origin"
        assert "form-action 'self'" in shown.headers["content-security-policy"]
        assert request(app, path, "POST", OWN).body == b"GET"  # as Gradio has it
        for origin in ({}, {"Origin": "http://attack.example"}, {"Origin": "null"}):
            assert request(app, path, "POST", {"Host": OWN["Host"], **origin}).status == 403
        assert request(app, path, "PUT", {"Host": OWN["Host"]}).status == 403
    assert request(app, "/login", "POST").body == b"POST"
