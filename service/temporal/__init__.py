"""Calls to Temporal: connection, time limits, errors, cursors. Begin with `calls.py`."""
