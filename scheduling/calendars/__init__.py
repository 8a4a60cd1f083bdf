"""Calendars: named days that triggers skip or are limited to, such as holidays, weekends, feeds.
Begin with `content.py`, then `days.py`.
"""
