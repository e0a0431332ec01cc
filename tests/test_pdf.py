"""PDF -> text, on files written glyph by glyph; tests/test_extraction.py has files of real programs."""

from __future__ import annotations

import itertools

import pytest
from pdf_files import WIDTH, Text, arabic, pdf

from index.readers.extracted_text import Unextractable
from index.readers.pdf import pages as reader

TEXT = "وصلت القوات إلى الحدود بعد يوم واحد من انطلاق المعركة وتقدمت نحو المدينة من ثلاثة محاور"
WORDS = TEXT.split()
PITCH = 14


def lines_of(words: list[str], width: int) -> list[str]:
    """Words on lines of so many letters at most."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def column(lines: list[str], right: float, top: float) -> list[Text]:
    return [arabic(right, top - PITCH * number, line) for number, line in enumerate(lines)]


def paragraphs(*pages: list[Text]) -> list[str]:
    return reader.extract(pdf(pages)).text.split("\n\n")


def refusal(content: bytes) -> str:
    with pytest.raises(Unextractable) as caught:
        reader.extract(content)
    return str(caught.value)


def test_lines_of_a_paragraph_are_put_together() -> None:
    lines = lines_of(WORDS, 30)
    assert len(lines) > 2
    first = column(lines, 350, 500)
    second = column(lines, 350, 500 - PITCH * len(lines) - 20)  # after a gap
    assert paragraphs(first + second) == [" ".join(WORDS)] * 2


def test_a_line_that_leaves_room_for_the_next_word_ends_a_paragraph() -> None:
    lines = [*lines_of(WORDS, 30), "انتهى", *lines_of(WORDS, 30)]
    last = " ".join([*WORDS, "انتهى"])
    assert paragraphs(column(lines, 350, 500)) == [last, " ".join(WORDS)]


def test_an_indented_line_begins_a_paragraph() -> None:
    words = ["كلمة"] * 18
    lines = lines_of(words, 29)
    page = column(lines, 350, 500)
    for number, line in enumerate(lines):
        right = 335 if number == 0 else 350
        page.append(
            arabic(right, 500 - PITCH * (len(lines) + number), line[: len(line) - (3 if number == 0 else 0)])
        )
    assert len(paragraphs(page)) == 2


def test_the_right_one_of_two_arabic_columns_comes_first() -> None:
    lines = lines_of(WORDS * 5, 30)
    half = len(lines) // 2
    page = [
        arabic(380, 550, "عنوان يمتد فوق العمودين كليهما في أعلى هذه الصفحة الطويلة", 12),
        *column(lines[:half], 380, 500),
        *column(lines[half:], 180, 493),  # not on the same lines
    ]
    heading, text = paragraphs(page)
    assert heading.startswith("عنوان")
    assert text == " ".join(WORDS * 5)


def test_the_left_one_of_two_english_columns_comes_first() -> None:
    text = "the troops reached the border a day after the battle began and moved on and on"
    words = text.split() * 5
    lines = lines_of(words, 30)
    half = len(lines) // 2
    page = [Text(20, 500 - PITCH * i, line) for i, line in enumerate(lines[:half])]
    page += [Text(200, 500 - PITCH * i, line) for i, line in enumerate(lines[half:])]
    assert paragraphs(page) == [" ".join(words)]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(arabic(217, 24, "٩"), id="a page number in the gutter"),
        pytest.param(arabic(213, 440, "آ"), id="a letter that reaches into it"),
    ],
)
def test_one_line_does_not_hide_the_gutter_of_a_page(beside: Text) -> None:
    known = ("جملة", "قلعة", "مطار", "جسور", "حقول", "سماء", "شارع", "متجر", "نهار", "كتاب")
    words = [word for pair in itertools.product(known, repeat=2) for word in pair][:100]
    lines = [" ".join(words[place : place + 5]) for place in range(0, 100, 5)]
    right, left = column(lines[:10], 340, 496), column(lines[10:], 210, 496)
    text = " ".join(paragraphs([*right, *left, beside]))
    assert text.replace(" ٩", "").replace("آ", "") == " ".join(words)


def test_the_columns_of_a_table_without_lines_are_not_columns_of_text() -> None:
    words = ("جسور", "حقول", "سماء", "شارع", "متجر", "نهار")
    page = [
        arabic(right, 500 - PITCH * row, f"{word} {words[(row + place) % 6]}")
        for row, word in enumerate(words)
        for place, right in enumerate((380, 290, 200, 110))
    ]
    found = reader.extract(pdf([page]))
    assert found.text.split("\n")[2] == "سماء سماء | سماء شارع | سماء متجر | سماء نهار"


def test_a_percent_sign_follows_its_number_at_the_beginning_of_a_line() -> None:
    above = arabic(350, 500, "بلغت نسبة الفاقد في الأحياء الشرقية من المدينة")
    below = [Text(330, 486, "12.4"), Text(325, 486, "%"), arabic(320, 486, "من الماء المنتج")]
    assert paragraphs([above, *below]) == [
        "بلغت نسبة الفاقد في الأحياء الشرقية من المدينة 12.4% من الماء المنتج"
    ]


def test_a_mark_that_is_said_to_be_its_letter_too_is_not_read_twice() -> None:
    # As Typst writes it: the mark with the text of both, and the letter with the same meaning in its font.
    letter = [arabic(340, 500, "لم ين"), Text(312, 501, "\u064f", actual="جُ"), Text(310, 500, "\ue000")]
    found = reader.extract(pdf([letter], meanings={"\ue000": "جُ"}))
    assert found.text == "لم ينجُ"


def test_a_line_repeated_at_the_top_of_each_page_in_small_letters_is_a_header() -> None:
    part = column(lines_of(WORDS * 2, 30), 350, 536)
    found = reader.extract(pdf([[arabic(350, 550, "دائرة المياه", 7), *part]] * 2))
    assert found.blocks[0].kind == "page_header"
    assert found.text.count("دائرة") == 1


def test_fields_of_a_form_that_stand_in_one_line_are_apart() -> None:
    said = (("الاسم: هند العلي", "المهنة: مهندسة"), ("متزوجة: لا", "الأولاد: اثنان"))
    rows = [
        arabic(right, 500 - PITCH * row, text)
        for row, texts in enumerate(said)
        for right, text in zip((380, 190), texts, strict=True)
    ]
    found = reader.extract(pdf([rows]))
    assert found.text.split("\n\n") == [*said[0], *said[1]]
    assert {block.kind for block in found.blocks} == {"form_field"}


def test_words_bullets_of_the_second_level_begin_items() -> None:
    lines = [
        Text(20, 500 - PITCH * n, f"o {text}") for n, text in enumerate(("no food", "no drink", "no dogs"))
    ]
    found = reader.extract(pdf([lines]))
    assert [block.label for block in found.blocks] == ["o"] * 3


def test_the_number_of_an_item_is_parted_from_its_first_word() -> None:
    page = [Text(340, 500 - PITCH * n, f".{n + 1}") for n in range(2)]
    page += [
        arabic(340, 500 - PITCH * n, text) for n, text in enumerate(("ألا تصرف السلفة", "استبدال العداد"))
    ]
    assert reader.extract(pdf([page])).text == "1. ألا تصرف السلفة\n2. استبدال العداد"


def test_the_cells_of_a_table_stay_in_their_rows() -> None:
    page = [
        Text(x, 500 - PITCH * row, f"{name}{row}") for row in range(6) for x, name in ((20, "a"), (200, "b"))
    ]
    assert paragraphs(page) == [f"a{row} b{row}" for row in range(6)]


def test_a_paragraph_goes_on_on_the_next_page_without_page_numbers_and_titles() -> None:
    lines = lines_of(WORDS * 6, 30)
    third = len(lines) // 3
    pages = []
    for number in range(3):
        part = lines[third * number : third * (number + 1) if number < 2 else None]
        pages.append(
            [arabic(350, 580, "مجلة الحدود"), *column(part, 350, 540), Text(200, 20, f"{number + 7}")]
        )
    assert paragraphs(*pages) == ["مجلة الحدود", " ".join(WORDS * 6)]


def test_what_is_repeated_on_every_page_is_there_once_without_page_numbers() -> None:
    pages = [
        [
            Text(50, 580, "Ministry of Ports - Circular No. 17/T"),
            Text(50, 540, f"The office of part {name} is closed on Friday."),
            Text(50, 20, f"Phone 0790 123 - Page {number} of 3"),
        ]
        for number, name in enumerate(("one", "two", "three"), 1)
    ]
    found = reader.extract(pdf(pages))
    said = [(block.kind, block.page, found.text[block.start : block.end]) for block in found.blocks]
    assert said == [
        ("page_header", 1, "Ministry of Ports - Circular No. 17/T"),
        *(
            ("paragraph", number, f"The office of part {name} is closed on Friday.")
            for number, name in enumerate(("one", "two", "three"), 1)
        ),
        ("page_footer", 1, "Phone 0790 123"),
    ]


def test_a_running_title_that_the_text_says_is_no_second_paragraph() -> None:
    pages = [[Text(50, 580, f"The Harbour {n}"), Text(50, 540, f"Text of page {n}.")] for n in range(1, 4)]
    pages[0].insert(1, Text(50, 500, "The Harbour."))
    assert paragraphs(*pages)[:2] == ["Text of page 1.", "The Harbour."]


def test_what_stands_on_one_page_alone_and_what_doesnt_stand_apart_are_kept() -> None:
    lines = lines_of(WORDS, 30)
    pages = [
        [
            arabic(350, 580, f"{word} أول"),
            *column(lines, 350, 540),
            arabic(350, 540 - PITCH * len(lines), "انتهى."),
        ]
        for word in ("باب", "فصل", "قسم")
    ]
    text = f"{' '.join(WORDS)} انتهى."
    assert paragraphs(*pages) == ["باب أول", text, "فصل أول", text, "قسم أول", text]


def test_presentation_forms_and_texts_beside_the_glyphs_become_letters() -> None:
    # A ligature, a letter's form, and two glyphs that the file says are three letters.
    page = [Text(100, 500, "ﻡﻼﺳ"), Text(100, 450, "xy", actual="قًا"), Text(100 + 2 * WIDTH * 10, 450, "باس")]
    assert paragraphs(page) == ["سلام", "سابقًا"]


def test_marks_belong_to_the_letters_that_they_are_drawn_with() -> None:
    page = []
    for number, letter in enumerate("كتبوا"[::-1]):
        # Each is drawn with its mark; the last one's stands nearer to its neighbour.
        page += [
            Text(100 + 5 * number, 500, letter),
            Text((98 if number == 4 else 100) + 5 * number - 1, 503, "\u064e"),
        ]
    assert paragraphs(page) == ["".join(f"{letter}\u064e" for letter in "كتبوا")]


def test_words_without_spaces_between_them_are_parted_by_their_gaps() -> None:
    page = [Text(100, 500, "ab"), Text(113, 500, "cd"), Text(123.5, 500, "ef")]
    assert paragraphs(page) == ["ab cdef"]


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("and so they gave infor-", "mation on all of it", "and so they gave information on all of it"),
        (
            "the writers are all well-",
            "known; well-known men",
            "the writers are all well-known; well-known men",
        ),
        ("what is only a soft hy\u00ad", "phen is always gone", "what is only a soft hyphen is always gone"),
        (
            "in all of the years 2016-",
            "2017 stay as they are",
            "in all of the years 2016- 2017 stay as they are",
        ),
    ],
)
def test_words_parted_at_a_line_end_are_put_together(first: str, second: str, text: str) -> None:
    assert paragraphs([Text(20, 500, first), Text(20, 486, second)]) == [text]


def test_title_and_author_are_the_files_own() -> None:
    content = pdf([[Text(20, 500, "text")]], {"Title": "تقرير الحدود", "Author": "مصطفى"})
    found = reader.extract(content)
    assert (found.text, found.title, found.author) == ("text", "تقرير الحدود", "مصطفى")
    assert reader.extract(content) == found


def test_what_has_no_text_is_told_from_what_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    good = pdf([[Text(20, 500, "text")]] * 2)
    assert refusal(pdf([[]])).startswith("it has no text in it, only pictures")
    assert refusal(good[:200]).startswith("it is damaged (")
    assert refusal(b"%PDF-1.7").startswith("it is damaged (")
    assert refusal(pdf([])).startswith("it is damaged (no pages)")
    assert refusal(pdf([[Text(20, 500, "\ue001\ue002\ue003 a")]])).startswith(
        "its fonts don't tell which letters"
    )
    monkeypatch.setattr(reader, "MAX_PAGES", 1)
    assert refusal(good) == "it has more than 1 pages. Split it."


def test_a_protected_file_is_told() -> None:
    encrypted = (
        f"/ID [<{'00' * 16}> <{'00' * 16}>] /Encrypt <</Filter /Standard "
        f"/V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}>>>"
    )
    content = pdf([[Text(20, 500, "text")]], extra=encrypted)
    assert refusal(content).startswith("it is protected by a password. Save a copy without one")


def test_headings_are_told_by_their_size_and_have_pages() -> None:
    lines = lines_of(WORDS, 30)
    first = [
        arabic(350, 560, "الباب الأول", 16),
        arabic(350, 535, "أحكام عامة", 13),
        *column(lines, 350, 510),
    ]
    second = [arabic(350, 560, "الخاتمة", 13), *column([*lines_of(WORDS, 30), "انتهى."], 350, 530)]
    found = reader.extract(pdf([first, second]))
    assert [(b.kind, b.level, b.page) for b in found.blocks] == [
        ("heading", 1, 1),
        ("heading", 2, 1),
        ("paragraph", 0, 1),
        ("heading", 2, 2),
        ("paragraph", 0, 2),
    ]
    assert [found.text[b.start : b.end] for b in found.blocks] == found.text.split("\n\n")


def test_aligned_lines_are_a_table_and_its_rows_know_their_columns() -> None:
    rows = [("City", "People", "Year"), ("Selwan", "41200", "1931"), ("Ramlin", "18700", "1958")]
    page = [
        Text(50 + 100 * place, 500 - 16 * number, cell)
        for number, row in enumerate(rows)
        for place, cell in enumerate(row)
    ]
    found = reader.extract(pdf([page]))
    assert found.text == "City | People | Year\nSelwan | 41200 | 1931\nRamlin | 18700 | 1958"
    assert found.blocks[1].columns == ("City", "People", "Year")
    assert [found.text[slice(*cell)] for cell in found.blocks[2].cells] == ["Ramlin", "18700", "1958"]


def test_a_contents_page_is_no_table() -> None:
    entries = [("Scope", "3"), ("Fees", "5"), ("Penalties", "9")]
    page = [
        text
        for number, (name, on) in enumerate(entries)
        for text in (Text(50, 500 - 16 * number, name), Text(300, 500 - 16 * number, on))
    ]
    assert {block.kind for block in reader.extract(pdf([page])).blocks} == {"paragraph"}


def test_a_footnote_does_not_part_a_paragraph_that_goes_on_on_the_next_page() -> None:
    lines = lines_of(WORDS * 2, 30)
    half = len(lines) // 2
    first = [*column(lines[:half], 350, 500), arabic(350, 100, "راجع كتاب الموانئ", 8)]
    found = reader.extract(pdf([first, column(lines[half:], 350, 500)]))
    assert [(b.kind, found.text[b.start : b.end]) for b in found.blocks] == [
        ("paragraph", " ".join(WORDS * 2)),
        ("footnote", "راجع كتاب الموانئ"),
    ]


def test_the_date_is_the_files_own() -> None:
    made = pdf([[Text(20, 500, "text")]], {"CreationDate": "D:20190305101500Z"})
    assert reader.extract(made).date == "2019-03-05"
