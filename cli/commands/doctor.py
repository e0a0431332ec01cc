"""`dalil doctor`: the state of an index, and what to do."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.console import epilog, show
from cli.options import FOLDER, CollectionName
from cli.streams import in_one_line

if TYPE_CHECKING:
    from index.folder.doctor import Report

EPILOG: Final = epilog(
    "dalil doctor",
    "dalil doctor --index my-index",
    "dalil doctor --collection كتبي         a collection that was made in the chat",
)

# Lines of a list that are shown.
_MAX_SHOWN: Final = 20


@dataclass(frozen=True)
class Remedies:
    """What to do about the findings in an index.

    Attributes:
        optimize: the command that merges all of it.
        forget_gone: how documents whose files are gone are removed.
        forget: how one document is removed.
        rebuild: how it is made again with another encoder.
    """

    optimize: str
    forget_gone: str
    forget: str
    rebuild: str

    @classmethod
    def of_index(cls, folder: str) -> Remedies:
        """For an index in a folder."""
        named = in_one_line(shlex.quote(folder))
        return cls(
            f"dalil index --optimize -i {named}",
            f"dalil index FILE... --remove -i {named} removes them from the index",
            f"dalil index FILE --remove -i {named} removes one, until its folder is indexed again",
            f"dalil index PATH... -i {named} --rebuild",
        )

    @classmethod
    def of_collection(cls, name: str) -> Remedies:
        """For a collection of the chat."""
        return cls(
            f"dalil index --optimize --collection {in_one_line(shlex.quote(name))}",
            "the chat removes them while it runs, if the folder is there",
            "the chat's list of documents removes one, unless its folder is followed",
            "add its files to a new collection in the chat",
        )


def doctor(
    folder: Annotated[
        str,
        typer.Option(
            "--index", "-i", metavar="DIR", envvar="DALIL_INDEX", help="The folder of the index to examine."
        ),
    ] = FOLDER,
    collection: CollectionName = None,
) -> None:
    """Reports the state of an index, and what to do.

    Reads the whole index and verifies every byte. Reports its segments and removed passages, near-duplicate
    documents, missing files, an unavailable encoder, and damage.
    """
    from index.folder.doctor import examine
    from index.open import is_address
    from index.storage.files import expanded

    if collection is not None:
        from qa.collections.library import Library

        if folder not in (FOLDER, os.environ.get("DALIL_INDEX")):
            raise typer.BadParameter("--collection goes without --index.")
        library = Library()
        followed = library.followed(library.id_of(collection))
        report = examine(library.index_folder(collection), followed.paths() if followed else {})
        _show(collection, report, Remedies.of_collection(collection))
        return
    if is_address(folder):
        raise typer.BadParameter("dalil doctor examines a folder, not an address.")
    _show(folder, examine(expanded(folder)), Remedies.of_index(folder))


def _show(name: str, report: Report, remedies: Remedies) -> None:
    counts = f"{report.documents:,} documents, {report.passages:,} passages, {report.size / 2**20:,.1f} MB"
    show(f"{in_one_line(name)}: {counts}; every byte is as it was written.")
    show(f"Segments, by passages: {', '.join(f'{count:,}' for count, _ in report.segments)}.")
    for line in (*_advice(report, remedies), *_lists(report, remedies)) or ["There is nothing to do."]:
        show(line)


def _advice(report: Report, remedies: Remedies) -> Iterator[str]:
    """Advice about segments and the encoder."""
    from index import EncoderUnavailable
    from index.encoding.load import load

    if removed := sum(count for _, count in report.segments):
        yield f"{removed:,} removed passages are still on disk: {remedies.optimize}"
    elif report.is_merge_due:
        yield f"Segments should be merged: {remedies.optimize}"
    try:
        here = load(report.encoder_name).fingerprint
    except EncoderUnavailable as error:
        yield f"Its encoder, {report.encoder_name}, isn't there: {error}"
        return
    if here != report.encoder_fingerprint:
        yield (
            f"Another encoder has the name {report.encoder_name} by now ({report.encoder_fingerprint} made "
            f"the index, {here} is here): {remedies.rebuild}"
        )


def _lists(report: Report, remedies: Remedies) -> Iterator[str]:
    """The findings."""
    if report.gone:
        yield f"Missing files ({remedies.forget_gone}):"
        yield from _listed(report.gone)
    if report.near_duplicates:
        yield f"Documents that are nearly the same, and the share of passages in common ({remedies.forget}):"
        yield from _listed(f"{one}  {other}  {share:.0%}" for one, other, share in report.near_duplicates)
    if report.left_behind:
        yield f"Not of the index ({remedies.optimize} removes what a crash has left):"
        yield from _listed(report.left_behind)


def _listed(lines: Iterable[str]) -> list[str]:
    every = [f"  {in_one_line(line)}" for line in lines]
    more = len(every) - _MAX_SHOWN
    return every if more <= 0 else [*every[:_MAX_SHOWN], f"  and {more:,} more"]
