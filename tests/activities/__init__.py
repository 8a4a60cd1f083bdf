"""Attempts at actions: what they send, keep and report. Begin with `one_attempt.py`."""
