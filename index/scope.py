"""A scope: which documents of a collection a search is restricted to, by place, type, tag or date."""

from __future__ import annotations

import shlex
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Final

import regex

from index.errors import InvalidScope, ScopeFault
from index.text.analyzer import analyze, normalise
from index.types import DocumentHead

MAX_SCOPE_LENGTH: Final = 8_000
"""Most characters of a scope written as text."""
_KEYS: Final = {
    "document": "documents", "وثيقة": "documents", "مستند": "documents",
    "folder": "folders", "مجلد": "folders", "مجلّد": "folders",
    "type": "types", "نوع": "types",
    "tag": "tags", "وسم": "tags",
    "after": "after", "بعد": "after",
    "before": "before", "قبل": "before",
}  # fmt: skip
_WRITTEN: Final = ("document", "folder", "type", "tag", "after", "before")
_MEDIA_TYPES: Final = {
    "application/pdf": ("pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/epub+zip": ("epub",),
    "application/rtf": ("rtf",),
    "application/json": ("json", "jsonl"),
    "application/xhtml+xml": ("xhtml",),
    "message/rfc822": ("eml",),
    "text/plain": ("txt",),
    "text/markdown": ("md",),
    "text/html": ("html", "htm"),
    "text/csv": ("csv",),
    "text/tab-separated-values": ("tsv",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/tiff": ("tif", "tiff"),
}
_ISO: Final = regex.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?=T|\s|$)")
_MONTHS: Final = tuple(
    term.term
    for term in analyze(
        "January February March April May June July August September October November December"
    )
)
_YEARS: Final = range(1000, 2200)
_HIJRI: Final = regex.compile(r"\d\s*(?:هـ|ه\b|AH\b)")
# A web page as a source: its path is found.
_ADDRESS: Final = regex.compile(r"https?://[^/]*([^?]*)")


@dataclass(frozen=True)
class Scope:
    """Which documents a search is restricted to.

    A document is within a scope if it is one of the documents, or in one of the folders; and of one of the
    types, and has one of the tags, and its own date lies between the two. What isn't given restricts nothing.

    Attributes:
        documents: ids, titles, sources or file names.
        folders: names of folders, or paths of several, such as "contracts/2020"; from the root if they begin
            with a slash. What is in a folder's own folders is in it.
        types: extensions such as "pdf", or media types such as "application/pdf".
        tags: of `Document.tags`.
        after: a year, a month or a day, such as "2020", "2020-05" or "2020-05-17": from its first day on.
        before: likewise: up to the day before its first day. A document whose date is only a month or a year
            is within if any of its days is; one without a date isn't.

    Raises:
        InvalidScope: a date can't be read.
    """

    documents: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    after: str = ""
    before: str = ""

    def __post_init__(self) -> None:
        for key in ("after", "before"):
            if (value := getattr(self, key)) and (_ISO.fullmatch(_digits(value)) is None or not dates(value)):
                raise InvalidScope(
                    "date",
                    f"The date {value!r} can't be read. Write a year, a month or a day, such as 2020, "
                    "2020-05 or 2020-05-17.",
                    value,
                )

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Parses a scope such as `folder:contracts type:pdf after:2020 document:'the file.pdf'`.

        The same key may be given several times, dates once. Values with spaces or quotation marks are quoted.

        Raises:
            InvalidScope: a key is unknown, a value or a quotation mark is missing, or a date can't be read.
        """
        return cls.of_conditions(
            (key, value) for key, _, value in (word.partition(":") for word in _words(text))
        )

    @classmethod
    def of_conditions(cls, conditions: Iterable[tuple[str, str]]) -> Scope:
        """The scope of some conditions, each a key and its value.

        Raises:
            InvalidScope: a key is unknown, a value is missing, or a date can't be read.
        """
        values: dict[str, list[str]] = {}
        for key, value in conditions:
            word = f"{key}:{value}" if value else key
            name = _KEYS.get(key.casefold())
            if name is None or not value.strip():
                raise InvalidScope(
                    "key",
                    f"A scope has no {word!r:.80}. Write {', '.join(f'{key}:' for key in _WRITTEN)} each "
                    "with its value, such as folder:contracts or document:'the file.pdf'.",
                    word,
                )
            values.setdefault(name, []).append(value)
        for name in ("after", "before"):
            if len(values.get(name, ())) > 1:
                raise InvalidScope("date", f"The scope has two dates {name}: leave one out.", name)
        lists = {name: tuple(dict.fromkeys(values.get(name, ()))) for name in _LISTS}
        (after,), (before,) = (values.get(name, [""]) for name in ("after", "before"))
        return cls(**lists, after=after, before=before)

    @classmethod
    def of(cls, within: Scope | str | None) -> Scope | None:
        """A scope that is given as it is or as text; None if it restricts nothing.

        Raises:
            InvalidScope: as `parse`.
        """
        scope = cls.parse(within) if isinstance(within, str) else within
        return scope or None

    def __bool__(self) -> bool:
        """Whether it restricts anything."""
        return self != Scope()

    def __str__(self) -> str:
        """The scope as text, which `parse` reads."""
        return " ".join(f"{key}:{_quoted(value)}" for key, value in self.conditions)

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """Each condition's key and value, in the order in which they are written."""
        lists = zip(_WRITTEN, (self.documents, self.folders, self.types, self.tags), strict=False)
        named = [(key, value) for key, values in lists for value in values]
        dated = [(key, value) for key, value in (("after", self.after), ("before", self.before)) if value]
        return (*named, *dated)

    def chosen(self, heads: Iterable[DocumentHead]) -> list[bool]:
        """Which of a collection's documents are within the scope.

        Args:
            heads: of all documents of the collection.

        Raises:
            InvalidScope: a document, a folder, a type or a tag that it names isn't in the collection, or
                nothing is within all of its conditions.
        """
        tests = [(key, value, _test(key, value)) for key, value in self.conditions]
        met: set[tuple[str, str]] = set()
        within = []
        for head in heads:
            true = {(key, value) for key, value, test in tests if test(head)}
            met |= true
            keys = {key for key, _ in true}
            within.append(all(not keys.isdisjoint(any_of) for any_of in self._needed))
        for key, value in self.conditions:
            if (key, value) not in met and key in _MISSING:
                reason, message = _MISSING[key]
                raise InvalidScope(reason, message.format(value), value)
        if not any(within):
            raise InvalidScope("nothing", f"No document of the collection is within {self}.", str(self))
        return within

    @property
    def _needed(self) -> list[tuple[str, ...]]:
        """The keys of which each document must meet one."""
        given = {key for key, _ in self.conditions}
        places = tuple(key for key in ("document", "folder") if key in given)
        return [*([places] if places else []), *((key,) for key in _WRITTEN[2:] if key in given)]


def dates(text: str) -> tuple[date, date] | None:
    """The first and the last day of a date such as "2020-05" or «١٢ آذار ٢٠٢٤»; None if it has no year.

    Dates of the Islamic calendar aren't converted: they count as none.
    """
    digits = _digits(text)
    if _HIJRI.search(text):
        return None
    if iso := _ISO.match(digits.strip()):
        year, month, day = (int(part or 0) for part in iso.groups())
        return _days(year, month, day)
    terms = [term.term for term in analyze(text)]
    year = next((int(term) for term in terms if term.isdecimal() and int(term) in _YEARS), 0)
    month = next((_MONTHS.index(term) + 1 for term in terms if term in _MONTHS), 0)
    day = next((int(term) for term in terms if month and term.isdecimal() and 0 < int(term) <= 31), 0)
    return _days(year, month, day) if year else None


def _days(year: int, month: int, day: int) -> tuple[date, date] | None:
    try:
        first = date(year, month or 1, day or 1)
        after = first if day else date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
    except ValueError:
        return None
    return first, after - timedelta(days=not day)


_LISTS: Final = ("documents", "folders", "types", "tags")
_Test = Callable[[DocumentHead], bool]


def _test(key: str, value: str) -> _Test:
    """Whether a document meets a condition."""
    return {
        "document": _is_named,
        "folder": _is_in,
        "type": _is_of_type,
        "tag": _is_tagged,
        "after": _is_after,
        "before": _is_before,
    }[key](value)


def _is_named(value: str) -> _Test:
    wanted = _key(value)
    return lambda head: head.id == value or wanted in map(_key, _names(head))


def _is_in(value: str) -> _Test:
    steps = "/".join(_steps(value))
    if value.startswith("/"):
        return lambda head: f"{_folder(head)}/".startswith(f"/{steps}/" if steps else "/")
    return lambda head: f"/{steps}/" in f"{_folder(head)}/"


def _is_of_type(value: str) -> _Test:
    wanted = _key(value).removeprefix(".")
    extensions = _MEDIA_TYPES.get(wanted, (wanted,))
    return lambda head: extension(head) in extensions


def _is_tagged(value: str) -> _Test:
    wanted = _key(value)
    return lambda head: any(_key(tag) == wanted for tag in head.tags)


def _is_after(value: str) -> _Test:
    first = _first_day(value)
    return lambda head: (found := dates(head.date)) is not None and found[1] >= first


def _is_before(value: str) -> _Test:
    first = _first_day(value)
    return lambda head: (found := dates(head.date)) is not None and found[0] < first


def _first_day(value: str) -> date:
    found = dates(value)
    return found[0] if found else date.min  # `Scope` has checked it


def references(heads: Iterable[DocumentHead]) -> Callable[[DocumentHead], str]:
    """Gives what a scope names a document by: its title, file or source that no other has, else its id."""
    count = Counter(name for head in heads for name in set(map(_key, _names(head))))

    def reference(head: DocumentHead) -> str:
        names = (name for name in _names(head) if _key(name) and count[_key(name)] == 1)
        return next(names, head.id)

    return reference


def _names(head: DocumentHead) -> tuple[str, str, str]:
    source = head.source
    return head.title, source.replace("\\", "/").rpartition("/")[2], source


def extension(head: DocumentHead) -> str:
    """The extension of a document's file or page, in lower case and without its dot; empty if it has none."""
    source = _key(head.source).replace("\\", "/")
    if (address := _ADDRESS.match(source)) is not None:
        source = address[1]
    return PurePosixPath(source).suffix.removeprefix(".")


def folders(heads: Iterable[DocumentHead]) -> list[str]:
    """The folders of documents as a reader names them, without what all have in common, in order."""
    steps = [tuple(_parts(head.source))[:-1] for head in heads]
    common = 0
    while steps and all(len(one) > common and one[common] == steps[0][common] for one in steps):
        common += 1
    return sorted({"/".join(one[common:end]) for one in steps for end in range(common + 1, len(one) + 1)})


def _folder(head: DocumentHead) -> str:
    """The path of a document's folder: each step after a slash."""
    return "".join(f"/{step}" for step in _steps(head.source)[:-1])


def _steps(path: str) -> list[str]:
    return _parts(_key(path))


def _parts(path: str) -> list[str]:
    return [step for step in path.replace("\\", "/").split("/") if step]


def _key(name: str) -> str:
    """A name, so that those are equal that differ in case or Unicode form alone."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()


def _digits(text: str) -> str:
    """A text with 0-9 for every digit."""
    return normalise(text).text if not text.isascii() else text


def _words(text: str) -> Iterator[str]:
    if len(text) > MAX_SCOPE_LENGTH:
        raise InvalidScope(
            "quote", f"A scope has at most {MAX_SCOPE_LENGTH:,} characters, not {len(text):,}.", "…"
        )
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        yield from lexer
    except ValueError:
        raise InvalidScope(
            "quote",
            f"The scope {text!r:.80} has a quotation mark without its other one. Put a value that has one "
            'in marks of the other kind, such as document:"it\'s.pdf".',
            text,
        ) from None


def _quoted(value: str) -> str:
    if not regex.search(r"""[\s'"]""", value):
        return value
    return shlex.quote(value) if '"' in value else f'"{value}"'


_MISSING: Final[Mapping[str, tuple[ScopeFault, str]]] = {
    "document": ("document", "The collection has no document {!r}."),
    "folder": ("folder", "The collection has no folder {!r}."),
    "type": ("type", "The collection has no document of the type {!r}."),
    "tag": ("tag", "No document of the collection has the tag {!r}."),
}
