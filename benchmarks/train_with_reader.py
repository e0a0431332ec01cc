"""Trains qa/answering/confidence_with_reader.json: how the reader's word counts beside the search's.

    python benchmarks/train_with_reader.py --data FOLDER

FOLDER holds the sets that train_reader.py learns from. Only paragraphs are asked about that the reader never
saw, nor one of the same group (`reader_material.kept_back`). They make one collection of bare paragraphs in
each language, and small ones of documents (document_collections.py). Every question is asked over all of the
former (with --small over a small one too), with the paragraph that answers it and without, and twice more:
with something exchanged by rule, and with a word exchanged for one that stands in its place elsewhere. Those
are asked, too, that people wrote to look answerable. Learned are, in this order,

1. for sentences, the weight of the reader's evidence beside the score of the search: a conditional logistic
   model, a question's sentences competing,
2. for confidence, a logistic model over the logit of confidence.json, what the reader says, and what the
   question names that the passage lacks. Half of what it weighs is answerable, a quarter are questions whose
   paragraph is left out, a quarter near misses; half are bare paragraphs, half documents,
3. the threshold: see `ON_XQUAD`,
4. how likely a span must be to be shown, such that `SPANS_RIGHT` of those shown are right.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from near_misses import Siblings
from numpy.typing import NDArray
from reader_cases import NEAR, Asked, Case, Looker, Setting, folds, kept, read_all, some, span_f1
from reader_material import Sources, is_held_out, kept_back
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from index.interface import Index
from index.types import Document, text_id
from qa.answering import confidence as product
from qa.answering.citations import MAX_ANSWER_WORDS
from qa.answering.confidence import (
    NAMED_FEATURES,
    READER_FEATURES,
    SentenceWeights,
    features,
    with_reader_features,
)
from qa.answering.reader_evidence import with_evidence
from qa.evaluation.measures import calibration_error

LANGUAGES = ("ar", "en")
PAIRINGS = ("ar-ar", "en-en", "en-ar", "ar-en")
DESTINATION = Path(product.__file__).parent / product.WITH_READER
# The thresholds: below these, 3 % of XQuAD's answerable questions lie, as found by reader_effect.py (every
# eighth question) on 2026-12-01. How many of the training sets' lie below is printed.
ON_XQUAD = {"ar-ar": 0.381, "en-en": 0.307, "en-ar": 0.237, "ar-en": 0.22}
# At most so many questions of each set; sets of other kinds of text are there to keep the model honest.
TAKEN = {
    "mlqa_test_ar": 260,
    "arabic_squad_part": 120,
    "squad1_train_du_test": 70,
    "squad1_routerlens_dev": 40,
    "squad1_jucho_dev": 25,
    "squad_sample_1000ctx": 40,
    "squadshifts_new_wiki": 40,
    "tydiqa_goldp_en_train": 40,
    "afriqa_en": 25,
    "qed_dev": 12,
    "onestopqa_spans": 12,
    "fairytaleqa": 12,
    "covidqa_para": 12,
    "squadshifts_reddit": 12,
    "squad2_train_unansq_byid": 90,
    "squad2_train_unansq_joined": 40,
    "squad2_train_small": 20,
    "clapnq_dev": 25,
    "timeqa_human_windows": 25,
    "belebele_eqa_ar": 20,
    "belebele_eqa_en": 20,
    "belebele_eqa_cross_ar_en": 40,
    "squad_cross_ar_en": 260,
}
OF_DOCUMENTS = 300  # questions of a set that may be asked of documents
SETTINGS: tuple[Setting, ...] = ("paragraphs", "documents")
BELOW = 0.03  # part of the answerable questions that may lie below the threshold
# Inverse strength. Held out, log losses were higher with .03.
REGULARISATION = 0.3
# What speaks for an answer may not come to speak against it, as it would by chance and by what the training
# sets are made of: held out, that costs .006 of log loss; on XQuAD it brings up to .01 of AUROC.
LOWEST = (*[0.0] * (1 + len(READER_FEATURES)), None, None, *[0.0] * (len(NAMED_FEATURES) - 2))
HIGHEST = (*[None] * (1 + len(READER_FEATURES)), 0.0, 0.0, *[None] * (len(NAMED_FEATURES) - 2))


# Of answerable questions' spans that are shown, the share with an F1 of at least a half (over characters).
SPANS_RIGHT = 0.7


@dataclass(frozen=True)
class Learned:
    """What a pairing learned: see confidence_with_reader.json."""

    sentence: SentenceWeights
    span: float
    model: dict[str, Any]


def unseen(folder: Path, share: float) -> dict[tuple[str, str], list[tuple[Asked, Document]]]:
    """Questions that the reader didn't learn from, by language of question and paragraph.

    Args:
        folder: of the training sets.
        share: of `TAKEN`.
    """
    sources = Sources(folder)
    kept = kept_back(sources)
    found: dict[tuple[str, str], list[tuple[Asked, Document]]] = defaultdict(list)
    for name, most in TAKEN.items():
        usable = [e for e in sources.examples[name] if e.group in kept or is_held_out(e.group)]
        random.Random(1).shuffle(usable)
        for example in usable[: max(1, round(most * share))]:
            document = Document(example.context, id=text_id(example.context))
            span = ((example.start, example.end),) if example.answerable else ()
            asked, texts = example.languages
            found[asked, texts].append((Asked(example.question, document.id, span, example.group), document))
    return found


def look(folder: Path, share: float, count: int) -> list[Case]:
    """The cases to learn from, not yet read.

    Args:
        folder: of the training sets.
        share: of `TAKEN`, over bare paragraphs.
        count: collections of documents in each language.
    """
    import document_collections as made

    questions = unseen(folder, share)
    examples, contexts = made.unseen_examples(folder, OF_DOCUMENTS)
    siblings = {spoken: Siblings(contexts[spoken].contexts, spoken) for spoken in LANGUAGES}
    cases: list[Case] = []
    with tempfile.TemporaryDirectory(prefix="dalil-train-") as work:
        for texts in LANGUAGES:
            documents = {
                document.id: document for asked in LANGUAGES for _, document in questions[asked, texts]
            }
            index = Index.build(list(documents.values()), Path(work) / texts)
            for asked in LANGUAGES:
                chosen = [question for question, _ in questions[asked, texts]]
                looker = Looker(index, small=True, swaps=True, siblings=siblings)
                cases += looker.cases(chosen, f"{asked}-{texts}")
            own = [example for example in examples if example.languages[1] == texts]
            # Questions across languages first: there are few of them.
            random.Random(4).shuffle(own)
            own.sort(key=lambda example: example.languages[0] == texts)
            collections = made.collections(own, contexts[texts], count, random.Random(3))
            for number, collection in enumerate(tqdm(collections, total=count, desc=f"documents, {texts}")):
                cases += made.look(collection, Path(work) / f"documents, {texts}{number}", siblings)
    return cases


def sentence_weights(cases: Sequence[Case]) -> SentenceWeights:
    """The weights of evidence and of "answerable" beside a sentence's score.

    The likelihood of the right sentences among those of each answerable question that has some; the score's
    own weight is fitted too, and divides the others.
    """
    rows = []
    for case in cases:
        right = np.array([case.is_right(sentence) for sentence in case.found])
        if case.kind == "there" and right.any() and not right.all():
            values = [
                [
                    s.score,
                    max(case.readings[s.passage.id].evidence([(s.start, s.end)])[0], product.MIN_EVIDENCE),
                    case.readings[s.passage.id].answerable,
                ]
                for s in case.found
            ]
            rows.append((np.array(values), right))

    def loss(weights: NDArray[np.float64]) -> float:
        total = 0.0
        for values, right in rows:
            logits = values @ weights
            total += np.logaddexp.reduce(logits) - np.logaddexp.reduce(logits[right])
        return total / len(rows) + 1e-3 * float(weights[1:] @ weights[1:])

    best = minimize(loss, np.array([20.0, 0.5, 0.2]), method="L-BFGS-B", bounds=[(1, 200), (0, 20), (0, 20)])
    score, evidence, answerable = best.x
    return {"evidence": round(evidence / score, 5), "answerable": round(answerable / score, 5)}


def looked_at(cases: Iterable[Case], weights: SentenceWeights | None) -> NDArray[np.float64]:
    """(cases, features): what the model is given; without weights, the first column alone."""
    rows = []
    for case in cases:
        found = case.found if weights is None else with_evidence(case.found, case.readings, weights)
        alone = product.logit(features(case.query, case.hits, found), case.pairing)
        rows.append(
            [alone] if weights is None else with_reader_features(case.query, alone, found, case.readings)
        )
    return np.array(rows)


def case_weights(cases: Sequence[Case], inside: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Half for the answerable, a quarter each for left-out paragraphs and for near misses; of some cases.

    Cases over documents and over bare paragraphs weigh the same.
    """
    kinds = [("near" if case.kind in NEAR else case.kind, case.setting) for case in cases]
    if inside is not None:
        kinds = [kind for kind, is_inside in zip(kinds, inside, strict=True) if is_inside]
    counts, settings = Counter(kinds), len({setting for _, setting in kinds})
    shares = {"there": 0.5, "far": 0.25, "near": 0.25}
    return np.array([shares[kind[0]] * len(kinds) / settings / counts[kind] for kind in kinds])


