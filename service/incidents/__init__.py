"""What went wrong, over all tasks. Begin with `incidents.py`."""
