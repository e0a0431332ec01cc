"""The page's language and appearance: what was chosen, else what the browser asks for."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from index.text.analyzer import Language
from web.server.preferences import dress, preferred_language
from web.views.scripts import preloads


@pytest.mark.parametrize(
    ("accepted", "cookie", "expected"),
    [
        ("", "", "en"),
        ("ar", "", "ar"),
        ("ar-EG,ar;q=0.9,en;q=0.8", "", "ar"),
        ("en-GB,en;q=0.9,ar;q=0.8", "", "en"),
        ("fr,ar;q=0.5,en;q=0.4", "", "ar"),
        ("en;q=0.3, ar;q=0.7", "", "ar"),
        ("en, ar", "", "en"),
        ("AR", "", "ar"),
        ("fr,de", "", "en"),
        ("arn;q=1, en;q=0.1", "", "en"),  # Mapudungun
        ("ar;q=x", "", "ar"),
        ("ar", "dalil-language=en", "en"),
        ("en", "other=1; dalil-language=ar", "ar"),
        ("ar", "dalil-language=fr", "ar"),
        (",;q=,=;", "dalil-language", "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers_first(
    accepted: str, cookie: str, expected: Language
) -> None:
    assert preferred_language(Headers({"accept-language": accepted, "cookie": cookie})) == expected


PAGE = (
    b'<!doctype html>\n<html\n\tlang="en"\n\tstyle="margin: 0"\n>\n<head><title>x</title></head><body></body>'
)
LINKS = "".join(
    f'<link rel="stylesheet" href="style/{name}.css">'
    for name in ("chat", "reader", "why", "library", "writer", "login")
)


@pytest.mark.parametrize(
    ("cookie", "attributes"),
    [
        ("", 'lang="en" data-language="en" dir="ltr" data-theme="system"'),
        ("dalil-language=ar", 'lang="ar" data-language="ar" dir="rtl" data-theme="system"'),
        ("dalil-theme=dark", 'lang="en" data-language="en" dir="ltr" data-theme="dark"'),
        ("dalil-theme=light; dalil-language=ar", 'lang="ar" data-language="ar" dir="rtl" data-theme="light"'),
        ('dalil-theme="><script>', 'lang="en" data-language="en" dir="ltr" data-theme="system"'),
    ],
)
def test_the_page_has_language_appearance_and_style_from_the_first_byte(cookie: str, attributes: str) -> None:
    dressed = dress(PAGE, Headers({"cookie": cookie})).decode()
    assert dressed == (
        f'<!doctype html>\n<html {attributes}\n\tstyle="margin: 0"\n>\n'
        f"<head><title>x</title>{LINKS}{preloads()}</head><body></body>"
    )


def test_a_users_name_is_told_to_the_page_whatever_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.preferences.user", lambda: '\\1 "رانية" <&>')
    dressed = dress(PAGE, Headers({})).decode()
    assert ' data-user-name="\\1 &quot;رانية&quot; &lt;&amp;&gt;"' in dressed
