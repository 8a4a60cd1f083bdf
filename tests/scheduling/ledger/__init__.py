"""The rules of the ledger. Begin with `test_with_runs.py`."""
