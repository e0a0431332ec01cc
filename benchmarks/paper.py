"""The article as files of other types, made by programs that people use: Chromium and LibreOffice.

Beside its own paragraphs there are four with what is hard to read back: Latin words, numbers, brackets,
full tashkeel.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from qa.article import article

FONTS = ("Noto Naskh Arabic", "Amiri", "DejaVu Sans")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OFFICES = ("soffice", "libreoffice")
HARD = (
    "افتُتح مركز الأبحاث (CERN) في جنيف سنة 1954، ويعمل فيه نحو 2,500 موظّف و12,000 باحث من 70 دولة "
    "(أي 85.5 % منهم من أوروبا).",
    "قال المدير: «نستخدم Python 3.11 وLinux (Debian 12) منذ 15/03/2023»، وأضاف أنّ النسخة [2.0-beta] "
    "صدرت في ٢٠٢٤م بسعر ١٢٫٥ دولاراً.",
    "بِسْمِ اللهِ الرَّحْمٰنِ الرَّحِيمِ: إِنَّا أَنْزَلْنَاهُ قُرْآنًا عَرَبِيًّا لَعَلَّكُمْ تَعْقِلُونَ، وَلَا الضَّالِّينَ، وَالْآخِرَةُ لِلْأَوَّلِينَ لَآتِيَةٌ.",
    "راسلنا على info@example.org أو عبر الموقع https://example.org/ar/index.html، والهاتف "
    "+964 770 123 4567، أو زُر شارع 14 رمضان.",
)
_STYLES = {
    "ragged": "",
    "justified": "body{text-align:justify}",
    "two columns": "body{columns:2;text-align:justify;font-size:11pt}",
}
_PAGE = """<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}</title>
<meta name="author" content="{author}"><style>@page{{size:A4;margin:2cm}}
body{{font:14pt "{font}";line-height:1.7}} {style}</style></head><body><h1>{title}</h1>{text}</body></html>"""
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Paper:
    """A file that was made from the article.

    Attributes:
        name: what made it, how.
        path: where it is.
    """

    name: str
    path: Path


def paragraphs() -> list[str]:
    """What every file holds, paragraph by paragraph: title, author, text."""
    document = article()
    own = [line.strip() for line in document.text.splitlines() if line.strip()]
    return [document.title, document.author, *own, *HARD]


def papers(folder: Path) -> Iterator[Paper]:
    """Makes the files, with whatever of the two programs is on this machine."""
    if chromium := _program(BROWSERS):
        for font in FONTS:
            for style in _STYLES:
                for numbered in (False, True) if style == "ragged" else (False,):
                    note = ", page titles and numbers" if numbered else ""
                    path = print_page(chromium, page(font, style), folder, numbered)
                    yield Paper(f"Chromium, {font}, {style}{note}", path)
    if office := _program(OFFICES):
        for font in FONTS:
            for columns in (1, 2):
                note = f"LibreOffice, {font}, {'two columns' if columns == 2 else 'justified'}"
                written = folder / f"{font} {columns}.docx"
                write_docx(written, paragraphs(), font, columns)
                yield Paper(f"{note}, PDF", convert(office, written, "pdf", folder))
                again = convert(office, convert(office, written, "odt", folder), "docx", folder / "again")
                yield Paper(f"{note}, DOCX", again)


def page(font: str, style: str) -> str:
    """The article as a web page."""
    title, author, *rest = paragraphs()
    text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in (author, *rest))
    return _PAGE.format(title=title, author=author, font=font, style=_STYLES[style], text=text)


def print_page(chromium: str, content: str, folder: Path, numbered: bool = False) -> Path:
    """A page printed to PDF, with Chromium's own page titles and numbers if they are asked for."""
    number = len(list(folder.glob("*.pdf")))
    written, path = folder / f"page{number}.html", folder / f"page{number}.pdf"
    written.write_text(content, "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={path}"]
    if not numbered:
        options.append("--no-pdf-header-footer")
    _run([chromium, *options, written.as_uri()])
    return path


def convert(office: str, path: Path, type_: str, folder: Path) -> Path:
    """A file as another type, by LibreOffice."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    _run([office, profile, "--headless", "--convert-to", type_, "--outdir", str(folder), str(path)])
    return folder / f"{path.stem}.{type_}"


def write_docx(path: Path, texts: Sequence[str], font: str = "Amiri", columns: int = 1) -> None:
    """A Word document of these paragraphs, the first its title."""
    body = []
    for number, text in enumerate(texts):
        style = '<w:pStyle w:val="Title"/>' if number == 0 else ""
        body.append(
            f'<w:p><w:pPr>{style}<w:bidi/><w:spacing w:after="160"/><w:jc w:val="both"/></w:pPr><w:r><w:rPr>'
            f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}"/><w:rtl/><w:szCs w:val="24"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
        )
    section = f'<w:sectPr><w:cols w:num="{columns}" w:space="720"/><w:bidi/></w:sectPr>'
    styles = '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
        f'Id="r1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{_WORD}">{styles}</w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(body)}{section}</w:body>'
        "</w:document>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')


def _program(names: Sequence[str]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)
