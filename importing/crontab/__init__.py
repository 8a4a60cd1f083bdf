"""Crontabs. Begin with `table.py`."""
