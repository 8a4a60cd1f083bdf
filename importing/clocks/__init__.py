"""Local times and clock changes: calendars as triggers, and nights on which other rules differ.

Begin with `nights.py`.
"""
