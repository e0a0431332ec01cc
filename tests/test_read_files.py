"""Files -> documents: every encoding that is read, every file that is refused, and folders of both."""

from __future__ import annotations

import codecs
import os
import random
import sys
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

import index.readers.read_files
from index import Document, FileWarning, Index, UnreadableFile
from index.readers.read_files import read_file, read_paths, source_of

ARABIC = "وقّع محمد الكاتب الاتفاقية يوم الأحد.\r\nثم عاد إلى دمشق في اليوم التالي؛ وصل ليلاً.\n"
ENGLISH = "The crossing was opened in 2017.\r\n\r\nIt has two gates — “north” and “south”.\n"
RUSSIAN = (
    "Съешь же ещё этих мягких французских булок, да выпей чаю. Широкая электрификация южных губерний "
    "даст мощный толчок подъёму сельского хозяйства."
)
FRENCH = "L'été dernier, nous avons été très occupés à préparer la fête où Noël et l'aïeul dînèrent."
GERMAN = (
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich; die Bürger müssen für Häuser zahlen."
)
GREEK = "Η Ελλάδα είναι μια χώρα στην Ευρώπη και έχει πολλά νησιά και ωραίες παραλίες."
HEBREW = "ישראל היא מדינה במזרח התיכון ויש בה הרבה ערים וכפרים."
CHINESE = "中华人民共和国位于亚洲东部，太平洋西岸，是世界上历史最悠久的国家之一。我们今天去北京看朋友。"
KOREAN = "대한민국은 동아시아의 한반도 남부에 있는 나라이다. 수도는 서울이다. 한국어를 사용한다."
TYPES = ", ".join(index.readers.read_files.TYPES[:-1]) + f" and {index.readers.read_files.TYPES[-1]}"
PERSIAN = "ایران کشوری در غرب آسیا است. پایتخت آن تهران است و مردم آن چای می\u200cنوشند.".replace("ی", "ي")


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("text", [ARABIC, ENGLISH, f"{ARABIC}\u2028{ENGLISH}\x0c𐎀"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_unicode_is_read_character_for_character(
    tmp_path: Path, text: str, mark: bytes, encoding: str
) -> None:
    assert read_file(write(tmp_path / "a.txt", mark + text.encode(encoding))).text == text


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_utf8_text_is_read_as_it_is_or_has_no_words(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = write(tmp_path_factory.mktemp("read") / "a.txt", f"{text}x")
    assert read_file(path).text == f"{text}x".removeprefix("\ufeff")


@pytest.mark.parametrize(
    "text",
    [ARABIC, PERSIAN, f"{ARABIC}Le siège de Genève a été fermé; œuvre d'été.\n", "قال الرجل نعم"],
)
def test_arabic_in_windows_1256_is_read(tmp_path: Path, text: str) -> None:
    assert read_file(write(tmp_path / "a.txt", text.encode("cp1256"))).text == text


def test_the_article_in_windows_1256_is_read(tmp_path: Path, article: Document) -> None:
    content = article.text.encode("cp1256", "ignore")
    assert read_file(write(tmp_path / "a.txt", content)).text == content.decode("cp1256")


def encoded(text: str, encoding: str) -> tuple[bytes, str]:
    """A text's bytes without the letters that the encoding lacks, and what they say."""
    content = text.encode(encoding, "ignore")
    return content, content.decode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ARABIC, "iso8859_6"),
        (FRENCH, "cp1252"),
        (FRENCH, "cp1256"),
        (GERMAN, "cp1252"),
        (ENGLISH, "cp1252"),
        ("The keeper’s house was “quite blue”.", "cp1252"),
        ("It was painted in 1911 – at last.", "cp1256"),
        ("Weir: a low wall across a river that raises the water behind it. هدّار", "cp1256"),
        ("A glossary of the terms of water, with the Arabic: طبقة جوفية", "iso8859_6"),
        ("NOËL ET L'ÉTÉ", "cp1252"),
        ("مرحبا", "cp1256"),
        ("مـــرحـــبـــا بكم", "cp1256"),
        ("John Smith (جون سميث)", "cp1256"),
        ("Total: 5°C ± 2", "cp1252"),
        *(
            (text, encoding)
            for text in (ARABIC, ENGLISH, FRENCH, "نعم")
            for encoding in ("utf-16-le", "utf-16-be")
        ),
    ],
)
def test_an_encoding_is_told_by_its_letters(tmp_path: Path, text: str, encoding: str) -> None:
    content, said = encoded(text, encoding)
    assert read_file(write(tmp_path / "a.txt", content)).text == said


