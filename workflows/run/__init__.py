"""Carries out a run, as part of any workflow.

Begin with `execution.py`.
"""
