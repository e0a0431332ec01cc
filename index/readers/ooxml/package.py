"""The parts of an Office Open XML archive (DOCX, XLSX, PPTX), by their relationships."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree

import regex

from index.readers.archives import DUBLIN_CORE, DefinesEntities, part_xml, text_of
from index.readers.extracted_text import Flaw, Metadata, Unextractable, tags_of

# Default dates from templates.
_TEMPLATE_DATES: Final = ("2006-09-16", "2013-12-23", "1601-01-01", "1970-01-01")
_DATE: Final = regex.compile(r"(\d{4}-\d{2}-\d{2})(?:T|$)")
# Charts, and diagrams of Word files: those of slides are read.
_OBJECT: Final = regex.compile(r"(?:word|xl|ppt)/charts/chart\d*\.xml|(?:word|xl)/diagrams/data\d*\.xml")
_CORE: Final = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_TERMS: Final = "{http://purl.org/dc/terms/}"


class Package:
    """An archive whose parts refer to one another by relationships.

    Attributes:
        main: the root of its main part.
        main_name: the name of its main part.
    """

    def __init__(self, archive: zipfile.ZipFile, main: str) -> None:
        """Reads the main part.

        Args:
            archive: the open archive.
            main: the usual name of its main part.

        Raises:
            Unextractable: the main part is missing or damaged.
        """
        self._archive = archive
        self._names = {name.casefold(): name for name in archive.namelist()}
        package = self._relationships("_rels/.rels")
        targets = (t for kind, t in package.values() if kind == "officeDocument")
        # One that isn't in the archive is no reason not to read the document where it always is.
        self.main_name = next((t for t in targets if t.casefold() in self._names), main)
        self._core = next(
            (t for kind, t in package.values() if kind == "core-properties"), "docProps/core.xml"
        )
        self._related = self.relationships(self.main_name)
        self.main = part_xml(archive, self.name_of(self.main_name))

    @property
    def names(self) -> Collection[str]:
        """The names of all parts, in lower case."""
        return self._names.keys()

    def name_of(self, name: str) -> str:
        """A part's name as the archive spells it."""
        return self._names.get(name.casefold(), name)

    def part(self, name: str) -> ElementTree.Element | None:
        """The root of an XML part; None if it is missing or isn't well formed."""
        known = self._names.get(name.casefold())
        if known is None:
            return None
        try:
            return part_xml(self._archive, known)
        except Unextractable as error:
            if error.fault != "damaged" or isinstance(error, DefinesEntities):
                raise
            return None

    def related_name(self, kind: str) -> str:
        """The name of the main part's related part of a given kind; empty if there is none."""
        return next((target for found, target in self._related.values() if found == kind), "")

    def related(self, kind: str) -> ElementTree.Element | None:
        """The main part's related part of a given kind: styles, numbering, footnotes, ..."""
        return self.part(self.related_name(kind))

    def target(self, relationship: str) -> str:
        """The name of the part that a relationship of the main part points to; empty if there is none."""
        found = self._related.get(relationship)
        return found[1] if found else ""

    def by_id(self, relationship: str) -> ElementTree.Element | None:
        """The part that a relationship of the main part points to."""
        return self.part(self.target(relationship))

    def relationships(self, name: str) -> dict[str, tuple[str, str]]:
        """Maps the ids of a part's relationships to (last component of the type, part name)."""
        folder, base = posixpath.split(name)
        return self._relationships(posixpath.join(folder, "_rels", f"{base}.rels"), folder)

    def metadata(self) -> Metadata:
        """The metadata of its core properties."""
        core = self.part(self._core)
        if core is None:
            return Metadata()
        tags = tags_of(text_of(core.find(f"{_CORE}keywords")))
        title, author = (text_of(core.find(f"{DUBLIN_CORE}{key}")) for key in ("title", "creator"))
        for key in ("created", "modified"):
            date = _DATE.match(text_of(core.find(f"{_TERMS}{key}")))
            if date and date[1] not in _TEMPLATE_DATES:
                return Metadata(title, author, date[1], tags)
        return Metadata(title, author, "", tags)

    def _relationships(self, name: str, folder: str = "") -> dict[str, tuple[str, str]]:
        root = self.part(name)
        if root is None:
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, unquote(element.get("Target", "")))).lstrip(
                    "/"
                ),
            )
            for element in root
            if element.get("TargetMode") != "External"
        }


def unread_objects(package: Package) -> tuple[Flaw, ...]:
    """The flaw of a file with charts, or with diagrams that aren't on slides, if there are any."""
    count = sum(_OBJECT.fullmatch(name) is not None for name in package.names)
    why = "a chart or diagram in it wasn't" if count == 1 else f"{count:,} charts and diagrams in it weren't"
    return (Flaw("objects", f"{why} read.", count),) if count else ()
