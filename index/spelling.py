"""How a collection spells its words, so that a question can be read in the same spelling.

Many write احمد, المدينه and علي where a newspaper prints أحمد, المدينة and على. The analyzer levels
that; an encoder doesn't, and reads two words. So a question's word that the collection never has is
read as the collection's most frequent word of the same normalised form, where the question has only left
something off: احمد is أحمد, but ألا isn't إلا, and كرة isn't كره. In a collection that never writes ة,
or أ, the question may be the careful one: there كرة is كره too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from index.text import is_arabic, legible, normalise, words

# A word may have them attached; what is left of it must have this many letters.
_PROCLITICS = ("وال", "بال", "كال", "فال", "لل", "ال", "و", "ف", "ب", "ل", "ك")
_SHORTEST = 3


class Spelling:
    """The Arabic words of a collection as they are written in it."""

    def __init__(self, forms: Sequence[str]) -> None:
        """Wraps the words.

        Args:
            forms: each once, legible, the most frequent first.
        """
        self.forms = forms
        # Where المدينة stands مدينة is known too, as in للمدينة.
        bare = [form.removeprefix("ال") for form in forms if len(form) >= len("ال") + _SHORTEST]
        self._known = frozenset((*forms, *bare))
        self._letters = frozenset("".join(forms))
        self._usual: dict[str, str] = {}
        for form in (*forms, *bare):
            self._usual.setdefault(normalise(form).text, form)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Spelling:
        """The words of these texts."""
        counts = Counter(form for text in texts for form in _arabic_words(legible(text).text))
        return cls([form for form, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))])

    def apply(self, text: str) -> str:
        """A legible text with every Arabic word that the collection doesn't have spelled as it would."""
        pieces, end = [], 0
        for word in words(text):
            written = text[word.start : word.end]
            if is_arabic(written[0]):
                pieces += [text[end : word.start], self._spelled(written)]
                end = word.end
        return "".join([*pieces, text[end:]])

    def _spelled(self, word: str) -> str:
        if word in self._known:
            return word
        if usual := self._variant(word):
            return usual
        for proclitic in _PROCLITICS:
            rest = word[len(proclitic) :]
            if normalise(word).text.startswith(proclitic) and len(rest) >= _SHORTEST:
                if rest in self._known:
                    return word
                if usual := self._variant(rest):
                    return word[: len(proclitic)] + usual
        return word

    def _variant(self, word: str) -> str | None:
        """The collection's usual spelling of a word that it doesn't have as it is written."""
        level = normalise(word).text
        usual = self._usual.get(level)
        if usual is None or not len(level) == len(usual) == len(word):
            return None
        letters = zip(level, word, usual, strict=True)
        return usual if all(self._left_off(bare, one, other) for bare, one, other in letters) else None

    def _left_off(self, bare: str, asked: str, usual: str) -> bool:
        """Whether a question's letter can be read as the collection's: both are the same without marks."""
        return usual == asked or asked == bare or (usual == bare and asked not in self._letters)


def _arabic_words(text: str) -> Iterable[str]:
    for word in words(text):
        written = text[word.start : word.end]
        if is_arabic(written[0]):
            yield written
