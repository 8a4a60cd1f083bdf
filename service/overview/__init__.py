"""The state of the whole installation. Begin with `overview.py`."""
