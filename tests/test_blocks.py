"""Plain text -> blocks: what is a heading, an item, a row or a field, and what is left a paragraph."""

from __future__ import annotations

from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from index.text.structure.blocks import find_blocks, refined
from index.types import Block, Document

STATUTE = """\
النظام الأساسي لجمعية المراكب

الباب الأوّل
أحكام عامة

المادة (1)
تؤسَّس الجمعية في البصرة سنة 1931.

المادة (2) التعريفات
يُقصد بالكلمات الآتية ما يأتي:
1. الجمعية: جمعية المراكب.
2. الرئيس: رئيس الجمعية.

الباب الثاني: العضوية

المادة 3: تُحدَّد الرسوم سنوياً بقرار من المجلس.
المادة 4: يجوز للعضو أن ينسحب.
وتسري المادة 5 من القانون."""

RULES = """\
Rules of the Harbour
====================

1. Scope

This document says how boats are moored. It was
adopted in 1931.

2. Fees

2.1 Moorings
A mooring costs 12 pounds for each night of stay.

ARTICLE I
PURPOSE
The Society keeps the harbour open to all.

Recommendations

* Paint the lighthouse
* Mend the
  long pier

Table 2: Boats by year"""

POEM = """\
قفا نبك من ذكرى حبيب ومنزل        بسقط اللوى بين الدخول فحومل
فتوضح فالمقراة لم يعف رسمها        لما نسجتها من جنوب وشمأل
ترى بعر الآرام في عرصاتها        وقيعانها كأنه حب فلفل"""


def said(text: str) -> list[tuple[str, int, str]]:
    """Kind, level and text of each block."""
    return [(b.kind, b.level, text[b.start : b.end]) for b in find_blocks(text)]


def kinds(text: str) -> set[str]:
    return {block.kind for block in find_blocks(text)}


def test_the_parts_of_a_statute_are_headings_at_their_levels() -> None:
    assert said(STATUTE) == [
        ("heading", 1, "النظام الأساسي لجمعية المراكب"),
        ("heading", 2, "الباب الأوّل"),
        ("heading", 3, "أحكام عامة"),
        ("heading", 4, "المادة (1)"),
        ("paragraph", 0, "تؤسَّس الجمعية في البصرة سنة 1931."),
        ("heading", 4, "المادة (2) التعريفات"),
        ("paragraph", 0, "يُقصد بالكلمات الآتية ما يأتي:"),
        ("list_item", 1, "1. الجمعية: جمعية المراكب."),
        ("list_item", 1, "2. الرئيس: رئيس الجمعية."),
        ("heading", 2, "الباب الثاني: العضوية"),
        ("heading", 4, "المادة 3"),
        ("paragraph", 0, "تُحدَّد الرسوم سنوياً بقرار من المجلس."),
        ("heading", 4, "المادة 4"),
        ("paragraph", 0, "يجوز للعضو أن ينسحب."),
        ("paragraph", 0, "وتسري المادة 5 من القانون."),
    ]
    labels = [block.label for block in find_blocks(STATUTE) if block.label]
    assert labels == [
        "الباب الأوّل", "المادة (1)", "المادة (2)", "1.", "2.", "الباب الثاني", "المادة 3", "المادة 3",
        "المادة 4", "المادة 4",
    ]  # fmt: skip


