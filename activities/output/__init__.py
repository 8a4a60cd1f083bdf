"""What attempts write while they run: kept for the run, and shown to anyone who asks meanwhile.

Begin with `attempt_output.py`, which takes what a command writes.
"""
