"""Writes to benchmarks/RESULTS.md: follow-ups in dialogues, and complete questions in a conversation.

    python benchmarks/conversation.py --xquad DIR --tydi FILE [--only SECTION ...]

The dialogues are in benchmarks/dialogues, over texts invented for them and the built-in article: by
themselves, and among XQuAD's 480 paragraphs in both languages. Files as for quality.py.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from dialogue_sets import SETS, Dialogue, dialogues, texts
from results import Section, markdown_table, run
from tqdm import tqdm

from index.interface import Index
from qa.answering.answer import ask
from qa.conversation.converse import Conversation, Turn, converse
from qa.evaluation.evaluate import quoted
from qa.gold import squad

FOLLOW_UPS, COMPLETE = "Follow-ups", "Complete questions in a conversation"


def sections(arguments: argparse.Namespace) -> dict[str, Section]:
    """Each section's name with what makes its text."""
    both = [arguments.xquad / "xquad.ar.json", arguments.xquad / "xquad.en.json"]
    return {
        FOLLOW_UPS: lambda: _follow_ups(both),
        COMPLETE: lambda: _complete([*both, arguments.tydi]),
    }


def _follow_ups(files: Sequence[Path]) -> Iterator[str]:
    """How often the right paragraph comes first, with the turns before and without them."""
    yield (
        "Dialogues of one to three turns whose last question leans on those before. `tuning` is what the "
        "method was made with, `held_out` was measured when it worked and led to one change, and `fresh`, "
        "written after that, to another one of confidence alone."
    )
    rows = []
    alone = texts()
    for where, documents in (("alone", alone), ("among XQuAD's", [*alone, *squad(files).documents])):
        with tempfile.TemporaryDirectory(prefix="dalil-conversation-") as folder:
            index = Index.build(documents, folder)
            for name in SETS:
                for language in ("ar", "en"):
                    asked = [dialogue for dialogue in dialogues(name) if dialogue.language == language]
                    rows.append([where, name, language, *_asked(index, asked)])
    yield markdown_table(
        ["texts", "set", "language", "first hit right", "without the turns before", "answered"], rows
    )


def _asked(index: Index, asked: Sequence[Dialogue]) -> list[str]:
    first = without = found = 0
    for dialogue in asked:
        conversation = Conversation()
        for question in dialogue.before:
            conversation = conversation.with_turn(converse(conversation, question, index))
        reply = converse(conversation, dialogue.question, index).answer
        first += dialogue.is_in(reply.hits[0].passage)
        without += dialogue.is_in(ask(dialogue.question, index).hits[0].passage)
        found += reply.found
    return [f"{count} of {len(asked)}" for count in (first, without, found)]


def _complete(files: Sequence[Path]) -> Iterator[str]:
    """What a conversation does to questions that need none: each is asked after another one."""
    yield (
        "Each question is asked after one about another paragraph, in a shuffled order. Most of the few that "
        'are changed lean on their paragraph: "When was this edict declared?"'
    )
    rows = []
    for file in files:
        gold = squad([file])
        questions = list(gold.questions)
        random.Random(0).shuffle(questions)
        unchanged, first, alone_first, quotes, alone_quotes = 0, 0, 0, 0, 0
        with tempfile.TemporaryDirectory(prefix="dalil-conversation-") as folder:
            index = Index.build(gold.documents, folder)
            before = Conversation()
            for question in tqdm(questions, desc=file.stem, unit=" questions", disable=None):
                right = {answer.document_id for answer in question.answers}
                turn = converse(before, question.text, index)
                alone = ask(question.text, index) if turn.is_follow_up else turn.answer
                unchanged += not turn.is_follow_up
                first += turn.answer.hits[0].passage.document_id in right
                alone_first += alone.hits[0].passage.document_id in right
                quotes += quoted(turn.answer.citations, question)
                alone_quotes += quoted(alone.citations, question)
                now = datetime.now(timezone.utc)
                before = Conversation((Turn(question.text, question.text, alone, now),))
        shares = (count / len(questions) for count in (unchanged, first, alone_first, quotes, alone_quotes))
        rows.append([file.stem, f"{len(questions):,}", *(f"{share:.3f}" for share in shares)])
    yield markdown_table(
        ["questions", "", "asked as they are", "R@1", "R@1 by `ask`", "answer quoted", "by `ask`"], rows
    )


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.*.json")
    parser.add_argument("--tydi", type=Path, required=True, help="Arabic, SQuAD format")
    run(parser, sections)


if __name__ == "__main__":
    main()
