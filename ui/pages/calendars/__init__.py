"""Calendars: which there are, and the days of one, month by month. Begin with `page.py`."""
