"""The list of tasks. Begin with `page.py`."""
