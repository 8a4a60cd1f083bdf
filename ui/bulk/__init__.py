"""One thing done to many: chosen, asked about, done in sight, reported for each, and undone.

Begin with `kinds.py`, then `choice.py`.
"""
