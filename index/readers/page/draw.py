"""Renders a page of a PDF, a scan or a photograph, and locates a sentence on it.

It is done in a process of the converter's kind: a PDF may be made to crash or to exhaust what draws it.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import pypdfium2
from PIL import Image

from index.readers.extracted_text import Unextractable, damaged
from index.readers.file_types import check_type, digest_of
from index.readers.ocr.pages import frame
from index.readers.page.locate import locate
from index.readers.page.picture import PagePicture, PageRequest
from index.readers.page.wanted import Wanted
from index.storage.files import read_regular
from index.types import Box

# Pixels. Of the pane's width, for screens of twice the usual resolution.
_WIDTH: Final = 1400
_MAX_HEIGHT: Final = 4000
_QUALITY: Final = 80


def draw(path: Path, request: PageRequest) -> PagePicture | None:
    """Draws a page of a file; None if the file was changed since it was read.

    Raises:
        Unextractable: it can't be read, or has no such page.
    """
    content = read_regular(path)
    if digest_of(content) != request.digest:
        return None
    suffix = path.suffix.casefold()
    check_type(content, suffix)
    boxes: list[Box] = []
    if suffix == ".pdf":
        picture, pages, size = _page(content, request.page)
        if request.wanted:
            boxes = _located(content, request.page, request.wanted, size)
    else:
        picture, pages = frame(content, request.page)
    picture = picture.convert("RGB")
    picture.thumbnail((_WIDTH, _MAX_HEIGHT))
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=_QUALITY, method=3)
    return PagePicture(stream.getvalue(), picture.width, picture.height, pages, tuple(boxes))


def _page(content: bytes, number: int) -> tuple[Image.Image, int, tuple[float, float]]:
    """The picture of a page of a PDF, the number of its pages, and the page's size in points."""
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        if not 0 < number <= pages:
            raise Unextractable(f"it has {pages:,} pages, and no page {number:,}.", "unreadable")
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(_WIDTH / max(width, 1), _MAX_HEIGHT / max(height, 1))
        return page.render(scale=scale).to_pil(), pages, (width, height)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise damaged(error) from error


def _located(content: bytes, number: int, wanted: Wanted, size: tuple[float, float]) -> list[Box]:
    try:
        return locate(content, number, wanted, size)
    except Exception:  # a fault of a library that only this page shows: it is shown without boxes
        return []
