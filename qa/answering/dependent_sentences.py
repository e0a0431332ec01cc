"""Detects context-dependent sentences: those that begin with a pronoun or continue reported speech."""

from __future__ import annotations

from typing import Final

import regex

from index.text.analyzer import analyzed

# In normalised spelling. «وأضاف» and «وتابع» always continue; «وقال» only where no name follows it.
_LEANING: Final = regex.compile(
    r"\W*(?:"
    r"(?:(?:and|but|so|yet|then|also|however|moreover|in addition),? )?"
    r"(?:he|she|it|they|his|her|hers|its|their|him|them|this|these|those|such|the (?:latter|former)"
    r"|according to (?:him|her|them|it))\b"
    r"|[وف]?(?:هو|هي|هم|هما|هن|هذا|هذه|هذان|هاتان|هولاء|ذلك|تلك|اوليك|كذلك|بذلك|لذلك|لهذا|بهذا|بهذه)\b"
    r"|[وف]?(?:لكنه|لكنها|لكنهم|انه|انها|انهم|كانه|لانه|لانها|لانهم|منه|منها|فيه|فيها|له|لها|لهم|به|بها)\b"
    r"|[وف]?من (?:جهت|جانب)(?:ه|ها|هم)\b"
    r"|(?:و|ف|كما )(?:اضاف|تابع|اردف|استطرد|استدرك|واصل|مضي|ختم|زاد)(?:ت|وا)?\b"
    r"|(?:و|ف|كما )(?:قال|ذكر|اكد|اوضح|اشار|لفت|نوه|بين|اعلن|شدد|راي|اعتبر|كشف|نفي|طالب|حذر|زعم|صرح|افاد)"
    r"(?:ت|وا)?(?: الي\b|(?: علي)? (?:ب|من )?ان(?:ه|ها|هم|هما|هن|ني|نا)?\b| ?[:«\"“])"
    r")"
)


def leans(sentence: str) -> bool:
    """Whether a sentence depends on the one before it to identify its subject.

    Decided by its first words: «وأضاف», «وقال إن», «هو», "They", "This". False positives ("It
    is raining") cost one extra quoted sentence.
    """
    return _LEANING.match(analyzed(sentence).normalised.text) is not None


# In normalised spelling.
_SPEECH: Final = regex.compile(
    r"\b(?:say|says|said|saying|ask|asks|asked|repl(?:y|ies|ied)|add(?:s|ed)|told|writes|wrote"
    r"|(?:answer|explain|warn|insist|recall)(?:s|ed)|continued|remarked|noted"
    r"|يقول|تقول|قال|قالت|اضاف|اضافت|تابع|اوضح|اكد|ذكر|كتب|ردد|اجاب|سال|يردد)\b"
)
_OPENS: Final = regex.compile(r"\s*[\"“«]")
_CLOSES: Final = regex.compile(r"[\"”»][^\"“”«»]{0,80}[.!?…]\s*$")
# Words after a quotation that name its speaker.
_MOST_WORDS_OF_SPEAKER: Final = 8


def speaks_on(before: str, sentence: str) -> bool:
    """Whether direct speech continues in the next sentence: `"No," he said. "Not that."`.

    Decided by the words between the first quotation's end and the full stop, which attribute it to a speaker.
    """
    match = _CLOSES.search(before)
    if match is None or not _OPENS.match(sentence):
        return False
    speaker = analyzed(match.group()).normalised.text
    return len(speaker.split()) <= _MOST_WORDS_OF_SPEAKER and _SPEECH.search(speaker) is not None
