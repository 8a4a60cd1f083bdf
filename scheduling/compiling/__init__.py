"""Compiles a trigger to a Temporal schedule of calendars. Begin with `compilation.py`."""
