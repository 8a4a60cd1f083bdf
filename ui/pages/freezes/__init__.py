"""Freezes: those that stand, and the form that makes or changes one. Begin with `page.py`."""
