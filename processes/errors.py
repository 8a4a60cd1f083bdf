"""Why a command cannot start."""

from __future__ import annotations


class StartError(Exception):
    """This machine is not ready for the command. One line that says what to change."""
