"""Texts that try to do something, in answers and in the reading pane, in a real browser.

Every test ends with what `chatting.opened` checks: no request to another host, and a quiet console.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chatting import (
    ARABIC,
    Asker,
    Library,
    answer,
    ask,
    browser,
    new_context,
    opened,
    picture,
    reader,
    served,
    shown,
)
from playwright.sync_api import Browser, Page, expect

from index.types import Document

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.browser

X = "http://attack.invalid"
ATTACKS = {
    "script": "<script>window.attacked = 1</script>",
    "script from elsewhere": f"<script src='{X}/a.js'></script><link rel='preload' href='{X}/b.js'>",
    "event handlers": "<b onmouseover='window.attacked = 2' onclick='window.attacked = 2' autofocus "
    "onfocus='window.attacked = 2' tabindex='0'>over</b><details open ontoggle='attacked = 2'></details>",
    "image that fails": f"<img src='{X}/a.png' onerror='window.attacked = 3'>",
    "javascript links": "<a href='javascript:window.attacked=4'>x</a> [y](javascript:window.attacked=4)",
    "remote pictures": f"![p]({X}/b.png) <picture><source srcset='{X}/c.png'></picture>",
    "remote media": f"<video autoplay src='{X}/a.mp4' poster='{X}/p.png'></video><audio src='{X}/a'>",
    "frames": f"</p></article></div><iframe src='{X}/c' srcdoc='<script>top.attacked = 5</script>'>",
    "plug-ins": f"<object data='{X}/o'></object><embed src='{X}/e'><applet code='{X}/x'></applet>",
    "style sheet": f"<style>@import '{X}/d.css'; body {{ display: none }}</style><link rel='stylesheet' "
    f"href='{X}/e.css'>",
    "style attribute": f"<p style='position:fixed;inset:0;z-index:99;background:url({X}/f)'>over all</p>",
    "svg": f"<svg onload='window.attacked = 6'><image href='{X}/g.svg'/><use href='{X}/h.svg#x'/></svg>",
    "math and mutation": "<math><mtext><table><mglyph><style><img src=x onerror='window.attacked = 7'>",
    "markdown": f"# Heading **bold** `code` | a | b | [link]({X}/i) <{X}/j> ```",
    "template syntax": "${window.attacked=8} {{#each this}}{{this}}{{/each}} {{{value}}} @children ${1}` \\`",
    "entities": "&lt;script&gt;window.attacked = 9&lt;/script&gt; &#60;img src=x onerror=attacked=9&#62;",
    "attribute that ends early": '"\' data-act="theme" onclick="window.attacked = 10" x=\'><img src=x>',
    "the page's own names": "<button data-act='language'>x</button><a data-document='x' id='reader'>y</a>"
    "<form id='composer'></form>",
    "redirection": f"<meta http-equiv='refresh' content='0;url={X}/k'><base href='{X}/'>",
    "comment and CDATA": "<!-- --><!--><img src=x onerror='window.attacked = 11'>--> <![CDATA[ ]]> <?x ?>",
    "right-to-left override": "safe \u202egnp.exe\u202c and \u202ethe rest of the line runs backwards",
    "unclosed isolates": "\u2067one \u2066two \u2068three \u202aand \u202bmore",
    "closed isolates": "one\u2069\u2069\u2069\u202c\u202c two \u202e\u2069three",
    "marks without end": "a\u0300" * 300 + " e\u20dd" * 50,
}
HOSTILE = Document(
    "\n".join(f"Before it. {attack} After it." for attack in ATTACKS.values()),
    title=" ".join(ATTACKS.values()),
    author="<script>window.attacked = 12</script>\u202e",
    id='"><script>window.attacked = 13</script>',
)


ANSWERS = {
    attack: answer("en", 0.9, [(HOSTILE, number, attack)])
    for number, attack in enumerate(ATTACKS.values(), 1)
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One chat for all of them: an attack that works would spoil what follows it."""
    library = Library({HOSTILE.id: HOSTILE, ARABIC.id: ARABIC})
    with served(library, Asker(ANSWERS)) as address, opened(browser, address) as page:
        yield page


