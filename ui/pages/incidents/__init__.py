"""Incidents: the page to open when something is wrong. Begin with `page.py`."""
