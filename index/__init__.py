"""Turns text into a searchable index. Independent of chat, answers and wording."""

from index import telemetry  # noqa: F401 - first: it sets variables that other packages read
from index.errors import (
    DalilError,
    EncoderMismatch,
    EncoderUnavailable,
    EngineUnavailable,
    FileWarning,
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    InvalidDocument,
    InvalidQuestion,
    InvalidScope,
    UnreadableFile,
    UnreadablePage,
)
from index.interface import Index
from index.scope import Scope
from index.types import Document, Hit, Passage

__all__ = [
    "DalilError",
    "Document",
    "EncoderMismatch",
    "EncoderUnavailable",
    "EngineUnavailable",
    "FileWarning",
    "Hit",
    "Index",
    "IndexDamaged",
    "IndexLocked",
    "IndexNotFound",
    "InvalidDocument",
    "InvalidQuestion",
    "InvalidScope",
    "Passage",
    "Scope",
    "UnreadableFile",
    "UnreadablePage",
]
