"""Measuring tools: the receiver of all calls, `/proc`, a browser. Begin with `figures.py`."""
