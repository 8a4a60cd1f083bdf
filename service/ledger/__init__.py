"""What became of each instant, for one task and, in the audit, for all. Begin with `ledger.py`."""
