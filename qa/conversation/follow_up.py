"""Detects follow-up questions and expands them with the topic words of previous turns.

Rule-based, without a language model: a question is a follow-up if it refers to something it doesn't name
(«ومن صمّمه؟», "Who led them?") or names too little to be understood («ولماذا؟», "And where?").
Anaphora and ellipsis are what makes a conversational turn unclear by itself (Dalton et al. 2020, TREC
CAsT 2019, arXiv:2003.13624).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Final, Literal

import regex

from index.text.analyzer import Term, analyzed, stem, words
from index.text.arabic import is_arabic
from index.text.function_words import (
    OF_CONVERSATIONS,
    POSSESSIVES,
    PREPOSITIONS_WITH_PRONOUN,
    PRONOUNS,
    RELATIVES,
)

Dependence = Literal["refers", "brief", "short"]

# Chosen, not measured: more words from the first question of a long chain are noise.
_MAX_WORDS = 24
# A question that begins with "and" is self-contained if it has more content words than the first of these;
# any other if it has more than the second, or more than one and nothing definite, such as "the crew".
_FEW_AFTER_AND: Final = 4
_FEW: Final = 2
_ASKS_WHO_OR_WHAT: Final = frozenset(("من", "ومن", "فمن", "ما", "وما", "فما", "ماذا", "وماذا", "فماذا"))
_AND: Final = regex.compile(
    r"\W*(?:(?:and|but|so|then|or)\b"
    r"|[وف](?:من|ما|ماذا|متي|اين|كيف|كم|هل|لماذا|لم|اي|ايه|في|الي|علي|عن|باي|بم|لمن|منذ|حتي|بماذا)\b)"
)
_WHAT_ABOUT: Final = regex.compile(
    r"\W*(?:(?:and|but|so),? )?(?:what|how) about\b|\W*[وف]?ماذا (?:عن|بشان)\b|\W*[وف]?ما بشان\b"
)
# Expletive "it", which refers to what follows: "How long does it take for the water to boil?"
_EXPLETIVE: Final = regex.compile(r"\bit\b.*\b(?:for|that|when)\b")
# Anaphoric "that": "When was that?", "To whom did he say that?"
_THAT: Final = regex.compile(r"\b(?:is|was|did|does|has|after|before) that\b|\bthat\W*$")
# "There" as a place: not "Are there ...?", not "There is ...".
_THERE: Final = regex.compile(
    r"(?<!\b(?:is|are|was|were|be|been) )\bthere\b(?! (?:is|are|was|were|be|been|will|has|have|had)\b)"
    r"|\bهناك\W*$"
)
_NEXT_TO: Final = regex.compile(r"\s+(?:of (?:the )?)?")
_SUFFIX: Final = regex.compile(r".{2,}(?:ه|ها|هم|هما|هن)")
# Words that end like a pronoun without having one, or whose pronoun refers to the noun beside them.
_NO_SUFFIX: Final = regex.compile(
    r"[وفبلك]{0,2}(?:مياه|وجه|اتجاه|تجاه|انتباه|فقه|شبه|تشابه|شفاه|جباه|تنبيه|ترفيه|توجيه|تشويه|تشبيه|نزيه|كريه"
    r"|مهم|اهم|فهم|سهم|وهم|درهم|متهم|مساهم|تفاهم|ذهن|رهن|دهن|مهما"
    r"|(?:نفس|ذات|كل|بعض|احد|احدي|جميع|معظم|اغلب|وحد)(?:ه|ها|هم|هما|هن))"
)
_ARTICLE: Final = regex.compile(r"[وف]?(?:ال|بال|كال|لل).{2}")


def dependence(question: str) -> Dependence | None:
    """Whether a question depends on the previous turns.

    Returns:
        "refers" if it refers to something it doesn't name, or names nothing; "brief" if it is so short, or
        begins with "and", that it may depend on them; "short" if it is a question of its own that may still
        mean something known («من يوقّع الصكوك؟», "How many people were in the crew?"); None if it is
        self-contained.
    """
    text, found = analyzed(question).normalised.text, analyzed(question).words
    content = content_words(question)
    if _WHAT_ABOUT.match(text) or not content or _refers(question, text, found):
        return "refers"
    if _names(question, found):
        return None
    if _AND.match(text):
        return "brief" if len(content) <= _FEW_AFTER_AND else None
    is_definite = any(word.term == "the" or _ARTICLE.match(word.term) for word in found)
    if len(content) == 1:
        return "brief"
    return "short" if is_definite and len(content) <= _FEW else None


def content_words(text: str) -> list[Term]:
    """The content words of a text (no function words), in order."""
    return [word for word in words(text) if not _is_function_word(word.term)]


def topic(questions: Iterable[str], question: str) -> str:
    """The topic of earlier questions: their content words as written.

    Historical query expansion (Yang et al. 2019, TREC CAsT, and Lin et al. 2021, arXiv:2005.02230) selects
    topical words by the BM25 score of each; here all of them are kept, with less weight than
    the question's own.

    Args:
        questions: the earlier questions, in order.
        question: the follow-up question, whose own words aren't repeated.
    """
    known = {stem(word.term) for word in words(question)}
    kept = []
    for earlier in questions:
        for word in content_words(earlier):
            if (key := stem(word.term)) not in known:
                known.add(key)
                kept.append(earlier[word.start : word.end])
    return " ".join(kept[:_MAX_WORDS])


def with_new_subject(earlier: str, question: str) -> str | None:
    """The earlier question, asked of what a "what about" question names in place of its subject.

    Both have to name it by the same noun: «ما سعة سدّ النور؟» and «ماذا عن سدّ الريح؟» give
    «ما سعة سدّ الريح؟»; "How long is the Mill bridge?" and "What about the iron bridge?" give
    "How long is the iron bridge?". None if they don't, or if it isn't such a question.
    """
    if not _WHAT_ABOUT.match(analyzed(question).normalised.text):
        return None
    asked, named = content_words(earlier), content_words(question)
    if len(named) < 2:
        return None
    # An Arabic noun comes before what tells it from others; an English one after that, or before "of".
    stems = [stem(word.term) for word in asked]
    first, last = named[0], named[-1]
    if stem(first.term) in stems:
        noun = stems.index(stem(first.term))
        end = _run(earlier, asked[noun:])
        told = question[first.start : last.end]
        return f"{earlier[: asked[noun].start]}{told}{earlier[end:]}" if end > asked[noun].end else None
    if stem(last.term) in stems and not is_arabic(last.term[0]):
        noun = stems.index(stem(last.term))
        start = _modifiers(earlier, asked[: noun + 1], len(named) - 1)
        told = question[first.start : last.start]
        return f"{earlier[:start]}{told}{earlier[asked[noun].start :]}" if start < asked[noun].start else None
    return None


def _run(text: str, found: Sequence[Term]) -> int:
    """Where the content words that follow the first one, with nothing else between them but "of", end."""
    end = found[0].end
    for word in found[1:]:
        if word.term.isdecimal() or not _NEXT_TO.fullmatch(text, end, word.start):
            break
        end = word.end
    return end


def _modifiers(text: str, found: Sequence[Term], number: int) -> int:
    """Where the words before the last one that tell it from others begin: names, or so many of them."""
    start = found[-1].start
    before = list(reversed(found[:-1]))
    names = sum(1 for _ in takewhile(lambda word: text[word.start].isupper(), before))
    for word in before[: names or number]:
        if text[word.end : start].strip():
            break
        start = word.start
    return start


def _is_function_word(word: str) -> bool:
    return word in OF_CONVERSATIONS or (len(word) > 2 and word[0] in "وف" and word[1:] in OF_CONVERSATIONS)


def _names(question: str, found: Sequence[Term]) -> list[Term]:
    """The words capitalised like a Latin name or containing a number; the first word's capital is ignored."""
    return [
        word
        for number, word in enumerate(found)
        if word.term.isdecimal()
        or (number and question[word.start].isupper() and not _is_function_word(word.term))
    ]


