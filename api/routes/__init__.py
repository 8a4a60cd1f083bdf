"""The calls of REST, one noun a file. Begin with `tasks.py`."""
