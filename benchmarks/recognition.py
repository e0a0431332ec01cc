"""How much of a page is read back by text recognition (OCR): pages of known text, as scanners give them.

    python benchmarks/recognition.py [--data ../shared/data]

It needs Tesseract, Chromium and the fonts Noto Naskh Arabic and DejaVu Serif. The article and, with `--data`,
paragraphs of XQuAD in Arabic and in English are printed and rendered at 300 and 150 dpi: clean, and turned by
1.2 degrees, blurred, greyed and with noise. Counted are the words in order, without tashkeel and tatweel.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import regex
from extraction import words_in_order
from paper import BROWSERS, paragraphs, print_page
from PIL import Image, ImageFilter
from results import Section, markdown_table, run

from index.readers.read_files import read_file

_PAGE = """<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8"><style>
@page{{size:A4;margin:2cm}} body{{font:13pt "{font}";line-height:1.6}}</style>{text}</html>"""
_MARKS = regex.compile(r"[\u064b-\u0652\u0670\u0640]")
_TURNED = 1.2
_NOISE = 18
_SPECKS = 0.002
_HARD = 4  # the last paragraphs of the article's files, of mixed scripts


def texts(data: Path | None) -> Iterator[tuple[str, str, list[str]]]:
    """Name, language and paragraphs of each text."""
    yield "the article", "ar", paragraphs()[:-_HARD]
    for language in ("ar", "en") if data else ():
        path = Path(data or ".") / "xquad" / f"xquad.{language}.json"
        found = json.loads(path.read_text("utf-8"))["data"]
        pool = [each["context"] for article in found for each in article["paragraphs"]]
        yield f"XQuAD, {language}", language, random.Random(3).sample(pool, 4)


def words(text: str) -> list[str]:
    """Words without tashkeel and tatweel."""
    return _MARKS.sub("", text.replace("...", "…")).split()


def scanned(page: Image.Image, dpi: int) -> Image.Image:
    """A page as a poor scanner gives it."""
    turned = page.rotate(_TURNED, resample=Image.Resampling.BICUBIC, fillcolor=255)
    blurred = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.8 * dpi / 300)), float)
    grey = 0.85 * blurred + 20 + np.random.default_rng(1).normal(0, _NOISE, blurred.shape)
    grey[np.random.default_rng(2).random(grey.shape) < _SPECKS] = 0
    return Image.fromarray(grey.clip(0, 255).astype("uint8"))


def sections(arguments: argparse.Namespace) -> dict[str, Section]:
    """The section's name with what makes its text."""
    return {"Text recognition": lambda: _recognition(arguments.data)}


def _recognition(data: Path | None) -> Iterator[str]:
    chromium = next(filter(None, map(shutil.which, BROWSERS)))
    rows = []
    with tempfile.TemporaryDirectory(prefix="dalil-recognition-") as name:
        folder = Path(name)
        os.environ["DALIL_CACHE"] = name  # nothing was recognised before
        for title, language, said in texts(data):
            text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in said)
            font = "DejaVu Serif" if language == "en" else "Noto Naskh Arabic"
            way = "ltr" if language == "en" else "rtl"
            page = _PAGE.format(language=language, direction=way, font=font, text=text)
            document = pypdfium2.PdfDocument(print_page(chromium, page, folder))
            for dpi in (300, 150):
                clean = [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
                for kind, pages in (("clean", clean), ("poor", [scanned(page, dpi) for page in clean])):
                    path = folder / "scan.pdf"
                    pages[0].save(path, resolution=dpi, save_all=True, append_images=pages[1:])
                    start = time.perf_counter()
                    found = words(read_file(path).text)
                    seconds = (time.perf_counter() - start) / len(pages)
                    share = words_in_order(words(" ".join(said)), found)
                    rows.append([title, f"{dpi} dpi, {kind}", f"**{share:.3f}**", f"{seconds:.1f}"])
    yield "Words in order of pages that were printed, rendered and read back by Tesseract."
    yield markdown_table(["text", "page", "words in order", "seconds a page"], rows)


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="the folder of XQuAD's folder")
    run(parser, sections)


if __name__ == "__main__":
    main()
