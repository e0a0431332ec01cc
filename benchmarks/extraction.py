"""How much of an Arabic text is read back from PDF and DOCX files: the article's words, in reading order.

    python benchmarks/extraction.py

It needs Chromium, LibreOffice and the fonts Noto Naskh Arabic, Amiri and DejaVu Sans; what isn't there is
left out. Other readers of PDF are measured where they are installed (`dalil[peers]`). So are more programs
that make PDF files (report_pdfs.py): Debian has texlive-xetex, wkhtmltopdf, ghostscript, python3-gi-cairo and
gir1.2-pango-1.0, and PyPI weasyprint, typst, reportlab, arabic-reshaper and python-bidi.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import regex
from paper import papers, paragraphs
from report_pdfs import Report, negations, plain_text, report_papers
from results import Section, markdown_table, run

from index.readers.extracted_text import Extract, Unextractable
from index.readers.pdf import pages
from index.readers.read_files import read_file

# What isn't text of the report: bullets and the marks of footnotes.
_MARKS = regex.compile(r"^[•▪◦*-]\s*|\[\p{Nd}\]|[⁰¹²³⁴-⁹]")


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
    return {"Extraction": _extraction, "Extraction, PDF programs": _programs}


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


def _programs() -> Iterator[str]:
    rows = []
    with tempfile.TemporaryDirectory(prefix="dalil-extraction-") as folder:
        for report, paper in report_papers(Path(folder)):
            start = time.process_time()
            try:
                document = pages.extract(paper.path.read_bytes())
            except Unextractable as error:
                rows.append([paper.name, f"refused ({error.fault})", "", "", "", "", ""])
                continue
            seconds = time.process_time() - start
            rows.append([paper.name, *_of_report(report, document), f"{seconds:.2f}"])
    yield (
        "A report of two pages with headings, a list, a table, footnotes and many negations, made by several "
        "programs: the share of the words of its running text that come back in order, letter for letter; "
        "negating words, of all; paragraphs and list items that come back whole; footnotes and rows of the "
        "table that are told as such; seconds of processor time."
    )
    yield markdown_table(
        ["file", "words in order", "negations", "paragraphs", "notes", "rows", "seconds"], rows
    )


def _of_report(report: Report, document: Extract) -> list[str]:
    """What of a report came back."""
    said = [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
    body = [_MARKS.sub("", text.replace("|", " ")) for kind, text in said if kind != "footnote"]
    whole = [text for kind, text in report.lines if kind in ("p", "-")]
    there = {text.strip() for text in body}
    kept = sum(plain_text(text) in there for text in whole)
    every = [*report.body, *" ".join(report.notes).split()]
    rows = sum(kind in ("table_row", "table_header") for kind, _ in said)
    return [
        f"**{words_in_order(report.body, ' '.join(body).split()):.3f}**",
        f"{negations(document.text.replace('|', ' ').split())} of {negations(every)}",
        f"{kept} of {len(whole)}",
        f"{sum(kind == 'footnote' for kind, _ in said)} of {len(report.notes)}",
        f"{rows} of {sum(kind == '|' for kind, _ in report.lines)}",
    ]


def main() -> None:
    """Measures, prints and writes."""
    run(argparse.ArgumentParser(description=__doc__.split("\n")[0]), sections)


if __name__ == "__main__":
    main()
