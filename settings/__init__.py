"""Every setting of On the Dot. Begin with `settings.py`, which lists them.

A setting is read, in this order, from a command-line option, the environment (`ONTHEDOT_…`), the
file `.env` in the working directory, and its default. docs/reference/settings.md lists the same
settings; a test compares the two. Where Temporal is comes from Temporal's own `TEMPORAL_*`
variables and profiles, not from here.
"""

from onthedot.settings.loading import (
    CLIENT_VARIABLES,
    SECRET_PREFIX,
    SettingsError,
    is_loopback,
    load,
    require_tokens_beyond_loopback,
    unknown_variables,
)
from onthedot.settings.settings import PREFIX, Settings

__all__ = [
    "CLIENT_VARIABLES",
    "PREFIX",
    "SECRET_PREFIX",
    "Settings",
    "SettingsError",
    "is_loopback",
    "load",
    "require_tokens_beyond_loopback",
    "unknown_variables",
]
