"""Pictures and scanned PDF files -> text whose every word has a confidence, up to the citation that says so.

Most tests have a program of their own in the place of Tesseract, which gives the words of a table; the others
need Tesseract itself.
"""

from __future__ import annotations

import os
import shutil
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pdf_files import Text, pdf
from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_ar import __file__ as fonts
from test_pdf_annotations import made, stream

from index import Document, FileWarning, Index, UnreadableFile
from index.encoding.base import Encoder
from index.readers import process_limits
from index.readers.converter import process as converter_process
from index.readers.converter.process import ConverterProcess, Recognizers
from index.readers.extracted_text import Extract, Unextractable
from index.readers.file_types import recognize
from index.readers.ocr import cache, tesseract
from index.readers.ocr.tesseract import Word
from index.readers.read_files import read_file, read_paths
from index.types import Block, Passage
from qa.conversation.stored_citation import StoredCitation
from qa.types import Citation

ARABIC = (
    "أُقيم المرصد الفلكي على تلة النخيل سنة 1951.",
    "ثم هُدم الجدار الشمالي بعد أربعين عاماً،",
    "وبقيت القبة الكبيرة كما كانت في أول أمرها.",
)
ENGLISH = (
    "The lighthouse keeper painted his house in 1911.",
    "It stood on the northern rocks for eighty years,",
    "and the lamp was lit every evening at six.",
)
Fake = Callable[[Sequence[str], Sequence[str]], ConverterProcess]
HEAD = "level page_num block_num par_num line_num word_num left top width height conf text".replace(" ", "\t")


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tesseract itself, which has recognised nothing before."""
    if not tesseract.is_installed():
        if os.environ.get("CI") == "true":
            pytest.fail("Tesseract with Arabic and English isn't installed")
        pytest.skip(f"needs Tesseract: {tesseract.install_command()}")
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
    own = ConverterProcess()
    monkeypatch.setattr(converter_process, "recognizer", own)
    yield
    own.close()


def row(text: str, confidence: float, line: int, place: int, paragraph: int = 1) -> str:
    """A line of Tesseract's table: a word 50 wide and 20 high."""
    cells = (5, 1, 1, paragraph, line, place, 60 * place, 30 * line, 50, 20, confidence, text)
    return "\t".join(map(str, cells))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """Puts a program in Tesseract's place that gives these rows in Arabic and in English."""
    started: list[ConverterProcess] = []
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))

    def install(arabic: Sequence[str], english: Sequence[str]) -> ConverterProcess:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)  # of another program's words
        (folder / "ara").write_text("\n".join((HEAD, "1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t", *arabic)), "utf-8")
        (folder / "eng").write_text("\n".join((HEAD, *english)), "utf-8")
        program = folder / "tesseract"
        program.write_text(
            f'#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "List:\\nara\\neng\\n"; exit; fi\n'
            # Of a single line, which the words of a page aren't in, it reads nothing.
            f'cat > /dev/null; case "$*" in *"--psm 13"*) exit;; esac; cat "{folder}/$4"\n'
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        own = ConverterProcess()  # starts with this path
        started.append(own)
        monkeypatch.setattr(converter_process, "recognizer", own)
        return own

    yield install
    for own in started:
        own.close()


def picture(
    lines: Sequence[str] = (), *, arabic: bool = True, size: tuple[int, int] = (1800, 600)
) -> Image.Image:
    """A page of lines in black on white, at 300 dpi."""
    made = Image.new("L", size, 255)
    draw = ImageDraw.Draw(made)
    font = ImageFont.truetype(str(Path(fonts).parent / "NotoNaskhArabic-Variable.ttf"), 54)
    latin = ImageFont.load_default(46)
    for number, line in enumerate(lines):
        place = (size[0] - 80 if arabic else 80, 60 + 130 * number)
        draw.text(place, line, 0, font if arabic else latin, anchor="ra" if arabic else "la")
    return made


def saved(path: Path, *pages: Image.Image) -> Path:
    resolution: dict[str, Any] = {"resolution": 300} if path.suffix == ".pdf" else {"dpi": (300, 300)}
    more: dict[str, Any] = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(path, **resolution, **more)
    return path


def warned(path: Path) -> tuple[Document, list[FileWarning], list[tuple[int, int]]]:
    warnings: list[FileWarning] = []
    pages: list[tuple[int, int]] = []
    document = read_file(path, warn=warnings.append, on_page=lambda done, total: pages.append((done, total)))
    return document, warnings, pages


SURE = [row("وصل", 96.4, 1, 1), row("القطار,", 91, 1, 2), row("أمس.", 95, 1, 3)]


def test_a_line_that_was_left_out_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    page = picture()
    draw = ImageDraw.Draw(page)
    tops = (60, 190, 320)
    for top in (*tops, 500):
        draw.rectangle((200, top, 1600 if top != 500 else 230, top + 50), fill=0)

    def read(strip: Image.Image, *_: object) -> Iterator[Word]:
        if strip.height > 200:
            for paragraph, top in enumerate((60, 320)):
                yield Word(f"line {top}", 90, paragraph, paragraph, 200, top, 1600, top + 51)
        else:
            yield Word("لا", 90, 0, 0, 26, 26, 90, 77)

    monkeypatch.setattr(tesseract, "_read", read)
    words = tesseract.Recognizer().words(page, 300)
    assert [(word.text, word.paragraph) for word in words] == [("line 60", 0), ("لا", 0), ("line 320", 1)]
    assert words[1].top in range(185, 196)


def test_words_keep_their_confidence(tmp_path: Path, fake: Fake) -> None:
    fake([*SURE, row("\u200eعند\u200f", 55, 2, 1, 2), row("", 95, 2, 2, 2), row("الفجر", 85, 2, 3, 2)], [])
    document, warnings, pages = warned(saved(tmp_path / "a.png", picture()))
    assert document.text == "وصل القطار، أمس.\n\nعند الفجر"
    assert [replace(block, boxes="") for block in document.blocks] == [
        Block("paragraph", 0, 16, page=1, confidences=(96, 91, 95)),
        Block("paragraph", 18, 27, page=1, confidences=(55, 85)),
    ]
    # In parts of 1800 by 600 pixels: the second line's two words.
    places = [[round(edge * size) for edge, size in zip(vars(box).values(), (1800, 600) * 2, strict=True)]
              for box in document.boxes(1, 18, 27)]  # fmt: skip
    assert places == [[60, 60, 110, 80], [180, 60, 230, 80]]
    assert document.boxes(2, 18, 27) == []
    assert document.confidences(4, 21) == (91, 95, 55)
    assert pages == [(1, 1)]
    assert [(one.kind, one.count) for one in warnings] == [("recognition", 1)]
    assert "1 of its 5 words are uncertain" in warnings[0].message


def test_the_pages_of_a_scanned_pdf_are_read_one_by_one(tmp_path: Path, fake: Fake) -> None:
    fake(SURE, [])
    path = saved(tmp_path / "a.pdf", picture(), picture(), picture())
    document, _, pages = warned(path)
    assert pages == [(1, 3), (2, 3), (3, 3)]
    assert [block.page for block in document.blocks] == [1, 2, 3]
    tiff = warned(saved(tmp_path / "a.tiff", picture(), picture()))
    assert (tiff[2], [block.page for block in tiff[0].blocks]) == ([(1, 2), (2, 2)], [1, 2])
    told: list[tuple[Path, int, int]] = []
    other = saved(tmp_path / "b.tif", picture(["x"]), picture())
    read_paths([other], lambda *page: told.append(page))
    assert told == [(other, 1, 2), (other, 2, 2)]


def recognised_before(folder: Path) -> list[Path]:
    return sorted((folder / "cache" / "recognition").iterdir())


def test_what_was_recognised_is_kept_by_the_files_content(tmp_path: Path, fake: Fake) -> None:
    fake(SURE, [])
    document, warnings, _ = warned(saved(tmp_path / "a.png", picture()))
    (entry,) = recognised_before(tmp_path)
    assert entry.stat().st_mode & 0o777 == 0o600
    program = tmp_path / "bin" / "tesseract"
    said = program.read_text()
    # Another name, the same content: nothing is recognised.
    program.write_text(said.replace("cat >", "exit 1; cat >"))
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    again, warnings_again, pages = warned(tmp_path / "b.png")
    assert (again.text, again.blocks, pages) == (document.text, document.blocks, [])
    assert again.digest == document.digest
    assert [one.kind for one in warnings_again] == [one.kind for one in warnings]
    # A damaged entry is none, and is replaced.
    program.write_text(said)
    content = entry.read_bytes()
    for damage in (b"", content[:-1], content[:40] + b"?" + content[41:], content[32:]):
        entry.write_bytes(damage)
        assert warned(tmp_path / "b.png")[2] == [(1, 1)]
        assert entry.read_bytes() == content


def test_only_so_much_of_what_was_recognised_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
    found = Extract("Text.", blocks=(Block("paragraph", 0, 5, page=1, confidences=(90,)),))
    cache.write("a", found)
    (one,) = recognised_before(tmp_path)
    size = one.stat().st_size
    monkeypatch.setattr(cache, "MAX_BYTES", 2 * size)
    cache.write("b", found)
    for seconds, name in enumerate("ab"):
        os.utime(one.with_name(name), (seconds, seconds))
    assert cache.read("a") == found  # used last
    cache.write("c", found)
    assert [path.name for path in recognised_before(tmp_path)] == ["a", "c"]
    assert cache.read("b") is None
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "file"))
    cache.write("d", found)
    assert cache.read("d") is None


