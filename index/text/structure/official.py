"""Recognizes the parts of official papers in plain text: letterhead, title, date line, byline and signatures.

Rules are conservative: what they don't recognise stays as it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import regex

from index.text.numerals.vocabulary import (
    ABBREVIATIONS,
    ARABIC_MONTHS,
    ENGLISH_MONTHS,
    HIJRI_MONTHS,
    LEVANTINE_MONTHS,
)
from index.text.paragraphs import Line, lines_of
from index.text.structure.labels import LOOKED_AT, field_key, folded, item_marker
from index.text.structure.units import Unit
from index.types import Block

_MAX_WORDS: Final = 9
_MAX_SIGNATURE_WORDS: Final = 7
_MAX_LINES: Final = 5
# Lines at the beginning among which a title is looked for.
_FIRST_LINES: Final = 10
# Blocks under a title among which a byline is looked for, and words of its lines and names.
_FIRST_BLOCKS: Final = 3
_MAX_BYLINE_WORDS: Final = 30
_BYLINES: Final = ("paragraph", "form_field")
_MAX_DATE_LINE_WORDS: Final = 20
_LAST_BLOCKS: Final = 6
_MAX_NAME_WORDS: Final = 6

# Arabic is matched in `folded` spelling.
_PAPER: Final = regex.compile(
    r"(?:ال)?(?:قرار|مرسوم|تعميم|نظام|لائحة|قانون|مذكرة|امر|تعليمات|كتاب|بيان|اعلان|منشور|مقرر"
    r"|محضر|اتفاقية|عقد)(?:\s\p{L}+){0,3}\s(?:رقم|عدد)\s?[(:]?\s?\p{Nd}"
    r"|(?i:(?:\p{L}+\s){0,3}(?:resolution|decree|circular|order|memorandum|regulation|ordinance|notice|decision"
    r"|directive|by-?law|act|rule|report|agreement)\s(?:(?:no|nr)\.?\s?|number\s|#\s?)\p{Nd})"
)
_SENTENCE_END: Final = regex.compile(r"[!?؟…;؛،,:]$|(?<=\p{L}{3}|\p{Nd})\.$")
_SIGNED: Final = regex.compile(
    r"(?:التوقيع|المصادقة|وقعه|وقعته|الموقع|الموقعون|يعتمد|اعتمده|صادق عليه|صادقت عليه|وافق عليه|عن \p{L}+"
    r"|(?i:signed(?:\s(?:by|for|on behalf of)(?:\s\p{L}+){0,4})?|signature|approved(?:\sby)?"
    r"|attested(?:\sby)?|countersigned(?:\sby)?|witness(?:ed)?(?:\sby)?|confirmed(?:\sby)?))\s?[:：]"
)
_OFFICE: Final = regex.compile(
    r"(?:نائب |نائبة |وكيل |وكيلة |مساعد |القائم باعمال |ع/ ?|عن )?"
    r"(?:ال)?(?:رئيس|رئيسة|مدير|مديرة|امين|امينة|عميد|عميدة|وزير|وزيرة|محافظ|محافظة|قائد|حاكم|سفير|سفيرة|قاضي|قاضية"
    r"|كاتب|كاتبة|سكرتير|سكرتيرة|مسجل|مسجلة|مفتش|مفتشة|ممثل|ممثلة|مشرف|مشرفة|نقيب|نقيبة|مختار|عمدة|مراقب|مراقبة"
    r"|نائب|نائبة|وكيل|وكيلة)(?:\s\p{L}+){0,5}\.?"
    r"|(?i:(?:(?:the|for|hon\.?|vice|deputy|acting|assistant|town|city|chief|general|managing"
    r"|executive|interim|honorary|lord|lady|head|first|prime|district|county|company|club)[\s-])*"
    r"(?:president|chair(?:man|woman|person)?|director|secretary|treasurer|clerk|mayor|minister|dean|manager"
    r"|registrar|governor|commissioner|principal|rector|provost|chancellor|warden|superintendent|inspector"
    r"|officer|judge|magistrate|notary|administrator|master|head)(?:[\s,-]+[\p{L}&]+){0,5})"
)
_NAME: Final = regex.compile(r"\p{L}[^\s\p{N}]*(?:\s\p{L}[^\s\p{N}]*){1,6}")
_AUTHOR_LABEL: Final = regex.compile(
    r"(?:بقلم|تاليف|القاها|القاه|القتها|القته|كتبه|كتبها|كتبته|كتبتها|اعده|اعدها|اعدته|اعدتها|حرره|حررها)"
    r"(?:\s?[:：]\s?|\s)"
    r"|(?:اعداد|تقديم|المحاضرة?|الكاتبة?|المؤلفة?|المعدة?|الباحثة?)\s?[:：]\s?"
    r"|اعداد\s(?=(?:ا\s?\.\s?)?د\s?\.|ال(?:استاذ|دكتور|مهندس|باحث|طالب))"
    r"|(?i:(?:(?:prepared|written|compiled|delivered|given|presented|drawn up)\s)?by\b"
    r"|(?:author|lecturer|speaker|reporter|writer)\s?[:：])\s?[:：]?\s?"
)
_SCHOLAR: Final = regex.compile(
    r"(?:(?:ا\s?\.\s?)?د\s?[./]|ال(?:استاذ|دكتور|شيخ|مهندس)ة?\s|(?i:dr|prof(?:essor)?)[.\s])\s?/?\s?(?=\p{L})"
)
# Also one letter, which begins an item elsewhere: «م. سعاد», «أ. كمال».
_TITLE_OF_PERSON: Final = regex.compile(r"[امد]\s?[./]\s?(?=\p{L})")
_PARTICLES: Final = frozenset(("de", "del", "van", "von", "der", "bin", "ibn", "al", "el", "la", "and", "of"))
_SEPARATOR: Final = regex.compile(r"\s[—–|•·]\s|\s-\s|\n|\t")
_MONTHS: Final = (
    r"(?:ربيع (?:الاول|الاخر|الثاني)|جمادي (?:الاولي|الاخرة)|جمادى (?:الاولى|الاخرة)|ذو القعدة|ذو الحجة"
    rf"|ذي القعدة|ذي الحجة|{'|'.join((*LEVANTINE_MONTHS, *ARABIC_MONTHS, *HIJRI_MONTHS.values()))}"
    rf"|(?i:{'|'.join((*ENGLISH_MONTHS, *ABBREVIATIONS))})\.?)"
)
_DATE: Final = regex.compile(
    rf"\p{{Nd}}{{1,2}}(?:st|nd|rd|th)?\s(?:من\s|of\s)?{_MONTHS}(?:\s?/\s?{_MONTHS})?,?\s\p{{Nd}}{{4}}"
    r"\s?(?:هـ?|م)?(?!\p{L})"
    rf"|{_MONTHS}\s\p{{Nd}}{{1,2}}(?:st|nd|rd|th)?,\s\p{{Nd}}{{4}}"
    r"|\p{Nd}{4}[-/]\p{Nd}{1,2}[-/]\p{Nd}{1,2}|\p{Nd}{1,2}[-/.]\p{Nd}{1,2}[-/.]\p{Nd}{4}"
)
_DATE_LINE: Final = regex.compile(
    r"(?:كتب|صدر|حرر|اصدر)(?:ت|ه|ها)?\s(?:هذا\s\p{L}+\s|هذه\s\p{L}+\s)?(?:في|ب|عن|يوم)"
    r"|(?:(?:حرر|ابرم)ت?|وقعت?\s(?:هذا|هذه))\s(?:\p{L}+\s){1,6}(?:في|بتاريخ|يوم)\s"
    r"|(?:في|بتاريخ|التاريخ)\s?[:：]?\s?(?=\p{Nd})"
    r"|(?i:(?:(?:done|given|issued|signed|dated|adopted|made)\s(?:at|in|on|this|by)\b|dated?\s?[:：]))"
)
# What a field that is a title is called: "Inspection report: the bridge", «محضر اجتماع: …».
_TITLES: Final = regex.compile(
    r"(?i)\b(?:report|minutes|memo(?:randum)?|notes?|summary|lecture|statement|bulletin|circular|notice|study|paper"
    r"|plan|guide|manual|policy|agreement|contract|article|letter|review|survey|assessment|inspection|audit)\b"
    r"|(?:^|\s)(?:ال)?(?:تقرير|محضر|مذكرة|ملخص|محاضرة|بيان|نشرة|تعميم|دراسة|بحث|خطة|دليل|سياسة|اتفاقية|عقد|مقال|مقالة"
    r"|رسالة|مراجعة|قرار|لائحة|نظام)(?:\s|$)"
)
# The place that a press release or a letter comes from, before its date.
_PLACE: Final = regex.compile(
    r"(?!(?i:from|until|since|by|on)\s)\p{L}[\p{L}\s'’.-]{1,40}(?:[,،–]|\s-|\sفي)\s?"
)
_MAX_PLACE_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an official paper.

    Attributes:
        kind: what it is.
        first, last: numbers of its first line, and of the one after its last.
    """

    kind: Literal["page_header", "heading", "signature"]
    first: int
    last: int


