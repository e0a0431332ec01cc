"""Messages about JSON that isn't of its type, which Pydantic has checked."""

from __future__ import annotations

from pydantic import ValidationError


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong, on one line: where it stands, and what was expected there."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "data"
    return f"{where:.100}: {first['msg']}"
