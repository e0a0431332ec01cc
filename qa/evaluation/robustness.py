"""What makes Arabic hard, one thing at a time: does another way of writing change the first hit?

Needs the extra `dalil[eval]`.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from index.interface import Index
from index.types import Document
from qa.evaluation.measures import Estimate, estimate, ranking_scores
from qa.evaluation.perturbations import VARIANTS, Side, Variant
from qa.gold import GoldQuestion


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
