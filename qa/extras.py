"""Packages that only a part of Dalil needs, and what to install where they are missing."""

from __future__ import annotations

import importlib.util

from index.errors import DalilError, install_extra


class ExtraMissing(DalilError, ImportError):
    """Packages that only this part of Dalil needs aren't installed."""


def need(what: str, extra: str, *modules: str) -> None:
    """Makes sure that what a part of Dalil needs is there, before it is begun.

    Args:
        what: the part, as the message names it.
        extra: of the distribution `dalil`, that has the packages.
        modules: the top-level modules that it imports.

    Raises:
        ExtraMissing: one of them isn't installed.
    """
    if missing := [module for module in modules if importlib.util.find_spec(module) is None]:
        raise ExtraMissing(f"{what} needs {', '.join(missing)}: {install_extra(extra)}")
