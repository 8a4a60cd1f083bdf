"""Bulk actions: select, confirm, show progress, report each result, undo.

Begin with `actions.py`, then `selection.py`.
"""
