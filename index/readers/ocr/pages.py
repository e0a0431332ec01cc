"""Reads pictures and scanned PDF files, page by page, into text whose every word has a confidence."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import Final, NamedTuple

import pypdfium2
import regex
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from index.readers.extracted_text import Extract, Flaw, PageProgress, Unextractable, damaged
from index.readers.ocr import tesseract
from index.readers.ocr.tesseract import Recognizer, Word
from index.readers.text_builder import TextBuilder
from index.text.structure.blocks import refined
from index.types import Block, Box, pack_boxes

MAX_PAGES: Final = 2000
_MAX_PIXELS: Final = 100_000_000
_MAX_PAGE_PIXELS: Final = 40_000_000
_DOUBTFUL: Final = 60
"""Percent; words with less are counted in the warning."""
# Blocks of specks and lines, which Tesseract takes for letters.
_MIN_CONFIDENCE: Final = 20
# A picture that is this share of the page's width is a scan of it.
_FILLS: Final = 0.7
_MIN_DPI: Final = 100.0
_LARGE: Final = 1.3
_WORD: Final = regex.compile(r"\S+")
_FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP")
_FAULTS: Final = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError,
)  # fmt: skip


def extract(content: bytes, suffix: str, progress: PageProgress, wanted: Collection[int] = ()) -> Extract:
    """Recognises the text of a picture, or of the pages of a PDF.

    Args:
        content: the file's bytes.
        suffix: ".pdf", or that of a picture.
        progress: called after each page.
        wanted: the numbers of the pages of a PDF to read, from 1; all if empty.

    Raises:
        Unextractable: it is damaged or too large, Tesseract isn't installed, or it finds no words.
    """
    if not tesseract.is_installed():
        raise Unextractable(f"it is a picture. {tesseract.install_hint()}", "scan")
    pages = _of_pdf(content, wanted) if suffix == ".pdf" else _of_picture(content)
    recognizer = Recognizer()
    builder = TextBuilder()
    confidences: list[int] = []
    boxes: list[Box] = []
    for done, (number, picture, dpi, total) in enumerate(pages, 1):
        words = recognizer.words(picture, dpi)
        for paragraph, is_large in _paragraphs(words):
            confidences.extend(word.confidence for word in paragraph)
            boxes.extend(_box(word, recognizer.size) for word in paragraph)
            said = " ".join(word.text for word in paragraph)
            builder.add("paragraph", said, page=number, is_emphasized=is_large)
        progress(done, total)
    if not confidences:
        raise Unextractable("text recognition (OCR) finds no words in it.", "empty")
    text = builder.text
    blocks = refined(text, builder.blocks, builder.emphasized, page_breaks=True)
    doubtful = sum(confidence < _DOUBTFUL for confidence in confidences)
    why = (
        f"it was read by text recognition (OCR); {doubtful:,} of its {len(confidences):,} words are "
        "uncertain. Compare what is quoted with the original."
    )
    return Extract(
        text,
        blocks=tuple(_with_words(text, blocks, confidences, boxes)),
        flaws=(Flaw("recognition", why, doubtful),),
    )


class _Page(NamedTuple):
    """A page to recognise: its number from 1, its picture and resolution, and how many pages there are."""

    number: int
    picture: Image.Image
    dpi: float
    pages: int


def _of_pdf(content: bytes, wanted: Collection[int]) -> Iterator[_Page]:
    """The wanted pages of a PDF."""
    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        raise damaged(error) from error
    numbers = [number for number in range(1, count + 1) if not wanted or number in wanted]
    _check_count(len(numbers))
    for number in numbers:
        try:
            page = document[number - 1]
            width, height = page.get_size()
            fitting = math.sqrt(_MAX_PAGE_PIXELS / max(width * height, 1))
            scale = min(_resolution(page) / 72, fitting)
            picture = page.render(scale=scale, grayscale=True).to_pil()
            page.close()
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise damaged(error) from error
        yield _Page(number, picture, scale * 72, len(numbers))


def _resolution(page: pypdfium2.PdfPage) -> float:
    """The resolution at which a page is rendered: that of a picture that fills it, as in a scan."""
    for picture in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, _, right, _ = picture.get_bounds()
        pixels = picture.get_px_size()[0]
        if right - left >= _FILLS * page.get_width() and pixels:
            return float(min(max(72 * pixels / (right - left), _MIN_DPI), tesseract.DPI))
    return tesseract.DPI


def _of_picture(content: bytes) -> Iterator[_Page]:
    """The frames of a picture."""
    try:
        picture, count = _opened(content)
        for number, frame in enumerate(ImageSequence.Iterator(picture) if count > 1 else (picture,), 1):
            resolution = frame.info.get("dpi", (0, 0))[0]
            known = float(resolution or 0)
            yield _Page(number, _loaded(frame), known if known > 72 else _guessed_dpi(frame), count)
    except _FAULTS as error:
        raise damaged(error) from error


def frame(content: bytes, number: int) -> tuple[Image.Image, int]:
    """A frame of a picture as it is shown, by its number from 1, and how many there are.

    Raises:
        Unextractable: it is damaged or too large, or has no such frame.
    """
    try:
        picture, count = _opened(content)
        if not 0 < number <= count:
            raise Unextractable(f"it has {count:,} pages, and no page {number:,}.", "unreadable")
        if count > 1:
            picture.seek(number - 1)
        return _loaded(picture), count
    except _FAULTS as error:
        raise damaged(error) from error


def _opened(content: bytes) -> tuple[Image.Image, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(content), formats=_FORMATS)
    count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    _check_count(count)
    return picture, count


def _loaded(frame: Image.Image) -> Image.Image:
    """A frame as displayed: on white, rotated by its EXIF orientation."""
    if frame.width * frame.height > _MAX_PIXELS:
        raise Unextractable(f"it has more than {_MAX_PIXELS:,} pixels. Make it smaller.", "too_large")
    frame.load()  # a picture that isn't whole is found out here
    return _on_white(ImageOps.exif_transpose(frame))


def _check_count(count: int) -> None:
    if count > MAX_PAGES:
        raise Unextractable(f"it has more than {MAX_PAGES:,} pages. Split it.", "too_large")


def _on_white(frame: Image.Image) -> Image.Image:
    """A picture without transparency, as a page shows it."""
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        layer = frame.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return frame.convert("RGB") if frame.mode not in ("1", "L", "RGB") else frame


def _guessed_dpi(frame: Image.Image) -> float:
    """The resolution, if the picture shows a page of the usual size."""
    return min(frame.size) / 8.27  # inches, of A4


def _paragraphs(words: Sequence[Word]) -> Iterator[tuple[list[Word], bool]]:
    """The paragraphs of a page, and whether each is in large letters."""
    paragraphs: dict[int, list[Word]] = {}
    for word in words:
        paragraphs.setdefault(word.paragraph, []).append(word)
    height = median(word.bottom - word.top for word in words) if words else 0
    for paragraph in paragraphs.values():
        if sum(word.confidence for word in paragraph) >= _MIN_CONFIDENCE * len(paragraph):
            own = median(word.bottom - word.top for word in paragraph)
            yield paragraph, own >= _LARGE * height


def _with_words(
    text: str, blocks: Sequence[Block], confidences: Sequence[int], boxes: Sequence[Box]
) -> Iterator[Block]:
    """Blocks with the confidence and the box of each of their words; there is one for each of the text's."""
    places = [match.start() for match in _WORD.finditer(text)]
    words = dict(zip(places, zip(confidences, boxes, strict=True), strict=True))
    for block in blocks:
        starts = (block.start + match.start() for match in _WORD.finditer(text[block.start : block.end]))
        own = [words.get(start, (0, Box(0, 0, 0, 0))) for start in starts]
        yield replace(
            block, confidences=tuple(sure for sure, _ in own), boxes=pack_boxes(box for _, box in own)
        )


def _box(word: Word, size: tuple[int, int]) -> Box:
    width, height = size
    return Box(word.left / width, word.top / height, word.right / width, word.bottom / height)
