"""Validates definitions, and warns about surprises. Begin with `registration.py`."""
