"""An append-only journal of a writer's encodings, kept until its segment is live.

Encoding is most of the work of a build. Every encoding is appended to one file at once, so that work done
before Ctrl-C, a crash or a full disk isn't repeated: the next writer reads the file up to the first
incomplete record.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from types import TracebackType

from index.storage.files import open_regular

# A text's digest, the encoding's size, and the CRC-32 of both the digest and the encoding.
_RECORD = struct.Struct("<16sQI")
# Bytes; a larger header or record than this is invalid.
_LARGEST = 1 << 30


class Journal:
    """An append-only file that maps digests of texts to their encodings, as bytes. A context manager."""

    def __init__(self, path: Path, identity: str) -> None:
        """Opens the file, or creates it.

        Args:
            path: the file.
            identity: the settings on which encodings depend, apart from their texts; a file of another
                identity is started over.

        Raises:
            OSError: it can't be read or written.
        """
        header = _record(b"\0" * 16, identity.encode())
        self._places: dict[bytes, int] = {}
        # Never through a link: its target would be truncated.
        self._file = open_regular(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)
        self._end = 0
        if self._file.read(len(header)) == header:
            self._end = len(header)
            self._scan()
        self._file.truncate(self._end)
        self._file.seek(self._end)
        if not self._end:
            self._append(header)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._places

    def __getitem__(self, digest: bytes) -> bytes:
        """The encoding of a text.

        Raises:
            KeyError: the journal doesn't have it.
            OSError: it can't be read.
        """
        self._file.seek(self._places[digest])
        record = self._read()
        if record is None or record[0] != digest:
            raise OSError(f"{self._file.name} changed while it was in use")
        return record[1]

    def add(self, digest: bytes, encoding: bytes) -> None:
        """Appends the encoding of a text.

        Raises:
            OSError: not all of it could be written.
        """
        position = self._end
        self._append(_record(digest, encoding))
        self._places[digest] = position

    def keep(self) -> None:
        """Flushes the added records to the operating system, so that they survive a crash of this process."""
        self._file.flush()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _append(self, record: bytes) -> None:
        self._file.seek(self._end)
        self._file.write(record)
        self._end += len(record)

    def _scan(self) -> None:
        """Indexes the complete records; anything after the last of them is ignored."""
        while record := self._read():
            self._places[record[0]] = self._end
            self._end = self._file.tell()

    def _read(self) -> tuple[bytes, bytes] | None:
        """The digest and the encoding of the record at the file's position; None if it is incomplete."""
        head = self._file.read(_RECORD.size)
        if len(head) < _RECORD.size:
            return None
        digest, size, checksum = _RECORD.unpack(head)
        encoding = self._file.read(size) if size <= _LARGEST else b""
        whole = len(encoding) == size and zlib.crc32(encoding, zlib.crc32(digest)) == checksum
        return (digest, encoding) if whole else None


def _record(digest: bytes, encoding: bytes) -> bytes:
    return _RECORD.pack(digest, len(encoding), zlib.crc32(encoding, zlib.crc32(digest))) + encoding
