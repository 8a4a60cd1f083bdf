"""Triggers and durations in English, for people to read. Begin with `trigger.py`."""
