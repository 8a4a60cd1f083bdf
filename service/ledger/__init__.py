"""What happened at each instant, for one task or, in the audit, for all. Begin with `ledger.py`."""
