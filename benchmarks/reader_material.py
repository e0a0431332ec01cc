"""Examples to train the reader on: questions with passages that answer them, near misses, and statements."""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from invented_records import Invented, invented
from invented_rules import rule_questions
from near_misses import Pool, Siblings, document_frequencies, swapped
from presentation import presented
from sklearn.feature_extraction.text import TfidfVectorizer

SEED = 18
HELD_OUT = 0.04  # part of the groups of paragraphs
# Answerable rows taken from each set in one round; and the most near misses (by rule) and similar
# passages made from them.
ANSWERABLE = {
    "mlqa_test_ar": 4600,
    "arabic_squad_part": 2300,
    "belebele_eqa_ar": 320,
    "squad_cross_ar_en": 3600,  # 2,438: the rest again
    "belebele_eqa_cross_ar_en": 650,
    "squad1_train_du_test": 1500,
    "squad1_routerlens_dev": 700,
    "squad1_jucho_dev": 350,
    "squad_sample_1000ctx": 800,
    "squad2_train_unansq_dev_pairs": 900,
    "squadshifts_new_wiki": 500,
    "squadshifts_reddit": 60,
    "squadshifts_amazon_reviews": 60,
    "fairytaleqa": 60,
    "tydiqa_goldp_en_train": 700,
    "afriqa_en": 350,
    "qed_dev": 150,
    "onestopqa_spans": 100,
    "covidqa_para": 60,
    "belebele_eqa_en": 120,
    "nq_swap": 350,
    "clapnq_dev": 150,
    "timeqa_human_windows": 250,
}
UNANSWERABLE = {
    "squad2_train_small": 330,
    "squad2_train_unansq_byid": 1700,
    "squad2_train_unansq_joined": 600,
    "squad2_train_unansq_dev_pairs": 1000,
    "squad_sample_1000ctx": 600,
    "squad_cross_ar_en": 1150,  # 592, twice
    "clapnq_dev": 150,
    "timeqa_human_windows": 250,
}
SWAPS = {("ar", "ar"): 2700, ("ar", "en"): 800, ("en", "ar"): 700, ("en", "en"): 900}
SIMILAR = {("ar", "ar"): 1900, ("ar", "en"): 900, ("en", "ar"): 900, ("en", "en"): 1000}
STATEMENTS = 1600  # of each kind: across languages, answerable and not
# In later rounds: more that people wrote, and more across languages.
LATER_UNANSWERABLE = UNANSWERABLE | {
    "squad2_train_unansq_byid": 2600,
    "squad2_train_unansq_joined": 1000,
    "squad2_train_unansq_dev_pairs": 1700,
    "squad_cross_ar_en": 1800,
    "clapnq_dev": 200,
    "timeqa_human_windows": 300,
}
LATER_ANSWERABLE = ANSWERABLE | {"squad2_train_unansq_dev_pairs": 1600, "squad_cross_ar_en": 4200}
LATER_SWAPS = {("ar", "ar"): 2600, ("ar", "en"): 1200, ("en", "ar"): 1300, ("en", "en"): 900}
# A word exchanged for one that stands in its place elsewhere.
SIBLINGS = {("ar", "ar"): 1200, ("ar", "en"): 500, ("en", "ar"): 500, ("en", "en"): 1200}
LATER_SIMILAR = {("ar", "ar"): 1800, ("ar", "en"): 1200, ("en", "ar"): 1200, ("en", "en"): 1000}
RECORDS = 2400  # questions about invented records
# From the third round on.
RULES = 5000  # questions about invented rules
HELD_OUT_RULES = 240
THIRD_SHARE = 0.3  # of all that the earlier rounds have
# Of the groups that the first round left out, this part stays out: train_with_reader.py learns from them.
KEPT_BACK = 0.4
SCARCE = ("mlqa_test_ar", "arabic_squad_part", "squad_cross_ar_en", "squad2_train_unansq_byid")
MACHINE_QUESTIONS = 0.25  # of English answerable questions, written as some unanswerable sets write them


@dataclass(frozen=True)
class Example:
    """A question and a passage.

    Attributes:
        question, context: texts.
        start, end: of the answer in the passage, in characters; -1 where there is none or isn't known.
        answerable: whether the passage answers the question.
        languages: of question and passage.
        source: where the example is from.
        group: paragraphs and questions that belong together, in whatever language, have the same.
    """

    question: str
    context: str
    start: int
    end: int
    answerable: bool
    languages: tuple[str, str]
    source: str
    group: str = ""


