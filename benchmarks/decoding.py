"""How often a text is read in its right encoding: by Dalil, and by charset-normalizer.

    python benchmarks/decoding.py --data ../shared/data

Texts are cut from XQuAD (Arabic, English) and from French sentences below, at several lengths, encoded in
each encoding that has their letters, and compared with what is decoded: right (the same characters), refused,
or wrong without a word.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from charset_normalizer import from_bytes
from results import Section, markdown_table, run

from index.readers.extracted_text import Unextractable
from index.readers.text_encoding import decode

BROKEN: Final = "UTF-8 with a bad byte"
LENGTHS: Final = (20, 60, 200, 1000, 5000)
CASES: Final = 40
FRENCH: Final = (
    "L'été dernier, nous avons été très occupés à préparer la fête.",
    "Le musée rouvre après dix années de travaux; l'entrée est gratuite le dimanche.",
    "Où sont passées les clés de la façade ? Personne ne le sait.",
    "La traversée du désert a duré trois semaines, malgré la chaleur.",
    "Ses œuvres complètes ont été publiées à Genève en 1874.",
    "Le maître d'hôtel a reçu la délégation à l'aéroport.",
    "Cette région produit des dattes, du blé et de l'huile d'olive.",
    "Il a déclaré que l'accord serait signé dès la fin août.",
    "On y parle l'arabe, le français et l'espagnol.",
    "Les élèves ont répondu à la question du professeur sans hésiter.",
)
ENCODINGS: Final = {
    "Arabic": ("utf-8", "utf-16-le", "utf-16-be", "cp1256", "iso8859-6"),
    "French": ("utf-8", "utf-16-le", "cp1252", "cp1256"),
    "English": ("utf-8", "utf-16-le", "cp1252"),
    "English with some Arabic": ("utf-8", "utf-16-le", "cp1256"),
    "Arabic with some French": ("utf-8", "utf-16-be", "cp1256"),
    BROKEN: ("utf-8",),
}


def texts(data: Path, chance: random.Random) -> Iterator[tuple[str, int, str]]:
    """Kind, length and text of each case."""
    arabic, english = (_paragraphs(data / "xquad" / f"xquad.{language}.json") for language in ("ar", "en"))
    words = [word for text in arabic for word in text.split() if word.isalpha()]
    for length in LENGTHS:
        for _ in range(CASES):
            yield "Arabic", length, _cut(arabic, length, chance)
            yield "English", length, _cut(english, length, chance).replace("'", "’")
            yield "French", length, _cut(FRENCH, length, chance)
            mixed = _cut(english, length, chance)
            yield "English with some Arabic", length, _mixed(mixed, words, chance)
            yield "Arabic with some French", length, _mixed(_cut(arabic, length, chance), _FRENCH, chance)
            yield BROKEN, length, _cut(arabic, length, chance)


_FRENCH: Final = [word.strip(",.;?") for text in FRENCH for word in text.split()]


def _paragraphs(path: Path) -> list[str]:
    data = json.loads(path.read_text("utf-8"))["data"]
    return [
        paragraph["context"].replace("\ufeff", "") for article in data for paragraph in article["paragraphs"]
    ]


def _cut(pool: tuple[str, ...] | list[str], length: int, chance: random.Random) -> str:
    """Whole words of about this many characters."""
    text = ""
    while len(text) < length:
        text += chance.choice(pool) + "\n"
    start = chance.randrange(max(1, len(text) - length))
    start = text.rfind(" ", 0, start) + 1
    end = text.find(" ", start + length)
    return text[start : end if end > 0 else None].strip()


def _mixed(text: str, words: list[str], chance: random.Random) -> str:
    """A text with one word in twelve of another language; one at least."""
    parts = text.split(" ")
    for _ in range(max(1, len(parts) // 12)):
        parts.insert(chance.randrange(len(parts) + 1), chance.choice(words))
    return " ".join(parts)


def by_dalil(content: bytes) -> str | None:
    """The text as Dalil decodes it; None if refused."""
    try:
        return decode(content)
    except Unextractable:
        return None


def by_charset_normalizer(content: bytes) -> str | None:
    """The text as charset-normalizer decodes it; None if refused."""
    best = from_bytes(content).best()
    return None if best is None else str(best)


def sections(arguments: argparse.Namespace) -> dict[str, Section]:
    """The section's name with what makes its text."""
    return {"Encodings": lambda: _encodings(arguments.data)}


def _encodings(data: Path) -> Iterator[str]:
    readers: dict[str, Callable[[bytes], str | None]] = {
        "Dalil": by_dalil,
        "charset-normalizer": by_charset_normalizer,
    }
    counts: defaultdict[tuple[str, str, int, str], Counter[str]] = defaultdict(Counter)
    for kind, length, text in texts(data, random.Random(7)):
        for encoding in ENCODINGS[kind]:
            content = text.encode(encoding, "ignore")
            wanted = content.decode(encoding)
            if kind == BROKEN:
                place = text.index(" ") + 1 if " " in text else len(text)
                content = text[:place].encode() + b"\xff" + text[place:].encode()
                wanted = text[:place] + "\ufffd" + text[place:]
            for name, reader in readers.items():
                found = reader(content)
                outcome = "refused" if found is None else "right" if found == wanted else "wrong"
                counts[kind, encoding, length, name][outcome] += 1
    rows = []
    for kind, encodings in ENCODINGS.items():
        for encoding in encodings:
            for name in readers:
                found_in = [counts[kind, encoding, length, name] for length in LENGTHS]
                cells = [f"{each['right'] / CASES:.2f} ({each['wrong'] / CASES:.2f})" for each in found_in]
                rows.append([kind, encoding, name, *cells])
    yield (
        f"The share of {CASES} texts each of 20 to 5,000 characters that are decoded to the same characters, "
        "and in brackets the share that comes out wrong without a word; the rest is refused."
    )
    yield markdown_table(["text", "encoding", "reader", *map(str, LENGTHS)], rows)


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of XQuAD's folder")
    run(parser, sections)


if __name__ == "__main__":
    main()
