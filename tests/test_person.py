"""Who sends files: a signed-in user by name, else an address. What waits is counted by person."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from asgi import request
from fake_encoder import FakeEncoder
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from index import Index
from qa.collections.library import Library
from ui import build_chat, serve
from web.calls.collection_calls import Collections
from web.server.person import KnownPerson, person
from web.server.sharing import Sharing
from web.server.users import Users

PASSWORD = "open sesame"


async def tells(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with who asks, as a thread sees it that helps with the answer."""
    await PlainTextResponse(await asyncio.to_thread(person))(scope, receive, send)


def test_a_person_is_a_user_or_else_an_address() -> None:
    def named(request: Request) -> str | None:
        return request.cookies.get("user")

    app = KnownPerson(tells, user_of=named)
    salma = {"Cookie": "user=salma"}
    assert request(app, headers=salma, client="192.0.2.7").body == b"user salma"
    assert request(app, client="192.0.2.7").body == b"address 192.0.2.7"
    assert request(app, client="2001:db8::1").body == request(app, client="2001:db8::2").body
    # Nobody can be taken for another by calling himself so.
    assert request(app, headers={"Cookie": "user=192.0.2.7"}).body == b"user 192.0.2.7"
    assert person() == ""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Starlette's test client, and of Gradio's event loops
@pytest.mark.parametrize("has_users", [True, False])
def test_batches_are_known_by_who_sends_them(
    tmp_path: Path, encoder: FakeEncoder, index: Index, has_users: bool
) -> None:
    users = Users(tmp_path / "users.json")
    users.add("salma", PASSWORD)
    library = Library(tmp_path / "library", encoder=encoder)
    collection = library.create("c").id
    collections = Collections(library)
    chat = build_chat(index, collections=collections)
    sharing = Sharing(auth=tmp_path / "users.json") if has_users else Sharing()
    (page,) = (id_ for id_, block in chat.blocks.items() if getattr(block, "elem_id", None) == "page")
    files = [{"name": "a.txt", "size": 1}]
    call: dict[str, Any] = {"act": "begin", "language": "en", "collection": collection, "files": files}
    body = {"session_hash": "x", "component_id": page, "fn_name": "library", "data": call}
    with TestClient(serve(chat, sharing=sharing, collections=collections), "http://127.0.0.1") as client:
        if has_users:
            assert client.post("/gradio_api/component_server", json=body).status_code == 401
            known = client.post("/login", data={"username": "salma", "password": PASSWORD})
            assert known.status_code == 200
        begun = client.post("/gradio_api/component_server", json=body).json()
        batch = collections.uploads.batch(begun["batch"])
        assert batch is not None
        assert batch.person == ("user salma" if has_users else "address testclient")
        assert batch.folder.is_dir()
    assert not batch.folder.exists()
