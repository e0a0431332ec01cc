"""Greetings, thanks and goodbyes: answered by Dalil itself, since no text of the reader's does."""

from __future__ import annotations

from typing import Final, Literal

import regex

from index.text.analyzer import language, normalise
from qa.messages import say
from qa.types import Answer

Courtesy = Literal["greeting", "thanks", "goodbye"]

# In normalised spelling. All of the words have to be among these: a question that also thanks is a question.
_ADDRESSED: Final = (
    r"(?: (?:dalil|there|all|everyone|everybody|friends?|يا دليل|دليل|بك|بكم|جميعا|يا صديقي))?"
)
_PHRASES: Final[dict[Courtesy, str]] = {
    "greeting": (
        r"hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)"
        r"|how are you(?: doing)?(?: today)?"
        r"|salam|salaam|as?-?salamu? alaikum|marhaba"
        r"|مرحبا|مرحبتين|اهلا(?: وسهلا)?|هلا|هاي|سلام|(?:ال)?سلام عليكم(?: ورحمه الله(?: وبركاته)?)?"
        r"|وعليكم السلام|صباح (?:الخير|النور)|مساء (?:الخير|النور)|تحيه(?: طيبه)?|تحياتي|كيف (?:حالك|الحال)"
    ),
    "thanks": (
        r"(?:ok |okay |great |perfect )?(?:many )?thanks(?: a (?:lot|million)| very much| so much)?"
        r"|(?:ok |okay |great |perfect )?thank you(?: (?:very|so) much)?|much appreciated|i appreciate it"
        r"|thx|ty|cheers|(?:الف |جزيل )?شكرا?(?: (?:لك|لكم|جزيلا|كثيرا|جدا))*|الف شكر|جزيل الشكر"
        r"|(?:ا)?شكرك(?: جزيلا| كثيرا)?"
        r"|(?:كل )?الشكر لك|جزاك الله (?:خيرا|كل خير)|بارك الله فيك|مشكور|ممنون|تسلم|يعطيك العافيه|احسنت"
        # What thanks come with: that the answer was of use.
        r"|(?:(?:this|that|it)(?:'s| s| is| was)? )?(?:very |really |so |most )?(?:helpful|useful)"
        r"|(?:this|that)(?: really)? help(?:s|ed)(?: me)?(?: a lot| very much)?"
        r"|well done|good (?:job|work|answer)"
        r"|(?:(?:هذا|هذه|كان|كانت|جواب|اجابه) )*(?:مفيد|نافع|رائع|ممتاز)[اه]?(?: (?:جدا|حقا|للغايه))?"
        r"|(?:لقد |قد )?(?:افدتني|ساعدتني)(?: (?:كثيرا|جدا))?|(?:عمل|جواب) (?:رائع|ممتاز)"
    ),
    "goodbye": (
        r"bye(?: bye)?|goodbye|see you(?: later| soon)?|good night|مع السلامه|وداعا|الي اللقاء|تصبح علي خير"
    ),
}
_FOR: Final = (
    r"(?: (?:for|علي|ل) ?(?:your |the |all your |كل )?"
    r"(?:help|answers?|time|support|information|everything|that|this"
    r"|(?:ال)?مساعد(?:ه|تك)|(?:ال)?جواب(?:ك)?|(?:ال)?اجابه|(?:وقتك)|هذا|ذلك|المعلومات))?"
)
_ALL: Final = "|".join(f"(?:{phrases})" for phrases in _PHRASES.values())
_WHOLE: Final = regex.compile(rf"(?:(?:and |و)?(?:{_ALL}){_FOR}{_ADDRESSED} ?)+")
_KINDS: Final = {name: regex.compile(rf"\b(?:{phrases})\b") for name, phrases in _PHRASES.items()}
_MAX_LENGTH: Final = 120
_NO_WORDS: Final = regex.compile(r"[^\p{L}\p{N}'-]+")


def courtesy(question: str) -> Courtesy | None:
    """Which courtesy a question is, if it is nothing else; of several the last."""
    if len(question) > _MAX_LENGTH:
        return None
    text = _NO_WORDS.sub(" ", normalise(question).text).strip()
    if not text or not _WHOLE.fullmatch(text):
        return None
    ends = {
        name: max((m.end() for m in pattern.finditer(text)), default=-1) for name, pattern in _KINDS.items()
    }
    return max(ends, key=lambda name: ends[name])


def courteous(question: str) -> Answer | None:
    """Dalil's own answer to a courtesy; None if the question is one for the texts."""
    kind = courtesy(question)
    if kind is None:
        return None
    spoken = language(question)
    return Answer(question, spoken, say(kind, spoken))
