"""Settings: typed, read once, each with its origin.

Later wins: default, file (`--config`, `CAUSEWAY_CONFIG`, `causeway.toml` in the working directory,
or `~/.config/causeway/causeway.toml`), environment (`CAUSEWAY_<NAME>`), command line.
"""

from assistant.settings.loading import CONFIG_VARIABLE, MASK, LoadedSettings, Origin, load
from assistant.settings.models import NO_MODEL, STEPS, ModelSettings
from assistant.settings.schema import PREFIX, Settings

__all__ = [
    "CONFIG_VARIABLE",
    "MASK",
    "NO_MODEL",
    "PREFIX",
    "STEPS",
    "LoadedSettings",
    "ModelSettings",
    "Origin",
    "Settings",
    "load",
]
