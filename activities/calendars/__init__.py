"""Calendars as Temporal keeps them: reading them, renewing them, telling who keeps to them. Begin
with `stored.py`.
"""
