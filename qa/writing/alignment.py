"""Aligns a claim's content words with the words of the quotations that they correspond to.

A word stands for another for sure if it is the same, has the same stem, says the same number, or is a name
that sounds alike in the other script; otherwise the nearest in meaning does, with its similarity
(`qa.explanation.word_alignment`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from index.retrieval.names import name_keys
from index.retrieval.token_codec import TokenVectors
from index.retrieval.translations import translations
from index.text.analyzer import Term, stem, words
from index.text.arabic import is_arabic, without_proclitics
from qa.answering.question_type import plain_words
from qa.conversation.follow_up import content_words
from qa.explanation.word_alignment import align_words
from qa.writing.antonyms import are_opposite, sides
from qa.writing.quantities import Quantity, quantities

if TYPE_CHECKING:
    from index.query import Query

# Consonants of a name: a quotation is short, so that few are enough.
_MIN_SOUND_LENGTH: Final = 3
_MIN_NAME_LENGTH: Final = 2
# Words that say nothing of their own, or what another rule looks at: negations, comparisons, quantifiers.
_LIGHT: Final = frozenset(
    word.term
    for word in words(
        "never cannot can't couldn't don't doesn't didn't isn't aren't wasn't weren't won't wouldn't mustn't "
        "per according each every all required least up below above while without cost costs "
        "times exceed exceeds people person persons someone somebody thing things "
        "take takes took taken place part occur occurs occurred happen happens happened "
        "amount amounts amounted total totalled need needs needed currently "
        "nobody none nothing neither cannot unable al el bin ibn "
        "جميع كافة معظم إلا يجب أقل أكثر تحت فوق قدره قدرها أنه أنها لدى يبلغ بلغ مرة مرات "
        "يجوز تجوز يحق تحق يمكن ينبغي شخص شخصا أشخاص ناس حدث حدثت وقع وقعت تقع يقع تم تمت جرى جرت "
        "حاليا مقدارها مقداره "
        "يزيد تزيد يقل تقل يتجاوز تتجاوز الأقل الأكثر"
    )
)
_OBJECTS: Final = ("ها", "هما", "هم", "ه")
_SUBJECTS: Final = ("ت", "تا", "وا", "ا", "ان", "ون", "ين")
# The weak letter of «أحال» and «أُحيل».
_HOLLOW: Final = regex.compile(r"(?<=..)[اويى](?=.$)")
_MIN_VERB_LENGTH: Final = 3
_PRESENT: Final = "ي-"
_TAFIL: Final = regex.compile(r"ت\p{Arabic}{2}ي\p{Arabic}")
# The least likeness of the consonants of two names, beside another part of the name and by themselves.
_LIKE_BESIDE: Final = 0.85
_LIKE: Final = 0.8
_MIN_LENGTH_ALIKE: Final = 5
# English words that begin with so many of the same letters are near, such as "employees" and "employed".
_SHARED_LETTERS: Final = 5
_COSINE_OF_SHARED: Final = 0.85
_ROLE: Final = regex.compile(r"(?:ees?|ers?|ors?)$")
# Words that the lexicon of translations gives for each other, and those of one language that it gives enough
# of the same translations, such as "began" and "started".
_COSINE_OF_TRANSLATION: Final = 0.9
_COSINE_OF_SYNONYM: Final = 0.85
_MIN_SHARED: Final = 0.1
_CH: Final = regex.compile(r"([cC])h")
# Words for a sign that the quotation has.
_SIGNS: Final = {
    "$": "dollar dollars دولار دولارا دولارات",
    "£": "pound pounds جنيه جنيها جنيهات",
    "€": "euro euros يورو",
    "%": "percent cent المئة بالمئة المائة بالمائة",
    "٪": "percent cent المئة بالمئة المائة بالمائة",
}
_COSINE_OF_OPPOSITE: Final = 0.2
_SURELY_NEAR: Final = 0.6


@dataclass(frozen=True, eq=False)
class Quotation:
    """A quotation that a claim may be checked against.

    Attributes:
        number: the n of its [n].
        text: the quoted characters.
        tokens: its token vectors, with spans in `text`.
    """

    number: int
    text: str
    tokens: TokenVectors


@dataclass(frozen=True)
class Match:
    """A content word of a claim, and its counterpart.

    Attributes:
        word: the word, with its span in the claim.
        partner: its counterpart, with its span in the quotations' joined text; None if there is none.
        is_sure: whether both are the same word, stem or name.
        cosine: their similarity, 1 if it is sure.
        weight: how much the word says, by the encoder's weights of tokens; 1 for the mean of its claim.
    """

    word: Term
    partner: Term | None
    is_sure: bool
    cosine: float
    weight: float = 1.0


def joined(quotations: Sequence[Quotation]) -> Quotation:
    """The quotations as one text, a line each."""
    if len(quotations) == 1:
        return quotations[0]
    text, spans, start = "\n".join(one.text for one in quotations), [], 0
    for one in quotations:
        spans.append(one.tokens.spans + start)
        start += len(one.text) + 1
    tokens = TokenVectors(
        np.concatenate([one.tokens.vectors for one in quotations]),
        np.concatenate(spans).astype(np.int32),
        np.concatenate([one.tokens.weights for one in quotations]),
        np.concatenate([np.full(len(one.tokens.weights), i, np.int32) for i, one in enumerate(quotations)]),
    )
    return Quotation(quotations[0].number, text, tokens)


def align(claim: Query, quotation: Quotation) -> list[Match]:
    """Each content word of a claim with its counterpart in a quotation."""
    found = words(quotation.text)
    signs = {word for sign, named in _SIGNS.items() if sign in quotation.text for word in _terms(named)}
    asked = [word for word in content_words(claim.text) if word.term not in _LIGHT | signs]
    if not asked or not found:
        return []
    met, _ = align_words(claim, quotation.tokens, asked, found)
    by_form, by_sound, meant = forms(quotation.text), _sounds(quotation.text), _Lexical(found)
    sounds, numbers = _sounds(claim.text), _same_numbers(claim.text, quotation.text)
    matches = []
    for word, other in zip(asked, met, strict=True):
        partner = next((other for one, other in numbers if one.start <= word.start < one.end), None)
        if partner is None:
            partner = next((by_form[form] for form in _keys(word.term) if form in by_form), None)
        meant_by, likely = meant.nearest(word.term)
        is_meant = meant_by is not None and is_arabic(meant_by.term[0]) != is_arabic(word.term[0])
        if partner is None and meant_by is not None and is_meant and sound_alike(word.term, meant_by.term):
            partner = meant_by
        if partner is None and not is_meant:
            partner = _same_sound(word, claim.text, sounds, by_sound, quotation.text)
        if partner is not None:
            matches.append(Match(word, partner, True, 1.0, len(met) * other.weight))
        else:
            near = next((one for one in found if other.nearest and one.start == other.nearest.start), None)
            alike = next((one for one in found if _begin_alike(word.term, one.term)), None)
            alike, cosine = (alike, _COSINE_OF_SHARED) if alike else (meant_by, likely)
            # Of several forms of a word the encoder knows better which one is meant.
            is_near = alike is meant_by and other.cosine >= _SURELY_NEAR
            partner, cosine = near if is_near else alike or near, max(other.cosine, cosine)
            if partner and are_opposite(word.term, partner.term):
                cosine = min(cosine, _COSINE_OF_OPPOSITE)
            matches.append(Match(word, partner, False, cosine, len(met) * other.weight))
    return _with_parts_of_names(matches, claim.text, quotation.text)


@lru_cache(maxsize=8)
def _terms(text: str) -> frozenset[str]:
    return frozenset(word.term for word in words(text))


def _with_parts_of_names(matches: Sequence[Match], claim: str, quotation: str) -> list[Match]:
    """The matches, with those made sure that sound about alike beside a name that sounds alike.

    «بول لوران» is Paul Laurent: a letter that isn't spoken may be written. Long names do without another.
    """
    sounds, others = _sounds_of_words(claim), _sounds_of_words(quotation)
    found = words(quotation)
    places = {word.start: i for i, word in enumerate(found)}
    kept = list(matches)
    for i, match in enumerate(matches):
        if match.is_sure or match.word.start not in sounds:
            continue
        beside = {
            places.get(kept[j].partner.start, -9) + i - j  # type: ignore[union-attr]
            for j in (i - 1, i + 1)
            if 0 <= j < len(kept) and kept[j].is_sure and kept[j].partner
        }
        for place, other in enumerate(found):
            if is_arabic(other.term[0]) == is_arabic(match.word.term[0]):
                continue
            least = _LIKE_BESIDE if place in beside else _LIKE
            if _are_alike(sounds[match.word.start], others.get(other.start, set()), least):
                kept[i] = Match(match.word, other, True, 1.0, match.weight)
    return kept


def _sounds_of_words(text: str) -> dict[int, set[str]]:
    """The consonants of each word that may be a name, by where it begins; in Latin script with a capital."""
    found: dict[int, set[str]] = {}
    for key in _name_keys(text, 9, 1):
        if " " not in text[key.start : key.end] and not key.term.isdecimal():
            found.setdefault(key.start, set()).add(key.term)
    return found


def _name_keys(text: str, shortest: int, shortest_name: int) -> list[Term]:
    """The consonants of names; a "ch" also as it is spoken in Chiara."""
    keys = list(name_keys(text, shortest, shortest_name))
    hard = _CH.sub(r"\1k", text)
    return keys if hard == text else [*keys, *name_keys(hard, shortest, shortest_name)]


def _are_alike(sounds: AbstractSet[str], others: AbstractSet[str], least: float) -> bool:
    return any(
        SequenceMatcher(None, one, other, autojunk=False).ratio() >= least
        and (least > _LIKE or len(one) >= _MIN_LENGTH_ALIKE)
        for one in sounds
        for other in others
    )


def sound_alike(word: str, other: str, shortest: int = 1) -> bool:
    """Whether two words, one of them in Arabic script and one in Latin, sound alike as names would.

    Args:
        word: the one.
        other: the other.
        shortest: the fewest consonants that are enough.
    """
    keys, others = (
        {key.term for key in name_keys(one.capitalize(), shortest, shortest) if not key.term.isdecimal()}
        for one in (word, other)
    )
    return bool(keys & others) or _are_alike(keys, others, _LIKE)


def _begin_alike(word: str, other: str) -> bool:
    """Whether two English words have one beginning, and don't name two roles, as employer and employee do."""
    begin = word[:_SHARED_LETTERS]
    is_long = len(begin) == _SHARED_LETTERS and word.isascii() and other.startswith(begin)
    return is_long and not (_ROLE.search(word) and _ROLE.search(other))


