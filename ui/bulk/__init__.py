"""Bulk actions: choose, confirm, show progress, report each result, undo.

Begin with `kinds.py`, then `choice.py`.
"""