@pytest.mark.parametrize("encoding", ["cp1256", "iso8859_6", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("words", [8, 40, 200])
def test_parts_of_the_article_are_read_in_any_encoding(
    tmp_path: Path, article: Document, encoding: str, words: int
) -> None:
    text = article.text if encoding != "cp1252" else f"{FRENCH} {GERMAN} {ENGLISH} " * 5
    said = text.split(" ")
    for start in range(0, len(said) - words, max(words, 60)):
        content, part = encoded(" ".join(said[start : start + words]), encoding)
        assert read_file(write(tmp_path / "a.txt", content)).text == part


@pytest.mark.parametrize(
    "claimed", ["windows-1256", "iso-8859-1", "utf-16", "koi8-r", "punycode", "rot13", "x"]
)
def test_utf8_is_read_whatever_a_page_claims(tmp_path: Path, claimed: str) -> None:
    page = f'<html><meta charset="{claimed}"><p>{ARABIC}'
    assert read_file(write(tmp_path / "a.html", page)).text == " ".join(ARABIC.split())


@pytest.mark.parametrize(
    ("text", "encoding", "claimed"),
    [
        (ARABIC, "cp1256", "utf-8"),
        (ARABIC, "cp1256", "iso-8859-1"),
        (ARABIC, "iso8859_6", "windows-1256"),
        (FRENCH, "cp1252", "windows-1256"),
        (FRENCH, "cp1252", "utf-8"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (CHINESE, "gbk", "gb2312"),
        (KOREAN, "euc_kr", "euc-kr"),
        ("日本語の文章です。", "iso2022_jp", "iso-2022-jp"),
    ],
)
def test_a_claim_is_one_hint(tmp_path: Path, text: str, encoding: str, claimed: str) -> None:
    for head in ("", f"<!-- {'x' * 5000} -->"):
        content, said = encoded(f'<html>{head}<meta charset="{claimed}"><p>{text}', encoding)
        found = read_file(write(tmp_path / "a.html", content)).text
        assert found == " ".join(said.partition("<p>")[2].split())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ARABIC, "cp720"),
        (FRENCH, "mac_roman"),
        (FRENCH, "cp850"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "cp866"),
        (GREEK, "cp1253"),
        (HEBREW, "cp1255"),
        (CHINESE, "gbk"),
        (CHINESE, "big5"),
        (KOREAN, "euc_kr"),
    ],
)
def test_an_encoding_that_isnt_known_is_refused(tmp_path: Path, text: str, encoding: str) -> None:
    content = text.encode(encoding, "ignore")
    assert "Save it as UTF-8." in refusal(write(tmp_path / "a.txt", content))


def test_the_article_in_other_arabic_encodings_is_refused(tmp_path: Path, article: Document) -> None:
    for encoding in ("cp720", "cp864"):
        path = write(tmp_path / "a.txt", article.text.encode(encoding, "ignore"))
        assert "encoding isn't known" in refusal(path)


def warned(path: Path) -> tuple[str, list[str]]:
    """The text of a file, and what is told of it."""
    warnings: list[FileWarning] = []
    document = read_file(path, warn=warnings.append)
    assert {warning.path for warning in warnings} <= {str(path)}
    return document.text, [warning.message.removeprefix(f"{path}: ") for warning in warnings]


