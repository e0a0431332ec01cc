"""Sanitises names of uploaded files, against path traversal and look-alikes."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from index.errors import DalilError

# Bytes of a name; file systems allow 255, and companion files append to the name.
MAX_NAME_LENGTH: Final = 200
# Device names on Windows, with any extension: the folder may be copied there.
_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", "conin$", "conout$", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10)))
)
_RESERVED: Final = frozenset('<>:"|?*')
# Characters that look like / or \ and aren't normalised to one by NFKC.
_SLASHES: Final = frozenset("/\\\u2044\u2215\u2216\u29f5\u29f8\u29f9\u27cb\u27cd\u1735\u2571\u2572")
# The format characters needed in Arabic script: the zero-width joiner and
# non-joiner. The others come with copied names, and can disguise a name as another.
_JOINERS: Final = frozenset("\u200c\u200d")
_NOT_TEXT: Final = frozenset(("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))
_BLANKS: Final = re.compile(r"\s")


class UnsafeName(DalilError, ValueError):
    """An unsafe file name."""


def safe_name(name: str) -> str:
    """Returns a safe file name in NFC without direction marks.

    Raises:
        UnsafeName: the name is or looks like a path, is a device's, has characters that aren't text, or is
            too long.
    """
    kept = "".join(c for c in name if c in _JOINERS or unicodedata.category(c) != "Cf")
    composed = unicodedata.normalize("NFC", kept)
    # As displayed: NFKC maps full-width and other variants of letters, dots and slashes.
    plain = unicodedata.normalize("NFKC", kept)
    if any(unicodedata.category(c) in _NOT_TEXT for c in composed):
        raise _unsafe(name, "it has characters that aren't text")
    if _SLASHES & set(composed + plain):
        raise _unsafe(name, "it is a path, or looks like one")
    if not plain.strip(". ") or plain.startswith("."):
        raise _unsafe(name, "it begins with a dot, or has nothing else in it")
    if plain != plain.strip() or plain.endswith(".") or any(c != " " for c in _BLANKS.findall(composed)):
        raise _unsafe(name, "it has blanks or dots at its ends, or unusual blanks")
    if _RESERVED & set(plain):
        raise _unsafe(name, "it has a character that not every system takes")
    if plain.partition(".")[0].rstrip().casefold() in _DEVICES:
        raise _unsafe(name, "it is the name of a device")
    if len(composed.encode()) > MAX_NAME_LENGTH:
        raise _unsafe(name, f"it is longer than {MAX_NAME_LENGTH} bytes")
    return composed


def _unsafe(name: str, why: str) -> UnsafeName:
    shown = name if len(name) <= 60 else f"{name[:60]}…"
    return UnsafeName(
        f"The file {ascii(shown) if not shown.isprintable() else repr(shown)} can't be taken: "
        f"{why}. Rename it."
    )
