"""Names in a text, in either script, and whether a claim has one that its quotation doesn't have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise
from typing import Final

import regex

from index.retrieval.translations import meanings
from index.text import arabic
from index.text.analyzer import Term, stem, words
from index.text.arabic import is_arabic
from qa.answering.question_type import plain_words
from qa.conversation.follow_up import content_words
from qa.writing.alignment import Match, forms, is_known, is_translation, sound_alike
from qa.writing.quantities import quantities

# The least similarity, each by itself, of two names that are spelt otherwise. Germany and ألمانيا have .73,
# Egypt and مصر .65, Fouad and فؤاد .69; Germany and مصر .46, Oslo and بيرغن .30.
MIN_NAME: Final = 0.6
# Parts of names that are written in one word with the next one in Arabic.
_PARTICLES: Final = frozenset(("al", "el", "bin", "ibn", "abu"))
# The least similarity of an Arabic word with a name in its quotation, in context, to be taken for one.
MIN_LIKE_NAME: Final = 0.35
# "Article 7" is no name.
_LABEL: Final = regex.compile(r"\p{L}+ \p{Nd}")
# An unknown word with such an ending is of an ordinary one.
_INFLECTED: Final = regex.compile(r"(?:ing|ed|ly|tion|ment|ness)$")
_ARTICLE: Final = "ال"


def _set(text: str) -> frozenset[str]:
    return frozenset(word.term for word in words(text))


# Behind these a name stands in Arabic. Titles have the article, relatives a pronoun.
_TITLES: Final = _set("""
السيد السيدة الأستاذ الأستاذة الدكتور الدكتورة المهندس المهندسة الطبيب الطبيبة القاضي القاضية
المحامي المحامية الوزير الوزيرة المدير المديرة الرئيس الرئيسة الشيخ الشيخة الأمير الأميرة الملك
الملكة السلطان الإمام الخليفة المفتي الكاتب الكاتبة الشاعر الشاعرة الأديب الأديبة الرسام الرسامة
الفنان الفنانة النحات النحاتة الممثل الممثلة المغني المغنية المؤرخ المؤرخة الباحث الباحثة المستشرق
المعماري المعمارية الصحفي الصحفية الصحافي الصحافية التاجر التاجرة المعلم المعلمة النائب النائبة
السفير السفيرة الحاج الحاجة الآنسة القبطان الكابتن العميد العقيد اللواء النقيب الملازم المشير
الجنرال القائد الراعي الحارس الحارسة اللاعب اللاعبة المدرب المدربة المترجم المترجمة الخبير الخبيرة العمدة
المختار المواطن المواطنة الموظف الموظفة عمه عمها عمته عمتها خاله خالها خالته خالتها أخوه أخيه أخاه أخوها
أخيها أخاها أخته أختها ابنه ابنها ابنته ابنتها أبوه أبيه أباه والده والدها والدته والدتها جده جدها
جدته جدتها زوجه زوجها زوجته تلميذه تلميذته تلميذها تلميذتها صديقه صديقها صديقته صديقتها شقيقه شقيقها
شقيقته شقيقتها
""")
_SAYING: Final = _set("""
قال قالت أعلن أعلنت صرح صرحت أكد أكدت ذكر ذكرت أوضح أوضحت أضاف أضافت أشار أشارت اقترح اقترحت طالب
طالبت وعد وعدت حذر حذرت انتقد انتقدت وصف وصفت اعترض اعترضت عارض عارضت
""")
_THAT: Final = _set("إن إنه إنها بأن بأنه بأنها")
_CONJUNCTIONS: Final = "وفبل"


def names(text: str) -> list[Term]:
    """The words of a text with a Latin capital that don't only begin a sentence, without months and days.

    A first word is one if the next has a capital too: "Hans Weidel opened it."
    """
    return [word for word, is_lone in _capitalised(text) if not is_lone]


def lone_names(text: str) -> list[Term]:
    """The first words of sentences that no lexicon knows, where the next one has no capital, such as Nadia.

    The lexicon of translations has ordinary words; names it hasn't, or only as they sound ("Karim", «كريم»).
    """
    return [word for word, is_lone in _capitalised(text) if is_lone and not _is_ordinary(text, word)]


def _capitalised(text: str) -> Iterator[tuple[Term, bool]]:
    """The words with a capital, and whether each has it for beginning a sentence, as far as is seen."""
    found = words(text)
    dates = [one for one in quantities(text) if any(map(str.isalpha, next(iter(one.readings))))]
    meant = {word.start for word in content_words(text)}
    for i, word in enumerate(found):
        if not text[word.start].isupper() or word.start not in meant or word.term in _PARTICLES:
            continue
        if any(one.start <= word.start < one.end for one in dates):
            continue
        is_first = i == 0 or bool(set(text[found[i - 1].end : word.start]) & set(".!?:؟\n"))
        is_followed = i + 1 < len(found) and text[found[i + 1].start].isupper()
        yield word, is_first and not is_followed


def _is_ordinary(text: str, word: Term) -> bool:
    """Whether an English word is one of the lexicon's, and not only as it sounds, or ends as no name does."""
    written = text[word.start : word.end]
    if len(written) == 1 or any(map(str.isdecimal, written)):
        return True
    known = translations(word.term)
    return any(not sound_alike(written, other) for other in known) or bool(
        not known and _INFLECTED.search(word.term)
    )


