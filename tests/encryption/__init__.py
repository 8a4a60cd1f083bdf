"""Encryption of what Temporal stores. Begin with `test_sealed_tasks.py`."""