def test_english_headings_are_told_by_rules_numbers_capitals_and_usual_words() -> None:
    assert said(RULES) == [
        ("heading", 1, "Rules of the Harbour"),
        ("heading", 3, "1. Scope"),
        ("paragraph", 0, "This document says how boats are moored. It was\nadopted in 1931."),
        ("heading", 3, "2. Fees"),
        ("heading", 4, "2.1 Moorings"),
        ("paragraph", 0, "A mooring costs 12 pounds for each night of stay."),
        ("heading", 5, "ARTICLE I"),
        ("heading", 6, "PURPOSE"),
        ("paragraph", 0, "The Society keeps the harbour open to all."),
        ("heading", 2, "Recommendations"),
        ("list_item", 1, "* Paint the lighthouse"),
        ("list_item", 1, "* Mend the\n  long pier"),
        ("caption", 0, "Table 2: Boats by year"),
    ]


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("ما الأسطرلاب؟\n\nالأسطرلاب آلة فلكية قديمة تُقاس بها ارتفاعات الكواكب.", "ما الأسطرلاب؟"),
        ("بطاقة جهاز\n\nالرقم HX-107\n\nموقع الجهاز: السطح. حالته جيدة.", "الرقم HX-107"),
        ("8 March\n\nWe crossed the wadi at noon.", "8 March"),
        (
            "The night had passed.\n\nReturn to the harbour\n\nThe boats came back at dawn.",
            "Return to the harbour",
        ),
        ("الفصل الحادي عشر\nعاد البحّار إلى قريته بعد عشرين سنة.", "الفصل الحادي عشر"),
        ("Article 5 – Boats left without a light are removed at once.", "Article 5"),
        (
            "أولاً: الميزانية\nعرض الأمين الميزانية على المجلس.\n\nثانياً: القرارات\n1- شراء مضخّة.\n2- بيعها.",
            "ثانياً: القرارات",
        ),
        (
            "Trip to the Wadi\n\nBy Salma Haddad\n\n6 March\n\nWe left the village at dawn.",
            "Trip to the Wadi",
        ),
        ("Trip to the Wadi\n\nBy Salma Haddad\n\n6 March\n\nWe left the village at dawn.", "6 March"),
        (
            "The old harbour has a gate.\n\nWhat is a weir?\nA weir is a low wall across a river.",
            "What is a weir?",
        ),
        ("التوصيات:\n- أن يُرمَّم السور.\n- أن يُفتح الباب.", "التوصيات:"),
    ],
)
def test_what_is_a_heading(text: str, heading: str) -> None:
    assert heading in [words for kind, _, words in said(text) if kind == "heading"]


@pytest.mark.parametrize(
    "text",
    [
        "أعلن الحشد انطلاق المعركة.\n\nثم عاد الجنود إلى مواقعهم قبل أن يطلع الفجر.",
        '"Where are you?"\n\n"Here," he said.\n\nHe was sitting under the old bridge.',
        "- Where is he?\nI don't know, he said, and closed the door behind him.",
        "John Smith\n12 Harbour Street\nLondon\n\nThe letter came back on the next day.",
        "كان البحّارة يغنّون كل ليلة.\n\nيا ليل\n\nيا قمر\n\nيا نجمة\n\nكان هذا ما غنّاه البحّارة.",
        POEM,
        "Dear Salma,\n\nthe boat has come back, and everybody is well.",
        "Section 5 of this law is void.\n\nIt was repealed in 1931 by the council.",
        "The court held, under the terms of the agreement and of\nSection 3\nthat nothing was due to anyone.",
        "A. Smith went home.\nJ. Smith stayed at the harbour.",
        "It was 1931.\n2.5 million people came to see the boats in the harbour.",
        "ثم قال الوزير:\n\nلن نترك الميناء قبل أن يعود آخر مركب من البحر.",
        "Ali: Where is the boat?\nSalma: At the pier.\nAli: Since when?",
    ],
)
def test_what_stays_a_paragraph(text: str) -> None:
    assert kinds(text) == {"paragraph"}


def test_a_numbered_clause_that_introduces_a_list_is_none() -> None:
    text = """\
4. LEAVE

4.1 Staff may take eight weeks of leave a year, in agreement with the manager.

4.2 The following must be attached to the request:

- a certificate;
- a declaration.

4.3 The manager may postpone the leave once, for no longer than five days."""
    assert [(kind, part[:8]) for kind, _, part in said(text)] == [
        ("heading", "4. LEAVE"),
        ("paragraph", "4.1 Staf"),
        ("paragraph", "4.2 The "),
        ("list_item", "- a cert"),
        ("list_item", "- a decl"),
        ("paragraph", "4.3 The "),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("وطلبوا منه:", "paragraph"),
        ("ويشمل:", "paragraph"),
        ("They had to:", "paragraph"),
        ("It covers:", "paragraph"),
        ("الوثائق المطلوبة:", "heading"),
        ("Required documents:", "heading"),
    ],
)
def test_a_clause_of_two_words_introduces_a_list_and_is_no_heading(line: str, kind: str) -> None:
    text = f"نُقل المتحف إلى بيت قديم على النهر سنة 1931 بقرار.\n\n{line}\n- ثوب قديم\n- مركب من خشب"
    assert [k for k, _, _ in said(text)] == ["paragraph", kind, "list_item", "list_item"]


