"""The output of attempts: kept with the run, and shown while it is in progress.

Begin with `attempt_output.py`, which receives what a command writes.
"""
