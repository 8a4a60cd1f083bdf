"""Keeping a task's Temporal schedule as the task says. Begin with `activity.py`."""
