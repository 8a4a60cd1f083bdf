"""The workflows: tasks, runs, backfills, notifications, calendars, freezes, the audit.

Begin with `task.py`, then `run/execution.py`, which carries out every run.
"""
