"""Numbers and dates have one form, however they are written: held to tables by hand."""

from __future__ import annotations

import pytest

from index.text.analyzer import Term, analyze, analyzed, stem


def terms(text: str) -> list[str]:
    return [term.term for term in analyze(text)]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("3", ["ثلاث", "ثلاثة", "الثلاثة", "بثلاثة", "three", "٣", "تلاتة"]),
        ("11", ["أحد عشر", "إحدى عشرة", "eleven"]),
        ("12", ["اثنا عشر", "اثني عشر", "اثنتي عشرة", "twelve"]),
        ("17", ["سبعة عشر", "سبع عشرة", "seventeen"]),
        ("22", ["اثنان وعشرون", "اثنتين وعشرين", "twenty-two", "twenty two"]),
        ("25", ["خمسة وعشرون", "خمسة و عشرين", "والخمسة والعشرين"]),
        ("90", ["تسعون", "تسعين", "ninety"]),
        ("100", ["مئة", "مائة", "مية", "لمئة", "hundred"]),
        ("107", ["مئة وسبعة", "مائة وسبع", "ومئة وسبعة", "one hundred and seven"]),
        ("200", ["مئتان", "مئتين", "مائتان", "مائتي", "two hundred"]),
        ("250", ["مئتان وخمسون", "مائتين وخمسين", "two hundred and fifty", "two hundred fifty"]),
        ("300", ["ثلاثمئة", "ثلاثمائة", "ثلاث مئة", "ثلاث مائة", "ثلثمئة"]),
        ("365", ["ثلاثمئة وخمسة وستون", "ثلاثمائة وخمس وستين", "three hundred and sixty-five"]),
        ("700", ["سبعمئة", "لسبعمئة", "سبعمائة", "سبع مائة"]),
        ("850", ["ثمانمئة وخمسون", "ثماني مئة و خمسين", "ثمانمائة وخمسون"]),
        ("1000", ["ألف متر", "ألفا متر", "one thousand"]),
        (
            "1956",
            [
                "ألف وتسعمئة وست وخمسين",
                "ألف وتسعمائة وستة وخمسون",
                "ست وخمسين وتسعمئة وألف",
                "nineteen fifty-six",
            ],
        ),
        ("1900", ["ألف وتسعمئة", "nineteen hundred"]),
        ("2005", ["ألفين وخمسة", "ألفان وخمس", "two thousand and five", "two thousand five"]),
        ("2020", ["ألفين وعشرين", "twenty twenty", "two thousand twenty"]),
        ("3500", ["ثلاثة آلاف وخمسمئة", "ثلاثة آلاف وخمسمائة", "three thousand five hundred", "3,500"]),
        ("23000", ["ثلاثة وعشرون ألفا", "23 ألفا", "23 ألف", "twenty-three thousand", "23 thousand"]),
        (
            "31450",
            ["31450", "31،450", "31,450", "٣١٬٤٥٠", "۳۱٬۴۵۰", "31’450", "31.450", "31\u202f450", "31 450"],
        ),
        ("750000", ["سبعمئة وخمسون ألف دينار", "سبع مائة وخمسين ألف", "750 ألف"]),
        ("1200000", ["مليون ومئتا ألف", "مليون ومئتي ألف", "one million two hundred thousand"]),
        ("5000000", ["خمسة ملايين", "5 ملايين", "five million", "5 million", "5,000,000"]),
        ("2000000", ["مليونان", "مليونين", "two million"]),
    ],
)
def test_a_number_is_one_term(number: str, written: list[str]) -> None:
    assert {text: terms(text)[0] for text in written} == dict.fromkeys(written, number)
    assert all(len(terms(text)) == 1 for text in written if not text.endswith(("متر", "دينار")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Not numbers, or not one.
        ("يوم الاثنين", ["يوم", "اثن"]),
        ("من ألّف الكتاب", ["من", "الف", "كتاب"]),
        ("one of them", ["one", "of", "them"]),
        ("خمسة وستة", ["5", "6"]),
        ("خمسة بالمئة", ["5", "100"]),
        ("بين خمسين ومئة", ["بين", "50", "100"]),
        ("04.500 و4.50", ["04", "500", "و", "4", "50"]),
        ("مئة ألف، وسبعة", ["100000", "7"]),
        ("three, four", ["3", "4"]),
        ("آلاف الزوار", ["الاف", "زوار"]),
        ("97٫5", ["97", "5"]),
        ("2.5 مليون", ["2", "5", "1000000"]),
        ("12, 345", ["12", "345"]),
        ("1234,567", ["1234", "567"]),
        ("0790 123 456", ["0790", "123", "456"]),
        ("1 200", ["1", "200"]),
        ("May 14 200", ["may", "14", "200"]),
        ("14/13/09", ["14", "13", "09"]),
        ("ك٢ فقط", ["ك", "2", "فقط"]),
        ("فصل الصيف 1980", ["فصل", "صيف", "1980"]),
        ("3 أبناء ناصر", ["3", "ابناء", "ناصر"]),
    ],
)
def test_other_words_and_numbers_stay(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


MONTHS = {
    "January": "يناير، كانون الثاني، جانفي",
    "February": "فبراير، شباط، فيفري",
    "March": "مارس، آذار، 3 مارت",
    "April": "أبريل، إبريل، شهر نيسان، أفريل",
    "May": "مايو، أيار، مايس، 3 ماي",
    "June": "يونيو، يونيه، حزيران، شهر جوان، في جوان",
    "July": "يوليو، يوليه، تموز، جويلية، يوليوز",
    "August": "أغسطس، آب، أوت، غشت، 3 اب",
    "September": "سبتمبر، أيلول، شتنبر",
    "October": "أكتوبر، تشرين الأول",
    "November": "نوفمبر، تشرين الثاني، نونبر",
    "December": "ديسمبر، كانون الأول، دجنبر",
}


@pytest.mark.parametrize(("english", "arabic"), MONTHS.items())
def test_a_month_has_one_term_in_all_traditions(english: str, arabic: str) -> None:
    (term,) = terms(english)
    assert term == stem(english.lower())
    for name in arabic.split("، "):
        assert terms(name)[-1] == term
        # كانون الثاني is one term.
        assert len(terms(name)) == (1 if name.startswith(("كانون", "تشرين")) else len(name.split()))


def test_months_are_told_apart_and_from_other_words() -> None:
    assert len({terms(name)[0] for name in MONTHS}) == 12
    assert terms("كانون أول تشرين ثاني") == ["decemb", "novemb"]
    assert terms("أب الولد عند باب البيت") == ["اب", "ولد", "عند", "باب", "بيت"]
    assert terms("درجة الحرارة صفر") == ["درج", "حرار", "صفر"]
    assert terms("في صفر 1446") == ["في", "safar", "1446"]
    assert terms("بكانون الثاني ولآب وبأوت") == ["januari", "august", "august"]


@pytest.mark.parametrize(
    "written",
    [
        "14 كانون الثاني 2009",
        "14 يناير 2009",
        "١٤ جانفي ٢٠٠٩",
        "14/1/2009",
        "14/1/09",
        "14 ك٢ 2009",
        "14 أي النار 2009",
        "14-01-2009",
        "14.1.2009",
        "2009/1/14",
        "2009-01-14",
        "١٤\u200f/١\u200f/٢٠٠٩",
        "1/14/2009",
        "14 January 2009",
        "January 14, 2009",
        "Jan. 14, 2009",
        "14th January 2009",
        "January 14th, 2009",
        "الرابع عشر من كانون الثاني 2009",
        "الرابع عشر من شهر يناير 2009",
        "January the fourteenth, 2009",
        "the fourteenth of January 2009",
    ],
)
def test_a_date_is_its_day_month_and_year(written: str) -> None:
    assert sorted(set(terms(written)) - {"من", "شهر", "the", "of"}) == ["14", "2009", "januari"]


@pytest.mark.parametrize(
    "written",
    [
        "3 جمادى الأولى 1446",
        "3/5/1446هـ",
        "1446/5/3",
        "الثالث من جمادى الاولى 1446 هـ",
        "٣ جُمادى الأولى ١٤٤٦هـ",
    ],
)
def test_a_hijri_date_is_hijri(written: str) -> None:
    assert sorted(set(terms(written)) - {"من", "ه"}) == ["1446", "3", "jumadaalula"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("رمضان", "Ramadan"),
        ("ربيع الثاني", "ربيع الآخر"),
        ("جمادى الآخرة", "جمادى الثانية"),
        ("ذو الحجة", "ذي الحجة"),
        ("ذي القعدة", "ذو القعدة"),
        ("القرن التاسع عشر", "القرن 19"),
        ("the nineteenth century", "the 19th century"),
        ("الحادي والعشرين من آذار", "21 من مارس"),
        ("twenty-first of March", "21 of March"),
    ],
)
def test_the_same_in_other_words(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_an_ordinal_that_dates_nothing_is_a_word() -> None:
    assert terms("الطابق الرابع عشر") == ["طابق", "رابع", "عشر"]
    assert terms("the fourteenth floor") == ["the", "fourteenth", "floor"]


def test_a_number_stands_where_its_words_do() -> None:
    text = "سنة أَلْفٍ وتسعمئة وست وخمسين، 31،450 زائرًا"
    year, visitors = (term for term in analyze(text) if term.term.isdecimal())
    assert (year.term, text[year.start : year.end]) == ("1956", "أَلْفٍ وتسعمئة وست وخمسين")
    assert (visitors.term, text[visitors.start : visitors.end]) == ("31450", "31،450")
    assert analyze("14/1/2009") == [Term("14", 0, 2), Term("januari", 3, 4), Term("2009", 5, 9)]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("1", ["المادة 1", "المادة الأولى", "مادة (أولى)", "Article I", "Chapter one", "first chapter"]),
        ("4", ["الباب الرابع", "Article IV", "article iv", "Art. IV", "Section four", "the fourth section"]),
        ("9", ["المادة ٩", "والمادة (التاسعة)", "للمادة رقم تسعة", "بالبند التاسع", "تاسع مادة"]),
        ("12", ["الفصل 12", "الفصل الثاني عشر", "الفقرة الثانية عشرة", "chapter twelve", "Chapter XII"]),
        ("21", ["المادة الحادية والعشرون", "clause twenty-one", "the twenty-first clause", "Part XXI"]),
        ("105", ["المادة الخامسة بعد المئة", "المادة 105", "Article CV"]),
    ],
)
def test_a_part_has_one_number(number: str, written: list[str]) -> None:
    assert {text: [term for term in terms(text) if term.isdecimal()] for text in written} == {
        text: [number] for text in written
    }


