"""References to the documents that a conversation quotes: RIS, BibTeX and CSL-JSON.

One reference a document, with the places that were quoted: pages where they are known, else paragraphs.
RIS: https://en.wikipedia.org/wiki/RIS_(file_format); CSL-JSON: https://github.com/citation-style-language/schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from index.text.analyzer import Language
from qa.conversation.converse import Conversation
from qa.conversation.names import AuthorName, author_name
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say, say_pages

_AUTHORS: Final = re.compile(r"\s*[;؛]\s*")
_YEAR: Final = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
# BibTeX's own characters, as LaTeX writes them.
_LATEX: Final[Mapping[str, str]] = MappingProxyType(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)

# In an address LaTeX takes every character as it stands, but for these.
_VERBATIM: Final = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


@dataclass(frozen=True)
class Reference:
    """A quoted document.

    Attributes:
        id: a key, unique in the conversation.
        title, source, date: as the document has them.
        authors: their names.
        pages: the quoted pages, as far as they are known.
        note: the quotations, each with its place.
        fetched: of a web page, when it was fetched, as in "2026-11-30"; its source is then its address.
    """

    id: str
    title: str
    source: str
    date: str
    authors: tuple[AuthorName, ...]
    pages: str
    note: str
    fetched: str = ""


def locator(quoted: StoredCitation, spoken: Language) -> str:
    """A quotation's page if that is known, else its paragraph; empty for a title or author."""
    if quoted.field != "text":
        return ""
    if quoted.page:
        return say_pages(quoted.page, quoted.last_page, spoken)
    return say("paragraph", spoken, number=quoted.quote_paragraph or quoted.paragraph)


def references(conversation: Conversation, document: GetDocument) -> list[Reference]:
    """The documents that a conversation quotes, in the order in which they are quoted first.

    Args:
        conversation: the conversation. Quotations that no longer match are left out.
        document: returns the current document with an id; raises KeyError if there is none.
    """
    by_document: dict[str, list[StoredCitation]] = {}
    for turn in conversation.turns:
        for quoted in turn.quoted(document):
            if quoted.citation(document):
                by_document.setdefault(quoted.document_id, []).append(quoted)
    return [
        _reference(f"dalil-{number}", quoted, document)
        for number, quoted in enumerate(by_document.values(), 1)
    ]


def _reference(id_: str, quotations: list[StoredCitation], document: GetDocument) -> Reference:
    one = quotations[0]
    pages = sorted({page for quoted in quotations for page in (quoted.page, quoted.last_page) if page})
    notes = []
    for quoted in quotations:
        spoken = quoted.spoken(document)
        first, last = "«»" if spoken == "ar" else "“”"
        place = locator(quoted, spoken)
        notes.append(f"{place}: {first}{quoted.quote}{last}" if place else f"{first}{quoted.quote}{last}")
    authors = tuple(author_name(name) for name in _AUTHORS.split(_line(one.author)) if name)
    note = "; ".join(dict.fromkeys(map(_line, notes)))
    title = _line(one.title) or _line(one.source)
    return Reference(
        id_,
        title=title,
        source=_line(one.source),
        date=_line(one.date),
        authors=authors,
        pages=", ".join(map(str, pages)),
        note=note,
        fetched=_line(one.fetched),
    )


def to_ris(found: list[Reference]) -> str:
    """References in RIS format (UTF-8), a record each."""
    records = []
    for one in found:
        year = _YEAR.search(one.date)
        lines = [
            ("TY", "GEN"),
            ("ID", one.id),
            ("TI", one.title),
            *(("AU", name.inverted) for name in one.authors),
        ]
        lines += [("PY", year[1] if year else ""), ("DA", one.date.replace("-", "/")), ("SP", one.pages)]
        lines += [("UR" if one.fetched else "L1", one.source), ("Y2", one.fetched.replace("-", "/"))]
        lines += [("N1", one.note)]
        records.append("".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n")
    return "\r\n".join(records)


def to_bibtex(found: list[Reference]) -> str:
    """References in BibTeX format (UTF-8), an entry each."""
    entries = []
    for one in found:
        year = _YEAR.search(one.date)
        fields = {
            "title": _latex(one.title),
            "author": " and ".join(map(_bibtex_name, one.authors)),
            "year": year[1] if year else "",
            "date": _latex(one.date),
            "pages": one.pages,
            **(
                {"url": one.source.translate(_VERBATIM), "urldate": one.fetched}
                if one.fetched
                else {"howpublished": _latex(one.source)}
            ),
            "note": _latex(one.note),
        }
        lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
        entries.append(f"@misc{{{one.id},\n{''.join(lines)}}}\n")
    return "\n".join(entries)


def to_csl_json(found: list[Reference]) -> str:
    """References as a list of CSL-JSON items."""
    items = []
    for one in found:
        item: dict[str, Any] = {"id": one.id, "type": "document", "title": one.title}
        item |= {"author": [_csl_name(name) for name in one.authors]} if one.authors else {}
        item |= {"issued": _issued(one.date)} if one.date else {}
        item |= {"page": one.pages} if one.pages else {}
        if one.fetched:
            item |= {"URL": one.source, "accessed": _issued(one.fetched)}
        elif one.source:
            item |= {"source": one.source}
        items.append(item | {"note": one.note})
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _bibtex_name(name: AuthorName) -> str:
    """A name; in braces if it isn't a person's, so that it isn't taken apart into first and last."""
    return _latex(name.inverted) if name.family else f"{{{_latex(name.whole)}}}"


def _csl_name(name: AuthorName) -> dict[str, str]:
    return {"family": name.family, "given": name.given} if name.family else {"literal": name.whole}


def _issued(date: str) -> dict[str, Any]:
    match = _DATE.match(date)
    if match is None:
        return {"literal": date}
    return {"date-parts": [[int(part) for part in match.groups() if part]]}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _line(text: str) -> str:
    """A text on one line, without control characters, which would end a field."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
