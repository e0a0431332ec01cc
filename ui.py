"""The chat: a question box, cited answers, and the passages that they are quoted from.

The conversation is HTML by `web.page`, not Gradio's Markdown, which has one direction for a whole
message and reads what texts contain.
"""

from __future__ import annotations

import logging
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Final

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

import qa
from index.errors import DalilError, InvalidQuestion
from index.text import language
from qa.messages import say
from qa.types import Answer
from web.guard import ContentPolicy, OwnPagesOnly
from web.page import direction, render_answer, render_note, render_turn

if TYPE_CHECKING:
    from index import Index

HOST: Final = "127.0.0.1"
# Seconds.
_LONGEST_SHOWING: Final = 0.5
PORT: Final = 7860
EXAMPLES: Final = (
    "من أعلن انطلاق معركة التلاقي؟",
    "كم من الوقت استغرق تحرير عكاشات؟",
    "ماذا قال المتحدث باسم وزارة الدفاع الروسية؟",
    "Who commented on the de-escalation zone in the Euphrates valley?",
    "Which newspaper did the field commander speak to?",
    "How long did it take to capture Akashat?",
)
"""Questions about the article that Dalil answers from out of the box."""


class PortTaken(DalilError):
    """The port that the chat should listen on isn't free."""


def launch(
    index: Index, port: int | None = None, open_browser: bool = False, examples: Sequence[str] = ()
) -> None:
    """Serves the chat on this machine only, until Ctrl-C.

    Args:
        index: what is asked.
        port: where to listen; if not given, 7860 or any free one.
        open_browser: whether to open the chat in the default browser.
        examples: questions to click.

    Raises:
        PortTaken: something else listens on the given port.
    """
    with listen(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}"

        def start() -> None:
            print(f"Dalil listens on {address} (Ctrl-C stops it).", flush=True)
            threading.Thread(target=index.warm_up, daemon=True).start()
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        application = serve(build_chat(index, examples=examples), start)
        # Every open page holds a connection: without a limit, one would keep Ctrl-C waiting.
        config = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=1)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def listen(port: int | None = None) -> socket.socket:
    """A socket that listens on the given port of this machine, or else on 7860 or any free one.

    Raises:
        PortTaken: something else listens on the given port.
    """
    for candidate in (PORT, 0) if port is None else (port,):
        with suppress(OSError):
            return socket.create_server((HOST, candidate))
    raise PortTaken(f"Port {port} of {HOST} is taken. Choose another one, or leave it out.")


def serve(chat: gr.Blocks, start: Callable[[], None] = lambda: None) -> FastAPI:
    """The web application of a chat: answers this machine only, and loads nothing from elsewhere.

    Gradio's own `launch` isn't used: it calls itself through the machine's HTTP proxy, if there is
    one, and offers to share.

    Args:
        chat: made by `build_chat`.
        start: called once when the server has started.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        start()
        yield

    application = FastAPI(lifespan=lifespan, openapi_url=None)
    application.add_middleware(ContentPolicy)
    application.add_middleware(OwnPagesOnly)
    # Else a page elsewhere could point its own name at this machine and read the texts.
    application.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    # Fonts of the reader's own machine: Gradio's default theme names some to fetch.
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    gr.mount_gradio_app(
        application,
        chat,
        path="/",
        server_name=HOST,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=theme.set(body_background_fill="#faf8f3", body_background_fill_dark="#16191b"),
        css=resources.files("web").joinpath("chat.css").read_text(encoding="utf-8"),
    )
    return application


def build_chat(
    index: Index, ask: Callable[..., Answer] | None = None, examples: Sequence[str] = ()
) -> gr.Blocks:
    """The chat's page; `serve` makes it a web application.

    Args:
        index: what is asked, and where the titles and authors of its documents are.
        ask: `qa.ask` unless given.
        examples: questions to click.
    """
    answer_to: Callable[..., Answer] = ask or qa.ask
    turn_to_show = threading.Lock()

    def respond(question: str, turns: list[str]) -> Iterator[tuple[str, object]]:
        # The list is the session's own. It is changed in place: two questions on their way at once
        # would each put back a copy without the other's turn.
        number = len(turns)
        turns.append(render_turn(question, render_note(say("searching", language(question)), "searching")))
        yield "".join(turns), ""
        replied = render_turn(question, reply(question, number))
        # Held until Gradio has taken what is shown: else a conversation that lacks a reply could come
        # after one that has it. Not for long, as a page that was closed may never take it.
        held = turn_to_show.acquire(timeout=_LONGEST_SHOWING)
        try:
            turns[number] = replied
            yield "".join(turns), gr.skip()
        finally:
            if held:
                turn_to_show.release()

    def reply(question: str, number: int) -> str:
        try:
            index.refresh()
            answer = answer_to(question, index=index)
            return render_answer(answer, index.document, number)
        except InvalidQuestion as error:
            return render_note(say(error.reason, language(question)), "refusal")
        except DalilError as error:
            return render_note(str(error), "refusal")
        except Exception:
            logging.getLogger(__name__).exception("The question %r could not be answered", question[:200])
            return render_note(say("failed", language(question)), "refusal")

    chat = gr.Blocks(title="دليل · Dalil", analytics_enabled=False)
    with chat:
        turns = gr.State([])
        gr.HTML(_heading(), elem_id="heading")
        clickable = _example_buttons(examples) if examples else []
        conversation = gr.HTML(
            elem_id="conversation",
            html_template=_CONVERSATION.format(label=_in_both("conversation")),
            js_on_load=_BEHAVIOUR,
        )
        with gr.Row(elem_id="composer"):
            question = gr.Textbox(
                elem_id="question",
                label=_in_both("question_box"),
                placeholder=_in_both("invitation"),
                max_lines=5,
                autofocus=True,
                container=False,
            )
            send = gr.Button(_in_both("ask"), variant="primary", scale=0, min_width=110, elem_id="ask")
        on = partial(
            gr.on,
            fn=respond,
            outputs=[conversation, question],
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=None,
        )
        on([question.submit, send.click], inputs=[question, turns], api_name="ask")
        for button in clickable:
            on(button.click, inputs=[button, turns], api_visibility="private")
    return chat


def _example_buttons(examples: Sequence[str]) -> list[gr.Button]:
    with gr.Row(elem_id="examples"):
        return [gr.Button(example, size="sm", elem_classes=[language(example)]) for example in examples]


def _heading() -> str:
    taglines = (say("tagline", "ar"), say("tagline", "en"))
    return '<h1><span lang="ar">دليل</span> · Dalil</h1>' + "".join(
        f"<p {direction(line)}>{line}</p>" for line in taglines
    )


def _in_both(message: str) -> str:
    return f"{say(message, 'ar')} · {say(message, 'en')}"


# Gradio compiles the template and sets the value into it as it is: a value is never a template.
_CONVERSATION: Final = '<div role="log" aria-live="polite" aria-label="{label}">${{value}}</div>'

# A [n] leads to its mark without a change of address, which would load the page anew where the
# address has a query.
_BEHAVIOUR: Final = """
element.addEventListener("click", (event) => {
  const link = event.target.closest("a.number");
  if (!link) return;
  event.preventDefault();
  const mark = document.getElementById(link.hash.slice(1));
  mark.focus({preventScroll: true});
  mark.scrollIntoView();
});
watch("value", () => {
  element.querySelector(".turn:last-child").scrollIntoView();
  // A focused box opens a touch screen's keyboard, over the answer.
  if (!matchMedia("(hover: hover)").matches) return;
  document.querySelector("#question textarea").focus({preventScroll: true});
});
"""
