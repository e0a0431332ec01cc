"""The built-in article: what Dalil answers from before it is given anything else."""

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
    """The article: the first line is its title, the second its author, the rest its paragraphs."""
    content = resources.files("seeds").joinpath(FILE).read_text(encoding="utf-8")
    title, author, text = content.split("\n", 2)
    return Document(text, title=title.strip(), author=author.strip(), source=FILE)


@lru_cache(maxsize=1)
def article_index() -> Index:
    """The article's index, made once in the user's cache folder."""
    from index.interface import Index

    document = article()
    folder = cache_folder() / "article"
    try:
        index = Index.open(folder)
        if index.documents == (document,):
            return index
    except (IndexNotFound, IndexDamaged, EncoderMismatch):
        pass  # not made yet, or by another version of Dalil: make it
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Two processes that start together make it once; the other waits, however long it takes.
    with lock(Path(f"{folder}.lock")):
        try:
            index = Index.open(folder)
        except (IndexNotFound, IndexDamaged, EncoderMismatch):
            index = Index.build([document], folder)
        return index if index.documents == (document,) else Index.build([document], folder)