def test_entries_differ_by_all_that_recognition_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [cache.key("1", ".pdf", ()), cache.key("2", ".pdf", ()), cache.key("1", ".tif", ())]
    names += [cache.key("1", ".pdf", (2,)), cache.key("1", ".pdf", (2, 3))]
    monkeypatch.setattr(cache, "_program", lambda: "tesseract 9")
    names.append(cache.key("1", ".pdf", ()))
    assert len(set(names)) == len(names)
    assert cache.key("1", ".pdf", (3, 2)) == cache.key("1", ".pdf", (2, 3))


def mixed(path: Path) -> Path:
    """A PDF of three pages, the second of which is a picture."""
    made = pypdfium2.PdfDocument.new()
    for number in range(3):
        if number == 1:
            made.import_pages(pypdfium2.PdfDocument(saved(path.with_name("scan.pdf"), picture())))
        else:
            made.import_pages(pypdfium2.PdfDocument(pdf([[Text(20, 500, f"Typed page {number + 1}.")]])))
    made.save(path)
    return path


@pytest.mark.slow
def test_pages_that_are_pictures_are_recognised_among_others(tmp_path: Path, fake: Fake) -> None:
    fake(SURE, [])
    document, warnings, pages = warned(mixed(tmp_path / "a.pdf"))
    assert document.text == "Typed page 1.\n\nوصل القطار، أمس.\n\nTyped page 3."
    assert [(block.page, block.confidences) for block in document.blocks] == [
        (1, ()),
        (2, (96, 91, 95)),
        (3, ()),
    ]
    assert (pages, [one.kind for one in warnings]) == ([(1, 1)], ["recognition"])
    fake([], [])  # a photograph
    assert warned(tmp_path / "a.pdf")[0].text == "Typed page 1.\n\nTyped page 3."


