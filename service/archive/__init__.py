"""Archives runs, and lists them beyond the retention.

Begin with `exporter.py`, which writes the archive; `listing.py` reads it.
"""
