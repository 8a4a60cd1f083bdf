"""Registers tasks: defaults, checks, the id, the start. Begin with `registrations.py`."""