def test_pages_that_are_pictures_are_told_without_tesseract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "is_installed", bool)
    document, warnings, _ = warned(mixed(tmp_path / "a.pdf"))
    assert document.text == "Typed page 1.\n\nTyped page 3."
    assert [(one.kind, one.names) for one in warnings] == [("pictures", "2")]


def scan(*layers: str, share: float = 1.0) -> bytes:
    """Pages of pictures that cover a share of each, and the text that lies on them."""
    drawn = [
        stream(
            b"", b"q 400 0 0 %d 0 0 cm /I Do Q BT /F 8 Tf 10 8 Td (%s) Tj ET" % (600 * share, layer.encode())
        )
        for layer in layers
    ]
    first = 5
    kids = b" ".join(b"%d 0 R" % (first + 2 * place) for place in range(len(layers)))
    pages: list[bytes] = []
    for place, content in enumerate(drawn):
        resources = b"/Resources<</Font<</F 3 0 R>>/XObject<</I 4 0 R>>>>"
        head = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]%s/Contents %d 0 R>>"
        pages += [head % (resources, first + 2 * place + 1), content]
    image = b"/Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8"
    return made(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(layers)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        stream(image, bytes(64)),
        *pages,
    )


LONG = "The rain came down all day on the roofs of the harbour and on the boats that lay there. " * 2