def read_set(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a training set."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _key(context: str) -> str:
    return re.sub(r"\W+", "", context.lower())[:300]


class Groups:
    """Which paragraphs belong together: equal ones, and those that the same question was asked of."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, key: str) -> str:
        """The key that stands for all that belong together with `key`."""
        while (parent := self._parent.setdefault(key, key)) != key:
            self._parent[key] = key = self._parent.setdefault(parent, parent)
        return key

    def join(self, one: str, other: str) -> None:
        """From now on the two belong together."""
        self._parent[self.find(one)] = self.find(other)


class Sources:
    """All sets, as examples; split into those to learn from and those held out.

    Args:
        folder: of the training sets.
    """

    def __init__(self, folder: Path) -> None:
        groups = Groups()
        rows = {name: read_set(folder, name) for name in sorted(ANSWERABLE.keys() | UNANSWERABLE.keys())}
        for name in rows:
            for row in rows[name]:
                groups.join("p" + _key(row["context"]), "q" + re.sub("-q(ar|en)-c(ar|en)$", "", row["id"]))
        for pair in read_set(folder / "parallel", "squad_paragraphs"):
            groups.join("p" + _key(pair["ar"]), "p" + _key(pair["en"]))
        self.examples = {name: [self._example(row, name, groups) for row in rows[name]] for name in rows}
        self.parallel = {
            name: [(row["ar"], row["en"]) for row in read_set(folder / "parallel", name)]
            for name in ("ntrex128", "tico19_test", "mt_geneval", "flores200_devtest")
        }

    @staticmethod
    def _example(row: dict[str, Any], name: str, groups: Groups) -> Example:
        answer = row["answers"][0] if row["answers"] else None
        start = answer["start"] if answer else -1
        return Example(
            row["question"].strip(),
            row["context"],
            start,
            end=start + len(answer["text"]) if answer else -1,
            answerable=not row["is_impossible"],
            languages=(row["question_lang"], row["context_lang"]),
            source=name,
            group=groups.find("p" + _key(row["context"])),
        )


def is_held_out(group: str) -> bool:
    """Whether a group of paragraphs is for measuring, not for learning."""
    return zlib.crc32(group.encode()) % 1000 < 1000 * HELD_OUT


def kept_back(sources: Sources) -> frozenset[str]:
    """The groups that no round learns from, beside those held out: of those that the first left out."""
    first = one_round(sources, 0)
    seen, contexts = {e.group for e in first}, {e.context for e in first}
    return frozenset(
        example.group
        for name, examples in sources.examples.items()
        for example in examples
        if example.group not in seen
        and example.context not in contexts
        and (name in SCARCE or zlib.crc32(f"back {example.group}".encode()) % 1000 < 1000 * KEPT_BACK)
    )


class Contexts:
    """The passages of one language, to look up similar ones by words."""

    def __init__(self, contexts: Sequence[str], language: str) -> None:
        self.contexts = list(dict.fromkeys(contexts))
        self.language = language
        self.frequencies = document_frequencies(self.contexts) if language == "ar" else None
        self._vectorizer = TfidfVectorizer(sublinear_tf=True, max_features=100_000)
        self._matrix = self._vectorizer.fit_transform(self.contexts)

    def similar(self, texts: Sequence[str], count: int) -> Iterator[list[str]]:
        """For each text the `count` most similar passages, best first."""
        for start in range(0, len(texts), 256):
            scores = (self._vectorizer.transform(texts[start : start + 256]) @ self._matrix.T).toarray()
            for row in scores:
                best = np.argpartition(-row, count)[:count]
                yield [self.contexts[i] for i in best[np.argsort(-row[best])]]


def _as_machines_write(question: str) -> str:
    """Lower-cased, with spaces before the punctuation: otherwise the style would tell unanswerable ones."""
    return re.sub(r"([?,.'\"()])", r" \1 ", question.lower()).replace("  ", " ").strip()


def near_misses(
    answerable: Sequence[Example], contexts: dict[str, Contexts], most: dict[tuple[str, str], int]
) -> Iterator[Example]:
    """Answerable examples whose question is changed so that the passage doesn't answer it."""
    for languages, count in most.items():
        language = languages[0]
        chosen = [
            example for example in answerable if example.languages == languages and _is_natural(example)
        ]
        chosen = chosen[: 3 * count]
        looked_for = [f"{e.question} {e.context if languages[1] == language else ''}" for e in chosen]
        made = 0
        for example, similar in zip(chosen, contexts[language].similar(looked_for, 6), strict=True):
            pool = Pool.of(similar, language, contexts[language].frequencies)
            question = swapped(example.question, language, pool)
            if question is not None and made < count:
                made += 1
                yield replace(example, question=question, start=-1, end=-1, answerable=False, source="swap")


def sibling_pairs(
    answerable: Sequence[Example], contexts: dict[str, Contexts], most: dict[tuple[str, str], int]
) -> Iterator[tuple[Example, Example]]:
    """Answerable examples, each with one about a sibling, which the passage doesn't tell of."""
    for languages, count in most.items():
        siblings = Siblings(contexts[languages[0]].contexts, languages[0])
        made = 0
        for example in answerable:
            if made == count:
                break
            if example.languages == languages and _is_natural(example):
                question = siblings.exchanged(example.question, example.context)
                if question is not None:
                    made += 1
                    yield (
                        example,
                        replace(
                            example, question=question, start=-1, end=-1, answerable=False, source="sibling"
                        ),
                    )


def _is_natural(example: Example) -> bool:
    return example.source not in ("squad2_train_unansq_dev_pairs", "nq_swap")


def elsewhere(
    answerable: Sequence[Example],
    contexts: dict[str, Contexts],
    most: dict[tuple[str, str], int],
    dice: random.Random,
) -> Iterator[Example]:
    """Questions beside a passage that is similar to the question or to their own, and has no answer."""
    for languages, count in most.items():
        chosen = [
            example for example in answerable if example.languages == languages and _is_natural(example)
        ]
        chosen = dice.sample(chosen, min(count, len(chosen)))
        same = languages[0] == languages[1]
        looked_for = [
            f"{e.question} " * 2 + (e.context if not same or dice.random() < 0.5 else "") for e in chosen
        ]
        for example, similar in zip(chosen, contexts[languages[1]].similar(looked_for, 12), strict=True):
            answer = example.context[example.start : example.end].lower()
            others = [c for c in similar if c[:80] != example.context[:80] and answer not in c.lower()]
            if others:
                yield replace(
                    example,
                    context=dice.choice(others[:5]),
                    start=-1,
                    end=-1,
                    answerable=False,
                    source="similar",
                )


def statements(
    parallel: dict[str, list[tuple[str, str]]], count: int, dice: random.Random
) -> Iterator[Example]:
    """Sentences asked across languages: whether the passage says so; a number left out is to be found.

    A passage is some neighbouring sentences in the other language. There is no answer where the sentence
    isn't among them, or where a name or number in it was changed.
    """
    places = [(name, i) for name in sorted(parallel) for i in range(4, len(parallel[name]) - 4)]
    kinds = Counter[str]()
    dice.shuffle(places)
    for name, i in places:
        if kinds["there"] >= count and kinds["not"] >= count:
            return
        asked = dice.choice((0, 1))  # Arabic or English
        language, other = ("ar", "en")[asked], ("ar", "en")[1 - asked]
        before = dice.randint(0, 3)
        window = list(range(i - before, i - before + 4))
        sentence = parallel[name][i][asked]
        if not 40 < len(sentence) < 260:
            continue
        passage = [parallel[name][j][1 - asked] for j in window]
        start = end = -1
        common = set(re.findall(r"\d[\d.,]*\d|\d", sentence)) & set(
            re.findall(r"\d[\d.,]*\d|\d", " ".join(passage))
        )
        whole = " ".join(passage)
        once = [n for n in sorted(common) if len(re.findall(rf"(?<!\d){re.escape(n)}(?!\d)", whole)) == 1]
        question = sentence
        if once and sentence.count(once[0]) == 1:
            number = once[0]
            blank = (
                {"ar": "كم", "en": "how many"} if len(number) != 4 else {"ar": "أي سنة", "en": "which year"}
            )
            question = (
                sentence.replace(number, blank[language]).rstrip(" .") + {"ar": "؟", "en": "?"}[language]
            )
            start = whole.index(number)
            end = start + len(number)
        answerable = kinds["there"] <= kinds["not"]
        if not answerable:
            changed = None
            if dice.random() < 0.6:
                pool = Pool.of([parallel[name][j][asked] for j in window], language)
                changed = swapped(question, language, pool)
            if changed is not None:
                question = changed
            else:
                passage[before] = parallel[name][i + 4 - before][1 - asked]
                whole = " ".join(passage)
            start = end = -1
        kinds["there" if answerable else "not"] += 1
        yield Example(
            question,
            whole,
            start,
            end=end,
            answerable=answerable,
            languages=(language, other),
            source="statement",
            group=f"{name}{i // 8}",
        )


def one_round(
    sources: Sources,
    number: int,
    held_out: bool = False,
    share: float = 1.0,
    without: frozenset[str] = frozenset(),
) -> list[Example]:
    """The examples of a round of training: another sample each round; or held-out ones.

    Args:
        sources: all sets.
        number: of the round: its seed.
        held_out: only examples of held-out groups; otherwise only others.
        share: of the numbers of examples.
        without: groups to leave out.
    """
    later = number > 0
    if number > 1:
        share *= THIRD_SHARE
    numbers = (
        (LATER_ANSWERABLE, LATER_UNANSWERABLE, LATER_SWAPS, LATER_SIMILAR)
        if later
        else (ANSWERABLE, UNANSWERABLE, SWAPS, SIMILAR)
    )
    dice = random.Random(SEED * 1000 + number)
    answerable: list[Example] = []
    unanswerable: list[Example] = []
    unused: list[Example] = []  # answerable ones
    texts: dict[str, list[str]] = defaultdict(list)
    for name, examples in sources.examples.items():
        usable = [
            example
            for example in examples
            if is_held_out(example.group) == held_out and example.group not in without
        ]
        for example in usable:
            texts[example.languages[1]].append(example.context)
        for wanted, into in ((numbers[0], answerable), (numbers[1], unanswerable)):
            chosen = [example for example in usable if example.answerable == (into is answerable)]
            dice.shuffle(chosen)
            count = round(share * wanted.get(name, 0))
            if into is answerable:
                unused += chosen[count:]
            into += chosen[:count] if held_out else islice(cycle(chosen), count)
    dice.shuffle(answerable)
    contexts = {language: Contexts(texts[language], language) for language in ("ar", "en")}
    swaps = {languages: round(share * count) for languages, count in numbers[2].items()}
    similar = {languages: round(share * count) for languages, count in numbers[3].items()}
    made = [
        *near_misses(answerable, contexts, swaps),
        *elsewhere(answerable, contexts, similar, dice),
    ]
    said = [
        e
        for e in statements(sources.parallel, round(share * STATEMENTS), dice)
        if is_held_out(e.group) == held_out
    ]
    restyled = [
        replace(e, question=_as_machines_write(e.question))
        if e.languages[0] == "en" and dice.random() < MACHINE_QUESTIONS
        else e
        for e in answerable
    ]
    examples = [*restyled, *unanswerable, *made, *said]
    if number > 1:
        dice.shuffle(unused)
        examples += [one for pair in sibling_pairs(unused, contexts, SIBLINGS) for one in pair]
    if later:
        examples = [_as_in_documents(example, dice) for example in examples]
    examples += _invented(number, held_out, share, dice)
    dice.shuffle(examples)
    return examples


def _invented(number: int, held_out: bool, share: float, dice: random.Random) -> Iterator[Example]:
    """What a round has of questions about invented texts."""
    if number > 0:
        yield from (_of_invented(one, "record") for one in invented(round(share * RECORDS), dice))
    if number > 1:
        yield from (_of_invented(one, "rule") for one in rule_questions(RULES, dice))
    if held_out:
        yield from (_of_invented(one, "rule") for one in rule_questions(HELD_OUT_RULES, dice, held_out=True))


def _of_invented(one: Invented, source: str) -> Example:
    return Example(
        one.question,
        one.context,
        one.start,
        end=one.end,
        answerable=one.start >= 0,
        languages=one.languages,
        source=source,
    )


def _as_in_documents(example: Example, dice: random.Random) -> Example:
    context, start, end = presented(
        (example.context, example.start, example.end), example.question, example.languages, dice
    )
    return replace(example, context=context, start=start, end=end)
