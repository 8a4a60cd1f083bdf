"""Freezes: windows in which schedules start nothing. Begin with `freeze.py`; `windows.py` computes
when one is in force.
"""