MADE_BY_DALIL = {
    "ARTICLE", "H2", "DIV", "A", "BLOCKQUOTE", "P", "BDI", "BUTTON", "SPAN", "MARK",
}  # fmt: skip


def test_there_are_twenty_kinds_and_more() -> None:
    assert len(ATTACKS) >= 20
    assert len(set(ATTACKS.values())) == len(ATTACKS)


@pytest.mark.parametrize("name", ATTACKS)
def test_what_texts_and_questions_contain_is_shown_and_does_nothing(page: Page, name: str) -> None:
    attack = ATTACKS[name]
    turn = ask(page, attack)
    assert turn.locator(".question").text_content() == attack
    assert turn.locator(".quote").text_content() == attack
    turn.locator(".number").click()

    pane = reader(page)
    expect(shown(page)).to_have_text(attack, use_inner_text=False)
    assert shown(page).text_content() == attack
    paragraph = pane.locator(".paragraph", has=page.locator("mark[data-shown]"))
    assert paragraph.locator("p").text_content() == f"Before it. {attack} After it."
    shown(page).hover()
    shown(page).click()
    tags = page.evaluate(
        "[...document.querySelectorAll('#log *:not(.thumb *), #reader .heading *, #reader .text *')]"
        ".map(e => e.tagName)"
    )
    assert set(tags) <= MADE_BY_DALIL
    assert page.evaluate("window.attacked") is None
    assert (
        page.evaluate("[...document.querySelectorAll('#reader, #composer, [data-act=language]')].length") == 3
    )
    expect(page.locator("#ask")).to_be_visible()


# Where on the screen stretches of text stand: their left edges.
LEFTS = """found => found.map(e => {
  const text = document.createTreeWalker(e, NodeFilter.SHOW_TEXT).nextNode();
  const at = (i) => { const r = document.createRange(); r.setStart(text, i); r.setEnd(text, i + 1);
                      return r.getBoundingClientRect().left; };
  return [at(0), at(5), at(8)];
})"""


@pytest.mark.parametrize("name", [name for name in ATTACKS if "isolates" in name or "override" in name])
def test_marks_of_direction_reorder_nothing_outside_their_paragraph(page: Page, name: str) -> None:
    turn = ask(page, ATTACKS[name])
    number, quote = turn.locator(".number").bounding_box(), turn.locator(".quote p").bounding_box()
    assert number is not None
    assert quote is not None
    assert number["x"] + number["width"] <= quote["x"]
    # Title, author and paragraph stand from left to right, each as it is written.
    where = turn.locator(".where bdi")
    last = where.nth(2).evaluate_all(LEFTS)
    assert where.nth(2).inner_text() == f"paragraph {list(ATTACKS).index(name) + 1}"
    assert last == [sorted(last[0])]
    turn.locator(".number").click()
    expect(shown(page)).to_have_text(ATTACKS[name])
    # "Before it." of every paragraph but those that turn themselves around reads from left to right.
    lefts = reader(page).locator(".paragraph p").evaluate_all(LEFTS)
    assert len(lefts) >= 20
    assert lefts == [sorted(each) for each in lefts]
    counts = (
        reader(page)
        .locator(".paragraph")
        .evaluate_all(
            "all => all.map(e => e.querySelector('.count').getBoundingClientRect().right"
            " <= e.querySelector('p').getBoundingClientRect().left)"
        )
    )
    assert counts == [True] * len(lefts)
    picture(page, f"hostile-{name.replace(' ', '-')}")


def test_where_escaping_would_fail_the_policy_still_stops_it(browser: Browser) -> None:
    with served(Library({}), Asker({})) as address:
        page = new_context(browser).new_page()
        asked_of: list[str] = []
        page.goto(address)
        page.on("response", lambda response: asked_of.append(response.url))
        with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
            page.evaluate(
                "document.body.insertAdjacentHTML('beforeend', "
                '\'<img src="http://attack.invalid/a.png" onerror="window.attacked = 1">\')'
            )
        assert page.evaluate("window.attacked") is None
        assert [url for url in asked_of if "attack.invalid" in url] == []
        page.close()