def fit(x: NDArray[np.float64], y: NDArray[np.int64], weights: NDArray[np.float64]) -> dict[str, Any]:
    """A logistic model over standardised features with bounded weights, as numbers."""
    scaler = StandardScaler().fit(x)
    scaled = np.clip(scaler.transform(x), -product.FURTHEST, product.FURTHEST)
    signs, shares = np.where(y == 1, 1.0, -1.0), weights / weights.mean()

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (scaled @ values[:-1] + values[-1])
        slopes = -shares * signs / (1 + np.exp(margins))
        penalty = values[:-1] / REGULARISATION
        total = shares @ np.logaddexp(0, -margins) + values[:-1] @ penalty / 2
        return float(total), np.append(scaled.T @ slopes + penalty, slopes.sum())

    bounds = [*zip(LOWEST, HIGHEST, strict=True), (None, None)]
    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return {
        "mean": scaler.mean_.round(5).tolist(),
        "scale": scaler.scale_.round(5).tolist(),
        "weights": best.x[:-1].round(5).tolist(),
        "bias": round(float(best.x[-1]), 5),
    }


def probabilities(x: NDArray[np.float64], model: dict[str, Any]) -> NDArray[np.float64]:
    """What a model says."""
    scaled = (x - model["mean"]) / np.array(model["scale"])
    logits = np.clip(scaled, -product.FURTHEST, product.FURTHEST) @ model["weights"] + model["bias"]
    return np.asarray(1 / (1 + np.exp(-logits)))


