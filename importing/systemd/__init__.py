"""Timer units. Begin with `timer.py`."""
