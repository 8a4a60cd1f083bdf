"""Starting, watching and ending processes. Begin with `test_supervisor.py`."""
