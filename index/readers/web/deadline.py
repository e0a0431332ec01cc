"""The end of a web page's time: of look-ups, of connections, and what is said when it has come."""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NoReturn

from index.errors import PageFault, UnreadablePage
from index.readers.web.address import IPAddress, WebAddress

# So that what was ended is known to be late.
_GRACE_SECONDS: Final = 0.02


class Deadline:
    """The end of a page's time.

    Args:
        address: of the page.
        seconds: from now on.
    """

    def __init__(self, address: WebAddress, seconds: float) -> None:
        self._address = address
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left.

        Raises:
            UnreadablePage: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            self._fail()
        return left

    def _fail(self) -> NoReturn:
        raise UnreadablePage.because(self._address.text, "too_slow", f"{self._seconds:,.0f}")

    def within(self, act: Callable[[], Sequence[IPAddress]]) -> Sequence[IPAddress]:
        """What a function gives that can't be interrupted; it is left to itself if it takes longer.

        Raises:
            OSError: from the function.
        """
        given: queue.Queue[Sequence[IPAddress] | OSError] = queue.Queue()

        def run() -> None:
            try:
                given.put(act())
            except (OSError, UnicodeError, ValueError) as error:  # UnicodeError: of a name that can't be one
                given.put(error if isinstance(error, socket.gaierror) else socket.gaierror(str(error)))

        threading.Thread(target=run, name="look-up", daemon=True).start()
        try:
            found = given.get(timeout=self.left())
        except queue.Empty:
            self._fail()
        if isinstance(found, OSError):
            raise found
        return found

    @contextmanager
    def ending(self, connected: socket.socket) -> Iterator[None]:
        """Ends a connection when the time is up, however slowly something still comes."""

        def end() -> None:
            with suppress(OSError):
                # Not SSLSocket's own, which takes the connection apart under whoever reads from it.
                socket.socket.shutdown(connected, socket.SHUT_RDWR)

        timer = threading.Timer(self.left() + _GRACE_SECONDS, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    @contextmanager
    def reporting(self, place: WebAddress) -> Iterator[None]:
        """Turns what goes wrong with a server into the error that says so; first of all, that it was slow."""
        try:
            yield
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            self.left()
            fault, detail = _fault(error), place.host
            raise UnreadablePage.because(place.text, fault, detail) from error


def _fault(error: Exception) -> PageFault:
    if isinstance(error, socket.gaierror):
        return "unresolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError | http.client.HTTPException):
        return "unreachable"
    return "broken"
