"""A question's words are read as the collection spells them, and only those that it never has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
from fake_encoder import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Document, Index
from index.folder.store import FolderIndex
from index.text.analyzer import analyze, legible, normalise, words
from index.text.arabic import is_arabic
from index.text.spelling import Count, Spelling, WordCounts

LETTERS = "ءآأإابةتلمنهوىيكف"


@pytest.mark.parametrize(
    ("texts", "asked", "read"),
    [
        (["عاد أحمد إلى المدينة."], "متى عاد احمد الي المدينه؟", "متى عاد أحمد إلى المدينة؟"),
        (["علي في مستشفى القرية"], "على مستشفي القريه", "على مستشفى القرية"),
        # A letter with its mark is another one, unless the collection never writes it.
        (["لعب كره في المدينة"], "كرة", "كرة"),
        (["لعب كره في المدينه"], "كرة", "كره"),
        (["عاد احمد الي القريه", "أ"], "أحمد إلى", "أحمد الي"),
        # As it is written there, it stays, however rare.
        (["أحمد أحمد أحمد احمد"], "احمد", "احمد"),
        (["أحمد احمد"], "أحمد", "أحمد"),
        # The most frequent form; of two that are as frequent, the first in the order of characters.
        (["إعلام أعلام", "أعلام"], "اعلام", "أعلام"),
        (["إعلام أعلام إعلام"], "اعلام", "إعلام"),
        (["إعلام", "أعلام"], "اعلام", "أعلام"),
        # Vocalised or stretched it is the same word.
        (["أَحْمَدُ الأَمِـــير"], "احمد الامير", "أحمد الأمير"),
        # With what is attached to it.
        (["المدينة"], "والمدينه", "والمدينة"),
        (["المدينة"], "بالمدينه كالمدينه", "بالمدينة كالمدينة"),
        (["مدينة"], "والمدينه", "والمدينة"),
        (["مدينة"], "بالمدينه كالمدينه فالمدينه للمدينه", "بالمدينة كالمدينة فالمدينة للمدينة"),
        (["مدينة"], "ومدينه فمدينه بمدينه لمدينه كمدينه", "ومدينة فمدينة بمدينة لمدينة كمدينة"),
        (["أحمد"], "لاحمد واحمد", "لأحمد وأحمد"),
        (["مدينة"], "ٱلمدينه", "المدينة"),
        # The whole word counts before its parts.
        (["والمدينة مدينه"], "والمدينه", "والمدينة"),
        # What would be left of the word is too short to tell.
        (["أب"], "واب", "واب"),
        (["أبي"], "وابي", "وأبي"),
        # One is taken off.
        (["مدينة"], "وبالمدينه", "وبالمدينه"),
        # Two letters that are both more than the bare one make two words.
        (["إلا"], "ألا الا", "ألا إلا"),
        (["ألا"], "إلا الا", "إلا ألا"),
        (["فأن"], "فإن فان", "فإن فأن"),
        (["مدرسه على"], "مدرسة علي", "مدرسه على"),
        (["ماء"], "ما", "ما"),
        # What the collection hasn't at all stays, and so does what isn't Arabic.
        (["أحمد"], "محمود سعاد", "محمود سعاد"),
        (["Café ÉCOLE أحمد"], "cafe ecole، احمد’s 2017!", "cafe ecole، أحمد’s 2017!"),
        (["أحمد"], "الـ احمد", "ال أحمد"),
        (["أحمد"], "", ""),
        ([], "احمد", "احمد"),
        (["", "…", "2017 only Latin"], "احمد", "احمد"),
    ],
)
def test_spelled_as_in_the_collection(texts: list[str], asked: str, read: str) -> None:
    assert Spelling.of(texts).apply(legible(asked).text) == read


def test_all_else_stays_where_it_was() -> None:
    spelling = Spelling.of(["أحمد"])
    assert spelling.apply(" «احمد»،\n(احمد)\tx احمد… ") == " «أحمد»،\n(أحمد)\tx أحمد… "


def forms(spelling: Spelling) -> dict[str, int]:
    """The words that are written in the collection, and how often each is."""
    return {
        word: written for words in spelling.words.values() for word, (written, _) in words.items() if written
    }


def test_the_forms_are_legible_and_counted() -> None:
    texts = ["بَاب دار، باب", "دار \u200fباب x 3 ال ـ", "ﻻ دار باب دكان"]
    assert forms(Spelling.of(texts)) == {"باب": 4, "دار": 3, "دكان": 1, "لا": 1}
    counts = WordCounts()
    for text in texts:
        counts.add(text, ["x3", "3", "3", "باب"])
    assert [row for row in counts.rows() if row[0] != "word"] == [
        ("letter", "", "ا", 9, 0), ("letter", "", "ب", 8, 0), ("letter", "", "د", 4, 0),
        ("letter", "", "ر", 3, 0), ("letter", "", "ك", 1, 0), ("letter", "", "ل", 1, 0),
        ("letter", "", "ن", 1, 0), ("number", "", "3", 3, 0), ("number", "", "x3", 3, 0),
    ]  # fmt: skip


def test_a_word_is_known_without_its_article_too() -> None:
    assert Spelling.of(["المدينة المدينة مدينة الأب"]).words == {
        "الاب": {"الأب": (1, 0)},
        "المدينه": {"المدينة": (2, 0)},
        "مدينه": {"مدينة": (1, 2)},
    }


def test_it_can_be_made_from_any_kind_of_iterable() -> None:
    one, other = Spelling.of(iter(["باب", "دار"])), Spelling.of(("باب", "دار"))
    assert (one.words, one.letters) == (other.words, other.letters)


WORDS = st.text(LETTERS, min_size=1, max_size=6)


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=5))
def test_the_terms_stay_and_so_do_places(texts: list[str], asked: list[str]) -> None:
    """Only letters that the analyzer takes for the same are exchanged, one for one."""
    question = " ".join(asked)
    read = Spelling.of(texts).apply(question)
    assert len(read) == len(question)
    assert normalise(read).text == normalise(question).text
    assert analyze(read) == analyze(question)


@given(st.lists(WORDS, max_size=8), st.text() | st.text(LETTERS + "\u064e\u0640ﻻﷲ ab3،\n"))
def test_any_question_of_any_texts(texts: list[str], question: str) -> None:
    read = legible(question).text
    spelled = Spelling.of([*texts, question[::-1]]).apply(read)
    assert normalise(spelled).text == normalise(read).text
    assert Spelling.of([]).apply(read) == read


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_what_the_collection_has_is_left_as_it_is(texts: list[str]) -> None:
    spelling = Spelling.of(texts)
    for text in texts:
        assert spelling.apply(text) == text
    assert forms(spelling) == Counter(text for text in texts if words(text))


# A letter that is exchanged for another, and the letter that both are read as.
BARE = {"أ": "ا", "إ": "ا", "ة": "ه", "ى": "ي"}
# So few that most of them meet.
ALIKE = st.sampled_from("اأإ").flatmap(lambda first: st.sampled_from("اأهةيى").map(lambda last: first + last))


def spelled(texts: list[str], word: str) -> str:
    """By a count over all words: the most frequent one, if it has no mark less or nobody writes that mark."""
    alike = [text for text in texts if [BARE.get(c, c) for c in text] == [BARE.get(c, c) for c in word]]
    if word in alike or not alike:
        return word
    usual = min(alike, key=lambda text: (-alike.count(text), text))
    pairs = zip(word, usual, strict=True)
    written = set("".join(texts))
    fits = (a == b or a not in BARE or (b not in BARE and a not in written) for a, b in pairs)
    return usual if all(fits) else word


@settings(max_examples=300)
@given(st.lists(ALIKE, min_size=1, max_size=12), ALIKE)
def test_a_word_is_spelled_as_a_count_would_have_it(texts: list[str], word: str) -> None:
    assert Spelling.of(texts).apply(word) == spelled(texts, word)


@pytest.mark.parametrize(
    ("texts", "asked", "read"),
    [
        # A hamza that both have, beside a letter that is exchanged.
        (["إلى إدارة المؤسسة"], "إلي إداره المؤسسه", "إلى إدارة المؤسسة"),
        (["مسؤولية الهيئة"], "مسؤوليه الهيئه والهيئه", "مسؤولية الهيئة والهيئة"),
    ],
)
def test_letters_that_are_the_same_do_not_matter(texts: list[str], asked: str, read: str) -> None:
    assert Spelling.of(texts).apply(asked) == read


def test_what_is_attached_to_a_word_of_the_collection_is_not_read_as_another() -> None:
    """«و» and its «الأمل» would do for «الامل» as well, but «أمل» is the collection's own."""
    assert Spelling.of(["أمل، الامل"]).apply("والأمل") == "والأمل"


