"""Calendars as Temporal keeps them: reading them, renewing them, telling who uses them. Begin
with `stored.py`.
"""