def official_parts(text: str, lines: Sequence[Line]) -> dict[int, Part]:
    """The letterhead, the title and the signatures, by the number of the first line of each."""
    found: dict[int, Part] = {}
    is_text_above = False
    for first, last in _groups(lines):
        if (
            is_text_above
            and (begin := signature_start([text[line.start : line.end] for line in lines[first:last]]))
            is not None
        ):
            found[first + begin] = Part("signature", first + begin, last)
        is_text_above = is_text_above or any(
            _SENTENCE_END.search(text, line.start, line.end) for line in lines[first:last]
        )
    return _heading_parts(text, lines) | found


def byline(texts: Sequence[str]) -> tuple[str, str]:
    """The author and the date under a title; each empty if it isn't certain.

    Args:
        texts: the title's next paragraphs.
    """
    author = date = ""
    for text in texts[:_FIRST_BLOCKS]:
        first, *others = text.splitlines()
        if len(text.split()) > _MAX_BYLINE_WORDS and not (others and _is_byline(first)):
            break
        for part in filter(None, map(str.strip, _SEPARATOR.split(text))):
            author = author or _author(part)
            # A sentence with a date in it says when something happened.
            if not date and not _SENTENCE_END.search(part) and (match := _DATE.search(folded(part))):
                date = _original(part, match.span())
    return author, date if author else ""


