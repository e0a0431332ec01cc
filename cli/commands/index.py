"""`dalil index`: files into an index and out of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.console import epilog
from cli.options import FOLDER, CollectionName, ModelName

EPILOG: Final = epilog(
    "dalil index notes report.md            into the folder dalil-index",
    "dalil index كتبي --index my-index      into a folder of your choice",
    "dalil index notes --remove             and removes what is gone from the folder",
    "dalil index notes/old.md --remove      removes one file",
    "dalil index notes --watch              keeps the index in step with the folder",
    "dalil index --optimize                 leaves nothing of removed texts on disk",
    "dalil index --optimize -c كتبي         the same for a collection that was made in the chat",
    "dalil index notes --rebuild            rebuilds the index from these files only",
)


def index(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", hidden=True)] = None,
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
    optimize: Annotated[
        bool,
        typer.Option(
            "--optimize", help="Merge the whole index, so that nothing of removed texts is left on disk."
        ),
    ] = False,
    collection: CollectionName = None,
) -> None:
    """Makes an index of your texts, or updates the one that is there.

    PATH is a text (.txt, .md, .html, .pdf, .docx, .odt, .rtf, .epub), slides (.pptx), a table (.xlsx, .csv,
    .tsv), records (.json, .jsonl), a message (.eml) or a picture (.png, .jpg, .tif), or a folder of them with
    all folders inside it; hidden files and links to other folders are left out. Pictures and scanned PDF
    files are read by text recognition where Tesseract is installed. A file that was indexed before takes its
    older version's place, and what hasn't changed costs next to nothing.
    """
    if rebuild and (remove or watch):
        raise typer.BadParameter(f"--rebuild and --{'remove' if remove else 'watch'} can't go together.")
    if collection is not None:
        own = (FOLDER, os.environ.get("DALIL_INDEX"))
        if not optimize or paths or rebuild or remove or watch or model or folder not in own:
            raise typer.BadParameter(
                "--collection goes with --optimize alone; the chat adds and removes files."
            )
    elif not paths and not optimize:
        raise typer.BadParameter("Missing argument 'PATH'.")
    from cli import index_files
    from cli.watching import Watched, watch_texts

    code = 0
    if paths:
        watched = Watched(paths, folder, model) if watch else None  # before they are read
        note = watched.note_reading if watched else index_files.ignore
        if remove:
            code = index_files.forget_texts(paths, folder, model, note)
        else:
            code = index_files.file_texts(paths, folder, model, rebuild, note_reading=note)
        if watched:
            watch_texts(watched)
    if optimize:
        index_files.optimize(folder, model, collection)
    raise typer.Exit(code)
