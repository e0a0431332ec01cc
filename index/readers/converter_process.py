"""Converters run in a process of their own: no file can take the memory, the time or the life of this one."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from index.readers.extract import Extract, Unextractable, damaged

if TYPE_CHECKING:
    from index.errors import FileFault

# The article's PDF files take .1 to .4 seconds a page: enough for a book of 1,500 pages.
SECONDS: Final = 600
BYTES: Final = 3 << 30


class Apart:
    """A process that converts one file after another; started when needed, and anew when it was lost."""

    def __init__(self, seconds: float = SECONDS, most_bytes: int = BYTES) -> None:
        """Starts nothing yet.

        Args:
            seconds: that a file may take.
            most_bytes: of memory that the process may have, where the system can say so.
        """
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def convert(self, path: Path) -> Extract:
        """The text of the file at `path`.

        Raises:
            Unextractable: it can't be read, or takes too long or too much memory.
        """
        with self._turn:
            process = self._running()
            lost = Unextractable(
                f"it could not be read within {self._seconds:,.0f} seconds and {self._most_bytes >> 20:,} MB "
                "of memory. Split it, or save its text as .txt.",
                "too_slow",
            )
            if process.stdin is None or process.stdout is None:
                raise lost
            timer = threading.Timer(self._seconds, process.kill)
            timer.start()
            try:
                process.stdin.write(json.dumps(os.fsencode(path).hex()).encode() + b"\n")
                process.stdin.flush()
                reply = process.stdout.readline()
            except BrokenPipeError:
                reply = b""
            except BaseException:  # Ctrl-C: a reply that comes later would be taken for the next file's
                self._stop()
                raise
            finally:
                timer.cancel()
            if not reply.endswith(b"\n"):
                self._stop()
                raise lost
        answer: dict[str, Any] = json.loads(reply)
        if "error" in answer:
            raise Unextractable(answer["error"], cast("FileFault", answer["fault"]))
        return Extract.from_record(answer)

    def close(self) -> None:
        """Ends the process."""
        with self._turn:
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            package = str(Path(__file__).resolve().parents[2])
            known = os.environ.get("PYTHONPATH")
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"from index.readers.converter_process import serve; serve({self._most_bytes})",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (package, known)))},
                start_new_session=True,  # Ctrl-C is for this process
            )
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
            self._process.wait()
            self._process = None


def serve(most_bytes: int) -> None:
    """What the process does: reads paths, one a line, and answers each with a line, until there are no more.

    Args:
        most_bytes: of memory that it may take.
    """
    _limit_memory(most_bytes)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints mustn't come between
    for line in sys.stdin.buffer:
        path = Path(os.fsdecode(bytes.fromhex(json.loads(line))))
        replies.write(json.dumps(_answer(path)).encode() + b"\n")
        replies.flush()


def _answer(path: Path) -> dict[str, Any]:
    from index.readers.convert import convert

    try:
        found = convert(path.suffix.casefold(), path.read_bytes())
        return found.to_record()
    except Unextractable as error:
        return {"error": str(error), "fault": error.fault}
    except OSError as error:
        return {"error": f"it can't be read ({error.strerror}).", "fault": "unreadable"}
    except MemoryError as error:
        return {"error": str(damaged(error)), "fault": "too_slow"}
    except Exception as error:  # a fault of a library's, which this file leads to
        return {"error": str(damaged(error)), "fault": "damaged"}


def _limit_memory(most_bytes: int) -> None:
    import resource

    with suppress(ValueError, OSError):  # macOS has no such limit
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, hard))


shared: Final = Apart()
atexit.register(shared.close)
