"""A page's title, author, date and keywords, from its `meta`, `time` and `title` elements."""

from __future__ import annotations

from typing import Final

import regex
from turbohtml import Document, Namespace

from index.readers.extracted_text import Metadata, tags_of
from index.readers.html.values import value_of

_TITLES: Final = frozenset(("og:title", "citation_title", "dc.title", "dcterms.title"))
_AUTHORS: Final = frozenset(("author", "article:author", "citation_author", "dc.creator", "dcterms.creator"))
_TAGS: Final = frozenset(("keywords", "article:tag", "citation_keywords"))
_DATES: Final = (
    "article:published_time", "datepublished", "citation_publication_date", "citation_date", "dcterms.issued",
    "dcterms.created", "dcterms.date", "dc.date.issued", "dc.date", "date", "pubdate",
)  # fmt: skip


def metadata_of(document: Document) -> Metadata:
    """The metadata of a page."""
    named: dict[str, str] = {}
    keywords: list[str] = []
    for meta in document.iter_elements("meta"):
        name = value_of(meta, "property") or value_of(meta, "name") or value_of(meta, "itemprop")
        named.setdefault(name.casefold(), value_of(meta, "content"))
        keywords += [value_of(meta, "content")] if name.casefold() in _TAGS else []
    for time in document.iter_elements("time"):
        if value_of(time, "itemprop").casefold() == "datepublished" or "pubdate" in time.attrs:
            named.setdefault("datepublished", value_of(time, "datetime"))
    titles = (title.text for title in document.iter_elements("title") if title.namespace is Namespace.HTML)
    title = next((value for name in sorted(_TITLES) if (value := named.get(name))), "") or next(titles, "")
    author = next((value for name in sorted(_AUTHORS) if (value := named.get(name))), "")
    date = next((value for name in _DATES if (value := named.get(name))), "")
    day = regex.sub(r"^(\d{4}-\d{2}-\d{2})T.*", r"\1", date.strip())
    return Metadata(title, author, day, tags_of(*keywords))
