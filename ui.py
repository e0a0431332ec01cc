"""The chat: a question box, cited answers, and the documents that they are quoted from.

What is shown is HTML by `web`, not Gradio's Markdown, which has one direction for a whole message and
reads what texts contain. Gradio carries events and answers between the page and `qa`.
"""

from __future__ import annotations

import logging
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from index import telemetry  # noqa: F401 - before Gradio, which reads what it sets
from web import gradio_import  # noqa: F401 - before Gradio, which would do more than is needed

# isort: split

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

import qa
from index.errors import DalilError
from index.readers.web.fetch import Fetcher
from index.storage.files import keep_font_list
from qa.answering.reader import warm_up as warm_up_reader
from qa.api.service import Endpoints, Service
from web.calls.chat_calls import ChatCalls
from web.calls.collection_calls import Collections
from web.page_calls import Render, Submit, arguments
from web.server.connections import server_config
from web.server.gradio_requests import MAX_GRADIO_SESSIONS, NotFound, as_response
from web.server.memory import share_arenas
from web.server.person import KnownPerson, signed_in
from web.server.serving import HOST, PortTaken, application, listen
from web.server.sharing import OWN_MACHINE, Sharing
from web.server.users import Users, login
from web.uploads.batches import UPLOAD
from web.uploads.spool import sweep
from web.views import layout, reading_pane, scripts
from web.writing import WriterOptions

if TYPE_CHECKING:
    from index import Index
    from qa.collections.interface import CollectionLibrary
    from qa.writing.write import Writer

__all__ = ["EXAMPLES", "HOST", "PortTaken", "build_chat", "launch", "listen", "serve"]

EXAMPLES: Final = (
    "من أعلن انطلاق معركة التلاقي؟",
    "كم من الوقت استغرق تحرير عكاشات؟",
    "ماذا قال المتحدث باسم وزارة الدفاع الروسية؟",
    "Where is the de-escalation zone that the United States and Russia want to preserve?",
    "Who told Al-Binaa newspaper that the forces would keep advancing?",
    "How long did it take to capture Akashat?",
)
"""Questions about the article that Dalil answers from out of the box."""


