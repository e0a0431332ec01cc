"""What a converter process is asked, as a line of JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from index.readers.page.picture import PageRequest


@dataclass(frozen=True)
class Request:
    """What is to be done with a file: it is converted, its text recognised (OCR), or a page of it drawn.

    Attributes:
        path: of the file.
        is_recognition: whether its text is recognised.
        pages: the pages of a PDF whose text is recognised, from 1; all if empty.
        claimed: the encoding of a text or a web page according to its server.
        picture: the page to draw instead.
    """

    path: Path
    is_recognition: bool = False
    pages: Sequence[int] = ()
    claimed: str = ""
    picture: PageRequest | None = None

    def to_line(self) -> bytes:
        """The request as JSON, without a line feed. A path may not be valid UTF-8."""
        return json.dumps({**asdict(self), "path": os.fsencode(self.path).hex()}).encode()

    @classmethod
    def from_line(cls, line: bytes) -> Request:
        """Restores the output of `to_line`."""
        record = json.loads(line)
        path = Path(os.fsdecode(bytes.fromhex(record["path"])))
        picture = PageRequest.from_record(record["picture"]) if record["picture"] else None
        return cls(**{**record, "path": path, "picture": picture})
