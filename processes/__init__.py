"""Starts, watches and ends processes on this machine. Begin with `supervisor.py`.

Independent of tasks and Temporal.
"""


class StartError(Exception):
    """This machine is not ready for the command. One line that says what to change."""
