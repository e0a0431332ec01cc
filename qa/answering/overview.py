"""Questions that more than a sentence answers: a summary, a list of all, a comparison.

Without a language model their answer is a list of the best sentences, by document and heading, in the texts'
order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import regex

from index.text.analyzer import arabic_share, normalise, stem, words
from index.text.context import headings_below
from index.types import Passage
from qa.answering.sentences import Sentence
from qa.types import Citation

Shape = Literal["summary", "list", "comparison"]

MAX_LISTED_SENTENCES: Final = 8
# A writer is given more, in rounds, and says the same more shortly; chosen.
MAX_WRITTEN_UP: Final = 24
# Passages whose sentences are looked at; chosen.
PASSAGES_READ: Final = 24
# A further sentence is listed if it scores at least this share of the best; chosen.
_GOOD_ENOUGH: Final = 0.7
# Characters between two items of a list: line breaks, an indent, a bullet.
_MAX_BETWEEN: Final = 8
# Shorter ones say too little by themselves.
_MIN_WORDS: Final = 4

# In normalised spelling; what follows is the topic.
_PLEASE: Final = r"(?:please |could you |can you |would you |من فضلك |رجاء |هل يمكنك (?:ان )?|اريد )?"
_ALL: Final = r"(?:all(?: of)?(?: the)?|every|each of the|كل|كافه|جميع)"
_BEST: Final = r"(?:main|most important|key|chief|principal|major|central)"
_COMMANDS: Final[dict[Shape, str]] = {
    "summary": (
        rf"{_PLEASE}(?:summari[sz]e|sum up|outline|recap|tl;?dr"
        r"|(?:give|write|make)(?: me)? (?:a |an )?(?:short |brief )?"
        r"(?:summary|overview|outline|recap)(?: of)?|(?:a |the )?(?:summary|overview) of"
        rf"|what (?:are|were) the {_BEST} (?:points|ideas|topics|themes)(?: (?:of|in|from))?"
        r"|لخص(?:ي|وا)?(?: لي)?|تلخيص|ملخص"
        r"|(?:اعطني|اكتب|هات)(?: لي)? (?:ملخصا|ملخص|موجزا|خلاصه)(?: (?:عن|ل))?"
        r"|[وف]?ما (?:هي |هو )?(?:خلاصه|ملخص"
        r"|(?:اهم|ابرز) (?:ما (?:جاء|ورد) في|(?:ال)?نقاط(?: في| الوارده في)?|(?:ال)?افكار(?: في)?)))\b"
    ),
    "comparison": (
        rf"{_PLEASE}(?:compare|contrast|(?:what (?:is|are) )?(?:the )?(?:main |key )?differences? between"
        r"|قارن(?:ي|وا)?(?: لي)?(?: بين)?|(?:عقد |اعقد )?مقارنه بين"
        r"|[وف]?ما (?:هو |هي )?(?:ال)?(?:فرق|فروق|اختلاف|اختلافات)(?: الرئيسيه)? بين)\b"
    ),
    "list": (
        rf"{_PLEASE}(?:(?:list|name|enumerate|show|give)(?: me)? {_ALL}|what are {_ALL}"
        rf"|what (?:are|were) the {_BEST}|(?:اذكر|عدد|اسرد|سم|هات)(?: لي)? (?:كل|جميع|كافه|اهم|ابرز)"
        r"|[وف]?ما (?:هي |هو )?(?:اهم|ابرز|جميع|كل|كافه))\b"
    ),
}
_SHAPES: Final = {
    shape: regex.compile(rf"^\W*(?:{pattern})\s*(?P<topic>.*)$") for shape, pattern in _COMMANDS.items()
}
_LONG_WORD: Final = 4
_HALF: Final = 0.5
_BETWEEN: Final = regex.compile(r"\s+(?:and|with|to|vs\.?|versus|against|مع)\s+|\s+و(?:بين\s+)?")


@dataclass(frozen=True)
class Request:
    """A request for a summary, a list or a comparison.

    Attributes:
        shape: a summary, a list or a comparison.
        topics: what it is about, as written: two things to compare, else one; none if it names nothing.
    """

    shape: Shape
    topics: tuple[str, ...]


def requested(question: str) -> Request | None:
    """The summary, list or comparison that a question asks for; None if it asks for something else."""
    normalised = normalise(question)
    for shape, pattern in _SHAPES.items():
        match = pattern.match(normalised.text)
        if match is None:
            continue
        start = match.start("topic")
        if start >= len(normalised.origins):
            return Request(shape, ()) if shape != "comparison" else None
        topic = question[normalised.origins[start] :].strip(" \t\n?؟.!:")
        if shape != "comparison":
            return Request(shape, (topic,) if topic else ())
        parts = [part.strip() for part in _BETWEEN.split(topic, maxsplit=1) if part.strip()]
        return Request(shape, tuple(parts)) if len(parts) > 1 else None
    return None


def about(sentences: Sequence[Sentence], topic: str, title: Callable[[str], str]) -> list[Sentence]:
    """The sentences of what a topic names: of documents with such a title, or under such a heading.

    All of them where it names neither. Sentences in another script than the topic stay: what it is called
    there isn't known.

    Args:
        sentences: the scored sentences, best first.
        topic: as written.
        title: gives the title of the document with an id.
    """
    asked = _content(topic)
    places: tuple[Callable[[Sentence], str], ...] = (
        lambda one: title(one.passage.document_id),
        lambda one: " ".join(one.passage.headings),
    )
    script = arabic_share(topic) >= _HALF
    for place in places:
        inside = [one for one in sentences if asked and asked <= _content(place(one))]
        if inside:
            return [one for one in sentences if one in inside or _in_arabic(one) != script]
    return list(sentences)


def listed(found: Iterable[Sequence[Sentence]], most: int = MAX_LISTED_SENTENCES) -> list[Sentence]:
    """The sentences to list: the best of each topic, each passage's best first, in the texts' order.

    Args:
        found: for each topic its scored sentences, best first.
        most: how many at most.

    Returns:
        The sentences, by document (that of the best sentence first), then by position.
    """
    topics = [list(sentences) for sentences in found]
    room = most // max(len(topics), 1)
    chosen: list[Sentence] = []
    for sentences in topics:
        if sentences:
            least = sentences[0].score * _GOOD_ENOUGH
            beside = _items_beside(sentences[0], sentences)
            good = [
                one
                for one in sentences
                if one.passage.id in beside or (one.score >= least and _says_something(one))
            ]
            chosen += _spread(good, chosen, room)
    order = {one.passage.document_id: i for i, one in reversed(list(enumerate(chosen)))}
    return sorted(
        chosen, key=lambda one: (order[one.passage.document_id], one.passage.start + one.quote_start)
    )


def group_labels(question: str, citations: Sequence[Citation], title: Callable[[str], str]) -> dict[int, str]:
    """What stands above each group of a list of quotations: those of one document under one heading.

    Args:
        question: what was asked; only summaries, lists and comparisons have groups.
        citations: the quotations, in the texts' order.
        title: gives the title of the document with an id.

    Returns:
        For the number of each group's first quotation its document's title, where there are several
        documents, and its headings; nothing if there is one group.
    """
    if requested(question) is None:
        return {}
    keys = [(one.passage.document_id, one.passage.headings) for one in citations]
    firsts = [i for i, key in enumerate(keys) if not i or key != keys[i - 1]]
    if len(firsts) < 2:
        return {}
    are_several = len({document_id for document_id, _ in keys}) > 1
    labels = {}
    for i in firsts:
        name = title(keys[i][0])
        path = [*([name] if are_several else []), *headings_below(name, keys[i][1])]
        labels[citations[i].number] = " › ".join(
            dict.fromkeys(" ".join(part.split()) for part in path if part)
        )
    return {number: label for number, label in labels.items() if label}


def _content(text: str) -> frozenset[str]:
    """The stems of a text's longer words: articles and prepositions are short."""
    return frozenset(stem(word.term) for word in words(text) if len(word.term) >= _LONG_WORD)


