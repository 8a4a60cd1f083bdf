"""The `http` action: one call of a URL, and which hosts it may reach. Begin with `activity.py`."""
