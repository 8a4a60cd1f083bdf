"""The calls on runs. Begin with `test_runs.py`."""