def learn(cases: Sequence[Case]) -> dict[str, Learned]:
    """Learns for each pairing; prints how good it is on folds that it didn't learn from.

    Sentence weights and the likelihood of spans are learned for the pairings within a language together, and
    for those across languages. For confidence, a model of the pairing alone is tried, and one of both; the
    one with the smaller held-out log loss is taken.
    """
    learned = {}
    for same in (True, False):
        group = [case for case in cases if (case.pairing[:2] == case.pairing[3:]) == same]
        weights = sentence_weights(group)
        span = min_likelihood(group, weights)
        x, without = looked_at(group, weights), 1 / (1 + np.exp(-looked_at(group, None)[:, 0]))
        pairings = np.array([case.pairing for case in group])
        for pairing in sorted(set(pairings)):
            own = pairings == pairing
            tried = {
                name: held_out(group, x, own, inside)
                for name, inside in (("alone", own), ("both", own | True))
            }
            chosen = min(tried, key=lambda name: log_loss(group, own, tried[name]))
            print(
                pairing, {name: round(log_loss(group, own, said), 4) for name, said in tried.items()}, chosen
            )
            of_pairing = [case for case in group if case.pairing == pairing]
            said = tried[chosen][own]
            for setting in SETTINGS:
                inside = np.array([case.setting == setting for case in of_pairing])
                some = [case for case in of_pairing if case.setting == setting]
                shown = figures(some, without[own][inside], said[inside])
                print(f"{pairing}, {setting}, held out\n{shown}", flush=True)
            inside = own if chosen == "alone" else own | True
            model = fit(x[inside], _labels(group)[inside], case_weights(group, inside))
            print(weights, span, model, flush=True)
            threshold = ON_XQUAD[pairing]
            for setting in SETTINGS:
                there = np.array([c.kind == "there" and c.whole and c.setting == setting for c in of_pairing])
                below, least = np.mean(said[there] < threshold), np.quantile(said[there], BELOW)
                print(f"{setting}: {below:.3f} of the answerable lie below {threshold}, {BELOW} {least:.3f}")
            learned[pairing] = Learned(weights, span, {**model, "threshold": threshold})
    return learned


