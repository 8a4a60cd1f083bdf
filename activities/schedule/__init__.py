"""Writes the Temporal schedule of a task. Begin with `activity.py`, which says how."""
