"""A sentence-transformers model from its folder, from the hub's cache on this machine, or from the hub.

A model that is nowhere is told within seconds: the hub's own client tries again and again when the hub
can't be reached, for each of a model's files, and says so each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Seconds to wait for the hub's word on a model.
_PATIENCE: Final = 5.0
# Where sentence-transformers looks for a name that has no owner.
_OWNER: Final = "sentence-transformers"


class NotOnHub(OSError):
    """A model that the hub doesn't have under this name, or a hub that can't be reached."""


def load(name: str) -> SentenceTransformer:
    """A model by its folder, or by its name on the hub.

    The hub isn't asked for what is on this machine.

    Raises:
        NotOnHub: there is no such folder, and the hub has no such model or doesn't answer.
        OSError: a file is missing or can't be read.
        ValueError, SafetensorError: the files aren't such a model's.
    """
    is_folder = Path(name).is_dir()
    if not is_folder and not _is_cached(name):
        _find(name)
        return _load(name, local_files_only=False)
    try:
        return _load(name, local_files_only=True)
    except OSError:
        if is_folder:
            raise
    # A download that was broken off left a part of the model.
    _find(name)
    return _load(name, local_files_only=False)


def _load(name: str, local_files_only: bool) -> SentenceTransformer:
    # After the hub has been asked: this takes seconds.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(name, device="cpu", local_files_only=local_files_only)


def _is_cached(name: str) -> bool:
    """Whether an earlier download left the model's settings on this machine."""
    from huggingface_hub import try_to_load_from_cache

    return any(isinstance(try_to_load_from_cache(full, "config.json"), str) for full in _names(name))


def _find(name: str) -> None:
    """Asks the hub for a model, once for each name that it could have."""
    from huggingface_hub import HfApi

    failures = []
    for full in _names(name):
        try:
            HfApi().model_info(full, timeout=_PATIENCE)
            return
        except Exception as error:  # of classes that differ between versions of the hub's client
            failures.append(error)
    raise NotOnHub(" ".join(f"{failures[0]}".split())) from failures[0]


def _names(name: str) -> list[str]:
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(name)
    except ValueError as error:
        raise NotOnHub(f"{error}") from error
    return [name] if "/" in name else [name, f"{_OWNER}/{name}"]
