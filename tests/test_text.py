"""The analyzer, held to tables by hand and to properties over arbitrary text."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from index import Document
from index.text.analyzer import Term, analyze, arabic_share, language, legible, normalise, stem
from index.text.arabic import is_arabic

ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640"
SMALL = "\u0670\u06e5\u06e6\u06e7ی"
MIXED = st.text(alphabet=ARABIC + MARKS + SMALL + "abcXYZé019٣'’ «»\"،.ﻻﷲﷺ½㎧ß\n\u200f") | st.text()


def terms(text: str) -> list[str]:
    return [term.term for term in analyze(text)]


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("كِتَابٌ", "كتاب"),
        ("مُحَمَّدٌ رَسُولُ", "محمد رسول"),
        ("هٰذا", "هذا"),
        ("العـــراق", "العراق"),
        ("أحمد إلى آخر ٱلبيت", "احمد الي اخر البيت"),
        ("مؤمن رئيس ماء", "مومن رييس ماء"),
        ("مدرسة على", "مدرسه علي"),
        ("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹", "0123456789 0123456789"),
        ("کتابی", "كتابي"),  # Persian kaf and ya
        ("ﻛﺘﺎﺏ", "كتاب"),  # presentation forms
        ("ﻻ ﻹ ﻵ", "لا لا لا"),
        ("ﷲ", "الله"),
        ("ﹷﹽ", ""),  # a fatha and a shadda, each on a tatweel
        ("a\u200fb\u200cc\u00add", "abcd"),  # invisible characters
        ("Crème BRÛLÉE Straße", "creme brulee strasse"),
        ("ﬁn Ⅷ x²", "fin viii x2"),
        ("Iraq’s", "iraq's"),
    ],
)
def test_normalise(written: str, normalised: str) -> None:
    assert normalise(written).text == normalised


def test_normalise_knows_where_each_character_comes_from() -> None:
    assert normalise("بِﻻـٌة").origins == (0, 2, 2, 5)
    assert normalise("aßc").origins == (0, 1, 1, 2)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("كِتَابٌ مُحَمَّدٍ", "كتاب محمد"),
        ("هٰذا قُرۡآن", "هذا قرآن"),
        ("العـــراق ـــ", "العراق "),
        ("\u200fالحشد\u200e \u202bهو\u202c \u2067من\u2069", "الحشد هو من"),
        ("الحـ\u200dشد می\u200cخواهد \ufeffa\u00adb", "الحشد ميخواهد ab"),
        ("\U0001f468\u200d\U0001f467", "\U0001f468\U0001f467"),
        ("ﻛﺘﺎﺏ ﻣﻌﺮﻛﺔ ﻋﻠﻰ", "كتاب معركة على"),
        ("ﻻ ﻹ ﻵ ﻷﻷ", "لا لإ لآ لألأ"),  # lam-alef ligatures keep their hamza
        ("ﷲ ﷺ ﷼", "الله صلى الله عليه وسلم ريال"),
        ("كﹷﹽ ﹶب ﱞا", "ك ب ا"),  # marks as characters of their own, on a tatweel or on none
        ("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ４२", "0123456789 0123456789 42"),
        ("ا\u0654حمد ا\u0655لى ا\u0653خر مو\u0654من بي\u0654ر", "أحمد إلى آخر مؤمن بئر"),
        ("ا\u064e\u0654حمد ا\u0654\u064eحمد", "أحمد أحمد"),  # in either order with a vowel
        ("أُحِبُّ", "أحب"),
        ("ب\u0654 \u0654ب", "ب ب"),  # a hamza on what carries none
        # What a word is spelled like stays, and so does all that isn't Arabic.
        ("مدرسة على أحمد إلى آخر ٱلبيت مؤمن رئيس", "مدرسة على أحمد إلى آخر البيت مؤمن رئيس"),
        ("کتابی، «قال»؟", "كتابي، «قال»؟"),
        ("Crème BRÛLÉE e\u0301 ﬁn Ⅷ x² Iraq’s\n½", "Crème BRÛLÉE e\u0301 ﬁn Ⅷ x² Iraq’s\n½"),
        ("\u064e\u0640\u0654\u200f", ""),
        ("", ""),
    ],
)
def test_legible(written: str, read: str) -> None:
    assert legible(written).text == read


def test_legible_knows_where_each_character_comes_from() -> None:
    assert legible("بِﻻـٌة").origins == (0, 2, 2, 5)
    assert legible("كَا\u0654س").origins == (0, 2, 4)
    assert legible("\u200fa\u0301ﷲ٣").origins == (1, 2, 3, 3, 3, 3, 4)
    assert legible("ـ\u0654").origins == ()


def test_what_a_newspaper_prints_is_read_as_it_is(article: Document) -> None:
    """All that the article loses is its marks: its words keep their letters."""
    bare = regex.sub(r"[\p{Mn}\u0640\p{Cf}]", "", article.text)
    assert legible(article.text).text == bare
    assert bare != article.text


@given(MIXED)
def test_legible_is_what_it_says(text: str) -> None:
    read = legible(text)
    assert len(read.origins) == len(read.text)
    assert list(read.origins) == sorted(read.origins)
    assert all(0 <= origin < len(text) for origin in read.origins)
    assert not regex.search(r"\p{Cf}|\u0640", read.text)
    # No letter is lost, nor levelled: what it reads has the same terms.
    assert normalise(read.text).text == normalise(text).text
    assert terms(read.text) == terms(text)


@given(st.text(alphabet=ARABIC + MARKS + "\u0653\u0654\u0655abcé019٣'’ «»،.ﻻﷲﷺ\n\u200f"))
def test_what_is_legible_stays_as_it_is(text: str) -> None:
    read = legible(text).text
    assert legible(read).text == read
    assert legible(read).origins == tuple(range(len(read)))


@pytest.mark.slow
def test_every_character_by_itself_is_made_legible_once() -> None:
    changed = []
    for code in (*range(0x20000), *range(0xE0000, 0xE0200)):
        for text in (chr(code), f"ا{chr(code)}"):
            once = legible(text).text
            if legible(once).text != once or normalise(once).text != normalise(text).text:
                changed.append(f"U+{code:04X}")
    assert changed == []


# Without آ, which after a fatha may be an alef that is only long, and without ءا, which is read as آ.
PLAIN = st.sampled_from(ARABIC.replace("آ", "").replace("ء", ""))


@given(st.lists(st.tuples(PLAIN, st.text(MARKS, max_size=3)), min_size=1))
def test_a_vocalised_word_is_read_as_the_bare_one(letters: list[tuple[str, str]]) -> None:
    written = "".join(letter + marks for letter, marks in letters)
    bare = "".join(letter for letter, _ in letters)
    read = legible(written)
    assert read.text == bare
    assert "".join(written[origin] for origin in read.origins) == bare
    # Decomposed, as some file systems and phones write it.
    assert legible(unicodedata.normalize("NFD", written)).text == bare


def test_hamza_on_its_carrier_and_hamza_by_a_combining_mark_are_the_same() -> None:
    for written in "أإآؤئ":
        assert normalise(unicodedata.normalize("NFD", written)).text == normalise(written).text


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("والكتاب", "كتاب"),
        ("بالبيت", "بيت"),
        ("كالبحر", "بحر"),
        ("فالعراق", "عراق"),
        ("للحشد", "حشد"),
        ("الحدود", "حدود"),
        ("وثبتت", "ثبتت"),
        ("ولد", "ولد"),  # three letters: the و may be the word's own
        ("حدودها", "حدود"),
        ("جانبان", "جانب"),
        ("عمليات", "عملي"),  # one suffix, no more
        ("مقاتلون", "مقاتل"),
        ("مقاتلين", "مقاتل"),
        ("عراقيه", "عراق"),
        ("معركه", "معرك"),
        ("عراقي", "عراق"),
        ("والعراقيون", "عراقي"),
        ("به", "به"),  # two letters are left
        ("في", "في"),
        ("اله", "ال"),
        ("الان", "ان"),
        ("running", "run"),
        ("announced", "announc"),
        ("battles", "battl"),
        ("iraq's", "iraq"),
        ("2017", "2017"),
    ],
)
def test_stem(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("…؟ «» 🎉 - ،", []),
        ("كِتَابٌ", [Term("كتاب", 0, 7)]),
        ("Iraq's army", [Term("iraq", 0, 6), Term("armi", 7, 11)]),
        ("Iraq’s", [Term("iraq", 0, 6)]),
        ("'quoted'", [Term("quot", 1, 7)]),
        # The article by itself is no term; the mark on the last letter belongs to the word.
        ("الـ»داعشيّة»", [Term("داعش", 4, 11)]),
        ("الـ»داعشي»", [Term("داعش", 4, 9)]),
        ("الجيشَيْن،", [Term("جيش", 0, 9)]),
        ("السوريّ", [Term("سور", 0, 7)]),
        ("عام ٢٠١٧م", [Term("عام", 0, 3), Term("2017", 4, 8), Term("م", 8, 9)]),
        ("COVIDفيروس", [Term("covid", 0, 5), Term("فيروس", 5, 10)]),
        ("Al-Qa'im القائم", [Term("al", 0, 2), Term("qa'im", 3, 8), Term("قايم", 9, 15)]),
        ("ﻻعب", [Term("لاعب", 0, 3)]),
    ],
)
def test_analyze(text: str, expected: list[Term]) -> None:
    assert analyze(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("المدرسة", "المدرسه"),
        ("مستشفى", "مستشفي"),
        ("الإسلام", "الاسلام"),
        ("الـ»داعشيّة»", "داعشي"),
        ("العراقيّة", "العراق"),
        ("والمقاتلين", "مقاتلون"),
        ("ﻣﻌﺮﻛﺔ", "معركة"),
        ("٢٠١٧", "2017"),
        ("Battle’s", "battles"),
        ("café", "CAFE"),
    ],
)
def test_spellings_that_meet(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


@given(MIXED)
def test_a_term_stands_where_it_says(text: str) -> None:
    previous = 0
    for term in analyze(text):
        assert 0 <= previous <= term.start < term.end <= len(text)
        # A ligature such as ﷺ holds several words, so that each of them stands there.
        assert term.term in terms(text[term.start : term.end])
        previous = term.start


@given(st.text(alphabet=ARABIC + MARKS + "abcXYZé019٣'’ «»\"،.ﻻ\n\u200f"))
def test_without_ligatures_of_words_a_term_is_all_that_stands_there(text: str) -> None:
    end = 0
    for term in analyze(text):
        assert term.start >= end
        assert terms(text[term.start : term.end]) == [term.term]
        end = term.end


@given(st.text())
def test_the_terms_are_the_normalised_texts_own(text: str) -> None:
    assert terms(normalise(text).text) == terms(text)


@given(MIXED)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once.text).text == once.text
    assert len(once.origins) == len(once.text)
    assert list(once.origins) == sorted(once.origins)


def test_normalising_a_single_character_twice_changes_nothing() -> None:
    changed = []
    for code in (*range(0x20000), *range(0xE0000, 0xE0200)):
        once = normalise(chr(code)).text
        if once != chr(code) and normalise(once).text != once:
            changed.append(f"U+{code:04X}")
    assert changed == []


@given(st.lists(st.lists(st.tuples(st.sampled_from(ARABIC), st.text(MARKS, max_size=3)), min_size=1)))
def test_vocalised_text_has_the_terms_of_unvocalised(words: list[list[tuple[str, str]]]) -> None:
    vocalised = " ".join("".join(letter + marks for letter, marks in word) for word in words)
    plain = " ".join("".join(letter for letter, _ in word) for word in words)
    assert terms(vocalised) == terms(plain)
    assert [vocalised[t.start : t.end] for t in analyze(vocalised)] == [
        word for word in vocalised.split() if terms(word)
    ]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0.0),
        ("2017 ١٩", 0.0),
        ("الحشد الشعبي", 1.0),
        ("the battle", 0.0),
        ("الحشد army 2017", 0.5),
        ("من أعلن battle؟", 2 / 3),
        ("ﻣﻌﺮﻛﺔ", 1.0),
    ],
)
def test_arabic_share(text: str, share: float) -> None:
    assert arabic_share(text) == pytest.approx(share)


def test_language_is_that_of_most_words() -> None:
    assert language("Who announced معركة؟") == "en"
    assert language("من أعلن معركة Akashat؟") == "ar"
    assert language("battle معركة") == "ar"
    assert language("2017") == "en"


def test_every_letter_that_is_taken_for_arabic_is_arabic() -> None:
    letter = regex.compile(r"(?V1)[\p{Arabic}&&\p{L}]")
    missed = [
        f"U+{ord(character):04X}"
        for character in map(chr, range(0x10000))
        if letter.match(character) and not is_arabic(character)
    ]
    assert missed == []
    assert not any(is_arabic(character) for character in "aé1中ש ،"[:-1])
