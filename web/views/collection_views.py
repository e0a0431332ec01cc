"""HTML views of collections, documents and uploads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from index.errors import DalilError, IndexLocked, IndexNotFound, UnreadablePage
from index.readers.ocr.tesseract import install_command
from index.readers.read_files import TYPES
from index.readers.web.address import is_address
from index.text.analyzer import Language, language
from index.text.bidi import isolated, left_to_right
from qa.collections.followed import MOST_FOLLOWED, Followed
from qa.collections.types import (
    BUILT_IN_ID,
    LONGEST_NAME,
    MOST_COLLECTIONS,
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
from qa.messages import say, say_as_of
from qa.punctuation import COMMA
from web.uploads.batches import Batch
from web.uploads.pages import TooManyPages, WebPagesOff
from web.views import page_views
from web.views.answers import escape, plain
from web.views.templating import direction

MOST: Final = 100
"""Documents listed at a time."""


def name(info: CollectionInfo, page: Language) -> str:
    """A collection's name; the built-in one's is in the page's language."""
    return _bdi(say("built_in", page) if info.id == BUILT_IN_ID else info.name)


def menu(infos: Sequence[CollectionInfo], current: str, page: Language) -> str:
    """Renders the menu of collections."""
    return "".join(
        f'<li><button type="button" data-act="choose-collection" data-collection="{escape(info.id)}"'
        f"{_CURRENT if info.id == current else ''}>{name(info, page)}"
        f'<span class="about">{say("document_count", page, number=info.documents)}</span></button></li>'
        for info in infos
    )


def questions(asked: Sequence[str]) -> str:
    """Renders questions to click, as items of a list."""
    return "".join(
        f'<li><button type="button" data-act="example" {direction(question)}>{escape(question)}</button></li>'
        for question in asked
    )


def note(
    info: CollectionInfo, read_only: bool, page: Language, owner: str = "", readers: Sequence[str] = ()
) -> str:
    """Renders the note above a collection's documents, if any.

    Args:
        info: the collection.
        read_only: whether nothing can be changed in the whole chat.
        page: the page's language.
        owner: the user whose collection it is, if that is another one than the page's.
        readers: the users, and groups as "@group", whom its owner, who sees the page, shares it with.
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
    said = [say(message, page, name=listed([owner], page))] if message else []
    if readers:
        said.append(say("shared_with", page, names=listed([one.removeprefix("@") for one in readers], page)))
    return "".join(f"<p {direction(text)}>{escape(text)}</p>" for text in said)


def listed(names: Sequence[str], page: Language) -> str:
    """Names in a sentence of Dalil's, each in its own direction."""
    return COMMA[page].join(isolated(plain(name)) for name in names)


def documents(
    infos: Sequence[DocumentInfo], first: int, changeable: bool, page: Language, refreshable: bool = False
) -> str:
    """Renders the documents of a collection as links, opened by the page's script (reader.js).

    Args:
        infos: all of them.
        first: number of the first one listed, of at most `MOST`.
        changeable: whether they can be removed.
        page: the page's language.
        refreshable: whether web pages can be fetched again.
    """
    return "".join(_document(info, changeable, page, refreshable) for info in infos[first : first + MOST])


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
    value = "" if stage in ("waiting", "fetching") else f'value="{min(number, total)}" max="{max(total, 1)}"'
    label = escape(say("add_web_page" if batch.is_page else "add_files", page))
    shown = (
        f"<p {direction(text)}>{escape(text)}</p>"
        f'<progress {value} aria-label="{label}"></progress>'
        f'<p class="about">{escape(say("meanwhile", page))}</p>'
    )
    return {"done": False, "shown": shown, "said": ""}


def followed(known: Followed, error: Exception | None, page: Language) -> str:
    """Renders the folder that a collection follows, and the files in it that aren't in the collection.

    Args:
        known: the folder.
        error: why the collection isn't in step, if it isn't.
        page: the page's language.
    """
    button = (
        '<button type="button" class="quiet" data-act="stop-following">'
        f"{escape(say('stop_following', page))}</button>"
    )
    text = say("following", page)
    shown = (
        f"<p {direction(text)}>{escape(text)} {_path(known.folder)}</p>"
        f'<p class="about">{escape(say("following_note", page))}</p>{button}'
    )
    if error is not None:
        shown += f'<p class="trouble">{escape(trouble(error, page))}</p>'
    told = [
        (
            known.source(name),
            _fault(f"file_{file.fault}", page) if file.fault else _duplicate(file.original, page),
        )
        for name, file in sorted(known.files.items())
        if file.fault or file.original
    ]
    more = [escape(say("and_more", page, number=len(told) - MOST))] if len(told) > MOST else []
    return shown + _reasons(told[:MOST], page) + "".join(f'<p class="about">{one}</p>' for one in more)


def _path(folder: Path) -> str:
    """A path from left to right, each of its parts in its own direction."""
    parts = [_bdi(part) for part in folder.parts if part != folder.anchor]
    return f'<bdi dir="ltr" class="path">{escape(folder.anchor)}{"/".join(parts)}</bdi>'


def trouble(error: Exception, page: Language) -> str:
    """The message for an error, and what to do about it."""
    if isinstance(error, InvalidName):
        return say("name_invalid", page, number=LONGEST_NAME)
    if isinstance(error, TooManyCollections):
        return say("too_many_collections", page, number=MOST_COLLECTIONS)
    if isinstance(error, FolderTooLarge):
        return say("folder_too_large", page, number=MOST_FOLLOWED)
    if isinstance(error, UnreadablePage):
        return page_views.fault(error, page)
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


_CURRENT: Final = ' aria-current="true"'
# Added files that a report names.
_MOST_NAMED: Final = 10


