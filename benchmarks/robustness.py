"""Robustness to ways of writing Arabic, one at a time: does a perturbation change the first hit?

    python benchmarks/robustness.py xquad.ar.json [--questions FILE] [--picture FILE.png]

FILE is in SQuAD 1.1 format; the built-in article and its gold questions if none is given.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from perturbations import VARIANTS, Side, Variant
from tqdm import tqdm

from index.interface import Index
from index.types import Document
from qa.evaluation.measures import Estimate, estimate, ranking_scores
from qa.evaluation.plots import BLUE, error_bars, new_figure
from qa.evaluation.report import interval
from qa.gold import GoldQuestion, article_questions, squad

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Effect:
    """What one way of writing did to the questions that it changed, or whose texts it changed.

    Attributes:
        name: of the way of writing.
        side: what was written so: the "question", or the "text" (all of them, in a new index).
        questions: how many were changed, or are answered by a document that was.
        before, after: share of them whose first hit is right, as it was and so written.
        difference: after - before, question by question.
        same: share of them whose first hit, right or wrong, is what it was before.
    """

    name: str
    side: Side
    questions: int
    before: Estimate
    after: Estimate
    difference: Estimate
    same: Estimate


def breakdown(
    index: Index,
    questions: Sequence[GoldQuestion],
    variants: Sequence[Variant] = VARIANTS,
    show_progress: bool | None = None,
) -> tuple[Effect, ...]:
    """Asks the Arabic questions again, they or their texts written in other ways.

    Args:
        index: of the texts as they are.
        questions: those that aren't Arabic or that the texts don't answer aren't asked.
        variants: ways of writing; those that change nothing are left out of what is returned.
        show_progress: on standard error; only in a terminal if not given.
    """
    # Each once, also where a file was given twice.
    asked = list(dict.fromkeys(q for q in questions if q.answers and q.language == "ar"))
    before = dict(zip(asked, _first_hits(index, asked, "as it is", show_progress), strict=True))
    effects = []
    for variant in variants:
        title = f"{variant.side}: {variant.name}"
        if variant.side == "question":
            changed = [question for question in asked if variant.rewrite(question.text) != question.text]
            rewritten = [replace(question, text=variant.rewrite(question.text)) for question in changed]
            after = _first_hits(index, rewritten, title, show_progress) if changed else []
        else:
            documents = [replace(d, text=variant.rewrite(d.text)) for d in index.documents]
            touched = {n.id for n, old in zip(documents, index.documents, strict=True) if n.text != old.text}
            changed = [q for q in asked if any(gold.document_id in touched for gold in q.answers)]
            after = _first_hits_among(documents, index, changed, title, show_progress) if changed else []
        if changed:
            effects.append(_effect(variant, changed, [before[question] for question in changed], after))
    return tuple(effects)


def _first_hits(
    index: Index, questions: Sequence[GoldQuestion], title: str, show_progress: bool | None
) -> list[str]:
    """The id of what each question finds first."""
    hidden = None if show_progress is None else not show_progress
    shown = tqdm(questions, title, unit=" questions", disable=hidden)
    return [question.unit(index.search(question.text, 1)[0].passage) for question in shown]


def _first_hits_among(
    documents: Sequence[Document],
    index: Index,
    questions: Sequence[GoldQuestion],
    title: str,
    show_progress: bool | None,
) -> list[str]:
    """The same in an index of its own, of these documents instead of `index`'s."""
    with TemporaryDirectory(prefix="dalil-eval-") as folder:
        # Of a copy only what changed is encoded again.
        copy = shutil.copytree(index.location, Path(folder) / "index")
        made = Index.build(documents, copy, encoder=index.encoder, show_progress=show_progress)
        # A question is made ready anew: how it is read may depend on the texts.
        return _first_hits(made, questions, title, show_progress)


def _effect(
    variant: Variant, questions: Sequence[GoldQuestion], before: Sequence[str], after: Sequence[str]
) -> Effect:
    relevant = [{gold.unit for gold in question.answers} for question in questions]
    was, now = (
        ranking_scores(["Success@1"], relevant, [[id_] for id_ in found])["Success@1"]
        for found in (before, after)
    )
    return Effect(
        name=variant.name,
        side=variant.side,
        questions=len(questions),
        before=estimate(was),
        after=estimate(now),
        difference=estimate([new - old for old, new in zip(was, now, strict=True)]),
        same=estimate([old == new for old, new in zip(before, after, strict=True)]),
    )


def table(effects: Sequence[Effect]) -> str:
    """The effects as lines of text: figures with their 95 % bootstrap intervals."""
    heading = ["questions", "first hit right", "so written", "difference", "same first hit"]
    width = max(len(effect.name) for effect in effects) + len("question: ") + 2
    lines = [
        "First hits of Arabic questions, they or their texts written in other ways. Counted are the",
        "questions that were changed, or whose text was; ways of writing that change none are left out.",
        "",
        " " * width + f"{heading[0]:>9}" + "".join(f"{title:>25}" for title in heading[1:]),
        *(
            f"{f'{effect.side}: {effect.name}':{width}}{effect.questions:>9}"
            + "".join(f"{interval(figure):>25}" for figure in (effect.before, effect.after))
            + f"{interval(effect.difference, sign=True):>25}"
            + f"{interval(effect.same):>25}"
            for effect in effects
        ),
    ]
    return "\n".join(lines)


def draw(effects: Sequence[Effect]) -> Figure:
    """Bars of the first hits before and after each perturbation, the first one on top."""
    effects = effects[::-1]
    figure, axes = new_figure(9, 1.6 + 0.36 * len(effects))
    places = np.arange(len(effects))
    for shift, colour, label, estimates in (
        (0.19, "#bbbbbb", "as it is", [effect.before for effect in effects]),
        (-0.19, BLUE, "so written", [effect.after for effect in effects]),
    ):
        axes.barh(
            places + shift,
            [estimate.mean for estimate in estimates],
            0.36,
            xerr=error_bars(estimates),
            capsize=2,
            error_kw={"linewidth": 1},
            color=colour,
            label=label,
        )
    for place, effect in enumerate(effects):
        axes.text(
            1.02,
            place,
            f"{effect.difference.mean:+.3f}",
            va="center",
            fontsize=9,
            transform=axes.get_yaxis_transform(),
        )
    axes.set_yticks(places, [f"{e.side}: {e.name} (n = {e.questions:,})" for e in effects], fontsize=9)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.6, len(effects) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("share of questions whose first hit is right, 95 % interval; right: the difference")
    axes.set_title("Does another way of writing change the first hit?", fontsize=11)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", type=Path, nargs="*", help="files in SQuAD format, one collection")
    parser.add_argument(
        "--questions", type=Path, nargs="*", default=(), help="asked instead of the texts' own"
    )
    parser.add_argument("--picture", type=Path, help="where to draw the effects, as a PNG file")
    arguments = parser.parse_args()
    gold = squad(arguments.texts, arguments.questions) if arguments.texts else article_questions()
    with TemporaryDirectory(prefix="dalil-robustness-") as folder:
        effects = breakdown(Index.build(gold.documents, folder), gold.questions)
    print(f"{gold.name}\n\n{table(effects)}")
    if arguments.picture:
        draw(effects).savefig(arguments.picture, dpi=150)


if __name__ == "__main__":
    main()