def _in_arabic(sentence: Sentence) -> bool:
    return arabic_share(sentence.passage.text) >= _HALF


def _items_beside(best: Sentence, sentences: Sequence[Sentence]) -> frozenset[str]:
    """The ids of the passages that are items of the best one's list: a list that is asked for is given whole.

    Nothing but white space stands between them.
    """
    if best.passage.kind != "list_item":
        return frozenset()
    document, headings = best.passage.document_id, best.passage.headings
    items = {one.passage.id: one.passage for one in sentences if one.passage.kind == "list_item"}
    rows = sorted(
        (item for item in items.values() if (item.document_id, item.headings) == (document, headings)),
        key=lambda item: item.start,
    )
    lists: list[list[Passage]] = []
    for item in rows:
        if lists and item.start - lists[-1][-1].end <= _MAX_BETWEEN:
            lists[-1].append(item)
        else:
            lists.append([item])
    return frozenset(item.id for items in lists if best.passage in items for item in items)


def _says_something(sentence: Sentence) -> bool:
    return len(sentence.written.split()) >= _MIN_WORDS


def _spread(good: Sequence[Sentence], taken: Sequence[Sentence], room: int) -> list[Sentence]:
    """The first of each passage, then others, without overlaps."""
    chosen: list[Sentence] = []
    for is_first in (True, False):
        for sentence in good:
            known = [*taken, *chosen]
            again = any(one.passage.id == sentence.passage.id for one in known)
            if len(chosen) < room and again != is_first and not any(map(sentence.overlaps, known)):
                chosen.append(sentence)
    return chosen