INTERVIEW = """\
OREN: You began as a baker. What does one need for glass, which is so much hotter, and where did you learn it?

MIRA: Patience. I came for a week and stayed, as the furnace was warm.

OREN: Tell us about the blue vase.

MIRA: Cobalt, and a mistake that I made with it.

OREN: And the price?

MIRA: Two hundred euros."""
IN_ARABIC = """\
س: متى بدأت العمل في الورشة؟
ج: بدأت سنة 1998 مع عمّي.
س: ومن علّمك؟
ج: عمّي، رحمه الله."""


@pytest.mark.parametrize("text", [INTERVIEW, IN_ARABIC])
def test_an_interviewers_words_are_the_heading_of_the_reply(text: str) -> None:
    lines = [line for line in text.splitlines() if line]
    assert said(text) == [
        ("heading", 1, line) if number % 2 == 0 else ("paragraph", 0, line)
        for number, line in enumerate(lines)
    ]


def test_two_people_who_both_ask_are_no_interview() -> None:
    text = """\
ANN: Who is there, at this hour?

BEN: Who asks, and why at all?

ANN: I do, and I live here.

BEN: Go on, then."""
    assert kinds(text) == {"paragraph"}


def test_the_articles_title_is_a_heading_and_its_paragraphs_are_none(article: Document) -> None:
    blocks = find_blocks(article.text)
    assert [b.kind for b in blocks if b.end - b.start > 100] == ["paragraph"] * sum(
        len(line) > 100 for line in article.text.splitlines()
    )
    assert sum(b.kind == "heading" for b in blocks) <= 1


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        (
            "| المدينة | السكان |\n|---|---|\n| سلوان | 41200 |\n| رملين | |",
            ("المدينة", "السكان"),
            [["سلوان", "41200"], ["رملين", ""]],
        ),
        (
            "City\tPeople\nSelwan\t41200\nRamlin\t18700",
            ("City", "People"),
            [["Selwan", "41200"], ["Ramlin", "18700"]],
        ),
        (
            "الفرع     العدد   السنة\nكربلاء    141     1950\nبغداد     320     1951",
            ("الفرع", "العدد", "السنة"),
            [["كربلاء", "141", "1950"], ["بغداد", "320", "1951"]],
        ),
        ("a | b\nc | d", (), [["a", "b"], ["c", "d"]]),
    ],
)
def test_a_row_knows_its_cells_and_columns(
    text: str, columns: tuple[str, ...], rows: list[list[str]]
) -> None:
    blocks = [block for block in find_blocks(text) if block.kind == "table_row"]
    assert [[text[start:end] for start, end in block.cells] for block in blocks] == rows
    assert {block.columns for block in blocks} == {columns}
    assert {block.table for block in blocks} == {1}


def test_the_fields_of_a_form_have_their_keys() -> None:
    text = "بطاقة\n\nالاسم: سلمى\nالعمر: 30\nالمدينة: حلب"
    assert [(b.kind, b.label) for b in find_blocks(text)[1:]] == [
        ("form_field", "الاسم"),
        ("form_field", "العمر"),
        ("form_field", "المدينة"),
    ]


def test_items_are_numbered_in_their_depths() -> None:
    text = "أولاً: الأعضاء.\n  (أ) العامل.\n  (ب) الفخري.\nثانياً: المجلس.\nثالثاً: المال."
    assert [(b.kind, b.level, b.label) for b in find_blocks(text)] == [
        ("list_item", 1, "أولاً:"),
        ("list_item", 2, "(أ)"),
        ("list_item", 2, "(ب)"),
        ("list_item", 1, "ثانياً:"),
        ("list_item", 1, "ثالثاً:"),
    ]


