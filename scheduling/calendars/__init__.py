"""Calendars: named days that triggers skip or keep to. Begin with `content.py`, then `days.py`."""
