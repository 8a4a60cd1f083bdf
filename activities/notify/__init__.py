"""Decides whether to notify someone of a run, and records how that ended.

Begin with `decision.py`.
"""
