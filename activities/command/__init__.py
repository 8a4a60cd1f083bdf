"""The `command` action: one program, supervised by a guard process. Begin with `activity.py`."""
