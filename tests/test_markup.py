"""HTML -> text: what is kept, what is left out, where paragraphs end."""

from __future__ import annotations

import pytest

from index.readers.html.page import extract


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<h1>عنوان</h1><p>أول <b>نص</b>\n في سطرين</p><p>ثانٍ", ["عنوان", "أول نص في سطرين", "ثانٍ"]),
        ("one<p>two<ul><li>three<li>four</ul>five", ["one", "two", "three\nfour", "five"]),
        ("<table><tr><th>a<td>b<tr><td>c</td><td></td><td>d</td></table>", ["a | b\nc | | d"]),
        ("a<br>b<div>c</div>", ["a\nb", "c"]),
        ("<pre>x = 1\n  y\n</pre>z", ["x = 1\n  y", "z"]),
        ("&lt;b&gt; &#x641;&nbsp;&amp", ["<b> ف\xa0&"]),
        ("<p>a<script>if (1<2) b</script><style>c</style><!-- d --><template>e</template>f", ["af"]),
        ("<nav><ul><li>menu</ul></nav><main>a</main><aside>b</aside><footer>c</footer>", ["a", "c"]),
        ("<footer><a>x</a> y<nav>z</nav> <a>w</a></footer><p>a<footer hidden>b</footer>", ["a"]),
        ("<blockquote>a<footer>who</footer></blockquote>", ["a", "who"]),
        ('<div role="navigation">x</div><p hidden>x</p><p style="display: none">x</p>a', ["a"]),
        ("<head><title>x</title><body>a", ["a"]),
        ('a.<sup><a href="#n1">1</a></sup> b<a role="doc-noteref" href="#n2">(2)</a>', ["a.[1] b[2]"]),
        ('m<sup>2</sup> <sup><a href="/x">3</a></sup> <a href="#top">4</a>', ["m² ³ 4"]),
        ("<p>a</div></span>b", ["ab"]),
        (
            '<p>Name: <input value="Salma Haddad"><input type=hidden value=x><input type=submit value=x>',
            ["Name: Salma Haddad"],
        ),
        ("<p><input type=checkbox checked>a<input type=radio>b", ["☒ a ☐ b"]),
        ("<p>City: <select><option>x<option selected>Basra</select>.", ["City: Basra ."]),
        (
            "<table><tr><td>Note<td><textarea>in red</textarea><tr><td>a<td>b</table>",
            ["Note | in red\na | b"],
        ),
        (
            "<p>E = <math><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup><mfrac><mn>1</mn><mi>n</mi></mfrac>"
            "<annotation>x</annotation></math>",
            ["E = mc²1/n"],
        ),
        ("<html><head><noscript>Enable scripts</noscript><title>x</title></head><body><p>text", ["text"]),
        ("", []),
    ],
)
def test_each_paragraph_stands_by_itself(html: str, paragraphs: list[str]) -> None:
    assert extract(html).text == "\n\n".join(paragraphs)


@pytest.mark.parametrize(
    ("html", "title", "author"),
    [
        ('<title> A\n page </title><meta name="author" content="Mustafa">', "A page", "Mustafa"),
        ('<meta property="og:title" content="The page"><title>The page - a site</title>', "The page", ""),
        ("<svg><title>An icon</title></svg><title>A page</title>", "A page", ""),
    ],
)
def test_title_and_author_are_the_pages_own(html: str, title: str, author: str) -> None:
    found = extract(html)
    assert (" ".join(found.title.split()), found.author) == (title, author)


def test_a_page_with_one_heading_may_be_called_by_it() -> None:
    assert extract("<h1>Only <i>one</i></h1>text").heading == "Only one"
    assert extract("<h1>One</h1><h1>Two</h1>").heading == ""


def blocks(html: str) -> list[tuple[str, int, str, str]]:
    """Kind, level, label and text of each block."""
    found = extract(html)
    return [(b.kind, b.level, b.label, found.text[b.start : b.end]) for b in found.blocks]


