"""HTML -> text: what is kept, what is left out, where paragraphs end."""

from __future__ import annotations

import pytest

from index.readers.html import extract


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<h1>عنوان</h1><p>أول <b>نص</b>\n في سطرين</p><p>ثانٍ", ["عنوان", "أول نص في سطرين", "ثانٍ"]),
        ("one<p>two<ul><li>three<li>four</ul>five", ["one", "two", "three", "four", "five"]),
        ("<table><tr><th>a<td>b<tr><td>c</td><td></td><td>d</td></table>", ["a | b", "c | | d"]),
        ("a<br>b<div>c</div>", ["a\nb", "c"]),
        ("<pre>x = 1\n  y\n</pre>z", ["x = 1\n  y", "z"]),
        ("&lt;b&gt; &#x641;&nbsp;&amp", ["<b> ف\xa0&"]),
        ("<p>a<script>if (1<2) b</script><style>c</style><!-- d --><template>e</template>f", ["af"]),
        ("<nav><ul><li>menu</ul></nav><main>a</main><aside>b</aside><footer>c</footer>", ["a"]),
        ("<blockquote>a<footer>who</footer></blockquote>", ["a", "who"]),
        ('<div role="navigation">x</div><p hidden>x</p><p style="display: none">x</p>a', ["a"]),
        ("<head><title>x</title><body>a", ["a"]),
        ("<p>a</div></span>b", ["ab"]),
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


def test_any_depth_is_read() -> None:
    assert extract("<div>" * 50_000 + "deep" + "</div>" * 50_000 + "<p>after").text == "deep\n\nafter"
