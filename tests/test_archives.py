"""Zip archives that are damaged, or that would grow: named as damage, and not unpacked."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest

from index.readers.archives import Stream, open_archive, part, type_of
from index.readers.extracted_text import Unextractable

NAME = "word/document.xml"
TEXT = b"<a>" + b"text " * 200 + b"</a>"


def archive(compression: int = zipfile.ZIP_DEFLATED, **parts: bytes) -> bytes:
    """An archive of `NAME`, and of others by their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in ({NAME: TEXT} | parts).items():
            made.writestr(name, content)
    return buffer.getvalue()


def damaged_within(content: bytes) -> bytes:
    """The same with other bytes in the middle of its first part."""
    start = 30 + len(NAME)
    return content[: start + 12] + b"\xff" * 6 + content[start + 18 :]


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_part_is_told_as_damage(compression: int) -> None:
    whole = archive(compression)
    assert part(open_archive(whole), NAME) == Stream(open_archive(whole), NAME).read() == TEXT
    damaged = open_archive(damaged_within(whole))
    with pytest.raises(Unextractable, match="it is damaged"):
        part(damaged, NAME)
    with pytest.raises(Unextractable, match="it is damaged"):
        Stream(damaged, NAME).read()


def test_a_part_that_lies_outside_the_archive_is_told_as_damage() -> None:
    content = archive()
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        place = opened.start_dir
    # The part's place is in the ZIP64 field: 2**63, further than any file goes.
    extra = struct.pack("<HHQ", 1, 8, 1 << 63)
    central = bytearray(content[place : place + 46 + len(NAME)])
    central[30:32] = struct.pack("<H", len(extra))
    central[42:46] = b"\xff" * 4
    end = bytearray(content[-22:])
    end[12:16] = struct.pack("<I", len(central) + len(extra))
    moved = open_archive(content[:place] + bytes(central) + extra + bytes(end))
    with pytest.raises(Unextractable, match="it is damaged"):
        part(moved, NAME)
    with pytest.raises(Unextractable):
        Stream(moved, NAME)


def test_the_type_of_an_archive_is_told_without_unpacking_it() -> None:
    assert type_of(archive()) == ".docx"
    assert type_of(archive(mimetype=b"application/vnd.oasis.opendocument.text")) == ".odt"
    assert type_of(b"PK\3\4") == ""
    bomb = archive(mimetype=b"application/epub+zip".ljust(100) + bytes(64 << 20))
    tracemalloc.start()
    assert type_of(bomb) == ".epub"
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 << 20
