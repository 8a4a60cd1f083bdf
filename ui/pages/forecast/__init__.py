"""The forecast. Begin with `page.py`."""
