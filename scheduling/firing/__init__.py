"""When a trigger fires: instants, zones, clock changes, jitter. Begin with `occurrences.py`."""