def launch(
    index: Index,
    port: int | None = None,
    *,
    open_browser: bool = False,
    examples: Sequence[str] = (),
    sharing: Sharing = OWN_MACHINE,
    library: CollectionLibrary | None = None,
    reader: bool = True,
    writer: Writer | None = None,
) -> None:
    """Serves the chat until Ctrl-C, to this machine only unless it is shared.

    Args:
        index: the index to ask if there is no library, and over HTTP.
        port: where to listen; if not given, 7860 or any free one.
        open_browser: whether to open the chat in the default browser.
        examples: questions to click.
        sharing: where it listens, and to whom it answers.
        library: the collections that pages may ask, fill and empty.
        reader: whether answers are given with the bundled reader, as in `qa.ask`.
        writer: what writes answers from the quotations, and translates them.

    Raises:
        PortTaken: something else listens on the given port, or the address isn't this machine's.
        UsersUnreadable: there is no such file of users, or it is damaged.
    """
    share_arenas()
    with listen(port, sharing.host) as listener:
        address = sharing.address(listener.getsockname()[1])
        if sharing.warning:
            print(f"dalil: {sharing.warning}", file=sys.stderr, flush=True)

        def warm_up() -> None:
            index.warm_up()
            if reader:
                warm_up_reader()

        def start() -> None:
            # If standard output is closed, the chat is served nevertheless.
            with suppress(Exception):
                print(f"Dalil listens on {address} (Ctrl-C stops it).", flush=True)
            threading.Thread(target=warm_up, daemon=True).start()
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        answers = partial(_answer, reader=reader)
        users = Users(sharing.auth) if sharing.auth else None
        collections = None
        if library is not None:
            collections = Collections(
                library,
                sharing.read_only,
                answers=answers,
                users=users,
                roots=sharing.followable,
                fetcher=Fetcher() if sharing.fetches_pages else None,
            )
        chat = build_chat(
            index,
            examples=examples,
            read_only=sharing.read_only,
            collections=collections,
            reader=reader,
            writer=writer,
        )
        served = serve(chat, start, sharing, collections)
        # Every open page holds a connection: without a limit, one would keep Ctrl-C waiting.
        config = server_config(served, sharing, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        # Open pages at shutdown aren't an error, so no traceback is shown.
        logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def serve(
    chat: gr.Blocks,
    start: Callable[[], None] = lambda: None,
    sharing: Sharing = OWN_MACHINE,
    collections: Collections | None = None,
) -> FastAPI:
    """The web application of a chat.

    Gradio's own `launch` isn't used: it calls itself through the machine's HTTP proxy, if there is
    one, and offers to share.

    Args:
        chat: made by `build_chat`.
        start: called once when the server has started.
        sharing: where it listens, and to whom it answers.
        collections: the ones that `build_chat` was given.

    Raises:
        UsersUnreadable: there is no such file of users, or it is damaged.
    """

    def begin() -> None:
        if collections:
            sweep()  # what a server that was killed left behind
            if not collections.read_only:
                collections.library.clean_later()
            collections.following.start()
        start()

    def end() -> None:
        if collections:
            collections.following.close()
            collections.uploads.close()

    keep_font_list()  # Gradio imports matplotlib for every answer, where it is installed
    served = application(begin, sharing, end, chat)
    if collections and not collections.read_only:
        served.add_route(UPLOAD, collections.uploads.receive, methods=["POST"])
    gr.mount_gradio_app(
        served,
        chat,
        path="/",
        server_name=sharing.host,
        root_path=sharing.root_path or None,
        auth=login(sharing.auth) if sharing.auth else None,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        # Fonts of the reader's own machine: Gradio's default theme names some to fetch.
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
    )
    (gradio_app,) = (
        route.app
        for route in served.routes
        if isinstance(route, Mount) and isinstance(route.app, gr.routes.App)
    )
    # What a call names isn't there (any more), or isn't allowed.
    gradio_app.add_exception_handler(DalilError, _refusal)  # type: ignore[arg-type]
    served.add_middleware(KnownPerson, user_of=signed_in(gradio_app))
    return served


def build_chat(
    index: Index,
    converse: Callable[..., qa.Turn] = qa.converse,
    *,
    examples: Sequence[str] = (),
    read_only: bool = False,
    collections: Collections | None = None,
    reader: bool = True,
    writer: Writer | None = None,
) -> gr.Blocks:
    """The chat's page; `serve` makes it a web application.

    Args:
        index: the index to ask and to show in the reading pane if there are no collections.
        converse: `qa.converse`, or a replacement for it.
        examples: questions to click.
        read_only: whether readers may leave nothing on this machine: they can't say if answers are right.
        collections: those that the page may choose from, and change.
        reader: whether answers are given with the bundled reader, as in `qa.ask`.
        writer: what writes answers from the quotations, and translates them.
    """
    asked = converse if reader else partial(converse, reader=False)
    chat_calls = ChatCalls(index, asked, read_only, collections, writer)

    def respond(event: gr.EventData) -> Iterator[str]:
        sent = Submit.of(event._data)
        options = WriterOptions(sent.write, sent.translate)
        yield from chat_calls.respond(sent.conversation, sent.number, sent.language, options)

    def render(event: gr.EventData) -> str:
        sent = Render.of(event._data)
        return chat_calls.render(sent.conversation, sent.language, sent.refreshed)

    def library(data: object) -> dict[str, Any]:
        if collections is None:
            raise NotFound("This chat has no collections.")
        return collections.call(data)

    chat = gr.Blocks(title="دليل · Dalil", analytics_enabled=False)
    chat.state_session_capacity = MAX_GRADIO_SESSIONS
    with chat:
        page = gr.HTML(
            elem_id="page",
            html_template=layout.asset("frame.html") + (layout.asset("library.html") if collections else ""),
            js_on_load=scripts.loader(),
            apply_default_css=False,
            server_functions=[library, *map(_function, chat_calls.all)],
            words=layout.words("" if writer is None or writer.model.is_local else writer.model.host),
            examples=layout.examples(examples),
            switcher=layout.asset("switcher.html") if collections else "",
            writer=layout.asset("writer.html") if writer else "",
            library=collections is not None,
            read_only=collections is not None and collections.read_only,
            more=reading_pane.MORE,
        )
        with page:
            shown = gr.HTML(
                elem_id="conversation",
                html_template=layout.CONVERSATION,
                js_on_load=None,
                apply_default_css=False,
            )
        on = partial(
            gr.on,
            outputs=shown,
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=None,
            api_visibility="private",
        )
        on(page.submit, respond)
        on(page.change, render)
        named = collections.named if collections else None
        for endpoint in Endpoints(Service(index, reader, named, writer)).all:
            gr.api(endpoint, api_name=endpoint.__name__, concurrency_limit=None)  # type: ignore[attr-defined]
    return chat


def _function(method: Callable[..., Any]) -> Callable[[object], Any]:
    """A method with an argument `sent`, as a function of what a page sends: a method can't be marked."""

    def call(data: object) -> Any:
        return method(arguments(method, data))

    call.__name__ = method.__name__
    return call


def _answer(question: str, index: Index, reader: bool) -> qa.Answer:
    return qa.ask(question, index, reader=reader)


def _refusal(_: Request, error: DalilError) -> Response:
    return as_response(error)
