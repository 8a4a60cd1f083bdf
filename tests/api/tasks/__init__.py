"""The calls on tasks. Begin with `test_tasks.py`."""
