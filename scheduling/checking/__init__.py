"""Validates definitions, and warns of surprises. Begin with `registration.py`."""
