"""Recorded histories replay with today's workflow code. Begin with `test_replay.py`.

`capture.py` records histories of the situations in `shapes/`.
"""