def test_headings_items_captions_and_notes_are_told() -> None:
    page = """<h1>اللائحة</h1><h2>الرسوم</h2><p>نص الرسوم.</p>
    <ol start=3 type=a><li>one<ul><li>bullet</ul><li><p>two</p><p>more</p></ol><ol reversed><li>x<li>y</ol>
    <figure><img src=a><figcaption>The harbour</figcaption></figure>
    <section role="doc-endnotes"><ol><li>The note.</ol></section>"""
    assert blocks(page) == [
        ("heading", 1, "", "اللائحة"),
        ("heading", 2, "", "الرسوم"),
        ("paragraph", 0, "", "نص الرسوم."),
        ("list_item", 1, "c.", "c. one"),
        ("list_item", 2, "•", "bullet"),
        ("list_item", 1, "d.", "d. two\nmore"),
        ("list_item", 1, "2.", "2. x"),
        ("list_item", 1, "1.", "1. y"),
        ("caption", 0, "", "The harbour"),
        ("footnote", 0, "1.", "1. The note."),
    ]


def rows(html: str) -> list[list[tuple[str, str]]]:
    """For each row of data each column's heading with the cell."""
    found = extract(html)
    return [
        [
            (column, found.text[start:end])
            for column, (start, end) in zip(b.columns or [""] * len(b.cells), b.cells, strict=True)
        ]
        for b in found.blocks
        if b.kind == "table_row"
    ]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "<tr><td><p>المدينة</p></td><td><p>السكان</p></td></tr><tr><td><div>سلوان</div></td><td>41200",
            [[("المدينة", "سلوان"), ("السكان", "41200")]],
        ),
        (
            "<thead><tr><th rowspan=2>اليوم<th colspan=2>الوقت<tr><th>من<th>إلى<tbody>"
            "<tr><td rowspan=2>الأحد<td>8<td>9<tr><td>10<td>11",
            [
                [("اليوم", "الأحد"), ("الوقت من", "8"), ("الوقت إلى", "9")],
                [("اليوم", "الأحد"), ("الوقت من", "10"), ("الوقت إلى", "11")],
            ],
        ),
        ("<tr><td>name<td>Salma<tr><td>town<td>Aleppo", [[("", "name"), ("", "Salma")], [("", "town"), ("", "Aleppo")]]),  # noqa: E501
        ("<tr><td><h2>A</h2>text<td>menu", []),
        ("<tr><td>a page<tr><td>in one column", []),
        ("<tr><th>a<th>b<tr><td>c<table><tr><td>in<td>ner</table><td>d", [[("a", "c"), ("b", "d")], [("", "in"), ("", "ner")]]),  # noqa: E501
    ],
)  # fmt: skip
def test_a_row_knows_its_columns_and_a_layout_has_no_rows(
    table: str, expected: list[list[tuple[str, str]]]
) -> None:
    assert rows(f"<table>{table}</table>") == expected


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="article:published_time" content="2019-03-05T10:00:00Z">', "2019-03-05"),
        ('<meta name="DC.date" content="2019">', "2019"),
        ('<time itemprop="datePublished" datetime="2020-01-02">today</time>', "2020-01-02"),
        ("<time datetime=2020-01-02>today</time>", ""),
        ('<script type="application/ld+json">{"datePublished": "2020"}</script>', ""),
    ],
)
def test_the_date_is_the_pages_own(head: str, date: str) -> None:
    assert extract(f"{head}<p>text").date == date


@pytest.mark.slow
def test_large_tables_and_spans_take_a_time_that_grows_with_the_page() -> None:
    spans = "<table>" + "<tr><td rowspan=65534 colspan=1000>a<td>b" * 3000
    assert extract(spans).text.startswith("a")
    nested = "<table><tr><td>a<td>b" * 3000
    assert "a" in extract(nested).text


def test_any_depth_is_read() -> None:
    assert extract("<div>" * 50_000 + "deep" + "</div>" * 50_000 + "<p>after").text == "deep\n\nafter"


def test_a_heading_cell_across_the_body_is_none_of_the_columns_headings() -> None:
    page = (
        "<table><tr><th>Item<th>Day<th>Week</tr><tr><th colspan=3>Vessels</tr><tr><td>Yacht<td>5<td>30</tr>"
        "<tr><th colspan=3>Goods</tr><tr><td>Timber<td>2<td>9</tr></table>"
    )
    found = extract(page)
    rows = [found.text[block.start : block.end] for block in found.blocks]
    assert rows == ["Item | Day | Week", "Vessels", "Yacht | 5 | 30", "Goods", "Timber | 2 | 9"]
    columns = ("Item", "Day", "Week")
    assert [block.columns for block in found.blocks if "|" in found.text[block.start : block.end]] == [
        (), columns, columns,
    ]  # fmt: skip