@pytest.mark.slow
def test_a_stamp_on_a_scan_isnt_the_text_of_its_page(
    tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pdf"
    fake(SURE, [])
    path.write_bytes(scan("Scan", LONG))  # the second page's text was recognised before
    document = read_file(path)
    assert document.text == f"وصل القطار، أمس.\n\n{LONG.strip()}"
    path.write_bytes(scan("Scan", "Scan"))
    assert read_file(path).text == "وصل القطار، أمس.\n\nوصل القطار، أمس."
    path.write_bytes(scan("The harbour and its hundred boats"))  # more than was recognised: a photograph
    assert read_file(path).text == "The harbour and its hundred boats"
    path.write_bytes(scan("Scan", share=0.5))
    assert read_file(path).text == "Scan"
    monkeypatch.setattr(tesseract, "is_installed", bool)
    path.write_bytes(scan("Scan"))
    with pytest.raises(UnreadableFile, match="hardly any text in it, only pictures") as error:
        read_file(path)
    assert error.value.fault == "scan"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".webp", ".gif", ".bmp"])
def test_other_types_of_pictures(tmp_path: Path, fake: Fake, suffix: str) -> None:
    fake(SURE, [])
    path = tmp_path / f"a{suffix}"
    picture(["x"]).save(path)
    assert read_file(path).text == "وصل القطار، أمس."