def _is_byline(line: str) -> bool:
    parts = list(filter(None, map(str.strip, _SEPARATOR.split(line))))
    return len(line.split()) <= _MAX_BYLINE_WORDS and any(map(_author, parts))


def opening(text: str, blocks: Sequence[Block]) -> list[str]:
    """The paragraphs and fields under a document's title, up to the next block of another kind."""
    title = next((n for n, block in enumerate(blocks[:_FIRST_BLOCKS]) if block.kind == "heading"), None)
    if title is None:
        return []
    below = blocks[title + 1 :]
    return [
        text[b.start : b.end]
        for b in itertools.takewhile(lambda block: block.kind in _BYLINES, below[:_FIRST_BLOCKS])
    ]


def is_title_above_fields(text: str, units: Sequence[Unit]) -> bool:
    """Whether a text begins with "Inspection report: the bridge" above fields for its author or date.

    Args:
        text: of the document.
        units: the first of its layout; the title is taken for a field, too.
    """
    if len(units) < 2 or any(unit.kind != "form_field" for unit in units[:2]):
        return False
    first, second = (text[unit.start : unit.end].strip() for unit in units[:2])
    if _is_of_head(first) or not _is_of_head(second):
        return False
    return _TITLES.search(folded(first[: field_key(first)])) is not None


def _is_of_head(line: str) -> bool:
    return _AUTHOR_LABEL.match(folded(line)) is not None or bool(date_line([line]))


def plain_title(text: str, blocks: Sequence[Block]) -> str:
    """The title line of a plain text: a heading that stands first, above all others; empty if none does."""
    first = next((block for block in blocks if block.kind != "page_header"), None)
    highest = [block for block in blocks if block.kind == "heading" and block.level == 1]
    if first is None or highest != [first]:
        return ""
    return " ".join(text[first.start : first.end].split())


def is_dateline(text: str) -> bool:
    """Whether a line is only a place and a date, as in «البصرة، 3 أيار 2021» or "York, 3 May 2021"."""
    line = folded(text.strip()).removesuffix(".")
    place = _PLACE.match(line)
    if place is None or len(place[0].removesuffix(" في").split()) > _MAX_PLACE_WORDS:
        return False
    return _DATE.fullmatch(line, place.end()) is not None


def date_line(texts: Sequence[str]) -> str:
    """The date in a line such as «حُرّر في بغداد بتاريخ 3 أيار 2021» or "York, 3 May 2021".

    Args:
        texts: its paragraphs.
    """
    for number, text in enumerate((*texts[:_FIRST_BLOCKS], *texts[-_LAST_BLOCKS:])):
        line = folded(text)
        is_first = number < min(_FIRST_BLOCKS, len(texts))
        if (
            len(text.split()) <= _MAX_DATE_LINE_WORDS
            # A place and a date under the title; further below it may be a letter's that is quoted.
            and (_DATE_LINE.match(line) or (is_first and is_dateline(text)))
            and (dates := list(_DATE.finditer(line)))
        ):
            return _original(text, dates[-1].span())
    return ""