def test_a_bad_byte_is_marked_and_told(tmp_path: Path, article: Document) -> None:
    one = "1 character in it can't be read, the first in line {} of its text; \ufffd stands for each."
    text = article.text
    line = text[:501].count("\n") + 1
    marked = f"{text[:501]}\ufffd{text[501:]}"
    for encoding, bad in (
        ("utf-8", b"\xff"),
        ("utf-8", b"\0"),
        ("utf-16-le", b"\0\xd8"),
        ("cp1256", b"\x01"),
    ):
        before, after = (part.encode(encoding, "ignore") for part in (text[:501], text[501:]))
        path = write(tmp_path / "a.txt", before + bad + after)
        expected = marked.encode("cp1256", "ignore").decode("cp1256") if encoding == "cp1256" else ""
        found, told = warned(path)
        assert found.replace("\ufffd", "") == (expected or text)
        assert (found.count("\ufffd"), found[len(before.decode(encoding))]) == (1, "\ufffd")
        assert told == [one.format(line)]
    content = text.encode()
    cut = next(i for i in range(900, 1000) if content[i] & 0xC0 == 0x80)  # within a character
    found, told = warned(write(tmp_path / "a.txt", content[:cut]))
    assert (found[-1], len(told)) == ("\ufffd", 1)
    for name in ("a.html", "a.md"):
        found, told = warned(write(tmp_path / name, b"<p>caf\xc3\xa9 na\xffive, 1998"))
        assert (found.count("\ufffd"), told) == (1, [one.format(1)])
    assert warned(write(tmp_path / "a.txt", text)) == (text, [])


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    generator = random.Random(1)
    for first in (1, 0x20, 0x80, 0xC0):
        for _ in range(50):
            content = bytes(generator.randrange(first, 256) for _ in range(300))
            assert "encoding isn't known" in refusal(write(tmp_path / "a.txt", content))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"", "it has no words in it."),
        ("a.txt", codecs.BOM_UTF8 + b" \r\n\t\n", "it has no words in it."),
        ("a.txt", "* * *\n———\n", "it has no words in it."),
        ("a.txt", b"\x7fELF\2\1\1\0\0", "it looks like binary data (NUL bytes)."),
        ("a.txt", codecs.BOM_UTF16_LE + b"a\0b", "it begins like UTF-16, but goes on otherwise."),
        ("a.txt", codecs.BOM_UTF16_LE + b"\0\xd8a\0", "it begins like UTF-16, but goes on otherwise."),
        ("a.txt", codecs.BOM_UTF32_LE + b"text" * 9, "it begins like UTF-32"),
        ("a.txt", codecs.BOM_UTF16_BE + "a\0b".encode("utf-16-be"), "it begins like UTF-16"),
        ("a.txt", ARABIC.encode("cp1256") + b"\x01" * 9, "its encoding isn't known"),
        ("a.doc", b"text", f"only {TYPES} files are read. Save its text as one of these."),
        ("text", b"text", f"only {TYPES} files are read."),
    ],
)
def test_what_holds_no_text_is_refused(tmp_path: Path, name: str, content: bytes | str, why: str) -> None:
    assert refusal(write(tmp_path / name, content)).startswith(why)


def test_what_isnt_a_readable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(tmp_path / "none.txt") == "there is no such file or folder."
    assert refusal(tmp_path) == "this is a folder."
    os.mkfifo(tmp_path / "pipe.txt")
    assert refusal(tmp_path / "pipe.txt") == "this isn't a regular file."
    (tmp_path / "circle.txt").symlink_to("circle.txt")
    assert "symbolic links" in refusal(tmp_path / "circle.txt")
    (tmp_path / "broken.txt").symlink_to("none.txt")
    assert refusal(tmp_path / "broken.txt") == "there is no such file or folder."

    path = write(tmp_path / "a.txt", "text")

    def deny(*_: object) -> bytes:  # tests may run as root, whom no permission stops
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)
    assert refusal(path) == "it can't be read (Permission denied)."


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("report.txt", "# Not a heading here\n", "report"),
        ("تقرير السنة.txt", "نص", "تقرير السنة"),
        ("report.md", "Words first.\n\n# The border ##\n\n# Another\n", "The border"),
        ("REPORT.MD", "# The tide\r\ntext", "The tide"),
        ("report.md", "```\n# a comment\n~~~\n# another\n```\n\n   # عنوان المقال\nنص", "عنوان المقال"),
        ("report.md", "## Only a section\n#hashtag\n#\n# #\n    # code\ntext", "report"),
    ],
)
def test_the_title_is_the_heading_or_the_files_name(tmp_path: Path, name: str, text: str, title: str) -> None:
    document = read_file(write(tmp_path / name, text))
    assert document.title == title
    if name.endswith(".txt"):
        assert document.text == text


