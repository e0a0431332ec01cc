"""A report with headings, lists, a table, footnotes and many negations, as PDF files of common programs.

All of it is invented. Each program makes an Arabic and an English one; what isn't on this machine is left
out. Beside Chromium and LibreOffice: XeTeX, WeasyPrint, wkhtmltopdf, Pango with Cairo, Typst, ReportLab, and
Ghostscript over the files of the others.
"""

from __future__ import annotations

import html
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import regex
from paper import BROWSERS, OFFICES, Paper

NEGATIONS: Final = frozenset((
    "لا", "لم", "لن", "ليس", "ليست", "غير", "بلا", "دون", "ولا", "ولم", "ولن", "وليس", "وليست",
    "not", "no", "never", "without", "neither", "nor", "cannot",
))  # fmt: skip
_TEXTS: Final = Path(__file__).parent / "reports"
_NOTE: Final = regex.compile(r"\{(\d)\}")
_CSS: Final = """@page{{size:A4;margin:2.2cm}} body{{font:13pt "{font}";line-height:1.6}}
p{{margin:0;text-align:justify;text-indent:2em}} h1{{font-size:20pt}}
h2{{font-size:15pt;margin:12pt 0 4pt}} body{{direction:{direction}}}
table{{border-collapse:collapse;margin:8pt 0}} td,th{{border:1px solid #444;padding:2pt 14pt}}
sup{{font-size:65%;line-height:0}} .note{{font-size:9pt;text-indent:0}} ul{{margin:4pt 0}}"""
_XELATEX: Final = r"""\documentclass[12pt]{article}
\usepackage[a4paper,margin=2.4cm]{geometry}\usepackage{fontspec}
%s\setmainfont[Script=%s]{%s}\begin{document}%s
%s
\end{document}"""


@dataclass(frozen=True)
class Report:
    """The report in one language.

    Attributes:
        language: "ar" or "en".
        lines: (kind, text): "#", "##", "p", "-", "|" or "=".
    """

    language: str
    lines: tuple[tuple[str, str], ...]

    @property
    def font(self) -> str:
        """The family that it is set in."""
        return "Amiri" if self.language == "ar" else "DejaVu Serif"

    @property
    def body(self) -> list[str]:
        """The words of the running text, without footnotes and their marks."""
        texts = [text.replace("|", " ") for kind, text in self.lines if kind != "="]
        return plain_text(" ".join(texts)).split()

    @property
    def notes(self) -> list[str]:
        """The texts of the footnotes."""
        return [text.partition(" ")[2] for kind, text in self.lines if kind == "="]


def reports() -> list[Report]:
    """The Arabic and the English report."""
    return [Report(name, _parsed((_TEXTS / f"{name}.txt").read_text("utf-8"))) for name in ("ar", "en")]


def plain_text(text: str) -> str:
    """A text without the places of its footnotes."""
    return _NOTE.sub("", text)


def negations(words: list[str]) -> int:
    """The number of negating words among these."""
    return sum(word.strip(".,،؛:") in NEGATIONS for word in words)


def report_papers(folder: Path) -> Iterator[tuple[Report, Paper]]:
    """Makes the report with every program that is on this machine."""
    for report in reports():
        for name, make in _makers():
            path = folder / f"{report.language}-{regex.sub(r'[^a-z]+', '-', name.lower())}.pdf"
            make(report, path)
            yield report, Paper(f"{name}, {report.language}", path)
            if name in ("Chromium", "LibreOffice", "XeTeX") and (ghostscript := shutil.which("gs")):
                again = path.with_name(f"gs-{path.name}")
                _run([ghostscript, "-q", "-sDEVICE=pdfwrite", f"-sOutputFile={again}", "-dNOPAUSE", "-dBATCH",
                      str(path)])  # fmt: skip
                yield report, Paper(f"Ghostscript over {name}, {report.language}", again)


def _parsed(text: str) -> tuple[tuple[str, str], ...]:
    lines = []
    for line in text.splitlines():
        kind = next((mark for mark in ("##", "#", "-", "|", "=") if line.startswith(mark)), "p")
        lines.append((kind, line if kind == "p" else line[len(kind) :].strip()))
    return tuple(lines)


