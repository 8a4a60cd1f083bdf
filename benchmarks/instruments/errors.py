"""Void measurements."""

from __future__ import annotations


class Void(Exception):
    """The measurement is worthless, for the reason in the message. Repeat the round."""
