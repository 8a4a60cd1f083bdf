"""Freezes: registered, read, lifted. Begin with `freezes.py`."""
