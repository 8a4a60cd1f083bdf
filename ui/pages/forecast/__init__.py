"""The load to come. Begin with `page.py`."""
