"""Makes the list of Arabic words from which the light stemmer tells affixes from letters of the word.

    python benchmarks/arabic_words.py --data FOLDER

FOLDER holds the training data that the words are counted in, one JSON object per line: the questions and
paragraphs of Arabic-SQuAD (a part), Belebele-EQA, MLQA (test) and SQuAD crossed between languages, and the
Arabic sides of FLORES-200, MT-GenEval, NTREX-128, SQuAD's paragraphs, Tatoeba, TICO-19 and XOR's questions
(CC BY-SA 4.0, CC BY-SA 3.0, CC BY 2.0 FR, CC0). None shares a paragraph or question with XQuAD or TyDi's dev
set.

The list has one word per line in normalised spelling, without what is attached to it: `-` before a word whose
first letter is its own though it could be a proclitic (كتاب), `-` after one whose ending is its own though it
could be a suffix (لبنان).
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from index.text.analyzer import words
from index.text.arabic import ENDINGS, WORDS_FILE, is_arabic

QUESTIONS: Final = ("arabic_squad_part", "belebele_eqa_ar", "mlqa_test_ar", "squad_cross_ar_en")
# Not «لل», which may be ل and a word with ل.
_ARTICLES: Final = ("ال", "وال", "بال", "كال", "فال")
# Fewest occurrences of a word, and of a word that is told from another.
_MIN_COUNT: Final = 3
_MIN_TOLD: Final = 4
# Letters from which on a known word after a proclitic isn't there by chance.
_LONG: Final = 4
_PROCLITICS: Final = "وفبلك"
# A word has a suffix if its counterpart with the other case's suffix has this share of its occurrences.
_SHARE: Final = 0.1
# Words that the counts don't tell: what is left of them is a more frequent word.
_BY_HAND: Final = (
    "-بحرين-",
    "-والد",
    "-ولاي",
    "-كلها",
    "-كلهم",
    "-كلنا",
    "-لبنان-",
    "-وادي",
    "-واجب",
    "الوان-",
)


def texts(data: Path) -> Iterator[str]:
    """Yields the distinct Arabic texts."""
    seen: set[str] = set()
    for name in QUESTIONS:
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                seen.update(row[key] for key in ("question", "context") if row[f"{key}_lang"] == "ar")
    for path in sorted((data / "parallel").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            seen.update(row["ar"] for row in map(json.loads, lines))
    yield from sorted(seen)


def bare_counts(counts: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """The occurrences of each word with and without an article, and with one."""
    every, definite = Counter(counts), Counter[str]()
    for word, count in counts.items():
        for article in _ARTICLES:
            if word.startswith(article) and len(word) >= len(article) + 3:
                every[word[len(article) :]] += count
                definite[word[len(article) :]] += count
                break
    return every, definite


def is_own_beginning(word: str, counts: tuple[Counter[str], Counter[str]], known: Collection[str]) -> bool:
    """Whether a word's first letter is its own: the word has an article, or what is left isn't a word."""
    every, definite = counts
    rest = word[1:]
    if len(word) == 3 or word.startswith("لل"):
        return len(word) == 3
    longer = sum(definite[word + ending] for ending in ENDINGS)
    left = sum(every[rest + ending] for ending in ENDINGS)
    bases = {rest.removesuffix(ending) for ending in ENDINGS if rest.endswith(ending)}
    is_other = any(len(base) >= _LONG and base in known for base in bases)
    return longer >= _MIN_COUNT or (left < _MIN_COUNT and not is_other)


def is_own_ending(word: str, every: Counter[str]) -> bool:
    """Whether a word's ending is its own: it has no other case, and what is left isn't a word."""
    ending, left = word[-2:], word[:-2]
    others = {"ان": ("ين",), "ون": ("ين",), "ين": ("ون", "ان")}.get(ending)
    if others is None or every[word] < _MIN_TOLD:
        return False
    if sum(every[left + other] for other in others) > _SHARE * every[word]:
        return False
    is_verb = word[0] in "يت" and every[left] >= _MIN_COUNT
    if is_verb or (ending == "ين" and every[left] >= max(_MIN_TOLD, every[word])):
        return False
    return not (len(left) > 3 and every[left] >= _MIN_TOLD)


def listed(counts: Counter[str]) -> list[str]:
    """The lines of the list."""
    every, definite = bare_counts(counts)
    kept: dict[str, str] = {}
    candidates = [word for word, count in every.items() if count >= _MIN_COUNT and len(word) >= 3]
    for word in sorted(candidates, key=lambda word: (len(word), word)):
        rest = next((word[len(article) :] for article in _ARTICLES if word.startswith(article)), "")
        if rest and definite[word] <= max(every[rest] - counts[word], 0):
            continue
        own_ending = is_own_ending(word, every)
        bases = (word.removesuffix(ending) for ending in ENDINGS if ending and word.endswith(ending))
        if not own_ending and any(base in kept for base in bases):
            continue
        own = word[0] in _PROCLITICS and is_own_beginning(word, (every, definite), kept)
        if word[0] in _PROCLITICS and not own:
            continue
        kept[word] = f"{'-' if own else ''}{word}{'-' if own_ending else ''}"
    kept |= {line.strip("-"): line for line in _BY_HAND}
    return sorted(kept.values(), key=lambda line: line.strip("-"))


def main() -> None:
    """Counts the words and writes the list."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    counts = Counter(
        word.term for text in texts(arguments.data) for word in words(text) if is_arabic(word.term[0])
    )
    lines = listed(counts)
    WORDS_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines):,} words of {len(counts):,}")


if __name__ == "__main__":
    main()
