"""Infers headings and captions from the wording and the position of units."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import regex

from index.text.paragraphs import WRAPPED_LINE
from index.text.structure.dialogue import prompts
from index.text.structure.labels import (
    RANK_OF_CAPITALS,
    RANK_OF_EMPHASIZED,
    RANK_OF_NAMED,
    RANK_OF_NUMBERED,
    RANK_OF_PLAIN,
    RANK_OF_PROMPT,
    heading_label,
    is_capitals,
    is_caption,
    is_named_heading,
    numbered_label,
)
from index.text.structure.official import is_dateline
from index.text.structure.units import (
    CLAUSE,
    LEAD_IN,
    MAX_HEADING_LENGTH,
    MAX_TITLE_WORDS,
    MAX_WORDS,
    SENTENCE_END,
    Unit,
    is_ended,
)

# Minimum words of a complete sentence, and characters of unterminated text, that count as running text.
_MIN_BODY_WORDS: Final = 4
_LONG_TEXT: Final = 100
# Minimum characters of a paragraph expected to end as a sentence, the share that must, the fewest to judge.
_FULL_PARAGRAPH: Final = 60
_MIN_ENDED: Final = 0.7
_MIN_FULL: Final = 3
# Minimum characters of the paragraph that answers a question used as a heading.
_ANSWER: Final = 30
_QUESTION: Final = regex.compile(r"[?؟][\"”»)]?$")
_UNFINISHED: Final = regex.compile(r"[,،;؛:：\-–—(«“\"'/\\=+|]$|[.!?؟…]$")
_INNER_END: Final = regex.compile(
    r"[!?؟;؛]\s|\p{Ll}\.\s+\p{Lu}|\p{Arabic}{3,}\.[\s\[]|https?:|www\.|\S@\S|\t|\s\|\s"
)
_MAX_LABEL_WORDS: Final = 3
# Labels of what stands apart from an article below it; others, as what somebody says, belong to the text.
_LABEL: Final = regex.compile(
    r"(?i)(?:about|contacts?|background|biograph(?:y|ies)|notes? to editors|disclaimer"
    r"|(?:further|more) information)\b"
    r"|(?:ال)?(?:نبذة|خلفية|تعريف|معلومات|سيرة|إخلاء|اخلاء)\b|(?:للتواصل|للاتصال|للاستفسار|لمزيد|للمزيد)\b"
)
_NOT_FIRST: Final = regex.compile(
    r"[«“\"'‘\-–—*+(\[\p{Ll}]|(?:و?قالت?|و?[أا]ضافت?|ثم|و?لكن|عزيز[يت]ي?|السيدة?|السادة|حضرة"
    r"|سعادة|معالي|فضيلة|تحية|إلى"
    r"|بعد التحية|الأستاذة?|الأخت?|Dear|To|From|Cc|Hi|Hello|Yours|Sincerely|By"
    r"|بقلم|إعداد|كتبها?|كتبته)(?:\s|$)"
)


def split_run_in_labels(text: str, units: Sequence[Unit]) -> list[Unit]:
    """Splits run-in labels at the beginning of paragraphs off as headings.

    «المادة 3: تُحدَّد الرسوم سنوياً.» gives the heading «المادة 3» and the paragraph after it.
    """
    labels = [heading_label(text[u.start : u.end]) if u.kind == "paragraph" else None for u in units]
    counted: dict[int, int] = defaultdict(int)
    for label in labels:
        if label and not label.is_mentioned:
            counted[label.rank] += 1
    out: list[Unit] = []
    for place, (unit, label) in enumerate(zip(units, labels, strict=True)):
        if label is None or label.is_mentioned:
            out.append(unit)
            continue
        rest = text[unit.start + label.text_start : unit.end]
        following = units[place + 1] if place + 1 < len(units) else None
        next_label = labels[place + 1] if following else None
        is_title = (
            len(rest.split()) <= MAX_WORDS
            and len(rest) <= MAX_HEADING_LENGTH
            and not SENTENCE_END.search(rest)
            and unit.is_one_line
        )
        has_text_below = following is not None and (next_label is None or next_label.rank > label.rank)
        sure = label.is_separated or counted[label.rank] > 1
        if not rest.strip():
            if unit.is_one_line:
                out.append(
                    replace(unit, kind="heading", rank=label.rank, label=text[unit.start : unit.end].strip())
                )
            else:
                out.append(unit)
        elif is_title and has_text_below and (sure or unit.begins_group):
            named = text[unit.start : unit.start + label.length].strip()
            out.append(replace(unit, kind="heading", rank=label.rank, label=named))
        elif sure:
            named = text[unit.start : unit.start + label.length].strip()
            middle = unit.start + label.text_start
            out.append(
                replace(
                    unit,
                    kind="heading",
                    end=unit.start + len(text[unit.start : unit.start + label.length].rstrip()),
                    rank=label.rank,
                    label=named,
                )
            )
            out.append(replace(unit, start=middle, label=named, begins_group=False, is_one_line=False))
        else:
            out.append(unit)
    return out


def with_headings(text: str, units: Sequence[Unit], *, careful: bool = False) -> list[Unit]:
    """Marks the headings and captions that can be inferred from the text after them."""
    full = [u for u in units if u.kind == "paragraph" and u.end - u.start >= _FULL_PARAGRAPH]
    ended = sum(is_ended(text, u) for u in full)
    ends_tell = len(full) < _MIN_FULL or ended >= _MIN_ENDED * len(full)
    prompted = prompts(text, units)
    out = [
        replace(unit, kind="heading", rank=RANK_OF_PROMPT) if place in prompted else unit
        for place, unit in enumerate(units)
    ]
    plain: set[int] = set()
    # Below the title one dates the document, several its entries.
    dated = [place for place, u in enumerate(out) if u.is_one_line and is_dateline(text[u.start : u.end])]
    sentences = Counter(u.style for u in out if u.kind == "list_item" and is_ended(text, u))
    for place in range(len(out) - 1, -1, -1):
        unit = out[place]
        following = out[place + 1] if place + 1 < len(out) else None
        said = text[unit.start : unit.end]
        if unit.kind == "paragraph" and is_caption(said) and len(said.split()) <= 3 * MAX_WORDS:
            out[place] = replace(unit, kind="caption")
        elif following is None or not unit.is_one_line or (place and dated == [place]):
            continue
        elif unit.kind == "list_item":
            if rank := _rank_of_item(text, out, place, sentences):
                sentences[unit.style] -= is_ended(text, unit)
                out[place] = replace(unit, kind="heading", rank=rank)
        elif unit.kind == "paragraph":
            if rank := _rank_of_marked(text, unit, following):
                out[place] = replace(unit, kind="heading", rank=rank)
            elif unit.is_emphasized and _is_emphasized_heading(text, unit, following):
                out[place] = replace(unit, kind="heading", rank=RANK_OF_EMPHASIZED)
            elif ends_tell and (not careful or place == 0) and _is_plain_heading(text, out, place):
                out[place] = replace(unit, kind="heading", rank=RANK_OF_PLAIN)
                plain.add(place)
    _drop_chains(units, out, plain)
    return out


def _is_emphasized_heading(text: str, unit: Unit, following: Unit) -> bool:
    """Whether a line in bold or in large letters is the heading of the text after it."""
    said = text[unit.start : unit.end]
    return (
        len(said) <= MAX_HEADING_LENGTH
        and len(said.split()) <= MAX_TITLE_WORDS
        and any(map(str.isalpha, said))
        and not said.endswith((".", "،", ",", "؛", ";"))
        and not following.is_emphasized
        and (following.kind == "heading" or _is_body(text, following))
    ) or (
        following.kind == "heading"
        and following.is_emphasized
        and len(said) <= MAX_HEADING_LENGTH
        and not said.endswith((".", "،", ",", "؛", ";"))
    )


def _rank_of_item(text: str, units: Sequence[Unit], place: int, sentences: Counter[str]) -> int:
    """The rank of a numbered line that is a heading ("1. Scope" above a paragraph); 0 for a list item.

    Args:
        text: of the document.
        units: all units.
        place: of the line among them.
        sentences: for each style of list items, how many of them are sentences.
    """
    unit, following = units[place], units[place + 1]
    said = text[unit.start + len(unit.label) : unit.end].strip()
    before = units[place - 1] if place else None
    is_apart = (following.kind != "list_item" or following.style != unit.style) and (
        before is None or before.kind != "list_item" or before.group != unit.group
    )
    is_number = bool(unit.style) and unit.style.strip("()[].-–/ :،") in ("1", "اولا", "A", "ا")
    # «ثانيًا: يهدف المركز إلى:» is an item of its series and introduces a list.
    is_lead_in = (
        following.kind == "list_item"
        and said.endswith((":", "："))
        and (LEAD_IN.search(said) is not None or sentences[unit.style] > 0)
    )
    if (
        is_number
        and is_apart
        and not is_lead_in
        and unit.begins_group
        and 0 < len(said.split()) <= MAX_WORDS
        and (not _UNFINISHED.search(said.removesuffix(":")) or _QUESTION.search(said))
        and (_is_body(text, following) or following.kind == "heading")
    ):
        return RANK_OF_NUMBERED
    return 0


def _rank_of_marked(text: str, unit: Unit, following: Unit) -> int:
    """The rank of a heading with a number, capitals or a conventional name; 0 for other text."""
    said = text[unit.start : unit.end]
    if (
        len(said) > MAX_HEADING_LENGTH
        or SENTENCE_END.search(said.removesuffix("."))
        or len(said.split()) > MAX_TITLE_WORDS
    ):
        return 0
    if is_named_heading(said):
        return RANK_OF_NAMED
    if said.endswith((".", ",", "،", "؛", ";")) or following.kind == "form_field":
        return 0
    # "4.2 The following must be attached:" is a clause that introduces a list.
    introduces = following.kind == "list_item" and LEAD_IN.search(said) is not None
    if (numbered := numbered_label(said)) and not introduces:
        has_text = following.kind == "heading" or _is_body(text, following)
        return min(RANK_OF_NUMBERED + numbered[1] - 1, RANK_OF_PLAIN - 1) if has_text else 0
    if is_capitals(said) and (following.kind == "heading" or _is_body(text, following)):
        return RANK_OF_CAPITALS
    return 0


def _is_body(text: str, unit: Unit) -> bool:
    """Whether a unit is heading content: running text, a list, a table or a form."""
    if unit.kind != "paragraph":
        return unit.kind in ("list_item", "table_header", "table_row", "form_field", "caption")
    if LEAD_IN.search(text, unit.start, unit.end):
        return True
    if unit.end - unit.start >= _LONG_TEXT:
        return True
    return is_ended(text, unit) and len(text[unit.start : unit.end].split()) >= _MIN_BODY_WORDS


def _is_plain_heading(text: str, units: Sequence[Unit], place: int) -> bool:
    """Whether a line is a heading by its position alone."""
    unit, following = units[place], units[place + 1]
    said = text[unit.start : unit.end]
    before = units[place - 1] if place else None
    is_apart = unit.begins_group or (
        following.length >= WRAPPED_LINE
        and (place < 2 or before is None or before.kind == "heading" or before.length >= WRAPPED_LINE)
    )
    if (
        not is_apart
        or len(said) > MAX_HEADING_LENGTH
        or len(said.split()) > (MAX_TITLE_WORDS if place == 0 else MAX_WORDS)
        or _NOT_FIRST.match(said)
        or _INNER_END.search(said)
        or not any(map(str.isalpha, said))
    ):
        return False
    if place == 0 and unit.begins_group and following.begins_group and not _UNFINISHED.search(said):
        # A title, possibly with the author's name or a date below it.
        return any(other.kind == "heading" or _is_body(text, other) for other in units[1:4])
    if _QUESTION.search(said):
        if following.kind == "heading" and place == 0:
            return True
        return (
            following.kind == "paragraph"
            and following.end - following.start >= _ANSWER
            and (is_ended(text, following) or following.end - following.start >= _LONG_TEXT)
            and not _QUESTION.search(text, following.start, following.end)
        )
    is_lead = said.endswith((":", "："))
    if is_lead:
        is_label = len(said.split()) <= _MAX_LABEL_WORDS and not CLAUSE.search(said)
        if following.kind == "paragraph":
            # «نبذة عن المؤسسة:»
            is_apart = following.begins_group and _is_body(text, following)
            return is_label and is_apart and _LABEL.match(said) is not None
        return is_label and following.kind in ("list_item", "table_header", "table_row")
    if place == 0 and said.endswith("…"):
        return _is_body(text, following) or following.kind == "heading"
    if _UNFINISHED.search(said) or SENTENCE_END.search(said):
        return False
    if following.kind == "form_field":
        return place == 0
    return following.kind == "heading" or _is_body(text, following)


def _drop_chains(units: Sequence[Unit], out: list[Unit], plain: set[int]) -> None:
    """Reverts runs of short lines (verses, an address) to paragraphs, except a document's title."""
    place = 0
    while place < len(out):
        end = place
        while end in plain:
            end += 1
        length = end - place
        leads = end < len(out) and out[end].kind == "heading"  # a heading by its number or name
        if (
            length > 1
            and not (place == 0 and length == 2 and out[1].begins_group)
            and not (length == 2 and leads)
        ):
            keep = {0} if place == 0 else set()
            for number in range(place, end):
                if number not in keep:
                    out[number] = replace(units[number])
        place = max(end, place + 1)
