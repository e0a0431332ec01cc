"""Text extraction from PDF: glyphs from pdfminer.six, ordered here.

Share of the article's words in order, from PDF files made by Chromium (benchmarks/extraction.py, RESULTS.md):
pypdfium2 .25 to .73, pypdf .03 to .84, pdfminer.six with its own layout .01 to .02. The glyphs that
pdfminer.six has before layout, each with its position and the file's text for it, suffice for .99.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import regex
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from index.readers.extracted_text import HOLE, Extract, Progress, Unextractable, damaged, no_progress
from index.readers.pdf.columns import Column
from index.readers.pdf.diacritics import with_marks
from index.readers.pdf.drawing.page_glyphs import PageGlyphs, draw
from index.readers.pdf.fonts import Font, Manager
from index.readers.pdf.glyphs import drawn_once
from index.readers.pdf.layout import layout_of
from index.readers.pdf.metadata import metadata_of
from index.readers.pdf.paragraphs.assembly import paragraphs_of
from index.readers.pdf.plausibility import is_plausible
from index.readers.pdf.tables import Rules, with_tables

MAX_PAGES: Final = 5000
# Share of a text's letters without a known meaning from which it is refused.
_MAX_HOLES: Final = 0.05
# Words of nothing but unknown letters, «و» before them apart, except a bullet at the beginning of a line: how
# many, and their share.
_LOST_WORD: Final = regex.compile(rf"(?:(?<=[^\S\n])|(?<!\S)[وف]){HOLE}+(?=[\s.,،])")
_MANY_LOST: Final = 3
_MAX_LOST: Final = 0.01


def extract(content: bytes, progress: Progress = no_progress) -> Extract:
    """Extracts the text of a PDF.

    Args:
        content: the file's bytes.
        progress: called after each page.

    Raises:
        Unextractable: it is damaged or protected, or has no text.
    """
    try:
        document = PDFDocument(PDFParser(io.BytesIO(content)))
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise Unextractable(
            "it is protected by a password. Save a copy without one (in a PDF reader: print to PDF).",
            "password",
        ) from None
    except Exception as error:
        raise damaged(error) from error
    pictures: list[int] = []
    try:
        pages = list(_columns(document, progress, pictures))
    except Unextractable:
        raise
    except Exception as error:
        raise damaged(error) from error
    if not pages:
        raise damaged("no pages")
    if not any(pages):
        raise Unextractable(
            "it has no text in it, only pictures of pages (a scan?). Run text recognition (OCR) on it first.",
            "scan",
        )
    text, blocks = layout_of(paragraphs_of(pages, pictures))
    if not _is_readable(text):
        raise Unextractable(
            "its fonts don't tell which letters they show, or tell wrong ones. Run text recognition (OCR) on "
            "it, or open it in a browser or an office program and print it to PDF again.",
            "fonts",
        )
    return Extract.of(text, blocks, metadata_of(document), pictures=tuple(pictures))


def _is_readable(text: str) -> bool:
    """Whether nearly all letters of a text are known, and are those of a language."""
    holes = text.count(HOLE)
    if holes and holes >= _MAX_HOLES * (holes + sum(map(str.isalnum, text))):
        return False
    # A word without any known letter may be «لا».
    lost = len(_LOST_WORD.findall(text))
    return lost < max(_MANY_LOST, _MAX_LOST * len(text.split())) and is_plausible(text)


def _columns(document: PDFDocument, progress: Progress, pictures: list[int]) -> Iterator[list[Column]]:
    """Yields the columns of each page; the numbers of pages that are pictures alone are added to a list."""
    before: list[Column] = []
    for number, device in enumerate(_pages(document), 1):
        if number > MAX_PAGES:
            raise Unextractable(f"it has more than {MAX_PAGES:,} pages. Split it.", "too_large")
        # Text rotated differently from most of the page is marginal: it comes last.
        by_count = sorted(device.found.items(), key=lambda item: (-len(item[1]), item[0]))
        page: list[Column] = []
        for turns, turned in by_count:
            glyphs = with_marks(drawn_once(turned))
            page += with_tables(glyphs, Rules() if turns else device.rules, before)
        before = page
        if device.is_picture(has_text=bool(page)):
            pictures.append(number)
        progress()
        yield page


def _pages(document: PDFDocument) -> Iterator[PageGlyphs]:
    manager = Manager()
    fonts: dict[int, Font] = {}
    for page in PDFPage.create_pages(document):
        yield draw(page, manager, fonts)
