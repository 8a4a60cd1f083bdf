"""Local times and clock changes: calendars as triggers, and nights on which another rule differs.

Open `nights.py` first.
"""
