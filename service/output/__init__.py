"""The output of runs.

`reading.py` reads what there is now; `following.py` follows a run in progress for all its watchers.
"""
