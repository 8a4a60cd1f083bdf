"""Incidents over all tasks: failures by their cause. Begin with `grouping.py`."""
