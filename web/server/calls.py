"""What a page or a program may ask of Gradio: checked before Gradio sees it, and so much at once.

Gradio answers what it didn't expect with status 500 and a traceback in the log, keeps what it was sent for
10,000 sessions, and keeps answers that nobody fetches. Here a request that Dalil's page and its HTTP API
never send is refused with a record, and each of these has a bound.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import DalilError
from qa.api.service import InvalidRequest
from web.server.limits import given_again, refuse, whole_body
from web.uploads.batches import UPLOAD

# Requests that are worked on or wait for it, beside uploads. Eight people who all ask at one moment send 24.
MOST_REQUESTS: Final = 64
# Answers on their way to one session, and to all: a page fetches them at once.
MOST_UNREAD_OF_A_SESSION: Final = 16
MOST_UNREAD: Final = 64
# Sessions for which Gradio keeps what they sent last.
MOST_GRADIO_SESSIONS: Final = 200
# Characters of an argument. A question may have 2,000; one of up to this many is told so by name.
LONGEST_ARGUMENT: Final = 20_000
# Characters of what `MOST_UNREAD` answers name as their session: a UUID or what Gradio's page makes up.
_LONGEST_ID: Final = 100

Id = Annotated[str, Field(max_length=_LONGEST_ID)]
Name = Annotated[str, Field(max_length=1000)]
Whole = Annotated[int, Field(ge=0, lt=2**31)]


class _Call(BaseModel):
    """Arguments of a call: of these types, as JSON has them. What else there is isn't looked at."""

    model_config = ConfigDict(strict=True, extra="ignore")


class _OfConversation(_Call):
    conversation: Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]
    language: Literal["ar", "en"] = "en"


class _Spoken(_OfConversation):
    language: Literal["ar", "en"]


class _Begin(_OfConversation):
    question: str | None = None
    number: Whole | None = None
    collection: Id = ""
    has_turns: bool = False


class _Mark(_Call):
    name: Id
    start: Whole
    end: Whole
    check: Id
    quoted: bool


class _Read(_Call):
    language: Literal["ar", "en"]
    document: Name
    marks: Annotated[list[_Mark], Field(max_length=100)]
    first: Whole | None = None
    last: Whole | None = None


class _Why(_Spoken):
    name: Id


class _Restore(_OfConversation):
    kept: str


class _Judge(_Spoken):
    number: Whole
    verdict: Literal["right", "wrong"]


class _File(_Call):
    name: Annotated[str, Field(max_length=5000)]
    size: Annotated[int, Field(ge=0, lt=2**53)]


class _Library(_Call):
    act: Id
    language: Literal["ar", "en"]
    collection: Id | None = None


class _Named(_Library):
    name: Name


class _State(_Library):
    first: Whole | None = None


class _Remove(_Library):
    collection: Id
    document: Name


class _BeginBatch(_Library):
    collection: Id
    files: list[_File]


class _Finish(_Library):
    batch: Id


class _Progress(_Library):
    collection: Id = ""
    batch: Id | None = None


class _Change(_Library):
    collection: Id


class _Rename(_Change):
    name: Name


class _Submit(_Spoken):
    number: Whole


CALLS: Final[Mapping[str, type[_Call]]] = {
    "begin": _Begin,
    "read": _Read,
    "why": _Why,
    "keep": _OfConversation,
    "restore": _Restore,
    "clear": _OfConversation,
    "export": _OfConversation,
    "judge": _Judge,
    "library": _Library,
}
_LIBRARY_CALLS: Final[Mapping[str, type[_Call]]] = {
    "state": _State,
    "progress": _Progress,
    "create": _Named,
    "rename": _Rename,
    "delete": _Change,
    "remove": _Remove,
    "begin": _BeginBatch,
    "finish": _Finish,
}
_EVENTS: Final[Mapping[str, type[_Call]]] = {"submit": _Submit, "change": _Spoken}

_API: Final = "/gradio_api/"


class NotFound(DalilError, LookupError):
    """What a call or a path names isn't there."""


class Busy(DalilError):
    """More is asked at once than is worked on; `retry` is the name of what to say."""


def checked_call(name: str, data: object) -> None:
    """Makes sure that a page's call has the arguments that it needs.

    Args:
        name: of the server's function.
        data: what was sent for it.

    Raises:
        NotFound: there is no such function.
        InvalidRequest: an argument is missing, or of another kind, or out of its range.
    """
    if name not in CALLS:
        raise NotFound(f"There is no call {name!r:.100}.")
    _validate(CALLS[name], data)
    if name == "library" and isinstance(data, dict):
        act = str(data["act"])
        if act not in _LIBRARY_CALLS:
            raise NotFound(f"There is no act {act!r:.100}.")
        _validate(_LIBRARY_CALLS[act], data)
    if (
        name == "begin"
        and isinstance(data, dict)
        and (data.get("question") is None) == (data.get("number") is None)
    ):
        raise InvalidRequest("A question or the number of one must be given.")


