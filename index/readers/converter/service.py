"""The main loop of a converter process, which `index.readers.converter.process` starts."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from index.readers import process_limits as limits
from index.readers.converter.request import Request
from index.readers.extracted_text import Unextractable, damaged, no_pages, no_progress

if TYPE_CHECKING:
    from index.readers.extracted_text import PageProgress, Progress

# Bytes of an answer: the text of the largest file and its blocks. What is larger would fill the parent.
_MAX_ANSWERED: Final = 1 << 30


def serve(max_bytes: int, max_seconds: float, max_recognized: float, parent: int) -> None:
    """Main loop of the converter process: reads one `Request` per line and answers each with one line.

    Args:
        max_bytes: memory limit of the process.
        max_seconds: maximum processor time per file.
        max_recognized: maximum processor time per file for recognising text.
        parent: process id of the parent.
    """
    limits.end_with_parent(parent)
    limits.limit_memory(max_bytes)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output that a library prints mustn't mix with the replies

    def send(record: dict[str, Any]) -> None:
        # Not in ASCII: of Arabic that would be three times as much. Metadata may have surrogates.
        reply = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if len(reply) > _MAX_ANSWERED:
            reply = json.dumps({"error": str(damaged(MemoryError())), "fault": "too_slow"}).encode()
        replies.write(reply)
        replies.write(b"\n")
        replies.flush()

    for line in sys.stdin.buffer:
        request = Request.from_line(line)
        suffix, size = request.path.suffix.casefold(), limits.size_of(request.path)
        allowance = limits.Allowance(suffix, size, max_seconds)

        def tell(done: int, total: int, allowance: limits.Allowance = allowance) -> None:
            if allowance.recognized() > max_recognized and done < total:
                raise too_long(max_recognized, done, total)
            allowance.end()
            send({"page": done, "of": total})
            sys.stdin.buffer.readline()  # until it is this file's turn again
            allowance.add_page()

        if request.is_recognition:
            allowance.add_page()
        reply = answer(request, allowance.add_part, tell)
        allowance.end()
        send(reply)


def too_long(max_seconds: float, done: int, total: int) -> Unextractable:
    """The error for a file whose pages take too long to recognise."""
    return Unextractable(
        f"text recognition (OCR) of {done:,} of its {total:,} pages took more than {max_seconds:,.0f} "
        "seconds of processor time. Split it.",
        "too_slow",
    )


def answer(
    request: Request, progress: Progress = no_progress, on_page: PageProgress = no_pages
) -> dict[str, Any]:
    """Does what is asked; returns the record of the text, of the picture or of the error, for the parent.

    Args:
        request: what is asked. For a page of a file that was changed the record is empty.
        progress: called after each page or chapter that is converted.
        on_page: called after each page whose text is recognised.
    """
    from index.readers.file_types import convert, recognize
    from index.storage.files import read_regular

    path, suffix = request.path, request.path.suffix.casefold()
    try:
        if request.picture:
            from index.readers.page.draw import draw

            picture = draw(path, request.picture)
            return picture.to_record() if picture else {}
        content = read_regular(path)
        if request.is_recognition:
            return recognize(suffix, content, on_page, request.pages).to_record()
        return convert(suffix, content, progress, request.claimed).to_record()
    except Unextractable as error:
        return {"error": str(error), "fault": error.fault}
    except OSError as error:
        return {"error": f"it can't be read ({error.strerror}).", "fault": "unreadable"}
    except MemoryError as error:
        return {"error": str(damaged(error)), "fault": "too_slow"}
    except Exception as error:  # a library's bug triggered by this file
        return {"error": str(damaged(error)), "fault": "damaged"}
