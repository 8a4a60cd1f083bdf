"""The use cases, on a real Temporal with a worker. Begin with `conftest.py`."""
