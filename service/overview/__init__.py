"""How the whole installation is doing. Begin with `overview.py`."""