class InMemory:
    """The same in sets and a dict."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = Counter(w for text in texts for w in arabic_words(legible(text).text))
        written = [form for form, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        bare = [form.removeprefix("ال") for form in written if len(form) >= 5]
        self.known = {*written, *bare}
        self.letters = set("".join(written))
        self.usual: dict[str, str] = {}
        for form in (*written, *bare):
            self.usual.setdefault(normalise(form).text, form)

    def spelled(self, word: str) -> str:
        if word in self.known:
            return word
        if usual := self.variant(word):
            return usual
        for proclitic in ("وال", "بال", "كال", "فال", "لل", "ال", "و", "ف", "ب", "ل", "ك"):
            rest = word[len(proclitic) :]
            if normalise(word).text.startswith(proclitic) and len(rest) >= 3:
                if rest in self.known:
                    return word
                if usual := self.variant(rest):
                    return word[: len(proclitic)] + usual
        return word

    def variant(self, word: str) -> str | None:
        level = normalise(word).text
        usual = self.usual.get(level)
        if usual is None or not len(level) == len(usual) == len(word):
            return None
        letters = zip(level, word, usual, strict=True)
        fits = (c == b or b == a or (c == a and b not in self.letters) for a, b, c in letters)
        return usual if all(fits) else None


def arabic_words(text: str) -> list[str]:
    written = [text[word.start : word.end] for word in words(text)]
    return [word for word in written if is_arabic(word[0])]


# So few letters that most words meet, with what may be attached.
MEETING = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "ال", "و", "وال", "لل", "ب"]),
        st.sampled_from(["أ", "ا", "إ", "م", ""]),
        st.sampled_from(["دي", "دى", "مد", "مك"]),
        st.sampled_from(["", "ة", "ه", "ى", "ي"]),
    ),
)


@pytest.mark.slow
@settings(max_examples=400)
@given(st.lists(MEETING | WORDS, max_size=10), st.lists(MEETING | WORDS, min_size=1, max_size=5))
def test_it_spells_as_sets_and_a_dict_would(texts: list[str], asked: list[str]) -> None:
    spelling, reference = Spelling.of(texts), InMemory(texts)
    for word in asked:
        for one in arabic_words(word):
            assert spelling.apply(one) == reference.spelled(one)


def counted(texts: list[str], removed: Sequence[str] = ()) -> list[Count]:
    counts = WordCounts()
    for text in texts:
        counts.add(text, text.split())
    for text in removed:
        counts.add(text, text.split(), -1)
    return counts.rows()


@settings(max_examples=300)
@given(st.lists(MEETING, max_size=8), st.lists(MEETING, max_size=6), st.integers(0, 255))
def test_summed_counts_are_as_made_from_scratch(texts: list[str], added: list[str], gone: int) -> None:
    removed = [text for n, text in enumerate(texts) if gone >> n & 1]
    stay = [text for n, text in enumerate(texts) if not gone >> n & 1]
    summed, whole = Spelling.summed([*counted(texts), *counted(added, removed)]), Spelling.of([*stay, *added])
    assert (summed.words, summed.letters) == (whole.words, whole.letters)
    assert counted(added, added) == []
    rows = counted([*texts, *added])
    assert rows == sorted(rows, key=lambda row: [field.encode() for field in row[:3]])


def spelling_of(index: Index) -> Spelling:
    parts = cast(FolderIndex, index)._snapshot.parts
    return Spelling.summed(row for part in parts for row in part.segment.rows.all_counts())


def test_it_is_saved_with_the_index(encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [Document("عاد أحمد إلى المدينة. احمد هنا، وأحمد أحمد!\nRain."), Document("سُعَاد؟")]
    spelling = spelling_of(Index.build(documents, tmp_path / "index", encoder=encoder, show_progress=False))
    words = ["إلى", "احمد", "المدينة", "سعاد", "عاد", "هنا", "وأحمد"]
    assert forms(spelling) == {"أحمد": 2, **dict.fromkeys(words, 1)}
    assert spelling.apply("الي المدينه") == "إلى المدينة"


def test_it_is_empty_where_nothing_is_arabic(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build([Document("Rain fell.")], tmp_path / "index", encoder=encoder, show_progress=False)
    assert forms(spelling_of(index)) == {}


def test_it_changes_with_the_index(encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [Document("عاد أحمد إلى المدينة.", id="a"), Document("احمد هنا", id="b")]
    index = Index.build(documents, tmp_path / "index", encoder=encoder, show_progress=False)
    index.update([Document("عاد أحمد.\nوالقرية هنا", id="a")])
    index.remove(["b"])
    assert forms(spelling_of(index)) == dict.fromkeys(["أحمد", "عاد", "هنا", "والقرية"], 1)


COLLECTION = [
    Document("أعلن أحمد انطلاق المعركة.\nوصلت القوّات إلى الحدود.", id="battle"),
    Document("مستشفى المدينة قرب الأسواق.\nThe river floods in spring.", id="city"),
]


@pytest.mark.parametrize(
    ("careless", "well"),
    [
        ("من اعلن المعركه؟", "من أعلن المعركة؟"),
        ("اين وصل احمد", "أين وصل أحمد"),
        ("هل المستشفي والمدينه الي الحدود", "هل المستشفى والمدينة إلى الحدود"),
        ("إلي الاسواق river", "إلى الأسواق river"),
        ("أَعلَنَ أحـــمد المعركة", "أعلن أحمد المعركة"),
    ],
)
@pytest.mark.parametrize("is_reopened", [False, True])
def test_however_it_is_spelled_a_question_has_the_same_hits(
    careless: str, well: str, is_reopened: bool, encoder: FakeEncoder, tmp_path: Path
) -> None:
    index = Index.build(COLLECTION, tmp_path / "i", encoder=encoder, show_progress=False)
    if is_reopened:
        index = Index.open(tmp_path / "i", encoder=encoder)
    assert index.search(careless, k=10) == index.search(well, k=10)
    assert index.query(careless).reading == index.query(well).reading == well


def test_an_update_brings_its_spelling(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = Index.build(COLLECTION[:1], tmp_path / "i", encoder=encoder, show_progress=False)
    assert index.query("مستشفي").reading == "مستشفي"
    index.update(COLLECTION[1:])
    assert index.query("مستشفي").reading == "مستشفى"
    index.remove(["city"])
    assert index.query("مستشفي").reading == "مستشفي"
    assert index.query("المعركه").reading == "المعركة"
