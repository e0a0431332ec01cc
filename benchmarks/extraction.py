"""How much of an Arabic text is read back from PDF and DOCX files: the article's words, in reading order.

    python benchmarks/extraction.py

It needs Chromium, LibreOffice and the fonts Noto Naskh Arabic, Amiri and DejaVu Sans; what isn't there is
left out. Other readers of PDF are measured where they are installed (`dalil[peers]`).
"""

from __future__ import annotations

import argparse
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from paper import papers, paragraphs
from results import Section, markdown_table, run

from index.readers.read import read_file


def words_in_order(expected: Sequence[str], found: Sequence[str]) -> float:
    """The share of the expected words that are found, in their order: the longest common subsequence.

    Words are what spaces part, every sign in them included. The order of several marks on one letter
    doesn't count, as Unicode has it (NFC).
    """
    wanted = [unicodedata.normalize("NFC", word) for word in expected]
    row = [0] * (len(found) + 1)
    for word in wanted:
        above, row = row, [0]
        for place, other in enumerate((unicodedata.normalize("NFC", w) for w in found), 1):
            row.append(above[place - 1] + 1 if word == other else max(above[place], row[-1]))
    return row[-1] / len(wanted)


def _pypdfium2(path: Path) -> str:
    import pypdfium2

    pages = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


def _pypdf(path: Path) -> str:
    import pypdf

    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def _pdfminer(path: Path) -> str:
    from pdfminer.high_level import extract_text

    return extract_text(str(path))


PEERS: dict[str, Callable[[Path], str]] = {
    "pypdfium2": _pypdfium2,
    "pypdf": _pypdf,
    "pdfminer": _pdfminer,
}


def sections(_: argparse.Namespace) -> dict[str, Section]:
    """The section's name with what makes its text."""
    return {"Extraction": _extraction}


def _extraction() -> Iterator[str]:
    texts = paragraphs()
    words = " ".join(texts).split()
    peers = {name: read for name, read in PEERS.items() if find_spec(name)}
    rows = []
    with tempfile.TemporaryDirectory(prefix="dalil-extraction-") as folder:
        for paper in papers(Path(folder)):
            start = time.perf_counter()
            text = read_file(paper.path).text
            seconds = time.perf_counter() - start
            found = {unicodedata.normalize("NFC", p) for p in text.split("\n\n")}
            whole = sum(unicodedata.normalize("NFC", paragraph) in found for paragraph in texts)
            others = [
                f"{words_in_order(words, read(paper.path).split()):.3f}"
                if paper.path.suffix == ".pdf"
                else ""
                for read in peers.values()
            ]
            share = f"**{words_in_order(words, text.split()):.3f}**"
            rows.append([paper.name, share, f"{whole} of {len(texts)}", f"{seconds:.1f}", *others])
    yield (
        f"The share of {len(words)} words of the article, and of four paragraphs with Latin words, numbers, "
        "brackets and full tashkeel, that a file of them gives back in reading order, letter for letter; and "
        "how many paragraphs come back as they were, to the last sign. The other readers as they are "
        "without settings; pdfminer is pdfminer.six with its own layout."
    )
    yield markdown_table(["file", "words in order", "paragraphs", "seconds", *peers], rows)


def main() -> None:
    """Measures, prints and writes."""
    run(argparse.ArgumentParser(description=__doc__.split("\n")[0]), sections)


if __name__ == "__main__":
    main()
