"""Pages as pictures: which page a sentence is on, where on it, and what is said if that isn't known."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from chatting import browser, new_context
from numpy.typing import NDArray
from pdf_files import Rule, Text, arabic, pdf, table
from PIL import Image
from playwright.sync_api import Browser
from pydantic import TypeAdapter
from test_recognition import ARABIC, picture, real, saved

__all__ = ["browser", "real"]  # fixtures

from index.readers.converter.page_pictures import PageNotShown, PagePictures
from index.readers.converter.process import ConverterProcess
from index.readers.page.locate import locate
from index.readers.page.picture import PagePicture, PageRequest
from index.readers.page.wanted import letters, wanted_of
from index.readers.read_files import read_file
from index.storage.layout import read_blocks, write_blocks
from index.types import Block, Box, Document, Passage, pack_boxes, unpack_boxes
from qa.api.records import answer_record
from qa.conversation.references import locator
from qa.conversation.stored_citation import StoredCitation
from qa.messages import say_pages
from qa.types import Answer, Citation

PAGE = (400.0, 600.0)  # points, of the files by `pdf`
LINES = (
    "The keeper painted the lamp house. He had",
    "climbed the rocks on a calm night and saw",
)
MORE = ("no ship at all. Then the wind rose again.",)
ACROSS = "He had climbed the rocks on a calm night and saw no ship at all."


def saved_pdf(path: Path, *pages: list[Text | Rule]) -> Path:
    path.write_bytes(pdf(pages))
    return path


def lines(said: tuple[str, ...], top: float = 500) -> list[Text | Rule]:
    return [Text(40, top - 14 * number, line) for number, line in enumerate(said)]


def box(left: float, right: float, baseline: float) -> Box:
    """The box of letters of 10 points on a page by `pdf`."""
    width, height = PAGE
    return Box(left / width, 1 - (baseline + 9.5) / height, right / width, 1 - (baseline - 3.5) / height)


def near(found: list[Box], expected: list[Box], points: float = 0.5) -> bool:
    """Whether boxes are where they should be, to some points."""
    most = points / PAGE[0]
    return len(found) == len(expected) and all(
        abs(one - other) <= most
        for a, b in zip(found, expected, strict=True)
        for one, other in zip(vars(a).values(), vars(b).values(), strict=True)
    )


def found(path: Path, sentence: str, page: int | None = None, nth: int = 0) -> list[Box]:
    """Where a sentence of a file is found on a page, in this process."""
    document = read_file(path)
    start = -1
    for _ in range(nth + 1):
        start = document.text.index(sentence, start + 1)
    end = start + len(sentence)
    number = page or document.pages(start, end)[0]
    wanted = wanted_of(document, number, start, end)
    assert wanted is not None
    size = pypdfium2.PdfDocument(path)[number - 1].get_size()
    return locate(path.read_bytes(), number, wanted, size)


# Pages.


def test_a_sentence_knows_the_pages_that_it_begins_and_ends_on(tmp_path: Path) -> None:
    document = read_file(saved_pdf(tmp_path / "a.pdf", lines(LINES), lines(MORE)))
    (block,) = document.blocks
    assert document.text == " ".join((*LINES, *MORE))
    assert (block.page, block.page_starts) == (1, ((document.text.index("no ship"), 2),))

    def pages(sentence: str) -> tuple[int, int]:
        start = document.text.index(sentence)
        return document.pages(start, start + len(sentence))

    assert [pages(one) for one in ("The keeper", ACROSS, "Then the wind")] == [(1, 1), (1, 2), (2, 2)]
    assert document.on_page(2) == [(document.text.index("no ship"), len(document.text))]
    assert document.on_page(3) == []
    assert Document("no pages").pages(0, 8) == (0, 0)
    assert read_blocks(write_blocks(document.blocks)) == document.blocks


def test_pages_are_cited_where_the_quotation_stands(tmp_path: Path) -> None:
    document = read_file(saved_pdf(tmp_path / "a.pdf", lines(LINES), lines(MORE)))
    passage = Passage.of(document, 1, 0, len(document.text), page=1)

    def citation(sentence: str) -> Citation:
        start = document.text.index(sentence)
        return Citation.of(document, 1, passage, start, start + len(sentence))

    across, last = citation(ACROSS), citation("Then the wind rose again.")
    assert [(one.page, one.last_page) for one in (across, last)] == [(1, 2), (2, 2)]
    answer = Answer("?", "en", "", (across, last), (), 0.9)
    records = answer_record(answer, lambda _: document)["citations"]
    assert [(one["page"], one["last_page"]) for one in records] == [(1, 2), (2, 2)]
    stored = StoredCitation.of(last, lambda _: document)
    assert (stored.page, stored.last_page, stored.passage_page) == (2, 2, 1)
    assert stored.citation(lambda _: document) == last
    assert locator(stored, "en") == "page 2"
    assert locator(StoredCitation.of(across, lambda _: document), "en") == "pages 1 and 2"
    # As versions before this one kept it.
    older = {name: value for name, value in vars(stored).items() if name not in ("last_page", "passage_page")}
    again = (
        TypeAdapter(StoredCitation)
        .validate_json(json.dumps(older | {"page": 1}))
        .citation(lambda _: document)
    )
    assert again is not None
    assert again.passage == passage


def test_pages_are_named_in_both_languages() -> None:
    assert [say_pages(3, last, "en") for last in (0, 3, 4, 6)] == [
        "page 3", "page 3", "pages 3 and 4", "pages 3 to 6",
    ]  # fmt: skip
    assert [say_pages(3, last, "ar") for last in (3, 4, 6)] == [
        "الصفحة 3", "الصفحتان 3 و4", "الصفحات من 3 إلى 6",
    ]  # fmt: skip


def test_a_part_of_a_block_is_on_its_own_pages() -> None:
    block = Block("paragraph", 10, 50, page=3, page_starts=((20, 4), (40, 5)))
    assert block.part(10, 15) == Block("paragraph", 10, 15, page=3)
    assert block.part(15, 30) == Block("paragraph", 15, 30, page=3, page_starts=((20, 4),))
    assert block.part(20, 45) == Block("paragraph", 20, 45, page=4, page_starts=((40, 5),))


def test_boxes_are_packed_to_a_4096th() -> None:
    boxes = [Box(0, 0.25, 0.5, 1), Box(0.1, 0.2, 0.3, 0.4)]
    packed = pack_boxes(boxes)
    assert len(packed) == 16
    assert near(unpack_boxes(packed), boxes, 400 / 4096)
    assert unpack_boxes("?" * 8) == unpack_boxes("AAA") == []


# Where a sentence stands.


def test_each_line_of_a_sentence_is_boxed(tmp_path: Path) -> None:
    path = saved_pdf(tmp_path / "a.pdf", lines(LINES), lines(MORE))
    begins = 40 + 5 * LINES[0].index("He had")
    assert near(found(path, ACROSS), [box(begins, 40 + 5 * len(LINES[0]), 500), box(40, 245, 486)])
    # Without the full stop.
    assert near(found(path, ACROSS, 2), [box(40, 40 + 5 * len("no ship at all"), 500)])


def test_arabic_is_boxed_from_the_right(tmp_path: Path) -> None:
    said = ("بني المرصد على تلة النخيل. ثم هدم الجدار", "بعد أعوام. وبقيت القبة كما كانت.")
    path = saved_pdf(tmp_path / "a.pdf", [arabic(360, 500 - 14 * n, line) for n, line in enumerate(said)])
    first = len("ثم هدم الجدار")
    second = len("بعد أعوام")
    left = 360 - 5 * len(said[0])
    assert near(
        found(path, "ثم هدم الجدار بعد أعوام."),
        [box(left, left + 5 * first, 500), box(360 - 5 * second, 360, 486)],
    )


def test_a_sentence_that_stands_twice_is_told_by_what_is_around_it(tmp_path: Path) -> None:
    said = ("One. It rained all day. Two were there", "and three left. It rained all day. Four")
    path = saved_pdf(tmp_path / "a.pdf", lines(said))
    again = 40 + 5 * said[1].index("It rained")
    assert near(found(path, "It rained all day."), [box(65, 65 + 85, 500)])
    assert near(found(path, "It rained all day.", nth=1), [box(again, again + 85, 486)])
    # What is around it is the same: nothing tells which it is.
    same = saved_pdf(tmp_path / "b.pdf", [*lines(("Salt.",) * 38, 560)])
    assert found(same, "Salt.", nth=20) == []


def test_what_isnt_there_word_for_word_isnt_boxed(tmp_path: Path) -> None:
    path = saved_pdf(tmp_path / "a.pdf", lines(LINES))
    document = read_file(path)

    def boxes(text: str, **more: Any) -> list[Box]:
        changed = replace(document, text=text, blocks=(Block("paragraph", 0, len(text), page=1),))
        wanted = wanted_of(changed, 1, 0, len(text))
        assert wanted is not None
        return locate(path.read_bytes(), 1, wanted, more.get("size", PAGE))

    assert len(boxes("He had climbed the rocks")) == 2
    assert boxes("He had climbed the stairs") == []
    assert boxes("lamp house. He hadclimbed the rock") == []  # ends within a word
    assert boxes("eeper painted") == []  # begins within one
    assert boxes("He had climbed the rocks", size=(600, 400)) == []  # another library sees another page
    assert locate(path.read_bytes(), 2, wanted_of(document, 1, 0, 10), PAGE) == []  # type: ignore[arg-type]


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"Left column line {n} goes on and" for n in range(6)]
    right = [f"right column row {n} goes on but" for n in range(6)]
    page: list[Text | Rule] = [Text(20, 500 - 14 * n, line) for n, line in enumerate(left)]
    page += [Text(210, 500 - 14 * n, line) for n, line in enumerate(right)]
    path = saved_pdf(tmp_path / "a.pdf", page)
    assert near(
        found(path, f"{left[5]} {right[0]}"),
        [box(20, 20 + 5 * len(left[5]), 430), box(210, 210 + 5 * len(right[0]), 500)],
    )


def test_a_row_of_a_table_is_boxed_and_not_its_neighbours(tmp_path: Path) -> None:
    cells = [["Year", "Visitors"], ["1990", "1200 adults"], ["1991", "1850 adults"]]
    page: list[Text | Rule] = [*table(40, 500, (100, 150), 20, 3)]
    page += [
        Text(45 + 100 * x, 486 - 20 * y, cell) for y, row in enumerate(cells) for x, cell in enumerate(row)
    ]
    path = saved_pdf(tmp_path / "a.pdf", page)
    assert near(found(path, "1990 | 1200 adults"), [box(45, 145 + 5 * len("1200 adults"), 466)])


def test_letters_dont_depend_on_how_they_are_drawn() -> None:
    assert letters("ﻻ شـــيءَ [1]") == letters("لا شيء ¹") == "لاشيء1".replace("يء", "يء")
    assert letters("Eﬃcient, Ｆull") == "efficientfull"


# Real fonts, in Chromium: the sentence is in red, and its ink tells where it is.

HTML = """<!doctype html><html lang="{language}" dir="{way}"><meta charset="utf-8"><style>
@page {{ size: A5; margin: 18mm }} body {{ font: 14px/1.9 serif; text-align: justify }}
b {{ color: #f00; font-weight: 400 }}
</style><h1>{title}</h1><p>{before} <b>{sentence}</b>. {after}</p></html>"""
SAID = {
    "ar": (
        "تقرير المرصد الفلكي",
        "أُقيم المرصد الفلكي على تلة النخيل سنة 1951، وكان أوّل مرصد في البلاد. ثم هُدم الجدار الشمالي بعد "
        "أربعين عاماً، وبقيت القبة الكبيرة كما كانت في أول أمرها.",
        "وقد زاره الفلكي الإنجليزي Arthur Eddington في عام 1953 وكتب عنه في مجلة Nature مقالاً طويلاً، ولا "
        "شيءَ فيه إلّا ما رآه",
        "وبقي المرصد مفتوحاً للزوار حتى سنة 1989، حين أُغلق للترميم بقرار من الوزارة.",
    ),
    "en": (
        "The observatory",
        "The observatory was built on the hill of palms in 1951, the first one of the country.",
        "Forty years later its northern wall was taken down, and the efficient old dome stayed as it had "
        "been from the first day on",
        "It stayed open to visitors until 1989, when it was closed for repairs.",
    ),
}


@pytest.fixture(scope="module")
def printed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page in each language, as Chromium prints them."""
    folder = tmp_path_factory.mktemp("printed")
    page = new_context(browser).new_page()
    for language, (title, before, sentence, after) in SAID.items():
        way = "rtl" if language == "ar" else "ltr"
        page.set_content(
            HTML.format(
                language=language, way=way, title=title, before=before, sentence=sentence, after=after
            )
        )
        page.pdf(path=folder / f"{language}.pdf", prefer_css_page_size=True)
    page.close()
    return folder


def inside(boxes: tuple[Box, ...], shape: tuple[int, ...], margin: int) -> NDArray[np.bool_]:
    """Which pixels are in boxes that are so many pixels larger."""
    found = np.zeros(shape, bool)
    height, width = shape
    for one in boxes:
        top, bottom = round(one.top * height) - margin, round(one.bottom * height) + margin
        found[
            max(top, 0) : bottom, max(round(one.left * width) - margin, 0) : round(one.right * width) + margin
        ] = 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", [False, True])
def test_the_boxes_are_where_the_sentences_ink_is(
    printed: Path, tmp_path: Path, language: str, turned: int, cropped: bool
) -> None:
    if cropped and turned not in (0, 90):
        return  # the same turns without a crop are tested
    path = tmp_path / "page.pdf"
    made = pypdfium2.PdfDocument(printed / f"{language}.pdf")
    made[0].set_rotation(turned)
    if cropped:
        made[0].set_cropbox(30, 60, 400, 570)
    made.save(path)
    document = read_file(path)
    sentence = SAID[language][2]
    start = document.text.index(sentence)
    shown = PagePictures().get(path, document, 1, start, start + len(sentence))
    pixels = np.asarray(Image.open(io.BytesIO(shown.content)).convert("RGB")).astype(int)
    assert pixels.shape == (shown.height, shown.width, 3)
    red = (pixels[..., 0] > 150) & (pixels[..., 1:].max(axis=2) < 110)
    black = pixels.max(axis=2) < 90
    assert len(shown.boxes) >= 2
    assert red.sum() > 1000
    # All of the sentence is in the boxes, and nearly nothing else is; each is as wide as what is in it.
    assert (red & inside(shown.boxes, red.shape, 3)).sum() >= 0.995 * red.sum()
    assert (black & inside(shown.boxes, red.shape, -3)).sum() <= 0.01 * red.sum()
    for one in shown.boxes:
        rows, columns = np.nonzero(red & inside((one,), red.shape, 0))
        along = rows if turned in (90, 270) else columns
        size = red.shape[0] if turned in (90, 270) else red.shape[1]
        edges = (one.top, one.bottom) if turned in (90, 270) else (one.left, one.right)
        assert abs(along.min() - edges[0] * size) <= 8
        assert abs(along.max() - edges[1] * size) <= 8


# Scans.


def test_recognised_words_are_boxed_by_their_places(tmp_path: Path) -> None:
    text = "وصل القطار أمس. عند الفجر"
    boxes = [Box(0.8, 0.1, 0.9, 0.15), Box(0.6, 0.1, 0.78, 0.16), Box(0.5, 0.1, 0.58, 0.15)]
    boxes += [Box(0.8, 0.2, 0.9, 0.25), Box(0.6, 0.2, 0.7, 0.25)]
    block = Block("paragraph", 0, len(text), page=2, confidences=(90,) * 5, boxes=pack_boxes(boxes))
    path = saved(tmp_path / "a.tif", picture(), picture())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    document = Document(text, digest=digest, blocks=(block,))
    shown = PagePictures().get(path, document, 2, 0, len("وصل القطار أمس. عند"))
    assert near(list(shown.boxes), [Box(0.5, 0.1, 0.9, 0.16), Box(0.8, 0.2, 0.9, 0.25)], 0.2)
    assert (shown.width, shown.pages) == (1400, 2)
    assert PagePictures().get(path, document, 1, 0, 4).boxes == ()


@pytest.mark.slow
@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("suffix", [".png", ".pdf", ".jpg"])
def test_a_sentence_of_a_scan_is_boxed(tmp_path: Path, suffix: str) -> None:
    scan = picture(ARABIC)
    if suffix == ".jpg":  # taken with a camera held sideways
        path = tmp_path / "a.jpg"
        exif = Image.Exif()
        exif[0x0112] = 6
        scan.rotate(90, expand=True).save(path, dpi=(300, 300), exif=exif)
    else:
        path = saved(tmp_path / f"a{suffix}", scan)
    document = read_file(path)
    line = next(one for one in document.text.replace(". ", ".\n").split("\n") if "القبة" in one)
    start = document.text.index(line)
    (one,) = PagePictures().get(path, document, 1, start, start + len(line)).boxes
    ink = np.asarray(scan)[300:] < 128  # of the third line
    rows, columns = np.nonzero(ink)
    edges = (columns.min() / 1800, (300 + rows.min()) / 600, columns.max() / 1800, (300 + rows.max()) / 600)
    assert all(abs(a - b) <= 0.03 for a, b in zip(vars(one).values(), edges, strict=True))


# Files and processes.


class Counting:
    """Draws nothing, and counts how often it is asked."""

    def __init__(self, size: int = 10) -> None:
        self.size = size
        self.asked: list[PageRequest] = []

    def draw(self, path: Path, page: PageRequest) -> PagePicture:  # noqa: ARG002
        self.asked.append(page)
        return PagePicture(bytes(3 * self.size), 1, 1, 9)


def test_the_last_pictures_are_kept_up_to_a_bound(tmp_path: Path) -> None:
    process = Counting()
    pictures = PagePictures(process, max_bytes=65)  # type: ignore[arg-type]
    document = Document("Text.", digest="d", blocks=(Block("paragraph", 0, 5, page=1),))
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    for page in (1, 2, 1, 3, 1, 2):
        pictures.get(tmp_path / "a.pdf", document, page)
    assert [one.page for one in process.asked] == [1, 2, 3, 2]
    pictures.get(tmp_path / "a.pdf", document, 1, 0, 5)
    wanted = process.asked[-1].wanted
    assert wanted is not None
    assert wanted.text == "Text."
    pictures.get(tmp_path / "a.pdf", document, 2, 0, 5)  # it stands on another one
    assert len(process.asked) == 5


def reason(path: Path | None, document: Document, page: int = 1, pictures: PagePictures | None = None) -> str:
    with pytest.raises(PageNotShown) as caught:
        (pictures or PagePictures()).get(path, document, page)
    return caught.value.reason


def test_what_cant_be_shown_is_told(tmp_path: Path) -> None:
    path = saved_pdf(tmp_path / "a.pdf", lines(LINES))
    document = read_file(path)
    assert document.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert reason(path, document, 2) == "unreadable"
    assert reason(None, document) == reason(path, replace(document, digest="")) == "missing"
    assert reason(path.rename(tmp_path / "b.txt"), document) == "missing"
    assert reason(path, document) == "missing"
    saved_pdf(path, lines(MORE))
    assert reason(path, document) == "changed"
    path.write_bytes(b"%PDF-1.7 nonsense")
    assert (
        reason(path, replace(document, digest=hashlib.sha256(path.read_bytes()).hexdigest())) == "unreadable"
    )


def forms(path: Path, depth: int) -> Path:
    """A PDF of a page that draws a form eight times, which draws another eight times, and so on."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]
    parts.append(
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    )
    parts.append(b"<</Length 29>>stream\nq 1 0 0 1 0 0 cm /F Do Q     \nendstream")
    for number in range(depth):
        drawn = b"/F Do " * 8 if number < depth - 1 else b"0 0 300 300 re f"
        resources = b"/Resources<</XObject<</F %d 0 R>>>>" % (number + 6) if number < depth - 1 else b""
        parts.append(
            b"<</Type/XObject/Subtype/Form/BBox[0 0 400 600]%s/Length %d>>stream\n%s\nendstream"
            % (resources, len(drawn), drawn)
        )
    content, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(parts) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF"
    path.write_bytes(content + end % (count, rows, count, len(content)))
    return path


@pytest.mark.slow
def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_drawn(tmp_path: Path) -> None:
    own = ConverterProcess(seconds=2)
    pictures = PagePictures(own)
    try:
        for depth, is_drawn in ((2, True), (20, False), (2, True)):
            path = forms(tmp_path / f"{depth}.pdf", depth)
            document = Document("Text.", digest=hashlib.sha256(path.read_bytes()).hexdigest())
            if is_drawn:
                assert pictures.get(path, document, 1).pages == 1
            else:
                assert reason(path, document, 1, pictures) == "unreadable"
    finally:
        own.close()


def test_only_so_many_wait_for_a_picture(tmp_path: Path) -> None:
    let_go, waiting = threading.Event(), threading.Event()

    class Slow(Counting):
        def draw(self, path: Path, page: PageRequest) -> PagePicture:
            waiting.set()
            assert let_go.wait(60)
            return super().draw(path, page)

    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    pictures = PagePictures(Slow(), max_waiting=1)  # type: ignore[arg-type]
    document = Document("Text.", digest="d")
    shown: list[PagePicture] = []
    first = threading.Thread(target=lambda: shown.append(pictures.get(tmp_path / "a.pdf", document, 1)))
    first.start()
    assert waiting.wait(60)
    assert reason(tmp_path / "a.pdf", document, 2, pictures) == "busy"
    let_go.set()
    first.join()
    assert pictures.get(tmp_path / "a.pdf", document, 2) == shown[0]
