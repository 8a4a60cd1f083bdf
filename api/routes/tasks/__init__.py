"""Calls about tasks: register, list, read, change, look back. Begin with `tasks.py`."""
