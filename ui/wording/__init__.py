"""Wording shared by all pages: errors, durations, local times. Begin with `errors.py`."""
