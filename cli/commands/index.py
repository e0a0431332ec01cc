"""`dalil index`: files into an index and out of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.console import epilog
from cli.exit_codes import BAD_INPUT, print_error
from cli.options import FOLDER, CollectionName, ModelName

if TYPE_CHECKING:
    from index.readers.read_files import Reading

EPILOG: Final = epilog(
    "dalil index notes report.md            into the folder dalil-index",
    "dalil index كتبي --index my-index      into a folder of your choice",
    "dalil index notes --remove             and removes what is gone from the folder",
    "dalil index notes/old.md --remove      removes one file",
    "dalil index notes --watch              keeps the index in step with the folder",
    "dalil index --optimize                 leaves nothing of removed texts on disk",
    "dalil index --optimize -c كتبي         the same for a collection that was made in the chat",
    "dalil index https://example.org/page --refresh    one web page, as it is now",
    "dalil index notes --rebuild            rebuilds the index from these files only",
)


def index(
    named: Annotated[list[str] | None, typer.Argument(metavar="PATH", hidden=True)] = None,
    folder: Annotated[
        str,
        typer.Option(
            "--index",
            "-i",
            metavar="DIR",
            envvar="DALIL_INDEX",
            help="The index to make or to update: a folder, or an address.",
        ),
    ] = FOLDER,
    model: ModelName = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Rebuild it from these files only.")] = False,
    remove: Annotated[
        bool,
        typer.Option(
            "--remove",
            help="Forget what is gone from these folders, and the files named, whether or not they still "
            "exist.",
        ),
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on until Ctrl-C, and take up or forget what changes.")
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh", help="Fetch the web pages named again. Without it none is that was indexed before."
        ),
    ] = False,
    optimize: Annotated[
        bool,
        typer.Option(
            "--optimize", help="Merge the whole index, so that nothing of removed texts is left on disk."
        ),
    ] = False,
    collection: CollectionName = None,
) -> None:
    """Makes an index of your texts, or updates the one that is there.

    PATH is a text (.txt, .md, .html, .pdf, .docx, .odt, .rtf, .epub), slides (.pptx), a table (.xlsx,
    .ods, .csv, .tsv), records (.json, .jsonl), a message (.eml) or a picture (.png, .jpg, .tif), or a
    folder of them with all folders inside it; hidden files and links to other folders are left out.
    Pictures and scanned PDF files are read by text recognition where Tesseract is installed. A file that
    was indexed before takes its older version's place, and what hasn't changed costs next to nothing.

    A PATH that begins with http:// or https:// is a web page. It is fetched from its site when you name it
    for the first time, and again only with --refresh; nothing that it links to is.
    """
    addresses, paths = _split_addresses(named or ())
    _check(addresses, {"rebuild": rebuild, "remove": remove, "watch": watch, "refresh": refresh})
    if collection is not None:
        own = (FOLDER, os.environ.get("DALIL_INDEX"))
        if not optimize or named or rebuild or remove or watch or model or folder not in own:
            raise typer.BadParameter(
                "--collection goes with --optimize alone; the chat adds and removes files."
            )
    elif not named and not optimize:
        raise typer.BadParameter("Missing argument 'PATH'.")
    from cli import index_files
    from cli.watching import Watched, watch_texts

    code = 0
    watched = Watched(paths, folder, model) if watch and paths else None  # before they are read
    note = watched.note_reading if watched else index_files.ignore
    if remove:
        code = _remove(addresses, paths, folder, model, note)
    elif named:
        pages = index_files.NO_PAGES
        if addresses:
            from cli.web_pages import fetch_pages

            pages = fetch_pages(addresses, folder, model, refresh, rebuild)
            if rebuild and pages.failed:
                print_error("The index stays as it was.")
                raise typer.Exit(BAD_INPUT)
        code = index_files.index_texts(paths, folder, model, rebuild=rebuild, note_reading=note, pages=pages)
    if watched:
        watch_texts(watched)
    if optimize:
        index_files.optimize(folder, model, collection)
    raise typer.Exit(code)


def _split_addresses(named: Sequence[str]) -> tuple[list[str], list[Path]]:
    """The web addresses, and the files and folders, among what was named."""
    from index.readers.web.address import is_address

    addresses = [one for one in named if is_address(one)]
    return addresses, [Path(one) for one in named if not is_address(one)]


def _check(addresses: Sequence[str], wanted: Mapping[str, bool]) -> None:
    """Refuses options that can't go together."""
    if wanted["rebuild"] and (wanted["remove"] or wanted["watch"]):
        raise typer.BadParameter(
            f"--rebuild and --{'remove' if wanted['remove'] else 'watch'} can't go together."
        )
    if wanted["refresh"] and wanted["remove"]:
        raise typer.BadParameter("--refresh and --remove can't go together.")
    if wanted["refresh"] and not addresses:
        raise typer.BadParameter("--refresh wants the web pages that are to be fetched again, each named.")
    if wanted["watch"] and addresses:
        raise typer.BadParameter("--watch is for files and folders: a web page isn't watched.")


def _remove(
    addresses: Sequence[str],
    paths: Sequence[Path],
    folder: str,
    model: str | None,
    note: Callable[[Reading], None],
) -> int:
    """Removes web pages and files from an index; returns the exit code."""
    from cli import index_files
    from cli.web_pages import remove_pages

    codes = [remove_pages(addresses, folder, model)] if addresses else []
    codes += [index_files.remove_texts(paths, folder, model, note)] if paths else []
    return max(codes, default=0)
