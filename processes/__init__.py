"""Starts, watches and ends processes on this machine. Begin with `supervisor.py`.

Independent of tasks and Temporal.
"""