class _Lexical:
    """Finds the words of a text that the lexicon of translations gives for another word."""

    def __init__(self, found: Sequence[Term]) -> None:
        self._found = [(word, _stems(word.term)) for word in found]

    def nearest(self, word: str) -> tuple[Term | None, float]:
        """The likeliest counterpart of a word, and the similarity assumed; None and 0 if there is none."""
        best: Term | None = None
        most = cosine = 0.0
        here = _translated(word)
        for other, stems in self._found:
            if is_arabic(word[0]) == is_arabic(other.term[0]):
                there = _translated(other.term)
                likely = sum(min(here[one], there[one]) for one in here.keys() & there.keys())
                least, assumed = _MIN_SHARED, _COSINE_OF_SYNONYM
            else:
                likely = max((here.get(one, 0.0) for one in stems), default=0.0)
                least, assumed = 0.0, _COSINE_OF_TRANSLATION
            if sides(word) & sides(other.term):
                likely, assumed = max(likely, 2 * _MIN_SHARED), _COSINE_OF_SYNONYM
            if likely > max(least, most):
                best, most, cosine = other, likely, assumed
        return best, cosine


def _stems(word: str) -> frozenset[str]:
    return frozenset((stem(word), stem(without_proclitics(word)) if is_arabic(word[0]) else stem(word)))