def _document(info: DocumentInfo, changeable: bool, page: Language, refreshable: bool) -> str:
    id_ = escape(info.id)
    title = plain(info.title or info.source) or say("untitled", page)
    count = say("paragraph_count", page, number=info.paragraphs)
    fetched = say_as_of(info.fetched, page)
    parts = [_bdi(plain(info.author)), file_name(plain(info.source), page), _bdi(fetched), _bdi(count)]
    named = (info.author, info.source if info.title else "", fetched, count)
    about = " — ".join(part for part, name in zip(parts, named, strict=True) if name)
    remove = escape(f"{say('remove', page)}: {title}")
    button = (
        f'<button type="button" class="quiet" data-act="remove-document" data-name="{escape(title)}" '
        f'title="{remove}" aria-label="{remove}">{_CROSS}</button>'
    )
    again = escape(f"{say('refresh_web_page', page)}: {title}")
    refresh = (
        f'<button type="button" class="quiet" data-act="refresh-page" data-id="{id_}" title="{again}" '
        f'aria-label="{again}">{_AGAIN}</button>'
    )
    alone = escape(f"{say('ask_within_this', page)}: {title}")
    narrow = (
        f'<button type="button" class="quiet" data-act="ask-within" data-id="{id_}" title="{alone}" '
        f'aria-label="{alone}">{_FUNNEL}</button>'
    )
    return (
        f'<li><div><a class="document" id="document-{id_}" href="#document-{id_}" '
        f'data-document="{id_}">{_bdi(title)}</a>'
        f'<p class="about">{about}</p></div>{narrow}'
        f"{refresh if refreshable and info.fetched else ''}{button if changeable else ''}</li>"
    )


def _outcome(batch: Batch, page: Language) -> str:
    """Result of a batch: the first added files, and each one that wasn't, with the reason."""
    close = escape(say("dismiss", page))
    shown = (
        f'<button type="button" class="quiet dismiss" data-act="dismiss" title="{close}" '
        f'aria-label="{close}">{_CROSS}</button><p><strong>{escape(_summary(batch, page))}</strong></p>'
    )
    if added := batch.added.added:
        names = [file_name(plain(info.source), page) for info in added[:_MOST_NAMED]]
        rest = len(added) - len(names)
        names += [escape(say("and_more", page, number=rest))] if rest else []
        shown += f'<p class="about">{COMMA[page].join(names)}</p>'
    if batch.error is not None:
        text = trouble(batch.error, page)
        return f'{shown}<p class="trouble">{escape(text)}</p>'
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
    return shown + _reasons(told, page, batch.surplus)


def _told_of_unchanged(batch: Batch, page: Language) -> list[tuple[str, str]]:
    return [(info.source, say("unchanged", page)) for info in batch.added.unchanged]


def _told_of_page(batch: Batch, page: Language) -> list[tuple[str, str]]:
    (address,) = batch.names
    errors = [page_views.fault(one, page) for one in batch.added.failed if isinstance(one, UnreadablePage)]
    dates = [say_as_of(one.fetched, page) for one in batch.added.unchanged]
    return [(address, why) for why in (*errors, *dates)]


def _reasons(told: Sequence[tuple[str, str]], page: Language, surplus: int = 0) -> str:
    """A list of files, each with its message, and how many more were too many."""
    rows = "".join(
        f"<li><strong>{file_name(name, page)}</strong> <span>{escape(why)}</span></li>" for name, why in told
    )
    if surplus:
        more, why = say("and_more", page, number=surplus), say("file_too_many", page)
        rows += f"<li><strong>{escape(more)}</strong> <span>{escape(why)}</span></li>"
    return f"<ul>{rows}</ul>" if rows else ""


def _fault(message: str, page: Language) -> str:
    # Isolated from surrounding text of the other direction.
    values = {"types": " ".join(TYPES), "encoding": "UTF-8", "command": install_command()}
    return say(message, page, **{key: left_to_right(value) for key, value in values.items()})


def _duplicate(original: str, page: Language) -> str:
    return f"{say('duplicate', page)} {isolated(plain(original))}"


def _summary(batch: Batch, page: Language) -> str:
    if batch.is_page:
        return say(page_views.outcome(batch), page)
    added = len(batch.added.added)
    rest = batch.total - added
    return say("files_added_of" if rest else "files_added", page, number=added, rest=rest)


def file_name(name: str, page: Language) -> str:
    """A file's name with its type where the page's readers expect it: at the right on an English page.

    An address is read from left to right on any.

    An Arabic name in a direction of its own would be read "txt.رسالة" there.
    """
    if is_address(name):
        way = 'dir="ltr"'
    else:
        way = direction(name) if page == "ar" else f'lang="{language(name)}" dir="ltr"'
    return f"<bdi {way}>{escape(plain(name))}</bdi>"


def _bdi(text: str) -> str:
    return f"<bdi {direction(text)}>{escape(plain(text))}</bdi>"


def _clock(seconds: float) -> str:
    """Formats [hours,] minutes and seconds, rounded to five seconds against flicker."""
    rounded = 5 * math.ceil(seconds / 5)
    minutes, rest = divmod(rounded, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


_FUNNEL: Final = (
    '<svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">'
    '<path d="M3.5 4.5h13l-5 6v5l-3-1.5v-3.5z" fill="none" stroke="currentColor" stroke-width="1.4" '
    'stroke-linejoin="round"/></svg>'
)
_AGAIN: Final = (
    '<svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">'
    '<path d="M15.5 6.5A6.5 6.5 0 1 0 16.5 11M16 3v4h-4" '
    'fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
)
_CROSS: Final = (
    '<svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">'
    '<path d="M5 5l10 10M15 5L5 15" fill="none" stroke="currentColor" stroke-width="1.6"/></svg>'
)
