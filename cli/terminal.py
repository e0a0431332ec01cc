"""Answers and hits as lines of text, for a terminal or a pipe.

A pipe gets every character as it is. A terminal obeys control characters and arranges lines that mix
directions: there the first are shown escaped, and invisible marks keep names and lines in order. The
answer within a quotation is bold and underlined there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from cli.streams import NOT_STRONG, STRONG, escaped
from index.text.analyzer import Language, language
from index.text.bidi import DIRECTION_MARKS, isolated, without_controls
from index.text.context import headings_below
from index.types import Hit, Passage
from qa.api.records import GetDocument
from qa.messages import say, say_as_of, say_confidence, say_pages, written_notes
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from qa.explanation.explain import Explanation

_PREVIEW: Final = 200  # characters of a passage; enough to see what it is about
_NEAREST: Final = 3  # passages shown where the texts don't hold the answer


class TextRenderer:
    """Writes answers and hits as lines of text.

    Args:
        document: gives the document of an id.
        is_terminal: whether a terminal shows the lines.
    """

    def __init__(self, document: GetDocument, is_terminal: bool) -> None:
        self._document = document
        self._is_terminal = is_terminal
        self._is_styled = is_terminal and os.environ.get("TERM", "dumb") != "dumb"

    def answer(self, answer: Answer) -> str:
        """An answer and its sources, or the nearest passages if there is none."""
        if answer.found:
            from qa.answering.citations import quotations
            from qa.answering.overview import group_labels

            lines = self._written(answer)
            labels = group_labels(answer.question, answer.citations, lambda id_: self._document(id_).title)
            for one in answer.citations:
                if label := labels.get(one.number):
                    lines.append(self._line(self._name(label), language(label)))
                text = quotations([one], answer.language, self._quote)
                lines += [self._quoted(line) for line in text.splitlines()]
            columns = dict.fromkeys(
                " | ".join(c.passage.columns) for c in answer.citations if c.field == "text"
            )
            lines += [self._line(f"   ({line})", language(line)) for line in columns if line.strip(" |")]
            sure = say_confidence(answer.confidence, answer.language)
            lines += [self._line(f"({sure})", answer.language), ""]
            lines += [
                self._line(
                    f"[{c.number}] {self._where(c.passage, answer.language, c, full=True)}",
                    answer.language,
                )
                for c in answer.citations
            ]
            return "\n".join(lines)
        lines = [self._line(line, language(line)) for line in answer.text.splitlines()]
        if nearest := [hit for _, hit in answer.nearest(_NEAREST)]:
            lines += ["", self._line(say("nearest", answer.language), answer.language)]
            lines += self._passages(nearest, answer.language)
        return "\n".join(lines)

    def _written(self, answer: Answer) -> list[str]:
        """The answer written from the quotations, with its omissions; shown above them."""
        if (written := answer.written) is None:
            return []
        marked = [f"{one.text} {''.join(f'[{n}]' for n in one.numbers)}" for one in written.claims]
        lines = [self._line(line, language(line)) for line in marked]
        notes = written_notes(written, answer.language)
        return [*lines, *(self._line(f"({note})", answer.language) for note in notes), ""]

    def _quote(self, citation: Citation) -> str:
        """A quotation, with its answer in bold on a terminal that has it."""
        if citation.marked is None or not self._is_styled:
            return citation.quote
        quote, (start, end) = citation.quote, citation.marked
        before, within, after = map(escaped, (quote[:start], quote[start:end], quote[end:]))
        return f"{before}{STRONG}{within}{NOT_STRONG}{after}"

    def _quoted(self, line: str) -> str:
        """A line of quotations."""
        bare = line.replace(STRONG, "").replace(NOT_STRONG, "")
        if bare == line:
            return self._line(line, language(line))
        return f"{DIRECTION_MARKS[language(bare)]}{line}"

    def hits(self, hits: Sequence[Hit], in_language: Language, reasons: Sequence[Explanation] = ()) -> str:
        """Hits with their positions, ranks in each leg, first words and matches."""
        return "\n".join(self._passages(hits, in_language, reasons, with_ranks=True))

    def _passages(
        self,
        hits: Sequence[Hit],
        in_language: Language,
        reasons: Sequence[Explanation] = (),
        *,
        with_ranks: bool = False,
    ) -> list[str]:
        lines = []
        for rank, (hit, reason) in enumerate(zip_longest(hits, reasons), 1):
            where = f"{rank}. {self._where(hit.passage, in_language, full=False)}"
            if with_ranks:
                legs = ", ".join(f"{leg} {place or '–'}" for leg, place in hit.ranks.items())
                where += f" ({self._name(legs)})"
            preview = _preview(hit.passage.text)
            lines += [self._line(where, in_language), self._line(f"   {preview}", language(preview))]
            lines += self._why(reason, in_language) if reason else []
        return lines

    def _why(self, reason: Explanation, in_language: Language) -> list[str]:
        """The matched words, one line per kind of match; uninformative ones are omitted."""
        from qa.explanation.explain import KINDS

        lines = []
        for kind in KINDS:
            pairs = dict.fromkeys(
                (self._name(reason.asked(match)), self._name(reason.found(match)))
                for match in reason.matches
                if match.kind == kind and not match.is_light
            )
            met = ", ".join(asked if asked == found else f"{asked} ~ {found}" for asked, found in pairs)
            if met:
                lines.append(self._line(f"   {say(kind, in_language)}: {met}", in_language))
        return lines or [self._line(f"   {say('no_match', in_language)}", in_language)]

    def _where(
        self, passage: Passage, in_language: Language, citation: Citation | None = None, *, full: bool
    ) -> str:
        """Title and headings as a path, author and dates, page and paragraph; of metadata the first alone."""
        is_text = citation is None or citation.field == "text"
        pages = (citation.page, citation.last_page) if citation else (passage.page, passage.page)
        document = self._document(passage.document_id)
        title = document.title or document.source
        path = dict.fromkeys([title, *(headings_below(title, passage.headings) if is_text else ())])
        parts = [" › ".join(self._name(step) for step in path if step)]
        parts += [self._name(name) for name in (document.author, document.date) if full and name]
        parts += [say_as_of(document.fetched, in_language)] if full and document.fetched else []
        if is_text:
            parts += [say_pages(*pages, in_language)] if pages[0] else []
            paragraph = citation.paragraph if citation else passage.number
            parts += [say("paragraph", in_language, number=paragraph)]
            if passage.recognition:
                parts += [say("recognized", in_language, number=passage.recognition)]
        where = " — ".join(part for part in parts if part)
        return f"{where} ({self._name(document.source)})" if full and document.source else where

    def _name(self, name: str) -> str:
        name = " ".join(name.split())
        if not self._is_terminal:
            return name
        return isolated(without_controls(name))

    def _line(self, line: str, in_language: Language) -> str:
        return _line(line, in_language, self._is_terminal)


def heading(question: str, is_terminal: bool) -> str:
    """A question, above its answer where there are several."""
    return _line(f"? {question}", language(question), is_terminal)


def _line(line: str, in_language: Language, is_terminal: bool) -> str:
    return DIRECTION_MARKS[in_language] + escaped(line) if is_terminal else line


def _preview(text: str) -> str:
    """The beginning of a text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= _PREVIEW:
        return line
    return line[: line.rfind(" ", 0, _PREVIEW) if " " in line[:_PREVIEW] else _PREVIEW] + "…"
