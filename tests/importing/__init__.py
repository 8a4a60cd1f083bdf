"""Imported tasks fire like their originals. Begin with `comparison.py`."""
