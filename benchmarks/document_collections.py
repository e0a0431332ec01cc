"""Small collections of documents made from training paragraphs, and questions that they answer or don't.

What people ask their own documents isn't asked of thousands of bare paragraphs: there are a few documents
with a title, headings, lists and tables, and a question beside the matter meets the same headings as one that
is answered. A collection is a few Markdown files. A document has paragraphs that are like each other, under
headings (presentation.py), and some have a table or a list of invented records
(invented_records.py). A question is asked with its paragraph, without it (its document keeps the others),
without its whole document, and with something exchanged by rule; and those that people wrote to look
answerable, with the paragraph that they are about. Of records, attributes are asked that there are, that
there aren't, and those of other things.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import invented_records as records
import reader_material
from near_misses import Siblings
from presentation import topics
from reader_cases import Asked, Case, Looker
from reader_material import Contexts, Example

from index.interface import Index
from index.readers.read_files import read_file
from index.types import Document

# A collection has so many documents of so many paragraphs, and tables of so many things.
DOCUMENTS = (2, 7)
PARAGRAPHS = (4, 9)
RECORDS = (3, 8)


@dataclass
class Collection:
    """Files to write, and what is asked of them.

    Attributes:
        files: by name, Markdown.
        questions: with the name of the file, the paragraph in it, and the answer's place in the paragraph;
            no paragraph where it isn't in any file.
    """

    files: dict[str, str] = field(default_factory=dict)
    questions: list[tuple[Example, str]] = field(default_factory=list)


def collections(
    questions: Sequence[Example], contexts: Contexts, count: int, dice: random.Random
) -> Iterator[Collection]:
    """So many collections in the language of `contexts`.

    Args:
        questions: to be asked, with paragraphs in that language; each is asked once.
        contexts: paragraphs to fill the documents with.
        count: of collections; fewer if there are no more questions.
        dice: chooses.
    """
    language: records.Spoken = "ar" if contexts.language == "ar" else "en"
    by_paragraph: dict[str, list[Example]] = defaultdict(list)
    for example in questions:
        by_paragraph[example.context].append(example)
    waiting = list(by_paragraph)[::-1]  # taken from the end
    for _ in range(count):
        if not waiting:
            return
        made = Collection()
        for number in range(dice.randint(*DOCUMENTS)):
            golds = [waiting.pop() for _ in range(min(len(waiting), dice.choice((0, 1, 2))))]
            seeds = golds or [dice.choice(contexts.contexts)]
            (similar,) = contexts.similar([" ".join(seeds)], 14)
            others = [c for c in similar if c not in seeds and c not in by_paragraph]
            size = dice.randint(*PARAGRAPHS)
            paragraphs = [*seeds, *others[: max(0, size - len(seeds))]]
            dice.shuffle(paragraphs)
            name = f"{number}.md"
            written, asked = _document(paragraphs, language, dice)
            made.files[name] = written
            made.questions += [(example, name) for gold in golds for example in by_paragraph[gold][:3]]
            made.questions += [(example, name) for example in asked]
        yield made


def _document(
    paragraphs: Sequence[str], language: records.Spoken, dice: random.Random
) -> tuple[str, list[Example]]:
    """A Markdown file of these paragraphs, perhaps with records, and questions about those."""
    title = dice.choice(topics(paragraphs[0], language) or records.HEADINGS[language])
    blocks = [f"# {title}"]
    level = 2
    for paragraph in paragraphs:
        if dice.random() < 0.7:
            own = topics(paragraph, language)[:6]
            head = (
                dice.choice(own) if own and dice.random() < 0.6 else dice.choice(records.HEADINGS[language])
            )
            level = min(3, max(2, level + dice.choice((-1, 0, 0, 1))))
            blocks.append(f"{'#' * level} {head}")
        blocks.append(_plain(paragraph))
    asked: list[Example] = []
    if dice.random() < 0.5:
        section, asked = _records(language, dice)
        blocks += section
    return "\n\n".join(blocks) + "\n", asked


def _plain(paragraph: str) -> str:
    """A paragraph that Markdown reads as it is written: one line, nothing that is markup."""
    return " ".join(re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", paragraph).split())


def _records(language: records.Spoken, dice: random.Random) -> tuple[list[str], list[Example]]:
    """A table or a list of things of one kind under a heading, and questions about them."""
    kind = dice.choice(records.KEPT_BACK)
    side = records.LANGUAGES.index(language)
    found = records.things(kind, dice.randint(*RECORDS), dice)
    inside, outside = found[:-1], found[-1]
    names = list(found[0].values)
    dice.shuffle(names)
    shown, absent = names[: dice.randint(2, len(names) - 1)], names[-1:]
    heading = records.heading(kind, language, dice)
    rows = [(thing.names[side], *(thing.values[name][side] for name in shown)) for thing in inside]
    labels = [records.ATTRIBUTES[name]["labels"][side] for name in shown]
    if dice.random() < 0.6:
        lines = [(("الاسم", "Name")[side], *labels), ["---"] * (len(shown) + 1), *rows]
        body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    else:
        joint = ("، ", ", ")[side]
        body = "\n".join(
            f"- {row[0]}: " + joint.join(map(" ".join, zip(labels, row[1:], strict=True))) for row in rows
        )
    questions = []
    for thing, name, there in (
        (dice.choice(inside), dice.choice(shown), True),
        (dice.choice(inside), dice.choice(shown), True),
        (dice.choice(inside), absent[0], False),
        (outside, dice.choice(shown), False),
    ):
        asked: records.Spoken = dice.choice(records.LANGUAGES)
        value = thing.values[name][side]
        text = records.question(name, thing, asked, dice)
        group = f"record {kind} {thing.names}"
        questions.append(
            Example(
                text,
                thing.names[side],
                -1,
                end=-1,
                answerable=there,
                languages=(asked, language),
                source=f"record {value}",
                group=group,
            )
        )
    return [f"## {heading}", body], questions


def look(made: Collection, folder: Path, siblings: Mapping[str, Siblings] | None = None) -> Iterator[Case]:
    """Indexes a collection and yields the cases of its questions, not yet read.

    Args:
        made: the collection.
        folder: to write it to: empty, or not there.
        siblings: as in `Looker`.
    """
    files = folder / "files"
    files.mkdir(parents=True)
    documents: dict[str, Document] = {}
    for name, content in made.files.items():
        (files / name).write_text(content, "utf-8")
        documents[name] = read_file(files / name)
    index = Index.build(documents.values(), folder / "index", show_progress=False)
    looker = Looker(index, small=False, swaps=True, siblings=siblings)
    asked = []
    for example, name in made.questions:
        if (place := _place(example, documents[name])) is not None:
            asked.append(place)
    yield from looker.document_cases(asked)


def _place(example: Example, document: Document) -> Asked | None:
    """A question as it is asked of a document; None where its answer isn't found there as it was."""
    if example.source.startswith("record "):
        if not example.answerable:
            return Asked(example.question, document.id, (), example.group)
        value = example.source.removeprefix("record ")
        line = rf"(?m)^(?:- )?{re.escape(example.context)}\b.*?{re.escape(value)}"
        row = re.search(line, document.text)
        spans = ((row.end() - len(value), row.end()),) if row else ()
        return Asked(example.question, document.id, spans, example.group) if spans else None
    paragraph = " ".join(example.context.split())
    start = document.text.find(paragraph[:60])
    if start < 0:
        return None
    inside = (start, start + len(paragraph))
    if not example.answerable:
        return Asked(example.question, document.id, (), example.group, inside)
    answer = " ".join(example.context[example.start : example.end].split())
    before = len(" ".join(example.context[: example.start].split()))
    place = document.text.find(answer, start + max(0, before - 3))
    if not answer or place < 0 or place > inside[1]:
        return None
    return Asked(example.question, document.id, ((place, place + len(answer)),), example.group, inside)


def unseen_examples(folder: Path, most: int) -> tuple[list[Example], dict[str, Contexts]]:
    """Questions of paragraphs that the reader didn't learn from, and the paragraphs of each language.

    Args:
        folder: of the training sets.
        most: questions of a set.
    """
    sources = reader_material.Sources(folder)
    kept = reader_material.kept_back(sources)
    chosen: list[Example] = []
    texts: dict[str, list[str]] = defaultdict(list)
    for name, examples in sources.examples.items():
        usable = [e for e in examples if e.group in kept or reader_material.is_held_out(e.group)]
        if name not in LEFT_OUT:
            dice = random.Random(2)
            dice.shuffle(usable)
            chosen += usable[:most]
            for example in examples:
                texts[example.languages[1]].append(example.context)
    return chosen, {language: Contexts(texts[language], language) for language in ("ar", "en")}


# Reviews and comments, tokenised passages and fairy tales: no documents.
LEFT_OUT = (
    "squadshifts_reddit",
    "squadshifts_amazon_reviews",
    "nq_swap",
    "fairytaleqa",
    "timeqa_human_windows",
)