def held_out(
    cases: Sequence[Case], x: NDArray[np.float64], own: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(cases,) what models say of a pairing's cases that they didn't learn from.

    Args:
        cases: of several pairings.
        x: what is known of them.
        own: which are of the pairing.
        inside: which to learn from, but for those of a case's own fold.
    """
    fold = folds([case.asked.group for case in cases])
    said = np.zeros(len(cases))
    for number in range(fold.max() + 1):
        known = inside & (fold != number)
        model = fit(x[known], _labels(cases)[known], case_weights(cases, known))
        new = own & (fold == number)
        said[new] = probabilities(x[new], model)
    return said


def log_loss(cases: Sequence[Case], own: NDArray[np.bool_], said: NDArray[np.float64]) -> float:
    """The weighted mean of -log p over a pairing's cases."""
    p = np.where(_labels(cases)[own] == 1, said[own], 1 - said[own])
    return float(np.average(-np.log(np.maximum(p, 1e-9)), weights=case_weights(cases, own)))


def min_likelihood(cases: Sequence[Case], weights: SentenceWeights) -> float:
    """The likelihood from which on `SPANS_RIGHT` of answerable questions' spans are right.

    Those in the passage of the best sentence; they are wrong if that doesn't hold the answer.
    """
    spans = []
    for case in cases:
        if case.whole and case.kind == "there":
            passage = with_evidence(case.found, case.readings, weights)[0].passage
            reading = case.readings[passage.id]
            if reading.words <= MAX_ANSWER_WORDS:
                spans.append((reading.likelihood, span_f1(case, passage, reading) >= 0.5))
    spans.sort(reverse=True)
    right = np.cumsum([is_right for _, is_right in spans]) / np.arange(1, len(spans) + 1)
    (enough,) = np.nonzero(right >= SPANS_RIGHT)
    return round(spans[enough[-1]][0], 3) if len(enough) else 0.0


def _labels(cases: Sequence[Case]) -> NDArray[np.int64]:
    return np.array([case.label for case in cases])


def figures(cases: Sequence[Case], without: NDArray[np.float64], with_: NDArray[np.float64]) -> str:
    """AUROC of far and near misses, calibration, and refusals at 95 % of the answerable; without -> with."""
    lines = []
    kinds = np.array([case.kind for case in cases])
    whole = np.array([case.whole for case in cases])
    there = (kinds == "there") & whole
    for name, of in (("far", ("far",)), *((kind, (kind,)) for kind in NEAR), ("near", NEAR)):
        away = np.isin(kinds, of) & whole
        if away.sum() < 10:
            continue
        parts = []
        for said in (without, with_):
            labels = np.concatenate([np.ones(there.sum()), np.zeros(away.sum())])
            auroc = roc_auc_score(labels, np.concatenate([said[there], said[away]]))
            refused = float(np.mean(said[away] < np.quantile(said[there], 0.05)))
            parts.append(f"{auroc:.3f}, {refused:.3f} refused")
        lines.append(f"  {name:7} ({away.sum()}): {' -> '.join(parts)}")
    weights = case_weights(cases)
    errors = [
        calibration_error(
            [
                pair
                for pair, weight in zip(
                    zip(said.tolist(), _labels(cases).tolist(), strict=True), weights, strict=True
                )
                for _ in range(max(1, round(10 * weight)))
            ]
        )
        for said in (without, with_)
    ]
    lines.append(f"  calibration error: {errors[0]:.3f} -> {errors[1]:.3f}")
    return "\n".join(lines)


def first_right(cases: Iterable[Case], weights: SentenceWeights | None) -> list[bool]:
    """For each answerable question over the whole collection, whether the best sentence is right."""
    found = []
    for case in cases:
        if case.kind == "there" and case.whole:
            ranked = case.found if weights is None else with_evidence(case.found, case.readings, weights)
            found.append(case.is_right(ranked[0]))
    return found


def main() -> None:
    """Trains and writes the numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument("--share", type=float, default=1.0, help="of the questions")
    parser.add_argument("--documents", type=int, default=24, help="collections of them, of each language")
    parser.add_argument("--work", type=Path, help="file that keeps what was found, for another reader")
    parser.add_argument("--most", type=int, default=160, help="documents asked about, of each pairing")
    parser.add_argument("--most-documents", type=int, default=60, help="the same, of longer documents")
    parser.add_argument("--small", action="store_true", help="learn from small collections too")
    parser.add_argument("--processes", type=int, default=1, help="that read")
    parser.add_argument("--read", type=Path, help="file that keeps what was read, for another fit")
    parser.add_argument("--only-look", action="store_true", help="stop before anything is read")
    arguments = parser.parse_args()
    cases = kept(arguments.work, lambda: look(arguments.data, arguments.share, arguments.documents))
    if arguments.only_look:
        return
    paragraphs, documents = ([c for c in cases if c.setting == setting] for setting in SETTINGS)
    chosen = some(paragraphs, arguments.most, arguments.small)
    chosen += some(documents, arguments.max_documents)
    cases = kept(arguments.read, lambda: read_all(chosen, arguments.processes))
    learned = learn(cases)
    right = {
        pair: [first_right([c for c in cases if c.pairing == pair], w) for w in (None, own.sentence)]
        for pair, own in learned.items()
    }
    for pair, (before, after) in right.items():
        print(f"{pair}: first sentence right {np.mean(before):.3f} -> {np.mean(after):.3f} ({len(before)})")
    provenance = (
        f"benchmarks/train_with_reader.py on {date.today()}: paragraphs that the reader didn't learn from, "
        f"of {', '.join(TAKEN)}; bare and in documents; features: the logit of confidence.json, "
        f"{', '.join((*READER_FEATURES, *NAMED_FEATURES))}"
    )
    content = {
        "provenance": provenance,
        "sentence": {pair: learned[pair].sentence for pair in PAIRINGS},
        "span": {pair: learned[pair].span for pair in PAIRINGS},
        "models": {pair: learned[pair].model for pair in PAIRINGS},
    }
    DESTINATION.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
