"""The `http` action: one call of a URL, and the hosts it may reach. Begin with `activity.py`."""
