"""The page that asks for a name and a password, in both languages."""

from __future__ import annotations

from typing import Final

from qa.messages import say
from web.views.scripts import LOGIN, address
from web.views.templating import environment

_SPOKEN: Final = ("log_in", "user_name", "password", "wrong_login", "out_of_reach", "this_language")


def login_page() -> str:
    """The page as HTML; `web.server.preferences.dress` sets its language and appearance."""
    words = {
        language: {name: say(name, language) for name in _SPOKEN}
        # The page fills in the number itself: only its server knows it.
        | {"too_many": say("too_many", language, number="{number}")}
        for language in ("ar", "en")
    }
    return environment.get_template("login.html").render(words=words, script=address(LOGIN))
