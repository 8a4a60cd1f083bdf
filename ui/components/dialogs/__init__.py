"""Dialogs, and the questions that use them. Begin with `dialogs.py`."""
