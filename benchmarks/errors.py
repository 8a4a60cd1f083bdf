"""What makes a measurement void."""

from __future__ import annotations


class Void(Exception):
    """What was measured says nothing; the message says why. The round is worth repeating."""
