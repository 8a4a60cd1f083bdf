"""The use cases of tasks: register, list, read, change. Begin with `tasks.py`."""