@lru_cache(maxsize=1 << 12)
def translations(word: str) -> frozenset[str]:
    """What the lexicon calls a word in the other language: stems; none if it doesn't know the word."""
    (found,) = meanings([stem(word)])
    return frozenset(found) - {stem(word)}


@lru_cache(maxsize=1 << 12)
def is_like_name(word: str) -> bool:
    """Whether an Arabic word may be a name by itself: unknown, or known to the lexicon as it sounds."""
    bare = arabic.without_proclitics(word)
    known = frozenset().union(*(translations(form) for form in (word, bare)))
    if known:
        return any(sound_alike(form, other) for form in (word, bare) for other in known)
    return not arabic.is_known(word) and not arabic.is_known(bare)


def is_introduced(found: Sequence[Term], place: int) -> bool:
    """Whether an Arabic word stands behind a title, a relative or a verb of saying, and has no article."""
    if not place or not is_arabic(found[place].term[0]) or _has_article(found[place].term):
        return False
    return introduces(found[place - 1].term)


def introduces(word: str) -> bool:
    """Whether a name may follow an Arabic word: a title, a relative or a verb of saying."""
    return _is_among(word, _TITLES | _SAYING)


def _is_among(word: str, known: AbstractSet[str]) -> bool:
    return word in known or (word[0] in _CONJUNCTIONS and _unprefixed(word) in known)


def _unprefixed(word: str) -> str:
    """«والطبيب», «للطبيب» without the letter before the article."""
    return f"{_ARTICLE}{word[2:]}" if word.startswith("لل") else word[1:]


def _has_article(word: str) -> bool:
    return word.startswith(_ARTICLE)


def introduced_names(text: str) -> list[Term]:
    """The Arabic words behind a title, and those behind a verb of saying that look like names."""
    found = words(text)
    return [
        word
        for i, word in enumerate(found)
        if is_introduced(found, i)
        and (_is_among(found[i - 1].term, _TITLES) or is_like_name(word.term))
        and word in content_words(text)
    ]


def has_other_name(
    claim: str,
    matches: Sequence[Match],
    quotation: str,
    question: Mapping[str, Term],
    likeness: Callable[[str, str], float],
) -> bool:
    """Whether a claim has a name that neither its quotation nor the question has.

    In Arabic names have no capitals: over English a word counts as one if its counterpart in the quotation is
    a name; over Arabic if it stands as one or looks like one, and the quotation has another in its place.

    Args:
        claim: the claim.
        matches: its words with their counterparts.
        quotation: its quotation.
        question: the forms of the question's words.
        likeness: the similarity of two words by themselves.
    """
    capitals = [*names(claim), *lone_names(claim)]
    named = {word.start for word in capitals if not _LABEL.match(claim, word.start)}
    taken = {match.partner.start for match in matches if match.is_sure and match.partner}
    # Abbreviations are rendered by words: VAT, °C.
    named_there = {
        word.start
        for word in (*names(quotation), *lone_names(quotation))
        if not quotation[word.start : word.end].isupper()
    }
    after = _after_counterparts(matches, quotation)
    exchanged = _in_place_of_others(claim, matches, quotation)
    for match in matches:
        if match.is_sure or is_known(match.word, question) or _is_translated(match):
            continue
        if match.word.start in exchanged:
            return True
        is_crossed = match.partner is not None and (
            is_arabic(match.word.term[0]) != is_arabic(match.partner.term[0])
        )
        stands_for_name = (
            is_crossed
            and match.partner is not None
            and (match is not matches[0] or match.partner.start not in taken)  # an Arabic verb
            and not {match.partner.start, after.get(match.word.start)}.isdisjoint(named_there)
        )
        is_arabic_name = stands_for_name and is_arabic(match.word.term[0]) and match.cosine >= MIN_LIKE_NAME
        if not (match.word.start in named or is_arabic_name):
            continue
        # Across scripts a name may be another word: Germany, ألمانيا.
        if (
            match.partner is None
            or not is_crossed
            or likeness(match.word.term, match.partner.term) < MIN_NAME
        ):
            return True
    return False


