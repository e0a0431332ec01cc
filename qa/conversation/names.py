"""Authors' names for reference managers: a person's family name and given names, or a name as a whole.

A name is taken apart only where it is surely a person's: an organisation's would be sorted and shortened
as if it were one's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import regex

from index.text.analyzer import normalise

_COMMA: Final = re.compile(r"\s*[,،]\s*")
# Letters with marks, hyphens, apostrophes, and the point of an initial.
_WORD: Final = regex.compile(r"[\p{L}\p{M}\u0640][\p{L}\p{M}\u0640.'\u2019-]*")
_MAX_WORDS: Final = 5
# As `normalise` writes them. What belongs to the word after it, in a family name.
_BEFORE: Final = """
    ابو ابا ابي ابن بن بنت ام ال عبد ذو
    abu abou ibn bin ben bint al el ul abd de da di du del della der den van von la le ter ten
"""
# What belongs to the word before it: صلاح الدين, نصر الله.
_AFTER: Final = "الدين الله الاسلام"
_ORGANISATIONS: Final = """
    وزاره موسسه جمعيه هييه لجنه شركه مجلس جامعه مركز منظمه معهد دايره مديريه بنك مصرف اتحاد نقابه متحف دار
    بلديه محكمه امانه مكتب مكتبه صحيفه جريده مجله وكاله فريق اداره قسم حزب حكومه رياسه مدرسه كليه مستشفي
    برنامج صندوق غرفه سلطه مشروع شبكه تحرير محافظه بعثه
    ministry council university institute institution association foundation company committee agency
    department office bank museum library society organization organisation commission authority centre
    center group ltd inc llc gmbh press team board bureau court union trust nations government service
    services college school hospital federation club party fund programme program project network news
    times editors staff the and of for international corporation corp resources cross crescent user admin
    administrator human microsoft google systems solutions consulting partners associates
    امم شوون موارد ديوان هلال صليب متحده دوليه دولي وطنيه وطني
"""
_ARTICLE: Final = "ال"
# A name behind «و»; few names begin with it.
_JOINED: Final = regex.compile(
    r"و(?!ليد|سام\b|سيم|جدي|جيه|حيد|فاء|فيق|ضاح|داد|ردة?|هيب|هبة?|ائل|اصل|الي)\p{Arabic}{3,}"
)


@dataclass(frozen=True)
class AuthorName:
    """A name: a person's in its parts, any other as `whole`, in which case these are empty."""

    whole: str
    family: str = ""
    given: str = ""

    @property
    def inverted(self) -> str:
        """The family name, a comma and the given names; of any other name the whole."""
        return f"{self.family}, {self.given}" if self.family else self.whole


def author_name(name: str) -> AuthorName:
    """Takes a name apart if it is surely a person's.

    It is none if it is one word, or has words of organisations, figures or more than five words. Of
    "Thorne, Amelia" the comma says which is the family name; else it is the last word, with what belongs to
    it: أبو زيد.
    """
    family, *rest = _COMMA.split(name)
    words = " ".join((family, *rest)).split()
    if len(rest) > 1 or not 1 < len(words) <= _MAX_WORDS or not all(map(_WORD.fullmatch, words)):
        return AuthorName(name)
    if any(_is_of_organisation(word) for word in words):
        return AuthorName(name)
    written = [normalise(word).text for word in words]
    # «الهلال الأحمر»; «أحمد علي وسامي حسن» are two.
    if all(word.startswith(_ARTICLE) for word in written) or any(_JOINED.fullmatch(w) for w in written[1:]):
        return AuthorName(name)
    start = _family_start(family.split())
    if rest:
        # Before the comma two people's names may stand: "Amelia Thorne, John Smith".
        return AuthorName(name, family, rest[0]) if start == 0 and rest[0] else AuthorName(name)
    if start == 0:
        return AuthorName(name)
    return AuthorName(name, " ".join(words[start:]), " ".join(words[:start]))


def _family_start(words: list[str]) -> int:
    """The number of the first word of the family name that ends a name."""
    written = [normalise(word).text for word in words]
    start = len(words) - 1
    if start > 0 and written[start] in _AFTER.split():
        start -= 1
    while start > 0 and written[start - 1] in _BEFORE.split():
        start -= 1
    return start


def _is_of_organisation(word: str) -> bool:
    written = normalise(word.rstrip(".")).text
    return not {written, written.removeprefix(_ARTICLE)}.isdisjoint(_ORGANISATIONS.split())
