"""One page a file: frame, components and calls of the service. Begin with `tasks/page.py`."""
