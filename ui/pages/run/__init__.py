"""The page of one run. Begin with `page.py`."""
