"""What should have run, what did, and why not. Begin with `entries.py`, then `account.py`."""
