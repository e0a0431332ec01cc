"""Loads a sentence-transformers model from a folder, the local hub cache, or the hub.

A missing model is reported within seconds: if the hub can't be reached, `hf_hub_download` of huggingface_hub
2.4 retries five times for each of the model's files, for 24 seconds in all, and logs every attempt.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Seconds to wait for the hub's reply about a model.
_PATIENCE: Final = 5.0
# The owner that sentence-transformers assumes for a name without one.
_OWNER: Final = "sentence-transformers"


class NotOnHub(OSError):
    """The hub has no model of this name, or can't be reached."""


def load(name: str) -> SentenceTransformer:
    """Loads a model by its folder or by its name on the hub.

    The hub isn't contacted if the model is already on this machine.

    Raises:
        NotOnHub: there is no such folder, and the hub has no such model or doesn't answer.
        OSError: a file is missing or can't be read.
        ValueError, SafetensorError: the files aren't those of a sentence-transformers model.
    """
    is_folder = Path(name).is_dir()
    if is_folder or _is_cached(name):
        try:
            return _load(name, local_files_only=True)
        except OSError:  # of a model on the hub: an interrupted download left it incomplete
            if is_folder:
                raise
    _find(name)
    return _load(name, local_files_only=False)


def _load(name: str, local_files_only: bool) -> SentenceTransformer:
    # Imported only once the hub has replied: this takes seconds.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    return SentenceTransformer(name, device="cpu", local_files_only=local_files_only)


def _is_cached(name: str) -> bool:
    """Whether the model's configuration is in the local hub cache."""
    from huggingface_hub import try_to_load_from_cache

    return any(isinstance(try_to_load_from_cache(full, "config.json"), str) for full in _names(name))


def _find(name: str) -> None:
    """Checks that the hub has a model, trying each name it could have once."""
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
