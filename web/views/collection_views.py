"""HTML views of collections, documents and uploads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from index.errors import DalilError, IndexLocked, IndexNotFound, UnreadablePage
from index.readers.ocr.tesseract import install_command
from index.readers.read_files import TYPES
from index.text.analyzer import Language
from index.text.bidi import isolated, left_to_right
from qa.collections.followed import MAX_FOLLOWED, Followed
from qa.collections.types import (
    BUILT_IN_ID,
    MAX_COLLECTIONS,
    MAX_NAME_LENGTH,
    CollectionExists,
    CollectionInfo,
    CollectionNotFound,
    DocumentInfo,
    FolderNotAllowed,
    FolderNotFound,
    FolderTooLarge,
    InvalidName,
    NotOwner,
    ReadOnlyCollection,
    TooManyCollections,
)
from qa.messages import has_message, say, say_as_of
from qa.punctuation import COMMA
from web.uploads.batches import Batch
from web.uploads.pages import TooManyPages, WebPagesOff
from web.views.answers import plain
from web.views.templating import environment

MAX_SHOWN: Final = 100
"""Documents listed at a time."""
# The template's macros.
_macros: Final[Any] = environment.get_template("collections.html").module


def name(info: CollectionInfo, page: Language) -> str:
    """A collection's name; the built-in one's is in the page's language."""
    return str(_macros.title(info, page))


def menu(infos: Sequence[CollectionInfo], current: str, page: Language) -> str:
    """Renders the menu of collections."""
    return str(_macros.menu(infos, current, page))


def questions(asked: Sequence[str]) -> str:
    """Renders questions to click, as items of a list."""
    return str(_macros.questions(asked))


def note(
    info: CollectionInfo,
    read_only: bool,
    page: Language,
    owner: str = "",
    readers: Sequence[str] = (),
    everybodys: bool = False,
) -> str:
    """Renders the note above a collection's documents, if any.

    Args:
        info: the collection.
        read_only: whether nothing can be changed in the whole chat.
        page: the page's language.
        owner: the user whose collection it is, if that is another one than the page's.
        readers: the users, and groups as "@group", whom its owner, who sees the page, shares it with.
        everybodys: whether users log in and each of them may change it.
    """
    if info.fault:
        message = "collection_damaged"
    elif info.read_only and info.id != BUILT_IN_ID:
        message = "from_index"
    elif info.read_only and not read_only:
        message = "built_in_note"
    elif read_only:
        message = "read_only"
    elif owner:
        message = "shared_by"
    elif not info.documents:
        message = "no_documents"
    else:
        message = ""
    said = [say(message, page, name=joined_names([owner], page))] if message else []
    if everybodys:
        said.append(say("everybodys", page))
    if readers:
        names = joined_names([one.removeprefix("@") for one in readers], page)
        said.append(say("shared_with", page, names=names))
    return "".join(str(_macros.paragraph(text)) for text in said)


def joined_names(names: Sequence[str], page: Language) -> str:
    """Names in a sentence of Dalil's, each in its own direction."""
    return COMMA[page].join(isolated(plain(name)) for name in names)


def documents(
    infos: Sequence[DocumentInfo], first: int, changeable: bool, page: Language, refreshable: bool = False
) -> str:
    """Renders the documents of a collection as links, opened by the page's script (reader.js).

    Args:
        infos: all of them.
        first: number of the first one listed, of at most `MAX_SHOWN`.
        changeable: whether they can be removed.
        page: the page's language.
        refreshable: whether web pages can be fetched again.
    """
    return str(_macros.documents(infos[first : first + MAX_SHOWN], changeable, refreshable, page))


def progress(batch: Batch | None, own: bool, page: Language) -> dict[str, Any]:
    """Progress or result of an upload batch.

    Args:
        batch: the batch; None if it is no longer known.
        own: whether the page sent it: file names aren't shown to others.
        page: the page's language.

    Returns:
        `done`: whether it is; `shown`: HTML; `said`: announcement for screen readers when done; `complete`:
        whether all of its files were added.
    """
    if batch is None or (batch.stage == "done" and not own):
        return {"done": True, "shown": "", "said": ""}
    if batch.stage == "done":
        return {
            "done": True,
            "shown": _outcome(batch, page),
            "said": _summary(batch, page),
            "complete": len(batch.added.added) == batch.total,
        }
    number, total, seconds = len(batch.arrived) + 1, len(batch.names) - len(batch.faults), None
    if batch.progress is not None:
        total, seconds = batch.progress.total, batch.progress.seconds_left
        number = batch.progress.done + (batch.stage == "reading")
    stage = "encoding_for" if batch.stage == "encoding" and seconds else batch.stage
    stage = "fetching" if batch.is_page and stage == "waiting" else stage
    text = say(stage, page, number=min(number, total), total=total, time=_clock(seconds or 0))
    most = 0 if stage in ("waiting", "fetching") else max(total, 1)
    label = say("add_web_page" if batch.is_page else "add_files", page)
    shown = str(_macros.progress(text, min(number, total), most, label, page))
    return {"done": False, "shown": shown, "said": ""}