@lru_cache(maxsize=1 << 12)
def _translated(word: str) -> Mapping[str, float]:
    """The translations of a word, with or without its proclitics, each with its probability."""
    found: dict[str, float] = {}
    for form in _stems(word):
        for one, likely in translations(form).items():
            found[one] = max(likely, found.get(one, 0.0))
    return found


def is_translation(word: str, other: str) -> bool:
    """Whether the lexicon of translations gives two normalised words for each other."""
    return not _stems(other).isdisjoint(_translated(word))


def _same_numbers(claim: str, quotation: str) -> list[tuple[Quantity, Term]]:
    """The numbers of a claim that a quotation has, each with the place of that there."""
    stated = quantities(quotation)
    return [
        (one, Term(quotation[other.start : other.end], other.start, other.end))
        for one in quantities(claim)
        for other in stated
        if one.readings & other.readings and (one.is_certain or other.is_certain)
    ]


def forms(text: str) -> dict[str, Term]:
    """The words of a text by each of their forms: whole, stem, without affixes; of several the first."""
    found: dict[str, Term] = {}
    for word in words(text):
        for form in _keys(word.term):
            found.setdefault(form, word)
    return found


def is_known(word: Term, known: Mapping[str, Term]) -> bool:
    """Whether a word stands among those of `forms`."""
    return any(form in known for form in _keys(word.term))


