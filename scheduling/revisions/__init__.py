"""Revisions of a definition, and merges of concurrent changes. Begin with `revision.py`."""