def _makers() -> Iterator[tuple[str, Callable[[Report, Path], None]]]:
    if any(map(shutil.which, BROWSERS)):
        yield "Chromium", _chromium
    if any(map(shutil.which, OFFICES)):
        yield "LibreOffice", _libreoffice
    if shutil.which("xelatex"):
        yield "XeTeX", _xetex
    if find_spec("weasyprint"):
        yield "WeasyPrint", _weasyprint
    if shutil.which("wkhtmltopdf"):
        yield "wkhtmltopdf", _wkhtmltopdf
    if find_spec("gi") and find_spec("cairo"):
        yield "Pango and Cairo", _cairo
    if find_spec("typst"):
        yield "Typst", _typst
    if find_spec("reportlab"):
        yield "ReportLab", _reportlab


_RAISED: Final = r"<sup>\1</sup>"
_OF_OFFICE: Final = (
    r'<a class="sdfootnoteanc" name="sdfootnote\1anc" href="#sdfootnote\1sym"><sup>\1</sup></a>'
)


def _page(report: Report, *, mark: str = _RAISED) -> str:
    """The report as a web page; `mark` is what stands for the number of a footnote in the text."""
    office = mark == _OF_OFFICE
    note = (
        '<div id="sdfootnote{0}"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote{0}sym" '
        'href="#sdfootnote{0}anc">{0}</a> {1}</p></div>'
        if office
        else '<p class="note">{0} {1}</p>'
    )
    tags = {"#": "<h1>{}</h1>", "##": "<h2>{}</h2>", "p": "<p>{}</p>", "-": "<li>{}</li>"}
    parts: list[str] = []
    before = ""
    for kind, text in (*report.lines, ("", "")):
        opening = {"-": "<ul>", "|": f"<table border={int(office)}>"}
        parts.append("</ul>" if before == "-" != kind else "</table>" if before == "|" != kind else "")
        if kind != before and kind in opening:
            parts.append(opening[kind])
        said = _NOTE.sub(mark, html.escape(text))
        if kind == "|":
            tag = "td" if before == "|" else "th"
            cells = "".join(f"<{tag}>{cell}</{tag}>" for cell in said.split("|"))
            parts.append(f"<tr>{cells}</tr>")
        elif kind == "=":
            parts.append(note.format(*said.split(" ", 1)))
        elif kind:
            parts.append(tags[kind].format(said))
        before = kind
    direction = "rtl" if report.language == "ar" else "ltr"
    style = _CSS.format(font=report.font, direction=direction)
    return (
        f'<!doctype html><html lang="{report.language}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{report.lines[0][1]}</title><style>{style}</style></head><body>{''.join(parts)}</body></html>"
    )


def _chromium(report: Report, path: Path) -> None:
    written = path.with_suffix(".html")
    written.write_text(_page(report), "utf-8")
    program = next(filter(None, map(shutil.which, BROWSERS)))
    _run([program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
          f"--print-to-pdf={path}", written.as_uri()])  # fmt: skip


def _libreoffice(report: Report, path: Path) -> None:
    written = path.with_suffix(".html")
    written.write_text(_page(report, mark=_OF_OFFICE), "utf-8")
    program = next(filter(None, map(shutil.which, OFFICES)))
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    _run([program, profile, "--headless", "--infilter=HTML (StarWriter)", "--convert-to",
          "pdf:writer_pdf_Export", "--outdir", str(path.parent), str(written)])  # fmt: skip


def _weasyprint(report: Report, path: Path) -> None:
    from weasyprint import HTML

    HTML(string=_page(report)).write_pdf(path)


def _wkhtmltopdf(report: Report, path: Path) -> None:
    # After an element in Arabic text it draws the rest of the line over what comes before, and leaves out the
    # last sentence of the report: with raised marks the file doesn't have what is to be read.
    written = path.with_suffix(".html")
    written.write_text(_page(report, mark=r" [\1]"), "utf-8")
    _run(["wkhtmltopdf", "-q", str(written), str(path)])


