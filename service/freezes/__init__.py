"""The use cases of freezes. Begin with `freezes.py`."""
