"""Validates and bounds requests to Gradio before they reach it.

Gradio answers unexpected requests with status 500 and a traceback in the log, keeps the requests of
10,000 sessions, and keeps answers that are never fetched. Here a request that Dalil's page and its HTTP API
never send is refused with an error record, and each of these is bounded.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import MutableHeaders, QueryParams
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import DalilError
from qa.api.records import error_name
from qa.api.service import InvalidRequest
from web.page_calls import MAX_ARGUMENT_LENGTH, MAX_ID_LENGTH, ConversationCall, PageCall, Submit
from web.server.request_limits import given_again, refuse, whole_body
from web.uploads.batches import UPLOAD

# Requests running or queued, uploads excluded. Eight people asking at the same moment send 24.
MAX_REQUESTS: Final = 64
# Unfetched answers of one session, and of all: a page fetches them immediately.
MAX_UNREAD_PER_SESSION: Final = 16
MAX_UNREAD: Final = 64
# Sessions whose last request Gradio keeps.
MAX_GRADIO_SESSIONS: Final = 200

_EVENTS: Final[Mapping[str, type[PageCall]]] = {"submit": Submit, "change": ConversationCall}
_API: Final = "/gradio_api/"


class NotFound(DalilError, LookupError):
    """The target of a call or a path doesn't exist."""


class Busy(DalilError):
    """Too many concurrent requests."""


def filled(parameters: Sequence[inspect.Parameter], data: object) -> list[Any]:
    """The arguments of an HTTP API call, with defaults for those not given.

    Raises:
        InvalidRequest: they aren't a list, or too many or too few, or one is too long.
    """
    names = ", ".join(parameter.name for parameter in parameters)
    if not isinstance(data, list) or len(data) > len(parameters):
        raise InvalidRequest(f"`data` must be a list of the arguments: {names}.")
    missing = parameters[len(data) :]
    for parameter in missing:
        if parameter.default is inspect.Parameter.empty:
            raise InvalidRequest(f"{parameter.name} is missing. `data` is a list of the arguments: {names}.")
    for parameter, value in zip(parameters, data, strict=False):
        if isinstance(value, list | dict) or (isinstance(value, str) and len(value) > MAX_ARGUMENT_LENGTH):
            raise InvalidRequest(
                f"{parameter.name} must be a text of at most {MAX_ARGUMENT_LENGTH:,} characters, or a number."
            )
    return [*data, *(parameter.default for parameter in missing)]


def as_response(error: DalilError) -> JSONResponse:
    """Converts an error to a JSON record with its HTTP status."""
    if isinstance(error, Busy):
        return refuse("too_many", HTTPStatus.SERVICE_UNAVAILABLE, 1)
    record = {"error": error_name(error), "message": str(error)}
    return JSONResponse({**record, "detail": record["message"]}, _status(error))