def followed(known: Followed, error: Exception | None, page: Language) -> str:
    """Renders the folder that a collection follows, and the files in it that aren't in the collection.

    Args:
        known: the folder.
        error: why the collection isn't in step, if it isn't.
        page: the page's language.
    """
    told = [
        (
            known.source(name),
            _fault(f"file_{file.fault}", page) if file.fault else _duplicate(file.original, page),
        )
        for name, file in sorted(known.files.items())
        if file.fault or file.original
    ]
    parts = [part for part in known.folder.parts if part != known.folder.anchor]
    why = error_message(error, page) if error is not None else ""
    more = max(len(told) - MAX_SHOWN, 0)
    return str(_macros.followed(known.folder.anchor, parts, why, told[:MAX_SHOWN], more=more, page=page))


def error_message(error: Exception, page: Language) -> str:
    """The message for an error, and what to do about it."""
    if isinstance(error, InvalidName):
        return say("name_invalid", page, number=MAX_NAME_LENGTH)
    if isinstance(error, TooManyCollections):
        return say("too_many_collections", page, number=MAX_COLLECTIONS)
    if isinstance(error, FolderTooLarge):
        return say("folder_too_large", page, number=MAX_FOLLOWED)
    if isinstance(error, UnreadablePage):
        return _page_fault(error, page)
    if isinstance(error, FolderNotAllowed):
        return say("folder_not_allowed", page, names=left_to_right(", ".join(map(str, error.roots))))
    messages: Sequence[tuple[type[Exception], str]] = (
        (CollectionExists, "name_taken"),
        (CollectionNotFound, "collection_gone"),
        (IndexNotFound, "collection_gone"),
        (IndexLocked, "collection_busy"),
        (ReadOnlyCollection, "read_only"),
        (NotOwner, "not_owner"),
        (WebPagesOff, "web_pages_off"),
        (TooManyPages, "web_pages_waiting"),
        (FolderNotFound, "folder_not_found"),
        (DalilError, "collection_damaged"),
        (OSError, "disk_full"),
    )
    message = next((message for type_, message in messages if isinstance(error, type_)), "add_failed")
    return say(message, page)


# Added files that a report names.
_MAX_NAMED: Final = 10


def _outcome(batch: Batch, page: Language) -> str:
    """Result of a batch: the first added files, and each one that wasn't, with the reason."""
    told = _told_of_page(batch, page) if batch.is_page else _told_of_unchanged(batch, page)
    told += [(one.name, _duplicate(one.original, page)) for one in batch.added.duplicates]
    told += [(batch.names[i], _fault(fault, page)) for i, fault in sorted(batch.faults.items())]
    told += [
        (
            batch.names[i],
            say(
                f"flaw_{warning.kind}",
                page,
                number=warning.count,
                names=isolated(plain(warning.names)),
            ),
        )
        for i, warning in batch.warnings
    ]
    added = [info.source for info in batch.added.added]
    return str(
        _macros.outcome(
            _summary(batch, page),
            added=added[:_MAX_NAMED],
            rest=max(len(added) - _MAX_NAMED, 0),
            trouble=error_message(batch.error, page) if batch.error is not None else "",
            told=told,
            surplus=batch.surplus,
            page=page,
        )
    )


def _told_of_unchanged(batch: Batch, page: Language) -> list[tuple[str, str]]:
    return [(info.source, say("unchanged", page)) for info in batch.added.unchanged]


def _told_of_page(batch: Batch, page: Language) -> list[tuple[str, str]]:
    (address,) = batch.names
    errors = [_page_fault(one, page) for one in batch.added.failed if isinstance(one, UnreadablePage)]
    dates = [say_as_of(one.fetched, page) for one in batch.added.unchanged]
    return [(address, why) for why in (*errors, *dates)]


def _page_outcome(batch: Batch) -> str:
    """The name of the message that says what became of a web page."""
    if batch.added.added:
        return "web_page_replaced" if batch.is_renewal else "web_page_added"
    if batch.added.unchanged:
        return "web_page_unchanged"
    return "web_page_not_renewed" if batch.is_renewal else "web_page_not_added"


def _page_fault(error: UnreadablePage, page: Language) -> str:
    """Why a web page isn't added; of its content what is said of files, if nothing is said of pages."""
    message = f"fetch_{error.page_fault}"
    if error.page_fault == "content":
        message = f"fetch_file_{error.fault}"
        message = message if has_message(message) else f"file_{error.fault}"
    return _fault(message, page, detail=plain(error.detail), scheme="https://")


def _fault(message: str, page: Language, **more: str) -> str:
    # Isolated from surrounding text of the other direction.
    values = {"types": " ".join(TYPES), "encoding": "UTF-8", "command": install_command(), **more}
    return say(message, page, **{key: left_to_right(value) for key, value in values.items()})


def _duplicate(original: str, page: Language) -> str:
    return f"{say('duplicate', page)} {isolated(plain(original))}"


def _summary(batch: Batch, page: Language) -> str:
    if batch.is_page:
        return say(_page_outcome(batch), page)
    taken, replaced = len(batch.added.added), len(batch.added.replaced)
    added, rest = taken - replaced, batch.total - taken
    first = "files_added" if added or not replaced else "files_replaced"
    parts = [say(first, page, number=added or replaced)]
    if added and replaced:
        parts.append(say("also_replaced", page, number=replaced))
    if rest:
        parts.append(say("not_added", page, number=rest))
    return COMMA[page].join(parts)


def _clock(seconds: float) -> str:
    """Formats [hours,] minutes and seconds, rounded to five seconds against flicker."""
    rounded = 5 * math.ceil(seconds / 5)
    minutes, rest = divmod(rounded, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