def _xetex(report: Report, path: Path) -> None:
    rtl = report.language == "ar"
    notes = dict(text.split(" ", 1) for kind, text in report.lines if kind == "=")
    parts: list[str] = []
    before = ""
    for kind, text in (*report.lines, ("", "")):
        said = _NOTE.sub(lambda m: rf"\footnote{{{notes[m[1]]}}}", text)
        if before == "-" != kind:
            parts.append(r"\end{itemize}")
        if before == "|" != kind:
            parts.append(r"\end{tabular}\bigskip")
        if kind == "-":
            parts.append((r"\begin{itemize}" if before != "-" else "") + rf"\item {said}")
        elif kind == "|":
            begin = r"\bigskip\noindent\begin{tabular}{|l|r|r|}\hline " if before != "|" else ""
            parts.append(begin + said.replace("|", " & ") + r"\\\hline")
        elif kind in ("#", "##"):
            parts.append((r"\section*{%s}" if kind == "#" else r"\subsection*{%s}") % said)
        elif kind == "p":
            parts.append(said + "\n")
        before = kind
    source = _XELATEX % (
        r"\usepackage{bidi}" if rtl else "", "Arabic" if rtl else "Latin", report.font,
        r"\setRTL" if rtl else "", "\n".join(parts),
    )  # fmt: skip
    path.with_suffix(".tex").write_text(source, "utf-8")
    _run(["xelatex", "-interaction=nonstopmode", f"-output-directory={path.parent}",
          str(path.with_suffix(".tex"))])  # fmt: skip


def _typst(report: Report, path: Path) -> None:
    import typst

    notes = dict(text.split(" ", 1) for kind, text in report.lines if kind == "=")
    parts = [
        f'#set text(font: "{report.font}", size: 12pt, lang: "{report.language}")',
        "#set par(justify: true, first-line-indent: 2em)",
    ]
    before = ""
    for kind, text in (*report.lines, ("", "")):
        said = _NOTE.sub(lambda m: f"#footnote[{notes[m[1]]}]", text)
        if before == "|" != kind:
            parts.append(")")
        if kind == "|":
            parts.append("#table(columns: 3," if before != "|" else "")
            parts.append(", ".join(f"[{cell}]" for cell in said.split("|")) + ",")
        elif kind in ("#", "##"):
            parts.append(f"\n{'=' * len(kind)} {said}\n")
        elif kind == "p":
            parts.append(f"\n{said}\n")
        elif kind == "-":
            parts.append(f"- {said}")
        before = kind
    path.write_bytes(typst.compile("\n".join(parts).encode()))


def _cairo(report: Report, path: Path) -> None:
    import cairo
    import gi

    gi.require_version("Pango", "1.0")
    gi.require_version("PangoCairo", "1.0")
    from gi.repository import Pango, PangoCairo

    surface = cairo.PDFSurface(str(path), 595, 842)
    context = cairo.Context(surface)
    top = 60.0
    sizes = {"#": 20, "##": 15, "=": 9}
    for kind, text in report.lines:
        layout = PangoCairo.create_layout(context)
        layout.set_font_description(Pango.FontDescription(f"{report.font} {sizes.get(kind, 12)}"))
        layout.set_width(470 * Pango.SCALE)
        layout.set_justify(kind == "p")
        said = _NOTE.sub(r'<span size="65%" rise="5000">\1</span>', html.escape(text)).replace("|", "      ")
        layout.set_markup(f"• {said}" if kind == "-" else said)
        height = layout.get_pixel_size()[1]
        if top + height > 790:
            context.show_page()
            top = 60.0
        context.move_to(62, top)
        PangoCairo.show_layout(context, layout)
        top += height + 8
    surface.finish()


def _reportlab(report: Report, path: Path) -> None:
    from arabic_reshaper import ArabicReshaper
    from bidi.algorithm import get_display
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("D", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
    reshape = ArabicReshaper({"delete_harakat": False}).reshape
    canvas = Canvas(str(path), pagesize=(595, 842))
    top = 780.0
    sizes = {"#": 20, "##": 15, "=": 9}
    for kind, text in report.lines:
        size = sizes.get(kind, 12)
        words = _NOTE.sub("", text).replace("|", "   ").split(" ")
        lines = [""]
        for word in words:
            if pdfmetrics.stringWidth(f"{lines[-1]} {word}", "D", size) > 470:
                lines.append(word)
            else:
                lines[-1] = f"{lines[-1]} {word}".strip()
        for line in lines:
            if top < 60:
                canvas.showPage()
                top = 780.0
            canvas.setFont("D", size)
            if report.language == "ar":
                canvas.drawRightString(533, top, get_display(reshape(line)))
            else:
                canvas.drawString(62, top, line)
            top -= 1.4 * size
        top -= 8
    canvas.save()


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=180)
