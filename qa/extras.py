"""Optional dependencies, and the extra to install if they are missing."""

from __future__ import annotations

import importlib.util

from index.errors import DalilError, install_extra


class ExtraMissing(DalilError, ImportError):
    """Optional packages for this part of Dalil aren't installed."""


def require(what: str, extra: str, *modules: str) -> None:
    """Checks that the optional packages of a feature are installed.

    Args:
        what: the feature, as named in the message.
        extra: extra of the distribution `dalil` with the packages.
        modules: top-level modules that it imports.

    Raises:
        ExtraMissing: one of them isn't installed.
    """
    if missing := [module for module in modules if importlib.util.find_spec(module) is None]:
        raise ExtraMissing(f"{what} needs {', '.join(missing)}: {install_extra(extra)}")
