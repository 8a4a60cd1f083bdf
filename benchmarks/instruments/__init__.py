"""Measuring tools: the receiver of all calls, `/proc`, a browser. Begin with `figures.py`."""


class Void(Exception):
    """The measurement is worthless, for the reason in the message. Repeat the round."""
