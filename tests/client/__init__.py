"""The Python client against a real server. Begin with `test_calls.py`."""
