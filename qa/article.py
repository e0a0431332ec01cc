"""The built-in article: Dalil's default document."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import EncoderMismatch, IndexDamaged, IndexNotFound
from index.storage.files import cache_folder, lock
from index.types import Document

if TYPE_CHECKING:
    from index.interface import Index

FILE = "000_ab97100a69363a3a.txt"


def article() -> Document:
    """The article as a document: line 1 is its title, line 2 its author, the rest its paragraphs."""
    content = resources.files("seeds").joinpath(FILE).read_text(encoding="utf-8")
    title, author, text = content.split("\n", 2)
    return Document(text, title=title.strip(), author=author.strip(), source=FILE)


@lru_cache(maxsize=1)
def article_index() -> Index:
    """The article's index, built once in the user's cache folder."""
    from index.interface import Index

    document = article()
    folder = cache_folder() / "article"
    try:
        index = Index.open(folder)
        if index.documents == (document,):
            return index
    except (IndexNotFound, IndexDamaged, EncoderMismatch):
        pass  # not built yet, or by another version of Dalil: build it
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Of two processes that start together one builds it; the other waits without a timeout.
    with lock(Path(f"{folder}.lock")):
        try:
            index = Index.open(folder)
        except (IndexNotFound, IndexDamaged, EncoderMismatch):
            index = Index.build([document], folder)
        return index if index.documents == (document,) else Index.build([document], folder)
