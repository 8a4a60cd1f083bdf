"""The pages of a single task. Begin with `page.py`."""
