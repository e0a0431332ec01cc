"""Extracts JSON and JSON Lines files: records as table rows, or one after the other where they are long."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from index.readers.extracted_text import Extract, Flaw, Progress, Unextractable, damaged, no_progress
from index.readers.tables.grid import check_size
from index.readers.text_builder import TextBuilder
from index.readers.text_encoding import decode

_TITLES: Final = ("title", "name", "heading", "subject", "العنوان", "عنوان", "الاسم", "اسم", "الموضوع")
_AUTHORS: Final = ("author", "creator", "المؤلف", "الكاتب")
_DATES: Final = ("date", "created", "التاريخ", "تاريخ")
# Keys that say no more than that a text follows.
_TEXTS: Final = frozenset(("text", "body", "content", "contents", "paragraph", "نص", "النص", "المحتوى"))
_MAX_CELL_WORDS: Final = 40
_MAX_ROW_WORDS: Final = 80
_MAX_COLUMNS: Final = 40
_MAX_LEVELS: Final = 9
_MAX_DEPTH: Final = 60
_MAX_SHOWN: Final = 5
# Numbers stay as they are written.
_load: Final = partial(json.loads, parse_int=str, parse_float=str, parse_constant=str)


def extract(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts a JSON file; one with a value in each line is read like JSON Lines.

    Raises:
        Unextractable: its encoding isn't known, or it isn't JSON.
    """
    text = decode(content)
    try:
        return _extract(_load(text))
    except RecursionError:
        raise damaged("it is nested too deep") from None
    except ValueError as error:
        if len(text.split("\n", 2)) > 1:
            try:
                return _of_lines(text)
            except Unextractable:
                pass
        raise damaged(error) from error


def extract_lines(content: bytes, progress: Progress = no_progress) -> Extract:  # noqa: ARG001
    """Extracts a JSON Lines file; a line that isn't JSON is omitted, and reported.

    Raises:
        Unextractable: its encoding isn't known, or most of its lines aren't JSON.
    """
    return _of_lines(decode(content))


def _of_lines(text: str) -> Extract:
    records: list[Any] = []
    bad: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(_load(line))
        except (ValueError, RecursionError):
            bad.append(number)
    if len(bad) > len(records):
        raise damaged(f"line {bad[0]} isn't JSON")
    found = _extract(records)
    if not bad:
        return found
    names = ", ".join(map(str, bad[:_MAX_SHOWN])) + (" ..." if len(bad) > _MAX_SHOWN else "")
    lines = "a line of it isn't" if len(bad) == 1 else f"{len(bad):,} lines of it aren't"
    flaw = Flaw("lines", f"{lines} JSON ({names}); the rest was read.", len(bad), names)
    return Extract(found.text, found.title, found.author, date=found.date, blocks=found.blocks, flaws=(flaw,))


def _extract(value: Any) -> Extract:
    writer = _Writer()
    writer.write(value, level=1)
    named = value if isinstance(value, dict) else {}
    title, author, date = (_value(named, names) for names in (_TITLES, _AUTHORS, _DATES))
    return Extract(writer.builder.text, title, author, date=date, blocks=writer.builder.blocks)


def _value(record: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of several values that is a text."""
    found = {key.casefold(): value for key, value in record.items()}
    return next((found[name] for name in names if isinstance(found.get(name), str) and found[name]), "")


class _Writer:
    """Adds the values of a file to a builder, in their order."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self._tables = 0
        self._cells = 0

    def write(self, value: Any, level: int) -> None:
        """Adds a value under headings of this level.

        Raises:
            RecursionError: it is nested too deep.
        """
        if level > _MAX_DEPTH:
            raise RecursionError
        if isinstance(value, dict):
            self._object(value, level)
        elif isinstance(value, list):
            self._list(value, level)
        else:
            for paragraph in _said(value).split("\n"):
                self.builder.add("paragraph", paragraph)

    def _object(self, record: Mapping[str, Any], level: int) -> None:
        """Adds an object: first its short values as fields, then the others under their keys."""
        fields = {key: _said(value) for key, value in record.items() if _is_short(value)}
        for key, said in fields.items():
            if said:
                self._count(1)
                self.builder.add("form_field", f"{key}: {said}", label=key)
        for key, value in record.items():
            if key not in fields:
                if key.casefold() not in _TEXTS:
                    self.builder.add("heading", key, level=min(level, _MAX_LEVELS))
                self.write(value, level + 1)

    def _list(self, values: Sequence[Any], level: int) -> None:
        records = [value for value in values if isinstance(value, dict)]
        if len(records) < len(values) or not records:
            for value in values:
                if isinstance(value, dict | list):
                    self.write(value, level + 1)
                else:
                    self._count(1)
                    self.builder.add("list_item", _said(value), level=1)
            return
        flat = [_flat(record) for record in records]
        columns = list(dict.fromkeys(key for record in flat for key in record))
        if len(columns) <= _MAX_COLUMNS and all(map(_fits_row, flat)):
            self._rows(flat, columns)
            return
        for record in records:
            title = _value(record, _TITLES)
            if title:
                self.builder.add("heading", title, level=min(level, _MAX_LEVELS))
            rest = {key: value for key, value in record.items() if value != title or not title}
            self._object(rest, level + 1)

    def _rows(self, records: Sequence[Mapping[str, str]], columns: Sequence[str]) -> None:
        self._tables += 1
        self.builder.add_row(columns, table=self._tables, is_header=True)
        for record in records:
            self._count(len(record))
            cells = [record.get(column, "") for column in columns]
            self.builder.add_row(cells, columns, table=self._tables)

    def _count(self, cells: int) -> None:
        self._cells += cells
        check_size(self._cells)


def _said(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_said(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "; ".join(filter(None, map(_said, value)))
    return str(value)


def _is_short(value: Any) -> bool:
    """Whether a value, or a list of values, has a few words on one line."""
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(v, dict | list) for v in value)
    ):
        return False
    said = _said(value)
    return len(said.split()) <= _MAX_CELL_WORDS and "\n" not in said


def _flat(record: Mapping[str, Any], path: str = "", depth: int = 0) -> dict[str, str]:
    """A record's values by their keys; those of objects within it by the path to them."""
    flat: dict[str, str] = {}
    for key, value in record.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict) and depth < _MAX_LEVELS:
            flat |= _flat(value, name, depth + 1)
        elif said := _said(value):
            flat[name] = said
    return flat


def _fits_row(record: Mapping[str, str]) -> bool:
    counts = [len(value.split()) for value in record.values()]
    return max(counts, default=0) <= _MAX_CELL_WORDS and sum(counts) <= _MAX_ROW_WORDS
