"""`dalil index`: files into an index and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from cli.console import epilog
from cli.options import FOLDER, ModelName

EPILOG: Final = epilog(
    "dalil index notes report.md            into the folder dalil-index",
    "dalil index كتبي --index my-index      into a folder of your choice",
    "dalil index notes/old.md --remove      forgets one file",
    "dalil index notes --rebuild            rebuilds the index from these files only",
)


def index(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", hidden=True)],
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
        bool, typer.Option("--remove", help="Forget these files, whether or not they still exist.")
    ] = False,
) -> None:
    """Makes an index of your texts, or updates the one that is there.

    PATH is a text (.txt, .md, .html, .pdf, .docx, .odt, .rtf, .epub), slides (.pptx), a table (.xlsx, .csv,
    .tsv), records (.json, .jsonl), a message (.eml) or a picture (.png, .jpg, .tif), or a folder of them with
    all folders inside it; hidden files and links to other folders are left out. Pictures and scanned PDF
    files are read by text recognition where Tesseract is installed. A file that was indexed before takes its
    older version's place, and what hasn't changed costs next to nothing.
    """
    if rebuild and remove:
        raise typer.BadParameter("--rebuild and --remove can't go together.")
    from cli.index_files import file_texts, forget_texts

    if remove:
        raise typer.Exit(forget_texts(paths, folder, model))
    raise typer.Exit(file_texts(paths, folder, model, rebuild))