def _refers(question: str, text: str, found: Sequence[Term]) -> bool:
    """Whether it has a pronoun with almost no possible antecedent before it."""
    if _THAT.search(text) or _THERE.search(text):
        return True
    names = _names(question, found)
    asks_who = bool(found) and found[0].term in _ASKS_WHO_OR_WHAT
    before = 0
    for word in found:
        term = word.term
        if term in RELATIVES or before > 1 or (names and names[0].start <= word.start):
            return False
        if term in PRONOUNS and not (term == "it" and _EXPLETIVE.search(text)):
            # "What is the metric they use": a relative clause modifies the word before it.
            return before == 0 or term != "they"
        if term in POSSESSIVES and before == 0 and not names:
            return True
        if term in PREPOSITIONS_WITH_PRONOUN and not (asks_who and term.endswith("ه")):
            return True
        if not _is_function_word(term):
            is_definite = is_arabic(term[0]) and _ARTICLE.match(term) is not None
            if is_definite or _has_pronoun(term, question[word.start : word.end]):
                return not is_definite
            before += 1
    return False


def _has_pronoun(term: str, written: str) -> bool:
    """Whether it is an Arabic word that ends in a pronoun; ة, normalised to ه, isn't one."""
    return (
        is_arabic(term[0])
        and bool(_SUFFIX.fullmatch(term))
        and "ة" not in written
        and not _NO_SUFFIX.fullmatch(term)
    )
