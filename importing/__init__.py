"""Converts other schedulers' definitions to tasks, with notes line by line on what does not fit.

Pure: text in, tasks and notes out. Only `temporal/fetch.py` does I/O: it reads schedules from a
Temporal server. Begin with `read.py`, then the file or folder named like the source.
"""
