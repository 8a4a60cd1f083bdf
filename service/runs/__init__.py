"""The use cases of runs: the execution log, single runs, backfills. Begin with `listing.py`."""
