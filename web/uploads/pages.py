"""Web pages that are being fetched for collections, each because a person asked for it just now."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from index.concurrency import FairSemaphore
from index.errors import DalilError
from index.readers.web.address import WebAddress
from index.readers.web.fetch import Fetcher
from qa.collections.interface import CollectionLibrary
from qa.collections.types import Report
from web.uploads.batches import Batch

MAX_WAITING: Final = 20
"""Pages per person that are fetched or waited for."""
_AT_ONCE: Final = 4
# Number of pages whose outcome is remembered.
_REMEMBERED: Final = 100


class WebPagesOff(DalilError):
    """This chat fetches no web pages."""


class TooManyPages(DalilError):
    """Many pages of this person are waiting already."""


class Pages:
    """All pages that are fetched for the collections of one server."""

    def __init__(
        self,
        library: CollectionLibrary,
        recording: Callable[[Batch], AbstractContextManager[Report]],
        fetcher: Fetcher | None,
    ) -> None:
        """Starts no threads yet.

        Args:
            library: the collections.
            recording: `Uploads.recording`.
            fetcher: fetches pages; None if none are fetched here.
        """
        self._library = library
        self._recording = recording
        self._fetcher = fetcher
        self._batches: dict[str, Batch] = {}
        self._lock = threading.Lock()
        self._turn = FairSemaphore(_AT_ONCE)

    @property
    def is_on(self) -> bool:
        """Whether pages are fetched here."""
        return self._fetcher is not None

    def begin(self, collection: str, address: str, person: str = "") -> Batch:
        """Begins to fetch a page into a collection; of one that is in it already, the newest version.

        Args:
            collection: id of the collection.
            address: of the page.
            person: who asked for it.

        Raises:
            WebPagesOff: no pages are fetched here.
            UnreadablePage: this isn't an address that may be fetched.
            TooManyPages: many pages of this person are waiting.
        """
        if self._fetcher is None:
            raise WebPagesOff("No web pages are fetched in this chat.")
        where = WebAddress.parse(address, self._fetcher.ports)
        batch = Batch(secrets.token_urlsafe(24), collection, (where.text,), person=person, is_page=True)
        batch.stage = "waiting"
        with self._lock:
            waiting = [one for one in self._batches.values() if one.stage != "done" and one.person == person]
            if len(waiting) >= MAX_WAITING:
                raise TooManyPages(f"{MAX_WAITING} of your pages are waiting already.")
            for old in [key for key, one in self._batches.items() if one.stage == "done"][:-_REMEMBERED]:
                del self._batches[old]
            self._batches[batch.id] = batch
        # A daemon: Ctrl-C doesn't wait for it; updates of a collection are atomic.
        threading.Thread(target=self._fetch, args=(batch,), name="web-page", daemon=True).start()
        return batch

    def batch(self, id_: str) -> Batch | None:
        """The batch of a page, by its secret id."""
        return self._batches.get(id_)

    def of_collection(self, collection: str) -> Batch | None:
        """A page that is being fetched into a collection, if any."""
        batches = list(self._batches.values())
        return next((one for one in batches if one.stage != "done" and one.collection == collection), None)

    def _fetch(self, batch: Batch) -> None:
        (address,) = batch.names
        try:
            with self._turn, self._recording(batch) as note:
                # Not by what the page's user may see: nobody's request is about any more.
                name = self._library.info(batch.collection).name
                batch.is_renewal = any(one.source == address for one in self._library.documents(name))
                batch.added = self._library.add_page(name, address, note, self._fetcher)
            batch.warnings = [(0, warning) for warning in batch.added.warnings]
        except (DalilError, OSError) as error:
            batch.error = error
        except Exception as error:
            batch.error = error
            logging.getLogger(__name__).exception("A web page could not be added")
        finally:
            batch.stage = "done"
