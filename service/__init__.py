"""The use cases. REST and the page reach Temporal only through this package.

Begin with `tasks/tasks.py`: register, read, replace, delete.

Whatever asks Temporal raises `TemporalUnavailable` when Temporal does not respond. Docstrings name
it only where it means something more, such as that nothing was changed, or that a call may be
repeated.
"""