def offices(signature: str) -> list[str]:
    """The lines of a signature that name an office."""
    return [line for line in map(str.strip, signature.splitlines()) if _OFFICE.fullmatch(folded(line))]


def name_span(signature: str) -> tuple[int, int] | None:
    """The span of the name in a signature; None if it isn't certain."""
    lines = list(lines_of(signature))
    if is_signature_label(signature):
        if not signature[lines[0].start : lines[0].end].endswith((":", "：")):
            return None
        lines = lines[1:]
    names = [
        (line.start, line.end)
        for line in lines
        if not _OFFICE.fullmatch(folded(signature[line.start : line.end]))
    ]
    return names[0] if len(names) == 1 else None


def _original(text: str, span: tuple[int, int]) -> str:
    """The stretch of a text for a span of its folded beginning."""
    kept = [place for place, c in enumerate(text[:LOOKED_AT]) if folded(c)]
    return text[kept[span[0]] : kept[span[1] - 1] + 1].strip()


def _author(part: str) -> str:
    line = folded(part)
    match = _AUTHOR_LABEL.match(line)
    if match is None and _SCHOLAR.match(line) is None:
        return ""
    begin = match.end() if match else 0
    name = _original(part, (begin, len(line))) if begin < len(line) else ""
    # A date may follow the name.
    name = regex.split(r"[،,;؛(]", name)[0].strip()
    words = name.split()
    is_name = (
        1 < len(words) <= _MAX_NAME_WORDS
        and not any(map(str.isdecimal, name))
        and not any(word[0].islower() and word not in _PARTICLES for word in words)
    )
    return name if is_name and not _SENTENCE_END.search(name) else ""


def _groups(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """The first line of each group of lines without blank ones between, and the one after its last."""
    firsts = [number for number, line in enumerate(lines) if line.begins_group or not number]
    return list(zip(firsts, [*firsts[1:], len(lines)], strict=True))


def _heading_parts(text: str, lines: Sequence[Line]) -> dict[int, Part]:
    """The title and, above it, the letterhead."""
    for first, line in enumerate(lines[:_FIRST_LINES]):
        said = text[line.start : line.end]
        if len(said.split()) > _MAX_WORDS or _SENTENCE_END.search(said):
            break
        if is_paper_title(said):
            last = first + 1
            while (
                last < len(lines)
                and not lines[last].begins_group
                and last - first < _MAX_LINES
                and len(text[lines[last].start : lines[last].end].split()) <= 2 * _MAX_WORDS
                and not _SENTENCE_END.search(text, lines[last].start, lines[last].end)
            ):
                last += 1
            above = [(a, min(b, first)) for a, b in _groups(lines) if a < first]
            parts = [Part("page_header", a, b) for a, b in above]
            return {part.first: part for part in (*parts, Part("heading", first, last))}
    return {}


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence or a clause does."""
    return _SENTENCE_END.search(line) is not None


def is_paper_title(line: str) -> bool:
    """Whether a line is the title of an official paper, such as «قرار رقم 47» or "Circular No. 5"."""
    return len(line.split()) <= _MAX_WORDS and not ends_sentence(line) and bool(_PAPER.match(folded(line)))


def signature_start(said: Sequence[str]) -> int | None:
    """Where a signature that ends a group of lines begins: its label, a name and an office; None if none."""
    for begin in range(max(0, len(said) - _MAX_LINES), len(said) - 1):
        label, *others = said[begin:]
        is_labelled = is_signature_label(label)
        if not is_labelled:
            others = [label, *others]
        elif not label.rstrip().endswith((":", "：")):
            others = [label.partition(":")[2].strip(), *others]
        if all(map(is_signature_line, others)):
            offices = [bool(_OFFICE.fullmatch(folded(line))) for line in others]
            names = [bool(_NAME.fullmatch(folded(line))) for line in others]
            has_name = any(n and not o for n, o in zip(names, offices, strict=True))
            if has_name and (is_labelled or (any(offices) and len(others) <= 3)):
                return begin
    return None


def is_signature_label(line: str) -> bool:
    """Whether a line says that a signature follows: «التوقيع:», "Signed:"."""
    return _SIGNED.match(folded(line)) is not None


def is_signature_line(line: str) -> bool:
    """Whether a line may be a name or an office: short, without digits, no sentence and no list item."""
    return (
        0 < len(line.split()) <= _MAX_SIGNATURE_WORDS
        and not _SENTENCE_END.search(line)
        and not any(map(str.isdecimal, line))
        and (item_marker(line) is None or _TITLE_OF_PERSON.match(folded(line)) is not None)
    )