PIECES = [
    "كلمة", "Word", "CAPS WORDS", "المادة (3)", "Article 5", "3", "1. ", "(أ) ", "- ", "• ", ".", "؟", ":",
    " | ", "|", "\t", "   ", "===", "---", "\n", "\n\n", "\r\n", "\u2028", " ", "Table 2: ", "مقدمة", "key: ", "\u00a0", "ـَ",  # noqa: E501
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1).map("".join) | st.text())
def test_blocks_follow_one_another_and_hold_every_word(text: str) -> None:
    blocks = find_blocks(text)
    assert all(0 <= block.start < block.end <= len(text) for block in blocks)
    assert all(one.end <= other.start for one, other in pairwise(blocks))
    assert all(block.level in range(10) for block in blocks)
    covered = {place for block in blocks for place in range(block.start, block.end)}
    assert all(match.start() in covered for match in regex.finditer(r"[\p{L}\p{N}]", text))
    for block in blocks:
        places = [
            block.start,
            *(place for cell in block.cells if cell[0] < cell[1] for place in cell),
            block.end,
        ]
        assert places == sorted(places)
        assert not block.columns or len(block.columns) == len(block.cells)


@pytest.mark.slow
def test_a_long_text_takes_a_time_that_grows_with_it() -> None:
    for line in (
        "| a | b |\n",
        "1. a\n",
        "key: value\n",
        "المادة 3: نص.\n",
        "a  b  c\n",
        "word\n",
        "A\n\n",
        "- -\n",
        "a  b\n",
        "a\tb c d e\n",
        "+\n",
    ):
        text = line * (20_000 // len(line)) + "\nend"
        assert find_blocks(text)[-1].end == len(text)


def kinds_as_refined(*paragraphs: str) -> list[str]:
    """The kinds of a reader's paragraphs after they were refined."""
    text, blocks = "", []
    for paragraph in paragraphs:
        start = len(text) + 2 * bool(text)
        text += "\n\n" * bool(text) + paragraph
        blocks.append(Block("paragraph", start, len(text)))
    return [block.kind for block in refined(text, blocks, page_breaks=True)]


@pytest.mark.parametrize(
    ("paragraphs", "items"),
    [
        (("The tenant shall not do this:", "sublet;", "store fuel.", "Rent is due in May."), [1, 2]),
        (("يُحظر على المستأجر ما يأتي:", "التأجير من الباطن؛", "تخزين الوقود؛", "تربية الدجاج."), [1, 2, 3]),
        (("The tenant shall not do this:", "sublet.", "store fuel."), []),
        (("Rent is due in May.", "It rained;", "it snowed."), []),
        (("The tenant shall not do this:", "sublet;", "store fuel"), []),
    ],
)
def test_semicolons_part_the_items_that_a_colon_introduces(
    paragraphs: tuple[str, ...], items: list[int]
) -> None:
    found = kinds_as_refined(*paragraphs)
    assert [number for number, kind in enumerate(found) if kind == "list_item"] == items


def refined_kinds(*paragraphs: str, heading: str = "") -> list[str]:
    """The kinds of the paragraphs of a Word file, under a heading if there is one."""
    text, blocks = heading, [Block("heading", 0, len(heading), level=1)] if heading else []
    for paragraph in paragraphs:
        start = len(text) + 2 * bool(text)
        text += "\n\n" * bool(text) + paragraph
        blocks.append(Block("paragraph", start, len(text)))
    return [block.kind for block in refined(text, blocks)]


@pytest.mark.parametrize(
    ("paragraphs", "items"),
    [
        (("On each boat there are to be:", "- two oars", "- a bailer", "Boats leave at six."), [1, 2]),
        (("على كل قارب أن يحمل:", "1. مجدافين", "2. دلواً", "3. حبلاً"), [1, 2, 3]),
        (("على كل قارب أن يحمل:", "أ. مجدافين", "ب. دلواً"), [1, 2]),
        (("He told us what was said:", "- Come at once."), []),
        (("Boats leave at six.", "- Come at once.", "- Never."), []),
        (("On each boat there are to be:", "1. two oars", "4. a bailer"), []),
        (("On each boat there are to be:", "- two oars", "• a bailer"), []),
    ],
)
def test_typed_bullets_and_numbers_are_those_of_a_list(paragraphs: tuple[str, ...], items: list[int]) -> None:
    found = refined_kinds(*paragraphs)
    assert [number for number, kind in enumerate(found) if kind == "list_item"] == items


def test_a_heading_introduces_numbers_but_no_speech() -> None:
    decisions = ("1. The pier is repaired.", "2. The lamp is sold.")
    speech = ("- Come at once.", "- Never.")
    assert refined_kinds(*decisions, heading="Decisions").count("list_item") == 2
    assert refined_kinds(*speech, heading="Evening").count("list_item") == 0


QUESTIONS = {
    "What does the harbour cost?": "A mooring costs twelve pounds for each night, and nothing for children.",
    "May I bring a dog?": "Dogs are welcome on the pier, and not on the boats.",
    "I have lost my key.": "Ask the harbour master, who has another one in the office.",
    "متى يُغلق الميناء؟": "يُغلق الميناء عند غروب الشمس في كل أيام السنة.",
}


def of_styled(paragraphs: list[str], emphasized: set[int]) -> list[str]:
    """The paragraphs that are headings in a file which has two others."""
    text, blocks = "", []
    for number, paragraph in enumerate(["Rules", "Moorings", *paragraphs]):
        start = len(text) + 2 * bool(text)
        text += "\n\n" * bool(text) + paragraph
        blocks.append(
            Block("heading" if number < 2 else "paragraph", start, len(text), level=min(2 - number, 1))
        )
    found = refined(text, blocks, {number + 2 for number in emphasized})
    return [
        text[b.start : b.end] for b in found if b.kind == "heading" and text[b.start : b.end] in paragraphs
    ]


def test_questions_of_a_file_with_headings_are_those_of_their_answers() -> None:
    said = [part for pair in QUESTIONS.items() for part in pair]
    assert of_styled(said, {0, 2, 4, 6}) == list(QUESTIONS)
    # Not in bold: what doesn't ask is a paragraph.
    assert of_styled(said, set()) == [question for question in QUESTIONS if question[-1] in "?؟"]


def test_questions_of_a_story_are_its_paragraphs() -> None:
    said = ["The boat lay on the sand, and nobody had seen the two men since the evening before."] * 9
    said[3], said[6] = "Where were they?", "“Who is there?”"
    assert of_styled(said, set()) == []


RELEASE = """\
مؤسسة النهر تعيد فتح جسر القوارب أمام المشاة بعد أعوام

البصرة، 17 تشرين الثاني/نوفمبر 2025

أعادت مؤسسة النهر أمس فتح جسر القوارب أمام المشاة، بعد أن ظل مغلقاً ثلاثة أعوام."""


def test_the_place_and_date_of_a_release_are_no_heading() -> None:
    assert [kind for kind, _, _ in said(RELEASE)] == ["heading", "paragraph", "paragraph"]
    english = "The bridge is open\n\nYork, 3 May 2021\n\nThe bridge was opened again today, three years late."
    assert [kind for kind, _, _ in said(english)] == ["heading", "paragraph", "paragraph"]
    rain = "It rained all day, and nobody came to see us."
    diary = f"York, 3 May 2021\n\n{rain}\n\nHull, 4 May 2021\n\n{rain}"
    assert [kind for kind, _, _ in said(diary)] == ["heading", "paragraph"] * 2


def test_a_label_with_a_colon_is_the_heading_of_the_text_below() -> None:
    about = "جمعية أهلية تأسست سنة 1931 وتُعنى بالمراكب القديمة."
    text = f"اختُتمت الحملة أمس في الميناء القديم.\n\nنبذة عن الجمعية:\n\n{about}"
    assert [kind for kind, _, _ in said(text)] == ["paragraph", "heading", "paragraph"]
    speech = text.replace("نبذة عن الجمعية:", "وقال الرئيس:")
    assert [kind for kind, _, _ in said(speech)] == ["paragraph"] * 3
    contact = (
        "The campaign ended today in the harbour.\n\nAbout us:\n\nWe are a society of friends of old boats."
    )
    assert [kind for kind, _, _ in said(contact)] == ["paragraph", "heading", "paragraph"]
    for line in ("She asked me:", "For example:", "Note:", "وأوضح الوزير:", "ملاحظة:"):
        assert "heading" not in kinds(contact.replace("About us:", line))


def test_numbered_questions_above_their_answers_are_headings() -> None:
    first = "أولا: ما التجليد؟\n\nالتجليد صناعة قديمة تحفظ الكتب من التلف."
    text = f"{first}\n\nثانيا: لماذا تتلف الجلود؟\n\nتتلف الجلود من الرطوبة ومن الحرارة معا."
    assert [kind for kind, _, _ in said(text)] == ["heading", "paragraph"] * 2
    asked = "1. Where were you?\n2. Who saw you?\n3. When did it end?\n\nThese are what the court asks."
    assert "heading" not in kinds(asked)
