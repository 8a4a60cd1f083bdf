"""Excluded days and instants, and runs that move to other days. Begin with `exclusions.py`."""
