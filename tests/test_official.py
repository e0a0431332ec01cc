"""The parts of official papers, in any file: letterhead, title, date line, byline, signatures, clauses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from test_docx import docx

import qa
from index import Document, Index
from index.readers.read_files import read_file
from index.text.split import split
from index.text.structure.blocks import find_blocks
from index.text.structure.official import byline, date_line, name_span, offices, opening, plain_title
from index.text.structure.official_blocks import official_blocks
from index.types import Block
from qa.answering.answer import METADATA_CONFIDENCE
from qa.answering.metadata import cite_metadata

ORDER = """\
بلدية السهل الأخضر
مكتب رئيسة البلدية

أمر إداري رقم 9 لسنة 2018
بشأن تنظيم سوق السبت

إن رئيسة البلدية،
بعد الاطلاع على قانون الأسواق رقم 3 لسنة 1991،
تقرّر ما يأتي:

أولًا: يُفتح السوق كل سبت من السادسة صباحًا حتى الثانية ظهرًا في الساحة الغربية.

ثانيًا: على كل بائع أن يعلّق في مكان ظاهر:
أ. رقم الرخصة.
ب. قائمة الأسعار.

ثالثًا: يُعيَّن السيد وائل الدباغ مراقبًا للسوق لمدة سنتين من تاريخ هذا الأمر.

حُرّر في السهل الأخضر بتاريخ 11 نيسان 2018.

التوقيع:
م. رباب الحلّاق
رئيسة البلدية

نسخة إلى:
- الشرطة
- غرفة التجارة"""

RESOLUTION = """\
Saltmarsh Rowing Club
Office of the Secretary

Resolution No. 8 of 2016
on the old boathouse

Whereas the roof of the boathouse fell in on 3 March 2016,
the committee resolves as follows:

First: The boathouse shall be closed to members until the roof is whole again.

Second: The builder shall:
a. clear the slates;
b. brace the north wall.

Third: Mrs. Olive Penrose is asked to watch over the works and to report each month.

Done at Saltmarsh on 12 March 2016.