@pytest.mark.parametrize(
    "text",
    [
        "the article I read", "The book first appeared", "the last chapter. One day", "Annex C",
        "نشر الكتاب أول مرة", "مادة واحدة", "الفصل: أول ما يقال", "on the other part\n\nOne of them",
    ],
)  # fmt: skip
def test_other_words_beside_a_part_are_no_number(text: str) -> None:
    assert not [term for term in terms(text) if term.isdecimal()]


def test_what_is_said_of_a_parts_number() -> None:
    said = {one.term for one in analyzed("Article IX and the fourth section").stated}
    assert said == {one.term for one in analyzed("article 9 and section 4").stated} == {"9", "4"}


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("3 Rabi al-Awwal 1446", "٣ ربيع الأول ١٤٤٦"),
        ("3 Rabi' II 1446", "٣ ربيع الآخر ١٤٤٦"),
        ("3 Jumada al-Ula 1446", "٣ جمادى الأولى ١٤٤٦"),
        ("3 Jumada ath-Thaniyah 1446", "٣ جمادى الآخرة ١٤٤٦"),
        ("3 Dhu al-Qadah 1446", "٣ ذو القعدة ١٤٤٦"),
        ("3 Dhu'l-Hijja 1446", "٣ ذي الحجة ١٤٤٦"),
        ("3/1/46هـ", "3 محرم 1446هـ"),
        ("5 الفاتح 1980", "5 September 1980"),
        ("5 ت٢ 1980", "5 November 1980"),
        ("5/11/80", "5 November 1980"),
    ],
)
def test_a_date_is_the_same_in_other_names(written: str, same: str) -> None:
    assert terms(written) == terms(same)
