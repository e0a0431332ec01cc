"""Telemetry, tracing and update checks of other packages, turned off by environment variables.

Each of these packages reads its variable when it is imported or, if native, when its library is loaded;
later changes have no effect. So they are set when this module is imported, which `index` does before
anything else and `ui` before Gradio. Child processes inherit them. docs/security.md lists the findings per
package.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType
from typing import Final

VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The official wheels since 1.29 look up mobile.events.data.microsoft.com and keep a device id in
        # ~/.cache/Microsoft. `disable_telemetry_events` of its Python API comes too late.
        "ORT_DISABLE_TELEMETRY": "1",
        "GRADIO_ANALYTICS_ENABLED": "False",  # anything but "True" turns it off
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        # The hub's client names other packages in each request, and asks the hub for a list of agents.
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        # transformers asks a service of the hub's to convert a named model that has no safetensors file.
        "DISABLE_SAFETENSORS_CONVERSION": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "DO_NOT_TRACK": "1",  # https://consoledonottrack.com, which several packages follow
    }
)
"""Variable -> the value that turns the feature off."""


def turn_off(environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets each of `VARIABLES` that isn't set yet; the user's own settings are kept.

    Args:
        environment: of the process; changed in place.
    """
    for name, value in VARIABLES.items():
        if not environment.get(name):
            environment[name] = value


def is_off(name: str) -> bool:
    """Whether one of `VARIABLES` has the value that `turn_off` gives it."""
    return os.environ.get(name) == VARIABLES[name]


turn_off()
