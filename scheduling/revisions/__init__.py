"""How a definition changes: who changed what, and two changes merged. Begin with `revision.py`."""
