"""Who is notified of a run, and how that ended. Begin with `decision.py`."""
