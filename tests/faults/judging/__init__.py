"""Whether a fault lost or repeated anything. Begin with `wave.py`, then `verdict.py`."""
