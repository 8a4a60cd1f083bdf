"""Calendars as Temporal keeps them: reads and renews them, and notifies their users.

Begin with `stored.py`.
"""
