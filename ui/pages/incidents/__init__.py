"""The page one opens when something is wrong. Begin with `page.py`."""
