"""A page's picture, and what asks for it; both as plain data, for another process."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Any

from index.readers.page.wanted import Wanted
from index.types import Box


@dataclass(frozen=True)
class PageRequest:
    """Asks for the picture of a page.

    Attributes:
        digest: of the file as it was read; one that was changed since isn't drawn.
        page: its number, from 1.
        wanted: what is boxed on it, if anything.
    """

    digest: str
    page: int
    wanted: Wanted | None = None

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> PageRequest:
        """Restores the output of `dataclasses.asdict`."""
        return cls(**{**record, "wanted": Wanted(**record["wanted"]) if record["wanted"] else None})


@dataclass(frozen=True)
class PagePicture:
    """A rendered page.

    Attributes:
        content: the picture, in WebP.
        width, height: its size in pixels.
        pages: how many pages the file has.
        boxes: where the wanted sentence stands, a box for each of its lines; empty where that isn't known.
    """

    content: bytes
    width: int
    height: int
    pages: int
    boxes: tuple[Box, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """Converts to plain data, for `from_record`."""
        return {**asdict(self), "content": b64encode(self.content).decode()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> PagePicture:
        """Restores the output of `to_record`, also after a JSON round trip."""
        boxes = tuple(Box(**box) for box in record["boxes"])
        return cls(**{**record, "content": b64decode(record["content"]), "boxes": boxes})
