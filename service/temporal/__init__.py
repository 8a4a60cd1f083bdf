"""Calling Temporal: connection, time limits, errors, cursors. Begin with `calls.py`."""
