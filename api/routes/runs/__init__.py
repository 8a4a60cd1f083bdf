"""Calls about runs: the execution log, output, retries, backfills. Begin with `runs.py`."""
