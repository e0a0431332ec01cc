"""Raised text (superscripts) as characters, so that 10 to the power of 6 doesn't become 106."""

from __future__ import annotations

from typing import Final

import regex

RAISED_START: Final = "\x0e"
RAISED_END: Final = "\x0f"
"""Enclose raised text, of which a reader may find one piece after the other, until `with_raised`."""

SUPERSCRIPTS: Final = {
    **dict(zip("0123456789٠١٢٣٤٥٦٧٨٩", "⁰¹²³⁴⁵⁶⁷⁸⁹" * 2, strict=True)),
    **dict(zip("+-−–=()", "⁺⁻⁻⁻⁼⁽⁾", strict=True)),
    **dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)),
}  # fmt: skip
"""Unicode's superscript of each character that has one; of Arabic digits that of the same value."""

_PIECES: Final = regex.compile(f"{RAISED_START}([^{RAISED_START}{RAISED_END}]*){RAISED_END}")
_NEXT_PIECE: Final = regex.compile(f"{RAISED_END}{RAISED_START}")
_LEFTOVER: Final = regex.compile(f"[{RAISED_START}{RAISED_END}]")
# Raised parts of a word ("1st", "TM"), marks that need no position to be told, and what is raised already.
_AS_IT_IS: Final = regex.compile(
    r"\p{L}[\p{L}\p{M}.\s]+|(?:(?!\p{Nd})\p{Arabic})+|[\p{So}\p{Sk}\p{No}\p{Lm}*†‡§¶.,،;؛:'’\"”\s]+|\[[^\[\]]*\]|\([^()]*\)"
)
_LISTED: Final = regex.compile(r"([,،;؛\s]+)")


def raised(text: str) -> str:
    """Raised text as Unicode superscripts; as `^(...)` where one of its characters has none.

    Parts of words ("th"), marks of notes in brackets and signs such as ™ and * stay as they are, as they read
    right in any position. Several numbers between commas are raised one by one.
    """
    if _AS_IT_IS.fullmatch(text.strip()):
        return text
    parts = _LISTED.split(text)  # every other one is a separator
    return "".join(part if place % 2 else _superscript(part) for place, part in enumerate(parts))


def _superscript(text: str) -> str:
    if not text or _AS_IT_IS.fullmatch(text):
        return text
    if all(char in SUPERSCRIPTS for char in text):
        return "".join(SUPERSCRIPTS[char] for char in text)
    return f"^({text})"


def with_raised(text: str) -> str:
    """A text whose raised parts are enclosed in `RAISED_START` and `RAISED_END`, with superscripts."""
    if RAISED_START not in text and RAISED_END not in text:
        return text
    # A number in several pieces is one number.
    whole = _NEXT_PIECE.sub("", text)
    return _LEFTOVER.sub("", _PIECES.sub(lambda match: raised(match[1]), whole))
