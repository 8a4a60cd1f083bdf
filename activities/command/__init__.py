"""The `command` action: one program under its guard. Begin with `activity.py`."""
