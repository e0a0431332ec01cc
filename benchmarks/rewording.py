"""Other words for the same in Arabic: dialects, attached particles, names in the other script.

Rules of thumb for measuring, not grammar: what can't be told with certainty from the word alone is left as
it is. Words are compared without marks, and whatever their hamza, ta marbuta and alef maksura.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import regex

from index.text.analyzer import normalise

_WORD: Final = regex.compile("[\u0621-\u065f\u0670-\u06d3]+")
_ARTICLE: Final = regex.compile("^(و?)(?:ال|(ل)ل)(?=.{3})")
# What begins like the article and isn't it, or can't do without it.
_NO_ARTICLE: Final = regex.compile(
    "^و?(?:الذ|الت[يى]$|اللذ|اللت|اللو|ال[يىا]$|الان$|الله|التق|التح[قا]|التز|الته|التف[ات]|التم"
    "|الما?ن|اليز|اليا[سن]|الكس|البرت|الفريد|الاسك|والد|والت)"
)

_QUESTION_START: Final = regex.compile(r"^[^\p{L}\p{N}]*(?=[\u0621-\u064a])")
# After these the first من is "from" or "of", not "who".
_NOT_WHO: Final = frozenset({"اي", "اين", "بين", "خلال", "قبل", "اجل", "حيث", "ضمن", "جانب", "كل", "كم"})
# Written together, by many: ماهو for ما هو.
_JOINED_WHAT: Final = {"ماهو": "هو", "ماهي": "هي", "مااسم": "اسم", "ماسم": "اسم"}

# "who" and "what" hold where they are the question's first word, the others anywhere.
_EGYPTIAN: Final = {
    "who": "مين", "what": "إيه", "ماذا": "إيه", "بماذا": "بإيه", "لماذا": "ليه", "متى": "إمتى",
    "أين": "فين", "كيف": "إزاي", "كم": "كام", "أي": "أنهي",
    "الذي": "اللي", "التي": "اللي", "الذين": "اللي", "هذا": "ده", "هذه": "دي", "هؤلاء": "دول",
    "ليس": "مش", "ليست": "مش", "الآن": "دلوقتي", "أيضا": "برضه", "أيضاً": "برضه", "يوجد": "فيه",
    "توجد": "فيه", "هناك": "فيه", "لأن": "عشان", "أجل": "عشان",
}  # fmt: skip
_LEVANTINE: Final = {
    "who": "مين", "what": "شو", "ماذا": "شو", "بماذا": "بشو", "لماذا": "ليش", "متى": "إيمتى",
    "أين": "وين", "كيف": "كيف", "كم": "كم", "أي": "أي",
    "الذي": "اللي", "التي": "اللي", "الذين": "اللي", "هذا": "هاد", "هذه": "هاي", "هؤلاء": "هدول",
    "ليس": "مو", "ليست": "مو", "الآن": "هلق", "أيضا": "كمان", "أيضاً": "كمان", "يوجد": "في",
    "توجد": "في", "هناك": "في", "لأن": "لأنو",
}  # fmt: skip
_IRAQI: Final = {
    "who": "منو", "what": "شنو", "ماذا": "شنو", "بماذا": "بشنو", "لماذا": "ليش", "متى": "شوكت",
    "أين": "وين", "كيف": "شلون", "كم": "جم", "أي": "يا",
    "الذي": "اللي", "التي": "اللي", "الذين": "اللي", "هذا": "هاذا", "هذه": "هاي", "هؤلاء": "هذولة",
    "ليس": "مو", "ليست": "مو", "الآن": "هسه", "أيضا": "هم", "أيضاً": "هم", "يوجد": "أكو",
    "توجد": "أكو", "هناك": "أكو", "لأن": "لأنه",
}  # fmt: skip

# One spelling in each script, and nothing else that the Arabic word could mean: not عمان (Oman, Amman),
# المغرب (Morocco, sunset), قطر (Qatar, diameter), مالي (Mali, financial).
_NAMES: Final = {
    "العراق": "Iraq", "مصر": "Egypt", "سوريا": "Syria", "لبنان": "Lebanon", "فلسطين": "Palestine",
    "اليمن": "Yemen", "ليبيا": "Libya", "السعودية": "Saudi Arabia", "الكويت": "Kuwait",
    "إيران": "Iran", "تركيا": "Turkey", "أفغانستان": "Afghanistan", "باكستان": "Pakistan",
    "الهند": "India", "اليابان": "Japan", "روسيا": "Russia", "أوكرانيا": "Ukraine",
    "بولندا": "Poland", "ألمانيا": "Germany", "فرنسا": "France", "إيطاليا": "Italy",
    "إسبانيا": "Spain", "أسبانيا": "Spain", "اليونان": "Greece", "بريطانيا": "Britain",
    "إنجلترا": "England", "اسكتلندا": "Scotland", "أيرلندا": "Ireland", "السويد": "Sweden",
    "النرويج": "Norway", "فنلندا": "Finland", "سويسرا": "Switzerland", "هولندا": "Netherlands",
    "رومانيا": "Romania", "أوروبا": "Europe", "إفريقيا": "Africa", "أفريقيا": "Africa",
    "كينيا": "Kenya", "إثيوبيا": "Ethiopia", "نيجيريا": "Nigeria", "كندا": "Canada",
    "أستراليا": "Australia", "الفلبين": "Philippines", "إندونيسيا": "Indonesia",
    "بغداد": "Baghdad", "دمشق": "Damascus", "باريس": "Paris", "لندن": "London", "برلين": "Berlin",
    "موسكو": "Moscow", "وارسو": "Warsaw", "فيينا": "Vienna", "نيويورك": "New York",
    "واشنطن": "Washington", "كاليفورنيا": "California", "فلوريدا": "Florida", "شيكاغو": "Chicago",
    "جاكسونفيل": "Jacksonville", "نيوكاسل": "Newcastle", "هارفارد": "Harvard",
    "الأمازون": "Amazon", "الراين": "Rhine", "أينشتاين": "Einstein", "نيوتن": "Newton",
    "هتلر": "Hitler", "ترامب": "Trump", "أوباما": "Obama", "نابليون": "Napoleon",
    "شكسبير": "Shakespeare", "غوغل": "Google", "جوجل": "Google", "مايكروسوفت": "Microsoft",
    "فيسبوك": "Facebook", "تويتر": "Twitter", "يوتيوب": "YouTube", "ناسا": "NASA",
    "اليونسكو": "UNESCO", "أبولو": "Apollo", "الإنترنت": "Internet",
}  # fmt: skip
# As initials are read out in Arabic; W is "double u".
_LETTERS: Final = {
    "A": "إيه", "B": "بي", "C": "سي", "D": "دي", "E": "إي", "F": "إف", "G": "جي", "H": "إتش", "I": "آي",
    "J": "جيه", "K": "كيه", "L": "إل", "M": "إم", "N": "إن", "O": "أو", "P": "بي", "Q": "كيو", "R": "آر",
    "S": "إس", "T": "تي", "U": "يو", "V": "في", "W": "دبليو", "X": "إكس", "Y": "واي", "Z": "زد",
}  # fmt: skip
_INITIALS: Final = regex.compile(r"(?<![\p{L}\p{N}.-])[A-Z]{2,3}(?![\p{L}\p{N}]|[.-][\p{L}\p{N}])")
_ROMAN: Final = regex.compile("[IVXLCDM]+")


def _key(word: str) -> str:
    return normalise(word).text


_IN_LATIN: Final = {_key(arabic): latin for arabic, latin in _NAMES.items()}
# Where there are two Arabic spellings the first one is written.
_IN_ARABIC: Final = {latin: arabic for arabic, latin in reversed(_NAMES.items())}
_LATIN_NAME: Final = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}.-])(?:{'|'.join(sorted(_IN_ARABIC, key=len, reverse=True))})"
    r"(?![\p{L}\p{N}]|[.-][\p{L}\p{N}])"
)


def in_latin_script(text: str) -> str:
    """Writes well-known names, where they are words of their own, in Latin script: لندن as London."""
    return _WORD.sub(lambda match: _IN_LATIN.get(_key(match.group()), match.group()), text)


def in_arabic_script(text: str) -> str:
    """Writes the same names, and initials of two or three letters, in Arabic script: ABC as إيه بي سي.

    Roman numerals stay as they are.
    """
    text = _LATIN_NAME.sub(lambda match: _IN_ARABIC[match.group()], text)
    return _INITIALS.sub(lambda match: _spelled(match.group()), text)


def _spelled(initials: str) -> str:
    return initials if _ROMAN.fullmatch(initials) else " ".join(_LETTERS[letter] for letter in initials)


def and_before(text: str) -> str:
    """Begins the question with "and": ومتى for متى."""
    return _prefixed(text, "و")


def so_before(text: str) -> str:
    """Begins the question with "so": فمتى for متى."""
    return _prefixed(text, "ف")


def _prefixed(text: str, particle: str) -> str:
    start = _QUESTION_START.match(text)
    if start is None or text[start.end()] in "وف":
        return text
    return f"{text[: start.end()]}{particle}{text[start.end() :]}"


def and_apart(text: str) -> str:
    """Writes و apart from a word with the article, as many do: و الحكومة for والحكومة."""
    return regex.sub("(?<![\u0621-\u065f\u0670-\u06d3])و(?=ال[\u0621-\u064a]{3})", "و ", text)


def attach_prepositions(text: str) -> str:
    """Writes "in" and "to" as one letter before the next word: بالمدينة, للمدينة."""
    text = regex.sub(r"(?<![\p{L}\p{M}])ف[يى] +(?=[\u0621-\u064a]{2})", "ب", text)
    text = regex.sub(r"(?<![\p{L}\p{M}])[إا]لى +الل(?=[\u0621-\u064a])", "لل", text)
    text = regex.sub(r"(?<![\p{L}\p{M}])[إا]لى +ال(?=[\u0621-\u064a]{2})", "لل", text)
    return regex.sub(r"(?<![\p{L}\p{M}])[إا]لى +(?=[\u0621-\u064a]{2})", "ل", text)


def leave_out_article(text: str) -> str:
    """Leaves the article out, as people who type keywords do: مدينة for المدينة, لمدينة for للمدينة."""
    return _WORD.sub(lambda match: _without_article(match.group()), text)


def _without_article(word: str) -> str:
    return word if _NO_ARTICLE.match(word) else _ARTICLE.sub(r"\1\2", word)


def egyptian(text: str) -> str:
    """The question with Egyptian question words, relatives, demonstratives and negation."""
    return _in_dialect(text, _EGYPTIAN)


def levantine(text: str) -> str:
    """The question with Levantine ones."""
    return _in_dialect(text, _LEVANTINE)


def iraqi(text: str) -> str:
    """The question with Iraqi ones, many of which the Gulf shares."""
    return _in_dialect(text, _IRAQI)


def _in_dialect(text: str, dialect: Mapping[str, str]) -> str:
    words = {_key(word): other for word, other in dialect.items() if word not in ("who", "what")}
    words |= {f"و{key}": f"و{other}" for key, other in words.items()}
    found = list(_WORD.finditer(text))
    keys = [_key(match.group()) for match in found]
    written, position = [], 0
    for number, (match, key) in enumerate(zip(found, keys, strict=True)):
        following = keys[number + 1] if number + 1 < len(keys) else ""
        first = number == 0 and not text[: match.start()].strip(" \u200e\u200f\"'«“(")
        other = words.get(key, match.group())
        if first and key in _JOINED_WHAT:
            other = f"{dialect['what']} {_JOINED_WHAT[key]}"
        elif first and key == "ما":
            other = dialect["what"]
        elif first and key == "من" and following not in _NOT_WHO:
            other = dialect["who"]
        written += [text[position : match.start()], other]
        position = match.end()
    return "".join([*written, text[position:]])
