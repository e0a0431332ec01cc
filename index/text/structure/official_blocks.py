"""The parts of official papers among the blocks of any file: letterhead, title and signatures.

`index.text.structure.official` finds them in the lines of a plain text. Other files have a paragraph where a
plain text has a line, and white space and size where it has a blank line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from index.text.structure.official import (
    ends_sentence,
    is_paper_title,
    is_signature_label,
    is_signature_line,
    signature_start,
)
from index.types import Block

# Blocks at the beginning among which a title is looked for, and at the end, where a heading may be a name in
# bold; chosen, as in `index.text.structure.official`.
_FIRST_BLOCKS: Final = 10
_LAST_BLOCKS: Final = 6
# Lines of a signature in as many paragraphs, the most first: with its label, a name and an office.
_SIGNATURES: Final = (3, 2)


def official_blocks(text: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with the letterhead, the title and the signatures of an official paper as such.

    Args:
        text: the document's.
        blocks: its layout as the file's reader tells it.
    """
    return tuple(_with_signatures(text, _with_title(text, blocks)))


def _with_title(text: str, blocks: Sequence[Block]) -> list[Block]:
    found = list(blocks)
    for place, block in enumerate(found[:_FIRST_BLOCKS]):
        said = _said(text, block)
        # What the file itself has as its header stays one.
        if block.kind in ("page_header", "page_footer"):
            continue
        if block.kind not in ("paragraph", "heading") or any(map(ends_sentence, said)):
            break
        if is_paper_title(said[0]):
            level = block.level or 1
            # Not a heading that the paper stands under.
            above = [
                replace(b, kind="page_header", level=0)
                if b.kind == "paragraph" or (b.kind == "heading" and b.level >= level)
                else b
                for b in found[:place]
            ]
            return [*above, replace(block, kind="heading", level=level), *found[place + 1 :]]
    return found


def _with_signatures(text: str, blocks: Sequence[Block]) -> list[Block]:
    found: list[Block] = []
    at, is_text_above = 0, False
    while at < len(blocks):
        signature = _signature_at(text, blocks, at) if is_text_above else None
        if signature is not None:
            parts, at = signature
            found += parts
            continue
        is_text_above = is_text_above or any(map(ends_sentence, _said(text, blocks[at])))
        found.append(blocks[at])
        at += 1
    return found


def _signature_at(text: str, blocks: Sequence[Block], at: int) -> tuple[list[Block], int] | None:
    """The signature that begins in a block, after what else the block says, and the place after it."""
    said = _said(text, blocks[at])
    if blocks[at].kind == "paragraph" and len(said) > 1 and not blocks[at].confidences:
        begin = signature_start(said)
        if begin is None:
            return None
        start = text.rindex("\n".join(said[begin:]), blocks[at].start, blocks[at].end)
        before = text[blocks[at].start : start].rstrip()
        rest = [blocks[at].part(blocks[at].start, blocks[at].start + len(before))] if before else []
        return [*rest, replace(blocks[at].part(start, blocks[at].end), kind="signature")], at + 1
    for count in _SIGNATURES:
        group = blocks[at : at + count]
        is_last = at + count >= len(blocks) - _LAST_BLOCKS
        if len(group) == count and _are_signature(text, group, is_last) and _ends(text, blocks[at + count :]):
            return [_joined(group)], at + count
    return None


def _are_signature(text: str, group: Sequence[Block], is_last: bool) -> bool:
    """Whether blocks of a line each are one signature, with a label if there are three."""
    kinds = ("paragraph", "heading") if is_last else ("paragraph",)
    lines = [line for block in group for line in _said(text, block)]
    if len(lines) != len(group) or any(b.kind not in kinds or b.page != group[0].page for b in group):
        return False
    if not all(map(is_signature_line, lines[1:])):
        return False
    is_whole = len(lines) == 2 or (is_signature_label(lines[0]) and signature_start(lines[1:]) == 0)
    return is_whole and signature_start(lines) == 0


def _ends(text: str, following: Sequence[Block]) -> bool:
    """Whether a text doesn't go on after its signatures, but for annexes, lists and further parts."""
    for block in following:
        said = _said(text, block)
        if not all(map(is_signature_line, said)):
            return block.kind != "paragraph" or not said[-1].endswith((".", "!", "?", "؟"))
    return True


def _joined(group: Sequence[Block]) -> Block:
    return replace(
        group[0],
        kind="signature",
        level=0,
        end=group[-1].end,
        confidences=tuple(sure for block in group for sure in block.confidences),
        boxes="".join(block.boxes for block in group),
    )


def _said(text: str, block: Block) -> list[str]:
    """The lines of a block."""
    return [line.strip() for line in text[block.start : block.end].splitlines() if line.strip()]
