"""`dalil doctor`: the state of an index, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.console import epilog, show
from cli.options import FOLDER
from cli.streams import in_one_line

if TYPE_CHECKING:
    from index.folder.doctor import Report

EPILOG: Final = epilog("dalil doctor", "dalil doctor --index my-index")

# Lines of a list that are shown.
_MOST_SHOWN: Final = 20


def doctor(
    folder: Annotated[
        str,
        typer.Option(
            "--index", "-i", metavar="DIR", envvar="DALIL_INDEX", help="The folder of the index to examine."
        ),
    ] = FOLDER,
) -> None:
    """Reports the state of an index, and what to do.

    Reads the whole index and verifies every byte. Reports its segments and removed passages, near-duplicate
    documents, missing files, an unavailable encoder, and damage.
    """
    from index.folder.doctor import examine
    from index.open import is_address
    from index.storage.files import expanded

    if is_address(folder):
        raise typer.BadParameter("dalil doctor examines a folder, not an address.")
    report = examine(expanded(folder))
    counts = f"{report.documents:,} documents, {report.passages:,} passages, {report.size / 2**20:,.1f} MB"
    show(f"{in_one_line(folder)}: {counts}; every byte is as it was written.")
    show(f"Segments, by passages: {', '.join(f'{count:,}' for count, _ in report.segments)}.")
    named = in_one_line(shlex.quote(folder))
    for line in (*_advice(report, named), *_lists(report, named)) or ["There is nothing to do."]:
        show(line)


def _advice(report: Report, folder: str) -> Iterator[str]:
    """Advice about segments and the encoder."""
    from index import EncoderUnavailable
    from index.encoding.load import load

    if removed := sum(count for _, count in report.segments):
        yield f"{removed:,} removed passages are still on disk: dalil index --optimize -i {folder}"
    elif report.is_merge_due:
        yield f"Segments should be merged: dalil index --optimize -i {folder}"
    try:
        here = load(report.encoder_name).fingerprint
    except EncoderUnavailable as error:
        yield f"Its encoder, {report.encoder_name}, is unavailable: {error}"
        return
    if here != report.encoder_fingerprint:
        yield (
            f"Another encoder has the name {report.encoder_name} by now ({report.encoder_fingerprint} made "
            f"the index, {here} is here): dalil index PATH... -i {folder} --rebuild"
        )


def _lists(report: Report, folder: str) -> Iterator[str]:
    """The findings."""
    if report.gone:
        yield f"Missing files (dalil index FILE... --remove -i {folder} removes them from the index):"
        yield from _listed(report.gone)
    if report.near_duplicates:
        yield "Documents that are nearly the same, and the share of passages in common:"
        yield from _listed(f"{one}  {other}  {share:.0%}" for one, other, share in report.near_duplicates)
    if report.left_behind:
        yield "Not of the index (the next change removes what a crash has left):"
        yield from _listed(report.left_behind)


def _listed(lines: Iterable[str]) -> list[str]:
    every = [f"  {in_one_line(line)}" for line in lines]
    more = len(every) - _MOST_SHOWN
    return every if more <= 0 else [*every[:_MOST_SHOWN], f"  and {more:,} more"]
