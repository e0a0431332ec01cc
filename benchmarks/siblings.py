"""How sure Dalil is of a few paragraphs that answer a question about another thing of the same kind.

    python benchmarks/siblings.py

siblings.jsonl, invented for this, has small collections like those that a person asks: a page of a handbook,
a lease, minutes. To each belong pairs of questions: one that the text answers ("How long is paternity
leave?"), and the same about a sibling that the text doesn't tell of ("How long is maternity leave?"). Each is
asked in both languages. The second part is to check what was found with the first. Printed are, for each part
and pairing, the AUROC of confidence between the two, and of each the share that is answered and the share of
which the chat says "very likely". Pairs about things that the reader's training names (invented_rules.json)
are left out.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from pathlib import Path

from invented_rules import learned_things
from sklearn.metrics import roc_auc_score

from index.interface import Index
from index.readers.read_files import read_file
from qa.answering.answer import ask
from qa.messages import say, say_confidence

SIBLINGS = Path(__file__).with_suffix(".jsonl")


def asked(text: str, pairs: list[dict[str, list[str]]]) -> list[tuple[str, bool, float, bool]]:
    """Every question's language, whether the text answers it, the confidence, and whether it is answered."""
    with tempfile.TemporaryDirectory(prefix="dalil-siblings-") as folder:
        file = Path(folder) / "text.md"
        file.write_text(text, "utf-8")
        index = Index.build([read_file(file)], Path(folder) / "index", show_progress=False)
        replies = [
            (language, is_there, ask(question, index))
            for pair in pairs
            for language, questions in pair.items()
            for question, is_there in zip(questions, (True, False), strict=True)
        ]
    return [(language, is_there, reply.confidence, reply.found) for language, is_there, reply in replies]


def main() -> None:
    """Asks and prints."""
    found = defaultdict(list)
    things = "|".join(map(re.escape, learned_things()))
    learned = re.compile(rf"\b(?:{things})\b", re.IGNORECASE)
    for line in SIBLINGS.read_text("utf-8").splitlines():
        row = json.loads(line)
        texts = "ar" if row["text"].count("ا") > row["text"].count("e") else "en"
        pairs = [pair for pair in row["pairs"] if not learned.search(" ".join(pair["en"]))]
        for language, *of_reply in asked(row["text"], pairs):
            found[row["part"], f"{language}-{texts}"].append(of_reply)
            found[row["part"], "all"].append(of_reply)
    said = say("certain", "en")
    for (part, pairing), replies in sorted(found.items()):
        labels, confidences, _ = zip(*replies, strict=True)
        shown = [f"AUROC {roc_auc_score(labels, confidences):.3f}"]
        for name, kind in (("answerable", True), ("sibling", False)):
            own = [(sure, is_answered) for label, sure, is_answered in replies if label == kind]
            answered = sum(is_answered for _, is_answered in own) / len(own)
            certain = sum(
                is_answered and say_confidence(sure, "en") == said for sure, is_answered in own
            ) / len(own)
            shown.append(f"{name}: {answered:.2f} answered, {certain:.2f} as very likely")
        print(f"{part}, {pairing} ({len(replies)}): {'; '.join(shown)}")


if __name__ == "__main__":
    main()
