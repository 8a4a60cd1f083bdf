"""The domain of On the Dot: what a task is and when it fires. Begin with `task.py`.

Pure: no I/O, no clock, no Temporal. Time comes in as an argument, always aware, and leaves in UTC.
"""