def _is_translated(match: Match) -> bool:
    """Whether a name is another word in the other script: Damascus, دمشق."""
    partner = match.partner
    return (
        partner is not None
        and is_arabic(match.word.term[0]) != is_arabic(partner.term[0])
        and is_translation(match.word.term, partner.term)
    )


def _after_counterparts(matches: Sequence[Match], quotation: str) -> dict[int, int]:
    """For each word, where the one begins that follows the counterpart of the word before it.

    Of «الراعي صالح» and "the shepherd Amalu" that of «صالح» is Amalu.
    """
    nexts = dict(pairwise([word.start for word in words(quotation)]))
    return {
        match.word.start: nexts[before.partner.start]
        for before, match in pairwise(matches)
        if before.partner and before.partner.start in nexts
    }


def _in_place_of_others(claim: str, matches: Sequence[Match], quotation: str) -> AbstractSet[int]:
    """Where the Arabic words of a claim begin that are names where an Arabic quotation has others.

    A name is what stands behind a title or a verb of saying and looks like a name, or replaces what does; the
    family name behind it; or what looks like a name and replaces another that does. What the quotation has in
    its place isn't in the claim.
    """
    found, stated = words(claim), words(quotation)
    places = {word.start: i for i, word in enumerate(found)}
    said = forms(claim)
    exchanged: set[int] = set()
    for match in matches:
        place = places.get(match.word.start, 0)
        word = match.word.term
        if match.is_sure or not is_arabic(word[0]):
            continue
        before = found[place - 1].term if place else ""
        others = [one for one in _followers(before, stated) if not is_known(one, said)]
        near = [match.partner] if match.partner and not is_known(match.partner, said) else []
        if is_introduced(found, place):
            replaces = any(is_like_name(one.term) for one in others) and _is_told(found, place)
            is_other = is_like_name(word) or replaces
        elif place > 1 and is_introduced(found, place - 1):
            is_other = _has_article(word) and any(_has_article(one.term) for one in others)
        elif _is_before_anothers(place, found, stated, said):
            is_other = True
        else:
            is_other = is_like_name(word) and any(
                is_arabic(one.term[0]) and is_like_name(one.term) for one in (*others, *near)
            )
        if is_other:
            exchanged.add(match.word.start)
    return exchanged


def _is_before_anothers(
    place: int, found: Sequence[Term], stated: Sequence[Term], said: Mapping[str, Term]
) -> bool:
    """Whether a word stands before a family name that has another name before it in the quotation."""
    after = found[place + 1].term if place + 1 < len(found) else ""
    return any(
        is_introduced(stated, i - 1) and not is_known(stated[i - 1], said)
        for i, word in enumerate(stated)
        if i and after == word.term
    )


def _is_told(found: Sequence[Term], place: int) -> bool:
    """Whether what stands behind a verb of saying is who says it, not what is said; behind a title it is."""
    before = found[place - 1].term
    return not _is_among(before, _SAYING) or any(one.term in _THAT for one in found[place + 1 : place + 3])


def _followers(word: str, stated: Sequence[Term]) -> list[Term]:
    """The words of a text that follow a word there, in whatever form it stands."""
    own = plain_words(word) | {stem(word)} if word else frozenset()
    return [
        after
        for before, after in pairwise(stated)
        if is_arabic(after.term[0]) and own & (plain_words(before.term) | {stem(before.term)})
    ]