def _keys(word: str) -> list[str]:
    return [word, stem(word), *plain_words(word), *(_verb_forms(word) if is_arabic(word[0]) else ())]


@lru_cache(maxsize=1 << 12)
def _verb_forms(word: str) -> tuple[str, ...]:
    """What an Arabic word may be a form of: a past without pronouns, what follows its ي or ت, a masdar.

    «ترأّسته» and «ترأّست», «يؤجّر» and «تؤجّر», «اقترح» and «اقتراح», «أحال» and «أُحيل» have one in common.
    """
    bare = without_proclitics(word)
    ends = [bare, *(bare.removesuffix(ending) for ending in _OBJECTS if bare.endswith(ending))]
    past = [
        *ends,
        *(form.removesuffix(ending) for form in ends for ending in _SUBJECTS if form.endswith(ending)),
    ]
    past = [form for form in past if len(form) >= _MIN_VERB_LENGTH]
    present = [_PRESENT + form[1:] for form in past if form[0] in "يت" and len(form) > _MIN_VERB_LENGTH]
    masdar = [form[:-2] + form[-1] for form in past if form[0] == "ا" and form[-2] == "ا" and len(form) > 4]
    # «تأجيل» of «يؤجّل».
    masdar += [_PRESENT + form[1:-2].replace("ا", "و") + form[-1] for form in past if _TAFIL.fullmatch(form)]
    if bare != word and bare[0] == "م" and len(bare) > _MIN_VERB_LENGTH + 1:
        present.append(_PRESENT + bare[1:])  # «المخالف» is who «يخالف»
    hollow = [_HOLLOW.sub("-", form) for form in past if form[0] in "ايت" and _HOLLOW.search(form)]
    # «مدّته» is of «مدّة».
    nouns = [form[:-1] + "ه" for form in ends[1:] if form[-1:] == "ت"]
    known = [form for form in past if form != word and len(form) > _MIN_VERB_LENGTH]
    return (*known, *nouns, *present, *masdar, *hollow)


def same_sounds(text: str, other: str) -> frozenset[int]:
    """Where the words of a text begin that sound like a word of the other one."""
    sounds, others = _sounds(text), _sounds(other)
    return frozenset(word.start for word in words(text) if _same_sound(word, text, sounds, others, other))


def _sounds(text: str) -> dict[str, list[Term]]:
    sounds: dict[str, list[Term]] = {}
    for key in _name_keys(text, _MIN_SOUND_LENGTH, _MIN_NAME_LENGTH):
        if not key.term.isdecimal():
            sounds.setdefault(key.term, []).append(key)
    return sounds


def _same_sound(
    word: Term,
    text: str,
    sounds: Mapping[str, Sequence[Term]],
    others: Mapping[str, Sequence[Term]],
    other_text: str,
) -> Term | None:
    """The name in another script that sounds like a word."""
    meant = _translated(word.term) if is_arabic(word.term[0]) else {}
    is_ordinary = bool(meant) and not any(sound_alike(word.term, one) for one in meant)
    for key, places in sounds.items():
        if is_ordinary and len(key) < _MIN_SOUND_LENGTH:
            continue
        if key in others and any(place.start <= word.start and word.end <= place.end for place in places):
            for other in others[key]:
                if is_arabic(text[word.start]) != is_arabic(other_text[other.start]):
                    return other
    return None