def test_pictures_in_a_folder(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("text")
    for name in ("b.png", "c.jpg"):
        saved(folder / name, picture())
    fake([], [])  # photographs: passed over
    reading = read_paths([folder])
    assert ([d.text for d in reading.documents], reading.unreadable, reading.warnings) == (["text"], (), ())
    monkeypatch.setattr(tesseract, "is_installed", bool)
    reading = read_paths([folder])
    assert ([d.text for d in reading.documents], reading.unreadable) == (["text"], ())
    (warning,) = reading.warnings
    assert warning.message.startswith(
        f"{folder}: 2 pictures in it weren't read. For text recognition (OCR) install"
    )


@pytest.mark.slow
def test_where_one_language_isnt_sure_the_other_is_asked(tmp_path: Path, fake: Fake) -> None:
    english = [row("ay", 30, 1, 1), row("Medicina", 92, 1, 2), row("Nova", 88, 1, 3), row("clas", 35, 1, 4)]
    fake([row("كتاب", 90, 1, 1), row("3ل1", 40, 1, 2), row("ة؟", 35, 1, 3), row("قديم", 93, 1, 4)], english)
    document = read_file(saved(tmp_path / "a.png", picture()))
    assert document.text == "كتاب Medicina Nova قديم"
    assert document.blocks[0].confidences == (90, 92, 88, 93)
    # Digits alone, or words that aren't surer, don't take another's place.
    fake([row("كتاب", 90, 1, 1), row("ة", 40, 1, 2)], [row("12", 99, 1, 2)])
    assert read_file(saved(tmp_path / "b.png", picture())).text == "كتاب ة"
    fake([row("كتاب", 90, 1, 1), row("ة", 60, 1, 2)], [row("Nova", 70, 1, 2)])
    assert read_file(saved(tmp_path / "c.png", picture())).text == "كتاب ة"
    # The page's language is the one that is surer of it.
    fake([row("ةلا", 40, 1, 1), row("لندن", 80, 1, 2)], [row("London,", 90, 1, 1), row("Q", 20, 1, 2)])
    assert read_file(saved(tmp_path / "d.png", picture())).text == "London, لندن"


def test_specks_arent_text(tmp_path: Path, fake: Fake) -> None:
    fake([*SURE, row("ــ", 3, 2, 1, 2)], [])
    assert read_file(saved(tmp_path / "a.png", picture())).text == "وصل القطار، أمس."


def test_what_cant_be_recognised_is_refused(tmp_path: Path, fake: Fake) -> None:
    def refusal(path: Path) -> str:
        with pytest.raises(UnreadableFile) as caught:
            read_file(path)
        return str(caught.value).removeprefix(f"{path}: ")

    fake([], [])
    good = saved(tmp_path / "a.png", picture())
    assert refusal(good) == "text recognition (OCR) finds no words in it."
    (tmp_path / "b.png").write_bytes(good.read_bytes()[:-200])
    assert refusal(tmp_path / "b.png").startswith("it is damaged (")
    (tmp_path / "c.jpg").write_bytes(good.read_bytes())
    assert refusal(tmp_path / "c.jpg") == "it is a .png file by what is in it. Rename it."
    (tmp_path / "d.tif").write_bytes(b"II*\0nonsense")
    assert refusal(tmp_path / "d.tif").startswith("it is damaged (")
    bomb = b"\x89PNG\r\n\x1a\n"
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    for chunk in (b"IHDR" + head, b"IDAT" + zlib.compress(b"")):
        bomb += struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "e.png").write_bytes(bomb)
    assert refusal(tmp_path / "e.png").startswith("it is damaged (DecompressionBombError")
    (tmp_path / "bin" / "tesseract").write_text(
        '#!/bin/sh\n[ "$1" = --list-langs ] && printf "ara\\neng\\n"\n'
    )
    assert refusal(good).startswith(
        ("text recognition (OCR) finds no words", "its text couldn't be recognised")
    )


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_without_tesseract_the_command_that_installs_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = saved(tmp_path / f"a{suffix}", picture())
    monkeypatch.setenv("PATH", str(tmp_path))
    own = ConverterProcess()
    monkeypatch.setattr(converter_process, "recognizer", own)
    with pytest.raises(UnreadableFile) as caught:
        read_file(path)
    own.close()
    assert caught.value.fault == "scan"
    assert str(caught.value).endswith(
        "For text recognition (OCR) install Tesseract: sudo apt-get install tesseract-ocr tesseract-ocr-ara "
        "(Debian, Ubuntu) or brew install tesseract tesseract-lang (macOS)."
    )


def test_a_language_that_isnt_there_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho eng\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert not tesseract.is_installed()
    with pytest.raises(Unextractable, match=r"it is a picture\. For text recognition"):
        recognize(".png", saved(tmp_path / "a.png", picture()).read_bytes(), lambda *_: None)


