"""The building blocks of pages. Begin with `markup.py`, then `small.py`."""
