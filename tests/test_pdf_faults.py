"""What programs do wrong in PDF files: letters without a meaning, wrong maps, odd spaces, marks, lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdf_files import WIDTH, Rule, Shape, Text, arabic, made_font, pdf, table

from index.errors import FileWarning
from index.readers.extracted_text import Extract, Unextractable
from index.readers.pdf import pages as reader
from index.readers.pdf.fonts import letters_of_name
from index.readers.pdf.plausibility import is_plausible
from index.readers.read_files import read_file

HOLE = "\ufffd"
UNKNOWN = "\ue001"
NOTICE = "يُسمح بالتصوير في القاعات كلها في كل يوم من أيام الأسبوع".replace("\u064f", "")
TEXT = (
    "افتتح الميناء القديم أبوابه للزوار في ربيع ذلك العام بعد ترميم طويل شارك فيه عمال المدينة وتجارها، ثم "
    "صار سوقا للأسماك والتوابل يقصده الناس من القرى البعيدة كل صباح. وتقع المكتبة على التل المطل على البحر "
    "وفيها قاعات للقراءة ومخطوطات نادرة جمعها أمين المكتبة خلال رحلاته الكثيرة في البلاد المجاورة."
)
LONG = (
    f"{TEXT} ولم تبدأ أعمال ترميم السقف الخشبي في موعدها لأن الأخشاب المطلوبة لم تصل من المخازن، ولن يعاد "
    "فتح القاعة الشرقية قبل انتهاء الأعمال. وقد كتب المهندس المشرف أن الرطوبة لا تؤثر في الجدران الحجرية، "
    "غير أنها تضر المخطوطات إن لم تحفظ في خزائن مغلقة، وليس في المتحف اليوم سوى ثلاث خزائن من هذا النوع."
)
ENGLISH = (
    "The old harbour opened its gates to visitors in the spring of that year, after long repairs in which "
    "the workers of the town took part, and then became a market for fish and spices that people of distant "
    "villages come to every morning."
)


def lines(text: str, width: int, right: float = 380, top: float = 560, pitch: float = 14) -> list[Text]:
    """An Arabic text on lines of so many letters at most."""
    said = [""]
    for word in text.split():
        if len(said[-1]) + 1 + len(word) <= width:
            said[-1] = f"{said[-1]} {word}".strip()
        else:
            said.append(word)
    return [arabic(right, top - pitch * number, line) for number, line in enumerate(said)]


def read(*parts: Text | Rule | Shape, **options: object) -> Extract:
    return reader.extract(pdf([parts], **options))  # type: ignore[arg-type]


def blocks(found: Extract) -> list[tuple[str, str]]:
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]


def fault(content: bytes) -> str:
    with pytest.raises(Unextractable) as caught:
        reader.extract(content)
    return caught.value.fault


# Letters without a meaning.


def test_a_letter_without_a_meaning_is_marked_and_told(tmp_path: Path) -> None:
    # «لا» is one glyph that the file doesn't map.
    content = pdf([[arabic(380, 500, f"{UNKNOWN} {NOTICE}")]])
    assert reader.extract(content).text == f"{HOLE} {NOTICE}"
    (tmp_path / "a.pdf").write_bytes(content)
    told: list[FileWarning] = []
    read_file(tmp_path / "a.pdf", warn=told.append)
    assert [(warning.kind, warning.count) for warning in told] == [("characters", 1)]


@pytest.mark.parametrize("meaning", ["", "\ufffd", "\x02", "\ue001", "\U000f0001"])
def test_what_maps_to_nothing_readable_has_no_meaning(meaning: str) -> None:
    found = read(arabic(380, 500, f"ذ{NOTICE}"), meanings={"ذ": meaning})
    assert found.text == f"{HOLE}{NOTICE}"


def test_from_a_twentieth_of_unknown_letters_on_a_file_is_refused() -> None:
    known = "".join(NOTICE.split())
    few, many = UNKNOWN * 2, UNKNOWN * 3
    assert 2 < 0.05 * (len(known) + 2) < 0.05 * (len(known) + 3) < 3
    assert reader.extract(pdf([[arabic(380, 500, few + NOTICE)]])).text.count(HOLE) == 2
    assert fault(pdf([[arabic(380, 500, many + NOTICE)]])) == "fonts"


INK = (0, 0, 400, 700)


def test_the_embedded_fonts_cmap_fills_gaps() -> None:
    font = made_font({c: (f"x{ord(c)}", INK) for c in "ابتلمنهو"}, told="ابتلمنهو")
    line = arabic(380, 500, "ابتلم لا يسمح بالتصوير في القاعات")
    assert read(line, font=font, meanings={"ل": ""}).text == "ابتلم لا يسمح بالتصوير في القاعات"
    # One that says other letters than the file is of codes that aren't Unicode.
    moved = dict(zip("ابتلمنهو", "بتلمنهوا", strict=True))
    found = read(
        arabic(380, 500, "ابتلمنهو"), Text(20, 470, "3120" * 9), font=font, meanings={**moved, "ل": ""}
    )
    assert found.text.startswith(f"بتل{HOLE}نهوا")


def test_the_embedded_fonts_cmap_corrects_single_letters() -> None:
    known = "ابتلمنهورس"
    font = made_font({c: (f"x{ord(c)}", INK) for c in known}, told=known)
    assert read(arabic(380, 500, known), font=font, meanings={"ل": "ك", "ه": "ة"}).text == known


def test_the_embedded_fonts_names_fill_gaps() -> None:
    shapes = {
        "ا": ("alef-ar.isol", INK),
        "ب": ("uni0628.init", INK),
        "ل": ("afii57444", INK),
        "م": ("x1", INK),
    }
    found = read(arabic(380, 500, "بلام"), font=made_font(shapes), meanings=dict.fromkeys("ابل", ""))
    assert found.text == "بلام"


def test_a_name_of_a_private_character_is_no_meaning() -> None:
    shapes = {c: (f"uniF0{ord(c) & 0xFF:02X}", INK) for c in "بلام"}
    with pytest.raises(Unextractable):
        read(arabic(380, 500, "بلام"), font=made_font(shapes), meanings=dict.fromkeys("بلام", ""))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("uni0645", "م"),
        ("afii57415", "ا"),
        ("meem-ar.init", "م"),
        ("tehMarbuta-ar", "ة"),
        ("alefHamzaabove-ar", "أ"),
        ("lam_alef-ar", "لا"),
        ("arabicletterseen", "س"),
        ("fi", "\ufb01"),
        ("g12", ""),
        (".notdef", ""),
        ("glyph00021", ""),
        ("cid00021", ""),
        ("nonsense", ""),
    ],
)
def test_a_glyphs_name_tells_its_letters(name: str, letters: str) -> None:
    assert letters_of_name(name) == letters


def test_tatweels_and_blanks_are_no_letters_without_a_meaning() -> None:
    shapes = {"ك": ("x1", INK), "م": ("x2", INK), "ـ": ("x3", (-10, 0, 510, 90)), "س": ("x4", None)}
    # The first is a tatweel that the map leaves out, as LibreOffice does, or takes for a letter, as
    # WeasyPrint does; the second is a space.
    for meaning in ("", "ل"):
        found = read(arabic(380, 500, "كـمسكم"), font=made_font(shapes), meanings={"ـ": meaning, "س": ""})
        assert found.text == "كم كم"
    assert read(arabic(380, 500, "كـ مـك"), font=made_font(shapes)).text == "كـ مك"
    # A space with ink is a letter that the map doesn't know.
    found = read(arabic(380, 500, f"كس {TEXT[:40]}"), font=made_font(shapes), meanings={"ك": " "})
    assert found.text == f"{HOLE}س {TEXT[:40]}"


def test_a_font_of_pictures_has_bullets() -> None:
    item = Text(20, 500, "\uf0b7 the very first thing of all", 8)
    assert read(item).text == f"{HOLE} the very first thing of all"
    assert read(item, name="Symbol").text == "• the very first thing of all"


# Wrong maps.


def test_texts_of_languages_are_plausible() -> None:
    assert all(map(is_plausible, (LONG, ENGLISH, f"{TEXT} {ENGLISH}", "", "كلمة " * 300, "3120 14 | 4410")))
    persian = (
        "شورای شهر روز پنجشنبه تشکیل جلسه داد تا کارهای کتابخانه و ساعات کار آن را برای ساکنان محله بررسی "
        "کند و گزارش شهردار درباره پارک های تازه و بودجه سال آینده را بشنود و پیشنهادهای مردم را بخواند"
    )
    assert is_plausible(persian)
    swahili = (
        "Baraza la jiji lilikutana siku ya Alhamisi ili kujadili kazi za ukarabati wa maktaba na saa za "
        "kufungua kwa ajili ya wakazi wa eneo hilo. Kulingana na kumbukumbu kazi zitaanza majira ya kuchipua "
        "na ukumbi wa mashariki hautafunguliwa kabla ya kukamilika."
    )
    assert is_plausible(swahili)


def test_letters_beside_a_to_z_are_plausible_in_words_but_not_alone() -> None:
    icelandic = (
        "Það er ekki leyfilegt að taka myndir í sölum safnsins, og það má aldrei snerta þá muni sem þar eru. "
        "Þeir sem ætla að skoða bækurnar þurfa að biðja um leyfi hjá forstöðumanni viku áður. Börn yngri en "
        "sjö ára greiða ekkert, og nemendur greiða hálft gjald ef þeir sýna skírteini."
    )
    azerbaijani = (
        "Muzeyin zallarında şəkil çəkmək olmaz və əşyalara əl vurmaq qadağandır. Tədqiqatçılar müdirdən bir "
        "həftə əvvəl yazılı icazə almalıdırlar. Yeddi yaşınadək uşaqlar heç nə ödəmir, tələbələr isə vəsiqə "
        "göstərdikdə yarısını ödəyirlər. Ötən il gələnlərin sayı əvvəlkindən az idi."
    )
    vietnamese = (
        "Không được chụp ảnh trong các phòng của bảo tàng và không được chạm vào hiện vật. Nhà nghiên cứu "
        "phải xin phép giám đốc bằng văn bản trước một tuần. Trẻ em dưới bảy tuổi không phải trả tiền."
    )
    assert all(map(is_plausible, (icelandic, azerbaijani, vietnamese)))
    assert not is_plausible("þÿþþÿ þþþÿ þÿþÿþÿ Gþþÿ þþþþÿÿ þþÿþÿÿ þþÿ þÿþÿþ þþÿþ þÿþþ 14 | 3120 þþÿþþÿþþ þþþ")
    assert not is_plausible(f"{ENGLISH} {' '.join('þÿ' * n + 'þ' * (n % 7) for n in range(2, 30))}")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("بتثني", "ٮٮٮٮٮ"),
        ("فق", "ڡٯ"),
        ("بتثني", "ببببب"),
        ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "بتثجحخدذرزسشصضطظعغفقكلمنهويا"),
        ("اةت", "')*"),
        ("abcdefghijklmnopqrstuvwxyz", "defghijklmnopqrstuvwxyzabc"),
    ],
)
def test_texts_with_wrong_letters_are_not(right: str, wrong: str) -> None:
    assert not is_plausible(f"{LONG} {ENGLISH}".translate(str.maketrans(right, wrong)))


def test_a_file_that_names_wrong_letters_is_refused() -> None:
    page = lines(LONG, 50)
    assert reader.extract(pdf([page])).text == LONG
    assert fault(pdf([page], meanings=dict(zip("بتثني", "ببببب", strict=True)))) == "fonts"


@pytest.mark.parametrize(
    ("meaning", "read_as"),
    [
        ("لا", "لا"),
        ("ال", "لا"),
        ("أل", "لأ"),
        ("\ufefb", "لا"),
        ("\u4427", "لا"),
        ("\u4423", "لأ"),
        ("ل\u4427", "لا"),
        ("لله", "لله"),
        ("ت\u2a4f", "تُ"),
    ],
)
def test_letters_that_share_a_glyph_are_in_their_order(meaning: str, read_as: str) -> None:
    assert read(arabic(380, 500, "سXم"), meanings={"X": meaning}).text == f"س{read_as}م"


def test_the_other_ligatures_of_a_font_that_stores_them_as_seen_are_turned() -> None:
    assert read(arabic(380, 500, "سXمY"), meanings={"X": "ال", "Y": "يف"}).text == "سلامفي"
    assert read(arabic(380, 500, "سXمYZ"), meanings={"X": "ال", "Y": "يف", "Z": "لا"}).text == "سلاميفلا"


def test_ghostscripts_latin_ligatures_are_repaired() -> None:
    assert read(Text(20, 500, "the Xrst"), meanings={"X": "\u6600\u6900"}).text == "the first"
    # Codes one after the other that should be ff and fi.
    meanings = {"X": "\u00fb", "Y": "\u00fc"}
    assert read(Text(20, 500, "aXect the Ygure"), meanings=meanings).text == "affect the figure"
    assert read(Text(20, 500, "fYr Köln und Xr"), meanings=meanings).text == "für Köln und ûr"


def test_of_a_letter_with_a_mark_the_glyph_without_width_is_the_mark() -> None:
    page = [arabic(380, 500, "شكرا"), Text(360, 500, "X")]
    assert read(*page, meanings={"X": "ا\u064b"}, widths={"X": 0}).text == "شكرا\u064b"


# Odd drawing.


def kinds(found: Extract) -> list[str]:
    return [kind for kind, _ in blocks(found)]


def test_bullets_drawn_as_shapes_begin_items() -> None:
    said = [Text(60, y, text) for y, text in ((500, "a drain hose"), (486, "a filter"), (472, "a key"))]
    discs = [Shape(50, text.y + 3) for text in said]
    assert blocks(read(Text(40, 520, "In the box there are:"), *said, *discs)) == [
        ("paragraph", "In the box there are:"),
        ("list_item", "• a drain hose"),
        ("list_item", "• a filter"),
        ("list_item", "• a key"),
    ]
    squares = [Shape(50, text.y + 3, is_round=False) for text in said]
    assert kinds(read(*said, *squares)) == ["list_item"] * 3
    rtl = [arabic(340, y, text) for y, text in ((500, "خرطوم للماء"), (486, "مصفاة فحم"))]
    found = read(*rtl, *(Shape(350, text.y + 3, "S") for text in rtl))
    assert blocks(found) == [("list_item", "◦ خرطوم للماء"), ("list_item", "◦ مصفاة فحم")]


def test_other_shapes_are_no_bullets() -> None:
    said = [Text(60, y, text) for y, text in ((500, "a drain hose"), (486, "a filter"), (472, "a key"))]
    alone = [Shape(50, said[0].y + 3)]
    boxes = [Shape(50, text.y + 3, "S", is_round=False) for text in said]
    far = [Shape(15, text.y + 3) for text in said]
    within = [Shape(60 + WIDTH * 10 * len(text.seen) + 6, text.y + 3) for text in said]
    after = [Text(60 + WIDTH * 10 * len(text.seen) + 12, text.y, "or so") for text in said]
    below = [Shape(50, text.y - 6) for text in said]
    for shapes in (alone, boxes, far, [*within, *after], below):
        assert "list_item" not in kinds(read(*said, *shapes))


def test_text_drawn_twice_is_read_once() -> None:
    shadow = [arabic(right, y, "الفصل الأول", 16) for right, y in ((380, 500), (380.4, 500), (381, 499.2))]
    assert read(*shadow).text == "الفصل الأول"
    assert read(Text(20, 500, "all 1100")).text == "all 1100"


def test_words_drawn_over_one_another_do_not_mix_their_letters() -> None:
    # As wkhtmltopdf does after the mark of a footnote.
    first = arabic(380, 500, "ولا يدفع الأطفال شيئا")
    second = arabic(first.x + 12, 500, "أما الطلاب فيدفعون نصفه")
    assert read(first, second).text == f"{first.seen[::-1]} {second.seen[::-1]}"
    latin = Text(20, 400, "It is not", 10)
    over = Text(20 + len(latin.seen) * WIDTH * 10 - 12, 400, "open on Mondays")
    assert read(latin, over).text == "It is not open on Mondays"


def test_spaces_under_letters_are_none() -> None:
    word = arabic(380, 500, "مراكز")
    assert read(word, Text(word.x + 6, 500, " ")).text == "مراكز"


def test_a_space_under_a_letter_beside_a_gap_is_in_the_gap() -> None:
    # In the middle of a line with other spaces, where a gap has to be wider.
    said = (("ما", 380.6), ("لا ", 367.5), ("يدخل أحد", 352.5))
    page = [*(arabic(right, 500, words) for words, right in said), Text(362.5, 500, " ")]
    assert read(*page).text == "ما لا يدخل أحد"


def test_a_narrow_gap_between_latin_and_arabic_letters_is_a_space() -> None:
    said = (arabic(380, 500, "جاء في "), arabic(342, 500, "من"), Text(309, 500, "Lyon"))
    assert read(*said).text == "جاء في من Lyon"


def spaced(x: float, y: float, text: str, step: float, *, spaces: bool) -> list[Text]:
    return [Text(x + step * i, y, c) for i, c in enumerate(text) if spaces or c != " "]


@pytest.mark.parametrize("spaces", [True, False])
def test_letter_spaced_words_stay_whole(spaces: bool) -> None:
    assert read(*spaced(20, 500, "ANNUAL REPORT OF THE HARBOUR", 9, spaces=spaces)).text == (
        "ANNUAL REPORT OF THE HARBOUR"
    )
    assert read(*spaced(20, 500, "HARBOUR", 9, spaces=spaces)).text == "HARBOUR"


def test_numbers_apart_stay_apart() -> None:
    assert read(*spaced(20, 500, "1234567", 9, spaces=False)).text == "1 2 3 4 5 6 7"


def test_a_tatweel_that_stretches_a_word_is_left_out() -> None:
    assert read(arabic(380, 500, "الكـــبير سنة هـ بـ«كذا»")).text == "الكبير سنة هـ بـ«كذا»"


# Footnotes.


def test_a_raised_number_is_a_mark_or_an_exponent_of_its_word() -> None:
    page = lines(TEXT, 40)
    second = page[1]
    # Word raises the mark of a footnote by .35 of the size, to two thirds of it.
    marked = [*page, Text(second.x - 4, second.y + 3.6, "7", 6.6)]
    assert read(*marked).text.replace("[7]", "") == TEXT
    assert read(*marked).text.count("[7]") == 1
    assert "[7] " in read(*marked).text
    assert read(Text(20, 500, "an area of 5 m"), Text(90, 503, "2", 6), Text(99, 500, "now")).text == (
        "an area of 5 m² now"
    )


def test_a_footnote_stands_after_the_paragraph_that_calls_it() -> None:
    first, second = arabic(380, 500, "لا يسمح بالتصوير."), arabic(380, 470, "ولا يجوز اللمس.")
    page = [
        first,
        Text(first.x - 4, 503.6, "1", 6.6),
        second,
        Text(second.x - 4, 473.6, "2", 6.6),
        arabic(380, 440, "انتهى النص هنا."),
        *[arabic(380, 100, "1 إلا للباحثين.", 8), arabic(380, 88, "2 بلا إذن.", 8)],
    ]
    assert blocks(read(*page)) == [
        ("paragraph", "لا يسمح بالتصوير.[1]"),
        ("footnote", "[1] إلا للباحثين."),
        ("paragraph", "ولا يجوز اللمس.[2]"),
        ("footnote", "[2] بلا إذن."),
        ("paragraph", "انتهى النص هنا."),
    ]


def test_an_exponent_calls_no_footnote() -> None:
    page = [
        *[Text(20, 500, "The area of it is 5 m"), Text(126, 503.6, "2", 6.6), Text(136, 500, "or 10")],
        *[Text(161, 503.6, "2", 6.6), Text(171, 500, "m, they say."), Text(231, 503.6, "2", 6.6)],
        *[Text(20, 100, "2", 6.6), Text(24, 97, "Who says that?", 8)],
    ]
    assert blocks(read(*page)) == [
        ("paragraph", "The area of it is 5 m² or 10² m, they say.[2]"),
        ("footnote", "[2] Who says that?"),
    ]


def test_items_go_on_after_the_footnotes_of_a_page() -> None:
    first = [Text(20, 500, "1. No photographs."), Text(20, 60, "1 Ever, at all.", 8)]
    found = reader.extract(pdf([first, [Text(20, 560, "2. No food."), Text(20, 540, "3. No dogs.")]]))
    assert [kind for kind, _ in blocks(found)] == ["list_item", "footnote", "list_item", "list_item"]


def test_marks_of_footnotes_are_compared_by_value() -> None:
    body = arabic(380, 500, "لا يسمح بالتصوير.")
    page = [
        body,
        Text(body.x - 7, 503.6, "21", 6.6),
        *[Text(372, 100, "٢١", 8), arabic(371, 100, " إلا للباحثين.", 8)],
    ]
    assert blocks(read(*page)) == [
        ("paragraph", "لا يسمح بالتصوير.[21]"),
        ("footnote", "[21] إلا للباحثين."),
    ]


def test_small_print_at_a_pages_foot_is_parted_by_its_gaps() -> None:
    small = [
        arabic(380, top, said, 8) for top, said in ((120, "طبع في البصرة"), (110, "عام ألفين"), (80, "هاتف"))
    ]
    assert blocks(read(*lines(TEXT, 50), *small))[1:] == [
        ("footnote", "طبع في البصرة عام ألفين"),
        ("footnote", "هاتف"),
    ]


def test_footnotes_go_on_on_the_next_page() -> None:
    body = arabic(380, 500, "لا يسمح بالتصوير في القاعات.")
    first = [body, arabic(380, 100, "1 إلا للباحثين.", 8)]
    found = reader.extract(pdf([first, [arabic(380, 560, "2 بلا إذن.", 8)]]))
    assert blocks(found)[1:] == [("footnote", "[1] إلا للباحثين."), ("footnote", "[2] بلا إذن.")]
    assert [block.page for block in found.blocks] == [1, 1, 2]


def test_the_only_pages_number_is_no_footnote() -> None:
    page = [arabic(380, 500, "لا يسمح بالتصوير."), arabic(380, 100, "1 إلا للباحثين.", 8), Text(200, 30, "1")]
    assert blocks(read(*page)) == [
        ("paragraph", "لا يسمح بالتصوير."),
        ("footnote", "[1] إلا للباحثين."),
    ]


# Paragraphs.


def test_paragraphs_of_two_lines_with_an_indent_stay_whole() -> None:
    text = "كتب المهندس تقريرا طويلا عن الميناء القديم في المدينة"
    page = []
    for number in range(3):
        top = 500 - 45 * number
        page += [
            arabic(360, top, "كتب المهندس تقريرا طويلا عن الميناء"),
            arabic(380, top - 14, "القديم في المدينة"),
        ]
    assert [said for _, said in blocks(read(*page))] == [text] * 3


def test_hanging_items_stay_whole_and_apart() -> None:
    page = []
    for number, letter in enumerate("أبج"):
        top = 500 - 28 * number
        page += [
            arabic(380, top, f"{letter}- لا يسمح بالتصوير في القاعات"),
            arabic(365, top - 14, "الداخلية في أي يوم"),
        ]
    assert blocks(read(*page)) == [
        ("list_item", f"{letter}- لا يسمح بالتصوير في القاعات الداخلية في أي يوم") for letter in "أبج"
    ]


def test_bullets_begin_items() -> None:
    page = [
        arabic(380, 500 - 14 * n, f"•لا يسمح بالتصوير في القاعة {word}") for n, word in enumerate(("أ", "ب"))
    ]
    assert blocks(read(*page)) == [
        ("list_item", "• لا يسمح بالتصوير في القاعة أ"),
        ("list_item", "• لا يسمح بالتصوير في القاعة ب"),
    ]


def test_line_spacing_is_judged_by_page() -> None:
    wide = lines(TEXT, 50, pitch=24)
    narrow = [*lines(TEXT, 50), *lines(TEXT, 50, top=400), *lines(TEXT, 50, top=250)]
    found = reader.extract(pdf([wide, narrow, narrow]))
    assert [said for _, said in blocks(found)] == [TEXT] * 7


# Tables.


def cell(x: float, y: float, text: str) -> Text:
    return Text(x, y, text)


def test_a_table_drawn_with_lines_has_rows() -> None:
    page: list[Text | Rule] = [*table(50, 500, (60, 60, 60), 30, 3), Text(50, 520, "Visitors of the museum:")]
    rows = (("Month", "People", "Groups"), ("May", "3120", "14"), ("June", "2845", "9"))
    for number, row in enumerate(rows):
        page += [cell(53 + 60 * i, 485 - 30 * number, said) for i, said in enumerate(row)]
    page.append(Text(53, 473 - 30, "only"))  # a second line in a cell
    found = read(*page, Text(50, 380, "The end of it."))
    assert blocks(found) == [
        ("paragraph", "Visitors of the museum:"),
        ("table_header", "Month | People | Groups"),
        ("table_row", "May only | 3120 | 14"),
        ("table_row", "June | 2845 | 9"),
        ("paragraph", "The end of it."),
    ]
    assert found.blocks[2].columns == ("Month", "People", "Groups")


def test_cells_over_several_rows_are_in_each() -> None:
    rules = [rule for rule in table(50, 500, (80, 80), 30, 3) if rule.y != 440 or rule.x != 50]
    rules.append(Rule(130, 440, 210, 440))
    said = [cell(53, 485, "Hall"), cell(133, 485, "People"), cell(53, 450, "East")]
    said += [cell(133, 455, "3120"), cell(133, 425, "2845")]
    assert read(*rules, *said).text == "Hall | People\nEast | 3120\nEast | 2845"


@pytest.mark.parametrize("is_arabic", [False, True])
def test_headings_over_several_columns_are_those_of_each(is_arabic: bool) -> None:
    rows = [
        ("القاعة", "زوار سنة", "", "المدير") if is_arabic else ("Hall", "Visitors, degrees", "", "Guide"),
        ("", "1930", "1931", "") if is_arabic else ("", "20 °C", "30 °C", ""),
        ("الشرق", "3120", "2845", "سلمى") if is_arabic else ("East", "3120", "2845", "Salma"),
        ("الغرب", "14", "9", "هادي") if is_arabic else ("West", "14", "9", "Hadi"),
    ]
    edges = [50, 150, 230, 310, 380]
    if is_arabic:
        edges = [430 - edge for edge in edges[::-1]]
    ys = [500 - 30 * n for n in range(5)]
    page: list[Text | Rule] = [Rule(edges[0], y, edges[-1], y) for n, y in enumerate(ys) if n != 1]
    page.append(Rule(edges[1], ys[1], edges[-2], ys[1]))
    page += [Rule(x, ys[-1], x, ys[1] if x == edges[2] else ys[0]) for x in edges]
    for number, row in enumerate(rows):
        for column, said in enumerate(row):
            if said and is_arabic and not said.isdigit():
                page.append(arabic(edges[-1 - column] - 3, 485 - 30 * number, said, 8))
            elif said:
                left = edges[-2 - column] if is_arabic else edges[column]
                page.append(Text(left + 3, 485 - 30 * number, said, 8))
    found = read(*page)
    above, second, east, _ = found.blocks
    assert [block.kind for block in found.blocks] == ["table_header"] * 2 + ["table_row"] * 2
    assert found.text[above.start : above.end].count(rows[0][1]) == 1
    assert found.text[second.start : second.end].split(" | ")[1:3] == list(rows[1][1:3])
    names = [f"{rows[0][1]} {year}" for year in rows[1][1:3]]
    assert east.columns == (rows[0][0], *names, rows[0][3])
    assert found.text[east.start : east.end] == " | ".join(rows[2])


def test_a_table_goes_on_on_the_next_page() -> None:
    pages = []
    for rows in ((("Month", "People"), ("May", "3120"), ("June", "2845")), (("July", "4410"),)):
        page: list[Text | Rule] = list(table(50, 500, (80, 80), 30, len(rows)))
        for number, row in enumerate(rows):
            page += [cell(53 + 80 * i, 485 - 30 * number, said) for i, said in enumerate(row)]
        pages.append([Text(50, 560, "Visitors of the museum in the last year were many."), *page])
    pages[0].append(Text(50, 60, "1 Without children.", 8))
    found = reader.extract(pdf([pages[0], pages[1][1:]]))
    text = "Month | People\nMay | 3120\nJune | 2845\nJuly | 4410\n\n[1] Without children."
    assert found.text.partition("\n\n")[2] == text
    assert [(block.columns, block.page) for block in found.blocks[2:]] == [
        (("Month", "People"), 1),
        (("Month", "People"), 1),
        (("Month", "People"), 2),
        ((), 1),
    ]


def test_fields_in_boxes_have_no_column_headings() -> None:
    page: list[Text | Rule] = list(table(50, 500, (80, 80), 30, 3))
    for number, row in enumerate((("Name", "Salma"), ("Age", "35"), ("Telephone", "4827"))):
        page += [cell(53 + 80 * i, 485 - 30 * number, said) for i, said in enumerate(row)]
    found = read(*page)
    assert blocks(found) == [
        ("table_row", "Name | Salma"),
        ("table_row", "Age | 35"),
        ("table_row", "Telephone | 4827"),
    ]
    assert all(block.columns == () for block in found.blocks)


def test_a_box_around_text_is_no_table() -> None:
    assert blocks(read(*table(10, 590, (380,), 100, 1), *lines(TEXT, 50))) == [("paragraph", TEXT)]


def test_columns_close_together_are_a_table_where_they_hold_numbers() -> None:
    rows = (("Month", "People"), ("May", "3120"), ("June", "2845"), ("July", "4410"))
    page = [cell(50 + 45 * i, 500 - 14 * n, said) for n, row in enumerate(rows) for i, said in enumerate(row)]
    assert read(*page).text == "Month | People\nMay | 3120\nJune | 2845\nJuly | 4410"


# Metadata.

XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/"><rdf:Description rdf:about="" '
    'xmp:CreateDate="2019-03-05T10:00:00Z">'
    "<dc:title><rdf:Alt><rdf:li>تقرير الميناء</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq>"
    "<rdf:li>مصطفى</rdf:li><rdf:li>سلمى</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF>"
    "</x:xmpmeta>"
)


def test_title_author_and_date_are_in_xmp_metadata() -> None:
    found = read(Text(20, 500, "text"), xmp=XMP)
    assert (found.title, found.author, found.date) == ("تقرير الميناء", "مصطفى، سلمى", "2019-03-05")
    found = read(Text(20, 500, "text"), xmp=XMP, information={"Title": "Harbour"})
    assert (found.title, found.author) == ("Harbour", "مصطفى، سلمى")


@pytest.mark.parametrize("xmp", ["<x", f'<!DOCTYPE x [<!ENTITY a "b">]>{XMP}', "<x/>"])
def test_metadata_that_cannot_be_read_is_left_out(xmp: str) -> None:
    assert read(Text(20, 500, "text"), xmp=xmp).title == ""


def test_a_width_is_half_the_size() -> None:
    assert arabic(100, 0, "اب").x == 100 - 2 * WIDTH * 10


def test_words_of_which_no_letter_is_known_are_too_many_sooner() -> None:
    # «لا» is one glyph without a meaning, four times; of a twentieth of the letters this is far.
    page = lines(f"{LONG} ما {UNKNOWN} يسمح و{UNKNOWN} يجوز ولا ينبغي", 50)
    assert HOLE in reader.extract(pdf([page])).text
    assert fault(pdf([lines(f"{LONG} ما {UNKNOWN} يسمح و{UNKNOWN} يجوز و{UNKNOWN} ينبغي", 50)])) == "fonts"


def test_small_letters_among_arabic_digits_are_lost_digits() -> None:
    page = [arabic(380, 500, "بلغ رسم الدخول في هذه السنة "), Text(220, 500, "٤٫g")]
    assert read(*page).text == f"بلغ رسم الدخول في هذه السنة ٤٫{HOLE}"
    assert read(Text(20, 500, "a figure of 12g and ٤٥ more")).text == "a figure of 12g and ٤٥ more"


def test_a_text_that_is_said_of_a_letter_and_its_mark_is_read_once() -> None:
    # Typst gives both glyphs the text of both.
    page = [
        Text(101, 502, "z", actual="ت\u064f"),
        Text(100, 500, "x", actual="ت\u064f"),
        arabic(100, 500, "قبل"),
    ]
    assert read(*page).text == "ت\u064fقبل"
