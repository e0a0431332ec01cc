"""Function words of both languages, in named lists: each is ignored by the rules that use it.

All of them are indexed.
"""

from __future__ import annotations

from typing import Final

from index.text.analyzer import analyze, words


def _words(text: str) -> frozenset[str]:
    """The set of words in a text, in normalised spelling."""
    return frozenset(word.term for word in words(text))


def _terms(text: str) -> frozenset[str]:
    """The set of the analyzer's terms in a text."""
    return frozenset(term.term for term in analyze(text))


PRONOUNS: Final = _words("he she they it him them this these those هذا هذه هذان هاتان هؤلاء ذلك تلك أولئك")
POSSESSIVES: Final = _words("his her hers its their theirs")
PREPOSITIONS_WITH_PRONOUN: Final = _words("""
فيه فيها فيهم فيهما به بها بهم بهما له لها لهم لهما عنه عنها عنهم عنهما منه منها منهم منهما
إليه إليها إليهم عليه عليها عليهم معه معها معهم بينه بينها بينهم بينهما عنده عندها عندهم
لديه لديها لديهم بعده بعدها بعدهم قبله قبلها قبلهم حوله حولها حولهم ضده ضدها ضدهم
""")
RELATIVES: Final = _words("الذي التي الذين اللذان اللتان اللذين اللتين اللواتي اللاتي مما عما ممن")
OF_CONVERSATIONS: Final = (
    PRONOUNS
    | POSSESSIVES
    | PREPOSITIONS_WITH_PRONOUN
    | RELATIVES
    | _words("""
a an the of in on at to from for by with about as into onto over under between after before during through
and or but so then than because if when where why how who whom whose what which that there here
is are was were be been being am do does did has have had can could will would shall should may might must
what's who's where's when's one ones same such also too now again not no yes any some much many long old
often far more most else ever just only please tell me happen happened reason
من ما ماذا متى أين كيف كم هل لماذا لم لمن بم بماذا عم أي أية أيهما
في على إلى عن مع بين بعد قبل خلال منذ حتى عند لدى حول ضمن نحو دون سوى غير كل بعض أيضا فقط الآن
هو هي هم هما هن هناك هنا كذلك كان كانت كانوا يكون تكون ليس ليست قد لقد لا لن إن أن إذا لو أو ثم بل و ف
الوقت السبب سبب حدث حدثت حصل جرى تم يتم
""")
)
"""Words of a question that aren't its topic, with which a follow-up is expanded."""
OF_NAMES: Final = _terms(
    "the of and من في على إلى عن مع هل ما ماذا كم متى أين كيف لماذا أي هو هي هم هذا هذه ذلك تلك "
    "التي الذي الذين كان كانت بعد قبل بين عند كل"
)
"""Terms that are no part of a name; English has capitals for most of that."""
OF_TITLES: Final = _terms(
    "the a an of to in on about this that is was it and for by what when who whose which "
    "هذا هذه هو هي في عن من ما على إلى التي الذي متى أي ماذا "
    "article book document report text paper letter lecture file thesis study essay memo minutes page "
    "مقال مقالة كتاب وثيقة مستند تقرير نص رسالة محاضرة ملف بحث دراسة مذكرة محضر صفحة كتيب"
)
"""Terms that don't identify a document."""
