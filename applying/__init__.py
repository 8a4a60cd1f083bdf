"""Tasks in files: reads and checks them, compares them with the server's, and applies them.

Begin with `files.py`, which reads tasks, then `plan.py`, which decides what to do with them.
"""
