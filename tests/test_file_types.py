"""Files of every type that has a converter -> documents, each made here, and each way in which one fails."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from paper import write_docx
from pdf_files import Text, endless_pdf, pdf

from index import FileWarning, UnreadableFile
from index.readers import archives, file_types
from index.readers.converter import process as converter_process
from index.readers.converter import service as converter_service
from index.readers.converter.process import ConverterProcess
from index.readers.converter.request import Request
from index.readers.extracted_text import Extract, Unextractable
from index.readers.file_types import convert
from index.readers.ocr import tesseract
from index.readers.read_files import duplicates, read_file, read_paths
from index.types import Block

PARAGRAPHS = ["عنوان المقال", "أعلن الحشد انطلاق المعركة.", "The second paragraph, 2017."]
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>'
    "</cp:coreProperties>"
)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
    "<dc:title>كتاب الحدود</dc:title><dc:date>1998-03-01</dc:date><dc:creator>مصطفى</dc:creator><dc:creator>Ali</dc:creator></metadata>"  # noqa: E501
    '<manifest><item id="two" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="toc" href="toc.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    '<item id="css" href="a.css" media-type="text/css"/></manifest>'
    '<spine><itemref idref="toc"/><itemref idref="one"/><itemref idref="two"/></spine></package>'
)
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OPS/book.opf": PACKAGE,
    "OPS/toc.xhtml": "<p>contents</p>",
    "OPS/text/one.xhtml": "<html><body><h1>الفصل الأول</h1><p>نص.</p></body></html>",
    "OPS/text/two b.xhtml": "<html><body><h1>Chapter two</h1><p>Text.</p></body></html>",
}
PROTECTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
    'xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:CipherData>'
    '<e:CipherReference URI="OPS/text/one.xhtml"/></e:CipherData></e:EncryptedData></encryption>'
)


TEXT = Extract("text", blocks=(Block("paragraph", 0, 4),))


def archive(path: Path, parts: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def word(path: Path, title: str = "", author: str = "") -> Path:
    write_docx(path, PARAGRAPHS)
    return archive(path, {"docProps/core.xml": CORE.format(title, author)} if title or author else {})


def refusal(path: Path) -> str:
    with pytest.raises(Unextractable) as caught:
        convert(path.suffix, path.read_bytes())
    return str(caught.value)


def test_a_word_document_is_read(tmp_path: Path) -> None:
    document = read_file(word(tmp_path / "a.docx", "تقرير", "مصطفى حكمت"))
    assert document.text.split("\n\n") == PARAGRAPHS
    assert (document.title, document.author) == ("تقرير", "مصطفى حكمت")
    assert document.source == str(tmp_path.resolve() / "a.docx")
    assert read_file(tmp_path / "a.docx") == document


def test_a_book_is_read_chapter_by_chapter(tmp_path: Path) -> None:
    document = read_file(archive(tmp_path / "a.epub", BOOK))
    assert document.text.split("\n\n") == ["الفصل الأول", "نص.", "Chapter two", "Text."]
    assert (document.title, document.author) == ("كتاب الحدود", "مصطفى; Ali")
    assert document.date == "1998-03-01"
    assert [block.kind for block in document.blocks] == ["heading", "paragraph"] * 2


def test_a_book_without_one_of_its_chapters_gives_the_others(tmp_path: Path) -> None:
    document = read_file(archive(tmp_path / "a.epub", {k: v for k, v in BOOK.items() if "one" not in k}))
    assert document.text.split("\n\n") == ["Chapter two", "Text."]
    assert told(tmp_path / "a.epub") == [
        "a part of it is missing or damaged (OPS/text/one.xhtml); the rest was read."
    ]


def told(path: Path) -> list[str]:
    """What is told of a file that is read."""
    warnings: list[FileWarning] = []
    read_file(path, warn=warnings.append)
    return [warning.message.removeprefix(f"{path}: ") for warning in warnings]


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"META-INF/container.xml": None}, "META-INF/container.xml"),
        ({"META-INF/container.xml": CONTAINER[:40]}, "META-INF/container.xml"),
        ({"OPS/book.opf": PACKAGE[:300]}, "OPS/book.opf"),
        ({"OPS/book.opf": None}, "OPS/book.opf"),
        ({"OPS/book.opf": PACKAGE.replace('"css"', '"other"').replace('idref="toc"', 'idref="css"')}, "css"),
    ],
)
def test_a_book_without_its_list_of_parts_gives_what_there_is(
    tmp_path: Path, changes: dict[str, str | None], lost: str
) -> None:
    parts = {k: v for k, v in (BOOK | changes).items() if v is not None and "toc" not in k}
    document = read_file(archive(tmp_path / "a.epub", parts))
    assert document.text.split("\n\n") == ["الفصل الأول", "نص.", "Chapter two", "Text."]
    assert told(tmp_path / "a.epub") == [f"a part of it is missing or damaged ({lost}); the rest was read."]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "windows-1256", "iso-8859-6"])
def test_a_chapter_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = archive(tmp_path / "a.epub", {k: v for k, v in BOOK.items() if "two" not in k})
    chapter = (
        f'<?xml version="1.0" encoding="{encoding}"?><html><body><p>حُفرت البئر سنة 1971.</p></body></html>'
    )
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("OPS/text/two b.xhtml", chapter.replace("ُ", "").encode(encoding))
    assert read_file(path).text.split("\n\n")[-1] == "حفرت البئر سنة 1971."


def test_blocks_come_from_the_converters_process_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<h1>قائمة</h1><table><tr><th>المدينة<th>السكان<tr><td>سلوان<td>41200</table><ol><li>text</ol>"
    )
    document = read_file(path)
    assert document.blocks == convert(".html", path.read_bytes()).blocks
    assert document.text == "قائمة\n\nالمدينة | السكان\nسلوان | 41200\n\n1. text"
    assert document.blocks[2] == Block(
        "table_row", 24, 37, table=1, cells=((24, 29), (32, 37)), columns=("المدينة", "السكان")
    )


@pytest.mark.parametrize("charset", ["utf-8", "windows-1256", "utf-16"])
def test_a_page_is_read_in_its_encoding(tmp_path: Path, charset: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f'<html><meta charset="{charset}"><title>صفحة</title><p>نص الصفحة'.encode(charset))
    document = read_file(path)
    assert (document.text, document.title) == ("نص الصفحة", "صفحة")


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("Microsoft Word - report final.doc", "user"),
        ("report.indd", "Administrator"),
        ("Untitled-1", "python-docx"),
        ("مستند1", "me@example.org"),
        ("Document 3", "HP"),
        ("/tmp/x.html", "مستخدم"),
        ("  ", "Windows User"),
    ],
)
def test_names_that_programs_make_up_are_not_taken(tmp_path: Path, title: str, author: str) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf([[Text(20, 500, "text")]], {"Title": title, "Author": author}))
    document = read_file(path)
    assert (document.title, document.author) == ("report", "")


def test_a_word_documents_title_is_its_heading_where_it_has_no_other(tmp_path: Path) -> None:
    assert read_file(word(tmp_path / "a.docx", "Document1", "User")).title == PARAGRAPHS[0]


def test_what_is_in_a_file_and_what_its_name_says_must_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "is_installed", bool)
    made = word(tmp_path / "a.docx").read_bytes()
    page = pdf([[Text(20, 500, "text")]])
    book = archive(tmp_path / "b.epub", BOOK).read_bytes()
    other = archive(tmp_path / "c.zip", {"a": "b"}).read_bytes()
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"
    for name, content, why in (
        ("x.pdf", made, "it is a .docx file by what is in it. Rename it."),
        ("x.docx", page, "it is a .pdf file by what is in it. Rename it."),
        ("x.txt", page, "it is a .pdf file by what is in it. Rename it."),
        ("x.html", book, "it is a .epub file by what is in it. Rename it."),
        ("x.pdf", b"<!DOCTYPE html><p>text", "it is a .html file by what is in it. Rename it."),
        ("x.docx", other, "it is a .zip archive by what is in it. Unpack it."),
        ("x.docx", old, "it is an old Office file or one protected by a password."),
        ("x.docx", b"nonsense", "it is damaged (BadZipFile: File is not a zip file)."),
        ("x.docx", made[:500], "it is damaged ("),
        ("x.pdf", b"nonsense", "it is damaged ("),
        ("x.pdf", b"", "it has no words in it."),
        ("x.pdf", pdf([[]]), "it has no text in it, only pictures of pages"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFile) as caught:
            read_file(tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: {why}")


def test_an_archive_that_isnt_whole_or_grows_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = archive(tmp_path / "a.epub", {k: v for k, v in BOOK.items() if "text" not in k})
    assert refusal(lacking).startswith("it is damaged (no OPS/text/one.xhtml in it)")
    protected = archive(tmp_path / "b.epub", BOOK | {"META-INF/encryption.xml": PROTECTED})
    assert refusal(protected).startswith("the book is protected against copying (DRM)")
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    entities = archive(tmp_path / "c.epub", BOOK | {"META-INF/container.xml": bomb})
    assert refusal(entities).startswith("it defines XML entities")
    large = word(tmp_path / "d.docx", "x" * 5000)
    monkeypatch.setattr(archives, "MAX_PART", 4000)
    assert refusal(large).endswith(" in it is larger than 0 MB. Split it.")
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1000)
    assert refusal(large).startswith("it would unpack to more than 0 MB.")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text" * 1000)
    with pytest.raises(UnreadableFile, match=r"a\.txt: it has 0\.0 MB; the most is 0\.0\. Split it\."):
        read_file(tmp_path / "a.txt", max_bytes=100)


@pytest.mark.slow
def test_what_takes_the_time_of_a_process_leaves_this_one_alive(tmp_path: Path) -> None:
    endless = endless_pdf(tmp_path / "a.pdf")
    path = tmp_path / "a.html"
    path.write_text("<p>text")
    hurried = ConverterProcess(seconds=1)
    try:
        with pytest.raises(Unextractable, match="could not be read within 1 seconds of processor") as caught:
            hurried.convert(endless)
        assert caught.value.fault == "too_slow"
        assert hurried.convert(path) == TEXT
        assert hurried.convert(path) == TEXT
    finally:
        hurried.close()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS doesn't limit a process's memory")
def test_a_process_that_takes_too_much_memory_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<p>" + b"x" * (1 << 27))
    starved = ConverterProcess(max_bytes=1 << 27)
    try:
        with pytest.raises(Unextractable, match="memory"):
            starved.convert(path)
    finally:
        starved.close()


def test_a_file_that_a_library_has_a_fault_with_is_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Extract:
        raise AssertionError("unknown state")

    monkeypatch.setattr(file_types, "convert", fail)
    (tmp_path / "a.html").write_text("<p>text")
    answer = converter_service.answer(Request(tmp_path / "a.html"))
    assert answer["fault"] == "damaged"
    assert answer["error"].startswith("it is damaged (AssertionError: unknown state)")


def test_the_process_that_converts_is_started_anew_when_it_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>text")
    assert read_file(path).text == "text"
    converter_process.shared.close()
    assert read_file(path).text == "text"


def test_the_same_text_under_two_names_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "b.html").write_text("<p>text")
    (tmp_path / "c.txt").write_text("other")
    documents = read_paths([tmp_path]).documents
    assert [(d.source, o.source) for d, o in duplicates(documents)] == [
        (str(tmp_path.resolve() / "b.html"), str(tmp_path.resolve() / "a.txt"))
    ]
