"""The output of runs: read after their end, followed while they run.

`reading.py` reads what there is now; `following.py` keeps up with a run for all who watch it.
"""
