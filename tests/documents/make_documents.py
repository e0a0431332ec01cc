"""Makes the test documents: twelve files of six types, with headings, tables, lists, footnotes and forms.

python tests/documents/make_documents.py FOLDER     writes the files
python tests/documents/make_documents.py --print    prints the two PDFs anew, with Chromium

The two PDFs lie beside this file, printed: two versions of Chromium don't print the same bytes.
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape as xml

from document_contents import SOURCES
from document_elements import (
    Definitions,
    Element,
    Fields,
    Heading,
    Items,
    Paragraph,
    Source,
    Table,
    TextBox,
)

HERE: Final = Path(__file__).parent
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_CALL: Final = re.compile(r"\[\^(\d+)\]")
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_STYLE: Final = """@page{size:A4;margin:2.2cm}
body{font:12pt "Noto Naskh Arabic","DejaVu Serif";line-height:1.6}
h1{font-size:20pt} h2{font-size:15pt} h3{font-size:12.5pt} table{border-collapse:collapse;margin:12pt 0}
td,th{border:1px solid #444;padding:3pt 9pt;text-align:start} caption{text-align:start}"""


def make_documents(folder: Path) -> list[Path]:
    """Writes all files into a folder, which is made if there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for source in SOURCES:
        path = folder / source.name
        if path.suffix == ".pdf":
            shutil.copyfile(HERE / path.name, path)
        else:
            path.write_bytes(_WRITERS[path.suffix](source))
        paths.append(path)
    return paths


def headings() -> frozenset[str]:
    """Titles and headings of all documents, none of which is an answer."""
    return frozenset().union(*(source.headings for source in SOURCES))


def print_pdfs(folder: Path = HERE) -> None:
    """Prints the documents that are PDFs, with Chromium."""
    browser = next(path for name in BROWSERS if (path := shutil.which(name)))
    for source in SOURCES:
        if source.name.endswith(".pdf"):
            with tempfile.TemporaryDirectory() as temporary:
                page = Path(temporary) / "page.html"
                page.write_bytes(as_html(source, _STYLE))
                options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
                printed = f"--print-to-pdf={folder / source.name}"
                subprocess.run(
                    [browser, *options, printed, page.as_uri()], check=True, capture_output=True, timeout=120
                )


def as_text(source: Source) -> bytes:
    """Plain text: headings on lines of their own, footnotes at the end."""
    blocks = [source.title]
    for element in source.elements:
        match element:
            case Heading(_, text) | TextBox(text):
                blocks.append(text)
            case Paragraph(text):
                blocks.append(_CALL.sub(r"(\1)", text))
            case Items(texts, ordered):
                blocks.append(
                    "\n".join(f"{f'{i}.' if ordered else '-'} {text}" for i, text in enumerate(texts, 1))
                )
            case Definitions(terms):
                blocks.append("\n".join(f"{term}: {meaning}" for term, meaning in terms))
            case Fields(fields):
                blocks.append("\n".join(f"{label}: {value}" for label, value in fields))
            case Table(columns, rows, caption):
                blocks.append("\n".join([caption, *("\t".join(row) for row in (columns, *rows))]).strip())
    blocks += [f"({number}) {note}" for number, note in enumerate(source.notes, 1)]
    return ("\n\n".join(blocks) + "\n").encode()


def as_markdown(source: Source) -> bytes:
    """Markdown with front matter, pipe tables and footnotes."""
    known = {"title": source.title, "author": source.author, "date": source.date}
    front = "\n".join(f"{key}: {value}" for key, value in known.items() if value)
    blocks = [f"---\n{front}\n---"]
    for element in source.elements:
        match element:
            case Heading(level, text):
                blocks.append(f"{'#' * level} {text}")
            case Paragraph(text) | TextBox(text):
                blocks.append(text)
            case Items(texts, ordered):
                blocks.append(
                    "\n".join(f"{f'{i}.' if ordered else '-'} {text}" for i, text in enumerate(texts, 1))
                )
            case Definitions(terms):
                blocks.append("\n".join(f"- **{term}**: {meaning}" for term, meaning in terms))
            case Fields(fields):
                blocks.append("\\\n".join(f"**{label}:** {value}" for label, value in fields))
            case Table(columns, rows, caption):
                lines = [columns, tuple("---" for _ in columns), *rows]
                table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
                blocks += [caption, table] if caption else [table]
    blocks += [f"[^{number}]: {note}" for number, note in enumerate(source.notes, 1)]
    return ("\n\n".join(blocks) + "\n").encode()


def as_html(source: Source, style: str = "") -> bytes:
    """A web page."""
    known = {"author": source.author, "date": source.date}
    metas = "".join(f'<meta name="{key}" content="{html.escape(v)}">' for key, v in known.items() if v)
    way = "rtl" if source.language == "ar" else "ltr"
    return (
        f'<!doctype html>\n<html lang="{source.language}" dir="{way}">\n<head><meta charset="utf-8">'
        f"<title>{html.escape(source.title)}</title>{metas}<style>{style}</style></head>\n<body>\n"
        f"{_body(source.elements, source.notes)}\n</body>\n</html>\n"
    ).encode()


def as_docx(source: Source) -> bytes:
    """A Word file: real styles, automatic numbers, footnotes, a header, a footer, text boxes."""
    right_to_left = source.language == "ar"
    bidi = "<w:bidi/>" if right_to_left else ""
    run = "<w:rPr><w:rtl/></w:rPr>" if right_to_left else ""
    lists = count(2)
    numberings = ['<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>']
    body = [_docx_paragraph(source.title, f'<w:pStyle w:val="Title"/>{bidi}', run)]
    for element in source.elements:
        match element:
            case Heading(level, text):
                body.append(_docx_paragraph(text, f'<w:pStyle w:val="Heading{level}"/>{bidi}', run))
            case Paragraph(text, article):
                number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if article else ""
                body.append(_docx_paragraph(text, number + bidi, run))
            case Items(texts, ordered):
                list_ = next(lists)
                numberings.append(
                    f'<w:num w:numId="{list_}"><w:abstractNumId w:val="{2 if ordered else 3}"/>'
                    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
                )
                number = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{list_}"/></w:numPr>'
                style = '<w:pStyle w:val="ListParagraph"/>'
                body += [_docx_paragraph(text, style + number + bidi, run) for text in texts]
            case Definitions(pairs) | Fields(pairs):
                body += [_docx_paragraph(f"{label}: {value}", bidi, run) for label, value in pairs]
            case Table(columns, rows, caption):
                if caption:
                    body.append(_docx_paragraph(caption, f'<w:pStyle w:val="Caption"/>{bidi}', run))
                body.append(_docx_table(columns, rows, bidi, run, right_to_left))
            case TextBox(text):
                body.append(_docx_text_box(text, bidi, run))
    marks = "".join(f'<w:{end}Reference w:type="default" r:id="{end}"/>' for end in ("header", "footer"))
    numbers = (
        _docx_level(1, "decimal", "المادة (%1)")
        + _docx_level(2, "decimal", "%1.")
        + _docx_level(3, "bullet", "•")
    )
    notes = "".join(
        f'<w:footnote w:id="{number}">{_docx_paragraph(note, bidi, run)}</w:footnote>'
        for number, note in enumerate(source.notes, 1)
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/>'
        f"<w:pPr>{level}</w:pPr></w:style>"
        for id_, name, level in (
            ("Title", "Title", ""),
            ("Heading1", "heading 1", '<w:outlineLvl w:val="0"/>'),
            ("Heading2", "heading 2", '<w:outlineLvl w:val="1"/>'),
            ("Heading3", "heading 3", '<w:outlineLvl w:val="2"/>'),
            ("Caption", "caption", ""),
            ("ListParagraph", "List Paragraph", ""),
        )
    )
    parts = {
        "word/document.xml": f"<w:body>{''.join(body)}<w:sectPr>{marks}</w:sectPr></w:body>",
        "word/styles.xml": styles,
        "word/numbering.xml": numbers + "".join(numberings),
        "word/footnotes.xml": notes,
        "word/header.xml": _docx_paragraph(source.header, bidi, run),
        "word/footer.xml": _docx_paragraph(source.footer, bidi, run),
    }
    roots = {"header": "hdr", "footer": "ftr"}
    contents: dict[str, str] = {}
    for name, content in parts.items():
        stem = Path(name).stem
        root = roots.get(stem, stem)
        contents[name] = f'<w:{root} xmlns:w="{_WORD}" xmlns:r="{_OFFICE}">{content}</w:{root}>'
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{_OFFICE_TYPE}.'
        f'{"document.main" if name == "word/document.xml" else Path(name).stem}+xml"/>'
        for name in parts
    )
    related = "".join(
        f'<Relationship Id="{Path(name).stem}" Type="{_OFFICE}/{Path(name).stem}" '
        f'Target="{Path(name).name}"/>'
        for name in parts
        if name != "word/document.xml"
    )
    core = (
        f"<dc:title>{xml(source.title)}</dc:title><dc:creator>{xml(source.author)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{source.date}T09:00:00Z</dcterms:created>'
    )
    contents |= {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{types}<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/><Relationship Id="r2" '
        f'Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        "</Relationships>",
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{core}</cp:coreProperties>',
    }
    return _zipped({name: f'<?xml version="1.0" encoding="UTF-8"?>{one}' for name, one in contents.items()})


def as_epub(source: Source) -> bytes:
    """An EPUB 3 book: a file for each chapter, with its footnotes."""
    files: list[tuple[str, str]] = []
    for number, chapter in enumerate(_chapters(source.elements), 1):
        content = _body(chapter, source.notes, book=True)
        files.append((f"chapter{number}.xhtml", content))
    way = ' dir="rtl"' if source.language == "ar" else ""
    root = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
    root += f' lang="{source.language}"'
    parts = {"mimetype": "application/epub+zip"}
    parts["META-INF/container.xml"] = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        "</container>"
    )
    items = "".join(
        f'<item id="{name[:-6]}" href="{name}" media-type="application/xhtml+xml"/>' for name, _ in files
    )
    spine = "".join(f'<itemref idref="{name[:-6]}"/>' for name, _ in files)
    parts["OEBPS/book.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">made</dc:identifier>'
        f"<dc:title>{xml(source.title)}</dc:title><dc:creator>{xml(source.author)}</dc:creator>"
        f"<dc:date>{source.date}</dc:date><dc:language>{source.language}</dc:language></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    for name, content in files:
        parts[f"OEBPS/{name}"] = (
            f"<html {root}{way}><head><title>{xml(source.title)}</title></head><body>{content}</body></html>"
        )
    return _zipped(parts)


def _body(elements: tuple[Element, ...], notes: tuple[str, ...], book: bool = False) -> str:
    blocks: list[str] = []
    called: list[int] = []

    def inline(text: str) -> str:
        called.extend(int(number) for number in _CALL.findall(text))
        kind = ' epub:type="noteref"' if book else ""
        return _CALL.sub(rf'<sup><a href="#note\1"{kind}>\1</a></sup>', html.escape(text, quote=False))

    for element in elements:
        match element:
            case Heading(level, text):
                blocks.append(f"<h{level}>{inline(text)}</h{level}>")
            case Paragraph(text):
                blocks.append(f"<p>{inline(text)}</p>")
            case Items(texts, ordered):
                blocks.append(_list(texts, "ol" if ordered else "ul", inline))
            case Definitions(terms):
                pairs = "".join(f"<dt>{inline(a)}</dt><dd>{inline(b)}</dd>" for a, b in terms)
                blocks.append(f"<dl>{pairs}</dl>")
            case Fields(fields):
                blocks.append("<p>" + "<br/>".join(f"{inline(a)}: {inline(b)}" for a, b in fields) + "</p>")
            case Table(columns, rows, caption):
                blocks.append(_table(columns, rows, caption, inline))
            case TextBox(text):
                blocks.append(f"<aside>{inline(text)}</aside>")
    kind = ' epub:type="footnote"' if book else ' role="doc-footnote"'
    # A note may call another one, which then follows.
    blocks += (
        f'<aside id="note{number}"{kind}><p>{number}. {inline(notes[number - 1])}</p></aside>'
        for number in called
    )
    return "\n".join(blocks)


def _list(texts: tuple[str, ...], tag: str, inline: Callable[[str], str]) -> str:
    return f"<{tag}>{''.join(f'<li>{inline(text)}</li>' for text in texts)}</{tag}>"


def _table(
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    caption: str,
    inline: Callable[[str], str],
) -> str:
    head = "".join(f"<th>{inline(one)}</th>" for one in columns)
    lines = "".join(f"<tr>{''.join(f'<td>{inline(c)}</td>' for c in row)}</tr>" for row in rows)
    title = f"<caption>{inline(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _chapters(elements: tuple[Element, ...]) -> Iterator[tuple[Element, ...]]:
    chapter: list[Element] = []
    for element in elements:
        if isinstance(element, Heading) and element.level == 1 and chapter:
            yield tuple(chapter)
            chapter = []
        chapter.append(element)
    yield tuple(chapter)


def _docx_paragraph(text: str, properties: str, run: str) -> str:
    runs = []
    for number, part in enumerate(_CALL.split(text)):
        if number % 2:
            runs.append(f'<w:r>{run}<w:footnoteReference w:id="{part}"/></w:r>')
        elif part:
            runs.append(f'<w:r>{run}<w:t xml:space="preserve">{xml(part)}</w:t></w:r>')
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def _docx_table(
    columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], bidi: str, run: str, right_to_left: bool
) -> str:
    lines = []
    for number, row in enumerate((columns, *rows)):
        cells = "".join(f"<w:tc><w:tcPr/>{_docx_paragraph(cell, bidi, run)}</w:tc>" for cell in row)
        heading = "<w:trPr><w:tblHeader/></w:trPr>" if number == 0 else ""
        lines.append(f"<w:tr>{heading}{cells}</w:tr>")
    visual = "<w:bidiVisual/>" if right_to_left else ""
    grid = "<w:gridCol/>" * len(columns)
    return f"<w:tbl><w:tblPr>{visual}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"


def _docx_text_box(text: str, bidi: str, run: str) -> str:
    """A text box as Word writes it: the drawing, and the same words again for older programs."""
    content = f"<w:txbxContent>{_docx_paragraph(text, bidi, run)}</w:txbxContent>"
    return (
        "<w:p><w:r><mc:AlternateContent "
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">'
        '<w:drawing><wps:wsp xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f"<wps:txbx>{content}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f'<v:textbox xmlns:v="urn:schemas-microsoft-com:vml">{content}</v:textbox></w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r></w:p>"
    )


def _docx_level(number: int, format_: str, text: str) -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{format_}"/><w:lvlText w:val="{text}"/></w:lvl></w:abstractNum>'
    )


def _zipped(parts: Mapping[str, str]) -> bytes:
    with tempfile.SpooledTemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                # The same bytes every time.
                archive.writestr(zipfile.ZipInfo(name), content)
        file.seek(0)
        return file.read()


_WRITERS: Final[dict[str, Callable[[Source], bytes]]] = {
    ".txt": as_text,
    ".md": as_markdown,
    ".html": as_html,
    ".docx": as_docx,
    ".epub": as_epub,
}


def main() -> None:
    """Writes the documents, or prints the PDFs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where the files go")
    parser.add_argument("--print", action="store_true", help="print the PDFs anew")
    arguments = parser.parse_args()
    if arguments.print:
        print_pdfs()
    if arguments.folder:
        for path in make_documents(arguments.folder):
            print(path)


if __name__ == "__main__":
    main()