Gilbert Rackham
Club Secretary"""


def kinds(text: str) -> list[tuple[str, str]]:
    """Kind and first line of each block."""
    return [(block.kind, text[block.start : block.end].split("\n")[0]) for block in find_blocks(text)]


def test_the_parts_of_an_arabic_paper() -> None:
    assert kinds(ORDER) == [
        ("page_header", "بلدية السهل الأخضر"),
        ("heading", "أمر إداري رقم 9 لسنة 2018"),
        ("paragraph", "إن رئيسة البلدية،"),
        ("list_item", "أولًا: يُفتح السوق كل سبت من السادسة صباحًا حتى الثانية ظهرًا في الساحة الغربية."),
        ("list_item", "ثانيًا: على كل بائع أن يعلّق في مكان ظاهر:"),
        ("list_item", "أ. رقم الرخصة."),
        ("list_item", "ب. قائمة الأسعار."),
        ("list_item", "ثالثًا: يُعيَّن السيد وائل الدباغ مراقبًا للسوق لمدة سنتين من تاريخ هذا الأمر."),
        ("paragraph", "حُرّر في السهل الأخضر بتاريخ 11 نيسان 2018."),
        ("signature", "التوقيع:"),
        ("heading", "نسخة إلى:"),
        ("list_item", "- الشرطة"),
        ("list_item", "- غرفة التجارة"),
    ]


def test_the_parts_of_an_english_paper() -> None:
    found = kinds(RESOLUTION)
    assert found[:2] == [("page_header", "Saltmarsh Rowing Club"), ("heading", "Resolution No. 8 of 2016")]
    assert [line for kind, line in found if kind == "list_item"] == [
        "First: The boathouse shall be closed to members until the roof is whole again.",
        "Second: The builder shall:",
        "a. clear the slates;",
        "b. brace the north wall.",
        "Third: Mrs. Olive Penrose is asked to watch over the works and to report each month.",
    ]
    assert found[-1] == ("signature", "Gilbert Rackham")


@pytest.mark.parametrize("text", [ORDER, RESOLUTION])
def test_a_clause_is_a_passage_and_keeps_the_list_that_it_introduces(text: str) -> None:
    found = split(Document(text), 200, FakeEncoder().count_tokens)
    clauses = [p for p in found if p.text.startswith(("أولًا", "ثانيًا", "ثالثًا", "First", "Second", "Third"))]
    lines = [p.text.split("\n") for p in clauses]
    assert [len(one) for one in lines] == [1, 3, 1]
    assert [len(p.items) for p in clauses] == [0, 2, 0]
    title = plain_title(text, find_blocks(text))
    assert all(p.headings == (title,) for p in clauses)


def test_office_and_name_are_one_passage() -> None:
    found = split(Document(ORDER), 200, FakeEncoder().count_tokens)
    (signature,) = (p for p in found if p.kind == "signature")
    assert signature.text == "التوقيع:\nم. رباب الحلّاق\nرئيسة البلدية"
    assert signature.is_record


@pytest.mark.parametrize(
    "text",
    [
        # An address, verses, a dialogue, a letterhead without a text above it.
        "The house was sold in May.\n\nJohn Smith\n12 Harbour Street\nLondon",
        "غنّى البحّارة كل ليلة.\n\nيا ليل طال\nيا قمر غاب",
        "She looked up.\n\nWhere is he?\nAt the pier.",
        "Grace Oakley\nTown Clerk\n\nThe meeting is on Monday.",
    ],
)
def test_what_is_no_signature(text: str) -> None:
    assert "signature" not in {kind for kind, _ in kinds(text)}


def test_the_lines_of_a_signature() -> None:
    assert offices("التوقيع:\nم. رباب الحلّاق\nرئيسة البلدية") == ["رئيسة البلدية"]
    assert offices("Gilbert Rackham\nClub Secretary") == ["Club Secretary"]
    for text, name in (
        ("التوقيع:\nم. رباب الحلّاق\nرئيسة البلدية", "م. رباب الحلّاق"),
        ("Gilbert Rackham\nClub Secretary", "Gilbert Rackham"),
    ):
        span = name_span(text)
        assert span is not None
        assert text[slice(*span)] == name
    assert name_span("Signed: Gilbert Rackham\nClub Secretary") is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["By Salma Haddad"], ("Salma Haddad", "")),
        (["بقلم سلمى الحدّاد — 3 أيار 2019"], ("سلمى الحدّاد", "3 أيار 2019")),
        (["إعداد: د. ناصر الخطيب"], ("د. ناصر الخطيب", "")),
        (["مقرر الجغرافيا — أ.د. ناصر الخطيب — 3 أيار 2019"], ("أ.د. ناصر الخطيب", "3 أيار 2019")),
        (["Course 12 | Lecturer: Prof. Ada Quill | 4 June 2020"], ("Prof. Ada Quill", "4 June 2020")),
        (["Written by Ada Quill, 4 June 2020"], ("Ada Quill", "4 June 2020")),
        # Nobody's name.
        (["By the end of the day"], ("", "")),
        (["By then the harbour had been closed, and nobody came."], ("", "")),
        (["المحاضرة الرابعة: الأنهار"], ("", "")),
        (["دار النشر الكبرى"], ("", "")),
        (["The castle was built by Ada Quill."], ("", "")),
        (["3 May 2019"], ("", "")),
    ],
)
def test_a_byline(lines: list[str], expected: tuple[str, str]) -> None:
    assert byline(lines) == expected


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("حُرّر في السهل الأخضر بتاريخ 11 نيسان 2018.", "11 نيسان 2018"),
        ("كُتب في 2 ربيع الآخر 1445هـ الموافق 17 تشرين الأول 2023م.", "17 تشرين الأول 2023م"),
        ("Done at Saltmarsh on 12 March 2016.", "12 March 2016"),
        ("Dated: March 12, 2016", "March 12, 2016"),
        ("The roof fell in on 3 March 2016.", ""),
        ("وقع الزلزال في 3 أيار 2019.", ""),
        ("حُرّر هذا المحضر من نسختين في طرطوس بتاريخ 9 أيلول 2020، وشهد عليه جارٌ.", "9 أيلول 2020"),
        ("أُبرم العقد بين الطرفين في 2 آب 2019.", "2 آب 2019"),
    ],
)
def test_a_date_line(line: str, date: str) -> None:
    assert date_line([line]) == date


def test_a_byline_is_looked_for_under_the_title_alone() -> None:
    text = "Rivers of the north\n\nBy Ada Quill\n\nThe rivers rise in the hills and run south.\n\nBy Bo Reed"
    assert opening(text, find_blocks(text)) == text.split("\n\n")[1:]
    assert byline(opening(text, find_blocks(text))) == ("Ada Quill", "")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("order.txt", ORDER, ("أمر إداري رقم 9 لسنة 2018 بشأن تنظيم سوق السبت", "", "11 نيسان 2018")),
        ("a.txt", RESOLUTION, ("Resolution No. 8 of 2016 on the old boathouse", "", "12 March 2016")),
        ("chapters.txt", "Chapter 1\nIt rained.\n\nChapter 2\nIt snowed.", ("chapters", "", "")),
        (
            "talk.md",
            "# Weirs\n\nGeography — Prof. Ada Quill — 4 June 2020\n\nA weir is a low wall across a river.",
            ("Weirs", "Prof. Ada Quill", "4 June 2020"),
        ),
        (
            "named.md",
            "---\nauthor: Bo Reed\ndate: 2021-01-02\n---\n# Weirs\n\nBy Ada Quill\n\nA weir is low.",
            ("Weirs", "Bo Reed", "2021-01-02"),
        ),
    ],
)
def test_what_a_file_says_of_itself(
    tmp_path: Path, name: str, text: str, expected: tuple[str, str, str]
) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    document = read_file(file)
    assert (document.title, document.author, document.date) == expected
    assert document.text == text or name.endswith(".md")


@pytest.fixture
def papers(encoder: FakeEncoder, tmp_path: Path) -> Index:
    documents = []
    for name, text in (("order.txt", ORDER), ("resolution.txt", RESOLUTION)):
        (tmp_path / name).write_text(text, "utf-8")
        documents.append(read_file(tmp_path / name))
    return Index.build(documents, tmp_path / "index", encoder=encoder, show_progress=False)


@pytest.mark.parametrize(
    ("question", "name", "office"),
    [
        ("من وقّع الأمر الإداري رقم 9؟", "م. رباب الحلّاق", "رئيسة البلدية"),
        ("من رئيسة البلدية؟", "م. رباب الحلّاق", "رئيسة البلدية"),
        ("من هي رئيسة البلدية التي وقّعت الأمر 9؟", "م. رباب الحلّاق", "رئيسة البلدية"),
        ("Who signed the resolution on the old boathouse?", "Gilbert Rackham", "Club Secretary"),
        ("Who is the club secretary?", "Gilbert Rackham", "Club Secretary"),
        ("Who signed the resolution on the boathouse, and in what capacity?", "Gilbert Rackham", "Secretary"),
        ("من وقّع الأمر الإداري رقم 9 وما صفتها؟", "م. رباب الحلّاق", "رئيسة البلدية"),
    ],
)
def test_who_signed_and_who_holds_an_office(papers: Index, question: str, name: str, office: str) -> None:
    reply = qa.ask(question, papers, reader=False)
    (citation,) = reply.citations
    assert office in citation.quote
    assert citation.answer == name
    assert citation.field == "text"
    assert reply.confidence >= METADATA_CONFIDENCE


@pytest.mark.parametrize(
    "question",
    [
        "Who signed the treaty of Utrecht?",
        "من رئيس الجمهورية؟",
        "Who is the club secretary of Northbridge?",
        "How is a resolution signed?",
    ],
)
def test_a_signature_answers_nothing_else(papers: Index, question: str) -> None:
    reply = qa.ask(question, papers, reader=False)
    assert not any(citation.answer for citation in reply.citations)


LINES = (
    "بلدية السهل",
    "مكتب الرئيسة",
    "قرار رقم 47 لسنة 2023",
    "إن رئيس البلدية قرّر ما يأتي.",
    "يُغلق السوق يوم الجمعة من كل أسبوع حتى إشعار آخر.",
    "صدر في بغداد بتاريخ 3 أيار 2021.",
    "سعاد النابلسي",
    "رئيسة البلدية",
    "كمال الحداد",
    "أمين السر",
)


def in_file(path: Path, lines: Sequence[str]) -> Document:
    """A file of its type with these paragraphs."""
    if path.suffix == ".docx":
        body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
        path.write_bytes(docx(body))
    elif path.suffix == ".html":
        path.write_text("".join(f"<p>{line}</p>" for line in lines), encoding="utf-8")
    else:
        path.write_text("\n\n".join(lines), encoding="utf-8")
    return read_file(path)


@pytest.mark.parametrize("suffix", [".docx", ".html", ".md"])
def test_an_official_paper_is_known_in_any_file(suffix: str, tmp_path: Path) -> None:
    document = in_file(tmp_path / f"a{suffix}", LINES)
    found = [(b.kind, document.text[b.start : b.end]) for b in document.blocks if b.kind != "paragraph"]

    assert found == [
        ("page_header", "بلدية السهل"),
        ("page_header", "مكتب الرئيسة"),
        ("heading", "قرار رقم 47 لسنة 2023"),
        ("signature", "سعاد النابلسي\n\nرئيسة البلدية"),
        ("signature", "كمال الحداد\n\nأمين السر"),
    ]
    assert (document.title, document.date) == ("قرار رقم 47 لسنة 2023", "3 أيار 2021")


def test_a_files_own_header_stays_one() -> None:
    text = "Circular No. 5\n\nThe shed is shut."
    blocks = (Block("page_header", 0, 14), Block("paragraph", 16, len(text)))

    assert official_blocks(text, blocks) == blocks


def test_the_lines_of_a_paragraph_may_be_a_signature(tmp_path: Path) -> None:
    document = in_file(
        tmp_path / "a.html",
        ["The shed is shut.", "Done at Saltmarsh on 5 May 2016", "Ada Quill<br>Secretary"],
    )

    assert document.blocks[-1].kind == "signature"
    assert document.date == "5 May 2016"


def test_who_is_named_amid_a_text_hasnt_signed_it(tmp_path: Path) -> None:
    lines = ["The staff met on Monday.", "Ada Quill", "Director", "Bo Reed", "Clerk", "They agreed on this."]

    assert "signature" not in {block.kind for block in in_file(tmp_path / "a.docx", lines).blocks}


def test_who_signed_a_paper_in_an_office_file(tmp_path: Path, encoder: FakeEncoder) -> None:
    document = in_file(tmp_path / "a.docx", LINES)
    index = Index.build([document], tmp_path / "index", encoder=encoder, show_progress=False)

    quotes = [citation.quote for citation in qa.ask("من وقّع القرار رقم 47؟", index, reader=False).citations]

    assert quotes == ["سعاد النابلسي\n\nرئيسة البلدية", "كمال الحداد\n\nأمين السر"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (
            "OFFICE OF PORTS\n\n          Ref. 12/b\n          Date: 4 May 2021\n\nNOTICE No. 3/2021\n\n{}",
            "4 May 2021",
        ),
        ("بلدية الساحل\n\nالرقم: 12\nالتاريخ: 4 أيار 2021\n\nتعميم رقم 3\n\n{}", "4 أيار 2021"),
        ("Name: Salma Odeh\nDate: 4 May 2021\nDepartment: Ports\n\n{}", "4 May 2021"),
        ("Name: Salma Odeh\nDate of birth: 4 May 1981\nDepartment: Ports\n\n{}", ""),
    ],
)
def test_a_letterhead_or_a_form_says_the_date(tmp_path: Path, text: str, date: str) -> None:
    (tmp_path / "a.txt").write_text(text.format("The harbour is closed at night from now on."), "utf-8")
    assert read_file(tmp_path / "a.txt").date == date


def test_the_texts_own_date_comes_before_that_of_its_file(tmp_path: Path, encoder: FakeEncoder) -> None:
    def read(name: str, *lines: str) -> Document:
        body = "".join(f"\\pard {line}\\par" for line in lines)
        (tmp_path / name).write_text(f"{{\\rtf1{{\\info{{\\creatim\\yr2024\\mo2\\dy21}}}}{body}}}")
        return read_file(tmp_path / name)

    def asked(question: str, document: Document) -> list[str]:
        folder = tmp_path / document.id
        index = Index.build([document], folder, encoder=encoder, show_progress=False)
        found = qa.ask(question, index, reader=False).citations
        return [citation.quote for citation in found if citation.field == "date"]

    dated = read("dated.rtf", "The shed is shut.", "Done at Saltmarsh on 5 May 2016")
    undated = read("undated.rtf", "The shed is shut.")

    assert (dated.date, undated.date) == ("5 May 2016", "2024-02-21")
    assert asked("When was it issued?", undated) == []
    assert asked("What is the date of the file?", undated) == ["2024-02-21"]


@pytest.mark.parametrize(
    ("question", "date"),
    [
        ("When was Circular No. 7/2021 issued?", "4 May 2021"),
        ("When was Circular No. 3/2019 issued?", ""),
    ],
)
def test_a_papers_number_names_it(tmp_path: Path, encoder: FakeEncoder, question: str, date: str) -> None:
    paper = Document("Boats are moored by day.", title="CIRCULAR No. 7/2021 Boats", date="4 May 2021")
    index = Index.build([paper], tmp_path / "index", encoder=encoder, show_progress=False)
    citations = qa.ask(question, index, reader=False).citations
    assert [citation.quote for citation in citations if citation.field == "date"] == [date] * bool(date)


POLICY = Document(
    "Staff may work from home on two days a week, if their manager agrees to it.",
    title="Remote working",
    author="Priya Lind",
    source="/papers/policy.txt",
)
MAIL = Document(
    "The loan is for three months, and we pay for the carriage of all boxes.",
    title="Re: Your visit",
    author="Rosa Achebe",
    date="2025-05-22",
    source="/papers/visit.eml",
)


@pytest.mark.parametrize(
    ("question", "documents", "quotes"),
    [
        ("Who wrote this policy document?", [POLICY], ["Priya Lind"]),
        ("Who wrote the policy?", [POLICY], []),
        ("Who wrote the contract?", [POLICY], []),
        ("Who wrote the email?", [MAIL], ["Rosa Achebe"]),
        ("Who wrote the roof?", [POLICY], []),
        ("Who sent this email?", [MAIL], ["Rosa Achebe"]),
        ("Who sent this email?", [POLICY, MAIL], ["Rosa Achebe"]),
        ("When was this e-mail sent?", [POLICY, MAIL], ["2025-05-22"]),
        ("Who wrote the policy?", [POLICY, MAIL], []),
    ],
)
def test_a_word_for_a_document_names_the_only_one(
    question: str, documents: list[Document], quotes: list[str], tmp_path: Path
) -> None:
    index = Index.build(documents, tmp_path / "index", encoder=FakeEncoder(), show_progress=False)
    query = index.query(question)
    found = cite_metadata(index, query, index.search(query, 10), None)
    assert [citation.quote for citation in found] == quotes


@pytest.mark.parametrize(
    ("head", "title", "author", "date"),
    [
        ("Inspection report: Ostrel Bridge\nAuthor: Karl Lindqvist\nDate: 2022-09-14", *(
            "Inspection report: Ostrel Bridge", "Karl Lindqvist", "2022-09-14"
        )),
        ("تقرير عن السدّ\nالكاتب: فؤاد الشامي\nالتاريخ: 2020-11-03", *(
            "تقرير عن السدّ", "فؤاد الشامي", "2020-11-03"
        )),
        ("Full name: Salma Haddad\nDate: 3 May 2021\nPhone: 1234", "a", "", "3 May 2021"),
        (
            "محاضرة في التجليد\n\nألقتها الدكتورة سهير البغوي، أستاذة علم المخطوطات\n"
            "في دار الوراقين بالمنارة، مساء الخميس ١٦ كانون الثاني ٢٠٢٥\n"
            "قدم لها وأدار النقاش: الأستاذ فواز الدهمان\n"
            "(نص مفرغ من تسجيل صوتي كامل بتصرف يسير في بعض المواضع)",
            "محاضرة في التجليد", "الدكتورة سهير البغوي", "١٦ كانون الثاني ٢٠٢٥",
        ),
        ("Place: York\nAuthor: Karl Lindqvist", "a", "", ""),
        ("Blood type: A+\nDate: 3 May 2021\nDoctor: Hale", "a", "", "3 May 2021"),
        ("الجهة المرسلة: وزارة الصحة\nالتاريخ: 3 أيار 2021\nالعدد: 55", "a", "", "3 أيار 2021"),
    ],
)  # fmt: skip
def test_fields_under_a_title_say_who_wrote_it_and_when(
    tmp_path: Path, head: str, title: str, author: str, date: str
) -> None:
    (tmp_path / "a.txt").write_text(f"{head}\n\nThe bridge carries the road across the river Anse.", "utf-8")
    document = read_file(tmp_path / "a.txt")
    assert (document.title, document.author, document.date) == (title, author, date)


@pytest.mark.parametrize(
    "line",
    ["Next meeting: 3 June 2025", "Born: 3 May 1980", "تاريخ الميلاد: 3/5/1980", "Deadline: 3 May 2021"],
)
def test_a_label_is_no_place_before_a_date(line: str) -> None:
    text = "The council met in the hall of the harbour, and ten members came."
    assert date_line([text, text, line]) == ""
    assert date_line([line, text]) == ""


def test_a_letter_that_is_quoted_dates_nothing() -> None:
    text = "The council met in the hall of the harbour, and ten members came."
    assert date_line([text] * 6 + ["London, 3 May 1921", text]) == ""
    assert date_line(["London, 3 May 1921", text]) == "3 May 1921"
