"""What Temporal keeps for us: a task, its runs, backfills, notifications, the audit.

Begin with `task.py`, then `execution.py`, the code that every run is carried out by.
"""
