"""When triggers fire, and what may be registered. Begin with `test_occurrences.py`."""
