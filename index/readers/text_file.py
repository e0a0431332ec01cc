"""Reads plain text files."""

from __future__ import annotations

from index.readers.extracted_text import Extract, Progress, no_progress
from index.readers.text_encoding import decode
from index.text.structure.blocks import find_blocks
from index.text.structure.official import plain_title


def extract(content: bytes, progress: Progress = no_progress, claimed: str = "") -> Extract:  # noqa: ARG001
    """The text of a plain text file, character for character, with the blocks found in it.

    Args:
        content: of the file.
        progress: not called: it is one part.
        claimed: its encoding according to who sent it: one more hint.

    Raises:
        Unextractable: its encoding isn't known.
    """
    text = decode(content, claimed)
    blocks = find_blocks(text)
    return Extract(text, plain_title(text, blocks), blocks=blocks)
