"""The domain of On the Dot: what a task is and when it fires. Begin with `task.py`.

Pure: no I/O, no clock, no Temporal. Times come in as aware arguments and leave in UTC.
"""