class CheckedRequests:
    """Admits only requests that Dalil's page and its HTTP API send; refuses others with an error record.

    Args:
        app: the wrapped application.
        chat: the `gradio.Blocks` that is served. Its public functions are the endpoints of the HTTP API.
    """

    def __init__(self, app: ASGIApp, chat: Any) -> None:
        self.app = app
        self._chat = chat
        self._endpoints = {
            str(function.api_name): list(inspect.signature(function.fn).parameters.values())
            for function in chat.fns.values()
            if function.fn is not None and function.api_visibility == "public"
        }
        self._at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        path = str(scope.get("path", "")).rstrip("/")
        if scope["type"] == "http" and scope["method"] == "GET" and self._has_no_answers(scope, path):
            await as_response(NotFound("There are no pending answers."))(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] != "POST" or path in (UPLOAD, "/login", "/logout"):
            await self.app(scope, receive, send)
            return
        if self._at_once >= MAX_REQUESTS:
            await as_response(Busy())(scope, receive, send)
            return
        self._at_once += 1
        try:
            body = await whole_body(receive)
            if body is None:
                return  # the client has disconnected
            body = json.dumps(await self._checked(path, body)).encode()
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"transfer-encoding"]
            headers = MutableHeaders(scope=scope)
            headers["content-length"], headers["content-type"] = f"{len(body)}", "application/json"
            await self.app(scope, given_again(body, receive), send)
        except DalilError as error:
            await as_response(error)(scope, receive, send)
        finally:
            self._at_once -= 1

    async def _checked(self, path: str, body: bytes) -> dict[str, Any]:
        """The validated request to forward to Gradio."""
        route, _, name = path.removeprefix(_API).partition("/")
        if not path.startswith(_API):
            raise NotFound("There is nothing here to send to.")
        check = {
            "call": partial(self._api, name),
            "run": partial(self._api, name),
            "api": partial(self._api, name),
            "queue": self._join if name == "join" else None,
            "component_server": self._component if not name else None,
            "cancel": self._cancel if not name else None,
        }.get(route)
        if check is None:
            raise NotFound("There is nothing here to send to.")
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            raise InvalidRequest("The request must be JSON.") from None
        if not isinstance(sent, dict):
            raise InvalidRequest("The request must be a JSON object.")
        checked = check(sent)
        if route in ("call", "queue"):
            await self._admit(checked.get("session_hash"))
        return checked

    def _api(self, name: str, sent: dict[str, Any]) -> dict[str, Any]:
        if name not in self._endpoints:
            raise NotFound(f"There is no endpoint /{name:.100}. There are: /{', /'.join(self._endpoints)}.")
        return {"data": filled(self._endpoints[name], sent.get("data")), **_session(sent, required=False)}

    def _join(self, sent: dict[str, Any]) -> dict[str, Any]:
        number = sent.get("fn_index")
        function = (
            self._chat.fns.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
        )
        if function is None:
            raise NotFound(f"There is no function {number!r:.50}.")
        joined = {"fn_index": number, **_session(sent, required=True)}
        if function.api_name in self._endpoints:
            return {**joined, "data": filled(self._endpoints[str(function.api_name)], sent.get("data"))}
        event = next((event for _, event in function.targets if event in _EVENTS), None)
        if event is None:
            raise NotFound(f"There is no function {number!r:.50}.")
        _EVENTS[event].of(sent.get("event_data"))
        trigger = sent.get("trigger_id")
        trigger = trigger if isinstance(trigger, int) else None
        return {**joined, "data": [], "event_data": sent["event_data"], "trigger_id": trigger}

    def _component(self, sent: dict[str, Any]) -> dict[str, Any]:
        name, number = sent.get("fn_name"), sent.get("component_id")
        block = self._chat.blocks.get(number) if isinstance(number, int) else None
        if not isinstance(name, str) or not hasattr(getattr(block, name, None), "_is_server_fn"):
            raise NotFound(f"There is no call {name!r:.100} of component {number!r:.50}.")
        names = {"fn_name": name, "component_id": number, "data": sent.get("data")}
        return {**names, **_session(sent, required=True)}

    def _cancel(self, sent: dict[str, Any]) -> dict[str, Any]:
        event, number = sent.get("event_id"), sent.get("fn_index")
        if not isinstance(event, str) or len(event) > MAX_ID_LENGTH or not isinstance(number, int):
            raise InvalidRequest("`event_id` and `fn_index` must be those of a call.")
        return {"event_id": event, "fn_index": number, **_session(sent, required=True)}

    def _has_no_answers(self, scope: Scope, path: str) -> bool:
        """Whether a request asks for answers of an unknown session or call, on which Gradio raises."""
        queue = self._chat._queue
        route, *names = path.removeprefix(_API).split("/")
        if not path.startswith(_API):
            return False
        if (route, names) == ("queue", ["data"]):
            session = QueryParams(scope.get("query_string", b"")).get("session_hash")
            return session is not None and session not in queue.pending_messages_per_session
        if route == "call" and len(names) > 1:
            known = (queue.event_ids_to_events, *queue.pending_event_ids_session.values())
            return not any(names[-1] in events for events in known)
        return False

    async def _admit(self, session: str | None) -> None:
        """Makes room for another answer by discarding the oldest unfetched ones.

        Raises:
            Busy: this session has too many of them.
        """
        queue = self._chat._queue
        unread = queue.pending_event_ids_session
        if session is not None and len(unread.get(session, ())) >= MAX_UNREAD_PER_SESSION:
            raise Busy
        for oldest in list(unread):
            if sum(map(len, unread.values())) < MAX_UNREAD:
                break
            if unread.get(oldest) and oldest != session:
                await queue.clean_events(session_hash=oldest)
                unread.pop(oldest, None)
                queue.pending_messages_per_session.pop(oldest, None)
        if len(unread) > MAX_GRADIO_SESSIONS:
            for empty in [one for one, events in unread.items() if not events]:
                del unread[empty]


def _session(sent: dict[str, Any], required: bool) -> dict[str, str]:
    session = sent.get("session_hash")
    if session is None and not required:
        return {}
    if not isinstance(session, str) or not 0 < len(session) <= MAX_ID_LENGTH:
        raise InvalidRequest(f"session_hash must be a text of 1 to {MAX_ID_LENGTH} characters.")
    return {"session_hash": session}


def _status(error: DalilError) -> int:
    if isinstance(error, LookupError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, PermissionError):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.UNPROCESSABLE_ENTITY