@pytest.mark.slow
def test_tesseract_ends_with_the_process_that_started_it(tmp_path: Path, fake: Fake) -> None:
    own = fake([], [])
    number = tmp_path / "pid"
    (tmp_path / "bin" / "tesseract").write_text(
        f'#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "ara\\neng\\n"; exit; fi\n'
        f'echo $$ > "{number}.new"; mv "{number}.new" "{number}"; exec sleep 600\n'
    )
    path = saved(tmp_path / "a.png", picture())
    faults: list[str] = []

    def read() -> None:
        try:
            read_file(path)
        except UnreadableFile as error:
            faults.append(error.fault)

    reading = threading.Thread(target=read)
    reading.start()
    while not number.exists():
        time.sleep(0.01)
    own.kill()
    reading.join()
    assert faults == ["too_slow"]
    while is_alive(int(number.read_text())):  # it is being ended
        time.sleep(0.01)


# In Tesseract's place: notes the width of each page; those of some width wait until they are let go.
GATED = """#!/bin/sh
if [ "$1" = --list-langs ]; then printf "ara\\neng\\n"; exit; fi
if [ "$1" = --version ]; then echo 1; exit; fi
width=$(head -c 20 | tr '\\n' ' ' | cut -d ' ' -f 2)
cat > /dev/null
echo $width >> "{folder}/order"
while [ $width = 1800 ] && [ ! -e "{folder}/go" ]; do sleep .05; done
cat "{folder}/ara"
"""


@pytest.mark.slow
def test_scans_of_several_persons_take_turns_by_page(
    tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(SURE, [])
    folder = tmp_path / "bin"
    (folder / "tesseract").write_text(GATED.format(folder=folder))
    several = Recognizers()
    monkeypatch.setattr(converter_process, "recognizer", several)
    long = saved(tmp_path / "long.tif", *[picture(size=(1800, 600))] * 6)
    short = saved(tmp_path / "short.png", picture(size=(900, 600)))
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(read_file, long)
        while not (folder / "order").exists():
            time.sleep(0.01)
        quick = pool.submit(read_file, short)
        while not several._page_turn._waiting:
            time.sleep(0.01)
        (folder / "go").write_text("")
        assert quick.result().text == "وصل القطار، أمس."
        assert len(slow.result().blocks) == 6
    # Its only page is read after the first of the others, not after the last.
    assert (folder / "order").read_text().split() == ["1800", "900", *["1800"] * 5]
    assert len(several._free) == 1  # a process is kept, not one for each file
    several.close()


def test_recognising_a_file_ends_when_it_takes_too_long(
    tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(SURE, [])
    own = ConverterProcess(max_recognized=0)
    monkeypatch.setattr(converter_process, "recognizer", own)
    path = saved(tmp_path / "a.tif", *[picture()] * 3)
    pages: list[tuple[int, int]] = []
    with pytest.raises(UnreadableFile, match=r"of 1 of its 3 pages took more than 0 seconds") as caught:
        read_file(path, on_page=lambda *page: pages.append(page))
    assert (caught.value.fault, pages) == ("too_slow", [])
    assert read_file(saved(tmp_path / "b.png", picture())).text == "وصل القطار، أمس."
    own.close()


def test_tesseracts_own_time_is_limited(tmp_path: Path, fake: Fake) -> None:
    fake(SURE, [])
    program = tmp_path / "bin" / "tesseract"
    said = program.read_text()
    program.write_text(said.replace("cat >", f'ulimit -S -t > "{tmp_path}/limit"; cat >'))
    read_file(saved(tmp_path / "a.png", picture()))
    assert float((tmp_path / "limit").read_text()) == process_limits.SECONDS_PER_PASS


@pytest.mark.slow
def test_a_large_picture_isnt_enlarged() -> None:
    small, dpi = tesseract._cleaned(Image.new("L", (1000, 1000), 255), 100)
    assert (small.size, dpi) == ((2000, 2000), 200)
    large, dpi = tesseract._cleaned(Image.new("L", (6000, 6000), 255), 100)
    assert (large.size, dpi) == ((6000, 6000), 100)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_citation_of_recognised_text_says_so(tmp_path: Path, encoder: Encoder) -> None:
    document = Document(
        "وصل القطار أمس.\n\nText by hand.",
        id="d",
        blocks=(Block("paragraph", 0, 15, page=2, confidences=(90, 71, 80)), Block("paragraph", 17, 30)),
    )
    index = Index.build([document], tmp_path / "index", encoder=encoder)
    assert index.document("d") == document
    assert [(one.text, one.recognition) for one in index.passages] == [
        ("وصل القطار أمس.", 80),
        ("Text by hand.", 0),
    ]
    passage = index.passages[0]
    assert Passage.of(document, 1, 0, 15, page=2) == passage
    stored = StoredCitation.of(Citation.of(document, 1, passage, 0, 15), index.document)
    assert stored.recognition == 80
    again = stored.citation(index.document)
    assert again is not None
    assert again.passage.recognition == 80


def share(found: str, expected: Sequence[str]) -> float:
    words = found.split()
    wanted = " ".join(expected).replace("ُ", "").replace("ً", "").split()
    plain = [word.replace("ُ", "").replace("ً", "") for word in words]
    return sum(word in plain for word in wanted) / len(wanted)


@pytest.mark.slow
@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(("lines", "arabic"), [(ARABIC, True), (ENGLISH, False)])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".pdf"])
def test_tesseract_reads_a_page(tmp_path: Path, lines: Sequence[str], arabic: bool, suffix: str) -> None:
    document, warnings, pages = warned(saved(tmp_path / f"a{suffix}", picture(lines, arabic=arabic)))
    assert share(document.text, lines) >= 0.85
    assert len(document.confidences(0, len(document.text))) == len(document.text.split())
    assert ([one.kind for one in warnings], pages) == (["recognition"], [(1, 1)])