def test_a_path_gives_its_document_the_same_id_whatever_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "texts" / "a.txt", "one")
    first = read_file(path)
    assert first.source == path.resolve().as_posix() == source_of(path)
    write(path, "two")
    (tmp_path / "link.txt").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    for same in ("texts/a.txt", "texts/../texts/a.txt", Path("link.txt")):
        second = read_file(same)
        assert (second.id, second.source, second.text) == (first.id, first.source, "two")
    assert read_file(write(tmp_path / "b.txt", "two")).id != first.id


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no such names")
def test_names_that_arent_utf8_are_told_apart(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for name in (b"\xff.txt", b"\xfe.txt"):
        Path(os.fsdecode(folder + b"/" + name)).write_text("text")
    assert [d.title for d in read_paths([tmp_path]).documents] == [r"\xfe", r"\xff"]


@pytest.mark.parametrize("suffix", [".txt", ".html"])
def test_a_pipe_that_took_a_files_place_isnt_waited_for(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{suffix}"
    os.mkfifo(path)
    monkeypatch.setattr(index.readers.read_files, "_check", lambda *_: 0)  # it was a file then
    with pytest.raises(UnreadableFile, match="it can't be read"):
        read_file(path)


def test_a_file_that_grew_since_it_was_looked_at_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("more than that")
    monkeypatch.setattr(index.readers.read_files, "_check", lambda *_: 0)
    with pytest.raises(UnreadableFile, match="it grew while it was read"):
        read_file(tmp_path / "a.txt", max_bytes=5)


def test_folders_are_read_with_what_is_inside_them(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "c/z.TXT", "c/d/e.md", "image.svg", ".hidden.txt", ".git/x.txt"):
        write(tmp_path / "texts" / name, "text")
    write(tmp_path / "elsewhere" / "f.txt", "text")
    (tmp_path / "texts" / "circle").symlink_to(tmp_path / "texts")
    (tmp_path / "texts" / "linked-folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "texts" / "linked.txt").symlink_to(tmp_path / "elsewhere" / "f.txt")
    # An index made among the texts isn't one of them.
    own = tmp_path / "texts" / "my-index"
    Index.build([Document("text")], own, encoder=FakeEncoder(), show_progress=False)
    write(own / "segment-1" / "terms.txt", "text")
    reading = read_paths([tmp_path / "texts"])
    root = tmp_path.resolve().as_posix()
    assert [d.source.removeprefix(root) for d in reading.documents] == [
        "/texts/a.md",
        "/texts/b.txt",
        "/elsewhere/f.txt",
        "/texts/c/z.TXT",
        "/texts/c/d/e.md",
    ]
    assert reading.unreadable == ()


def test_lock_files_of_office_are_passed_over(tmp_path: Path) -> None:
    kept = write(tmp_path / "texts" / "a.txt", "text")
    lock = write(tmp_path / "texts" / "~$report.docx", b"\x05Layla" + b" " * 156)
    reading = read_paths([tmp_path / "texts", lock])
    assert [d.source for d in reading.documents] == [source_of(kept)]
    assert reading.unreadable == ()


def test_what_cant_be_read_doesnt_keep_the_rest_from_being_read(tmp_path: Path) -> None:
    good = write(tmp_path / "texts" / "good.txt", "text")
    bad = write(tmp_path / "texts" / "bad.txt", b"\0")
    (tmp_path / "empty").mkdir()
    paths: list[str | Path] = [tmp_path / "none", tmp_path / "texts", good, tmp_path / "empty", str(good)]
    reading = read_paths(paths)
    assert [d.source for d in reading.documents] == [source_of(good)]
    assert [str(error) for error in reading.unreadable] == [
        f"{tmp_path / 'none'}: there is no such file or folder.",
        f"{bad}: it looks like binary data (NUL bytes). If it is a text, save it as UTF-8.",
        f"{tmp_path / 'empty'}: no file in this folder is {TYPES.replace(' and', ' or')}.",
    ]


def test_a_folder_that_cant_be_read_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "texts" / "good.txt", "text")
    locked = tmp_path / "texts" / "locked"
    locked.mkdir()
    scandir = os.scandir

    def deny(path: str) -> object:  # tests may run as root, whom no permission stops
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", deny)
    complaint = f"{locked}: the folder can't be read (Permission denied)."
    for path, found in ((tmp_path / "texts", 1), (locked, 0)):
        reading = read_paths([path])
        assert len(reading.documents) == found
        assert [str(error) for error in reading.unreadable] == [complaint]
