"""REST, over HTTP. Begin with `conftest.py` and `tasks/test_tasks.py`."""
