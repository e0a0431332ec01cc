"""Arabic as people write it: letters written as marks, other keyboards, all held to tables by hand."""

from __future__ import annotations

import pytest

from index.text.analyzer import analyze, legible, normalise
from index.text.arabic import proclitic_splits


def terms(text: str) -> list[str]:
    return [term.term for term in analyze(text)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        # A dagger alef is a letter...
        ("ٱلْكِتَٰبُ", "الكتاب"),
        ("ٱلْكُتُبُ", "الكتب"),
        ("صَٰلِحٌ", "صالح"),
        ("سَمَٰوَٰتٍ", "سماوات"),
        ("سُلَيْمَٰن وَإِسْحَٰق", "سليمان وإسحاق"),
        ("ٱلْمَلَٰٓئِكَةُ", "الملائكة"),
        ("الـعَـٰـلَمِين", "العالمين"),
        # ... but in words that are never written with it, whatever is attached,
        ("هَٰذَا هٰذه فَهَٰذَانِ هَٰٓؤُلَآءِ", "هذا هذه فهذان هؤلاء"),
        ("ذَٰلِكَ كَذَٰلِكَ وَلَٰكِنَّهُم", "ذلك كذلك ولكنهم"),
        ("إِلَٰهٌ إِلَٰهَكُمْ ٱللَّٰهُ لِلَّٰهِ ٱلرَّحْمَٰنِ", "إله إلهكم الله لله الرحمن"),
        ("أُو۟لَٰٓئِكَ طٰهٰ", "أولئك طه"),
        # beside ى, and instead of the letter that carries it.
        ("ٱلْكُبْرَىٰ مُوسَىٰ إِلٰى", "الكبرى موسى إلى"),
        ("هُدَىٰهُمْ ٱلتَّوْرَىٰةَ", "هداهم التوراة"),
        ("ٱلصَّلَوٰةُ ٱلزَّكَوٰةَ ٱلرِّبَوٰا۟", "الصلاة الزكاة الربا"),
        ("يَٰقَوْمِ يَٰٓأَيُّهَا", "يا قوم يا أيها"),
        # Small letters.
        ("لَهُۥ بِهِۦ رَبُّهُۥ", "له به ربه"),
        ("ٱلْغَاوُۥنَ إِبْرَٰهِـۧمَ ٱلنَّبِيِّـۧنَ دَاوُۥدَ", "الغاوون إبراهيم النبيين داود"),
        # آ as ءا, and a madda that only lengthens.
        ("ءَايَٰتٌ وَٱلْءَاخِرَةِ ءَادَمَ لِءَالِ قُرْءَانٌ", "آيات والآخرة آدم لآل قرآن"),
        ("إجراءات جزءان بدءا", "إجراءات جزءان بدءا"),
        ("مَآءٌ ٱلضَّآلِّينَ دَآبَّةٍ مَآ", "ماء الضالين دابة ما"),
        ("آخَرَ قُرْآن مَآل آمَنَّا", "آخر قرآن مآل آمنا"),
        # Other keyboards.
        ("تقریر المکیفات", "تقرير المكيفات"),
        ("متی علی إلی حتی", "متى على إلى حتى"),
        ("ہندسہ مدرسۃ ھنا ڪتاب", "هندسه مدرسة هنا كتاب"),
        ("سنة ۱۹۵۶", "سنة 1956"),
    ],
)
def test_letters_are_read_as_a_newspaper_prints_them(written: str, read: str) -> None:
    assert legible(written).text == read
    assert normalise(written).text == normalise(read).text
    assert terms(written) == terms(read)


def test_letters_that_are_marks_have_their_places() -> None:
    written = "ٱلْكِتَٰبُ ءَايَٰتٌ"
    assert [written[term.start : term.end] for term in analyze(written)] == written.split()
    assert legible("كَٰب").origins == (0, 2, 3)
    assert legible("ءَادم").origins == (0, 3, 4)
    assert normalise("ءَادم").origins == (0, 3, 4)


@pytest.mark.parametrize(
    ("forms", "stem"),
    [
        # What is attached goes, also a single letter, ...
        ("نقل بنقل لنقل ونقل والنقل وبنقل", "نقل"),
        ("مستودع كمستودع المستودع فالمستودع للمستودع بمستودع", "مستودع"),
        ("مدرسة ومدرسة بمدرسة للمدرسة لمدرستها", "مدرس"),
        ("لقاء للقاء واللقاء بلقاء", "لقاء"),
        # ... and what is a word's own stays: its first letter,
        ("وزارة الوزارة ووزارة لوزارة والوزارات", "وزار"),
        ("كتاب والكتاب بكتاب للكتاب", "كتاب"),
        ("بحيرة البحيرة ببحيرة", "بحير"),
        ("بنك البنك لبنك وببنك", "بنك"),
        ("فلسطين لفلسطين فلسطيني والفلسطينية", "فلسطين"),
        ("ألوان الألوان بالألوان لألوان", "الوان"),
        ("التزام الالتزام بالتزامها", "التزام"),
        # its last ones.
        ("لبنان لبناني اللبنانية بلبنان", "لبنان"),
        ("اللبن لبن", "لبن"),
        ("السودان السودانية وسودان", "سودان"),
        ("مكان المكان بمكان", "مكان"),
        ("قانون القانونية بقانون", "قانون"),
        ("شهر شهرين بشهر", "شهر"),
        ("مهندسون المهندسين مهندس", "مهندس"),
    ],
)
def test_affixes_are_told_from_letters_of_the_word(forms: str, stem: str) -> None:
    assert {form: terms(form)[0] for form in forms.split()} == dict.fromkeys(forms.split(), stem)


@pytest.mark.parametrize(
    ("word", "shortest", "splits"),
    [
        ("والكتاب", 0, [("وال", "كتاب"), ("و", "الكتاب")]),
        ("بالبيت", 4, [("ب", "البيت")]),
        ("بالبيت", 3, [("بال", "بيت"), ("ب", "البيت")]),
        ("كل", 0, [("ك", "ل")]),
        ("كل", 2, []),
        ("مدرسه", 0, []),
        ("", 0, []),
    ],
)
def test_proclitics_are_split_off_the_longest_first(
    word: str, shortest: int, splits: list[tuple[str, str]]
) -> None:
    assert list(proclitic_splits(word, shortest)) == splits


def test_other_proclitics_may_be_split_off() -> None:
    assert list(proclitic_splits("وكل", among="وفبل")) == [("و", "كل")]
    assert list(proclitic_splits("وكل", 3, ("", "و"))) == [("", "وكل")]
