"""Freezes: windows in which schedules start nothing. Begin with `freeze.py`; `windows.py` says when
one is in force.
"""
