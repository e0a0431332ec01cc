"""Written answers and translations as HTML: every sentence in its own direction, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from index.text.analyzer import Language, language
from qa.messages import written_notes
from qa.types import Answer, Written
from qa.writing.client import Trouble
from web.views.templating import environment

_macros: Final[Any] = environment.get_template("written.html").module


@dataclass(frozen=True)
class Translation:
    """What became of the translation of a quotation.

    Attributes:
        text: the translation; empty if there is none, or none that could be relied on.
        trouble: why the writer wrote none, if that is why: it can be asked again.
    """

    text: str = ""
    trouble: Trouble | None = None


def render_written(written: Written | None, is_writing: bool, turn: int, page: Language) -> Markup:
    """Renders the sentences that passed their check, with [n] that lead to the citations.

    Args:
        written: what has been checked so far; None before the writer was asked.
        is_writing: whether more may come.
        turn: the answer's number in the conversation, from 0.
        page: the language of Dalil's own words.
    """
    if written is None and not is_writing:
        return Markup()
    written = written or Written()
    notes = [] if is_writing else written_notes(written, page)
    text = " ".join(claim.text for claim in written.claims)
    return Markup(
        _macros.written(written.claims, text=text, notes=notes, is_writing=is_writing, turn=turn, page=page)
    )


def render_translations(
    answer: Answer, translations: Mapping[int, Translation], can_translate: bool, page: Language
) -> dict[int, Markup]:
    """Renders the translation below each quotation in another language than the question, by its number.

    Where the writer wasn't asked, was stopped or failed, there is a button to ask it; what was wrong with it
    is said. Where what it wrote can't be relied on, that is said instead.

    Args:
        answer: the answer.
        translations: what became of those that were asked for.
        can_translate: whether there is a writer to ask for others.
        page: the language of Dalil's own words.
    """
    beneath = {}
    for citation in answer.citations:
        if not is_foreign(citation.quote, answer.language):
            continue
        translation = translations.get(citation.number)
        is_final = translation is not None and translation.trouble is None
        if is_final or can_translate:
            beneath[citation.number] = Markup(_macros.translation(citation.number, translation, page))
    return beneath


def is_foreign(quote: str, spoken: Language) -> bool:
    """Whether a quotation is in another language than the question."""
    return any(map(str.isalpha, quote)) and language(quote) != spoken
