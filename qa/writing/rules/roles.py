"""Detects claims that exchange the roles of two things in their quotation: numbers, or parts of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations, pairwise
from typing import Final

import regex

from index.text.analyzer import Term, normalise, stem, words
from index.text.arabic import is_arabic, without_proclitics
from qa.answering.questions.units import unit
from qa.conversation.follow_up import content_words
from qa.writing.alignment import Match
from qa.writing.quantities import Quantity, quantities
from qa.writing.rules.clauses import clauses
from qa.writing.rules.degrees import is_converse
from qa.writing.rules.names import introduced_names, is_like_name, lone_names
from qa.writing.rules.names import names as latin_names

# Words before a thing that say its part; what stands in one row is the same in both languages.
_DIRECTIONS: Final = (
    "from من",
    "to إلى الى",
    "before قبل",
    "after بعد",
    "above فوق",
    "below under تحت",
    "north شمال شمالي",
    "south جنوب جنوبي",
    "east شرق شرقي",
    "west غرب غربي",
)
_DIRECTION: Final = {
    normalise(word).text: number for number, row in enumerate(_DIRECTIONS) for word in row.split()
}
_ARTICLES: Final = frozenset(("the", "a", "an", "of"))
_PASSIVE: Final = regex.compile(r"\bby\b|\bمن قبل\b|\bعلي يد(?:ي)?\b|\bمن جانب\b|\bبواسطه\b")
_PRONOUN: Final = regex.compile(
    r"\b(?:it|him|them|there)\b|\b[وف]?(?:في|من|عن|ل|ب|الي|علي|مع|عند|لدي)(?:ه|ها|هم|هما)\b"
)
_JOINED: Final = regex.compile(r"^[،؛,; ]*(?:and|but|while|whereas|و|ثم|بينما|اما)")
# The least similarity of a word in the other language that tells which clause is meant.
_MIN_NEAR: Final = 0.6
# Between a name and its English verb; before a name behind its Arabic verb, at most.
_AUXILIARIES: Final = frozenset(("had", "has", "have", "then", "also", "later", "never", "first"))
_TITLE_WORDS: Final = 2
_SAME_PLACE: Final = 0.7
_MIN_VERB: Final = 0.8
# Words between a number and what it counts, at most.
_NEAR: Final = 2


def is_exchanged(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether a number counts something else than in the quotation, or parts of two names are exchanged.

    Args:
        claim: the claim.
        quotation: its quotation.
        matches: the claim's words with their counterparts.
    """
    sure = [match for match in matches if match.is_sure and match.partner]
    near = [match for match in matches if match.cosine >= _MIN_NEAR and match.partner]
    return (
        _counts_another(claim, quotation, near)
        or _stands_in_another_clause(claim, quotation, near)
        or _mixes_parallel_clauses(claim, quotation, sure)
        or _goes_another_way(claim, quotation, sure)
        or _changes_places(claim, quotation, sure)
        or _changes_agent(claim, quotation, sure)
        or _takes_others_place(claim, sure)
        or _takes_from_later_clause(claim, quotation, matches)
        or _turns_recipient(claim, quotation, matches)
        or _gives_to_another(claim, quotation, matches)
        or _is_elsewhere(claim, quotation, matches)
        or _turns_numbers(quotation, sure)
    )


