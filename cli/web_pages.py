"""Web pages named on the command line: fetched once, and again only when that is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from cli.console import show
from cli.exit_codes import BAD_INPUT, DONE, INCOMPLETE, print_error, print_note
from cli.index_files import FetchedPages, in_index, open_if_there
from cli.streams import in_one_line
from index import Document, Index, UnreadablePage
from index.readers.web.address import WebAddress
from index.readers.web.fetch import Fetcher
from index.readers.web.page import page_id, read_page


def fetch_pages(
    addresses: Sequence[str], folder: str, model: str | None, refresh: bool = False, rebuild: bool = False
) -> FetchedPages:
    """Fetches the web pages that aren't in an index yet.

    Args:
        addresses: of the pages.
        folder: of the index, or its address; there may be none.
        model: as it was named.
        refresh: whether those that are in it are fetched again.
        rebuild: whether the index is made anew, so that all have to be fetched.
    """
    fetcher = Fetcher()
    opened = None if rebuild else open_if_there(folder, model)
    documents: dict[str, Document] = {}
    kept = failed = 0
    for address in addresses:
        known = None
        try:
            where = WebAddress.parse(address, fetcher.ports)
            known = in_index(opened, page_id(where))
            if known is not None and not refresh:
                kept += 1
                shown = in_one_line(where.text)
                show(f"{shown}: as of {known.fetched}, not fetched again (--refresh does that).")
            elif where.text not in documents:
                print_note(f"{where.text}: fetching it from {where.host}.")
                documents[where.text] = read_page(address, fetcher, lambda one: print_error(one.message))
        except UnreadablePage as error:
            failed += 1
            print_error(str(error))
            if known is not None:
                kept += 1
                print_error(f"{known.source}: the version of {known.fetched} stays.")
    return FetchedPages(tuple(documents.values()), kept, failed)


def remove_pages(addresses: Sequence[str], folder: str, model: str | None) -> int:
    """Removes web pages from an index; returns the exit code."""
    opened = Index.open(folder, encoder=model)
    ports = Fetcher().ports
    unwanted, unknown = set(), 0
    for address in addresses:
        try:
            where = WebAddress.parse(address, ports)
        except UnreadablePage as error:
            unknown += 1
            print_error(str(error))
            continue
        if in_index(opened, page_id(where)) is None:
            unknown += 1
            print_error(f"{where.text}: the index in {folder} doesn't hold this page.")
        else:
            unwanted.add(page_id(where))
    if unwanted:
        opened.remove(unwanted)
        opened.optimize(whole=False)
        show(f"{in_one_line(folder)}: {len(unwanted):,} removed.")
    if not unwanted:
        return BAD_INPUT
    return INCOMPLETE if unknown else DONE