@pytest.mark.usefixtures("real")
def test_tesseract_reads_a_page_of_another_resolution_with_transparency(tmp_path: Path) -> None:
    page = picture(ENGLISH, arabic=False).resize((900, 300))
    clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=page.point(lambda value: 255 - value))
    clear.save(tmp_path / "a.png")
    assert share(read_file(tmp_path / "a.png").text, ENGLISH) >= 0.85


def test_the_words_of_a_run_are_those_in_its_place() -> None:
    run = [Word("x", 10, 0, 3, 100, 0, 200, 20), Word("y", 20, 0, 3, 210, 0, 300, 20)]
    others = [
        Word("left", 99, 9, 9, 0, 0, 90, 20),
        Word("inside", 80, 9, 9, 110, 0, 190, 20),
        Word("also", 90, 9, 9, 215, 2, 290, 18),
        Word("below", 99, 9, 9, 110, 40, 190, 60),
    ]
    found = tesseract._better(run, others, tesseract._LATIN)
    assert [word.text for word in found] == ["inside", "also"]
    assert tesseract._better(run, others, tesseract._ARABIC) == []


def test_columns_are_told_by_the_gap_between_them() -> None:
    lines = [*ARABIC, *ENGLISH] * 2
    one = picture(lines, size=(1800, 1700))
    assert not tesseract.has_columns(one)
    assert not tesseract.has_columns(one.rotate(1.2, fillcolor=255))
    two = Image.new("L", (3400, 1700), 255)
    two.paste(picture(lines, size=(1700, 1700)), (0, 0))
    two.paste(picture(lines, size=(1700, 1700)), (1700, 0))
    assert tesseract.has_columns(two)
    assert tesseract.has_columns(two.rotate(1.2, fillcolor=255))
    assert not tesseract.has_columns(Image.new("L", (500, 500), 255))
    assert not tesseract.has_columns(Image.new("L", (1, 1), 0))


def test_the_program_is_found_by_its_name() -> None:
    assert tesseract.is_installed() <= (shutil.which("tesseract") is not None)
    assert (
        tesseract.install_command() == tesseract._COMMANDS["darwin" if sys.platform == "darwin" else "linux"]
    )
