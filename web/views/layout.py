"""The page layout around the conversation: header, example questions, question box, reading pane.

The page's messages come from `qa.messages` in both languages; its script (language.js) inserts those of
the page's language, wherever an element names one.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import PurePosixPath
from typing import Final

from index.text.analyzer import Language
from qa.messages import say
from web.views.collection_views import questions as questions_to_click

_SPOKEN: Final = (
    "tagline", "question_box", "invitation", "ask", "conversation", "to_the_question", "examples",
    "this_language", "theme_system", "theme_light", "theme_dark", "copied", "reader", "previous_citation",
    "next_citation", "close", "copy_quotation",
    "find_in_document", "found_before", "found_after", "outline", "ask_about", "about_text",
    "earlier", "later", "out_of_reach", "page_view", "page_before", "page_after", "zoom",
    "collection", "collections", "documents", "new_collection", "make_collection", "collection_name",
    "create", "rename", "delete", "delete_collection", "remove", "remove_document", "removed", "cancel",
    "add_files", "drop_files", "no_documents", "no_such_document", "more_documents", "own_documents",
    "replace_files", "replace", "suggestions",
    "follow_folder", "folder_path", "follow", "stop_following", "stop_following_folder",
    "add_web_page", "web_address", "web_page_leaves", "fetch_web_page",
    "share", "share_collection", "collection_owner", "sharing_users", "sharing_groups", "sharing_note",
    "sharing_saved", "save",
    "conversations", "find_conversation", "no_conversations", "no_such_conversation", "conversation_title",
    "delete_conversation", "log_out", "questions_asked", "renamed", "deleted",
    "write_answers", "translate_always", "why", "export", "export_md", "export_docx", "export_references",
    "saved", "new_conversation", "last_conversation",
    "within", "narrow", "leave_scope", "scope_documents", "scope_folders", "scope_types", "scope_tags",
    "scope_dates", "scope_from", "scope_to", "scope_find", "within_document", "within_folder", "within_type",
    "within_tag", "within_after", "within_before", "scope_undated", "scope_date", "leave_all",
)  # fmt: skip

# Gradio compiles the templates; values are inserted literally, never as templates.
CONVERSATION: Final = (
    '<div role="log" id="log" aria-live="polite" aria-relevant="additions" '
    'aria-labelledby="conversation-name">${value}</div>'
)


_LANGUAGES: Final[tuple[Language, ...]] = ("ar", "en")


def words(host: str = "") -> dict[str, dict[str, str]]:
    """The page's messages, by language and name.

    Args:
        host: where questions and quotations are sent to be written up, if that is another machine.
    """
    leaves = {one: say("leaves_machine", one, host=host) if host else "" for one in _LANGUAGES}
    return {
        # A page fills in numbers itself.
        one: {
            **{name: say(name, one, number="{number}", value="{value}", name="{name}") for name in _SPOKEN},
            "leaves_machine": leaves[one],
        }
        for one in _LANGUAGES
    }


_FOLDERS: Final = {".css": "static/css", ".html": "views/templates"}


def asset(name: str) -> str:
    """A style sheet or a template of the page, as text."""
    folder = _FOLDERS[PurePosixPath(name).suffix]
    return resources.files("web").joinpath(folder, name).read_text(encoding="utf-8")


def examples(questions: Sequence[str]) -> str:
    """Questions to click, as HTML."""
    if not questions:
        return ""
    return f'<p data-say="examples"></p><ul>{questions_to_click(questions)}</ul>'
