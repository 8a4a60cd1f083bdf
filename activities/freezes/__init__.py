"""What a worker knows about freezes, and the release of what they held. Begin with `watch.py`."""
