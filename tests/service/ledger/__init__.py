"""The ledger of real tasks. Begin with `test_ledger.py`."""
