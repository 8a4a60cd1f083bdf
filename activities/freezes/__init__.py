"""What a worker knows of freezes, and how what they held is released. Begin with `watch.py`."""
