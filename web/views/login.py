"""The page that asks for a name and a password, in both languages."""

from __future__ import annotations

from typing import Final

from qa.messages import say
from web.views.scripts import LOGIN, address
from web.views.templating import environment

_SPOKEN: Final = ("log_in", "user_name", "password", "wrong_login", "out_of_reach", "this_language")
_TOO_MANY: Final = ("too_many", "too_many_one", "too_many_two", "too_many_few")


def login_page() -> str:
    """The page as HTML; `web.server.preferences.dress` sets its language and appearance."""
    words = {
        language: {name: say(name, language) for name in _SPOKEN}
        # The page chooses the form and fills in the number itself: only its server knows it.
        | {name: say(name, language, number="{number}") for name in _TOO_MANY}
        for language in ("ar", "en")
    }
    return environment.get_template("login.html").render(words=words, script=address(LOGIN))