def _counts_another(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether a number counts another thing: "4 sailors" of "18 sailors and 4 passengers"."""
    stated = quantities(quotation)
    for number in (one for one in quantities(claim) if one.is_certain):
        counted = next((m for m in matches if m.partner and _counts(claim, number, m.word)), None)
        if counted is None or counted.partner is None:
            continue
        places = [word for word in words(quotation) if _same(word, counted.partner)]
        counting = [one for word in places for one in stated if _counts(quotation, one, word)]
        # «طبّاخان»: a dual says its number itself.
        counting += [
            one
            for word in places
            for one in stated
            if not one.is_certain and one.start <= word.start < one.end
        ]
        if counting and not any(one.readings & number.readings for one in counting):
            return True
    return False


def _counts(text: str, number: Quantity, word: Term) -> bool:
    between = text[number.end : word.start]
    is_near = number.end <= word.start and len(between.split()) < (1 if unit(word.term) else _NEAR)
    return is_near and not regex.search(r"[,،;؛.]|\b(?:and|is|are|was|were|has|had|by)\b", between)


def _same(word: Term, other: Term) -> bool:
    of, of_other = unit(word.term), unit(other.term)
    return (
        word.term == other.term or stem(word.term) == stem(other.term) or (of is not None and of == of_other)
    )


def _stands_in_another_clause(claim: str, quotation: str, near: Sequence[Match]) -> bool:
    """Whether a number is taken from one clause, and all that is said of it from another with a number."""
    spans = clauses(quotation)
    stated = [one for one in quantities(quotation) if one.is_certain]
    for start, end in clauses(claim):
        inside = [match for match in near if start <= match.word.start < end]
        # Words that stand in several clauses say nothing of which one is meant.
        numbers = quantities(claim[start:end])
        places = [
            _clauses_of(match, quotation, spans)
            for match in inside
            if not any(one.start <= match.word.start - start < one.end for one in numbers)
            and not any(_counts(claim[start:end], one, _moved(match.word, start)) for one in numbers)
        ]
        told = [next(iter(place)) for place in places if len(place) == 1]
        # What a number counts, other than a unit, is said of it: "1,350 workers".
        counted = {
            place
            for match in inside
            if unit(match.word.term) is None
            and any(_counts(claim[start:end], one, _moved(match.word, start)) for one in numbers)
            for place in _clauses_of(match, quotation, spans)
            if len(_clauses_of(match, quotation, spans)) == 1
        }
        for number in numbers:
            own = {_clause(one.start, spans) for one in stated if one.readings & number.readings}
            # What is said of another number of the claim isn't said of this one.
            of_others = {
                _clause(one.start, spans) for one in stated if one.readings & _all_but(numbers, number)
            }
            others = {place for place in told if place not in own | of_others}
            has_number = any(_clause(one.start, spans) in others for one in stated)
            # "640 before the war, and barely 90 after it"
            own_text = [quotation[spans[place][0] : spans[place][1]] for place in own if place >= 0]
            has_number = has_number and not any(map(_has_pronoun, own_text))
            if number.is_certain and own and others and has_number and not own & {*told, *counted}:
                return True
    return False


def _all_but(numbers: Sequence[Quantity], number: Quantity) -> frozenset[str]:
    """The readings of some numbers but one."""
    return frozenset(reading for one in numbers if one is not number for reading in one.readings)


def _moved(word: Term, start: int) -> Term:
    return Term(word.term, word.start - start, word.end - start)


def _mixes_parallel_clauses(claim: str, quotation: str, sure: Sequence[Match]) -> bool:
    """Whether a clause takes one thing from each of two clauses that say the same of different things.

    "It hands out medicines every morning" of "It hands out bread every morning, and medicines on Thursday".
    """
    spans = clauses(quotation)
    stated = words(quotation)
    for start, end in clauses(claim):
        inside = [match for match in sure if start <= match.word.start < end]
        if any(match.word.term[0] == "و" for match in inside[1:]):
            continue  # it names both
        places = [(match, _clauses_of(match, quotation, spans)) for match in inside]
        shared = [(match, place) for match, place in places if len(place) > 1]
        own = [(match, next(iter(place))) for match, place in places if len(place) == 1]
        for said, both in shared:
            first = min(both)
            verb = next(i for i, word in enumerate(stated) if said.partner and _same(word, said.partner))
            # The subject, before the verb or beside it, is that of both.
            told = {place for match, place in own if place != first or _after(match, stated) > verb + 1}
            later = (quotation[spans[place][0] : spans[place][1]] for place in told - {first} if place >= 0)
            # "It" in the later clause is what the first names.
            if first in told and told & both - {first} and not any(map(_has_pronoun, later)):
                return True
    return False


def _has_pronoun(text: str) -> bool:
    return _PRONOUN.search(normalise(text).text) is not None


def _after(match: Match, stated: Sequence[Term]) -> int:
    """The place of a word's counterpart among the words of a text."""
    partner = match.partner
    return next((i for i, word in enumerate(stated) if partner and word.start == partner.start), -1)


def _clauses_of(match: Match, quotation: str, spans: Sequence[tuple[int, int]]) -> set[int]:
    partner = match.partner
    if partner is None or match.word.term.isdecimal():
        return set()
    return {_clause(word.start, spans) for word in words(quotation) if _same(word, partner)}


def _clause(position: int, spans: Sequence[tuple[int, int]]) -> int:
    return next((i for i, (start, end) in enumerate(spans) if start <= position < end), -1)


def _goes_another_way(claim: str, quotation: str, sure: Sequence[Match]) -> bool:
    """Whether a thing has the opposite direction: "from Recife" of "to Recife"."""
    claimed, stated, spans = words(claim), words(quotation), clauses(quotation)
    for match in sure:
        marker = _marker(claimed, match.word)
        before = [one.partner for one in sure if one.partner and marker and one.word.end <= marker.start]
        places = {_clause(one.start, spans) for one in before}
        if match.partner and places and _clause(match.partner.start, spans) not in places:
            continue  # what is said of it is of another clause
        here = _direction(claimed, match.word)
        there = {_direction(stated, word) for word in stated if match.partner and _same(word, match.partner)}
        if here is not None and there and None not in there and here not in there:
            return True
    named = [match for match in sure if _is_name(claim, match.word)]
    parts = [(_direction(claimed, one.word), _direction(stated, one.partner)) for one in named if one.partner]
    return any(one[0] != one[1] and one == (other[1], other[0]) for one, other in combinations(parts, 2))


def _direction(found: Sequence[Term], word: Term) -> int | None:
    marker = _marker(found, word)
    return _DIRECTION[marker.term] if marker else None


def _marker(found: Sequence[Term], word: Term) -> Term | None:
    """The word of direction before a word."""
    before = [one for one in found if one.end <= word.start and one.term not in _ARTICLES]
    # "from the old theatre": an adjective may stand between.
    return next((one for one in before[:-3:-1] if one.term in _DIRECTION), None)


def _changes_places(claim: str, quotation: str, sure: Sequence[Match]) -> bool:
    """Whether two names are exchanged: each has the other's preposition, or neither has one.

    "B defeated A" of "A defeated B", "left B for A" of "left A for B".
    """
    if bool(_PASSIVE.search(normalise(claim).text)) != bool(_PASSIVE.search(normalise(quotation).text)):
        return False
    if is_converse(claim, quotation, sure):
        return False
    named = [
        match
        for match in sure
        if _is_name(claim, match.word) or (match.partner and _is_name(quotation, match.partner))
    ]
    for one, other in combinations(named, 2):
        if one.partner is None or other.partner is None:
            continue
        here = _prepositions(claim, one.word), _prepositions(claim, other.word)
        if here != (_prepositions(quotation, other.partner), _prepositions(quotation, one.partner)):
            continue
        if here[0] and here[1] and here[0] == here[1]:
            continue  # "of A and of B"
        between = claim[one.word.end : other.word.start].strip()
        listed = regex.fullmatch(r"[,،]?\s*(?:and|or|و|أو)?\s*[,،]?", between) is not None
        if one.partner.start > other.partner.start and not listed:
            return True
    return False


def _takes_from_later_clause(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether a clause begins like one clause of the quotation and continues like a later one.

    "It ground wheat on Sundays" of "It ground wheat for six villages and never worked on Sundays".
    """
    spans = clauses(quotation)
    heads = [
        next((w for w in content_words(quotation) if start <= w.start < end), None) for start, end in spans
    ]
    for start, end in clauses(claim):
        inside = [match for match in matches if start <= match.word.start < end and match.partner]
        met = [match.partner for match in inside if match.partner and match.cosine >= _MIN_NEAR]
        first = next(
            (i for i, head in enumerate(heads) if head and inside and _renders(inside[0], head)), None
        )
        begun = inside[0].partner if inside and inside[0].cosine >= _MIN_NEAR else None
        for match in inside:
            places = _clauses_of(match, quotation, spans)
            place = next(iter(places), -1)
            if first is None and begun and _is_name(claim, match.word):
                first = _clause(begun.start, spans)
            if first is None or not match.is_sure or len(places) != 1 or place <= first:
                continue
            head = heads[place]
            is_joined = _JOINED.search(normalise(quotation[spans[place][0] : spans[place][1]]).text)
            if head and is_joined and not any(_same(head, word) for word in met):
                return True
    return False


def _renders(match: Match, word: Term) -> bool:
    return match.partner is not None and match.partner.start == word.start and match.cosine >= _MIN_NEAR


def _turns_recipient(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether the subject and the object after an Arabic verb are exchanged.

    «يؤجّر رامي المخزن لشركة النخيل» of «تؤجّر شركة النخيل المخزن لرامي».
    """
    if not all(match.is_sure and match.partner for match in matches[:2]) or len(matches) < 3:
        return False
    verb, agent = matches[0].partner, matches[1].partner
    for match in matches[2:]:
        partner = match.partner
        if not match.is_sure or partner is None or verb is None or agent is None:
            continue
        is_marked = _is_recipient(claim, match.word) and not _is_recipient(quotation, partner)
        if is_marked and verb.start < partner.start < agent.start:
            return True
    return False


def _is_recipient(text: str, word: Term) -> bool:
    before = [one.term for one in words(text[: word.start])][-1:]
    return before == ["الي"] or (word.term[0] == "ل" and without_proclitics(word.term) != word.term)


def _takes_others_place(claim: str, sure: Sequence[Match]) -> bool:
    """Whether two things after one preposition are exchanged while what is said of them isn't.

    "Born in Beirut and died in Basra" of "born in Basra and died in Beirut".
    """
    found = words(claim)
    places: list[
        tuple[str, int, int]
    ] = []  # the preposition, where the thing stands, where what is said does
    said = -1
    for match in sure:
        start = match.partner.start if match.partner else -1
        before = [one.term for one in found if one.end <= match.word.start and one.term not in _ARTICLES]
        if before and before[-1] in _PREPOSITIONS and said >= 0:
            places.append((before[-1], start, said))
        else:
            said = start
    return any(
        one[0] == other[0] and one[1] > other[1] and one[2] < other[2]
        for one, other in combinations(places, 2)
    )


def _changes_agent(claim: str, quotation: str, sure: Sequence[Match]) -> bool:
    """Whether of an English verb another does what the one before it does there, who stands behind it here.

    "Anselm saved the doctor" of "Anselm reached the station, where the doctor saved his feet".
    """
    if _PASSIVE.search(normalise(claim).text) or _PASSIVE.search(normalise(quotation).text):
        return False
    said, stated = content_words(claim), content_words(quotation)
    here, there = (_before(found) for found in (said, stated))
    for verb in sure:
        if verb.partner is None or _is_name(claim, verb.word) or is_arabic(verb.word.term[0]):
            continue
        agent, other = here.get(verb.word.start), there.get(verb.partner.start)
        if agent is None or other is None or not (_is_name(claim, agent) and _is_name(quotation, other)):
            continue
        behind = [one for one in sure if one.partner and one.word.start > verb.word.start]
        if agent.term != other.term and any(_is_at(one.partner, other) for one in behind):
            return True
    return False


def _gives_to_another(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether the claim names another subject of a verb than the quotation does, which names both.

    «طلبت عبير الحلو التأجيل» of «طلب العضو فادي نصّار التأجيل، فرفضت الرئيسة عبير الحلو», "Layla criticised
    the decision" of «انتقد نقيب المزارعين عدنان الشامي القرار، ودافعت عنه ليلى».
    """
    crossed = [
        match
        for match in matches
        if match.is_sure
        and match.partner
        and is_arabic(match.word.term[0]) != is_arabic(match.partner.term[0])
        and (claim[match.word.start].isupper() or quotation[match.partner.start].isupper())
    ]
    here = _people(claim, {match.word.start for match in crossed})
    there = _people(quotation, {match.partner.start for match in crossed if match.partner})
    of = {match.word.start: match.partner.start for match in matches if match.is_sure and match.partner}
    is_content = content_words(quotation).__contains__
    for match in matches:
        verb = match.partner
        if verb is None or match.cosine < _MIN_VERB or unit(match.word.term) or not is_content(verb):
            continue
        if match.word.start in here or verb.start in there:
            continue
        if sum(_same(word, verb) for word in words(quotation)) != 1:
            continue
        subject, stated = _subject(claim, match.word, here), _subject(quotation, verb, there)
        if (
            subject is None
            and stated is not None
            and _is_followed_from_elsewhere(claim, quotation, match, of)
        ):
            return True
        if subject is None or stated is None or of.get(subject.start) not in there:
            continue
        if not _is_one_name(quotation, of[subject.start], stated.start, there) and not _are_joined(
            quotation, stated.start, of[subject.start]
        ):
            return True
    return False


def _is_elsewhere(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether another thing stands behind "in" than in the quotation: «في دمشق» of «في حلب»."""
    return any(
        match.partner is not None
        and match.cosine < _SAME_PLACE
        and is_arabic(match.word.term[0]) == is_arabic(match.partner.term[0])
        and _is_in(claim, match.word)
        and _is_in(quotation, match.partner)
        for match in matches
    )


def _turns_numbers(quotation: str, sure: Sequence[Match]) -> bool:
    """Whether two numbers change sides of a word: "the Act of 1927 replaces that of 1961"."""
    numbers = [match for match in sure if match.partner and match.word.term.isdecimal()]
    for match in sure:
        verb = match.partner
        if verb is None or match in numbers or sum(_same(word, verb) for word in words(quotation)) != 1:
            continue
        sides = {
            (one.word.start > match.word.start, one.partner.start > verb.start)
            for one in numbers
            if one.partner
        }
        if sides == {(True, False), (False, True)}:
            return True
    return False


def _is_in(text: str, word: Term) -> bool:
    return [one.term for one in words(text[: word.start])][-1:] in (["in"], ["في"])


def _people(text: str, of_matches: AbstractSet[int]) -> dict[int, int]:
    """Where the words of names begin, each with the beginning of its whole name.

    Args:
        text: the text.
        of_matches: where words begin that are names in the other script.
    """
    found = words(text)
    introduced = {word.start for word in introduced_names(text)}
    capitals = {word.start for word in (*latin_names(text), *lone_names(text))}
    names: dict[int, int] = {}
    for i, word in enumerate(found):
        before = found[i - 1] if i else None
        is_beside = (
            before is not None and before.start in names and not text[before.end : word.start].strip(" -.")
        )
        if is_arabic(word.term[0]):
            is_one = word.start in introduced | of_matches or (
                is_beside and _is_family_name(word, of_matches)
            )
        else:
            is_one = word.start in capitals
        if is_one:
            names[word.start] = names[before.start] if is_beside and before else word.start
    return names


def _is_followed_from_elsewhere(claim: str, quotation: str, verb: Match, of: Mapping[int, int]) -> bool:
    """Whether an Arabic verb is followed by a word of another clause: «أشرف كريم الدباغ»."""
    found, spans = words(claim), clauses(quotation)
    after = next((word for word in found if word.start > verb.word.start), None)
    if after is None or verb.partner is None or not is_arabic(verb.partner.term[0]):
        return False
    place = of.get(after.start)
    return place is not None and _clause(place, spans) != _clause(verb.partner.start, spans)


def _is_family_name(word: Term, of_matches: AbstractSet[int]) -> bool:
    """Whether a word behind a name may belong to it; if others are known by their sound, this one is too."""
    return not of_matches and (is_like_name(word.term) or word.term.startswith("ال"))


def _subject(text: str, verb: Term, people: Mapping[int, int]) -> Term | None:
    """The name that does what a verb says: in English before it, in Arabic behind it or right before it."""
    found = words(text)
    place = next((i for i, word in enumerate(found) if word.start == verb.start), -1)
    if place < 0:
        return None
    if not is_arabic(verb.term[0]):
        while place and found[place - 1].term in _AUXILIARIES:
            place -= 1
        return found[place - 1] if place and found[place - 1].start in people else None
    for word in found[place + 1 : place + 2 + _TITLE_WORDS]:
        if regex.search(r"[،؛,;.]", text[verb.end : word.start]) or word.term in _PREPOSITIONS:
            break
        if word.start in people:
            return word
    before = found[place - 1] if place and not verb.term.startswith("و") else None
    is_beside = before is not None and not text[before.end : verb.start].strip()
    return before if before and is_beside and before.start in people else None


def _is_one_name(text: str, one: int, other: int, people: Mapping[int, int]) -> bool:
    """Whether two words are of one name, or of the same name in another place."""
    found = words(text)
    here, there = (
        {stem(word.term) for word in found if people.get(word.start) == people[start]}
        for start in (one, other)
    )
    return bool(here & there)


def _are_joined(text: str, one: int, other: int) -> bool:
    """Whether "and" stands between two names: what the verb says, both do."""
    start, end = sorted((one, other))
    between = normalise(text[start:end] + text[end : end + 1]).text
    return regex.search(r"\band\b|\bو", between) is not None and not regex.search(r"[،؛,;.]", between)


def _before(found: Sequence[Term]) -> dict[int, Term]:
    """Of each word, by where it begins, the one before it."""
    return {word.start: before for before, word in pairwise(found)}


def _is_at(word: Term | None, other: Term) -> bool:
    return word is not None and word.start == other.start


def _is_name(text: str, word: Term) -> bool:
    """Whether a word is a name: with a capital, or in Arabic behind a title and like a name."""
    if is_arabic(word.term[0]):
        return any(one.start == word.start for one in introduced_names(text))
    return text[word.start].isupper()


_PREPOSITIONS: Final = frozenset(
    normalise(
        "of in on at to from by with for near under over during الى إلى في من على عن مع عند لدى قرب بين"
    ).text.split()
)


def _prepositions(text: str, word: Term) -> frozenset[str]:
    """The prepositions before a word."""
    return _PREPOSITIONS & {one.term for one in words(text[: word.start])[-2:]}
