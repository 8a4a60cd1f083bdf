"""What pages are built from. Begin with `markup.py`, then `small.py`."""
