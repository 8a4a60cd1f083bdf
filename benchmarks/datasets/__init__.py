"""Test data: many tasks, and the runs of a bad night. Begin with `fleet.py`."""
