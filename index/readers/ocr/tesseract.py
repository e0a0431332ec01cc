"""Recognises the words of a page with Tesseract, in Arabic and, where confidence is low, in English.

Both languages in one pass (`ara+eng`) read .11 of the words of clean Arabic pages as Latin ones; one pass in
Arabic loses Latin words within Arabic lines.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from index.readers import process_limits
from index.readers.extracted_text import Unextractable
from index.readers.text_builder import writable

if TYPE_CHECKING:
    from PIL import Image

PROGRAM: Final = "tesseract"
LANGUAGES: Final = ("ara", "eng")
_COMMANDS: Final = {
    "darwin": "brew install tesseract tesseract-lang",
    "linux": "sudo apt-get install tesseract-ocr tesseract-ocr-ara",
}
DPI: Final = 300
"""Resolution that Tesseract reads best; its models were trained on it."""
_LOW_DPI: Final = 220
# Tesseract's page segmentation: its own loses whole lines of pages of one column (of a page of XQuAD in
# Arabic .926 of the words come back with it, .969 as one block).
_COLUMNS: Final = ("--psm", "3")
_ONE_COLUMN: Final = ("--psm", "6")
# Of a line that it has lost, in a picture of the line alone ("7" loses the same lines).
_ONE_LINE: Final = ("--psm", "13")
# The height of such a line relative to the page's words, its least width, and the white around it.
_LINE_HEIGHTS: Final = (0.6, 2.0)
_MIN_WIDTH: Final = 4
_MARGIN: Final = 0.5
_MAX_LOST: Final = 5
# In a picture of the page 300 pixels wide: a gap of 2 % of the width in .6 of 16 strips.
_SMALL: Final = 300
_WIDE: Final = 6
_STRIPS: Final = 16
_MIN_STRIPS: Final = 4
_MAX_STRIPS: Final = 0.6
_INK: Final = 150
# Pixels of a picture that is enlarged; a page of A3 has 35 million then.
_MAX_ENLARGED: Final = 100_000_000
# Percent. Of wrong words of the pages of benchmarks/recognition.py three in four have less; of right ones one
# in thirty.
_UNSURE: Final = 70
_SURE: Final = 75
# Share of a page's words that one language must be sure of, so that the other isn't asked.
_MAX_UNSURE: Final = 0.03
_ARABIC: Final = regex.compile(r"\p{Arabic}")
_LATIN: Final = regex.compile(r"\p{Latin}")
_DIRECTIONS: Final = regex.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Tesseract's Arabic model mostly reads Arabic punctuation as Latin.
_PUNCTUATION: Final = regex.compile(r"(?<=[\p{Arabic}\p{Nd}»)\]]),$|(?<=[\p{Arabic}»)\]])[;?]+$")
_ARABIC_SIGNS: Final = str.maketrans(",;?", "،؛؟")


@dataclass(frozen=True)
class Word:
    """A recognised word.

    Attributes:
        text: without white space.
        confidence: Tesseract's, in percent.
        paragraph: number of its paragraph on the page, from 0.
        line: number of its line on the page, from 0.
        left, top, right, bottom: its box, in pixels of a picture of `Recognizer.size`.
    """

    text: str
    confidence: int
    paragraph: int
    line: int
    left: int
    top: int
    right: int
    bottom: int


def install_command() -> str:
    """The command that installs Tesseract with Arabic on this system."""
    return _COMMANDS.get(sys.platform, _COMMANDS["linux"])


def install_hint() -> str:
    """Instructions to install Tesseract with Arabic, for error messages."""
    return (
        f"For text recognition (OCR) install Tesseract: {_COMMANDS['linux']} (Debian, Ubuntu) or "
        f"{_COMMANDS['darwin']} (macOS)."
    )


def is_installed() -> bool:
    """Whether Tesseract is installed, with Arabic and English."""
    if shutil.which(PROGRAM) is None:
        return False
    try:
        listed = subprocess.run([PROGRAM, "--list-langs"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return set(LANGUAGES) <= set(listed.stdout.decode(errors="replace").split())


class Recognizer:
    """Recognises pages; the language of one page is tried first on the next."""

    def __init__(self) -> None:
        self._languages = list(LANGUAGES)
        self.size = (1, 1)
        """Width and height of the picture in whose pixels the boxes of the last words are."""

    def words(self, picture: Image.Image, dpi: float = 0) -> list[Word]:
        """The words of a page, in reading order.

        Args:
            picture: of the page.
            dpi: its resolution; 0 if unknown.

        Raises:
            Unextractable: Tesseract failed.
        """
        cleaned, dpi = _cleaned(picture, dpi)
        self.size = cleaned.size
        first = list(_recognized(cleaned, dpi, self._languages[0]))
        unsure = sum(word.confidence < _UNSURE for word in first)
        if first and unsure <= _MAX_UNSURE * len(first):
            return first
        second = list(_recognized(cleaned, dpi, self._languages[1]))
        if _certainty(second) > _certainty(first):
            self._languages.reverse()
            first, second = second, first
        return list(_completed(first, second, _LATIN if self._languages[0] == "ara" else _ARABIC))


def _cleaned(picture: Image.Image, dpi: float) -> tuple[Image.Image, float]:
    """The picture in grey, without speckles, and in a resolution that can be read.

    The order of the filters and the upscaling were chosen on noisy pages of 150 and 300 dpi.
    """
    from PIL import Image, ImageFilter

    grey = picture.convert("L").filter(ImageFilter.MedianFilter(3))
    if dpi < _LOW_DPI and 4 * grey.width * grey.height <= _MAX_ENLARGED:
        grey = grey.resize((2 * grey.width, 2 * grey.height), Image.Resampling.BICUBIC)
        dpi *= 2
    return grey.filter(ImageFilter.GaussianBlur(1)), dpi


def _recognized(picture: Image.Image, dpi: float, language: str) -> Iterator[Word]:
    """Tesseract's words in one language, in reading order; lines that it leaves out are read alone."""
    if has_columns(picture):
        yield from _read(picture, dpi, language, _COLUMNS)
        return
    words = list(_read(picture, dpi, language, _ONE_COLUMN))
    for left, top, strip in list(_unread_lines(picture, words)):
        found = list(_read(strip, dpi, language, _ONE_LINE))
        if sum(word.confidence for word in found) < _UNSURE * max(len(found), 1):
            continue
        place = sum(word.bottom <= top + strip.height // 2 for word in words)
        before = words[max(place - 1, 0)]
        line = 1 + max(word.line for word in words)
        words[place:place] = [
            replace(
                word,
                paragraph=before.paragraph,
                line=line,
                left=word.left + left,
                right=word.right + left,
                top=word.top + top,
                bottom=word.bottom + top,
            )
            for word in found
        ]
    yield from words


def _unread_lines(picture: Image.Image, words: Sequence[Word]) -> Iterator[tuple[int, int, Image.Image]]:
    """Pictures of lines in which no word was found, as high as those with words, and their places."""
    from PIL import ImageOps

    if not words:
        return
    height = statistics.median(word.bottom - word.top for word in words)
    ink = np.asarray(picture) < _INK
    rows = np.asarray(ink.any(axis=1))
    for word in words:
        rows[word.top : word.bottom] = False
    edges = np.flatnonzero(np.diff(rows.astype(np.int8), prepend=0, append=0)).reshape(-1, 2).tolist()
    least, most = (factor * height for factor in _LINE_HEIGHTS)
    lines = [(top, bottom) for top, bottom in edges if least <= bottom - top <= most]
    for top, bottom in lines[:_MAX_LOST]:
        columns = np.flatnonzero(ink[top:bottom].any(axis=0)).tolist()
        left, right = columns[0], columns[-1] + 1
        if right - left >= _MIN_WIDTH * height:
            margin = round(_MARGIN * (bottom - top))
            strip = picture.crop((left, top, right, bottom))
            yield left - margin, top - margin, ImageOps.expand(strip, margin, fill=255)


def _read(picture: Image.Image, dpi: float, language: str, layout: Sequence[str]) -> Iterator[Word]:
    """Tesseract's words in one language and in one way of parting the page."""
    stream = io.BytesIO()
    picture.save(stream, "PPM")
    arguments = [PROGRAM, "stdin", "stdout", "-l", language, "--dpi", str(round(dpi or DPI)), *layout, "tsv"]
    try:
        done = subprocess.run(
            arguments,
            input=stream.getvalue(),
            capture_output=True,
            timeout=process_limits.wall_seconds(process_limits.SECONDS_PER_PASS),
            check=True,
            # Its threads wait for each other longer than they save.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            preexec_fn=_limited,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unextractable(
            f"its text couldn't be recognised (Tesseract: {type(error).__name__}). Save its text as .txt.",
            "too_slow",
        ) from error
    rows = csv.DictReader(
        io.StringIO(done.stdout.decode(errors="replace")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    paragraphs: dict[tuple[str, ...], int] = {}
    lines: dict[tuple[str, ...], int] = {}
    for row in rows:
        confidence = float(row["conf"] or -1)
        if confidence < 0:
            continue
        place = (row["block_num"], row["par_num"])
        paragraph = paragraphs.setdefault(place, len(paragraphs))
        line = lines.setdefault((*place, row["line_num"]), len(lines))
        left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
        for text in writable(_DIRECTIONS.sub("", row["text"] or "")).split():
            said = _PUNCTUATION.sub(lambda match: match[0].translate(_ARABIC_SIGNS), text)
            yield Word(
                said,
                round(confidence),
                paragraph,
                line=line,
                left=left,
                top=top,
                right=left + width,
                bottom=top + height,
            )


def _limited() -> None:
    """Limits Tesseract, in its process before it is run."""
    process_limits.die_with_parent()
    process_limits.limit_seconds(process_limits.SECONDS_PER_PASS)


def has_columns(picture: Image.Image) -> bool:
    """Whether a page has columns: a gap between text at the same place in most strips of the page."""
    from PIL import Image

    small = picture.resize((_SMALL, max(1, _SMALL * picture.height // picture.width)), Image.Resampling.BOX)
    ink = np.asarray(small) < _INK
    gaps: list[set[int]] = []
    for strip in np.array_split(ink, min(_STRIPS, len(ink))):
        columns = np.flatnonzero(strip.any(axis=0))
        if len(columns) > 1:
            steps = np.diff(columns)
            wide = np.flatnonzero(steps >= _WIDE)
            gaps.append({int(place) for gap in wide for place in range(columns[gap], columns[gap + 1])})
    if len(gaps) < _MIN_STRIPS:
        return False
    counts = np.bincount([place for gap in gaps for place in gap], minlength=_SMALL)
    return bool(counts[_SMALL // 6 : -_SMALL // 6].max() >= _MAX_STRIPS * len(gaps))


def _certainty(words: Iterable[Word]) -> float:
    """The amount of recognised text of a page: letters, weighted by their words' confidence."""
    return sum(len(word.text) * max(word.confidence - 30, 0) for word in words)


def _completed(words: Sequence[Word], others: Sequence[Word], script: regex.Pattern[str]) -> Iterator[Word]:
    """Replaces words of low confidence by more confident ones of the other language in the same place.

    Args:
        words: in the page's language.
        others: in the other language.
        script: of the other language.
    """
    place = 0
    while place < len(words):
        end = place
        while end < len(words) and words[end].confidence < _UNSURE and words[end].line == words[place].line:
            end += 1
        run = words[place:end]
        if better := _better(run, others, script) if run else []:
            yield from (replace(word, paragraph=run[0].paragraph, line=run[0].line) for word in better)
        else:
            yield from run or words[place : place + 1]
        place = max(end, place + 1)


def _better(run: Sequence[Word], others: Sequence[Word], script: regex.Pattern[str]) -> list[Word]:
    """The words of the other language in the place of a run, if they are more confident and in its script."""
    left, right = min(word.left for word in run), max(word.right for word in run)
    top, bottom = min(word.top for word in run), max(word.bottom for word in run)
    found = [
        word
        for word in others
        if left <= (word.left + word.right) / 2 <= right and top <= (word.top + word.bottom) / 2 <= bottom
    ]
    if not found or not script.search("".join(word.text for word in found)):
        return []
    sure = sum(word.confidence for word in found) / len(found)
    return found if sure >= max(_SURE, sum(word.confidence for word in run) / len(run)) else []
