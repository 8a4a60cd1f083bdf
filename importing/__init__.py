"""Reads other schedulers' definitions into tasks, and says line by line what did not fit.

Pure: text in, tasks and notes out. Open `read.py` first, then the file or folder named
like the source.
`temporal/fetch.py` alone talks to anybody: to the server whose schedules are to be read.
"""
