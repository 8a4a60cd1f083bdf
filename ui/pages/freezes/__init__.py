"""Freezes: the list of current ones, and the form. Begin with `page.py`."""