def filled(parameters: Sequence[inspect.Parameter], data: object) -> list[Any]:
    """The arguments of a call of the HTTP API, with the defaults of those that weren't given.

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
        if isinstance(value, list | dict) or (isinstance(value, str) and len(value) > LONGEST_ARGUMENT):
            raise InvalidRequest(
                f"{parameter.name} must be a text of at most {LONGEST_ARGUMENT:,} characters, or a number."
            )
    return [*data, *(parameter.default for parameter in missing)]


def as_response(error: DalilError) -> JSONResponse:
    """An error as a record, with the status that fits it."""
    if isinstance(error, Busy):
        return refuse("too_many", HTTPStatus.SERVICE_UNAVAILABLE, 1)
    record = {"error": type(error).__name__, "message": str(error)}
    return JSONResponse({**record, "detail": record["message"]}, _status(error))


def as_http_exception(error: DalilError) -> HTTPException:
    """The same for what is raised while Gradio calls one of the page's functions."""
    return HTTPException(_status(error), {"error": type(error).__name__, "message": str(error)})


class CheckedCalls:
    """Lets through what Dalil's page and its HTTP API send, and refuses the rest with a record.

    Args:
        app: what is guarded.
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
            await as_response(NotFound("No answers are on their way there."))(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] != "POST" or path in (UPLOAD, "/login", "/logout"):
            await self.app(scope, receive, send)
            return
        if self._at_once >= MOST_REQUESTS:
            await as_response(Busy())(scope, receive, send)
            return
        self._at_once += 1
        try:
            body = await whole_body(receive)
            if body is None:
                return  # nobody waits for an answer
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
        """What is sent on to Gradio in a request's place."""
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
        _validate(_EVENTS[event], sent.get("event_data"))
        trigger = sent.get("trigger_id")
        trigger = trigger if isinstance(trigger, int) else None
        return {**joined, "data": [], "event_data": sent["event_data"], "trigger_id": trigger}

    def _component(self, sent: dict[str, Any]) -> dict[str, Any]:
        name, number = sent.get("fn_name"), sent.get("component_id")
        if not isinstance(name, str) or not isinstance(number, int) or number not in self._chat.blocks:
            raise NotFound(f"There is no call {name!r:.100} of component {number!r:.50}.")
        checked_call(name, sent.get("data"))
        names = {"fn_name": name, "component_id": number, "data": sent["data"]}
        return {**names, **_session(sent, required=True)}

    def _cancel(self, sent: dict[str, Any]) -> dict[str, Any]:
        event, number = sent.get("event_id"), sent.get("fn_index")
        if not isinstance(event, str) or len(event) > _LONGEST_ID or not isinstance(number, int):
            raise InvalidRequest("`event_id` and `fn_index` must be those of a call.")
        return {"event_id": event, "fn_index": number, **_session(sent, required=True)}

    def _has_no_answers(self, scope: Scope, path: str) -> bool:
        """Whether a request wants answers of a session or a call that there isn't: Gradio raises then."""
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
        """Makes room for another answer: of those that nobody fetches the oldest are given up.

        Raises:
            Busy: this session has enough of them.
        """
        queue = self._chat._queue
        unread = queue.pending_event_ids_session
        if session is not None and len(unread.get(session, ())) >= MOST_UNREAD_OF_A_SESSION:
            raise Busy
        for oldest in list(unread):
            if sum(map(len, unread.values())) < MOST_UNREAD:
                break
            if unread.get(oldest) and oldest != session:
                await queue.clean_events(session_hash=oldest)
                unread.pop(oldest, None)
                queue.pending_messages_per_session.pop(oldest, None)
        if len(unread) > MOST_GRADIO_SESSIONS:
            for empty in [one for one, events in unread.items() if not events]:
                del unread[empty]


def _session(sent: dict[str, Any], required: bool) -> dict[str, str]:
    session = sent.get("session_hash")
    if session is None and not required:
        return {}
    if not isinstance(session, str) or not 0 < len(session) <= _LONGEST_ID:
        raise InvalidRequest(f"session_hash must be a text of 1 to {_LONGEST_ID} characters.")
    return {"session_hash": session}


def _validate(model: type[_Call], data: object) -> None:
    try:
        model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "data"
        raise InvalidRequest(f"{where:.100}: {first['msg']}.") from None


def _status(error: DalilError) -> int:
    if isinstance(error, LookupError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, PermissionError):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.UNPROCESSABLE_ENTITY
