"""Commands that talk to a server, as processes. Begin with `test_tasks.py`."""
